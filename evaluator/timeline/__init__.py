"""A partner's life over dates: the rules folded over every day on which something that they read changes."""
