"""Pages and plain forms of rooms."""
