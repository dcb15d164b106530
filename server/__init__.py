"""The service: decisions over HTTP."""
