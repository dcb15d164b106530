"""Figures over records are as if each had looked at each record for itself, whatever else looks at the list."""

from __future__ import annotations

import json
from datetime import date
from typing import Any

import pytest
from hypothesis import note, strategies as st

from dsl import core as c
from dsl.core.ranges import Numbers, Range, Truth, all_of, compare, exactly, truth
from dsl.core.references import expressions
from dsl.core.walk import walk
from dsl.load import load_sources
from dsl.source import Source
from evaluator.acceptance.facts_schema import FactsReader
from evaluator.explanation import Gap
from evaluator.facts import Facts, Records
from evaluator.interpreter import Interpreter
from evaluator.moment import Moment
from evaluator.selection import EvaluateRow, Selected, Selections
from tests.properties.strategies import knowledge
from tests.properties.test_laws import NAMES, _partner, engine, hold

Json = Any
DAYS = [date(2023, 4, 15), date(2023, 3, 1), date(2022, 4, 15), date(2023, 9, 1)]
"""The day of the question, two before it, one that lies ahead."""


class RowByRow(Selections):
    """The definition: every figure decides all that it asks for every record, and shares nothing."""

    def of(
        self, node: c.Aggregate, records: Records, at: Moment, window: tuple[int, int] | None, evaluate: EvaluateRow
    ) -> Selected:
        chosen = Selected()
        members = at.row.members if node.of_group and at.row is not None else None
        for index, row in enumerate(records.rows or ()):
            if members is not None and index not in members:
                continue
            unsure = members[index] if members is not None else None
            gaps: list[Gap] = []
            inside = Truth.TRUE if unsure is None else Truth.UNKNOWN
            if window is not None and row.month is None:
                inside, gaps = Truth.UNKNOWN, [Gap("field", f"{row.pointer}/month", "Month", code="month")]
            elif window is not None:
                inside = all_of((inside, truth(window[0] <= row.month <= window[1])))
            if records.declaration.dated_by is not None:
                since, undated = self.facts._field(row, records.declaration.dated_by, records.declaration)
                inside = all_of((inside, compare("<=", since, exactly(at.day))))
                gaps += undated
            if node.where is not None:
                test = evaluate(node.where, row)
                inside = all_of((inside, test.truth))
                gaps += test.missing()
            if inside is Truth.FALSE:
                continue
            if inside is Truth.UNKNOWN:
                chosen.gaps.extend([*gaps, *(unsure or ())])
            value: Range = Truth.TRUE
            if node.value is not None:
                explained = evaluate(node.value, row)
                value = explained.range
                chosen.gaps.extend(explained.missing())
            chosen.values.append((inside, value))
            others = [evaluate(part, row) for part in node.alike]
            chosen.alike.append(tuple(other.range for other in others))
            if node.total is not None:
                others.append(evaluate(node.total.left, row))
                assert isinstance(others[-1].range, Numbers)
                chosen.amounts.append(others[-1].range)
            for other in others:
                chosen.gaps.extend(other.missing())
        return chosen


def row_by_row(core: c.Core, facts: Facts) -> Interpreter:
    interpreter = Interpreter(core, facts)
    interpreter.reading.selections = RowByRow(facts, interpreter.plans)
    return interpreter


def look_at(core: c.Core, nodes: list[c.Expr], facts: Facts, days: list[date]) -> None:
    """Decide all on all days, with one interpreter that shares and one that does not."""
    shares, alone = Interpreter(core, facts), row_by_row(core, facts)
    for day in days:
        for node in nodes:
            one, other = shares.evaluate(node, Moment(day)), alone.evaluate(node, Moment(day))
            assert one.range == other.range, (day, node)
            assert list(one.missing()) == list(other.missing()), (day, node)
            assert [part.gaps for part in one.walk()] == [part.gaps for part in other.walk()], (day, node)


# ---- policies drawn at random ------------------------------------------------------------------------------------

FIELDS = """kind: one of a, b also spelt "B"  name: text  size: signed count  price: number 0 to 50  day: date  ok: flag
  wide: signed count = size + 2 * size  late: flag = (day > today - 1 month, rounded down)
  due: date = (day + 10 days)  less: number = (price when ok, otherwise n)  near: flag = (size >= 1 and not late)
  open: number = (price when ok, otherwise unknown)"""
VOCABULARY = f"""
facts {{ n: count  d: date  r: one of a, b }}
records sales "Sales" monthly {{ {FIELDS} }}
records ev "Evidence" dated by day {{ {FIELDS} }}
records plain "Plain" {{ {FIELDS} }}
define mark: count {{ until 2023-03-10: 1  from 2023-03-10: 2 }}
table marks {{
  | key       | least |
  | a         | 1     |
  | otherwise | 3     |
}}
"""
CONDITIONS = st.recursive(
    st.sampled_from(
        (
            "ok", "late", "near", "kind = a", "kind = b", 'name = "x"', '(name = "x" or name = "y")', "size > 0", "size >= n",
            "size < mark", "price >= 2.5", "day < today", "day >= d", "due <= today", "wide = 3", "less > 1",
            "size >= marks[kind].least", "price > marks[r].least", "open > 2", "kind = r",
        )
    ),
    lambda inner: st.one_of(
        st.builds("({} and {})".format, inner, inner),
        st.builds("({} or {})".format, inner, inner),
        st.builds("(not {})".format, inner),
    ),
    max_leaves=4,
)  # fmt: skip
MONTHS = st.sampled_from(
    ("over last month", "over trailing 2 months", "over trailing 12 months", "over same month last year")
)
FIGURES = st.sampled_from(
    (
        ("count", "count {}"), ("count", "count distinct name of {}"), ("count", "count distinct kind of {}"),
        ("count", "count distinct name, kind of {}"), ("count", "count distinct name of {} with sum price > 3"),
        ("count", "count distinct kind, ok of {} with sum size >= n"),
        ("signed count", "sum size of {}"), ("signed count", "sum wide of {}"), ("number", "sum less of {}"),
        ("number", "average price of {}, rounded down to 0.1"), ("signed count", "largest size of {}"),
        ("signed count", "smallest wide of {}"), ("date", "earliest day of {}"), ("date", "latest due of {}"),
        ("number", "sum open of {}"), ("number", "sum price of {}"),
        ("number", "sum for each name of {} { sum price of LIST up to 4 }"),
        ("signed count", "sum for each kind, name of {} { largest size of LIST }"),
        ("count", "count distinct name of {} with { count LIST[ok] >= n }"),
        ("count", "count distinct kind of {} with { sum wide of LIST > 1 or kind = r }"),
        ("date", "latest for each name of {} { earliest day of LIST }"),
    )
)  # fmt: skip


@st.composite
def measures(draw: st.DrawFn) -> str:
    lines: list[str] = []
    conditions = draw(st.lists(CONDITIONS, min_size=1, max_size=3))
    for number in range(draw(st.sampled_from((4, 6, 2)))):
        type_, figure = draw(FIGURES)
        listing = draw(st.sampled_from(("sales", "sales", "ev", "plain")))
        # Few conditions for many figures: they meet on what others have decided before.
        asked = " and ".join(draw(st.lists(st.sampled_from(conditions), max_size=2)))
        whole, comma, rounding = figure.partition(",") if "average" in figure else (figure, "", "")
        over = f" {draw(MONTHS)}" if listing == "sales" else ""
        # What is asked of each group stands behind its months.
        head, brace, group = whole.partition(" { ") if "for each" in whole else (whole, "", "")
        chosen = head.replace("{}", listing + (f"[{asked}]" if asked else ""))
        text = f"{chosen}{over}{brace}{group}".replace("LIST", listing)
        lines.append(f"measure m{number}: {type_} = {text}{comma}{rounding}")
    return "\n".join(lines)


VALUES: dict[str, tuple[Json, ...]] = {
    "kind": ("a", "b", "B"),
    "name": ("x", "y", "z"),
    "size": (0, 1, 2, -1),
    "price": (0, 1, "1.0", 2.5, 7),
    "day": ("2023-01-10", "2023-03-05", "2023-04-15", "2023-06-01", "2022-02-01"),
    "ok": (True, False),
}
MONTH = ("2023-03", "2023-02", "2022-03", "2022-10", "2023-04")


@st.composite
def lists(draw: st.DrawFn, monthly: bool) -> Json:
    names = [*VALUES, *(["month"] if monthly else [])]
    lacks = draw(st.sampled_from((0, 1, 5)))
    rows: list[dict[str, Json]] = []
    for _ in range(draw(st.sampled_from((3, 0, 6, 12)))):
        row = {name: draw(st.sampled_from(VALUES.get(name, MONTH))) for name in names}
        rows.append({name: value for name, value in row.items() if draw(st.integers(0, 9)) >= lacks})
    if draw(st.booleans()):
        return rows
    covers = {"covers": {"from": "2022-04", "through": "2023-03"}} if monthly and draw(st.booleans()) else {}
    return {"rows": rows, "partial": draw(st.booleans()), **covers}


@st.composite
def told(draw: st.DrawFn) -> Json:
    facts = {"n": draw(st.sampled_from((0, 2))), "d": "2023-03-01", "r": draw(st.sampled_from("ab"))}
    kept = {name: value for name, value in facts.items() if draw(st.integers(0, 3))}
    every = {"sales": True, "ev": False, "plain": False}
    records = {name: draw(lists(monthly)) for name, monthly in every.items() if draw(st.integers(0, 5))}
    return {"facts": kept, "records": records}


def check_drawn(data: st.DataObject, _name: str) -> None:
    text = data.draw(measures())
    loaded = load_sources([Source("drawn.policy", VOCABULARY + text)])
    assert not loaded.errors, (text, loaded.errors)
    note(text)
    facts = data.draw(told())
    note(json.dumps(facts, default=str))
    FactsReader(loaded.core).check(facts)
    nodes = [named.value for name, named in loaded.core.named.items() if name.startswith("m") and name != "mark"]
    look_at(loaded.core, nodes, Facts(loaded.core, facts, DAYS[0]), data.draw(st.permutations(DAYS)))


@pytest.mark.parametrize("part", range(2))
def test_figures_drawn_at_random_are_as_if_each_had_looked_at_each_record(part: int) -> None:
    hold(check_drawn, 80, f"records {part}")


# ---- the policies of the laws ------------------------------------------------------------------------------------


def check_rules(data: st.DataObject, name: str) -> None:
    rule_id, people = _partner(data, name)
    core = engine(name).core
    known = data.draw(knowledge(data.draw(people)))
    note(json.dumps(known.facts(), default=str))
    facts = Facts(core, known.facts(), known.partner.as_of)
    nodes = [part for version in core.rules[rule_id].versions for part in expressions(version)]
    figures = [part for node in nodes for part in walk(node) if isinstance(part, c.Named | c.OfRecords)]
    figures = [part for part in figures if not (isinstance(part, c.Aggregate) and part.of_group)]
    look_at(core, figures, facts, [facts.as_of])


@pytest.mark.parametrize("name", NAMES)
def test_figures_of_rules_are_as_if_each_had_looked_at_each_record(name: str) -> None:
    hold(check_rules, 30, name)


# ---- one by one --------------------------------------------------------------------------------------------------


def test_what_one_record_lacks_is_told_at_its_own_place() -> None:
    """Records alike in what is asked are decided once, and each tells of itself."""
    text = VOCABULARY + "measure m: signed count = sum size of plain[ok]"
    core = load_sources([Source("alike.policy", text)]).core
    rows = [{"size": 1}, {"size": 1, "ok": True}, {"size": 1}, {"ok": True}, {"ok": True}]

    found = Interpreter(core, Facts(core, {"records": {"plain": rows}}, DAYS[0])).evaluate(
        core.named["m"].value, Moment(DAYS[0])
    )

    assert [gap.pointer for gap in found.gaps] == [
        "/records/plain/0/ok", "/records/plain/2/ok", "/records/plain/3/size", "/records/plain/4/size",
    ]  # fmt: skip


def test_an_unknown_figure_is_told_at_each_place_that_it_stands_at() -> None:
    text = VOCABULARY + "measure m: count = count plain[size > unknown]\nmeasure k: count = count plain[size > unknown]"
    core = load_sources([Source("places.policy", text)]).core
    interpreter = Interpreter(core, Facts(core, {"records": {"plain": [{"size": 1}]}}, DAYS[0]))

    places = {
        gap.pointer for name in "mk" for gap in interpreter.evaluate(core.named[name].value, Moment(DAYS[0])).gaps
    }

    assert len(places) == 2
