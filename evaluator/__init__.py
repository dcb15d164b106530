"""The meaning: what a policy decides for a partner, and why."""
