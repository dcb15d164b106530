"""Rules and facts are found by the words that stand in them, and by nothing that does not."""

from __future__ import annotations

import pytest

from dsl.load import load_sources
from dsl.source import Source
from review.words.finding import Finder

POLICY = """\
source guide "Guide to Partners"
facts { region: text of emea also spelt "Europe"  "Sales region"   audits: count "Audits passed" }
records use "Use of services" { service: text "Service"  seats: count "Seats" }
certifications engineers "Engineers" { "Network Engineer" also spelt "AZ-700"  "Architect" }
measure growth "Growth of seats": count = sum seats of use
designation security "Security partner" {
  requires { people "Two engineers": at least 2 people holding engineers cite guide "Skilling"  grown: growth >= 3 }
}
fee yearly "Yearly fee" { amount audits * 2 USD }
"""
LOADED = load_sources([Source("find.policy", POLICY)])
FINDER = Finder(LOADED.core, {name: source.title for name, source in LOADED.document.sources.items()})


@pytest.mark.parametrize(
    ("question", "first", "by"),
    [
        ("security", "designation.security", ""),
        ("SECUR partner", "designation.security", ""),
        ("two engineers", "designation.security", "Two engineers"),
        ("skilling guide", "designation.security", "Guide to Partners, Skilling"),
        ("az-700", "Network Engineer", "AZ-700"),
        ("europe", "region", "Europe"),
        ("seats", "use", "Seats"),
        ("yearly", "fee.yearly", ""),
    ],
)
def test_a_word_finds_what_has_it(question: str, first: str, by: str) -> None:
    found = FINDER.find(question).found[0]

    assert (found.name, found.by) == (first, by)


def test_all_words_are_asked_for() -> None:
    assert FINDER.find("security fee").found == ()


def test_a_word_that_stands_nowhere_is_taken_for_the_nearest_and_told() -> None:
    answered = FINDER.find("secrity partner")

    assert (answered.found[0].name, answered.taken_for) == ("designation.security", {"secrity": "security"})
    assert FINDER.find("zzzzz").taken_for == {"zzzzz": ""}


def test_who_reads_a_fact_is_told_through_measures_too() -> None:
    readers = {one.name: one.read_by for word in ("use", "audits", "architect") for one in FINDER.find(word).found}

    assert readers["use"] == ("designation.security",)
    assert readers["audits"] == ("fee.yearly",)
    assert readers["Architect"] == ("designation.security",)


def test_what_is_more_than_is_told_is_counted() -> None:
    all_of_it = FINDER.find("s")
    answered = FINDER.find("seats", most=0)

    assert all_of_it.found == ()
    assert (answered.found, answered.more) == ((), 1)
