"""The rows of a query: a partner each, with what is read of it, and what other tables say of it beside it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from sqlglot import exp

from dsl import core as c
from evaluator.columnar import terms as t
from evaluator.columnar.algebra import MOST, OPEN, End, Flag, Ordered, Value, Word, bounded
from evaluator.columnar.days import Day
from evaluator.columnar.known import Known
from evaluator.columnar.layout import FACT_DIGITS, HISTORY, PARTNER, PARTNERS, PROJECTED, layout_of
from evaluator.columnar.missing import Gap, Own, fact_gap
from evaluator.columnar.stages import Stages
from evaluator.columnar.terms import FALSE, NULL, TRUE, Cannot, Term
from evaluator.limits import DIGITS, PLACES


def sql_table(name: str) -> str:
    """Return the name that a table of the layout has in queries."""
    return name.replace("/", "_")


OF_PARTNER = "of_partner"
ON_DAY = "on_day"


@dataclass(frozen=True, slots=True)
class Rows:
    """Rows of a partner and a day: a query of their own names (``partner``), of the partner's, and of the day."""

    name: str


class Source:
    """What is read of partners, as columns that stages are built on."""

    def __init__(self, core: c.Core, stages: Stages, as_of: date, known: Known, rows: Rows | None = None) -> None:
        """Take the vocabulary, and what rows there are; without it one for each partner."""
        self.core = core
        self.stages = stages
        self.as_of = as_of
        self.known = known
        self.rows = rows
        self._columns: dict[str, Term] = {}
        """Columns of the source, by the names that stages know."""
        self._by_term: dict[str, str] = {}
        self._joined: dict[str, exp.Select | None] = {}
        """Queries beside the partners, by their names, or nothing where that is a table; each has a column of partners."""
        self._aggregates: dict[tuple[str, bool], dict[Term, str]] = {}
        self._partners: dict[str, None] = {}
        """Tables of partners that are read."""

    # ---- columns

    def column(self, of: str, name: str) -> Term:
        """Return a column of what is joined, as stages know it."""
        term = exp.column(name, table=of, quoted=True)
        key = f"{of}.{name}"
        if key not in self._by_term:
            self._by_term[key] = f"b{len(self._columns)}"
            self._columns[self._by_term[key]] = term
        return t.column(self._by_term[key])

    def partners(self, projected: bool) -> str:
        """Return the table of partners, and see that it is there."""
        name = sql_table(f"{PROJECTED if projected else ''}{PARTNERS}")
        self._partners[name] = None
        return name

    def table(self, name: str, projected: bool = False) -> exp.Select | str:
        """Return what the rows of a table are read of: of rows with a day each stands in the table for every day."""
        told = f"{PROJECTED if projected else ''}{name}"
        if self.rows is None:
            return sql_table(told)
        rows, table = self.rows.name, sql_table(told)
        columns = [exp.column(one, table=rows, quoted=True) for one in (PARTNER, ON_DAY)]
        own = (one.name for one in layout_of(self.core)[told].columns if one.name != PARTNER)
        columns += [exp.column(one, table=table, quoted=True) for one in own]
        return t.selected(columns, rows).join(t.table(table), on=_is_of(table, rows, OF_PARTNER), copy=False)

    def is_empty(self, table: str, projected: bool) -> bool:
        """Whether a table has no rows."""
        return f"{PROJECTED if projected else ''}{table}" in self.known.empty

    def is_full(self, table: str, name: str, projected: bool) -> bool:
        """Whether a column is never NULL; of projected facts there may be none for a partner."""
        return not projected and (table, name) in self.known.full

    def span(self, table: str, name: str, projected: bool) -> tuple[Decimal, Decimal] | None:
        """Return the least and the most of a column of numbers; None where that is not known, or histories say more."""
        if not self.is_empty(HISTORY, projected):
            return None
        return self.known.spans.get((f"{PROJECTED if projected else ''}{table}", name))

    def told(self, name: str, projected: bool) -> Term:
        """Return whether a list is told; never unknown."""
        if self.is_empty(PARTNERS, projected):
            return FALSE
        if not projected and (PARTNERS, f"told_{name}") in self.known.true:
            return TRUE
        return self.stages.keep(t.surely(self.column(self.partners(projected), f"told_{name}")))

    def partial(self, name: str, projected: bool) -> Term:
        """Return whether there are rows of a list that are not told; never unknown."""
        if self.is_empty(PARTNERS, projected) or (
            not projected and (PARTNERS, f"partial_{name}") in self.known.never_true
        ):
            return FALSE
        return self.stages.keep(t.surely(self.column(self.partners(projected), f"partial_{name}")))

    # ---- facts

    def fact(self, name: str, type_: c.Type, day: Day, projected: bool) -> Value:
        """Return what a fact can be on a day."""
        term, known = self._told_on(name, type_, day, projected)
        return value_of(term, known, type_, self.stages, self.span(PARTNERS, f"f_{name}", projected))

    def supplied(self, name: str, type_: c.Type, day: Day, projected: bool) -> tuple[Term, Value] | None:
        """Return whether a measure is told for a day, and what it is then; None where nobody tells it."""
        term, known = self._told_on(name, type_, day, projected)
        if t.is_null(term):
            return None
        span = self.span(PARTNERS, f"f_{name}", projected)
        return TRUE if known else t.told(term), value_of(term, True, type_, self.stages, span)

    def _told_on(self, name: str, type_: c.Type, day: Day, projected: bool) -> tuple[Term, bool]:
        """Return what is told of a fact for a day, NULL where nothing is, and whether it always is."""
        if day.last > self.as_of:
            raise Cannot("a fact of a day that lies ahead")
        if self.is_empty(PARTNERS, projected):
            return NULL, False
        column = f"f_{name}"
        raw: Term = NULL
        if day.at == self.as_of or projected or not day.is_exact:
            raw = self.column(self.partners(projected), column)
        if not day.is_exact and not projected:
            raw = t.chosen([(t.equal(day.term, t.day(self.as_of)), raw)])
        if self.is_empty(HISTORY, projected):
            return raw, day.is_exact and not t.is_null(raw) and self.is_full(PARTNERS, column, projected)
        since = t.compared(exp.LTE, t.column("from"), day.term)
        told = exp.Case(
            ifs=[exp.If(this=t.both(t.equal(t.column("name"), t.text(name)), since), true=t.column("from"))]
        )
        last = exp.ArgMax(this=t.column("value"), expression=told)
        text = self.aggregate(HISTORY, last, projected)
        return self.stages.keep(t.fallen_back(raw, _read(text, type_))), False

    def lacks(self, name: str, type_: c.Type, day: Day, projected: bool) -> Own:
        """Return what is missing where a fact of a day is not known."""
        gap = fact_gap(name, type_, projected)
        if not day.is_exact:
            is_today = t.surely(t.equal(day.term, t.day(self.as_of)))
            later = FALSE if self.is_empty(HISTORY, projected) else self.has_history((name,), projected)
            return [(gap, t.both(is_today, t.negated(later)))], t.either(t.negated(is_today), later)
        past = Gap("history", gap.pointer, day.at)
        if day.at != self.as_of:
            return [(past, TRUE)], FALSE
        if self.is_empty(HISTORY, projected):
            return [(gap, TRUE)], FALSE
        later = self.has_history((name,), projected)
        return [(gap, t.negated(later)), (past, later)], FALSE

    def has_history(self, names: Iterable[str], projected: bool = False) -> Term:
        """Return whether one of some facts is told with its values over time; never unknown."""
        some = exp.Max(this=t.chosen([(t.surely(t.among(t.column("name"), names)), t.number(1))], t.number(0)))
        return self.stages.keep(t.surely(t.equal(self.aggregate(HISTORY, some, projected), t.number(1))))

    # ---- other tables

    def aggregate(self, table: str, term: Term, projected: bool) -> Term:
        """Return a column with an aggregate over a partner's rows of a table; NULL where it has none."""
        found = self._aggregates.setdefault((table, projected), {})
        return self.column(f"of_{sql_table(table)}_{int(projected)}", found.setdefault(term, f"a{len(found)}"))

    def join(self, name: str, query: exp.Select | None) -> None:
        """Join a query that has a row a partner; None: the table of that name, which has."""
        self._joined[name] = query

    def entries(self, awards: Iterable[str] | None, projected: bool) -> Term:
        """Return whether the register has an entry that may be of one of some awards, or any entry; never unknown."""
        if self.is_empty("records/awards", projected):
            return FALSE
        award = t.column("f_award")
        asked = TRUE if awards is None else t.either(t.untold(award), t.among(award, awards))
        some = exp.Max(this=t.chosen([(asked, t.number(1))], t.number(0)))
        column = self.aggregate("records/awards", some, projected)
        return self.stages.keep(t.surely(t.equal(column, t.number(1))))

    # ---- the query

    def apart(self) -> dict[str, exp.Select]:
        """Return the queries that are joined to the partners, by their names; what is joined from now on are tables of these names."""
        asked = {**self._grouped(), **self._joined}
        self._aggregates = {}
        self._joined = dict.fromkeys(asked)
        return {name: query for name, query in asked.items() if query is not None}

    def _grouped(self) -> dict[str, exp.Select]:
        """Return the queries of what is counted over a partner's rows of a table, by their names."""
        found: dict[str, exp.Select] = {}
        for (table, projected), terms in self._aggregates.items():
            own = [t.alias(term, name) for term, name in terms.items()]
            rows = t.selected([t.column(PARTNER), *own], self.table(table, projected), "rows_of_table")
            found[f"of_{sql_table(table)}_{int(projected)}"] = rows.group_by(t.column(PARTNER), copy=False)
        return found

    def select(self) -> exp.Select:
        """Return the rows of partners with all columns that stages read."""
        base = sql_table(PARTNERS) if self.rows is None else self.rows.name
        names = (PARTNER,) if self.rows is None else (PARTNER, OF_PARTNER, ON_DAY)
        columns = [t.alias(exp.column(name, table=base, quoted=True), name) for name in names]
        columns += [t.alias(term, name) for name, term in self._columns.items()]
        query = t.selected(columns, base)
        for name in self._partners:
            if name != base:
                on = _is_of(name, base, PARTNER if self.rows is None else OF_PARTNER)
                query = query.join(t.table(name), on=on, join_type="LEFT", copy=False)
        for name, other in {**self._grouped(), **self._joined}.items():
            told = t.table(name) if other is None else _named(other, name)
            query = query.join(told, on=_is_of(name, base, PARTNER), join_type="LEFT", copy=False)
        return query


def _is_of(table: str, base: str, name: str) -> Term:
    """Return whether a row is of the partner of another one."""
    return exp.EQ(
        this=exp.column(PARTNER, table=table, quoted=True), expression=exp.column(name, table=base, quoted=True)
    )


def _named(query: exp.Select, name: str) -> exp.Subquery:
    return exp.Subquery(this=query, alias=exp.TableAlias(this=exp.to_identifier(name, quoted=True)))


def value_of(
    term: Term, known: bool, type_: c.Type, stages: Stages, span: tuple[Decimal, Decimal] | None = None
) -> Value:
    """Return what a column of a type can be, where NULL is what nobody told.

    Args:
        term: the column.
        known: whether it is never NULL.
        type_: of its values.
        stages: keep what is made of it.
        span: the least and the most of its numbers, where that is known.
    """
    match type_.kind:
        case "flag":
            return Flag(term, known)
        case "choice" | "text":
            spelt = [(t.equal(term, t.text(told)), t.text(value)) for told, value in type_.spellings if told != value]
            kept = stages.keep(t.chosen(spelt, term)) if not t.is_null(term) else term
            return Word(kept, known, frozenset(type_.choices) if type_.kind == "choice" else None)
        case "date":
            end = OPEN if t.is_null(term) else End(term, known)
            return Ordered(end, end, is_day=True)
        case "duration":
            raise Cannot("a duration that the partner tells")
        case _:
            return _number_of(term, known, type_, stages, span)


def _number_of(term: Term, known: bool, type_: c.Type, stages: Stages, span: tuple[Decimal, Decimal] | None) -> Ordered:
    places = 0 if type_.kind == "count" else PLACES
    limits = bounded(
        type_.low if type_.low is not None else Decimal(-(10**DIGITS)),
        type_.high if type_.high is not None else Decimal(10**DIGITS),
    )
    scale = 10 ** (places - limits.places) if limits.places <= places else None
    if scale is None or not isinstance(limits.low.exact, int) or not isinstance(limits.high.exact, int):
        raise Cannot("a bound with more places than facts have")
    least, most = limits.low.exact * scale, limits.high.exact * scale
    if max(-least, most) >= MOST:
        raise Cannot("a number that may pass 38 digits")
    low = End(t.number(least), True, least) if type_.low is not None else OPEN
    high = End(t.number(most), True, most) if type_.high is not None else OPEN
    if t.is_null(term):
        return Ordered(low, high, places, least, most)
    whole = term
    digits = FACT_DIGITS
    if span is not None:
        # What is told lies closer together than what may be; where nothing is told the ends of the type are meant.
        told = [int(one.scaleb(places)) for one in span]
        least = told[0] if known or type_.low is None else min(told[0], least)
        most = told[1] if known or type_.high is None else max(told[1], most)
        digits = len(str(max(map(abs, told)) // 10**places)) + PLACES
    if places:
        by = t.cast(t.text(str(10**places)), f"DECIMAL({places + 1},0)")
        raised = exp.Mul(this=t.closed(t.cast(term, f"DECIMAL({digits},{PLACES})")), expression=by)
        whole = stages.keep(t.cast(raised, "INT128" if max(-least, most) >= 2**62 else "BIGINT"))
    if known or (type_.low is None and type_.high is None):
        end = End(whole, known)
        return Ordered(end, end, places, least, most)
    first = End(stages.keep(t.fallen_back(whole, low.term)), low.known)
    last = End(stages.keep(t.fallen_back(whole, high.term)), high.known)
    return Ordered(first, last, places, least, most)


def _read(text: Term, type_: c.Type) -> Term:
    """Return a text of a history in the type of its fact; what is none is nothing here, and rejected elsewhere."""
    if type_.kind == "flag":
        return t.chosen([(t.equal(text, t.text("true")), TRUE), (t.equal(text, t.text("false")), FALSE)])
    if type_.kind in ("text", "choice"):
        return text
    kinds = {"date": "DATE", "count": "BIGINT"}
    to = exp.DataType.build(kinds.get(type_.kind, f"DECIMAL({FACT_DIGITS},{PLACES})"))
    return exp.TryCast(this=text, to=to, safe=True)
