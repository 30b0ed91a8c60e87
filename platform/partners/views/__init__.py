"""Pages of the directory, of an organisation's profile and people, and of one's own organisations."""
