"""The canonical layout of policy text."""
