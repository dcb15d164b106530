"""The kinds of rules."""

from __future__ import annotations

AWARD_KINDS = ("competency", "designation", "specialization", "program")
"""Kinds of rules that keep a register: what they decide is attained, held, checked and lost."""
