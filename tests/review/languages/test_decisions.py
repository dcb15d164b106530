"""Decisions, improvements and timelines in every language: the same codes, no English but names, as text and as JSON."""

from __future__ import annotations

from datetime import date
from functools import cache
from typing import Any, get_args

import pytest

from dsl.core.ranges import Truth
from evaluator.decision import Answer
from evaluator.engine import Query
from evaluator.improve.aims import Limit, Unseen
from evaluator.improve.improving import Improvement, ImproveQuery, improve
from evaluator.whatif.changes import Changes
from evaluator.whatif.comparison import Comparison, compare
from review.formats.decisions import DECIDE, EXPLAIN, WHAT_IF, Explained, explained_json
from review.formats.format import Spoken
from review.formats.improvements import IMPROVE
from review.languages.voice import LANGUAGES, Voice, voice, voice_of
from review.words.answer_json import answer_json, comparison_json
from review.words.difference_text import sides_of
from review.words.gap_text import gap_note, gap_title
from review.words.hint_text import hint_help, hint_message
from review.words.improvement_json import improvement_json
from review.words.plan_text import why_text
from review.words.timeline_json import timeline_json
from tests.evaluator.test_timeline_faq import example
from tests.properties.test_laws import REAL, engine
from tests.review.languages.test_catalogues import LIFE, OTHERS, _left, _names, _of_the_policies

Json = Any
DAY = date(2022, 12, 5)
RULES = (
    "designation.infrastructure", "designation.security", "choice.benefits_at_anniversary", "competency.datacenter.silver",
    "fee.solutions_partner_fee", "lifecycle.designation.infrastructure", "specialization.kubernetes",
)  # fmt: skip
EXPLAINED = (
    *RULES,
    "competency.datacenter.gold",
    "entitlement.name_of_the_programme",
    "entitlement.score_shows_last_month",
)
"""Rules that are told in words: tables, choices, people, windows and stages are among them."""


@cache
def facts() -> Json:
    # Something is not told, a list is partial, a name is misspelt: each is said in words.
    told = example("legacy")
    records = told["records"]
    rows = [*records["certifications"], {"person": "kim", "certification": "Azur Administrator Associate"}]
    return {**told, "records": {**records, "certifications": {"rows": rows, "partial": True}}}


@cache
def answer() -> Answer:
    found = engine(REAL).decide(Query(RULES, DAY, facts()))
    assert found.hints
    assert any(one.missing for one in found.decisions)
    return found


@cache
def comparison() -> Comparison:
    changes = Changes(told={"azure_adds": 3, "azure_growth": 25})
    return compare(engine(REAL), Query(RULES, DAY, facts(), detail="summary"), changes)


@cache
def improvement() -> Improvement:
    return improve(
        engine(REAL), ImproveQuery("designation.infrastructure", date(2022, 11, 1), example("one_point_short"))
    )


@cache
def explained() -> Explained:
    core = engine(REAL).core
    return Explained(core, [core.rules[name] for name in EXPLAINED], DAY)


SPOKEN = {
    "explain": lambda say: EXPLAIN["text"](Spoken(explained(), say), lambda text, _: text),
    "decide": lambda say: DECIDE["text"](Spoken(answer(), say), lambda text, _: text),
    "decide --set": lambda say: WHAT_IF["text"](Spoken(comparison(), say), lambda text, _: text),
    "improve": lambda say: IMPROVE["text"](Spoken(improvement(), say), lambda text, _: text),
    "improve as a page": lambda say: IMPROVE["markdown"](Spoken(improvement(), say), lambda text, _: text),
}
AS_JSON = {
    "explain": lambda say: explained_json(Spoken(explained(), say)),
    "decide": lambda say: answer_json(answer(), say),
    "decide --set": lambda say: comparison_json(comparison(), say),
    "improve": lambda say: improvement_json(improvement(), say),
    "timeline": lambda say: timeline_json(LIFE, say),
}
WORDS = {
    "title", "says", "required", "note", "message", "help", "why", "figure", "assumption", "is", "before", "after", "value",
    "when", "up_to", "language",
}  # fmt: skip
"""Keys of texts for people in JSON."""


def _said(value: Json) -> list[str]:
    """Return the texts for people that JSON has."""
    if isinstance(value, list):
        return [text for one in value for text in _said(one)]
    if not isinstance(value, dict):
        return []
    found = [text for one in value.values() for text in _said(one)]
    for name in ("says", "note", "message", "help", "why", "is"):
        told = value.get(name, [])
        found += told if isinstance(told, list) else [told]
    return found


@cache
def _known() -> set[str]:
    names = {*_of_the_policies(), *_names(example("legacy"), set()), *_names(example("one_point_short"), set())}
    for one in (answer().as_json(), improvement_json(improvement(), voice("en")), LIFE.as_json()):
        names |= set(_names(one, WORDS - {"title"}))
    core = engine(REAL).core
    names |= {part for rule in core.rules for part in (rule, rule.rpartition(".")[2])} | set(core.awards)
    names |= {
        part for one in _names(explained_json(Spoken(explained(), voice("en"))), WORDS) for part in one.split(".")
    }
    names |= set(core.named)
    return names | {"Azur Administrator Associate", "merit", "USD", "acme", "Yearly"}


@pytest.mark.parametrize("tag", OTHERS)
@pytest.mark.parametrize("what", SPOKEN)
def test_nothing_but_names_is_english_in_a_text(what: str, tag: str) -> None:
    text = SPOKEN[what](voice_of(engine(REAL).core, tag))

    assert not {word for word in _left(text, _known()) if not word.islower() or word in _ENGLISH}


_ENGLISH = {
    "not", "the", "and", "is", "on", "of", "needed", "required", "short", "missing", "held", "points", "eligible", "unmet", "met",
}  # fmt: skip
"""Words that a sentence would be left in; parts of codes are small letters too."""


@pytest.mark.parametrize("tag", OTHERS)
@pytest.mark.parametrize("what", AS_JSON)
def test_no_sentence_is_english_in_json(what: str, tag: str) -> None:
    said = _said(AS_JSON[what](voice_of(engine(REAL).core, tag)))

    assert said
    assert not _left("\n".join(said), _known()) & _ENGLISH


@pytest.mark.parametrize("what", AS_JSON)
def test_codes_outcomes_and_figures_are_the_same_in_every_language(what: str) -> None:
    def codes(value: Json) -> Json:
        if isinstance(value, dict):
            return {name: codes(one) for name, one in value.items() if name not in WORDS - {"value"}}
        return [codes(one) for one in value] if isinstance(value, list) else value

    english, *others = (codes(AS_JSON[what](voice(tag))) for tag in LANGUAGES)

    assert others == [english] * len(others)


def test_english_answers_are_as_the_evaluator_writes_them() -> None:
    assert answer_json(answer(), voice("en")) == answer().as_json()
    assert comparison_json(comparison(), voice("en")) == comparison().as_json()
    assert timeline_json(LIFE, voice("en")) == LIFE.as_json()


def test_english_says_what_answers_have_for_it() -> None:
    say = voice("en")
    gaps = [one.gap for decision in answer().decisions for one in decision.missing]
    limits = [Limit(reason, names=("1", "2")) for reason in get_args(Unseen)]

    assert [(gap_title(one, say), gap_note(one, say)) for one in gaps] == [(one.title, one.note) for one in gaps]
    assert [why_text(one, say) for one in limits] == [one.why for one in limits]
    for one in comparison().differences:
        outcomes, reasons = sides_of(one, comparison(), say)
        assert [side.name for side in outcomes] == [item.name for item in one.outcomes]
        assert [side[:2] for side in reasons] == [item[:2] for item in one.reasons]


def test_hints_are_said_in_english_as_answers_have_them() -> None:
    class Spelling(Voice):
        """English that is not passed over."""

    say = Spelling("en")
    say.tag = "en-GB"
    say.__dict__.update(_bundle=voice("en")._bundle, written=voice("en").written)

    assert [(hint_message(one, say), hint_help(one, say)) for one in answer().hints] == [
        (one.message, one.help) for one in answer().hints
    ]


@pytest.mark.parametrize("tag", LANGUAGES)
def test_every_code_has_its_sentence(tag: str) -> None:
    say = voice(tag)

    assert all(say.has(f"limit-{reason}") for reason in get_args(Unseen))
    assert all(say.has(f"note-{code}") for code in ("months", "lack", "partial", "lies_ahead", "window_open"))
    assert len({say("register-held", is_held=one.name.lower()) for one in Truth}) == len(Truth)
