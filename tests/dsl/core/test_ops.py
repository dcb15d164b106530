"""Every kind of node is defined once or read, and a second algebra can be made of the same operations."""

from __future__ import annotations

from dataclasses import fields
from typing import get_args

from dsl import core as c
from dsl.core.ops import DEFINITIONS

READ = {
    c.Aggregate, c.Anniversary, c.AsProjected, c.AskedThisYear, c.DifferentPeople, c.Fact, c.Field, c.Holds,
    c.InProgress, c.InRenewal, c.Lapsed, c.Literal, c.Named, c.OnDate, c.Paid, c.People, c.Qualifies, c.Sometime,
    c.Today,
}  # fmt: skip
"""Kinds that are read of the partner, or decided on another day or of another rule: the interpreter's."""


def test_every_kind_is_defined_or_read():
    kinds = set(get_args(c.Expr))

    assert kinds == READ | set(DEFINITIONS)
    assert not READ & set(DEFINITIONS)


def test_what_moves_with_a_list_says_that_it_reads_it():
    lists = {"register": "awards", "certifications": "certifications"}
    for kind in get_args(c.Expr):
        wanted = {lists[how] for how in kind.moves_with if how in lists}
        told = {"award": "a", "lists": (), "which": "any", "rule": "r"}
        own = {field.name: told[field.name] for field in fields(kind) if field.name in told}

        if wanted:
            assert wanted <= set(kind(type=c.FLAG, **own, **({"least": 1} if kind is c.People else {})).lists_read)
