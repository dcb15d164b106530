"""A decision beside one over changed facts."""
