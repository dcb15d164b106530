"""Scenarios: what a policy is expected to decide, read from data, run against an engine, and reported."""
