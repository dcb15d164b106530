"""Every kind of node is defined once or read, and a second algebra can be made of the same operations."""

from __future__ import annotations

from dataclasses import fields
from typing import get_args

from dsl import core as c
from dsl.core.ops import DEFINITIONS


def test_every_kind_is_defined_or_read():
    assert set(get_args(c.Made)) == set(DEFINITIONS)
    assert not set(get_args(c.Sourced)) & set(DEFINITIONS)
    assert set(get_args(c.Expr)) == {*get_args(c.Made), *get_args(c.Sourced)}


def test_what_moves_with_a_list_says_that_it_reads_it():
    lists = {"register": "awards", "certifications": "certifications"}
    for kind in get_args(c.Expr):
        wanted = {lists[how] for how in kind.moves_with if how in lists}
        told = {"award": "a", "lists": (), "which": "any", "rule": "r"}
        own = {field.name: told[field.name] for field in fields(kind) if field.name in told}

        if wanted:
            assert wanted <= set(kind(type=c.FLAG, **own, **({"least": 1} if kind is c.People else {})).lists_read)
