"""A document as policy text in its canonical layout.

Lowering the text gives an equal document. Notes stand in one order, parentheses where operators need them and nowhere
else; what the text cannot say, a document made elsewhere can (a text with a line break, a sum as the end of a cap), and
is refused.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from decimal import Decimal
from typing import assert_never

from dsl import document as d
from dsl.format.formatter import format_source
from dsl.json_values import decimal_text
from dsl.source import Source

# How tightly the operators bind, loosest first, as the grammar nests them.
_VALUE, _WHEN, _OR, _AND, _NOT, _COMPARE, _ROUNDED, _SUM, _CAP, _PRODUCT, _SHARE, _ON, _PRIME, _ATOM = range(-1, 13)

_NAME = re.compile(r"[a-z]\w*(\.[a-z]\w*)*")


class PrintError(ValueError):
    """The document says what policy text has no words for."""


def print_document(document: d.Document) -> str:
    """Return the policy text of a document: all its forms, sort by sort, in the order the document has them.

    Raises:
        PrintError: a part of the document cannot be said in policy text.
    """
    text, found = format_source(Source("<document>", "\n".join(_paragraphs(document))))
    if found:
        raise PrintError(f"policy text cannot say `{found[0].span.source.line_text(found[0].span.line).strip()}`")
    return text


def _paragraphs(document: d.Document) -> Iterator[str]:
    """Yield the forms as text, a blank line behind each that has a body."""
    if document.package is not None:
        package = document.package
        yield _spaced("package", package.name, _quoted(package.title), _titles(package.titles)) + "\n"
    if document.sources:
        yield "".join(_source(name, source) for name, source in document.sources.items())
    if document.terms:
        yield "".join(
            _spaced("term", name, _quoted(term.title), _allows(term.allows), _titles(term.titles)) + "\n"
            for name, term in document.terms.items()
        )
    if document.kinds:
        yield "".join(_kind(name, kind) for name, kind in document.kinds.items())
    if document.membership is not None:
        yield f"membership of {', '.join(document.membership.names)}\n"
    if document.facts:
        yield f"facts {_fields(document.facts)}\n"
    for name, records in document.records.items():
        yield f"records {_head(name, records.title, _kept(records), _allows(records.allows), _titles(records.titles))} {_fields(records.fields)}\n"
    for name, listing in document.certifications.items():
        yield f"certifications {_head(name, listing.title, _allows(listing.allows), _titles(listing.titles))} {_entries(listing, in_quotes=True)}\n"
    for name, listing in document.groups.items():
        yield f"group {_head(name, listing.title, _allows(listing.allows), _titles(listing.titles))} {_entries(listing, in_quotes=False)}\n"
    for name, definition in document.definitions.items():
        yield f"define {_definition(name, definition)}\n"
    for name, table in document.tables.items():
        yield f"table {_head(name, table.title, _by(table), _notes(table.notes))} {_rows(table)}\n"
    for name, definition in document.measures.items():
        yield f"measure {_definition(name, definition)}\n"
    for rule in document.rules.values():
        yield _rule(rule)
        yield from (_rule(added, "also") for added in document.additions.get(rule.key, ()))
    for key, blocks in document.additions.items():
        if key not in document.rules:
            yield from (_rule(added, "also") for added in blocks)
    for name, stated in document.properties.items():
        head = _spaced("property", _head(name, stated.title), _validity(stated.valid), _notes(stated.notes))
        yield f"{head} {_lines([_law(stated.law)])}\n"


def _law(law: d.Law) -> str:
    match law:
        case d.Implies(given=given, then=then, level=level):
            if (then is None) == (level is None):
                raise PrintError("policy text says one thing behind `implies`: a condition, or `qualifies at` a level")
            implied = f"qualifies at {level}" if then is None else _text(then, _OR)
            return f"{_text(given, _OR)} implies {implied}"
        case d.Never(condition=condition):
            return f"never {_text(condition, _OR)}"
        case d.NeverCosts(more=more, selection=selection):
            return f"more {', '.join(more)} never costs {_selection(selection)}"
        case _:
            assert_never(law)


def _kept(records: d.Records) -> str:
    return "monthly" if records.monthly else f"dated by {records.dated_by}" if records.dated_by else ""


def _source(name: str, source: d.SourceText) -> str:
    read = f"read {_day(source.read)}" if source.read else ""
    return _spaced("source", name, _quoted(source.title), read, _allows(source.allows)) + "\n"


def _kind(name: str, kind: d.Kind) -> str:
    more = [f"like {kind.like}", *([f"plural {kind.plural}"] if kind.plural is not None else [])]
    said = ", ".join([*more, *([f"heading {_quoted(kind.heading)}"] if kind.heading is not None else [])])
    return _spaced("kind", _head(name, kind.title, said), _allows(kind.allows), _titles(kind.titles)) + "\n"


def _head(name: str, title: str | None, *more: str) -> str:
    return _spaced(name, _quoted(title) if title is not None else "", *more)


def _fields(fields: Mapping[str, d.Field]) -> str:
    return _lines(_field(name, field) for name, field in fields.items())


def _field(name: str, field: d.Field) -> str:
    formula = f"= {_bare(field.formula, _SUM)}" if field.formula is not None else ""
    return f"{name}: {_spaced(_type(field.type), formula, _title(field.title), _notes(field.notes))}"


def _type(type_: d.Type) -> str:
    limits = (
        f"{_figure(type_.low)} to {_figure(type_.high)}" if type_.low is not None and type_.high is not None else ""
    )
    return _spaced(
        type_.word,
        f"of {', '.join(_spaced(name, _spelt(type_.spelt.get(name, ()))) for name in type_.of)}" if type_.of else "",
        type_.unit or "",
        limits,
    )


def _entries(listing: d.Listing, *, in_quotes: bool) -> str:
    entries: list[str] = []
    for entry in listing.entries:
        name = _quoted(entry.name) if in_quotes or not _NAME.fullmatch(entry.name) else entry.name
        entries.append(_spaced(name, _spelt(entry.spelt), _validity(entry.valid), _notes(entry.notes)))
    are_plain = all(not entry.spelt and entry.valid is None and entry.notes == d.NO_NOTES for entry in listing.entries)
    return f"{{ {'  '.join(entries)} }}" if are_plain and not in_quotes else _lines(entries)


def _spelt(spellings: Sequence[str]) -> str:
    return f"also spelt {' or '.join(map(_quoted, spellings))}" if spellings else ""


def _by(table: d.Table) -> str:
    if not table.keys:
        if table.match is not None:
            raise PrintError("policy text cannot say how the rows of a table without keys match")
        return ""
    return _spaced(f"by {', '.join(table.keys)}", table.match or "")


def _rows(table: d.Table) -> str:
    if not table.columns:
        if table.rows:
            raise PrintError("policy text cannot say a table with rows and without columns")
        return "{}"
    rows = [f"| {' | '.join(map(_cell, row.cells))} | {_notes(row.notes)}" for row in table.rows]
    return _lines([f"| {' | '.join(table.columns)} |", *rows])


def _cell(cell: d.Cell) -> str:
    match cell:
        case d.Names(names=names):
            return ", ".join(names)
        case d.Dash():
            return "-"
        case d.Text() | d.Figure() | d.Day():
            return _text(cell, _PRIME)
        case d.Band():
            return _band(cell)
        case d.Several(values=values):
            if len(values) < 2:
                raise PrintError("policy text says several values by at least two")
            return ", ".join(map(_cell, values))
        case _:
            assert_never(cell)


def _band(band: d.Band) -> str:
    low = _text(band.low, _PRIME) if band.low is not None else ""
    high = _text(band.high, _PRIME) if band.high is not None else ""
    if low and high:
        if band.above:
            raise PrintError("policy text cannot leave out the low end of a band that has two")
        return f"{low} to {'< ' if band.below else ''}{high}"
    if not (low or high) or (band.above and not low) or (band.below and not high):
        raise PrintError("a band has an end, and none is left out that it has not")
    return f"{'>' if band.above else '>='} {low}" if low else f"{'<' if band.below else '<='} {high}"


def _definition(name: str, definition: d.Definition) -> str:
    supplied = ", may be supplied" if definition.supplied else ""
    head = f"{_spaced(name, _title(definition.title))}: {_type(definition.type)}{supplied}"
    if definition.value is None:
        if definition.notes != d.Notes(allows=definition.notes.allows):
            raise PrintError(f"policy text cannot say notes of `{name}`; they belong to its versions")
        return f"{_spaced(head, _allows(definition.notes.allows))} {_body(definition.clauses)}"
    return _spaced(head, "=", _bare(definition.value), _notes(definition.notes))


def _rule(rule: d.Rule, also: str = "") -> str:
    if rule.name is None and rule.title is not None:
        raise PrintError(f"policy text cannot say a title for `{rule.key}`; its rows have titles")
    name = rule.name if rule.name is not None else f"each row of {rule.each_row_of}"
    head = _spaced(rule.kind, _head(name, rule.title, also), _validity(rule.valid), _notes(rule.notes))
    return f"{head} {_lines(_clauses(rule.clauses))}\n"


def _body(clauses: Sequence[d.Clause]) -> str:
    """Return clauses in braces; a single short one on one line, where the layout has room for it."""
    texts = _clauses(clauses)
    return f"{{ {texts[0]} }}" if len(texts) == 1 and "\n" not in texts[0] else _lines(texts)


def _clauses(clauses: Sequence[d.Clause]) -> list[str]:
    """Return the clauses as text, those that belong to the one before on its line."""
    texts: list[str] = []
    before: d.Clause | None = None
    for clause in clauses:
        joint = _joint(before, clause)
        if joint is None:
            texts.append(_clause(clause))
        else:
            texts[-1] += joint + _clause(clause)
        before = clause
    return texts


def _joint(before: d.Clause | None, clause: d.Clause) -> str | None:
    """Return what joins a clause to the one before on its line, None where it has its own."""
    match before, clause:
        case d.Setting(word="checked at"), d.Setting(word="lost after"):
            return ", "
        case d.Setting(word="pass at"), d.Phrase(phrase=phrase) if phrase.startswith("with"):
            return " "
        case _:
            return None


def _clause(clause: d.Clause) -> str:
    notes = "" if isinstance(clause, d.Group) else _notes(clause.notes)
    match clause:
        case d.Item(label=label, title=title, value=value, earns=earns):
            points = _earns(earns) if earns is not None else ""
            return f"{_spaced(label, _title(title))}: {_spaced(_text(value), points, notes)}"
        case d.Section(word=word, name=name, title=title, up_to=up_to, valid=valid, when=when, clauses=clauses):
            if name is None and title is not None:
                raise PrintError(f"policy text cannot say a title for `{word}` without a name")
            head = _spaced(word, name or "", _title(title), _cap(up_to), _validity(valid), _when(when), notes)
            return f"{head} {_body(clauses)}"
        case d.Group(chooser=chooser, clauses=clauses):
            return f"{_chooser(chooser)} {_body(clauses)}"
        case d.Version(valid=valid, value=value, clauses=clauses):
            if value is None:
                return f"{_spaced(_validity(valid), notes)} {_body(clauses)}"
            return _spaced(f"{_validity(valid)}:", _text(value), notes)
        case d.Case(name=name, when=when):
            return _spaced(name, _when(when) or "otherwise", notes)
        case d.Verb(word=word, names=names, up_to=up_to, when=when):
            return _spaced(word, ", ".join(names), _cap(up_to), _when(when), notes)
        case d.Setting(word=word, value=value, out_of=out_of):
            return _spaced(word, _text(value), f"out of {_figure(out_of)}" if out_of is not None else "", notes)
        case d.Window(word=word, range=range_):
            return _spaced(word, _range(range_), notes)
        case d.Phrase(phrase=phrase):
            return _spaced(phrase, notes)
        case _:
            assert_never(clause)


def _earns(earns: d.Earns) -> str:
    points = _text(earns.points, _ATOM) if earns.points is not None else ""
    per = _text(earns.per, _ATOM) if earns.per is not None else ""
    limit = _spaced(_cap(earns.up_to), f"at {_text(earns.at, _ATOM)}" if earns.at is not None else "")
    terms = {
        "whole": (points, limit),
        "each": (f"{points} each", limit),
        "per": (f"{points} per {per}", limit),
        "proportion": (points, limit, "in proportion"),
        "tiers": (f"by tier {_tiers(earns.tiers)}", limit),
        "brackets": (f"by bracket {_brackets(earns.brackets)}", limit),
    }[earns.mode]
    return f"earns {', '.join(filter(None, terms))}{_rounding(earns.rounding)}"


def _tiers(tiers: Sequence[d.Tier]) -> str:
    texts = [_spaced(f"at {_text(tier.at, _ATOM)}:", _text(tier.points, _ATOM), _notes(tier.notes)) for tier in tiers]
    return f"{{ {'  '.join(texts)} }}" if all(tier.notes == d.NO_NOTES for tier in tiers) else _lines(texts)


def _brackets(brackets: Sequence[d.Bracket]) -> str:
    return _lines(map(_bracket, brackets))


def _bracket(bracket: d.Bracket) -> str:
    if bracket.each and bracket.per is not None:
        raise PrintError("policy text says one of `each` and `per` of a bracket")
    per = f"per {_text(bracket.per, _ATOM)}" if bracket.per is not None else "each" if bracket.each else ""
    return _spaced(f"at {_text(bracket.at, _ATOM)}:", _text(bracket.rate, _ATOM), per, _notes(bracket.notes))


def _notes(notes: d.Notes) -> str:
    return _spaced(
        *(f"cite {cite.source} {_quoted(cite.place)}" for cite in notes.cites),
        *(f"assume {_quoted(text)}" for text in notes.assumes),
        f"was {', '.join(notes.was)}" if notes.was else "",
        f"seen {_day(notes.seen)}" if notes.seen is not None else "",
        _allows(notes.allows),
        _titles(notes.titles),
        f"only if {_body(notes.only_if)}" if notes.only_if else "",
    )


def _titles(titles: Sequence[d.Translation]) -> str:
    return _spaced(*(part for one in titles for part in (f"in {one.language} {_quoted(one.text)}", _as_in(one.cite))))


def _as_in(cite: d.Cite | None) -> str:
    return "" if cite is None else f"as in {cite.source} {_quoted(cite.place)}"


def _allows(allows: Sequence[d.Allow]) -> str:
    return _spaced(*(f"allow {allow.code} {_quoted(allow.reason)}" for allow in allows))


def _cap(at: d.Expr | None) -> str:
    return f"up to {_text(at, _ATOM)}" if at is not None else ""


def _when(condition: d.Expr | None) -> str:
    return f"when {_text(condition, _OR)}" if condition is not None else ""


def _bare(value: d.Expr, level: int = _VALUE) -> str:
    """Return a value that a title may follow or miss: a text in quotes gets parentheses, lest it be the title."""
    return f"({_text(value)})" if isinstance(value, d.Text) else _text(value, level)


def _text(value: d.Expr, level: int = _VALUE) -> str:
    """Return a value or condition, in parentheses when it binds less tightly than its place asks for."""
    text, own = _spelled(value)
    if own >= level:
        return text
    if level == _ATOM or own == _VALUE:
        raise PrintError(f"policy text cannot say `{text}` there; give it a name of its own")
    return f"({text})"


def _spelled(value: d.Expr) -> tuple[str, int]:
    """Return the text of a value and how tightly it binds."""
    match value:
        case d.Figure():
            return _figure(value), _ATOM
        case d.Day():
            return _day(value), _PRIME
        case d.Text(text=text):
            return _quoted(text), _PRIME
        case d.Name() | d.Select():
            return _ref(value), _ATOM
        case d.Levels():
            return _levels(value), _VALUE
        case d.And(terms=terms):
            return " and ".join(_text(term, _NOT) for term in terms), _AND
        case d.Or(terms=terms):
            return " or ".join(_text(term, _AND) for term in terms), _OR
        case d.Not(term=term):
            return f"not {_text(term, _NOT)}", _NOT
        case d.Sometime(condition=condition, range=range_):
            return f"{_text(condition, _COMPARE)} sometime {_range(range_)}", _NOT
        case d.Compare(op=op, left=left, right=right):
            limit = _levels(right) if isinstance(right, d.Levels) else _text(right, _ROUNDED)
            return f"{_text(left, _ROUNDED)} {op} {limit}", _COMPARE
        case d.Rounded(value=inner, rounding=rounding):
            return f"{_text(inner, _SUM)}{_rounding(rounding)}", _ROUNDED
        case d.Arithmetic(op="+" | "-" as op, left=left, right=right):
            return f"{_text(left, _SUM)} {op} {_text(right, _CAP)}", _SUM
        case d.Arithmetic(op="of", left=left, right=right):
            percent = "" if isinstance(left, d.Figure) else " %"  # a figure has its unit
            return f"{_text(left, _ATOM)}{percent} of {_text(right, _SHARE)}", _SHARE
        case d.Brackets(value=inner, brackets=brackets):
            return f"{_text(inner, _ON)} by bracket {_brackets(brackets)}", _SHARE
        case d.Arithmetic(op=op, left=left, right=right):
            return f"{_text(left, _PRODUCT)} {op} {_text(right, _SHARE)}", _PRODUCT
        case d.Cap(value=inner, at=at):
            return f"{_text(inner, _PRODUCT)} {_cap(at)}", _CAP
        case d.When(value=inner, condition=condition, otherwise=otherwise):
            return f"{_text(inner, _OR)} {_when(condition)}, otherwise {_text(otherwise, _WHEN)}", _WHEN
        case d.On(value=inner, date=day):
            return f"{_text(inner, _PRIME)} on {_date(day)}", _ON
        case d.Projected(value=inner):
            return f"{_text(inner, _PRIME)} as projected", _ON
        case d.Aggregate(function=function, records=records, distinct=distinct, field=field, over=over):
            period = f"over {_period(over)}" if over is not None else ""
            of = f"{', '.join((field, *value.alike))} of" if field is not None else ""
            together = value.total
            total = (
                f"with {together.function} {together.field} {together.op} {_text(together.at)}"
                if together is not None
                else ""
            )
            return _spaced(function, "distinct" if distinct else "", of, _ref(records), total, period), _PRIME
        case d.Grouped(function=function, records=records, by=by, value=inner, over=over):
            period = f"over {_period(over)}" if over is not None else ""
            keys, group = ", ".join(by), f"{{ {_text(inner)} }}"
            if function == "count":
                return _spaced("count distinct", keys, "of", _ref(records), "with", group, period), _PRIME
            return _spaced(function, "for each", keys, "of", _ref(records), period, group), _PRIME
        case d.Change(kind=kind, value=inner, against=against):
            return f"{kind} of {_text(inner, _PRIME)} against {_period(against)}", _PRIME
        case d.People(holding=holding):
            return f"people holding {_selection(holding)}", _PRIME
        case d.DifferentPeople(lists=lists):
            return f"different people for each of {', '.join(lists)}", _PRIME
        case d.NumberHeld(group=group):
            return f"number held of {group}", _PRIME
        case d.AtLeastPeople(count=count, holding=holding):
            return f"at least {_text(count)} people holding {_selection(holding)}", _PRIME
        case d.Claim(verb=verb, selection=selection, level=level):
            if verb == "qualifies for" and level is not None:
                return f"qualifies at {level} for {_selection(selection)}", _PRIME
            return _spaced(verb, f"at {level}" if level is not None else "", _selection(selection)), _PRIME
        case d.Choose(chooser=chooser, clauses=clauses, names=names, values=values):
            among = [*names, *(_text(one, _PRIME if isinstance(one, d.Text | d.Day) else _ATOM) for one in values)]
            return f"{_chooser(chooser)} {', '.join(among) if among else _body(clauses)}", _PRIME
        case d.Edge(edge=edge, unit=unit, of=of):
            return f"{edge} of {unit} of {_text(of, _PRIME)}", _PRIME
        case d.Anniversary(which=which, after=after):
            return _spaced(
                which if which != "any" else "", "anniversary", f"after {_date(after)}" if after is not None else ""
            ), _ATOM
        case _:
            assert_never(value)


def _date(value: d.Expr) -> str:
    text, own = _spelled(value)
    return text if own >= (_PRIME if isinstance(value, d.Day) else _ATOM) else f"({text})"


def _ref(value: d.Name | d.Select) -> str:
    if isinstance(value, d.Name):
        return value.name
    column = f".{value.column}" if value.column is not None else ""
    if value.also:
        keys = ", ".join(_key(one) for one in (value.where, *value.also))
        return f"{value.of}[{keys}]{column}"
    return f"{value.of}[{_text(value.where, _WHEN)}]{column}"


def _key(value: d.Expr) -> str:
    """Return one of several keys: what is more than a name, a figure or a text stands in parentheses."""
    text, own = _spelled(value)
    return text if own >= _ATOM or isinstance(value, d.Day | d.Text) else f"({text})"


def _levels(levels: d.Levels) -> str:
    return ", ".join(f"{name} {_figure(figure)}" for name, figure in levels.figures.items())


def _range(range_: d.Range) -> str:
    end, word = (range_.through, "through") if range_.through is not None else (range_.until, "until")
    if end is None or None not in (range_.through, range_.until):
        raise PrintError("policy text cannot say a range without exactly one end")
    return f"from {_text(range_.start, _ROUNDED)} {word} {_text(end, _ROUNDED)}"


def _rounding(rounding: d.Rounding | None) -> str:
    if rounding is None:
        return ""
    return _spaced(f", rounded {rounding.mode}", f"to {_figure(rounding.to)}" if rounding.to is not None else "")


def _period(period: d.Period) -> str:
    return _spaced(period.word, _figure(period.length) if period.length is not None else "")


def _selection(selection: d.Selection) -> str:
    return _spaced(_chooser(selection.chooser) if selection.chooser is not None else "", ", ".join(selection.names))


def _chooser(chooser: d.Chooser) -> str:
    return _spaced(chooser.word, _figure(chooser.count) if chooser.count is not None else "", "of")


def _figure(figure: d.Figure) -> str:
    known = figure.value if figure.value is not None else figure.least
    if known is None:
        return _spaced("unknown", figure.unit or "")
    whole, point, rest = decimal_text(known).partition(".")
    unit = figure.unit or ""
    if known == Decimal(1) and unit in ("points", "days", "months", "years"):
        unit = unit.removesuffix("s")
    text = f"{int(whole):,}{point}{rest}{'?' if figure.provisional else ''}"
    return _spaced("unknown at least" if figure.value is None else "", text, unit)


def _day(day: d.Day) -> str:
    return f"{day.day.isoformat()}{'?' if day.provisional else ''}"


def _validity(valid: d.Validity | None) -> str:
    if valid is None:
        return ""
    if valid.through is not None and valid.until is not None:
        raise PrintError("policy text cannot say both `through` and `until`")
    days = (("from", valid.start), ("through", valid.through), ("until", valid.until))
    return _spaced(*(f"{word} {_day(day)}" for word, day in days if day is not None))


def _quoted(text: str) -> str:
    if '"' in text or "\n" in text:
        raise PrintError(f"policy text cannot say a text with quotes or line breaks: {text!r}")
    return f'"{text}"'


def _title(title: str | None) -> str:
    return _quoted(title) if title is not None else ""


def _spaced(*words: str) -> str:
    return " ".join(filter(None, words))


def _lines(texts: Iterable[str]) -> str:
    """Return texts in braces, a line each."""
    inside = "".join(f"{text}\n" for text in texts)
    # Indented, because a line that begins in the first column would be a form.
    return "{\n" + re.sub(r"^(?=.)", "  ", inside, flags=re.MULTILINE) + "}" if inside else "{}"
