"""Names: what may be one, and those that no rule reads."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from decimal import ROUND_CEILING

from dsl import document as d
from dsl.core import Core
from dsl.diagnostics import Diagnostic, Edit, Fix, Label, unknown_name
from dsl.lower.scope import group_inside, word_in
from dsl.mistakes.words import RESERVED
from dsl.source import Span


def declared(document: d.Document) -> Iterator[Diagnostic]:
    """Yield what is wrong with names and types where they are declared.

    Reports:
        C106 a count that is no whole number; C203 a member given twice; C204 a reserved name, also as a member;
        C205 a type that is not complete.
    """
    named: Mapping[str, Mapping[str, d.Field | d.Definition]] = {
        "fact": document.facts,
        "figure": document.definitions,
        "measure": document.measures,
    }
    for what, nodes in named.items():
        for name, node in nodes.items():
            yield from _declared(what, name, node)
    for records in document.records.values():
        for name, field in records.fields.items():
            yield from _declared("field", name, field)
    for listings in (document.groups, document.certifications):
        for name, listing in listings.items():
            yield from _twice(name, listing)
            yield from _joined(listing, are_spelt=listings is document.certifications)


def _declared(what: str, name: str, node: d.Field | d.Definition) -> Iterator[Diagnostic]:
    if name in RESERVED:
        at, right = word_in(node.origin, name), f"{name}_value"
        yield Diagnostic(
            "C204",
            f"a {what} cannot have the name `{name}`",
            at,
            help=f"`{name}` is a word of the language, so nothing could read it; give it another name, for example `{right}`",
            fix=Fix(f"write `{right}`", (Edit(at, right),)),
        )
    type_ = node.type
    if type_.word in ("money", "signed money") and type_.unit is None:
        yield Diagnostic(
            "C205",
            f"`{name}` is money without a currency",
            type_.origin,
            help=f"write `{type_.word} USD`",
            fix=Fix("write `USD` behind it", (Edit(type_.origin.after, " USD"),)),
        )
    elif type_.word == "one" and not type_.of:
        yield Diagnostic(
            "C205",
            f"`{name}` is one of no values",
            type_.origin,
            help="write the values behind it: `one of larger, other`",
        )
    elif len(set(type_.of)) != len(type_.of):
        twice = next(word for word, count in Counter(type_.of).items() if count > 1)
        yield Diagnostic("C203", f"`{twice}` is given twice", type_.origin, help="delete one of the two")
    yield from _without_effect(name, type_)
    if isinstance(node, d.Definition) and type_.word in _COUNTED:
        for value in (node.value, *(one.value for one in node.clauses if isinstance(one, d.Version))):
            if isinstance(value, d.Figure) and value.value is not None and value.value % 1:
                whole = f"{value.value.to_integral_value(ROUND_CEILING):,f}"
                advice = f"write a whole number, like `{whole}`, or declare `{name}` as `number`"
                yield Diagnostic("C106", f"`{name}` is a count, and a count is whole", value.origin, help=advice)


_COUNTED = ("count", "signed count")


def _without_effect(name: str, type_: d.Type) -> Iterator[Diagnostic]:
    """Yield C205 for parts of a type that its word cannot have."""
    word, limits = type_.word, [limit for limit in (type_.low, type_.high) if limit is not None]
    if type_.of and word not in ("one", "text") and (word not in _COUNTED or len(type_.of) > 1):
        advice = "write one word for what is counted" if word in _COUNTED else f"write `{word}`, or `one of ...`"
        yield Diagnostic("C205", f"`{word}` is not `of {', '.join(type_.of)}`", type_.origin, help=advice)
    if type_.unit is not None and word not in ("money", "signed money"):
        yield Diagnostic(
            "C205", f"`{word}` has no unit `{type_.unit}`", type_.origin, help=f"write `{word}`, or `money USD`"
        )
    elif type_.unit is not None and word in ("money", "signed money") and not type_.unit.isupper():
        yield Diagnostic("C205", f"`{type_.unit}` is no currency", type_.origin, help=f"write `{word} USD`")
    if limits and word in ("date", "duration", "flag", "text", "one"):
        yield Diagnostic("C205", f"`{word}` has no limits", type_.origin, help=f"write `{word}` alone")
    for limit in limits:
        if limit.provisional:
            advice = "write the figure alone: what is told outside of it is refused, and a refusal is never provisional"
            yield Diagnostic("C205", f"a limit of `{name}` is not sure", limit.origin, help=advice)
    if word.startswith("signed") and type_.low is not None and (type_.low.value or 0) >= 0:
        advice = f"write `{word.removeprefix('signed ')}`, or a lower limit below zero"
        yield Diagnostic("C205", f"`{name}` is never below zero, and signed", type_.origin, help=advice)
    low, high = (limit.value if limit is not None else None for limit in (type_.low, type_.high))
    if low is not None and high is not None and low > high:
        yield Diagnostic("C205", f"no figure is {low} to {high}", type_.origin, help="let the two change places")


def _twice(name: str, listing: d.Listing) -> Iterator[Diagnostic]:
    first: dict[str, d.Entry] = {}
    for entry in listing.entries:
        other = first.setdefault(entry.name, entry)
        if other is not entry and entry.valid == other.valid:
            yield Diagnostic(
                "C203",
                f"`{entry.name}` is given twice in `{name}`",
                entry.origin,
                help="delete one of the two",
                labels=(Label(other.origin, "first given here"),),
                fix=Fix("delete it", (Edit(_with_blank(entry.origin), ""),), safe=True),
            )


def _joined(listing: d.Listing, *, are_spelt: bool) -> Iterator[Diagnostic]:
    """Yield C204 for words between members: a list joins them by itself."""
    for entry in listing.entries:
        if entry.name in RESERVED and entry.origin.text == entry.name:
            spelt = '; write another spelling of the one above as `also spelt "..."`' if are_spelt else ""
            yield Diagnostic(
                "C204",
                f"`{entry.name}` is a word of the language, and no member",
                entry.origin,
                help=f"delete it where both are members: they stand one behind the other{spelt}",
                fix=None if are_spelt else Fix("delete it", (Edit(_with_blank(entry.origin), ""),)),
            )


def _with_blank(span: Span) -> Span:
    """Return the span with the blank space before it, so that no empty line is left."""
    text = span.source.text
    start = len(text[: span.start].rstrip())
    return Span(span.source, start, span.end)


def unread(document: d.Document, core: Core, found: Sequence[Diagnostic]) -> Iterator[Diagnostic]:
    """Yield names that mean nothing in places that no rule reads: a slip there waits for the rule that does.

    Reports:
        C102 a member of a group; C115 the source of a row, an entry or a figure; C120 a `use` in shared clauses;
        C602 a name in a table's cell.
    """
    told = {(diagnostic.span.source, diagnostic.span.start) for diagnostic in found}
    for diagnostic in _unread(document, core):
        if (diagnostic.span.source, diagnostic.span.start) not in told:
            yield diagnostic


def _unread(document: d.Document, core: Core) -> Iterator[Diagnostic]:
    awards = {name for rule in core.rules.values() for name in (rule.name, rule.award)}
    awards |= {rule.name for rule in document.rules.values() if rule.name is not None and rule.kind != "common"}
    awards |= {name for benefit in core.benefits for name in (benefit, benefit.split(".", 1)[1])}
    awards |= set(core.kinds.plurals)
    for listing in document.groups.values():
        for entry in listing.entries:
            if entry.name not in awards and entry.name in document.groups:
                yield group_inside(document, "C102", entry.name, entry.origin)
            elif entry.name not in awards:
                yield unknown_name("C102", "award", entry.name, word_in(entry.origin, entry.name), awards)
    known = awards | set(document.groups)
    for table in document.tables.values():
        for index in range(1, len(table.columns)):
            if table.columns[index] in table.keys:
                continue  # its words are values of what rows are found by
            cells = [row.cells[index] for row in table.rows if len(row.cells) == len(table.columns)]
            words = [cell for cell in cells if isinstance(cell, d.Names)]
            if len(words) + sum(isinstance(cell, d.Dash) for cell in cells) < len(cells):
                continue
            if any(name in known for cell in words for name in cell.names):
                for cell in words:
                    for name in cell.names:
                        if name not in known:
                            yield unknown_name("C602", "award", name, word_in(cell.origin, name), known)
    for node in d.walk(document):
        if isinstance(node, d.Cite) and node.source not in document.sources:
            yield unknown_name("C115", "source", node.source, word_in(node.origin, node.source), document.sources)
    commons = {rule.name or "" for rule in document.rules.values() if rule.kind == "common"}
    for rule in document.rules.values():
        for node in d.walk(rule):
            if isinstance(node, d.Verb) and node.word == "use":
                for name in node.names:
                    if name not in commons:
                        yield unknown_name("C120", "common", name, word_in(node.origin, name), commons)
