"""Titles in other languages: read, written, told wherever the title stands, and refused where there is none."""

from __future__ import annotations

from datetime import date

from dsl.codec import decode, encode
from dsl.load import load_sources
from dsl.printer import print_document
from dsl.source import Source
from evaluator.engine import Engine, Query
from evaluator.timeline.fold import timeline
from evaluator.timeline.told import TimelineQuery
from review.formats.decisions import DECIDE
from review.formats.format import Spoken
from review.formats.timelines import TIMELINE
from review.languages.voice import voice_of
from review.report.report import ReportQuery, report
from review.words.answer_json import answer_json

POLICY = """
package acme "Acme programme" in ja "アクメ プログラム"
source guide "Guide"
facts { seats: count "Seats" in ja "席" as in guide "席" in zh-TW "席次" }
designation cloud "Cloud" from 2020-01-01 in ja "クラウド" { requires {
  seats "Enough seats": seats >= 5 in ja "十分な席"
  more "Seats": seats >= 3
} }
"""
DAY = date(2023, 6, 20)


def plain(text: str, kind: str) -> str:
    return text


def engine() -> Engine:
    loaded = load_sources([Source("acme.policy", POLICY)])
    assert not loaded.errors, loaded.diagnostics
    return Engine(loaded.document)


def test_translations_belong_to_the_words_of_a_title() -> None:
    assert engine().core.translations == {
        "ja": {"Acme programme": "アクメ プログラム", "Cloud": "クラウド", "Enough seats": "十分な席", "Seats": "席"},
        "zh-TW": {"Seats": "席次"},
    }


def test_a_document_with_translations_is_the_same_as_text_and_as_json() -> None:
    document = engine().document

    assert load_sources([Source("again.policy", print_document(document))]).document == document
    assert decode(encode(document)) == document


def test_decisions_timelines_and_reports_tell_titles_in_the_language() -> None:
    one = engine()
    say = voice_of(one.core, "ja")
    facts = {"facts": {"seats": 4}, "records": {"awards": []}}
    answer = one.decide(Query(("designation.cloud",), DAY, facts))
    life = timeline(one, TimelineQuery(("designation.cloud",), DAY, date(2023, 7, 20), facts))
    page = report(one, ReportQuery(DAY, facts, ("designation.cloud",), language="ja"))

    text = DECIDE["text"](Spoken(answer, say), plain)
    [decision] = answer_json(answer, say)["decisions"]

    assert "クラウド" in text
    assert "4、要件 5、不足 1" in text
    assert [reason["title"] for reason in decision["reasons"]] == ["十分な席", "席"]
    assert "クラウド" in TIMELINE["text"](Spoken(life, say), plain)
    assert page.title == "アクメ プログラム"
    assert page.metrics is not None
    assert [metric.title for metric in page.metrics] == ["十分な席", "席"]
    assert "Cloud" in DECIDE["text"](Spoken(answer, voice_of(one.core, "zh-TW")), plain)


def test_what_is_decided_is_the_same_with_and_without_translations() -> None:
    bare = POLICY
    for line in (
        ' in ja "アクメ プログラム"',
        ' in ja "席" as in guide "席" in zh-TW "席次"',
        ' in ja "クラウド"',
        ' in ja "十分な席"',
    ):
        assert line in bare
        bare = bare.replace(line, "")
    other = Engine(load_sources([Source("acme.policy", bare)]).document)
    query = Query(("designation.cloud",), DAY, {"facts": {"seats": 4}})

    [decided], [bare_one] = (one.decide(query).as_json()["decisions"] for one in (engine(), other))

    for one in (decided, bare_one):
        del one["answer_key"]  # it names the policies, and these are others
    assert decided == bare_one
