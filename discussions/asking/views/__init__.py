"""The pages of what a thread asks."""
