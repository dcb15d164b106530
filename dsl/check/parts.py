"""Which parts a clause or form decides: days, conditions, maxima, titles and notes; any other is refused.

The grammar lets every clause have them, so that a policy reads alike everywhere. Here stands which of them mean
something where; a part that would be thrown away is an error that says where to write it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from dsl import document as d
from dsl.check.clauses import word_of
from dsl.core import Kinds, RuleKind
from dsl.core.kinds import COMMON
from dsl.diagnostics import Diagnostic
from dsl.source import Span

_SOURCED = frozenset({"cite", "assume", "seen"})
_COUNTS = _SOURCED | {"name", "title", "in", "days", "was", "only if"}
_AWARD = _SOURCED | {"title", "in", "days", "was", "only if"}


def _of_kind(kind: RuleKind) -> frozenset[str]:
    if kind.decides != "eligibility":
        return _SOURCED | {"title", "in", "days"}
    return _AWARD if kind.keeps_register else _AWARD - {"was"}


DECIDED: Mapping[str, frozenset[str]] = {
    "item": _SOURCED | {"title", "in", "was", "only if"},
    "category": _COUNTS | {"up to"},
    "track": _COUNTS | {"up to", "when"},
    "path": _COUNTS,
    "option": _SOURCED | {"name", "title", "in", "days"},
    "no choice": _SOURCED | {"days"},
    "requires": _SOURCED,
    "at level": _SOURCED | {"name", "days"},
    "at even anniversaries": _SOURCED | {"days"},
    "at odd anniversaries": _SOURCED | {"days"},
    "version": _SOURCED | {"days"},
    "case": _SOURCED | {"when"},
    "tier": _SOURCED,
    "bracket": _SOURCED,
    "use": frozenset(),
    "area": frozenset(),
    "levels": frozenset(),
    "awarded to": frozenset(),
    "gives": _SOURCED | {"up to", "when"},
    "covers": _SOURCED | {"when"},
    "pay": _SOURCED | {"when"},
    "keeps": _SOURCED | {"when"},
    "loses": _SOURCED | {"when"},
    "pass at": _SOURCED | {"out of"},
    COMMON: _SOURCED | {"days"},
    "also": _AWARD - {"title", "in"},
    "also each row of": _SOURCED | {"days"},
    "row": _SOURCED,
    "row of rules": _SOURCED | {"was", "only if", "in"},
    "table": _SOURCED | {"title", "in"},
    "member of a group": _SOURCED | {"days"},
    "certification": _SOURCED | {"days"},
    "field": _SOURCED | {"title", "in"},
    "define": _SOURCED | {"title", "in"},
    "property": frozenset({"cite", "assume", "title", "in", "days"}),
}
"""What decides something, by the word of a clause or form; settings, windows and phrases not named have `_SOURCED`."""

_INSTEAD: Mapping[str, str] = {
    "only if": "write `only if { ... }` behind the requirement, category, track or path that it is for",
    "when": "write `only if { label: condition }` behind it, where a requirement, category, track or path counts "
    "under a condition only",
    "was": "an earlier name stands behind the award, the row that makes one, or the labelled requirement",
    "days": "put it into a version, `from 2022-10-03 { ... }`",
    "up to": "a maximum stands behind points: `earns ... up to 20 points`, `category name up to 20 points`",
    "out of": "only `pass at 70 points` is `out of 100 points`",
    "name": "leave it out",
    "title": "leave it out: readers see the titles of what stands inside",
    "in": "write it behind the title that it translates",
    "cite": "write it behind the clause or rule that the text is the source of",
    "assume": "write it behind the clause or rule that is read so",
    "seen": "write it behind the clause or rule that was seen that day",
}
_INSTEAD_THERE: Mapping[tuple[str, str], str] = {
    ("requires", "only if"): "put the conditions into `requires` itself",
    ("amount", "only if"): "write `requires { label: condition }` inside it",
    ("option", "only if"): "put the conditions into its `requires { ... }`",
    ("option", "when"): "write `requires { label: condition }` inside it",
    ("requires", "when"): "write `only if { label: condition }` behind a requirement",
    ("row", "was"): "no award is made of this table's rows, so that none can have had another name",
    ("row", "only if"): "no award is made of this table's rows; write the condition where the table is read",
    ("certification", "was"): "list the certification under both names",
    ("property", "was"): "leave it out: nothing goes by the name of a property",
    ("property", "seen"): "leave it out: a property is claimed of all its days",
    ("property", "only if"): "put the condition before `implies`: `fact and holds award implies ...`",
    ("member of a group", "was"): "an earlier name stands behind the award itself",
}


def undecided(document: d.Document, kinds: Kinds) -> Iterator[Diagnostic]:
    """Yield C122 for every part that nothing would decide where it stands."""
    for rule in document.rules.values():
        yield from _rule(rule, rule.kind, kinds.get(rule.kind))
    for added in document.additions.values():
        for rule in added:
            yield from _rule(rule, "also" if rule.name is not None else "also each row of")
    families = {rule.each_row_of for rule in document.rules.values() if rule.kind in kinds.asking}
    for node in d.walk(document):
        day = node.seen if isinstance(node, d.Notes) else node.read if isinstance(node, d.SourceText) else None
        if day is not None and day.provisional:
            advice = "write it without `?`: somebody saw it on that day"
            yield Diagnostic("C122", "the day on which a text was seen or read is sure", day.origin, help=advice)
    for name, table in document.tables.items():
        yield from _told(table, "table")
        for row in table.rows:
            yield from _told(row, "row of rules" if name in families else "row")
    for listings, member in ((document.groups, "member of a group"), (document.certifications, "certification")):
        for listing in listings.values():
            for entry in listing.entries:
                yield from _told(entry, member)
    for name, field in document.facts.items():
        yield from _told(field, "field")
        if field.formula is not None:
            what = f"`{name}` is a fact, which is told and not reckoned"
            advice = "write a measure: `measure name: count = ...`"
            yield Diagnostic("C122", what, field.formula.origin, help=advice)
    for records in document.records.values():
        for field in records.fields.values():
            yield from _told(field, "field")
    for definition in (*document.definitions.values(), *document.measures.values()):
        yield from _told(definition, "define")
        yield from _below(definition)
    for stated in document.properties.values():
        yield from _told(stated, "property")
        yield from _below(stated)


def _rule(rule: d.Rule, word: str, kind: RuleKind | None = None) -> Iterator[Diagnostic]:
    yield from _told(rule, word, kind)
    yield from _below(rule)


def _below(form: d.Node) -> Iterator[Diagnostic]:
    for node in d.walk(form):
        match node:
            case d.Tier():
                yield from _told(node, "tier")
            case d.Bracket():
                yield from _told(node, "bracket")
            case d.Earns():
                yield from _earns(node)
            case d.Item() | d.Section() | d.Version() | d.Case() | d.Verb() | d.Setting() | d.Window() | d.Phrase():
                yield from _told(node, word_of(node))


_EARNS: Mapping[str, tuple[str, ...]] = {
    "whole": ("points",),
    "each": ("points", "up_to"),
    "per": ("points", "per", "up_to"),
    "proportion": ("up_to", "at", "rounding"),
    "tiers": ("tiers",),
    "brackets": ("brackets", "up_to"),
}
"""What decides how many points a value earns, by the way it earns them."""
_WAYS = {
    "whole": "points that are earned whole are written `earns 5 points`",
    "each": "points for each are written `earns 4 points each, up to 20 points`",
    "per": "points per amount are written `earns 1 point per 1,250 USD, up to 20 points`",
    "proportion": "points in proportion are written `earns up to 30 points at 1,000, in proportion, rounded down`",
    "brackets": "points by bracket are written `earns by bracket { at 0: 2 points each   at 10: 1 point each }, up to 30 points`",
    "tiers": "points by tier are written `earns by tier { at 2: 5 points   at 5: 10 points }`",
}


def _earns(earns: d.Earns) -> Iterator[Diagnostic]:
    if earns.mode == "whole" and earns.points is None:
        return  # that it earns nothing is told (C303)
    shown = {
        "points": "points",
        "per": "`per`",
        "up_to": "a maximum",
        "at": "`at`",
        "tiers": "tiers",
        "brackets": "brackets",
    }
    for own in ("points", "per", "up_to", "at", "tiers", "brackets", "rounding"):
        said = getattr(earns, own)
        if said and own not in _EARNS[earns.mode]:
            at = said[0].origin if isinstance(said, tuple) else said.origin
            yield Diagnostic(
                "C122", f"{shown.get(own, 'a rounding')} would decide nothing here", at, help=_WAYS[earns.mode]
            )


_CALLED = {
    "item": "a requirement",
    "define": "a figure or measure",
    "member of a group": "a member of a group",
    "certification": "a certification of a list",
    "row": "a row of a table",
    "row of rules": "a row of a table",
    "field": "a fact or field",
    "tier": "a tier",
    "bracket": "a bracket",
}
"""What readers call a clause or form that has no word of its own."""


def _told(node: d.Node, word: str, kind: RuleKind | None = None) -> Iterator[Diagnostic]:
    decided = DECIDED.get(word, _SOURCED) if kind is None else _of_kind(kind)
    for part, at in _parts(node):
        if part not in decided:
            whole = _CALLED.get(word, f"`{word}`")
            what = {"days": "days of its own", "name": "name", "title": "title"}.get(part, f"`{part}`")
            place = kind.decides if kind is not None else word
            instead = _INSTEAD_THERE.get((place, part), _INSTEAD[part])
            yield Diagnostic("C122", f"{whole} has no {what}", at, help=instead)


def _parts(node: d.Node) -> Iterator[tuple[str, Span]]:
    """Yield the optional parts that a clause or form has, each with its place."""
    if isinstance(node, d.Section):
        if node.name is not None:
            yield "name", node.origin
        if node.when is not None:
            yield "when", node.when.origin
    if isinstance(node, d.Verb) and node.when is not None:
        yield "when", node.when.origin
    title, valid = getattr(node, "title", None), getattr(node, "valid", None)
    up_to, out_of = getattr(node, "up_to", None), getattr(node, "out_of", None)
    if title is not None and not (isinstance(node, d.Section) and node.name is None):
        yield "title", node.origin
    if isinstance(valid, d.Validity):
        yield "days", valid.origin
    if isinstance(up_to, d.Node):
        yield "up to", up_to.origin
    if isinstance(out_of, d.Node):
        yield "out of", out_of.origin
    notes = getattr(node, "notes", d.NO_NOTES)
    if notes.titles:
        yield "in", notes.titles[0].origin
    if notes.cites:
        yield "cite", notes.cites[0].origin
    if notes.assumes:
        yield "assume", notes.origin
    if notes.was:
        yield "was", notes.origin
    if notes.seen is not None:
        yield "seen", notes.seen.origin
    if notes.only_if:
        yield "only if", notes.only_if[0].origin
