"""Reasons by their codes: a query may ask for some of them alone (`only`)."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from fnmatch import translate
from typing import Any
from weakref import WeakKeyDictionary

from dsl import core as c
from dsl.core.walk import walk
from dsl.diagnostics import proposed
from evaluator.engine import Engine
from review.scenarios.labels import codes
from server.api.problems import Fault

Json = Any
MOST = 100
"""Codes and patterns that a query may name."""
_Wanted = Callable[[str], object]


def unknown_faults(engine: Engine, only: Sequence[str]) -> Iterator[Fault]:
    """Yield the codes of a query that no rule has, and patterns that fit none."""
    known = _codes(engine)
    for index, name in enumerate(only):
        if name in known or ("*" in name and any(map(_wanted((name,)), known))):
            continue
        advice = proposed(name, known, "GET /v1/rules/{rule} tells the codes of a rule")
        yield Fault(code="Q112", message=f"no reason has the code `{name}`", help=advice, pointer=f"/only/{index}")


def keep(answer: Json, only: Sequence[str]) -> None:
    """Leave of the reasons of an answer (``schemas/answer``) those asked for, whole, and what they stand below."""
    wanted = _wanted(tuple(only))
    _keep_decisions(answer["decisions"], wanted)
    changed = answer.get("what_if")
    if changed is not None:
        _keep_decisions(changed["decisions"], wanted)
        for one in changed["differences"]:
            one["reasons"] = [reason for reason in one["reasons"] if wanted(reason["code"])]


def _keep_decisions(decisions: Iterable[Json], wanted: _Wanted) -> None:
    for decision in decisions:
        for one in (decision, *decision.get("options", ())):
            if "reasons" in one:
                one["reasons"] = list(_kept(one["reasons"], wanted))


def _kept(reasons: Iterable[Json], wanted: _Wanted) -> Iterator[Json]:
    for reason in reasons:
        if wanted(reason["code"]):
            yield reason
            continue
        parts = list(_kept(reason.get("parts", ()), wanted))
        seen = [code for code in reason.get("see", ()) if wanted(code)]
        if parts or seen:
            rest = {name: value for name, value in reason.items() if name not in ("parts", "see")}
            yield {**rest, **({"see": seen} if seen else {}), **({"parts": parts} if parts else {})}


def _wanted(only: Sequence[str]) -> _Wanted:
    """Return whether a code is asked for: as it stands, or by a pattern in which ``*`` stands for any part of it."""
    # Of the signs of a pattern a query has the star alone.
    return re.compile("|".join(translate(re.sub(r"[\[?]", "[\\g<0>]", name)) for name in only)).match


_known: WeakKeyDictionary[Engine, frozenset[str]] = WeakKeyDictionary()


def _codes(engine: Engine) -> frozenset[str]:
    """Return the codes of all rules, and of what several of them name."""
    found = _known.get(engine)
    if found is None:
        figures = (one for one in engine.core.named.values() if not one.is_measure)
        shared = (node.code for one in figures for node in walk(one.value) if isinstance(node, c.Requirement))
        windows = (f"{rule.id}.window" for rule in engine.core.rules.values() if rule.of_kind.decides == "options")
        found = _known[engine] = frozenset((*codes(engine.core), *shared, *windows))
    return found
