"""The pages of the groups, by noun."""
