"""The pages of a library, and its bytes."""
