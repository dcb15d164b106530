"""Scenarios that are made show what was not seen, and are decided as they say."""

from __future__ import annotations

from dataclasses import replace

import pytest

from dsl.load import load_sources
from dsl.source import Source
from evaluator.engine import Engine
from review.scenarios.coverage import Coverage
from review.scenarios.generate import Partners, generate
from review.scenarios.runner import run


@pytest.mark.parametrize(
    "rule", ["designation.cloud", "competency.delivery.gold", "fee.cloud_fee", "choice.benefits", "entitlement.publish",
             "lifecycle.competency.delivery.silver", "program.expert"]
)  # fmt: skip
def test_what_is_made_shows_what_was_missing(acme, acme_file, rule):
    seen = Coverage(acme.core)
    run(acme, acme_file, seen.watch)
    missing = {(one.part, aspect) for one in seen.parts if one.part.rule == rule for aspect in one.missing}

    found = generate(acme, rule, seen, Partners(acme, [acme_file]))

    left = {(covered.part, aspect) for covered, aspect in found.left}
    still = {(one.part, aspect) for one in seen.parts if one.part.rule == rule for aspect in one.missing}
    assert still == {one for one in left if one[0].rule == rule}
    assert len(still) < len(missing) or not missing
    assert len({one.name for one in found.made}) == len(found.made)


def test_thresholds_are_seen_below_at_and_above(acme):
    rule = "competency.delivery.gold"
    seen = Coverage(acme.core)

    found = generate(acme, rule, seen, Partners(acme, []))

    shown = {one.part.name: one.seen for one in seen.parts if one.part.kind == "threshold"}
    assert shown["3 people"] == {"below", "at", "above"}
    assert "One step above 3 people: People" in [one.name for one in found.made]


def test_nothing_is_made_where_nothing_is_missing(acme):
    seen = Coverage(acme.core)
    first = generate(acme, "entitlement.publish", seen, Partners(acme, []))

    again = generate(acme, "entitlement.publish", seen, Partners(acme, []))

    assert first.made
    assert again.made == []
    assert len(again.left) == len(first.left)


def test_what_asks_for_an_award_borrows_partners_of_that_award(acme, acme_file):
    of_cloud = [one for one in acme_file.scenarios if "choice.benefits" not in str(one.steps)]
    seen = Coverage(acme.core)

    found = generate(acme, "choice.benefits", seen, Partners(acme, [replace(acme_file, scenarios=tuple(of_cloud))]))

    refused = {one.start.name for one in found.made if one.name.startswith("Cloud benefits is not open")}
    assert refused <= {one.name for one in of_cloud}
    assert len(refused) == 1


def test_a_part_is_tried_on_a_day_on_which_it_is_in_force():
    policy = """
package deals "Deals"
source guide "Guide"
facts { revenue: count "Revenue" }
define mark "Mark": count {
  from 2022-01-01: 5 cite guide "Deals"
  from 2024-01-01: 10 cite guide "Deals"
}
entitlement deal "Deal registration" from 2022-01-01 { revenue: revenue >= mark }
"""
    loaded = load_sources([Source("deals.policy", policy)])
    assert loaded.diagnostics == ()
    engine = Engine(loaded.document)
    seen = Coverage(engine.core)

    found = generate(engine, "entitlement.deal", seen, Partners(engine, []))

    later = [one.seen for one in seen.parts if one.part.kind == "requirement" and one.part.name.endswith("revenue")]
    assert later == [{"met", "unmet", "undetermined"}]
    assert found.left == []
