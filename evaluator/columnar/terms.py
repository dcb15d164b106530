"""Terms of SQL, folded where they are known: what depends on no partner is no work for the database.

A term is never changed once it is made, and stands in as many others as it goes into: a tree whose parts are shared, of
which sqlglot's ``parent`` tells only one. Who changes one, or asks for parents, copies it whole before.
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Iterable, Sequence
from datetime import date
from typing import TypeAlias

from sqlglot import exp

Term: TypeAlias = exp.Expression

TRUE: Term = exp.true()
FALSE: Term = exp.false()
NULL: Term = exp.null()

_CLOSED = (
    exp.Column, exp.Literal, exp.Boolean, exp.Null, exp.Paren, exp.Case, exp.Cast, exp.Coalesce, exp.AggFunc, exp.Distinct,
    exp.Neg,
)  # fmt: skip


class Cannot(Exception):
    """Something that is not written as SQL; the text says what."""


def closed(term: Term) -> Term:
    """A term as it stands in another one."""
    return term if isinstance(term, _CLOSED) else exp.Paren(this=term)


def alias(term: Term, name: str) -> Term:
    """A term under a name."""
    return exp.Alias(this=term, alias=exp.to_identifier(name, quoted=True))


def selected(terms: Sequence[Term], source: exp.Select | str, name: str = "") -> exp.Select:
    """A query of terms over a table, or over another query, which is not copied."""
    if isinstance(source, str):
        return exp.select(*terms, copy=False).from_(table(source), copy=False)
    inner = exp.Subquery(this=source, alias=exp.TableAlias(this=exp.to_identifier(name, quoted=True)))
    return exp.select(*terms, copy=False).from_(inner, copy=False)


def table(name: str) -> exp.Table:
    """A table."""
    return exp.Table(this=exp.to_identifier(name, quoted=True))


def column(name: str) -> Term:
    """A column."""
    return exp.column(name, quoted=True)


def number(value: int) -> Term:
    """A whole number."""
    told = exp.Literal.number(str(abs(value)))
    return exp.Paren(this=exp.Neg(this=told)) if value < 0 else told


def text(value: str) -> Term:
    """A text."""
    return exp.Literal.string(value)


def day(value: date) -> Term:
    """A day."""
    return exp.Cast(this=exp.Literal.string(value.isoformat()), to=exp.DataType.build("DATE"))


def cast(term: Term, to: str) -> Term:
    """A term in another type."""
    return exp.Cast(this=term, to=exp.DataType.build(to, dialect="duckdb"))


def is_true(term: Term) -> bool:
    """Whether it is known to be true."""
    return isinstance(term, exp.Boolean) and bool(term.this)


def is_false(term: Term) -> bool:
    """Whether it is known to be false."""
    return isinstance(term, exp.Boolean) and not term.this


def is_null(term: Term) -> bool:
    """Whether it is known to be nothing."""
    return isinstance(term, exp.Null)


def both(*terms: Term) -> Term:
    """All of the terms, as SQL has it: unknown where none is false and one is unknown."""
    left = [term for term in terms if not is_true(term)]
    if any(map(is_false, left)):
        return FALSE
    return _chain(exp.And, left) if left else TRUE


def either(*terms: Term) -> Term:
    """One of the terms likewise."""
    left = [term for term in terms if not is_false(term)]
    if any(map(is_true, left)):
        return TRUE
    return _chain(exp.Or, left) if left else FALSE


def _chain(kind: type[exp.Expression], terms: Sequence[Term]) -> Term:
    return terms[0] if len(terms) == 1 else chained(kind, terms)


def chained(kind: type[exp.Expression], terms: Sequence[Term]) -> Term:
    """An operation over several terms, each written once.

    As a tree of little depth: a long chain of one side would be as deep as it is long.
    """
    half = len(terms) // 2
    return kind(this=_nested(kind, terms[:half]), expression=_nested(kind, terms[half:]))


def _nested(kind: type[exp.Expression], terms: Sequence[Term]) -> Term:
    return closed(terms[0]) if len(terms) == 1 else exp.Paren(this=chained(kind, terms))


def negated(term: Term) -> Term:
    """The contrary."""
    if is_true(term) or is_false(term):
        return FALSE if is_true(term) else TRUE
    return term if is_null(term) else exp.Not(this=closed(term))


def told(term: Term) -> Term:
    """Whether it is known: never unknown itself."""
    if is_null(term):
        return FALSE
    if isinstance(term, exp.Literal | exp.Boolean):
        return TRUE
    return exp.Not(this=exp.Paren(this=exp.Is(this=closed(term), expression=exp.null())))


def untold(term: Term) -> Term:
    """Whether it is not known: never unknown itself."""
    if is_null(term):
        return TRUE
    if isinstance(term, exp.Literal | exp.Boolean):
        return FALSE
    return exp.Is(this=closed(term), expression=exp.null())


def surely(term: Term) -> Term:
    """Whether it is true: never unknown itself."""
    if is_null(term):
        return FALSE
    return term if isinstance(term, exp.Boolean) else exp.Coalesce(this=term, expressions=[exp.false()])


def perhaps(term: Term) -> Term:
    """Whether it is true or unknown: never unknown itself."""
    if is_null(term):
        return TRUE
    return term if isinstance(term, exp.Boolean) else exp.Coalesce(this=term, expressions=[exp.true()])


def compared(kind: type[exp.Expression], left: Term, right: Term) -> Term:
    """A comparison."""
    if is_null(left) or is_null(right):
        return NULL
    one, other = value_of(left), value_of(right)
    if one is not None and other is not None and kind in _HELD:
        return TRUE if _HELD[kind](one, other) else FALSE
    return kind(this=closed(left), expression=closed(right))


_HELD: dict[type[exp.Expression], Callable[[int, int], bool]] = {
    exp.EQ: operator.eq, exp.GTE: operator.ge, exp.GT: operator.gt, exp.LTE: operator.le, exp.LT: operator.lt,
}  # fmt: skip


def value_of(term: Term) -> int | None:
    """The whole number that a term is; None where it is none that is known."""
    if isinstance(term, exp.Literal) and not term.is_string:
        return int(term.this)
    if isinstance(term, exp.Paren) and isinstance(term.this, exp.Neg) and isinstance(term.this.this, exp.Literal):
        return -int(term.this.this.this)
    return None


def at_least(left: Term, right: Term) -> Term:
    """Whether one is not below another."""
    return compared(exp.GTE, left, right)


def equal(left: Term, right: Term) -> Term:
    """Whether two are one."""
    return compared(exp.EQ, left, right)


def among(term: Term, words: Iterable[str]) -> Term:
    """Whether a text is one of some."""
    options = [text(word) for word in sorted(words)]
    if not options:
        return FALSE
    return equal(term, options[0]) if len(options) == 1 else exp.In(this=closed(term), expressions=options)


def has_digits(term: Term, digits: int) -> Term:
    """Whether a whole number has some of the digits; never unknown where the number is not."""
    if is_zero(term):
        return FALSE
    some = exp.BitwiseAnd(this=closed(term), expression=number(digits))
    return exp.NEQ(this=exp.Paren(this=some), expression=number(0))


def is_zero(term: Term) -> bool:
    """Whether it is known to be zero."""
    return value_of(term) == 0


def chosen(cases: Sequence[tuple[Term, Term]], otherwise: Term = NULL) -> Term:
    """The value of the first case that is true, else another one."""
    left: list[tuple[Term, Term]] = []
    for test, value in cases:
        if is_true(test):
            otherwise = value
            break
        if not is_false(test) and not is_null(test):
            left.append((test, value))
    while left and left[-1][1] == otherwise:
        left.pop()
    if not left:
        return otherwise
    ifs = [exp.If(this=test, true=value) for test, value in left]
    return exp.Case(ifs=ifs, default=None if is_null(otherwise) else otherwise)


def counted(terms: Sequence[Term]) -> Term:
    """How many of the terms are true, none of which is ever unknown."""
    sure = sum(map(is_true, terms))
    left = [chosen([(term, number(1))], number(0)) for term in terms if not is_true(term) and not is_false(term)]
    if not left:
        return number(sure)
    return added([*left, *([number(sure)] if sure else [])])


def added(terms: Sequence[Term]) -> Term:
    """The sum."""
    known = [value for value in map(value_of, terms) if value is not None]
    if len(known) > 1 or 0 in known:
        rest = [term for term in terms if value_of(term) is None]
        return added([*rest, number(sum(known))] if sum(known) or not rest else rest)
    if len(terms) == 1:
        return terms[0]
    return chained(exp.Add, terms)


def fallen_back(term: Term, other: Term) -> Term:
    """A term, and another one where it is nothing."""
    if is_null(term):
        return other
    if is_null(other) or isinstance(term, exp.Literal | exp.Boolean):
        return term
    return exp.Coalesce(this=term, expressions=[other])
