"""The linter: what is allowed and yet probably not meant."""
