"""The pages of a group's webhooks, among its settings."""
