"""The whole guide of some policies: the first page, a page for every rule, and what they share."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import date

from dsl import core as c, document as d
from review.guide.content import Block, Fold, Grid, Heading, Page, Paragraph, Search, Site
from review.guide.editions import Edition, edition_on, editions
from review.guide.links import links_of
from review.guide.marks import link, pieces, provisional, unknown
from review.guide.names import Names, anchor_of, headline
from review.guide.rule_page import GROUPING, RulePages
from review.guide.table_pages import certification_page, group_page, table_pages
from review.guide.timeline import Told, doubt_page, timeline_page
from review.guide.told import Line, all_lines
from review.guide.vocabulary_pages import fact_page, figure_page, source_page

SHARED = (
    ("tables", "Tables and groups"),
    ("certifications", "Certifications"),
    ("figures", "Figures and measures"),
    ("facts", "What a partner tells"),
    ("changes", "What changes when"),
    ("open", "Open points"),
    ("sources", "Sources"),
)
"""The areas behind those of the rules: Markdown file and title."""

SOME = 4
"""How many requirements the first page names of a rule."""


def site_of(core: c.Core, document: d.Document, as_of: date | None = None) -> Site:
    """Return the guide.

    Args:
        core: the policies as decided.
        document: the same as meant.
        as_of: the day whose state is told; None: the last day on which something changes.
    """
    names = Names(core, document)
    links = links_of(names)
    day = as_of or (core.change_days[-1] if core.change_days else date.min)
    making = RulePages(names, links, day)
    cycles: dict[str, list[c.Rule]] = {}
    for rule in core.rules.values():
        if rule.kind == "lifecycle":
            cycles.setdefault(names.lifecycle_of(rule), []).append(rule)
    rule_pages = [making.page(award) for award in _ordered(names)]
    cycle_pages = [making.lifecycle(key, rules) for key, rules in cycles.items()]
    told = _told(names, cycles)
    tables = list(table_pages(names, links))
    shared = [
        *tables,
        group_page(names),
        certification_page(names, links),
        figure_page(names, links),
        fact_page(names),
        timeline_page(names, told),
        doubt_page(names, told),
        source_page(names),
    ]
    title = core.title or headline(core.package or "programme")
    shown = day if core.change_days or as_of else None
    start = _start(names, told, cycle_pages, tables, day, shown, title)
    areas = (*names.areas.values(), *SHARED)
    return Site(title, shown, core.digest[:12], (start, *rule_pages, *cycle_pages, *shared), areas)


def _ordered(names: Names) -> list[str]:
    """Return the awards in the order of the areas, by title in each."""
    kinds = list(names.areas)
    return sorted(names.awards, key=lambda one: (kinds.index(one.partition(".")[0]), names.title(one).lower(), one))


def _told(names: Names, cycles: dict[str, list[c.Rule]]) -> Told:
    """Return the editions of every rule, and of one rule of each life cycle."""
    found = {rule.id: editions(names, rule) for one in _ordered(names) for rule in names.rules_of(one)}
    for rules in cycles.values():
        award = names.core.rules[rules[0].name].award
        found[rules[0].id] = editions(names, rules[0], subject=award)
    return found


# ---- the first page


def _start(
    names: Names, told: Told, cycles: Sequence[Page], tables: Sequence[Page], day: date, shown: date | None, title: str
) -> Page:
    what = "What the programme asks for, gives and costs"
    lead = f"{what}: what is in force on {shown}, what was before, and what is known of later." if shown else f"{what}."
    blocks: list[Block] = [Paragraph(lead, "lead"), Search(), Paragraph(_legend(), "small")]
    entries = [
        (link("What changes when", "changes"), "every day on which something changes, before and after"),
        (link("Open points", "open"), "what is provisional, not known, or a reading"),
        (link("Certifications", "certifications"), "which certifications count for what, and when"),
        (link("Figures and measures", "figures"), "every figure with a name, and what is reckoned"),
        (link("What a partner tells", "facts"), "facts and lists that the rules ask for"),
        (link("Groups", "groups"), "rules that are spoken of together"),
        (link("Sources", "sources"), "the texts that the figures come from"),
    ]
    for kind, (_, heading) in names.areas.items():
        if kind == "lifecycle":
            continue
        rules = [one for one in _ordered(names) if one.startswith(f"{kind}.")]
        if rules:
            blocks.extend(_area(names, told, heading, rules, day))
    if cycles:
        blocks += [
            Heading("Life cycles", 2, "stages"),
            Grid(("Title",), tuple((link(page.title, page.key),) for page in cycles)),
        ]
    if tables:
        rows = tuple((link(page.title, page.key),) for page in tables)
        blocks += [Heading("Tables", 2, "tables"), Grid(("Title",), rows)]
    blocks += [Heading("More", 2, "more"), Grid(("Page", "What it tells"), tuple(entries))]
    return Page("index", title, "README", tuple(blocks), "start", ())


def _legend() -> str:
    return (
        f"Marks: {provisional('a figure')} is second-hand or not final; {unknown('a figure like this')} is not known; "
        "a reading is how an unclear source is understood."
    )


def _area(names: Names, told: Told, heading: str, awards: Sequence[str], day: date) -> Iterator[Block]:
    now: list[tuple[str, ...]] = []
    other: list[tuple[str, ...]] = []
    for award in awards:
        rules = sorted(names.rules_of(award), key=lambda rule: rule.levels.index(rule.level) if rule.level else 0)
        its = told[rules[0].id]
        shown = edition_on(its, day)
        in_force = day in shown.days
        whole = c.Days(its[0].days.start, its[-1].days.end, its[0].days.provisional)
        span = names.span(whole, own=rules[0].versions[-1].origin, always="—")
        row = (link(shown.version.title, award), _summary(names, rules, told, day), span)
        (now if in_force else other).append(row)
    columns = ("Title", "In short", "When")
    yield Heading(heading, 2, anchor_of(heading))
    if now:
        yield Grid(columns, tuple(now))
    else:
        yield Paragraph("None is in force on this day.")
    if other:
        yield Fold(f"Not in force on this day: {len(other)}", (Grid(columns, tuple(other)),))


def _summary(names: Names, rules: Sequence[c.Rule], told: Told, day: date) -> str:
    rule = rules[0]
    edition = edition_on(told[rule.id], day)
    text = _in_short(edition)
    if rule.levels:
        text = (
            f"{', '.join(names.words(level) for level in rule.levels)}: {text}"
            if text
            else ", ".join(map(names.words, rule.levels))
        )
    doubts = {piece.kind for line in all_lines(edition.lines) for piece in pieces(line.text)}
    marks = [text]
    if "unknown" in doubts and "unknown" not in {piece.kind for piece in pieces(text)}:
        marks.append("some figures are not known")
    return "; ".join(mark for mark in marks if mark)


def _in_short(edition: Edition) -> str:
    """Return a rule in a few words: its amount, its score, or the titles of what it asks for."""
    asked = [line for line in edition.lines if line.group == "asked"]
    for line in edition.lines:
        if line.group == "amount":
            return line.text
    for line in asked:
        if line.title == "Score":
            return line.text.partition(", with ")[0]
    options = [line for line in edition.lines if line.group == "options" and line.code]
    if options:
        return ", ".join(line.title for line in options)
    titles = list(dict.fromkeys(_named(asked)))
    return ", ".join(titles[:SOME]) + (f" and {len(titles) - SOME} more" if len(titles) > SOME else "")


def _named(lines: Iterable[Line]) -> Iterator[str]:
    """Yield the titles of lines; of a line that only groups others, theirs."""
    for line in lines:
        if line.title in GROUPING and line.parts:
            yield from _named(line.parts)
        elif line.title:
            yield line.title
