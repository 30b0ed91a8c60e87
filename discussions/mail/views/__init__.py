"""Pages about mail that came in, and the address to which a provider posts it."""
