"""The sections of the page: the same for every form it is written in. A section without anything to tell is not there."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import chain
from typing import Any

from dsl import core as c
from review.diff.compare import Changed, requirements
from review.diff.report import DIRECTIONS, in_order, inner_lines, reached_lines
from review.guide.marks import sentence
from review.prove.check_report import property_detail, property_word
from review.prove.claims import Claim
from review.prove.report import BETWEEN, FOLLOWS, LIMITS, is_open, partner_in_words, summary, verdict_detail
from review.request.flips import Flipped, flipped, in_words, only_points
from review.request.plots import plots
from review.request.request import Request
from review.request.scenarios import by_words
from review.scenarios.ready.citations import shown
from review.words.decision_text import unpainted

Json = Any
MOST_NAMED = 5
"""Rules, scenarios, clauses of one kind that are named; the rest by number."""


@dataclass(frozen=True, slots=True)
class Item:
    """A thing that is told: a sentence, where it stands, and lines below it."""

    text: str
    places: tuple[str, ...] = ()
    lines: tuple[str, ...] = ()

    @property
    def is_change(self) -> bool:
        """Whether its lines are read as a change of text."""
        return any(line.lstrip().startswith(("- ", "+ ")) for line in self.lines)


@dataclass(frozen=True, slots=True)
class Section:
    """A part of the page; what is folded is shown when asked for."""

    title: str
    items: tuple[Item, ...]
    lead: str = ""
    foot: str = ""
    folded: tuple[str, ...] = ()
    fold: str = ""
    """What the folded lines are."""
    flips: Sequence[Flipped] = field(default=())
    """What is drawn, where there is a place for drawings."""
    drawings: tuple[tuple[str, str], ...] = ()
    """More drawings, as SVG, each with what is said below it."""


def sections(told: Request) -> Iterator[Section]:
    """Yield what the page tells below its first line."""
    parts = (_changes(told), _flips(told), _proved(told), _scenarios(told), _untried(told), _sources(told))
    yield from (part for part in parts if part.items or part.folded or part.lead)


def _changes(told: Request) -> Section:
    groups: dict[tuple[str, tuple[str, ...]], list[Changed]] = {}
    for one in in_order(told.found.changed):
        if one.kind != "reached":
            lines = tuple(line.removeprefix("  ") for line in inner_lines(one, told.today))
            groups.setdefault((one.kind, lines if one.kind != "moved" else ()), []).append(one)
    items = tuple(_changed(kind, lines, rules) for (kind, lines), rules in groups.items())
    reached = tuple(line.strip() for line in reached_lines(told.found, unpainted, titled=True) if line.startswith(" "))
    foot = f"{sentence(DIRECTIONS)}." if any(one.steps for one in told.found.changed) else ""
    fold = f"Reached, with the same words ({sum(one.kind == 'reached' for one in told.found.changed)})"
    return Section("What changes", items, foot=foot, folded=reached, fold=fold)


def _changed(kind: str, lines: tuple[str, ...], rules: Sequence[Changed]) -> Item:
    whats = "" if rules[0].what == "rule" else f"{rules[0].what} "
    names = [f"{one.title} (`{one.name}`{_before(one)})" for one in rules]
    places = (" → ".join(dict.fromkeys(filter(None, (one.before_at, one.after_at)))) for one in rules[:MOST_NAMED])
    return Item(f"{kind}: {whats}{_listed(names)}", tuple(filter(None, places)), lines)


def _before(one: Changed) -> str:
    return f", before `{one.former}`" if one.former is not None else ""


def _listed(names: Sequence[str]) -> str:
    more = f" and {len(names) - MOST_NAMED} more" if len(names) > MOST_NAMED else ""
    return f"{', '.join(names[:MOST_NAMED])}{more}"


def _flips(told: Request) -> Section:
    impact = told.impact
    if impact is None:
        return Section("Who flips", ())
    rows = flipped(impact)
    days = impact.days_in_words
    made = (
        ", generated and not real: they say how a change can flip, not how often it does"
        if impact.made is not None
        else ""
    )
    lead = f"{impact.partners:,} partners{made}; decided on {days} by {len(impact.titles):,} rules that can decide otherwise."
    points = only_points(impact.flips)
    if points:
        lead += f" Of {points:,} decisions more the points move and nothing else does."
    if impact.refused:
        lead += f" {len(impact.refused):,} partners do not fit the vocabulary of a side: "
        lead += "; ".join(f"{one.partner} ({one.side}: {one.why})" for one in impact.refused[:MOST_NAMED])
        lead += " and others." if len(impact.refused) > MOST_NAMED else "."
    core = told.found.after.core
    items = [_flip(row, core) for row in rows]
    rest = tuple(item.text for item in items[MOST_NAMED:])
    return Section(
        "Who flips", tuple(items[:MOST_NAMED]), lead, "", rest, f"{len(rest)} more rules and directions", rows,
        tuple(plots(impact, told.found.after.core)),
    )  # fmt: skip


def _flip(row: Flipped, core: c.Core) -> Item:
    kinds = "; ".join(f"{what.replace('_', ' ')} {number:,}×" for what, number in row.kinds[:3])
    lines = [f"by {_clause(clause, core)} {number:,}×" for clause, number in row.clauses[:3]]
    lines.append(f"for example {', '.join(f'{flip.partner} on {flip.on}' for flip in row.samples)}")
    first = row.samples[0]
    if first.why_before != first.why_after:
        lines += [f"{first.partner} before: {first.why_before}", f"{first.partner} after: {first.why_after}"]
    return Item(
        f"{in_words(row.way, row.count)} by {row.title or row.rule} (`{row.rule}`): {kinds}",
        (),
        tuple(lines),
    )


def _clause(code: str, core: c.Core) -> str:
    """Return a clause by its title and its code: the code alone where nothing is called so."""
    named = [rule for name, rule in core.rules.items() if code.startswith(f"{name}.")]
    nodes = (node for rule in named for node in requirements(rule) if node.code == code)
    title = next((node.title for node in nodes if node.title), "")
    return f"{title} (`{code}`)" if title else f"`{code}`"


def _proved(told: Request) -> Section:
    proof = told.proof
    if proof is None:
        return Section("What is proved", ())
    core = told.found.after.core
    called = {name: one.title for name, one in core.facts.items()} | {n: one.title for n, one in core.named.items()}

    def in_words_of(facts: Json) -> str:
        return partner_in_words(facts, called)

    groups: dict[tuple[str, str], list[str]] = {}
    shown: dict[tuple[str, str], tuple[str, ...]] = {}
    open_: dict[str, list[str]] = {}
    for one in proof.merged():
        name = f"{proof.titles.get(one.rule, '')} (`{one.rule}`)"
        detail = tuple(verdict_detail(one, in_words_of))
        if is_open(one):
            # Nothing is known of it in either direction, so that neither is named.
            whys = dict.fromkeys((_why(one.less), _why(one.more), *([FOLLOWS] if one.follows else [])))
            open_.setdefault(f"{one.days}: {'; '.join(whys)}", []).append(name)
            continue
        key = (str(one.days), summary(one))
        groups.setdefault(key, []).append(name)
        shown.setdefault(key, detail)
    items = [
        Item(f"{days}, {said}: {_listed(names)}", (), shown[days, said][:MOST_NAMED])
        for (days, said), names in groups.items()
    ]
    if proof.through is not None and (lines := list(proof.through.lines())):
        items.append(Item(sentence(lines[0]), (), tuple(line.strip() for line in lines[1:])))
    titles = {name: rule.title for name, rule in core.rules.items()}
    for stated in proof.properties:
        said = f"property `{stated.name}`, {stated.title}: {property_word(stated)}"
        detail = tuple(property_detail(stated, titles, in_words_of))
        if stated.state == "unknown" and not stated.is_finding:
            # What stands between is told by `merit prove`, at length.
            open_.setdefault("; ".join(line.partition(BETWEEN)[0] for line in detail), []).append(
                f"{said} ({stated.at})"
            )
        else:
            items.append(Item(said, (stated.at,), detail))
    items += [Item(f"property `{name}` is claimed no longer") for name in proof.removed]
    for name, why in proof.left.items():
        claimed = core.properties.get(name.removeprefix("property."))
        title = claimed.title if claimed is not None else proof.titles.get(name, "")
        open_.setdefault(why, []).append(f"{title} (`{name}`)" if title else f"`{name}`")
    lead = f"{sentence(LIMITS)}" if proof.verdicts or proof.properties else ""
    count = sum(map(len, open_.values()))
    folded = tuple(f"{', '.join(names)}: {why}" for why, names in open_.items())
    return Section("What is proved", tuple(items), lead, "", folded, f"Not known ({count})")


def _why(claim: Claim) -> str:
    """Return why something is not known, with what kinds of things stand between."""
    kinds = list(dict.fromkeys(one.what for one in claim.between))
    return f"{claim.why} ({_listed(kinds)})" if kinds else claim.why


def _scenarios(told: Request) -> Section:
    ran = told.scenarios
    items: list[Item] = []
    for words, found in by_words(ran.told).items():
        for one in found[:MOST_NAMED]:
            review = ", waits for review" if one.told.scenario.review else ""
            items.append(Item(f"{words}{review}: {one.told.scenario.name}", (one.told.place,), one.why[:3]))
        if len(found) > MOST_NAMED:
            items.append(Item(f"{words}: {len(found) - MOST_NAMED} more"))
    gone = tuple(f"{one.scenario.name} ({one.place})" for one in ran.removed)
    if not ran.asked and not gone:
        return Section("Scenarios", ())
    lead = f"{ran.asked:,} of {ran.of:,} scenarios can come out otherwise by the change, or are new; {len(ran.failing):,} of them {'does' if len(ran.failing) == 1 else 'do'} not pass."
    if ran.asked and not ran.told and not gone:
        lead += " None is new or comes out otherwise: no scenario shows the change."
    return Section("Scenarios", tuple(items), lead, "", gone, f"{len(gone)} removed")


def _untried(told: Request) -> Section:
    parts = sum(len(its) for its in told.touched.values())
    if not parts:
        return Section("Coverage of what changed", ())
    if not told.untried:
        return Section("Coverage of what changed", (), "Every clause that changed is turned on by a scenario.")
    items = [Item(f"{one.part.kind} `{one.part.name}`: {one.said}", (one.place,)) for one in told.untried]
    rest = tuple(f"{item.text} ({item.places[0]})" for item in items[MOST_NAMED:])
    return Section("Coverage of what changed", tuple(items[:MOST_NAMED]), folded=rest, fold=f"{len(rest)} more")


def _sources(told: Request) -> Section:
    own = told.sources
    alike: dict[tuple[str, str], list[str]] = {}
    for one in own.rested:
        alike.setdefault((one.before, one.after), []).append(f"`{one.name}`{f' {one.what}' if one.what else ''}")
    items = [
        Item(f"{_listed(names)}: rests on something else", (), (f"- {before}", f"+ {after}"))
        for (before, after), names in alike.items()
    ]
    for leaf, what in chain(
        ((leaf, "nothing says where it comes from") for leaf in own.uncited),
        ((leaf, "second-hand or not final") for leaf in own.provisional),
    ):
        items.append(Item(f"{shown(leaf)}: {what}", (leaf.origin.place.rpartition(":")[0],)))
    rest = tuple(f"{item.text} {' '.join(item.places)}" for item in items[2 * MOST_NAMED :])
    return Section("Sources", tuple(items[: 2 * MOST_NAMED]), folded=rest, fold=f"{len(rest)} more")
