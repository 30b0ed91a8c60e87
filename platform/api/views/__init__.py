"""Pages about the interface: one's own tokens, and how programs use them."""
