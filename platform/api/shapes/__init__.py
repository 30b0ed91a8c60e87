"""What goes over the wire: one shape per thing, made from a row as its reader may see it."""
