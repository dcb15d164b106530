"""The catalogues: every message in every language, with the same things told in it; no English beside them."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from functools import cache
from html.parser import HTMLParser
from pathlib import Path
from typing import Any, get_args
from xml.etree import ElementTree

import pytest
from babel.numbers import format_decimal
from fluent.syntax import FluentParser, ast as ftl
from fluent.syntax.visitor import Visitor
from hypothesis import given, settings, strategies as st
from icalendar import Calendar

from dsl.core import OF_LANGUAGE, Days
from dsl.core.ranges import Dates, Numbers, Range, Truth, Words, exactly
from dsl.core.references import expressions
from dsl.core.types import number
from dsl.core.walk import walk
from evaluator.decision import Eligibility
from evaluator.reasons.expander import Asked, Bound, Outcome, plain, required_text
from evaluator.timeline.sayings import Code, Payment, Saying
from review.formats.format import Spoken
from review.formats.reports import REPORT
from review.formats.timelines import TIMELINE
from review.languages.voice import CATALOGUES, LANGUAGES, UnknownLanguage, catalogue, language, padded, shortened, voice
from review.report.readers import SECTIONS
from review.report.report import Report, ReportQuery, report
from review.report.summary import NOT_KNOWN, ORDER
from review.words.timeline_text import reached_text, saying_text
from review.words.titles import TITLE_MESSAGES
from tests.evaluator.test_timeline import told as life
from tests.evaluator.test_timeline_faq import example
from tests.properties.test_laws import REAL, engine

LIFE = life({"on": "2022-01-10", "buys": "benefit.pack"})
ROOT = Path(__file__).resolve().parents[3]
OTHERS = LANGUAGES[1:]
SAME = {
    "merit",
    "timeline",
    "format",
    "json",
    "records",
    "awards",
    "certifications",
    "Silver",
    "Gold",
    "Merit",
    "costs",
    "FILE",
}
"""Words of the catalogues that are the same in a language: what is typed, our own name, and what the Japanese source keeps."""
WORD = re.compile(r"[A-Za-z]{2,}")
TELLING = sorted(
    path
    for pattern in (
        "report/*.py",
        "formats/report*.py",
        "formats/timeline*.py",
        "formats/decisions.py",
        "formats/improvements.py",
        "words/*_json.py",
        "words/decision_text.py",
        "words/difference_text.py",
        "words/gap_text.py",
        "words/hint_text.py",
        "words/plan_text.py",
        "words/outline.py",
        "words/rule_text.py",
        "words/speaker.py",
        "words/vocabulary.py",
        "words/timeline_text.py",
    )
    for path in (ROOT / "review").glob(pattern)
    if path.name != "readers.py"  # it tells callers what they may not ask
)
"""Where sentences would be written beside the catalogues."""
NOT_TOLD = {
    "` is no award: nobody attains a ",
    "name competencies, designations, specializations or programs, or none for all",
    "at least ",
    "lost after",
    "met sometime",
}
"""What callers are told of a question that has no report; a figure that is known in part, as JSON has it; words of the language."""
ENGLISH_TEXT = re.compile(r"[A-Za-z]{2,} [a-z]{2,}|^[a-z]+: |[a-z]{3,}[.,;:] ")


class _Told(Visitor):
    """What a message writes, and what it only chooses by."""

    def __init__(self) -> None:
        self.written: Counter[str] = Counter()
        self.chosen_by: set[str] = set()
        self.words: list[str] = []

    def visit_Placeable(self, node: ftl.Placeable) -> None:  # noqa: N802 - the visitor's own names
        match node.expression:
            case ftl.SelectExpression(selector=ftl.VariableReference(id=name), variants=variants):
                self.chosen_by.add(name.name)
                for variant in variants:
                    self.visit(variant.value)
            case ftl.VariableReference(id=name):
                self.written[name.name] += 1
            case ftl.StringLiteral():
                pass
            case other:
                raise AssertionError(f"a message is made of texts, names and choices, not of {other}")

    def visit_TextElement(self, node: ftl.TextElement) -> None:  # noqa: N802
        self.words += WORD.findall(node.value)


def messages(tag: str) -> dict[str, _Told]:
    found: dict[str, _Told] = {}
    for name in CATALOGUES:
        for entry in FluentParser(with_spans=False).parse(catalogue(name, tag)).body:
            assert not isinstance(entry, ftl.Junk), f"{name}.{tag}.ftl: {entry.content}"
            if isinstance(entry, ftl.Message):
                assert entry.id.name not in found, f"`{entry.id.name}` stands twice in {tag}"
                # A voice parses messages one by one, of what it takes for their texts.
                [alone] = FluentParser(with_spans=False).parse(voice(tag).written[entry.id.name]).body
                assert alone.equals(entry, ignored_fields=["comment"])
                found[entry.id.name] = _Told()
                found[entry.id.name].visit(entry.value)
    assert found.keys() == voice(tag).written.keys()
    return found


ENGLISH = messages("en")


@pytest.mark.parametrize("tag", OTHERS)
def test_every_message_is_there_in_every_language_and_tells_the_same(tag: str) -> None:
    found = messages(tag)

    assert found.keys() == ENGLISH.keys()
    for name, message in found.items():
        assert set(message.written) == set(ENGLISH[name].written), name
        assert message.chosen_by <= ENGLISH[name].chosen_by, name


@pytest.mark.parametrize("tag", OTHERS)
def test_no_catalogue_has_words_of_english(tag: str) -> None:
    assert {word for message in messages(tag).values() for word in message.words} <= SAME


def test_every_message_is_said_somewhere() -> None:
    code = "".join(path.read_text(encoding="utf-8") for path in (ROOT / "review").rglob("*.py"))
    families = set(re.findall(r"""f["']([a-z]+(?:-[a-z]+)*-)\{""", code))
    said = set(re.findall(r"""["']([a-z][a-z_-]*)["']""", code))
    families |= {f"{family}-" for family in re.findall(r'\bword\("([a-z]+)"', code)}

    unsaid = [name for name in ENGLISH if name not in said and not name.startswith(tuple(families))]

    assert not unsaid


def _texts(path: Path) -> Iterator[tuple[int, str]]:
    """Yield the texts that a module could tell people: no docstrings, no messages of exceptions, no markup."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    silent = {
        id(inner)
        for node in ast.walk(tree)
        if isinstance(node, ast.Raise) or (isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant))
        for inner in ast.walk(node)
    }
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in silent:
            yield node.lineno, node.value


@pytest.mark.parametrize("path", TELLING, ids=lambda path: path.name)
def test_no_sentence_is_written_beside_the_catalogues(path: Path) -> None:
    beside = [
        f"{path.name}:{line}: {text}"
        for line, text in _texts(path)
        if ENGLISH_TEXT.search(text) and not re.search(r'[<>="]|\$', text) and text not in NOT_TOLD
    ]

    assert not beside


# ---- what is said


def _ordered(kind: Any, ends: Any) -> Any:
    low, high = ends
    return kind(high, low) if low is not None and high is not None and low > high else kind(low, high)


figures = st.none() | st.decimals(min_value=-(10**7), max_value=10**7, places=3)
days = st.none() | st.dates(min_value=date(2010, 1, 1), max_value=date(2030, 1, 1)) | st.just(date.max)
RANGES: st.SearchStrategy[Range] = (
    st.sampled_from(Truth)
    | st.tuples(figures, figures).map(lambda ends: _ordered(Numbers, ends))
    | st.tuples(days, days).map(lambda ends: _ordered(Dates, ends))
    | st.frozensets(st.sampled_from(("gold", "at_risk", "none")), min_size=1).map(Words)
    | st.just(Words(None))
)


@given(RANGES, st.sampled_from(("<", "<=", ">", "is not")))
@settings(max_examples=60, deadline=None)
def test_english_says_of_figures_what_answers_have_for_them(range_: Range, op: str) -> None:
    say = voice("en")

    assert say.range(range_) == plain(range_)
    assert say.required(range_) == required_text(range_)
    assert say.required(Bound(op, range_)) == required_text(Bound(op, range_))


@pytest.mark.parametrize(
    "asked",
    [
        Asked("holds", "designation.main"),
        Asked("qualifies", "designation.main"),
        Asked("not"),
        Asked("any_day"),
        Asked("window", window=(exactly(date(2022, 1, 1)), Dates(None, None))),
        Asked("in_force", days=(Days(), Days(date(2022, 1, 1), None, True), Days(None, date(2023, 1, 1)))),
    ],
)
def test_english_says_what_is_asked_as_answers_do(asked: Asked) -> None:
    assert voice("en").required(asked) == asked.text


def test_english_says_of_happenings_what_answers_have_for_them() -> None:
    say = voice("en")
    payment = Payment(("Yearly fee",), exactly(Decimal(4730)), "USD")
    sayings = [Saying(code, date(2023, 1, 1), "not_eligible") for code in get_args(Code)]
    sayings += [Saying("on_the_day"), Saying("bought", date(2023, 1, 1), pays=(payment, Payment(("Other",))))]

    assert [saying_text(one, say) for one in sayings] == [one.text for one in sayings]
    for one in LIFE.happenings:
        assert [reached_text(reached, say) for reached in one.reasons] == [reached.said for reached in one.reasons]


@pytest.mark.parametrize("tag", LANGUAGES)
@given(st.decimals(min_value=-(10**12), max_value=10**12, places=4))
@settings(max_examples=30, deadline=None)
def test_figures_are_written_as_the_language_writes_them(tag: str, value: Decimal) -> None:
    shown = value if value else abs(value)

    assert number(value) == format_decimal(shown, locale=tag.replace("-", "_"), decimal_quantization=False)


@pytest.mark.parametrize("tag", LANGUAGES)
def test_every_kind_of_thing_has_its_word(tag: str) -> None:
    say = voice(tag)

    assert all(say.has(f"outcome-{outcome}") for outcome in (*get_args(Outcome), *get_args(Eligibility)))
    assert all(say.has(f"stage-{stage}") for stage in (*ORDER, NOT_KNOWN))
    assert all(say.has(f"kind-{kind}") for kind in OF_LANGUAGE.awards)
    assert all(say.has(f"title-{section}") and say.has(f"section-{section}") for section in SECTIONS)
    assert all(say.has(message) for message in TITLE_MESSAGES.values())


@pytest.mark.parametrize("tag", LANGUAGES)
def test_every_unit_of_the_shipped_policies_has_its_word(tag: str) -> None:
    core = engine(REAL).core
    asked = [top for rule in core.rules.values() for version in rule.versions for top in expressions(version)]
    read = (node.type for top in (*asked, *(one.value for one in core.named.values())) for node in walk(top))
    types = (*read, *(one.type for one in core.facts.values()))
    units = {one.unit.replace(" ", "_") for one in types if one.kind == "count" and one.unit is not None} - {"people"}

    assert {"customers", "engagements", "services"} <= units
    assert sorted(unit for unit in units if not voice(tag).has(f"unit-{unit}")) == []


@pytest.mark.parametrize("title", [*TITLE_MESSAGES])
def test_english_has_the_titles_that_no_policy_writes(title: str) -> None:
    assert voice("en")(TITLE_MESSAGES[title]) == title


# ---- reports and timelines


class _Texts(HTMLParser):
    """The texts of a page, without its style."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []
        self._in_style = False

    def handle_starttag(self, tag: str, attrs: object) -> None:
        self._in_style = tag == "style"

    def handle_data(self, data: str) -> None:
        if not self._in_style:
            self.found.append(data)


TEXTS = {"says", "is", "not_covered", "notes", "known", "extrapolated", "before", "after", "metric"}
"""The texts of a report that are for people."""


def _names(value: Any, without: set[str] = TEXTS) -> Iterator[str]:
    """Yield what an answer in JSON has of titles, codes and the partner's data."""
    if isinstance(value, dict):
        for name, inner in value.items():
            if name not in without:
                yield from _names(inner, without)
    elif isinstance(value, list):
        for inner in value:
            yield from _names(inner, without)
    elif isinstance(value, str):
        yield value


@cache
def _of_the_policies() -> set[str]:
    """Return what stands in quotes in the policies, and the names of facts and lists."""
    core = engine(REAL).core
    written = "".join(path.read_text(encoding="utf-8") for path in (ROOT / "policies").rglob("*.policy"))
    titles = {one.title for one in (*core.facts.values(), *core.records.values())}
    return {*re.findall(r'"([^"\n]*)"', written), *titles, *core.facts, *core.records, core.digest[:12], core.version}


def _left(text: str, names: set[str]) -> set[str]:
    """Return the words of a text that stand in none of the names; a name that was cut ends with an ellipsis."""
    for cut in re.findall(r"[ -~]+…", text):
        start = cut[:-1].strip()
        if any(name.startswith(start) for name in names):
            text = text.replace(cut, "")
    for name in sorted(names, key=len, reverse=True):
        text = text.replace(name, "")
    return set(WORD.findall(text)) - SAME - {"USD"}


@cache
def _real(tag: str) -> Report:
    # It holds a competency whose rule ends before its anniversary, and can choose what it retains.
    rules = ("competency.datacenter.*", "designation.infrastructure")
    return report(engine(REAL), ReportQuery(date(2022, 8, 10), example("legacy"), rules, language=tag))


@pytest.mark.parametrize("tag", OTHERS)
@pytest.mark.parametrize("form", ["text", "markdown", "html"])
def test_nothing_but_names_is_english_in_a_report_of_a_real_partner(form: str, tag: str) -> None:
    found = _real(tag)
    text = REPORT[form](found, lambda text, _: text)
    if form == "html":
        page = _Texts()
        page.feed(text)
        text = "\n".join(page.found)

    names = {*_of_the_policies(), *_names(found.as_json(), TEXTS - {"metric"}), *_names(example("legacy"), set())}

    assert not _left(text, names)


@pytest.mark.parametrize("tag", OTHERS)
@pytest.mark.parametrize("form", ["text", "markdown", "svg", "ics"])
def test_nothing_but_names_is_english_in_a_timeline(form: str, tag: str) -> None:
    text = TIMELINE[form](Spoken(LIFE, voice(tag)), lambda text, _: text)
    if form == "svg":
        text = "\n".join(ElementTree.fromstring(text).itertext())
    if form == "ics":
        events = Calendar.from_ical(text).walk("VEVENT")
        text = "\n".join(f"{event['SUMMARY']}\n{event['DESCRIPTION']}" for event in events)

    # The fee that is paid has its title in a sentence alone.
    assert not _left(text, {*_names(LIFE.as_json()), LIFE.digest[:12], "Yearly"})


def test_codes_are_the_same_in_every_language() -> None:
    def codes(value: Any, key: str = "") -> Any:
        if isinstance(value, dict):
            return {name: codes(inner, name) for name, inner in value.items() if name not in TEXTS | {"title"}}
        return [codes(inner) for inner in value] if isinstance(value, list) else value

    english, *others = (codes(_real(tag).as_json()) for tag in LANGUAGES)

    assert others == [english] * len(others)


# ---- the voice


def test_tags_are_read_in_small_and_large_letters_and_others_are_refused() -> None:
    assert [language(tag) for tag in ("JA", "zh-tw", "en")] == ["ja", "zh-TW", "en"]
    with pytest.raises(UnknownLanguage, match="there is no language `fr`; there are `en`, `ja`, `zh-TW`"):
        voice("fr")


def test_a_message_that_is_missing_or_told_too_little_is_no_text() -> None:
    with pytest.raises(LookupError, match="no message `no-such`"):
        voice("ja")("no-such")
    with pytest.raises(LookupError, match="headline"):
        voice("ja")("headline")


def test_letters_of_full_width_take_two_columns() -> None:
    assert padded("段階", 6) == "段階  "
    assert shortened("段階と件数", 7) == "段階と…"
    assert shortened("stage", 5) == "stage"


def test_no_catalogue_is_read_before_it_is_asked_for() -> None:
    modules = "cli.report, cli.timeline, server.api.reports"
    code = f"import {modules}, sys; print({{'babel', 'fluent'}} & {{name.partition('.')[0] for name in sys.modules}})"

    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)

    assert done.stdout.strip() == "set()"
