"""Scenarios and partners: what rules are tried on."""
