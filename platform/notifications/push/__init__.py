"""Web push: a word without content on a person's device, that something waits for them."""
