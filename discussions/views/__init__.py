"""The pages of threads."""
