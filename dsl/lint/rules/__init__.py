"""One lint rule a file, named for the pattern that it finds."""
