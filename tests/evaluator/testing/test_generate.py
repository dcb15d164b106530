"""Scenarios that are made show what was not seen, and are decided as they say."""

from __future__ import annotations

import pytest

from evaluator.testing.coverage import Coverage
from evaluator.testing.generate import generate, starts
from evaluator.testing.runner import run


@pytest.mark.parametrize(
    "rule", ["designation.cloud", "competency.delivery.gold", "fee.cloud_fee", "choice.benefits", "entitlement.publish",
             "lifecycle.competency.delivery.silver", "program.expert"]
)  # fmt: skip
def test_what_is_made_shows_what_was_missing(acme, acme_file, rule):
    seen = Coverage(acme.core)
    run(acme, acme_file, seen.watch)
    missing = {(one.part, aspect) for one in seen.parts if one.part.rule == rule for aspect in one.missing}

    found = generate(acme, rule, seen, starts(acme, [acme_file], rule))

    left = {(covered.part, aspect) for covered, aspect in found.left}
    still = {(one.part, aspect) for one in seen.parts if one.part.rule == rule for aspect in one.missing}
    assert still == {one for one in left if one[0].rule == rule}
    assert len(still) < len(missing) or not missing
    assert len({one.name for one in found.made}) == len(found.made)


def test_thresholds_are_seen_below_at_and_above(acme):
    rule = "competency.delivery.gold"
    seen = Coverage(acme.core)

    found = generate(acme, rule, seen, starts(acme, [], rule))

    shown = {one.part.name: one.seen for one in seen.parts if one.part.kind == "threshold"}
    assert shown["3 people"] == {"below", "at", "above"}
    assert "One step above 3 people: People" in [one.name for one in found.made]


def test_nothing_is_made_where_nothing_is_missing(acme):
    seen = Coverage(acme.core)
    first = generate(acme, "entitlement.publish", seen, starts(acme, [], "entitlement.publish"))

    again = generate(acme, "entitlement.publish", seen, starts(acme, [], "entitlement.publish"))

    assert first.made
    assert again.made == []
    assert len(again.left) == len(first.left)
