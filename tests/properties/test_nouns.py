"""A kind under a programme's own word decides what it decides under the language's: everything else stays as it was.

What decides of it is held by the laws of the twins and of the batch, whose policies have such words.
"""

from __future__ import annotations

import json
import re
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from dsl.core.kinds import KINDS
from dsl.diagnostics import Severity
from dsl.load import load_sources, policy_files
from dsl.source import Source, read_source
from evaluator.engine import Engine, Query
from review.guide.markdown import markdown_files
from review.guide.site import site_of
from review.scenarios.partners import Chances, Partners

ROOT = Path(__file__).resolve().parents[2]
LAWS = sorted((ROOT / "tests/data/policies/laws").glob("*.policy"))
DAYS = (date(2022, 10, 3), date(2023, 6, 20), date(2026, 8, 15))
LIKE = [kind.name for kind in KINDS.values() if kind.has_ids]
MANNERS = (Chances(untold=0.05, absent=0.02), Chances(untold=0.4, absent=0.2, untold_field=0.1))
REAL = ROOT / "policies"


def renamed(text: str, kind: str) -> str:
    """Return a text in which a kind has a word of the programme; no text of ours has these words."""
    spoken = re.sub(rf"\b{KINDS[kind].plural}\b", f"our_{kind}_all", text)
    return re.sub(rf"(?<!like )(?<!no )\b{kind}\b", f"our_{kind}", spoken)


def back(text: str, kind: str) -> str:
    """Return a text in the words of the language, and what is titled by a name."""
    whole = text.replace(f"our_{kind}_all", KINDS[kind].plural).replace(f"our_{kind}", kind)
    return whole.replace(f"Our {kind}", kind.capitalize())


def engines(path: Path, kind: str) -> tuple[Engine, Engine]:
    """Return policies, and the same where a kind has a word of the programme."""
    sources = [read_source(file) for file in policy_files([path])]
    declared = Source("kinds.policy", f"kind our_{kind} like {kind}, plural our_{kind}_all\n")
    other = [declared, *(Source(one.name, renamed(one.text, kind)) for one in sources)]
    found = [load_sources(sources), load_sources(other)]
    assert [one.message for one in found[1].diagnostics if one.severity is Severity.ERROR] == []
    return Engine(found[0].document, found[0].core), Engine(found[1].document, found[1].core)


def told(engine: Engine, facts: Any, day: date) -> dict[str, Any]:
    answer = engine.decide(Query(("*",), day, facts)).as_json()
    return {one["rule"]: one for one in answer["decisions"]}


def same_in_any_order(value: Any) -> Any:
    """Return a value whose names stand in one order: in both texts names are sorted, and one of them is another."""
    match value:
        case dict():
            return {
                name: same_in_any_order(inner) for name, inner in value.items() if name not in ("like", "answer_key")
            }
        case list():
            return sorted(map(same_in_any_order, value), key=lambda one: json.dumps(one, sort_keys=True, default=str))
        case _:
            return value


CASES = [(path, kind) for path in LAWS for kind in LIKE if re.search(rf"^{kind}\b", path.read_text(), re.MULTILINE)]


@pytest.mark.parametrize(("path", "kind"), [*CASES, (REAL, "competency")], ids=lambda one: getattr(one, "stem", one))
def test_a_word_of_its_own_changes_nothing_that_is_decided(path: Path, kind: str) -> None:
    one, other = engines(path, kind)
    met = 0

    for day in DAYS[1:2] if path == REAL else DAYS:
        for chances in MANNERS:
            made = Partners(one.core, seed=11, as_of=day, chances=chances)
            for number in range(1, 2 if path == REAL else 4):
                facts = json.loads(json.dumps(made.partner(number), default=str))
                facts.pop("partner", None)
                before = told(one, facts, day)
                after = told(other, json.loads(renamed(json.dumps(facts), kind)), day)
                words = json.loads(back(json.dumps(list(after.values()), default=str), kind))
                own = {one["rule"]: one.get("like") for one in after.values() if one["kind"] == f"our_{kind}"}
                assert own == dict.fromkeys((rule for rule in after if rule.startswith(f"our_{kind}.")), kind)
                assert same_in_any_order(words) == same_in_any_order(list(before.values()))
                met += sum(decision.get("eligibility") == "eligible" for decision in before.values())

    assert met or kind in ("fee", "payment", "choice")


@pytest.mark.parametrize("path", LAWS, ids=lambda path: path.stem)
def test_the_guide_says_the_word_and_nothing_else(path: Path) -> None:
    kind = next(kind for one, kind in CASES if one == path)
    one, other = (
        dict(markdown_files(site_of(engine.core, engine.document, DAYS[1]))) for engine in engines(path, kind)
    )
    page = KINDS[kind].area[0]

    assert f"{page}.md" in one
    assert f"{page}.md" not in other
    assert f"our_{kind}_all.md" in other
    assert f"\nOur {kind}. " in other[f"our_{kind}_all.md"]
