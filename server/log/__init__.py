"""The decision log: what was asked and answered, each entry bound to the one before it."""
