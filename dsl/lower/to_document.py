"""Syntax to document: what the author wrote becomes what the author means.

One method a production. Forms of all trees become one document, kept by name; a name given twice is reported here,
because a document cannot hold both.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any, Literal, TypeVar, cast

from dsl import document as d
from dsl.codec import node_text
from dsl.diagnostics import Diagnostic, Edit, Fix, Label, sorted_diagnostics
from dsl.source import Span
from dsl.syntax import Node, Part, Token, Tree

T = TypeVar("T", bound=d.Node)


def lower_trees(trees: Sequence[Tree]) -> tuple[d.Document, list[Diagnostic]]:
    """Return the document of all trees together; the order of trees and forms has no meaning.

    Reports:
        P005 a date that is none, C201 a name given twice, C202 one name with two meanings.
    """
    found: list[Diagnostic] = []
    parts = [_Lowering(found).document(tree) for tree in trees]
    return merge(parts, found), list(sorted_diagnostics(found))


def merge(parts: Sequence[d.Document], found: list[Diagnostic]) -> d.Document:
    """Put documents together; what is said twice must be said alike.

    Reports:
        C201 a name given twice; C202 package or source told differently.
    """
    package: d.Package | None = None
    membership: d.Membership | None = None
    for part in parts:
        if part.package is not None:
            if package is not None and package != part.package:
                found.append(_twice("C202", f"the package is `{package.name}` elsewhere", part.package, package))
            package = package or part.package
        if part.membership is not None:
            if membership is not None:
                found.append(
                    _twice("C202", "which awards make the membership is said twice", part.membership, membership)
                )
            membership = membership or part.membership
    rules: dict[str, d.Rule] = {}
    additions: dict[str, tuple[d.Rule, ...]] = {}
    for part in parts:
        _join(rules, part.rules, found)
        for key, rules_added in part.additions.items():
            additions[key] = (*additions.get(key, ()), *rules_added)
    # Several `also` forms of one rule stand in an order that no file decides.
    ordered = {key: tuple(sorted(blocks, key=node_text)) for key, blocks in sorted(additions.items())}

    def joined(pick: Callable[[d.Document], Mapping[str, T]], same_is_fine: bool = False) -> dict[str, T]:
        together: dict[str, T] = {}
        for part in parts:
            _join(together, pick(part), found, same_is_fine)
        return together

    return d.Document(
        package=package,
        membership=membership,
        sources=joined(lambda p: p.sources, same_is_fine=True),
        terms=joined(lambda p: p.terms, same_is_fine=True),
        kinds=joined(lambda p: p.kinds),
        facts=joined(lambda p: p.facts),
        records=joined(lambda p: p.records),
        certifications=joined(lambda p: p.certifications),
        groups=joined(lambda p: p.groups, same_is_fine=True),
        tables=joined(lambda p: p.tables),
        definitions=joined(lambda p: p.definitions),
        measures=joined(lambda p: p.measures),
        rules=rules,
        additions=ordered,
        properties=joined(lambda p: p.properties),
    )


def _join(into: dict[str, T], new: Mapping[str, T], found: list[Diagnostic], same_is_fine: bool = False) -> None:
    for name, node in new.items():
        if name not in into:
            into[name] = node
        elif not (same_is_fine and into[name] == node):
            code = "C202" if same_is_fine else "C201"
            found.append(_twice(code, f"`{name}` is given twice", node, into[name]))


def _twice(code: str, message: str, node: d.Node, first: d.Node) -> Diagnostic:
    same = node == first
    advice = "delete one of the two" if same else "give one of them another name, or make one of the two"
    text, start = node.origin.source.text, node.origin.start
    whole = Span(node.origin.source, len(text[:start].rstrip()), node.origin.end)
    fix = Fix("delete this one", (Edit(whole, ""),), safe=True) if same and text else None
    labels = (Label(first.origin, "first given here"),)
    return Diagnostic(code, message, node.origin, help=advice, labels=labels, fix=fix)


def _unquoted(token: Token) -> str:
    return token.text[1:-1]


def _words(token: Token) -> str:
    """Return the text with single blanks and without a leading comma: the phrase as one spelling."""
    return " ".join(token.text.lstrip(",").split())


class _Lowering:
    def __init__(self, found: list[Diagnostic]) -> None:
        self.found = found

    # ---- forms

    def document(self, tree: Tree) -> d.Document:
        parts = [self.form(form) for form in tree.forms]
        return merge(parts, self.found)

    def form(self, node: Node) -> d.Document:
        match node.kind:
            case "package":
                name, title = self.required(node, "NAME"), self.required(node, "STRING")
                return d.Document(
                    package=d.Package(
                        name=name.text, title=_unquoted(title), titles=self.titles(node), origin=node.span
                    )
                )
            case "source":
                read = node.token("DATE")
                text = d.SourceText(
                    title=_unquoted(self.required(node, "STRING")),
                    read=self.day(read) if read else None,
                    allows=self.allows(node),
                    origin=node.span,
                )
                return d.Document(sources={self.required(node, "NAME").text: text})
            case "term":
                term = d.Term(
                    title=_unquoted(self.required(node, "STRING")),
                    allows=self.allows(node),
                    titles=self.titles(node),
                    origin=node.span,
                )
                return d.Document(terms={self.required(node, "NAME").text: term})
            case "kind":
                return self.kind(node)
            case "membership":
                awards = self.names(self.child(node, "names"))
                return d.Document(membership=d.Membership(names=awards, origin=node.span))
            case "vocabulary":
                return self.vocabulary(node)
            case "list":
                return self.listing(node)
            case "table":
                return self.table(node)
            case "define":
                return self.definition(node)
            case "rule":
                return self.rule(node)
            case "property":
                return self.property(node)
            case _:
                raise AssertionError(f"no form {node.kind}")

    def required(self, node: Node, *kinds: str) -> Token:
        token = node.token(*kinds)
        if token is None:
            raise AssertionError(f"{node.kind} has no {kinds}")
        return token

    def kind(self, node: Node) -> d.Document:
        """Return the word for a kind; what stands behind `plural` and `heading` is known by the word before it."""
        told: dict[str, str] = {}
        before = ""
        for token in (part for part in node.parts if isinstance(part, Token)):
            told[before] = token.text
            before = token.kind
        kind = d.Kind(
            like=told["LIKE"],
            title=self.title(node) if node.parts[2].kind == "STRING" else None,
            plural=told.get("PLURAL"),
            heading=told["HEADING"][1:-1] if "HEADING" in told else None,
            allows=self.allows(node),
            titles=self.titles(node),
            origin=node.span,
        )
        return d.Document(kinds={self.required(node, "NAME").text: kind})

    def name_title(self, node: Node | None) -> tuple[str | None, str | None, Node | None]:
        if node is None:
            return None, None, None
        title = node.token("STRING")
        return self.required(node, "NAME").text, _unquoted(title) if title else None, node

    def vocabulary(self, node: Node) -> d.Document:
        fields: dict[str, d.Field] = {}
        for field_node in node.nodes("field"):
            label = self.required(field_node, "LABEL").text
            _join(fields, {label: self.field(field_node)}, self.found)
        name, title, named = self.name_title(node.node("name"))
        is_facts = self.required(node, "VOCABULARY").text == "facts"
        if is_facts == (named is not None):
            at = named.span if named is not None else self.required(node, "VOCABULARY").span
            message = "`facts` is one list without a name" if is_facts else "these records have no name"
            advice = "write `facts { ... }`, and `records customers { ... }` for a list of rows"
            self.found.append(Diagnostic("C111", message, at, help=advice))
        if is_facts:
            return d.Document(facts=fields)
        dated_by = node.token("NAME")
        records = d.Records(
            fields=fields,
            title=title,
            monthly=node.token("MONTHLY") is not None,
            dated_by=dated_by.text if dated_by else None,
            allows=self.allows(node),
            titles=self.titles(node),
            origin=node.span,
        )
        return d.Document(records={name or "": records})

    def field(self, node: Node) -> d.Field:
        title = self.title(node)
        expr = self.value_after(node, "EQUAL") if node.token("EQUAL") else None
        return d.Field(
            type=self.type(self.child(node, "type")),
            title=title,
            formula=expr,
            notes=self.notes(node),
            origin=node.span,
        )

    def title(self, node: Node) -> str | None:
        """Return the title among the parts: a text that is not the value behind a `:` or `=`."""
        before: Part | None = None
        for part in node.parts:
            is_value = isinstance(before, Token) and before.kind in ("COLON", "EQUAL")
            if isinstance(part, Token) and part.kind == "STRING" and not is_value:
                return _unquoted(part)
            before = part
        return None

    def child(self, node: Node, *kinds: str) -> Node:
        found = node.node(*kinds)
        if found is None:
            raise AssertionError(f"{node.kind} has no {kinds}")
        return found

    def type(self, node: Node) -> d.Type:
        values = node.node("values")
        words = self.known_values(values) if values is not None else []
        unit = node.token("UNIT")
        figures = node.tokens("FIGURE")
        limits = [self.figure_of(token) for token in figures]
        return d.Type(
            word=cast(Any, _words(self.required(node, "TYPE"))),
            of=tuple(name for name, _ in words),
            spelt={name: spelt for name, spelt in words if spelt},
            unit=unit.text if unit else None,
            low=limits[0] if limits else None,
            high=limits[1] if limits else None,
            origin=node.span,
        )

    def known_values(self, node: Node) -> list[tuple[str, tuple[str, ...]]]:
        """Return the values of a type, each with its other spellings."""
        return [
            (word.text, ()) if isinstance(word, Token) else (self.required(word, "NAME").text, self.spelt(word))
            for word in node.parts
            if isinstance(word, Node) or word.kind == "NAME"
        ]

    def spelt(self, node: Node) -> tuple[str, ...]:
        """Return the other spellings behind a value or an entry."""
        spelt = node.node("spelt")
        return tuple(_unquoted(token) for token in spelt.tokens("STRING")) if spelt is not None else ()

    def names(self, node: Node) -> tuple[str, ...]:
        return tuple(token.text for token in node.tokens("NAME"))

    def listing(self, node: Node) -> d.Document:
        name, title, _ = self.name_title(node.node("name"))
        entries = tuple(self.entry(entry) for entry in node.nodes("entry"))
        listing = d.Listing(
            entries=entries, title=title, allows=self.allows(node), titles=self.titles(node), origin=node.span
        )
        if self.required(node, "LIST").text == "group":
            return d.Document(groups={name or "": listing})
        return d.Document(certifications={name or "": listing})

    def entry(self, node: Node) -> d.Entry:
        token = self.required(node, "STRING", "NAME")
        name = _unquoted(token) if token.kind == "STRING" else token.text
        return d.Entry(
            name=name,
            spelt=self.spelt(node),
            valid=self.validity(node.node("span")),
            notes=self.notes(node),
            origin=node.span,
        )

    def table(self, node: Node) -> d.Document:
        name, title, _ = self.name_title(node.node("name"))
        rows = [part for row in node.nodes("row") for part in self.rows(row)]
        columns: tuple[str, ...] = ()
        if rows and (behind := rows[0].nodes(*_NOTES)):
            advice = "write it behind the table's name, or behind the rows that it is about"
            at = behind[0].span.to(behind[-1].span)
            self.found.append(Diagnostic("C122", "the row of columns has nothing behind it", at, help=advice))
        for cell in rows[0].nodes("cell") if rows else ():
            if cell.tokens("COMMA"):
                self.found.append(
                    Diagnostic("C122", "a column has one name", cell.span, help="write it in words, without a comma")
                )
        if rows:
            columns = tuple(self.column(cell) for cell in rows[0].nodes("cell"))
        body = tuple(
            d.Row(cells=tuple(self.cell(cell) for cell in row.nodes("cell")), notes=self.notes(row), origin=row.span)
            for row in rows[1:]
        )
        by = node.node("by")
        match = by.token("MATCH") if by is not None else None
        table = d.Table(
            columns=columns,
            rows=body,
            keys=tuple(token.text for token in self.child(by, "names").tokens("NAME")) if by is not None else (),
            match=None if match is None else "unique" if match.text == "unique" else "first match",
            title=title,
            notes=self.notes(node),
            origin=node.span,
        )
        return d.Document(tables={name or "": table})

    def rows(self, row: Node) -> Iterator[Node]:
        """Yield the rows that one is: bars of the next line end its cells where none begins that line (P015)."""
        source = row.span.source
        at = 0
        line = source.line_of(row.nodes("cell")[0].span.start)
        for index, part in enumerate(row.parts):
            if isinstance(part, Node) and part.kind == "cell" and source.line_of(part.span.start) != line:
                line = source.line_of(part.span.start)
                begin = Span(source, part.span.start, part.span.start)
                self.found.append(
                    Diagnostic(
                        "P015",
                        "this row does not begin with `|`",
                        part.span,
                        help="type `|` before its first cell",
                        fix=Fix("insert `|`", (Edit(begin, "| "),)),
                    )
                )
                before = row.parts[at:index]
                yield Node(row.kind, before, before[0].span.to(before[-1].span))
                at = index
        rest = row.parts[at:]
        yield Node(row.kind, rest, rest[0].span.to(rest[-1].span))

    def column(self, cell: Node) -> str:
        words = [_words(token) for token in cell.leaves() if token.kind != "COMMA"]
        return "_".join(" ".join(words).split())

    def cell(self, node: Node) -> d.Cell:
        first = node.parts[0]
        if isinstance(first, Token) and first.kind == "NONE":
            return d.Dash(origin=node.span)
        if isinstance(first, Token) and first.kind == "CELL":
            names = tuple(_words(token) for token in node.tokens("CELL"))
            return d.Names(names=names, origin=node.span)
        for comma in node.tokens("COMMA"):
            text, at = comma.span.source.text, comma.span.end
            if text[at : at + 1].isdigit():
                advice = (
                    "write a decimal with a point, like `5.1`; several values have a blank behind the comma: `5, 10`"
                )
                self.found.append(Diagnostic("C608", "this may be a decimal, or two values", node.span, help=advice))
        values = tuple(
            self.cell_value(part) for part in node.parts if not (isinstance(part, Token) and part.kind == "COMMA")
        )
        return values[0] if len(values) == 1 else d.Several(values=values, origin=node.span)

    def cell_value(self, part: Part) -> d.Text | d.Figure | d.Day | d.Band:
        """Return one of the values of a cell."""
        if isinstance(part, Node):
            return self.band(part) if part.kind == "band" else self.quantity(part)
        return d.Text(text=_unquoted(part), origin=part.span) if part.kind == "STRING" else self.day(part)

    def band(self, node: Node) -> d.Band:
        """Return the values between two ends, or on one side of one.

        Reports:
            C608 `!=`, which is no band.
        """
        ends = [
            self.quantity(part) if isinstance(part, Node) else self.day(part)
            for part in node.parts
            if isinstance(part, Node) or part.kind == "DATE"
        ]
        sign = node.token("CMP")
        op = sign.text if sign is not None else ""
        if len(ends) == 2:
            if op not in ("", "<") and sign is not None:
                fix = (
                    Fix("write `to <`", (Edit(sign.span, "<"),))
                    if op != "<="
                    else Fix("delete it", (Edit(sign.span, ""),))
                )
                help_ = "write `5 to 10` with both ends in it, `5 to < 10` without the second"
                self.found.append(
                    Diagnostic("C608", f"a band has no `{op}` behind `to`", sign.span, help=help_, fix=fix)
                )
            return d.Band(low=ends[0], high=ends[1], below=op == "<", origin=node.span)
        if op == "!=" and sign is not None:
            help_ = "write the values on both sides of it: `< 5, > 5`"
            self.found.append(Diagnostic("C608", "`!=` is no band", sign.span, help=help_))
        if op in (">", ">="):
            return d.Band(low=ends[0], above=op == ">", origin=node.span)
        return d.Band(high=ends[0], below=op != "<=", origin=node.span)

    def definition(self, node: Node) -> d.Document:
        title = self.title(node)
        body = node.node("body")
        value = None if body is not None else self.value_after(node, "EQUAL")
        definition = d.Definition(
            type=self.type(self.child(node, "type")),
            title=title,
            value=value,
            clauses=self.clauses(body) if body is not None else (),
            supplied=node.token("SUPPLIED") is not None,
            notes=self.notes(node),
            origin=node.span,
        )
        name = self.required(node, "LABEL").text
        if self.required(node, "DEFINE").text == "define":
            return d.Document(definitions={name: definition})
        return d.Document(measures={name: definition})

    def value_after(self, node: Node, sign: str) -> d.Expr:
        """Return the value that follows a sign, whether it is a node or a bare word."""
        index = next(i for i, part in enumerate(node.parts) if isinstance(part, Token) and part.kind == sign)
        return self.expr(node.parts[index + 1])

    def rule(self, node: Node) -> d.Document:
        name_node = self.child(node, "name")
        family = name_node.token("EACH_ROW")
        title = name_node.token("STRING")
        rule = d.Rule(
            kind=self.required(node, "KIND", "NOUN").text,
            name=None if family else self.required(name_node, "NAME").text,
            each_row_of=self.required(name_node, "NAME").text if family else None,
            title=_unquoted(title) if title else None,
            valid=self.validity(node.node("span")),
            clauses=self.clauses(self.child(node, "body")),
            notes=self.notes(node),
            origin=node.span,
        )
        if node.token("ALSO") is not None:
            return d.Document(additions={rule.key: (rule,)})
        return d.Document(rules={rule.key: rule})

    def property(self, node: Node) -> d.Document:
        title = node.token("STRING")
        stated = d.Property(
            law=self.law(self.child(node, "implies", "never", "never_costs")),
            title=_unquoted(title) if title else None,
            valid=self.validity(node.node("span")),
            notes=self.notes(node),
            origin=node.span,
        )
        return d.Document(properties={self.required(node, "NAME").text: stated})

    def law(self, node: Node) -> d.Law:
        match node.kind:
            case "implies":
                given, *then = self.values(node)
                level = node.token("NAME")
                return d.Implies(
                    given=given,
                    then=then[0] if then else None,
                    level=level.text if level is not None else None,
                    origin=node.span,
                )
            case "never":
                return d.Never(condition=next(self.values(node)), origin=node.span)
            case _:
                more = self.names(self.child(node, "names"))
                selection = self.selection(self.child(node, "selection"))
                return d.NeverCosts(more=more, selection=selection, origin=node.span)

    # ---- notes, spans

    def notes(self, node: Node) -> d.Notes:
        found = node.nodes(*_NOTES)
        if not found:
            return d.NO_NOTES
        cites: list[d.Cite] = []
        assumes: list[str] = []
        was: list[str] = []
        seen: d.Day | None = None
        only_if: list[d.Clause] = []
        for note in found:
            match note.kind:
                case "cite":
                    source, place = self.required(note, "NAME"), self.required(note, "STRING")
                    cites.append(d.Cite(source=source.text, place=_unquoted(place), origin=note.span))
                case "assume":
                    assumes.append(_unquoted(self.required(note, "STRING")))
                case "was":
                    was.extend(self.names(self.child(note, "names")))
                case "seen":
                    seen = self.day(self.required(note, "DATE"))
                case "allow" | "translated":
                    continue
                case _:
                    only_if.extend(self.clauses(self.child(note, "body")))
        return d.Notes(
            cites=tuple(cites),
            assumes=tuple(assumes),
            was=tuple(was),
            seen=seen,
            only_if=tuple(only_if),
            allows=self.allows(node),
            titles=self.titles(node),
            origin=found[0].span.to(found[-1].span),
        )

    def titles(self, node: Node) -> tuple[d.Translation, ...]:
        """Return the title in other languages."""
        return tuple(self.translation(note) for note in node.nodes("translated"))

    def translation(self, note: Node) -> d.Translation:
        text, *places = note.tokens("STRING")
        cite = None
        if places:
            source = self.required(note, "NAME")
            span = source.span.to(places[0].span)
            cite = d.Cite(source=source.text, place=_unquoted(places[0]), origin=span)
        language = self.required(note, "IN_LANGUAGE").text.split()[-1]
        return d.Translation(language=language, text=_unquoted(text), cite=cite, origin=note.span)

    def allows(self, node: Node) -> tuple[d.Allow, ...]:
        return tuple(
            d.Allow(
                code=self.required(note, "CODE").text,
                reason=_unquoted(self.required(note, "STRING")),
                origin=note.span,
            )
            for note in node.nodes("allow")
        )

    def validity(self, node: Node | None) -> d.Validity | None:
        """Lower a span of fixed dates (a form's, a section's, an entry's)."""
        if node is None:
            return None
        start: d.Day | None = None
        end: d.Day | None = None
        through = False
        word = "from"
        for part in node.parts:
            if isinstance(part, Token) and part.kind in ("FROM", "END"):
                word = part.text
                continue
            expr = self.expr(part)
            if not isinstance(expr, d.Day):
                self.found.append(
                    Diagnostic(
                        "P006",
                        f"`{part.span.text}` is not a date",
                        part.span,
                        help="write the date as year-month-day, like 2022-10-03",
                    )
                )
                continue
            if word == "from":
                start = expr
            else:
                end, through = expr, word == "through"
        return d.Validity(
            start=start, through=end if through else None, until=None if through else end, origin=node.span
        )

    def range(self, node: Node) -> d.Range:
        values: list[d.Expr] = []
        through = True
        for part in node.parts:
            if isinstance(part, Token) and part.kind in ("FROM", "END"):
                through = part.text != "until"
                continue
            values.append(self.expr(part))
        start, end = values
        return d.Range(start=start, through=end if through else None, until=None if through else end, origin=node.span)

    # ---- clauses

    def clauses(self, body: Node) -> tuple[d.Clause, ...]:
        return tuple(self.clause(part) for part in body.nodes())

    def clause(self, node: Node) -> d.Clause:
        notes = self.notes(node)
        match node.kind:
            case "item":
                earns = node.node("earns")
                return d.Item(
                    label=self.required(node, "LABEL").text,
                    title=self.title(node),
                    value=self.value_after(node, "COLON"),
                    earns=self.earns(earns) if earns else None,
                    notes=notes,
                    origin=node.span,
                )
            case "block":
                return self.section(node, notes)
            case "group":
                return d.Group(
                    chooser=self.chooser(self.child(node, "chooser")),
                    clauses=self.clauses(self.child(node, "body")),
                    origin=node.span,
                )
            case "version":
                body = node.node("body")
                return d.Version(
                    valid=self.validity(self.child(node, "span")) or d.Validity(),
                    value=None if body is not None else self.value_after(node, "COLON"),
                    clauses=self.clauses(body) if body is not None else (),
                    notes=notes,
                    origin=node.span,
                )
            case "case":
                return d.Case(
                    name=self.required(node, "CASE").text,
                    when=self.value_after(node, "WHEN") if node.token("WHEN") else None,
                    notes=notes,
                    origin=node.span,
                )
            case "verb":
                return d.Verb(
                    word=cast(Any, _words(self.required(node, "VERB"))),
                    names=self.names(self.child(node, "names")),
                    up_to=self.value_after(node, "UP_TO") if node.token("UP_TO") else None,
                    when=self.value_after(node, "WHEN") if node.token("WHEN") else None,
                    notes=notes,
                    origin=node.span,
                )
            case "setting":
                return d.Setting(
                    word=cast(Any, _words(self.required(node, "SETTING"))),
                    value=self.value_after(node, "SETTING"),
                    out_of=self.quantity(node.nodes("quantity")[-1]) if node.token("OUT_OF") else None,
                    notes=notes,
                    origin=node.span,
                )
            case "window":
                return d.Window(
                    word=cast(Any, _words(self.required(node, "WINDOW"))),
                    range=self.range(self.child(node, "range")),
                    notes=notes,
                    origin=node.span,
                )
            case "phrase":
                return d.Phrase(phrase=cast(Any, _words(self.required(node, "PHRASE"))), notes=notes, origin=node.span)
            case _:
                raise AssertionError(f"no clause {node.kind}")

    def section(self, node: Node, notes: d.Notes) -> d.Section:
        name, title, _ = self.name_title(node.node("name"))
        return d.Section(
            word=cast(Any, _words(self.required(node, "BLOCK"))),
            name=name,
            title=title,
            up_to=self.value_after(node, "UP_TO") if node.token("UP_TO") else None,
            valid=self.validity(node.node("span")),
            when=self.value_after(node, "WHEN") if node.token("WHEN") else None,
            clauses=self.clauses(self.child(node, "body")),
            notes=notes,
            origin=node.span,
        )

    def earns(self, node: Node) -> d.Earns:
        mode: Literal["whole", "each", "per", "proportion", "tiers", "brackets"] = "whole"
        points: d.Expr | None = None
        per: d.Expr | None = None
        up_to: d.Expr | None = None
        at: d.Expr | None = None
        tiers: tuple[d.Tier, ...] = ()
        brackets: tuple[d.Bracket, ...] = ()
        rounding: d.Rounding | None = None
        kinds: set[str] = set()
        for term in node.nodes():
            values = [part for part in term.parts if self.is_value(part)]
            if term.kind in kinds:
                self.found.append(
                    Diagnostic("C122", "this is said twice of the same points", term.span, help="keep one of the two")
                )
            kinds.add(term.kind)
            match term.kind:
                case "whole":
                    points = self.expr(values[0])
                case "each":
                    mode, points = "each", self.expr(values[0])
                case "per":
                    mode, points, per = "per", self.expr(values[0]), self.expr(values[1])
                case "up_to":
                    up_to = self.expr(values[0])
                    at = self.expr(values[1]) if len(values) > 1 else None
                case "proportion":
                    mode = "proportion"
                case "tiers":
                    mode = "tiers"
                    tiers = tuple(self.tier(tier) for tier in term.nodes("tier"))
                case "brackets":
                    mode, brackets = "brackets", self.brackets(term)
                case "rounding":
                    rounding = self.rounding(term)
                case _:
                    raise AssertionError(f"no term {term.kind}")
        return d.Earns(
            mode=mode,
            points=points,
            per=per,
            up_to=up_to,
            at=at,
            tiers=tiers,
            brackets=brackets,
            rounding=rounding,
            origin=node.span,
        )

    def brackets(self, node: Node) -> tuple[d.Bracket, ...]:
        return tuple(self.bracket(bracket) for bracket in node.nodes("bracket"))

    def bracket(self, node: Node) -> d.Bracket:
        at, rate, *per = (part for part in node.parts if self.is_value(part))
        return d.Bracket(
            at=self.expr(at),
            rate=self.expr(rate),
            each=node.token("EACH") is not None,
            per=self.expr(per[0]) if per else None,
            notes=self.notes(node),
            origin=node.span,
        )

    def tier(self, node: Node) -> d.Tier:
        values = [part for part in node.parts if self.is_value(part)]
        return d.Tier(at=self.expr(values[0]), points=self.expr(values[1]), notes=self.notes(node), origin=node.span)

    def rounding(self, node: Node) -> d.Rounding:
        quantity = node.node("quantity")
        mode = _words(self.required(node, "ROUNDED")).removeprefix("rounded ")
        return d.Rounding(mode=cast(Any, mode), to=self.quantity(quantity) if quantity else None, origin=node.span)

    # ---- values

    def is_value(self, part: Part) -> bool:
        if isinstance(part, Node):
            return part.kind in _VALUES
        return part.kind in ("DATE", "STRING")

    def values(self, node: Node) -> Iterator[d.Expr]:
        return (self.expr(part) for part in node.parts if self.is_value(part))

    def expr(self, part: Part) -> d.Expr:
        if isinstance(part, Token):
            if part.kind == "DATE":
                return self.day(part)
            if part.kind == "STRING":
                return d.Text(text=_unquoted(part), origin=part.span)
            raise AssertionError(f"no value {part.kind}")
        span = part.span
        match part.kind:
            case "quantity":
                return self.quantity(part)
            case "paren":
                return next(self.values(part))
            case "ref":
                return self.ref(part)
            case "anniversary":
                which = _words(self.required(part, "ANNIVERSARY")).removesuffix("anniversary").strip() or "any"
                after = next(self.values(part), None)
                return d.Anniversary(which=cast(Any, which), after=after, origin=span)
            case "levels":
                figures: dict[str, d.Figure] = {}
                for name, quantity in zip(part.tokens("NAME"), part.nodes("quantity"), strict=True):
                    figures[name.text] = self.quantity(quantity)
                return d.Levels(figures=figures, origin=span)
            case "and" | "or":
                terms = tuple(self.flattened(part, part.kind))
                return d.And(terms=terms, origin=span) if part.kind == "and" else d.Or(terms=terms, origin=span)
            case "not":
                return d.Not(term=next(self.values(part)), origin=span)
            case "compare":
                left, right = self.values(part)
                return d.Compare(
                    op=cast(Any, self.required(part, "CMP", "EQUAL").text), left=left, right=right, origin=span
                )
            case "add" | "product":
                left, right = self.values(part)
                op = self.required(part, "ADD", "NONE", "MUL").text
                return d.Arithmetic(op=cast(Any, op), left=left, right=right, origin=span)
            case "share":
                *rate, right = self.values(part)
                figure = part.token("FIGURE")
                left = rate[0] if figure is None else replace(self.figure_of(figure), unit="%", origin=figure.span)
                return d.Arithmetic(op="of", left=left, right=right, origin=span)
            case "by_bracket":
                return d.Brackets(value=next(self.values(part)), brackets=self.brackets(part), origin=span)
            case "capped":
                value, at = self.values(part)
                return d.Cap(value=value, at=at, origin=span)
            case "rounded":
                return d.Rounded(
                    value=next(self.values(part)), rounding=self.rounding(self.child(part, "rounding")), origin=span
                )
            case "when":
                value, condition, otherwise = self.values(part)
                return d.When(value=value, condition=condition, otherwise=otherwise, origin=span)
            case "sometime":
                return d.Sometime(
                    condition=next(self.values(part)), range=self.range(self.child(part, "range")), origin=span
                )
            case "on":
                value, day = self.values(part)
                return d.On(value=value, date=day, origin=span)
            case "projected":
                return d.Projected(value=next(self.values(part)), origin=span)
            case "aggregate":
                return self.aggregate(part)
            case "grouped":
                return self.grouped(part)
            case "change":
                kind = _words(self.required(part, "CHANGE")).removesuffix(" of")
                return d.Change(
                    kind=cast(Any, kind),
                    value=next(self.values(part)),
                    against=self.period(self.child(part, "period")),
                    origin=span,
                )
            case "people":
                return d.People(holding=self.selection(self.child(part, "selection")), origin=span)
            case "different_people":
                return d.DifferentPeople(lists=self.names(self.child(part, "names")), origin=span)
            case "number_held":
                return d.NumberHeld(group=self.required(part, "NAME").text, origin=span)
            case "at_least_people":
                count = self.expr(self.child(part, "quantity", "levels"))
                if not isinstance(count, d.Figure | d.Levels):
                    raise AssertionError("a number of people is a figure")
                return d.AtLeastPeople(count=count, holding=self.selection(self.child(part, "selection")), origin=span)
            case "claim":
                claim, level = part.token("CLAIM"), part.token("NAME")
                return d.Claim(
                    verb=cast(Any, _words(claim)) if claim is not None else "qualifies for",
                    selection=self.selection(self.child(part, "selection")),
                    level=level.text if level else None,
                    origin=span,
                )
            case "quantified":
                chooser, body = self.chooser(self.child(part, "chooser")), part.node("body")
                if body is not None:
                    return d.Choose(chooser=chooser, clauses=self.clauses(body), origin=span)
                among = tuple(self.values(self.child(part, "among")))
                names = tuple(one.name for one in among if isinstance(one, d.Name))
                if len(names) == len(among):
                    return d.Choose(chooser=chooser, names=names, origin=span)
                return d.Choose(chooser=chooser, values=among, origin=span)
            case "edge":
                edge, _, unit, _ = self.required(part, "EDGE").text.split()
                return d.Edge(edge=cast(Any, edge), unit=cast(Any, unit), of=next(self.values(part)), origin=span)
            case _:
                raise AssertionError(f"no value {part.kind}")

    def flattened(self, node: Node, kind: str) -> Iterator[d.Expr]:
        """Yield the terms of a left-nested chain of one operator; parentheses keep their own group."""
        for part in node.parts:
            if isinstance(part, Node) and part.kind == kind:
                yield from self.flattened(part, kind)
            elif self.is_value(part):
                yield self.expr(part)

    def ref(self, node: Node) -> d.Expr:
        names = node.tokens("NAME")
        keys = node.node("keys")
        asked = tuple(self.values(keys if keys is not None else node))
        if not asked:
            return d.Name(name=names[0].text, origin=node.span)
        column = names[1].text if len(names) > 1 else None
        return d.Select(of=names[0].text, where=asked[0], also=asked[1:], column=column, origin=node.span)

    def aggregate(self, node: Node) -> d.Aggregate:
        records = self.ref(self.child(node, "ref"))
        if not isinstance(records, d.Name | d.Select):
            raise AssertionError("records are named")
        named, total, period = node.node("names"), node.node("total"), node.node("period")
        fields = tuple(token.text for token in named.tokens("NAME")) if named else ()
        return d.Aggregate(
            function=cast(Any, self.required(node, "AGGREGATE").text),
            distinct=node.token("DISTINCT") is not None,
            field=fields[0] if fields else None,
            alike=fields[1:],
            total=self.total(total) if total else None,
            records=records,
            over=self.period(period) if period else None,
            origin=node.span,
        )

    def grouped(self, node: Node) -> d.Grouped:
        records = self.ref(self.child(node, "ref"))
        if not isinstance(records, d.Name | d.Select):
            raise AssertionError("records are named")
        period, function = node.node("period"), self.required(node, "AGGREGATE").text
        value = [part for part in node.parts if self.is_value(part)][-1]
        if (function == "count") != (node.token("DISTINCT") is not None):
            self.otherwise_grouped(node, function, value.span.text)
        return d.Grouped(
            function=cast(Any, function),
            records=records,
            by=self.names(self.child(node, "names")),
            value=self.expr(value),
            over=self.period(period) if period else None,
            origin=node.span,
        )

    def otherwise_grouped(self, node: Node, function: str, value: str) -> None:
        """Report C131: groups that are counted are written otherwise than what is reckoned of each of them."""
        period = node.node("period")
        keys, of = self.child(node, "names").span.text, self.child(node, "ref").span.text
        over = f" over {period.span.text}" if period is not None else ""
        if function == "count":
            said, right = (
                "groups are counted by what they meet",
                f"count distinct {keys} of {of} with {{ {value} }}{over}",
            )
        else:
            said, right = (
                f"`{function}` is of what each group gives",
                f"{function} for each {keys} of {of}{over} {{ {value} }}",
            )
        fix = Fix("write it so", (Edit(node.span, right),))
        self.found.append(Diagnostic("C131", said, node.span, f"write `{right}`", fix=fix))

    def total(self, node: Node) -> d.Total:
        op = node.token("CMP")
        return d.Total(
            function=cast(Any, self.required(node, "AGGREGATE").text),
            field=self.required(node, "NAME").text,
            op=cast(Any, op.text if op is not None else "="),
            at=next(iter(self.values(node))),
            origin=node.span,
        )

    def period(self, node: Node) -> d.Period:
        quantity = node.node("quantity")
        return d.Period(
            word=cast(Any, _words(self.required(node, "PERIOD"))),
            length=self.quantity(quantity) if quantity else None,
            origin=node.span,
        )

    def chooser(self, node: Node) -> d.Chooser:
        token = node.token("CHOOSER")
        if token is not None:
            return d.Chooser(word=cast(Any, _words(token).removesuffix(" of")), origin=node.span)
        return d.Chooser(word="at least", count=self.quantity(self.child(node, "quantity")), origin=node.span)

    def selection(self, node: Node) -> d.Selection:
        chooser = node.node("chooser")
        if chooser is None:
            return d.Selection(names=(self.required(node, "NAME").text,), origin=node.span)
        return d.Selection(names=self.names(self.child(node, "names")), chooser=self.chooser(chooser), origin=node.span)

    def quantity(self, node: Node) -> d.Figure:
        unit = node.token("UNIT")
        figure = self.figure_of(self.required(node, "FIGURE"))
        return d.Figure(
            value=figure.value,
            provisional=figure.provisional,
            least=figure.least,
            unit=_singular(unit.text) if unit else None,
            origin=node.span,
        )

    def figure_of(self, token: Token) -> d.Figure:
        text = token.text
        if text == "unknown":
            return d.Figure(value=None, origin=token.span)
        provisional = text.endswith("?")
        number = Decimal(text.split()[-1].rstrip("?").replace(",", ""))
        if text.startswith("unknown"):
            return d.Figure(value=None, least=number, provisional=provisional, origin=token.span)
        return d.Figure(value=number, provisional=provisional, origin=token.span)

    def day(self, token: Token) -> d.Day:
        text = token.text.rstrip("?")
        try:
            value = date.fromisoformat(text)
        except ValueError:
            near = _nearest_day(text)
            fix = Fix(f"write {near}", (Edit(token.span, near),)) if near else None
            self.found.append(
                Diagnostic(
                    "P005",
                    f"`{text}` is not a day of the calendar",
                    token.span,
                    help=f"did you mean {near}?" if near else "write year-month-day, like 2022-10-03",
                    fix=fix,
                )
            )
            value = date.min
        return d.Day(day=value, provisional=token.text.endswith("?"), origin=token.span)


def _singular(unit: str) -> str:
    """Return the unit in one spelling: ``points`` for 1 point too, months, days, years alike."""
    return unit if unit == "%" or unit.isupper() or unit.endswith("s") else f"{unit}s"


def _nearest_day(text: str) -> str | None:
    """Return the last day of the month for a day past its end, e.g. 28 February for the 30th."""
    year, month, day = (int(part) for part in text.split("-"))
    if not 1 <= month <= 12 or year < 1:
        return None
    while day > 1:
        day -= 1
        try:
            return date(year, month, day).isoformat()
        except ValueError:
            continue
    return None


_NOTES = ("cite", "assume", "was", "seen", "gate", "allow", "translated")
_VALUES = frozenset(
    {
        "quantity",
        "paren",
        "ref",
        "anniversary",
        "levels",
        "and",
        "or",
        "not",
        "compare",
        "add",
        "product",
        "share",
        "by_bracket",
        "capped",
        "rounded",
        "when",
        "sometime",
        "on",
        "projected",
        "aggregate",
        "grouped",
        "change",
        "different_people",
        "number_held",
        "people",
        "at_least_people",
        "claim",
        "quantified",
        "edge",
    }
)
