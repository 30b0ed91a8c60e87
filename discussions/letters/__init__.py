"""What letters say about threads: a post at once, a digest of what is new; asked with its reader's rights when one is sent."""
