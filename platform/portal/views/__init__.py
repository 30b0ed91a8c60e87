"""The pages that combine rooms, one module a page."""
