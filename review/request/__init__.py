"""A pull request of policies on one page: what changes, whom it concerns, what scenarios say, what it rests on."""
