"""A measure is asked as a rule is: its value as a range, why, what is missing, and by every way of asking."""

from __future__ import annotations

import json
import re
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from jsonschema import Draft202012Validator

import schemas
from cli.main import merit
from dsl.load import load_sources
from dsl.source import Source
from evaluator.engine import Engine, Query, UnknownRule
from evaluator.prepared import Often
from server.app import create_app
from tests.properties.test_batch import DAYS, batch, differences, imported, partners, rows
from tests.shipped import engine_of

LAWS = [
    path
    for path in sorted((Path(__file__).resolve().parents[1] / "data" / "policies" / "laws").glob("*.policy"))
    if path.read_text(encoding="utf-8").count("\nmeasure ") > 1
]
POLICY = """
source guide "Guide"
facts { seats: count  market: one of larger, other  passed: flag  spent: money USD }
records sales "Sales" monthly { seats: count  closed: flag }
define mark "Mark": count = 3
measure won "Seats won": count, may be supplied = sum seats of sales[closed] over trailing 12 months
measure share "A part": money USD = 2.5 % of spent cite guide "Shares"
measure size "Size": one of small, large = first of { small when seats < 10  large otherwise }
measure good "Good enough": flag = seats >= mark and passed
measure score "Counted": points = total of {
  people "Seats": seats earns 4 points each, up to 20 points
  bonus "Passed": passed earns 5 points
}
designation work { requires { x: won >= 1 }  checked at never }
"""
DAY = date(2023, 4, 15)
FACTS: dict[str, Any] = {"facts": {"seats": 4, "spent": "1000"}}
MUCH: dict[str, Any] = {"facts": {"won": 2, "seats": 1, "passed": True, "market": "other", "spent": "0.5"}}
IDS = ["measure.won", "measure.share", "measure.size", "measure.good", "measure.score"]


def engine(*, reference: bool = False) -> Engine:
    loaded = load_sources([Source("m.policy", POLICY)])
    assert not loaded.errors
    return Engine(loaded.document, reference=reference)


def decided(facts: dict[str, Any], *asked: str) -> dict[str, Any]:
    answer = engine().decide(Query(asked or ("measure.*",), DAY, facts)).as_json()
    Draft202012Validator(schemas.load("answer")).validate(answer)
    return {one["rule"]: one for one in answer["decisions"]}


def test_each_sort_of_value_is_told_with_its_unit() -> None:
    found = decided(FACTS)

    assert {name: one["value"] for name, one in found.items()} == {
        "measure.won": {"value": {"from": "0"}},
        "measure.share": {"value": "25", "unit": "USD"},
        "measure.size": {"value": "small"},
        "measure.good": {"value": "unknown"},
        "measure.score": {"value": {"from": "16", "to": "21"}, "unit": "points"},
    }
    assert all(one["in_force"] and "amount" not in one and "eligibility" not in one for one in found.values())


def test_it_says_why_and_what_is_missing() -> None:
    found = decided(FACTS)

    [why] = found["measure.score"]["reasons"]
    assert (why["code"], why["outcome"]) == ("measure.score.value", "undetermined")
    assert [part["points"] for part in why["parts"]] == ["16", {"from": "0", "to": "5"}]
    assert [one["pointer"] for one in found["measure.score"]["missing"]] == ["/facts/passed"]
    assert [one["pointer"] for one in found["measure.won"]["missing"]] == ["/facts/won"]
    assert found["measure.share"]["reasons"][0]["cite"] == [{"source": "Guide", "place": "Shares"}]


def test_a_value_that_is_told_counts_and_what_the_records_contradict_is_told() -> None:
    months = [f"2022-{month:02}" for month in range(4, 13)] + ["2023-01", "2023-02", "2023-03"]
    sales = {"sales": [{"month": month, "seats": 5, "closed": month == "2023-03"} for month in months]}
    told = decided({"facts": {"won": 7}, "records": sales}, "measure.won")["measure.won"]

    assert told["value"] == {"value": "7"}
    assert [one["measure"] for one in told["disagreements"]] == ["won"]
    assert decided({"records": sales}, "measure.won")["measure.won"]["answer_key"] != told["answer_key"]


def test_patterns_of_rules_name_no_measure() -> None:
    of = engine()

    assert [rule.id for rule in of.asked("*")] == ["designation.work"]
    assert [rule.id for rule in of.asked("measure.s*")] == ["measure.share", "measure.size", "measure.score"]
    assert [rule.id for rule in of.found("measure.*")] == IDS
    with pytest.raises(UnknownRule):
        of.asked("measure.mark")
    with pytest.raises(UnknownRule) as refused:
        of.asked("measure.shares")
    assert refused.value.suggestion == "measure.share"
    with pytest.raises(UnknownRule) as bare:
        of.rules("share")
    assert bare.value.suggestion == "measure.share"


@pytest.mark.parametrize("facts", [FACTS, {}, MUCH])
def test_the_interpreter_and_what_is_compiled_say_the_same(facts: dict[str, Any]) -> None:
    one, other = engine(), engine(reference=True)
    one.prepared.often = Often(one.core, after=0)
    for detail in ("full", "none"):
        query = Query(("measure.*",), DAY, facts, detail=detail)  # type: ignore[arg-type]

        assert json.dumps(one.decide(query).as_json()) == json.dumps(other.decide(query).as_json())
    for name in IDS:
        assert one.value(name, facts, DAY) == other.value(name, facts, DAY)
        assert one.outcomes(name, facts, DAY) == other.outcomes(name, facts, DAY)
        assert one.truth(name, facts, DAY) is None


def test_the_service_decides_lists_and_tells_measures() -> None:
    client = create_app(engine()).test_client()
    query = {"decide": ["measure.score", "designation.work"], "as_of": str(DAY), "facts": FACTS}

    answer = client.post("/v1/decisions", json=query).get_json()
    tagged = client.post("/v2/decisions", json=query).get_json()
    only = client.post("/v1/decisions", json={**query, "only": ["measure.score.value"]})
    changed = client.post("/v1/decisions", json={**query, "what_if": {"set": {"passed": True}}}).get_json()
    listed = client.get("/v1/rules?kind=measure").get_json()
    found = client.get("/v1/rules?kind=measure&q=seats+won").get_json()
    told = client.get("/v1/rules/measure.score").get_json()
    schema = client.get("/v1/rules/measure.score/schema").get_json()

    assert answer["decisions"][0]["value"] == {"value": {"from": "16", "to": "21"}, "unit": "points"}
    assert tagged["decisions"][0]["value"]["value"] == {"kind": "range", "from": "16", "to": "21"}
    assert only.status_code == 200
    assert changed["what_if"]["decisions"][0]["value"]["value"] == "21"
    [outcome] = changed["what_if"]["differences"][0]["outcomes"]
    assert outcome == {"what": "value", "before": "16 to 21 points", "after": "21 points"}
    assert [one["id"] for one in listed["rules"]] == IDS
    assert [one["id"] for one in found["rules"]] == ["measure.won"]
    assert [one["id"] for one in client.get("/v1/rules").get_json()["rules"]] == ["designation.work"]
    Draft202012Validator(schemas.load("rule_list")).validate(listed)
    Draft202012Validator(schemas.load("rule")).validate(told)
    assert told["versions"][0]["value"]["says"].startswith("the total of")
    assert set(schema["properties"]["facts"]["properties"]) == {"seats", "passed"}


def test_a_batch_says_the_same(tmp_path: Path) -> None:
    of = engine()
    told = [{"partner": f"p{number}", **one} for number, one in enumerate((FACTS, {}, MUCH))]

    done = batch(of, imported(of, told, tmp_path / "facts"), tmp_path / "out", DAY, ("measure.*",))  # type: ignore[arg-type]

    assert differences(of, told, DAY, ("measure.*",), tmp_path / "out") == []
    assert (done.lowered, done.rules) == (3, 5)
    found = {(row["partner"], row["rule"]): row for row in rows(tmp_path / "out")}
    assert (found["p0", "measure.share"]["amount"], found["p0", "measure.share"]["currency"]) == (25, "USD")
    assert [found["p2", f"measure.{name}"]["stage"] for name in ("size", "good", "score")] == ["small", "false", None]


@pytest.mark.parametrize("path", LAWS, ids=lambda path: path.stem)
def test_of_the_policies_of_the_laws_every_way_says_the_same(path: Path, tmp_path: Path) -> None:
    of = engine_of(path)
    reference, day, every = Engine(of.document, of.core, reference=True), DAYS[1], ("measure.*",)
    told = partners(of, day, seed=5, each=2)
    of.prepared.often = Often(of.core, after=0)

    for facts in told:
        query = Query(every, day, facts)
        assert json.dumps(of.decide(query).as_json()) == json.dumps(reference.decide(query).as_json())

    done = batch(of, imported(of, told, tmp_path / "facts"), tmp_path / "out", day, every)  # type: ignore[arg-type]
    assert differences(reference, told, day, every, tmp_path / "out") == []  # type: ignore[arg-type]
    assert 0 < done.lowered <= done.rules == len(of.core.measures)


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("en", ("Value: 25 USD", "value: ")),
        ("ja", ("値\uff1a25 USD", "値\uff1a")),
        ("zh-TW", ("值\uff1a25 USD", "值\uff1a")),
    ],
)
def test_it_is_told_in_words(tmp_path: Path, language: str, words: tuple[str, str]) -> None:
    (tmp_path / "m.policy").write_text(POLICY, encoding="utf-8")
    (tmp_path / "facts.json").write_text(json.dumps(FACTS), encoding="utf-8")

    def run(*args: str) -> str:
        done = CliRunner().invoke(merit, [*args, "--policies", str(tmp_path), "--as-of", str(DAY), "--lang", language])
        assert done.exit_code == 0, done.output
        return done.output

    decided_in_words = run("decide", "measure.share", "--facts", str(tmp_path / "facts.json"), "--expect", "25 USD")
    explained = run("explain", "measure.share")

    assert words[0] in decided_in_words
    assert words[1] in explained


def test_what_is_missing_of_it_is_asked_for(tmp_path: Path) -> None:
    (tmp_path / "m.policy").write_text(POLICY, encoding="utf-8")
    arguments = ["decide", "measure.good", "--interactive", "--policies", str(tmp_path), "--as-of", str(DAY)]

    done = CliRunner().invoke(merit, arguments, input="5\nyes\n")

    assert done.exit_code == 0, done.output
    assert "yes on 2023-04-15" in done.output


SCENARIOS = """
scenarios:
  - name: {name}
    as_of: 2023-04-15
    with: {{facts: {{seats: 4, spent: 1000}}}}
    expect:
      measure.share: 25 USD
      measure.size: small
      measure.score: {{value: {{from: {least}, to: 21}}, reasons: {{people: partly_met, value: undetermined}}, missing: [/facts/passed]}}
      measure.won: {{value: {{from: 0}}}}
"""


def test_scenarios_expect_measures(tmp_path: Path) -> None:
    (tmp_path / "m.policy").write_text(POLICY, encoding="utf-8")
    scenarios = tmp_path / "m.scenarios.yaml"

    def run(text: str, *args: str) -> tuple[int, str]:
        scenarios.write_text(text, encoding="utf-8")
        done = CliRunner().invoke(merit, ["test", str(tmp_path), *args])
        return done.exit_code, done.output

    right = run(SCENARIOS.format(name="Right", least=16))
    wrong = run(SCENARIOS.format(name="Wrong", least=17))
    unknown = run(SCENARIOS.format(name="Unknown", least=16).replace("measure.share", "measure.shares"))
    mutants = run(SCENARIOS.format(name="Right", least=16), "--mutate")

    assert right[0] == 0, right[1]
    assert wrong[0] == 1
    assert "from 17" in wrong[1]
    assert unknown[0] == 3
    assert "did you mean `measure.share`" in unknown[1]
    assert "figure: 20 points -> 21 points: no scenario fails" in mutants[1]
    assert not re.search(r"figure: (2\.5 %|4 points|5 points)", mutants[1]), mutants[1]
