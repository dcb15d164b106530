"""The page for programs: everything that it tells, uncut."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from typing import Any

from review.diff.impact_report import impact_json
from review.diff.report import diff_json
from review.prove.check_report import Checked, check_json
from review.prove.report import Proved, prove_json
from review.request.findings import Finding, findings
from review.request.flips import Flipped, flipped
from review.request.proof import Proof
from review.request.request import Request, headline
from review.request.scenarios import Outcome
from review.scenarios.ready.citations import Leaf, shown

Json = Any


def page_json(told: Request) -> dict[str, Json]:
    """Return the page as JSON."""
    impact = told.impact
    return {
        "headline": headline(told),
        "diff": diff_json(told.found, told.today),
        "impact": None if impact is None else {**impact_json(impact), "ways": list(map(_way, flipped(impact)))},
        "proof": None if told.proof is None else proof_json(told.proof),
        "scenarios": {
            "asked": told.scenarios.asked,
            "of": told.scenarios.of,
            "told": list(map(_outcome, told.scenarios.told)),
            "removed": [{"name": one.scenario.name, "at": one.place} for one in told.scenarios.removed],
        },
        "untried": [
            {"kind": one.part.kind, "name": one.part.name, "at": one.place, "missing": list(one.missing)}
            for one in told.untried
        ],
        "sources": {
            "rest_on_something_else": [
                {"name": one.name, "what": one.what, "before": one.before, "after": one.after}
                for one in told.sources.rested
            ],
            "uncited": list(_leaves(told.sources.uncited)),
            "provisional": list(_leaves(told.sources.provisional)),
        },
        "findings": list(map(_finding, findings(told))),
    }


def proof_json(proof: Proof) -> dict[str, Json]:
    """Return what is proved, and what was left with why."""
    return {
        "rules": prove_json(Proved(dict(proof.titles), proof.verdicts))["rules"],
        "properties": check_json(Checked(proof.properties))["properties"],
        "removed": list(proof.removed),
        "left": dict(proof.left),
    }


def _way(row: Flipped) -> dict[str, Json]:
    return {
        "rule": row.rule,
        "way": row.way,
        "count": row.count,
        "kinds": dict(row.kinds),
        "clauses": dict(row.clauses),
    }


def _outcome(one: Outcome) -> dict[str, Json]:
    return {
        "name": one.told.scenario.name,
        "at": one.told.place,
        "before": one.before,
        "after": one.after,
        "new": one.new,
        "why": list(one.why),
    }


def _leaves(leaves: Iterable[Leaf]) -> Iterable[dict[str, Json]]:
    return ({"figure": shown(leaf), "at": leaf.origin.place} for leaf in leaves)


def _finding(one: Finding) -> dict[str, Json]:
    found = one.diagnostic
    known_by = f"{found.span.source.name}\n{found.code}\n{found.message}"
    return {
        "word": one.word,
        "code": found.code,
        "severity": found.severity.value,
        "message": found.message,
        "help": found.help,
        "file": found.span.source.name,
        "line": found.span.line,
        "fingerprint": hashlib.sha256(known_by.encode()).hexdigest(),
    }
