"""The guide: recorded for a small programme, and the laws that it obeys for every one."""

from __future__ import annotations

import re
import subprocess
import sys
from decimal import Decimal
from html import unescape
from html.parser import HTMLParser
from pathlib import Path

import pytest
from click.testing import CliRunner

from cli.main import merit
from dsl import core as c, document as d
from dsl.core.references import expressions, walk
from dsl.core.types import number
from dsl.load import load
from dsl.lower.to_core import core_of
from review.guide.content import Twig
from review.guide.markdown import markdown_files
from review.guide.marks import link, pieces, plain, provisional
from review.guide.picture import BOX, PAD, tree, width_of
from review.guide.site import site_of

ROOT = Path(__file__).parents[3]
SMALL = ROOT / "tests" / "data" / "guide" / "small"
RECORDED = ROOT / "tests" / "data" / "guide" / "recorded"
MOST_BYTES = 1_500_000
"""How large the committed guide may be."""


class Reader(HTMLParser):
    """Reads a page: its places, links, running text and what it would fetch."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.ids: list[str] = []
        self.links: list[str] = []
        self.fetched: list[str] = []
        self.words: list[str] = []
        self.open: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        told = dict(attrs)
        if told.get("id"):
            self.ids.append(told["id"] or "")
        if tag == "a":
            self.links.append(told.get("href") or "")
        elif told.get("src") or told.get("href"):
            self.fetched.append(told.get("src") or told.get("href") or "")
        if tag not in ("meta", "br", "input", "link"):
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag, f"</{tag}> closes what is not open"

    def handle_data(self, data: str) -> None:
        if not {"script", "style", "code"} & set(self.open):
            self.words.append(data)


@pytest.fixture(scope="module")
def read(guide):
    return {name: Reader(text) for name, text in guide.html.items()}


# ---- recorded


def test_the_guide_of_a_small_programme_is_as_recorded(small, golden):
    for name, text in small.markdown.items():
        golden.check(RECORDED / name, text)
    for name in ("index.html", "designation.silver_circle.html"):
        golden.check(RECORDED / name, small.html[name].replace(small.site.version, "<digest>"))


def test_it_is_the_same_whenever_and_wherever_it_is_made(small):
    script = (
        "import sys; from dsl.load import load; from dsl.lower.to_core import core_of\n"
        "from review.guide.site import site_of; from review.guide.html import html_files\n"
        "d = load([sys.argv[1]]); sys.stdout.write(''.join(t for _, t in html_files(site_of(core_of(d), d))))"
    )

    once = subprocess.run(
        [sys.executable, "-c", script, str(SMALL)], capture_output=True, text=True, check=True, cwd=ROOT
    ).stdout

    assert once == "".join(small.html.values())
    assert str(ROOT) not in once


# ---- laws


def test_every_rule_has_a_page_that_names_its_code(guide):
    pages = {page.key for page in guide.site.pages}

    for rule in guide.core.rules.values():
        if rule.kind == "lifecycle":
            continue
        assert rule.award in pages
        assert f"<code>{rule.id}</code>" in guide.html[f"{rule.award}.html"]
    for key, form in guide.document.rules.items():
        assert form.kind != "lifecycle" or key in pages


def test_the_markdown_has_no_code_in_it_but_pictures(guide):
    for name, text in guide.markdown.items():
        told = re.sub(r"```mermaid.*?```", "", text, flags=re.DOTALL)
        assert "`" not in told, name
        assert not re.search(
            r"(?<![\w(#.-])[a-z]+_[a-z_]+\b(?![\w]*\))",
            re.sub(r"\]\([^)]*\)|\]\[\w+\]|^\[\w+\]: \S+$|<a id=[^>]*>", "", told, flags=re.MULTILINE),
        ), name


def test_every_source_that_is_cited_by_its_name_leads_to_it(guide):
    anchors = set(re.findall(r'<a id="([^"]+)"', guide.markdown["sources.md"]))
    for name, text in guide.markdown.items():
        told = dict(re.findall(r"^\[(\w+)\]: sources\.md#(\S+)$", text, flags=re.MULTILINE))
        assert set(re.findall(r"\]\[(\w+)\]", text)) == told.keys(), name
        assert set(told.values()) <= anchors, name


def test_every_table_row_list_and_source_is_told(guide, read):
    told = {name: "".join(page.words) for name, page in read.items()}

    for name, table in guide.document.tables.items():
        assert guide.html[f"table.{name}.html"].count('<tr id="') == len(table.rows)
    for listing in guide.document.certifications.values():
        for entry in listing.entries:
            assert entry.name in told["certifications.html"]
    for source in guide.document.sources.values():
        assert source.title in told["sources.html"]
    for day in guide.core.change_days:
        assert day.isoformat() in told["changes.html"]


def test_every_link_of_a_page_leads_to_a_place(guide, read):
    for name, page in read.items():
        assert len(page.ids) == len(set(page.ids)), f"a place of {name} has its name twice"
        for href in page.links:
            file, _, anchor = href.partition("#")
            assert file in read, f"{name} links to {href}"
            assert not anchor or anchor in read[file].ids, f"{name} links to {href}"


def test_every_link_of_the_markdown_leads_to_a_place(guide):
    places = {name: set(re.findall(r'<a id="([^"]+)"></a>', text)) for name, text in guide.markdown.items()}

    for name, text in guide.markdown.items():
        for href in re.findall(r"\]\(([^)\s]*)\)", text):
            file, _, anchor = href.partition("#")
            assert (file or name) in places, f"{name} links to {href}"
            assert not anchor or anchor in places[file or name], f"{name} links to {href}"


def test_nothing_is_fetched(guide, read):
    for name, page in read.items():
        assert page.fetched == []
        assert "url(" not in guide.html[name]
        assert "@import" not in guide.html[name]


def test_what_is_opened_is_closed(read):
    assert all(page.open == [] for page in read.values())


def test_every_provisional_figure_is_marked(guide):
    marked = " ".join(re.findall(r'class="provisional"[^>]*>([^<]*) \(\?\)<', "".join(guide.html.values())))
    figures = [node for node in d.walk(guide.document) if isinstance(node, d.Figure) and node.provisional]

    assert figures
    for figure in figures:
        shown = number(figure.value) if figure.value is not None else ""
        assert re.search(rf"(?<![\d.,]){re.escape(shown)}(?![\d.,])", marked), f"{figure} at {figure.origin.place}"


def test_every_provisional_or_unknown_figure_of_a_rule_is_marked_on_its_page(guide):
    for rule in guide.core.rules.values():
        if rule.kind == "lifecycle":
            continue
        text = unescape(guide.html[f"{rule.award}.html"])
        told = " ".join(re.findall(r'class="provisional"[^>]*>([^<]*) \(\?\)<', text))
        for version in rule.versions:
            for node in (node for part in expressions(version) for node in walk(part)):
                if not isinstance(node, c.Literal) or not any(version.in_force(day) for day in _days_of(version)):
                    continue
                if node.provisional and isinstance(node.value, Decimal):
                    assert number(node.value) in told, f"{rule.id}: {node}"


def _days_of(version):
    return [day for day in (version.days.start, version.days.end) if day is not None]


def test_running_text_has_no_names_of_the_language(guide, read):
    # What authors wrote in quotes is theirs.
    own = {text for node in d.walk(guide.document) for text in _texts(node)}
    for name, page in read.items():
        for words in page.words:
            for found in re.findall(r"\b[a-z]+_[a-z_0-9]+\b", words):
                assert any(found in text for text in own), f"{name}: {found} in {words!r}"
            assert not re.search(r"\b(Dated|Literal|Requirement|AllOf|AnyOf|PerUnit|Named)\(", words)


def _texts(node):
    for name in ("title", "text", "place"):
        value = getattr(node, name, None)
        if isinstance(value, str):
            yield value
    if isinstance(node, d.Notes):
        yield from node.assumes


def test_what_authors_write_is_escaped(small):
    assert "Letter &lt;of &amp; about&gt; the *fee*" in small.html["sources.html"]
    assert all("<of" not in text for text in small.html.values())
    assert not any(re.search(r"(?<!\\)<of", text) for text in small.markdown.values())
    assert r"Letter \<of & about\> the \*fee\*" in small.markdown["sources.md"]
    assert r"Guide \| first step" in small.markdown["certifications.md"]


def test_a_script_in_a_title_ends_nowhere(tmp_path):
    hostile = "</script><img src=x onerror=alert(1)>\ue000link index\ue001"
    (tmp_path / "one.policy").write_text(
        f'facts {{ x: flag "X" }}\nentitlement one "{hostile}" {{ requires {{ x: x }} }}\n', encoding="utf-8"
    )
    document = load([tmp_path])
    from review.guide.html import html_files

    pages = dict(html_files(site_of(core_of(document), document)))

    assert all("<img" not in text for text in pages.values())
    assert all(Reader(text).fetched == [] for text in pages.values())


def test_versions_say_what_changed(small):
    text = small.markdown["designations.md"]

    assert "#### From 2023-01-01 through 2023-12-31" in text
    assert "| Changed | Score | At least 70 points" in text
    assert "*80 points* (?)" in text


def test_what_rests_on_a_whole_kind_is_told_at_the_first_of_it(guide):
    told = [line for line in "".join(guide.markdown.values()).splitlines() if line.startswith("On it rest: ")]
    short = [line for line in told if " and on each of its kind" in line]

    firsts = {line.partition("](")[2].partition(")")[0] for line in short}

    # Who reads "what rests on X and on each of its kind" finds at X all of it, and no reference in its turn.
    for first in firsts:
        page = first.removeprefix("#").partition("#")[2] or first.removeprefix("#")
        whole = "".join(guide.markdown.values()).partition(f'<a id="{page}"></a>')[2].partition("On it rest: ")[2]
        assert not whole.startswith("what rests on ")


def test_the_committed_guide_may_be_reviewed(guide):
    assert sum(len(text.encode()) for text in guide.markdown.values()) < MOST_BYTES


# ---- pictures


def _boxes(svg):
    found = re.findall(r'<rect class="\w+" x="([\d.]+)" y="([\d.]+)" width="(\d+)" height="([\d.]+)"', svg)
    return [tuple(map(float, one)) for one in found]


def test_boxes_of_pictures_do_not_overlap_and_hold_their_text(guide):
    pictures = [svg for text in guide.html.values() for svg in re.findall(r"<svg.*?</svg>", text)]

    assert pictures
    for svg in pictures:
        width, height = map(float, re.findall(r'width="(\d+)" height="(\d+)" role', svg)[0])
        boxes = _boxes(svg)
        for index, (x, y, w, h) in enumerate(boxes):
            assert x >= 0
            assert y >= 0
            assert x + w <= width
            assert y + h <= height + 1
            for x2, y2, w2, h2 in boxes[:index]:
                assert x + w <= x2 or x2 + w2 <= x or y + h <= y2 or y2 + h2 <= y
        for line in re.findall(r'<text class="(?:title|text)"[^>]*>([^<]*)<', svg):
            assert width_of(unescape(line)) <= BOX - 2 * PAD


def test_a_long_word_in_a_picture_is_broken():
    svg = tree(Twig("Donaudampfschifffahrtsgesellschaftskapitaen" * 3, "", (Twig("b", ""),)), "A long word")

    lines = re.findall(r'<text class="title"[^>]*>([^<]*)<', svg)
    assert "".join(lines[:-1]) == "Donaudampfschifffahrtsgesellschaftskapitaen" * 3
    assert all(width_of(line) <= BOX - 2 * PAD for line in lines)


# ---- marks


def test_marks_can_be_taken_apart_and_dropped():
    text = f"{link('Fee', 'fee.x')}: {provisional('4 USD')}"

    assert [(piece.kind, piece.text, piece.target) for piece in pieces(text)] == [
        ("link", "Fee", "fee.x"),
        ("text", ": ", ""),
        ("provisional", "4 USD", ""),
    ]
    assert plain(text) == "Fee: 4 USD (?)"


# ---- the command


def test_the_committed_guide_is_as_the_policies_are(monkeypatch):
    monkeypatch.chdir(ROOT)

    result = CliRunner().invoke(merit, ["docs", "--check"])

    assert result.exit_code == 0, result.output


def test_a_stale_guide_is_told_with_exit_code_1(monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    run = CliRunner().invoke
    (tmp_path / "guide").mkdir()
    (tmp_path / "guide" / "own.md").write_text("# Written by hand\n", encoding="utf-8")

    missing = run(merit, ["docs", str(SMALL), "--out", "guide", "--check"])
    made = run(merit, ["docs", str(SMALL), "--out", "guide", "--format", "markdown"])
    fresh = run(merit, ["docs", str(SMALL), "--out", "guide", "--check"])
    (tmp_path / "guide" / "fees.md").write_text("changed", encoding="utf-8")
    (tmp_path / "guide" / "old.md").write_text("<!-- merit docs -->\n# Old\n", encoding="utf-8")
    stale = run(merit, ["docs", str(SMALL), "--out", "guide", "--check"])
    again = run(merit, ["docs", str(SMALL), "--out", "guide", "--format", "markdown"])

    assert (missing.exit_code, made.exit_code, fresh.exit_code, stale.exit_code, again.exit_code) == (1, 0, 0, 1, 0)
    assert "guide/fees.md is stale" in stale.output
    assert "guide/old.md is no longer made" in stale.output
    assert "own.md" not in stale.output
    assert sorted(file.name for file in (tmp_path / "guide").glob("o*.md")) == ["open.md", "own.md"]


def test_the_guide_of_a_day_tells_what_is_in_force_then(monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)

    CliRunner().invoke(merit, ["docs", str(SMALL), "--out", "then", "--as-of", "2023-06-01"])
    text = "".join(Reader((tmp_path / "then" / "index.html").read_text(encoding="utf-8")).words)

    assert "what is in force on 2023-06-01, what was before" in text
    assert "70 points" in text
    assert "80 points" not in text


def test_markdown_that_is_made_again_keeps_its_day(monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    make = ["docs", str(SMALL), "--out", "guide", "--format", "markdown"]
    run = CliRunner().invoke

    run(merit, [*make, "--as-of", "2023-06-01"])
    then = (tmp_path / "guide" / "README.md").read_text(encoding="utf-8")
    run(merit, make)
    again = (tmp_path / "guide" / "README.md").read_text(encoding="utf-8")
    fresh = run(merit, ["docs", str(SMALL), "--out", "guide", "--check"])
    moved = run(merit, ["docs", str(SMALL), "--out", "guide", "--check", "--as-of", "2024-06-01"])

    assert "as of 2023-06-01" in then
    assert again == then
    assert (fresh.exit_code, moved.exit_code) == (0, 1)


# ---- the words


def told(tmp_path, text, area):
    """Return the Markdown of an area of the guide of some rules."""
    (tmp_path / "one.policy").write_text(text, encoding="utf-8")
    document = load([tmp_path])
    return dict(markdown_files(site_of(core_of(document), document)))[f"{area}.md"]


def test_conditions_on_rows_are_told_in_lines_of_their_own(tmp_path):
    text = told(
        tmp_path,
        """records visits "Visits" { visitor: text "Visitor"  paid: flag "Paid"  spent: money EUR "Spent" }
entitlement enter "Enter" {
  requires { guests "Guests": count distinct visitor of visits[paid and spent > 5 EUR and spent < 9 EUR] >= 3 }
}
""",
        "rights",
    )

    assert (
        "- **Guests**: At least 3 different values of “Visitor” in “[Visits](facts.md#facts--records.visits)”, " in text
    )
    for line in ("“Paid” is yes", "“Spent” is more than 5 EUR", "“Spent” is less than 9 EUR"):
        assert f"  - {line}\n" in text


def test_a_line_that_comes_back_has_the_days_of_its_return(tmp_path):
    text = told(
        tmp_path,
        """designation star "Star" {
  requires { x "X": x }
  until 2021-01-01 { checked at own anniversary }
  from 2021-01-01 until 2022-01-01 { checked at never }
  from 2022-01-01 { checked at own anniversary }
}
facts { x: flag "X" }
""",
        "designations",
    )

    assert "- **Checked**: On its own anniversary\n  <br>From 2022-01-01\n" in text


def test_numbers_and_lists_of_awards_are_told_by_their_name(tmp_path):
    text = told(
        tmp_path,
        """designation one "One" { requires { x: x } }
designation two "Two" { requires { x: x } }
group both "Both of them" { one  two }
entitlement enter "Enter" {
  requires {
    some "Some": number held of both >= 1
    few "Few": number held of both <= 1
    lacking "Lacking": not holds all of both
    way "Way": way = road or way = rail
    other "Other": not (way = road or way = rail)
  }
}
facts { x: flag "X"  way: one of road, rail, sea "Way here" }
""",
        "rights",
    )

    group = "[Both of them](tables.md#groups--both)"
    assert f"- **Some**: At least 1 of the {group} is held" in text
    assert f"- **Few**: At most 1 of the {group} is held" in text
    assert f"- **Lacking**: Not all {group} are held" in text
    assert "- **Way**: “[Way here](facts.md#facts--way)” is “road” or “rail”" in text
    assert "- **Other**: “[Way here](facts.md#facts--way)” is neither “road” nor “rail”" in text


def test_days_and_calculations_are_told_from_the_day_they_start_at(tmp_path):
    text = told(
        tmp_path,
        """records sales "Sales" monthly { paid: money EUR "Paid" }
define begins "Begins": date = start of month of today - 5 months, rounded down
define ends "Ends": date = (today - 2 years, rounded down) + 30 days
measure more "More": money EUR, may be supplied = change of sum paid of sales over last month against same month last year
entitlement enter "Enter" {
  requires {
    after "After": today >= begins
    before "Before": today <= ends
    more "More": more >= 1 EUR
  }
}
""",
        "figures",
    )

    assert "| 30 days after the day 2 years before today |" in text
    assert "from the same month a year earlier to the last full month |" in text


def test_names_without_a_title_are_told_by_their_term(tmp_path):
    rules = """term csp "CSP"
term app_rights "Rights of applications"
facts { way: one of csp, by_hand "Way here" }
table fees "Fees" {
  | way  | fee   |
  | csp  | 5 USD |
  | otherwise | 6 USD |
}
entitlement enter "Enter" {
  requires { way "Way": way = csp or way = by_hand }
  gives app_rights
}
fee yearly "Yearly fee" { amount fees[way].fee }
"""

    assert "“[Way here](facts.md#facts--way)” is “CSP” or “by hand”" in told(tmp_path, rules, "rights")
    assert "- **It gives**: Rights of applications" in told(tmp_path, rules, "rights")
    assert "(CSP: 5 USD; otherwise: 6 USD)" in told(tmp_path, rules, "fees")
    assert "one of: CSP, by hand" in told(tmp_path, rules, "facts")
    assert '| <a id="table.fees--csp"></a>CSP | 5 USD |' in told(tmp_path, rules, "tables")
