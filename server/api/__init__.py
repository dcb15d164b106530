"""The public API, a blueprint for each resource."""
