"""Who reads what: the policies are asked by the role of the reader, section by section.

The right ``see_report`` says who sees the report, ``see_report_people`` and the like who sees one of its sections beside
that; as an entitlement, or under the programme's own word for one. What the policies say nothing of is seen by whoever may ask.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any, Literal, TypeAlias, get_args

from evaluator.acceptance.facts_schema import FactErrors, FactProblem
from evaluator.engine import Engine, Query
from review.languages.voice import Voice

Json = Any
Section: TypeAlias = Literal["summary", "metrics", "history", "due", "people"]
SECTIONS: tuple[Section, ...] = get_args(Section)
SEES = "see_report"
"""The right that says who sees the report; with ``_`` and a section behind it, who sees that section."""
ROLE = "report_role"
"""The fact that the rules ask for the role."""


class ReaderErrors(FactErrors):
    """The role is none that the policies know; pointers are into the role itself."""


class NotForReader(PermissionError):
    """The policies do not let the reader see the report."""

    def __init__(self, role: str | None, rule: str) -> None:
        self.role = role
        self.rule = rule
        who = f"`{role}`" if role is not None else "a reader whose role is not told"
        super().__init__(f"{rule} does not let {who} see the report")


@dataclass(frozen=True, slots=True)
class Withheld:
    """A section that its reader does not see, and the rule that says so."""

    section: Section
    rule: str
    title: str
    eligibility: str

    def as_json(self) -> dict[str, Json]:
        """Return all of it."""
        return {"section": self.section, "rule": self.rule, "title": self.title, "eligibility": self.eligibility}


@dataclass(frozen=True, slots=True)
class Readers:
    """The sections that a reader sees, and those that it does not."""

    sections: tuple[Section, ...]
    withheld: tuple[Withheld, ...] = ()


def readers(engine: Engine, role: str | None, as_of: date, *, is_asked: bool, say: Voice) -> Readers:
    """Return what a reader sees on a day.

    Args:
        engine: what decides.
        role: the reader's role, None where it is not told.
        as_of: the day.
        is_asked: whether the policies are asked though no role is told; else whoever tells none sees all.
        say: the voice of the language that titles are told in.

    Raises:
        ReaderErrors: the policies know no roles, or not this one.
        NotForReader: the policies do not let the reader see the report.
    """
    if role is None and not is_asked:
        return Readers(SECTIONS)
    facts: dict[str, Json] = {"facts": {}}
    if role is not None:
        if ROLE not in engine.core.facts:
            said = f"the policies know no roles of readers: there is no fact `{ROLE}`"
            raise ReaderErrors((FactProblem("", "F101", said, "leave out the role"),))
        facts = {"facts": {ROLE: role}}
        try:
            engine.reader.check(facts)
        except FactErrors as error:
            raise ReaderErrors(
                tuple(FactProblem("", one.code, one.message, one.help) for one in error.problems)
            ) from error
    whole = _right(engine, SEES)
    if _decided(engine, whole, facts, as_of) not in (None, "eligible"):
        raise NotForReader(role, whole)
    seen: list[Section] = []
    withheld: list[Withheld] = []
    for section in SECTIONS:
        rule = _right(engine, f"{SEES}_{section}")
        eligibility = _decided(engine, rule, facts, as_of)
        if eligibility in (None, "eligible"):
            seen.append(section)
        else:
            withheld.append(Withheld(section, rule, say.title(engine.core.rules[rule].title), eligibility or ""))
    return Readers(tuple(seen), tuple(withheld))


def _right(engine: Engine, name: str) -> str:
    """Return the id of a right by its name, whatever word the programme has for one."""
    ids = [f"{kind}.{name}" for kind in engine.core.kinds.rights]
    return next((one for one in ids if one in engine.core.rules), ids[0])


def _decided(engine: Engine, rule: str, facts: Json, as_of: date) -> str | None:
    """Return whether a reader may; None where the policies say nothing of it on the day."""
    if rule not in engine.core.rules:
        return None
    [decision] = engine.outcomes_of(Query((rule,), as_of, facts, detail="none"))
    return decision.eligibility if decision.in_force else None
