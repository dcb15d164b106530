"""Decisions: what each kind of rule decides of a partner on a day, what is missing for it, and what it rests on."""
