"""The pages of a page."""
