"""The printer: a document as text lowers to the same document."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings, strategies as st

from dsl import document as d
from dsl.core.choosers import CHOOSERS as CHOOSER_WORDS
from dsl.core.kinds import COMMON, KINDS
from dsl.format.formatter import format_text
from dsl.lower.to_document import lower_trees
from dsl.parser import parse
from dsl.printer import PrintError, print_document
from dsl.source import Source, read_source

ROOT = Path(__file__).resolve().parents[2]
TEXTS = [
    *sorted((ROOT / "tests" / "data" / "format").glob("*.policy")),
    *sorted((ROOT / "policies").glob("**/*.policy")),
]


def document_of(text: str) -> d.Document:
    tree, found = parse(Source("<text>", text))
    assert not found, text
    return lower_trees([tree])[0]


@pytest.mark.parametrize("path", TEXTS, ids=lambda path: f"{path.parent.name}-{path.stem}")
def test_printed_documents_lower_to_themselves(path: Path) -> None:
    document = lower_trees([parse(read_source(path))[0]])[0]

    text = print_document(document)

    assert document_of(text) == document
    assert format_text(text) == text
    assert print_document(document_of(text)) == text


# ---- documents of any shape


def maybe(strategy: st.SearchStrategy) -> st.SearchStrategy:
    return st.none() | strategy


def some(strategy: st.SearchStrategy, least: int = 1, most: int = 3) -> st.SearchStrategy:
    return st.lists(strategy, min_size=least, max_size=most).map(tuple)


# Words of the language too, where they are free as names.
NAMES = st.sampled_from(
    [
        "alpha",
        "beta_2",
        "customers",
        "row.any_of",
        "today",
        "valid",
        "amount",
        "market",
        "months",
        "track",
        "points",
        "on_time",
    ]
)
MEMBERS = st.sampled_from(["alpha", "beta_2", "designation.security", "market"])
LABELS = st.sampled_from(
    ["alpha", "when", "from", "use", "cite", "all", "points", "amount", "category", "not", "earns", "table"]
)
TEXT = st.text(alphabet="aB 9#{}|,:-é–", max_size=12)
DAYS = st.builds(d.Day, day=st.dates(date(1990, 1, 1), date(2040, 1, 1)), provisional=st.booleans())
VALUES = st.decimals(0, 10**9, allow_nan=False, places=2) | st.integers(0, 10**7).map(Decimal)
UNITS = st.sampled_from([None, "USD", "EUR", "%", "points", "days", "months", "years"])
FIGURES = st.builds(d.Figure, value=VALUES, unit=UNITS, provisional=st.booleans()) | st.builds(
    d.Figure, value=st.none(), unit=UNITS
)
PERCENTAGES = FIGURES.map(lambda figure: replace(figure, unit="%"))
KNOWN = FIGURES.filter(lambda figure: figure.value is not None)
COUNTS = st.builds(d.Figure, value=st.integers(1, 5).map(Decimal))
LEVELS = st.builds(
    d.Levels, figures=st.dictionaries(st.sampled_from(["silver", "gold", "bronze"]), FIGURES, min_size=1)
)
CHOOSERS = st.builds(
    d.Chooser, word=st.sampled_from([word for word in CHOOSER_WORDS if word != "at least"])
) | st.builds(d.Chooser, word=st.just("at least"), count=COUNTS)
CLAIM_CHOOSERS = st.builds(d.Chooser, word=st.sampled_from(["any", "all"])) | st.builds(
    d.Chooser, word=st.just("at least"), count=COUNTS
)
SELECTIONS = st.builds(d.Selection, names=st.tuples(NAMES)) | st.builds(
    d.Selection, names=some(NAMES), chooser=CHOOSERS
)
CHOSEN = st.builds(d.Selection, names=some(NAMES), chooser=CLAIM_CHOOSERS)
PERIODS = st.builds(d.Period, word=st.sampled_from(["trailing", "previous"]), length=KNOWN) | st.builds(
    d.Period, word=st.sampled_from(["last month", "same month last year", "anniversary year"])
)
ROUNDINGS = st.builds(d.Rounding, mode=st.sampled_from(["down", "up", "half up"]), to=maybe(FIGURES))
VALIDITIES = (
    st.builds(d.Validity, start=DAYS)
    | st.builds(d.Validity, start=maybe(DAYS), through=DAYS)
    | st.builds(d.Validity, start=maybe(DAYS), until=DAYS)
)

EXPRS = st.deferred(lambda: LEAVES | COMPOUNDS)
CLAUSES = st.deferred(lambda: ITEMS | OTHER_CLAUSES)
BODIES = st.deferred(lambda: some(CLAUSES, 0, 2))
ALLOWS = some(st.builds(d.Allow, code=st.sampled_from(["L101", "C403"]), reason=TEXT), 0, 1)
NOTES = st.deferred(
    lambda: (
        st.just(d.NO_NOTES)
        | st.builds(
            d.Notes,
            cites=some(st.builds(d.Cite, source=st.just("faq"), place=TEXT), 0, 2),
            assumes=some(TEXT, 0, 1),
            was=some(NAMES, 0, 2),
            seen=maybe(DAYS),
            only_if=BODIES,
            allows=ALLOWS,
        )
    )
)

SELECTS = st.builds(
    d.Select, of=st.just("customers"), where=EXPRS, also=some(EXPRS, 0, 2), column=maybe(st.just("fee"))
)
REFS = st.builds(d.Name, name=NAMES) | SELECTS
ANNIVERSARIES = st.builds(
    d.Anniversary,
    which=st.sampled_from(["any", "own", "shared", "membership", "next", "first"]),
    after=maybe(DAYS | REFS),
)
ATOMS = FIGURES | REFS | ANNIVERSARIES
RANGES = st.builds(d.Range, start=EXPRS, through=EXPRS) | st.builds(d.Range, start=EXPRS, until=EXPRS)
LEAVES = (
    FIGURES
    | DAYS
    | st.builds(d.Text, text=TEXT)
    | st.builds(d.Name, name=NAMES)
    | st.builds(d.Anniversary)
    | st.builds(d.People, holding=SELECTIONS)
    | st.builds(d.DifferentPeople, lists=some(NAMES))
    | st.builds(d.NumberHeld, group=NAMES)
    | st.builds(d.AtLeastPeople, count=FIGURES | LEVELS, holding=SELECTIONS)
    | st.builds(
        d.Claim, verb=st.sampled_from(["holds", "qualifies for"]), selection=SELECTIONS, level=maybe(st.just("gold"))
    )
    | st.builds(d.Claim, verb=st.just("held"), selection=CHOSEN)
    | st.builds(d.Choose, chooser=CHOOSERS, names=some(NAMES))
    | st.builds(
        d.Choose,
        chooser=CHOOSERS,
        values=st.tuples(st.builds(d.Text, text=TEXT), st.builds(d.Name, name=NAMES) | FIGURES),
    )
)
OF_RECORDS = (
    st.builds(
        d.Grouped,
        function=st.sampled_from(["count", "sum", "average", "largest", "smallest", "earliest", "latest"]),
        records=REFS,
        by=st.sampled_from([("customer",), ("customer", "workload")]),
        value=NAMES.map(lambda name: d.Name(name=name)),
        over=maybe(PERIODS),
    )
    | st.builds(
        d.Aggregate,
        function=st.sampled_from(["count", "sum", "average", "largest", "smallest", "earliest", "latest"]),
        records=REFS,
        distinct=st.booleans(),
        field=maybe(st.just("revenue")),
        over=maybe(PERIODS),
    )
    | st.builds(
        d.Aggregate,
        function=st.just("count"),
        records=REFS,
        distinct=st.just(True),
        field=st.just("customer"),
        alike=st.sampled_from([(), ("workload",), ("workload", "link")]),
        total=maybe(
            st.builds(
                d.Total,
                function=st.just("sum"),
                field=st.just("revenue"),
                op=st.sampled_from([">=", "<=", ">", "<", "=", "!="]),
                at=ATOMS,
            )
        ),
        over=maybe(PERIODS),
    )
)
COMPOUNDS = (
    st.builds(d.And, terms=some(EXPRS, 2))
    | st.builds(d.Or, terms=some(EXPRS, 2))
    | st.builds(d.Not, term=EXPRS)
    | st.builds(d.Compare, op=st.sampled_from([">=", "<=", ">", "<", "=", "!="]), left=EXPRS, right=EXPRS | LEVELS)
    | st.builds(d.Arithmetic, op=st.sampled_from("+-*/"), left=EXPRS, right=EXPRS)
    | st.builds(d.Arithmetic, op=st.just("of"), left=PERCENTAGES | REFS, right=EXPRS)
    | st.deferred(lambda: st.builds(d.Brackets, value=EXPRS, brackets=BRACKETS))
    | st.builds(d.Cap, value=EXPRS, at=ATOMS)
    | st.builds(d.Rounded, value=EXPRS, rounding=ROUNDINGS)
    | st.builds(d.When, value=EXPRS, condition=EXPRS, otherwise=EXPRS)
    | st.builds(d.Sometime, condition=EXPRS, range=RANGES)
    | st.builds(d.On, value=EXPRS, date=DAYS | ATOMS)
    | st.builds(d.Projected, value=EXPRS)
    | OF_RECORDS
    | st.builds(d.Change, kind=st.sampled_from(["change", "growth"]), value=EXPRS, against=PERIODS)
    | st.builds(d.Choose, chooser=CHOOSERS, clauses=BODIES)
    | st.builds(
        d.Edge, edge=st.sampled_from(["start", "end"]), unit=st.sampled_from(["month", "quarter", "year"]), of=EXPRS
    )
    | ANNIVERSARIES
    | SELECTS
)

BRACKETS = some(
    st.builds(d.Bracket, at=KNOWN | REFS, rate=ATOMS, each=st.booleans(), notes=NOTES)
    | st.builds(d.Bracket, at=KNOWN | REFS, rate=ATOMS, per=ATOMS, notes=NOTES)
)
TIERS = some(st.builds(d.Tier, at=KNOWN | REFS, points=ATOMS, notes=NOTES))
EARNS = (
    st.builds(
        d.Earns, mode=st.sampled_from(["whole", "each"]), points=ATOMS, up_to=maybe(ATOMS), rounding=maybe(ROUNDINGS)
    )
    | st.builds(d.Earns, mode=st.just("per"), points=ATOMS, per=ATOMS, up_to=maybe(ATOMS), rounding=maybe(ROUNDINGS))
    | st.builds(d.Earns, mode=st.just("proportion"), up_to=ATOMS, at=ATOMS, rounding=maybe(ROUNDINGS))
    | st.builds(d.Earns, mode=st.just("tiers"), tiers=TIERS)
    | st.builds(d.Earns, mode=st.just("brackets"), brackets=BRACKETS, up_to=maybe(ATOMS))
)
ITEMS = st.builds(d.Item, label=LABELS, value=EXPRS | LEVELS, title=maybe(TEXT), earns=maybe(EARNS), notes=NOTES)
CASE_NAMES = st.sampled_from(["active", "at_risk", "covers", "smb"])
OTHER_CLAUSES = (
    st.builds(
        d.Section,
        word=st.sampled_from(["category", "path", "track", "option"]),
        name=NAMES, title=maybe(TEXT), up_to=maybe(ATOMS), valid=maybe(VALIDITIES),
        when=maybe(EXPRS), notes=NOTES, clauses=BODIES,
    )
    | st.builds(d.Section, word=st.just("requires"), notes=NOTES, clauses=BODIES)
    | st.builds(d.Section, word=st.just("no choice"), when=maybe(EXPRS), notes=NOTES, clauses=BODIES)
    | st.builds(d.Group, chooser=CHOOSERS, clauses=BODIES)
    | st.builds(d.Version, valid=VALIDITIES, value=EXPRS | LEVELS, notes=NOTES)
    | st.builds(d.Version, valid=VALIDITIES, clauses=BODIES, notes=NOTES)
    | st.builds(d.Case, name=CASE_NAMES, when=maybe(EXPRS), notes=NOTES)
    | st.builds(
        d.Verb,
        word=st.sampled_from(["use", "area", "levels", "covers", "pay", "gives", "keeps", "loses", "awarded to"]),
        names=some(NAMES), up_to=maybe(ATOMS), when=maybe(EXPRS), notes=NOTES,
    )
    | st.builds(
        d.Setting,
        word=st.sampled_from(["pass at", "checked at", "lost after", "renews to", "due at", "amount", "valid"]),
        value=EXPRS, out_of=maybe(FIGURES), notes=NOTES,
    )
    | st.builds(d.Window, word=st.sampled_from(["met sometime", "renewable"]), range=RANGES, notes=NOTES)
    | st.builds(
        d.Phrase,
        phrase=st.sampled_from(["with points in every subcategory", "immediate badge", "pick at most one"]),
        notes=NOTES,
    )
)  # fmt: skip

LIMITS = st.builds(d.Figure, value=VALUES)
PLAIN_TYPES = ["count", "signed count", "percent", "points", "number", "date", "duration", "flag", "text"]
SPELLINGS = some(TEXT, 0, 2)
TYPES = (
    st.builds(d.Type, word=st.sampled_from(PLAIN_TYPES))
    | st.builds(d.Type, word=st.sampled_from(["money", "signed money"]), unit=st.sampled_from(["USD", "EUR"]))
    | st.builds(d.Type, word=st.just("count"), of=some(NAMES))
    | st.dictionaries(NAMES, SPELLINGS, min_size=1, max_size=3).flatmap(
        lambda spelt: st.builds(
            d.Type,
            word=st.sampled_from(["one", "text"]),
            of=st.just(tuple(spelt)),
            spelt=st.just({name: all_ for name, all_ in spelt.items() if all_}),
        )
    )
    | st.builds(d.Type, word=st.just("number"), low=LIMITS, high=LIMITS)
)
FIELDS = st.dictionaries(
    LABELS, st.builds(d.Field, type=TYPES, title=maybe(TEXT), formula=maybe(EXPRS), notes=NOTES), max_size=2
)
LISTINGS = st.builds(
    d.Listing,
    entries=some(st.builds(d.Entry, name=TEXT, spelt=SPELLINGS, valid=maybe(VALIDITIES), notes=NOTES), 0),
    title=maybe(TEXT),
    allows=ALLOWS,
)
GROUPS = st.builds(
    d.Listing,
    entries=some(st.builds(d.Entry, name=MEMBERS, valid=maybe(VALIDITIES), notes=NOTES), 0),
    title=maybe(TEXT),
    allows=ALLOWS,
)
ENDS = FIGURES | DAYS
BANDS = (
    st.builds(d.Band, low=ENDS, above=st.booleans())
    | st.builds(d.Band, high=ENDS, below=st.booleans())
    | st.builds(d.Band, low=ENDS, high=ENDS, below=st.booleans())
)
CELL_VALUES = st.builds(d.Text, text=TEXT) | FIGURES | DAYS | BANDS
CELLS = (
    st.builds(d.Names, names=some(NAMES))
    | CELL_VALUES
    | st.builds(d.Several, values=some(CELL_VALUES, 2))
    | st.just(d.Dash())
)
ROWS = some(st.builds(d.Row, cells=some(CELLS), notes=NOTES), 0)
TABLES = st.builds(
    d.Table, columns=st.just(("key", "from")), rows=ROWS, title=maybe(TEXT), notes=NOTES,
) | st.builds(
    d.Table, columns=st.just(("key", "more")), rows=ROWS, keys=st.sampled_from([("key",), ("more", "key")]),
    match=st.sampled_from([None, "unique", "first match"]), title=maybe(TEXT), notes=NOTES,
)  # fmt: skip
DEFINITIONS = st.builds(
    d.Definition, type=TYPES, title=maybe(TEXT), value=EXPRS | LEVELS, supplied=st.booleans(), notes=NOTES
) | st.builds(d.Definition, type=TYPES, title=maybe(TEXT), clauses=BODIES, supplied=st.booleans())
OWN_KINDS = st.builds(
    d.Kind, like=st.sampled_from([*KINDS]), title=maybe(TEXT), plural=maybe(st.sampled_from(["tiers", "all_of_them"])),
    heading=maybe(TEXT), allows=ALLOWS,
)  # fmt: skip
RULE_KINDS = st.sampled_from([*KINDS, COMMON, "tier"])
RULES = st.builds(
    d.Rule,
    kind=RULE_KINDS,
    name=st.sampled_from(["one", "two"]),
    title=maybe(TEXT),
    valid=maybe(VALIDITIES),
    clauses=BODIES,
    notes=NOTES,
) | st.builds(
    d.Rule, kind=RULE_KINDS, each_row_of=st.just("rows"), valid=maybe(VALIDITIES), clauses=BODIES, notes=NOTES
)


def by_key(rules: list[d.Rule]) -> dict[str, d.Rule]:
    return {rule.key: rule for rule in rules}


LAWS = (
    st.builds(d.Implies, given=EXPRS, then=EXPRS)
    | st.builds(d.Implies, given=EXPRS, level=st.just("gold"))
    | st.builds(d.Never, condition=EXPRS)
    | st.builds(d.NeverCosts, more=some(NAMES), selection=SELECTIONS)
)
PROPERTIES = st.builds(d.Property, law=LAWS, title=maybe(TEXT), valid=maybe(VALIDITIES), notes=NOTES)
DOCUMENTS = st.builds(
    d.Document,
    package=maybe(st.builds(d.Package, name=st.just("p"), title=TEXT)),
    terms=st.dictionaries(NAMES, st.builds(d.Term, title=TEXT, allows=ALLOWS), max_size=2),
    kinds=st.fixed_dictionaries({"tier": OWN_KINDS}, optional={"perk": OWN_KINDS}),
    sources=st.dictionaries(NAMES, st.builds(d.SourceText, title=TEXT, read=maybe(DAYS), allows=ALLOWS), max_size=2),
    facts=FIELDS,
    records=st.dictionaries(
        NAMES, st.builds(d.Records, fields=FIELDS, title=maybe(TEXT), monthly=st.booleans(), allows=ALLOWS), max_size=1
    ),
    certifications=st.dictionaries(NAMES, LISTINGS, max_size=1),
    groups=st.dictionaries(NAMES, GROUPS, max_size=1),
    tables=st.dictionaries(NAMES, TABLES, max_size=1),
    definitions=st.dictionaries(LABELS, DEFINITIONS, max_size=1),
    measures=st.dictionaries(LABELS, DEFINITIONS, max_size=1),
    rules=st.lists(RULES, max_size=2).map(by_key),
    properties=st.dictionaries(st.sampled_from(["never", "alpha"]), PROPERTIES, max_size=1),
    additions=st.lists(RULES, max_size=1).map(lambda rules: {rule.key: (rule,) for rule in rules}),
)

ANY = settings(
    deadline=None,
    max_examples=60,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.filter_too_much],
)


@ANY
@given(EXPRS)
def test_any_expression_survives_printing(value: d.Expr) -> None:
    definition = d.Definition(type=d.Type(word="number"), value=value)
    document = d.Document(measures={"m": definition})

    assert document_of(print_document(document)) == document


@ANY
@given(DOCUMENTS)
def test_any_document_survives_printing(document: d.Document) -> None:
    assert document_of(print_document(document)) == document


# ---- spelling


def printed(value: d.Expr) -> str:
    text = print_document(d.Document(measures={"m": d.Definition(type=d.Type(word="number"), value=value)}))
    return text.removeprefix("measure m: number = ").removesuffix("\n")


A, B, C = (d.Name(name=name) for name in "abc")
EITHER = d.When(value=A, condition=B, otherwise=C)


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (d.And(terms=(d.Or(terms=(A, B)), C)), "(a or b) and c"),
        (d.Or(terms=(d.And(terms=(A, B)), C)), "a and b or c"),
        (d.And(terms=(d.And(terms=(A, B)), C)), "(a and b) and c"),
        (d.Not(term=d.Not(term=A)), "not not a"),
        (d.Not(term=d.And(terms=(A, B))), "not (a and b)"),
        (d.Arithmetic(op="-", left=A, right=d.Arithmetic(op="-", left=B, right=C)), "a - (b - c)"),
        (d.Arithmetic(op="-", left=d.Arithmetic(op="-", left=A, right=B), right=C), "a - b - c"),
        (d.Arithmetic(op="*", left=d.Arithmetic(op="+", left=A, right=B), right=C), "(a + b) * c"),
        (d.Arithmetic(op="+", left=d.Cap(value=A, at=B), right=C), "(a up to b) + c"),
        (d.Arithmetic(op="*", left=d.Arithmetic(op="of", left=A, right=B), right=C), "a % of b * c"),
        (d.Arithmetic(op="of", left=A, right=d.Arithmetic(op="*", left=B, right=C)), "a % of (b * c)"),
        (d.Cap(value=d.Arithmetic(op="+", left=A, right=B), at=C), "(a + b) up to c"),
        (d.When(value=EITHER, condition=B, otherwise=C), "(a when b, otherwise c) when b, otherwise c"),
        (d.When(value=A, condition=B, otherwise=EITHER), "a when b, otherwise a when b, otherwise c"),
        (d.On(value=d.Projected(value=A), date=B), "(a as projected) on b"),
        (d.Rounded(value=A, rounding=d.Rounding(mode="half up")), "a, rounded half up"),
        (d.Text(text="a b"), '("a b")'),
        (d.Figure(value=Decimal("1"), unit="points"), "1 point"),
        (d.Figure(value=Decimal("1234567.80"), unit="USD", provisional=True), "1,234,567.8? USD"),
        (d.Figure(value=Decimal("1E+4")), "10,000"),
        (d.Figure(value=None, unit="USD"), "unknown USD"),
    ],
)  # fmt: skip
def test_operators_have_the_parentheses_they_need(value: d.Expr, text: str) -> None:
    assert printed(value) == text


@pytest.mark.parametrize(
    "document",
    [
        d.Document(package=d.Package(name="p", title='a "quoted" title')),
        d.Document(package=d.Package(name="p", title="two\nlines")),
        d.Document(measures={"m": d.Definition(type=d.Type(word="number"), value=d.Cap(value=A, at=d.Not(term=A)))}),
        d.Document(measures={"m": d.Definition(type=d.Type(word="number"), value=d.Not(term=d.Levels(figures={})))}),
        d.Document(measures={"m": d.Definition(type=d.Type(word="number"), value=d.Figure(value=Decimal(-5)))}),
        d.Document(measures={"m m": d.Definition(type=d.Type(word="number"), value=A)}),
        d.Document(tables={"t": d.Table(columns=(), rows=(d.Row(cells=()),))}),
        d.Document(tables={"t": d.Table(columns=("a",), rows=(), match="unique")}),
        d.Document(tables={"t": d.Table(columns=("a",), rows=(d.Row(cells=(d.Band(),)),))}),
        d.Document(
            tables={"t": d.Table(columns=("a",), rows=(d.Row(cells=(d.Several(values=(d.Text(text="b"),)),)),))}
        ),
    ],
)
def test_what_text_cannot_say_is_refused(document: d.Document) -> None:
    with pytest.raises(PrintError):
        print_document(document)


def test_clauses_that_belong_together_stand_on_one_line() -> None:
    clauses = (
        d.Setting(word="pass at", value=A),
        d.Phrase(phrase="with points in every subcategory"),
        d.Setting(word="checked at", value=d.Anniversary(which="own")),
        d.Setting(word="lost after", value=d.Figure(value=Decimal(30), unit="days")),
    )
    document = d.Document(rules={"common.c": d.Rule(kind="common", name="c", clauses=clauses)})

    assert print_document(document) == (
        "common c {\n"
        "  pass at a with points in every subcategory\n"
        "  checked at own anniversary, lost after 30 days\n"
        "}\n"
    )
