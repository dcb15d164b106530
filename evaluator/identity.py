"""Keys of answers: equal where the same policies are asked the same of facts that mean the same to the rule.

A key is made of the policies' digest, the engine, the day, the rule, and what is told of all that the rule can read
(``dsl.core.references``, and ``GET /v1/rules/{rule}/schema``). How a value is written does not count: ``100``, ``"100"``
and ``1E2`` are one number, two spellings one word, and the steps of a history stand in any order. Nor does the order of
records, unless one lacks a field: what is missing is told by the place of its record.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from datetime import date
from decimal import Decimal
from json.encoder import encode_basestring
from typing import Any, TypeAlias

import orjson

from dsl import core as c
from dsl.builtin import AWARDS
from dsl.core.calendar import month_text
from dsl.core.references import Reading, Reads
from dsl.json_values import decimal_text
from evaluator.alike import Alike
from evaluator.deadline import look_at_the_clock
from evaluator.facts import Facts, Records

Json = Any


class AnswerKeys:
    """The keys of the answers that one engine gives."""

    def __init__(self, core: c.Core, engine: str) -> None:
        self.core = core
        self.engine = engine
        self._reading = Reading(core)
        self._alike = Alike(core)
        self._keys: dict[tuple[str, date, str], str] = {}
        self._reads: dict[tuple[str, ...], Reads] = {}
        self._whole: dict[tuple[str, tuple[str, ...], str | None], bool] = {}
        self._writers: dict[str, _Writer] = {}
        self._most_told: dict[str, int] = {}
        self._fact_writers: dict[str, Callable[[Json], str]] = {}
        self._head = f"{_plain(core.digest)}, {_plain(engine)}"

    def of(
        self, rules: Iterable[str], data: Mapping[str, Json], as_of: date, *, facts: Facts | None = None
    ) -> dict[str, str]:
        """Return the key of each rule's answer, by the rule: a SHA-256 in hexadecimal digits.

        Args:
            rules: ids of rules.
            data: facts that fit the vocabulary.
            as_of: the day of the question.
            facts: the same, where somebody reads them already.
        """
        meant = _Meant(self, facts or Facts(self.core, data, as_of))
        return {rule: self._of_rule(rule, meant, as_of) for rule in rules}

    def _of_rule(self, rule: str, meant: _Meant, as_of: date) -> str:
        """Return the key of a rule's answer: made once for all of whom the same little is told that it reads."""
        who = self._alike.who(rule, meant.told)
        if who is None:
            return self._key(rule, self._reads_of(rule, meant), meant, as_of)
        found = self._keys.get((rule, as_of, who))
        if found is None:
            if len(self._keys) >= MOST_KEPT:
                self._keys.clear()
            found = self._keys[rule, as_of, who] = self._key(rule, self._reads_of(rule, meant), meant, as_of)
        return found

    def look_up(self) -> None:
        """Look up what every rule can read, so that no question waits for it."""
        for rule in self.core.rules:
            self._of((rule,))

    def reads(self, rule: str, data: Mapping[str, Json], as_of: date) -> Reads:
        """Return what a rule can read of facts: where it asks for anniversaries of others, the register says of which."""
        return self._reads_of(rule, _Meant(self, Facts(self.core, data, as_of)))

    def _reads_of(self, rule: str, meant: _Meant) -> Reads:
        reads = self._of((rule,))
        # What is held gives its anniversary to others; whether it is held still, its own checks say.
        for projected in (False, True):
            if reads.of_others:
                reads = self._of((rule, *meant.asked(projected)))
            if not reads.projected:
                break
        return reads

    def _of(self, names: tuple[str, ...]) -> Reads:
        found = self._reads.get(names)
        if found is None:
            found = self._reading.of([self.core.asked(name) for name in names])
            if len(names) > 1 and len(self._reads) >= MOST_KEPT:
                self._reads.clear()
            self._reads[names] = found
        return found

    def _key(self, rule: str, reads: Reads, meant: _Meant, as_of: date) -> str:
        look_at_the_clock()
        # A line for each thing that is read: nothing that is told has a line break in it.
        lines = [self._head, as_of.isoformat(), rule]
        for projected in (False, True) if reads.projected else (False,):
            lines.append("projected" if projected else "told")
            lines += [meant.fact(name, projected) for name in reads.facts]
            lines += [meant.fact(name, projected) for name in reads.measures]
            lines += [meant.records(name, projected) for name in reads.records]
        return _digest("\n".join(lines))

    def fact_writer(self, name: str) -> Callable[[Json], str]:
        """Return what writes a whole number or a text that is told of a fact or measure."""
        found = self._fact_writers.get(name)
        if found is None:
            type_ = (self.core.facts.get(name) or self.core.named[name]).type
            found = _number if type_.is_numeric else lambda raw: _plain(value_text(raw, type_))
            self._fact_writers[name] = found
        return found

    def writer(self, declaration: c.RecordsDecl) -> _Writer:
        """Return what writes a record of a list."""
        found = self._writers.get(declaration.name)
        return found or self._writers.setdefault(declaration.name, _writer(declaration))

    def most_told(self, declaration: c.RecordsDecl) -> int:
        """Return how many fields a record of a list can tell."""
        found = self._most_told.get(declaration.name)
        if found is None:
            found = self._most_told[declaration.name] = len(_told_by(declaration))
        return found

    def is_whole(self, declaration: c.RecordsDecl, told: tuple[str, ...], award: str | None) -> bool:
        """Whether a record tells all of its fields, so that its place is nowhere told.

        Args:
            declaration: of its list.
            told: the fields that it tells.
            award: of an entry of the register, which award it is of; without levels it has no field for one.
        """
        key = (declaration.name, told, award)
        found = self._whole.get(key)
        if found is None:
            if len(self._whole) >= MOST_KEPT:
                self._whole.clear()
            found = self._whole[key] = self._is_whole(declaration, told, award)
        return found

    def _is_whole(self, declaration: c.RecordsDecl, told: Collection[str], award: str | None) -> bool:
        names = _told_by(declaration)
        if award is not None and not any(rule.levels for rule in self.core.rules_of_entry.get(award, ())):
            names.discard("level")
        return names <= set(told)


def _told_by(declaration: c.RecordsDecl) -> set[str]:
    """Return the fields that records of a list can tell."""
    names = {name for name, field in declaration.fields.items() if field.formula is None}
    return {*names, "month"} if declaration.monthly else names


MOST_KEPT = 10_000
"""For how many registers it is kept what a rule can read, for how many forms of records whether they tell all fields, and
how many keys that are the same for many; then it is looked up anew."""
MOST_VALUES = 10_000
"""How many values of a field are kept as they are written; then they are written anew."""
_ABSENT = "-"
"""Stands for what is not told."""


class _Meant:
    """Digests of what is told, each made once however many rules read it."""

    def __init__(self, keys: AnswerKeys, facts: Facts) -> None:
        self.keys = keys
        self.core = facts.core
        self.told = facts
        self._facts: tuple[dict[str, str], dict[str, str]] = ({}, {})
        self._found: dict[tuple[str, bool], str] = {}
        self._asked: dict[bool, tuple[str, ...]] = {}

    def asked(self, projected: bool) -> tuple[str, ...]:
        """Return the rules that the checks of the register's entries may ask: of those told, and of those projected too."""
        found = () if not projected and self.told.never_attained else self._asked.get(projected)
        if found is None:
            lists = [self.told.records(AWARDS.name, of) for of in ((False, True) if projected else (False,))]
            told = {row.data.get("award") for records in lists for row in records.rows or ()}
            rules = {rule.id for award in told if award for rule in self.core.rules_of_entry.get(award, ())}
            found = self._asked[projected] = tuple(sorted(rules))
        return found

    def fact(self, name: str, projected: bool) -> str:
        """Return what is told of a fact or measure."""
        found = self._facts[projected].get(name)
        if found is None:
            told = self.told.section("facts", True) if projected else self.told.now
            found = _ABSENT
            if name in told:
                raw = told[name]
                is_plain = raw.__class__ is int or raw.__class__ is str
                found = self.keys.fact_writer(name)(raw) if is_plain else self._fact(name, raw)
            self._facts[projected][name] = found
        return found

    def _fact(self, name: str, raw: Json) -> str:
        type_ = (self.core.facts.get(name) or self.core.named[name]).type
        if not isinstance(raw, dict):
            return _plain(value_text(raw, type_))
        # The days are of one form, so that texts are in their order; of one day the last step counts.
        steps = sorted(raw["history"], key=lambda step: str(step["from"]))
        return _plain([[step["from"], value_text(step["value"], type_)] for step in steps])

    def records(self, name: str, projected: bool) -> str:
        """Return the digest of a list of records."""
        key = (name, projected)
        if key not in self._found:
            found = self.told.records(name, projected)
            if found.told is None:
                self._found[key] = _ABSENT
            elif not found.told and not found.partial and found.covers is None:
                self._found[key] = _EMPTY
            else:
                rows = self._rows(found, found.told)
                covers = "null"
                if found.covers is not None:
                    covers = f"[{', '.join([_plain(month_text(month)) for month in found.covers])}]"
                partial = "true" if found.partial else "false"
                self._found[key] = _digest(f"[[{', '.join(rows)}], {partial}, {covers}]")
        return self._found[key]

    def _rows(self, found: Records, told: Sequence[Mapping[str, Json]]) -> list[str]:
        """Return what each record tells, as ``_plain`` writes it: in no order of theirs, or each with its place."""
        write = self.keys.writer(found.declaration)
        texts = [write(record) for record in told]
        if self._are_whole(found, told):
            return sorted(texts)
        return [f"[{_plain(row.pointer)}, {text}]" for row, text in zip(found.rows or (), texts, strict=True)]

    def _are_whole(self, found: Records, told: Sequence[Mapping[str, Json]]) -> bool:
        """Whether each record tells all of its fields."""
        if found.declaration is not AWARDS:
            # Nothing else is told in them.
            return min(map(len, told), default=0) == self.keys.most_told(found.declaration) or not told
        forms = {(tuple(record), record.get("award")) for record in told}
        return all(self.keys.is_whole(found.declaration, form, award) for form, award in forms)


_Writer: TypeAlias = Callable[[Mapping[str, Json]], str]
"""Writes a record of a list."""


def _writer(declaration: c.RecordsDecl) -> _Writer:
    types = {name: field.type for name, field in declaration.fields.items()}
    if all(type_.kind in _AS_TOLD for type_ in types.values()):
        # Under their own names all of it means what it is written as.
        return _in_order
    fields = {name: _field_writer(name, types.get(name)) for name in _told_by(declaration)}
    return lambda record: f"{{{', '.join([fields[name](record[name]) for name in sorted(record)])}}}"


_AS_TOLD = ("text", "date", "choice", "flag")
"""What is told in one way, but for other names of the same."""


def _in_order(record: Mapping[str, Json]) -> str:
    return orjson.dumps(record, option=orjson.OPT_SORT_KEYS).decode()


def _field_writer(name: str, type_: c.Type | None) -> Callable[[Json], str]:
    head = f"{_plain(name)}: "
    if type_ is None:
        return lambda raw: f"{head}{_plain(str(raw))}"
    if type_.kind == "text" and not type_.spellings:
        # Texts of partners, names of persons among them, are not kept.
        return lambda raw: f"{head}{encode_basestring(raw)}"
    known = _Known(head, type_)
    if type_.is_numeric or type_.kind == "flag":
        # 1 and true are equal, and do not mean the same.
        return lambda raw: known[raw.__class__, raw]
    return known.__getitem__


class _Known(dict[Json, str]):
    """Values of a field, as they are written: they are few, and each is written once, for all partners who tell it."""

    def __init__(self, head: str, type_: c.Type) -> None:
        super().__init__()
        self._head = head
        self._type = type_

    def __missing__(self, key: Json) -> str:
        if len(self) >= MOST_VALUES:
            self.clear()
        raw = key[1] if isinstance(key, tuple) else key
        found = self[key] = f"{self._head}{_plain(value_text(raw, self._type))}"
        return found


def value_text(raw: Json, type_: c.Type) -> str:
    """Return a told value as a text: the same for all that mean the same to the type."""
    if raw.__class__ is int:
        return str(raw)
    if type_.is_numeric:
        # A float is what it is written as, not the binary fraction next to it.
        return decimal_text(Decimal(repr(raw)) if isinstance(raw, float) else Decimal(raw))
    if isinstance(raw, bool):
        return "true" if raw else "false"
    return type_.value_of(raw) if type_.kind in ("choice", "text") else str(raw)


def _digest(meant: str) -> str:
    return hashlib.sha256(meant.encode()).hexdigest()


_ENCODER = json.JSONEncoder(sort_keys=True, ensure_ascii=False)


def _number(raw: int | str) -> str:
    return f'"{raw if raw.__class__ is int else decimal_text(Decimal(raw))}"'


_EMPTY = _digest("[[], false, null]")
"""Of a list that is told to be empty."""


def _plain(meant: Json) -> str:
    return encode_basestring(meant) if isinstance(meant, str) else _ENCODER.encode(meant)
