"""The pages of clearance and of publications."""
