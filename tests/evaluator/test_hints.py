"""What the facts tell and no rule knows is told beside the answer, with the nearest name, and refuses nothing."""

from __future__ import annotations

from datetime import date
from typing import Any

from jsonschema import Draft202012Validator

import schemas
from dsl.load import load_sources
from dsl.source import Source
from evaluator.engine import Engine, Query

POLICY = """\
facts { region: text }
records use { service: text of virtual_machines also spelt "Virtual Machines"   place: text }
certifications engineers "Engineers" {
  "Cloud and AI Security Engineer Associate" also spelt "SC-500"
  "Azure Network Engineer Associate"
}
designation security "Security" { requires { a: at least 1 people holding engineers } checked at own anniversary gives pack }
entitlement e { requires { b: count use[service = virtual_machines and place = "Berlin"] >= 1 or region = "EMEA" } }
"""
ENGINE = Engine(load_sources([Source("hints.policy", POLICY)]).document)
DAY = date(2023, 6, 20)


def told(**facts: Any) -> list[tuple[str, str, str]]:
    answer = ENGINE.decide(Query(("entitlement.e",), DAY, facts))
    data = answer.as_json()
    Draft202012Validator(schemas.load("answer")).validate(data)
    return [(hint["pointer"], hint["message"], hint["help"]) for hint in data.get("hints", [])]


def test_a_certification_that_no_list_has_is_told_once_with_the_nearest() -> None:
    rows = [{"person": p, "certification": "Azure Network Enginer Associate"} for p in ("ann", "bob")]

    assert told(records={"certifications": rows}) == [
        (
            "/records/certifications/0/certification",
            "no rule knows the certification `Azure Network Enginer Associate`",
            "did you mean `Azure Network Engineer Associate`?",
        )
    ]


def test_every_spelling_is_known() -> None:
    rows = [{"certification": "SC-500"}, {"certification": "Azure Network Engineer Associate"}]

    assert told(records={"certifications": rows}, facts={"region": "EMEA"}) == []


def test_certifications_of_others_are_told_together() -> None:
    rows = [{"certification": f"Zx{n:05}"} for n in range(2000)]

    assert told(records={"certifications": rows}) == [
        (
            "/records/certifications/0/certification",
            "no rule knows the certifications `Zx00000`, `Zx00001`, `Zx00002` and 1997 more",
            "they count for nothing here",
        )
    ]


def test_an_award_that_no_rule_knows_is_no_error_and_holds_nothing() -> None:
    award = {"award": "designation.securty", "attained": "2023-01-01", "anniversary": "2024-01-01", "ended": "none"}
    answer = ENGINE.decide(Query(("designation.security",), DAY, {"records": {"awards": [award]}}))

    assert told(records={"awards": [award]})[0][2] == "did you mean `designation.security`?"
    assert answer.as_json()["decisions"][0]["standing"]["held"] == "not_held"


def test_benefits_are_known_with_their_kind_and_without() -> None:
    entry = {"award": "designation.security", "anniversary": "2024-01-01", "ended": "none"}
    bought = ("pack", "benefit.pack", "none", "gold", "packk")
    awards = [{**entry, "attained": f"2023-01-0{day}", "benefits": one} for day, one in enumerate(bought, 1)]

    assert told(records={"awards": awards}) == [
        ("/records/awards/4/benefits", "no rule knows the benefit `packk`", "did you mean `pack`?")
    ]


def test_of_a_text_that_may_be_any_only_what_is_nearly_a_known_value_is_told() -> None:
    use = [{"service": "virtual-machine", "place": "berlin"}, {"service": "Storage", "place": "Paris"}]

    assert told(records={"use": use}, facts={"region": "emea"}) == [
        ("/facts/region", "no rule knows the region `emea`", "did you mean `EMEA`?"),
        ("/records/use/0/service", "no rule knows the service `virtual-machine`", "did you mean `virtual_machines`?"),
        ("/records/use/0/place", "no rule knows the place `berlin`", "did you mean `Berlin`?"),
    ]


def test_a_text_that_may_be_any_may_also_differ_in_a_letter() -> None:
    others = [{"service": f"Service {n}"} for n in range(40)]
    use = [*others, {"service": "Virtual Machnies", "place": "Bern"}, {"service": "Virtual Networks"}]

    assert told(records={"use": use}, facts={"region": "EMEA"}) == [
        ("/records/use/40/service", "no rule knows the service `Virtual Machnies`", "did you mean `virtual_machines`?")
    ]


def test_there_are_never_more_than_a_few() -> None:
    rows = [{"certification": f"Azure Network Engineer Associate {n}"} for n in range(500)]

    assert len(told(records={"certifications": rows})) == 10
