"""The reading room: for people who read rules and decisions, and for those who try them."""
