"""Decisions and rules in words."""
