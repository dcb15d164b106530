"""A decision table decides as the same rows written by hand as conditions, also where its keys are not all known.

Tables are made at random: rows that share the values of their keys among them, and rows of which the first counts. Of
every partner the amount is what the first row of those that are met by hand gives. Where keys are not told, it reaches
from the least to the most that the values they can still have give: no further where every row is for values of its
own, and as far as by hand where the first counts.
"""

from __future__ import annotations

import itertools
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from random import Random
from typing import Any

import pytest

from dsl.load import load_sources
from dsl.source import Source
from evaluator.engine import Engine, Query
from tests.properties.test_batch import DAYS, batch, differences, imported

HEAD = """
package tables "Tables"

facts {
  market: one of larger, other, home "Market"
  plan: one of basic, full "Plan"
  passed: flag "Passed"
  seats: count "Seats"
  share: number 0 to 20 "Share"
  spent: money USD "Spent"
}
"""


@dataclass(frozen=True)
class Cell:
    """A key cell: as a table has it, as a condition by hand (None: any), and what it is for."""

    text: str
    by_hand: str | None
    low: Decimal | None = None
    high: Decimal | None = None
    below: bool = False
    words: frozenset[Any] = frozenset()

    def holds(self, value: Any) -> bool:
        if self.by_hand is None:
            return True
        if self.words:
            return value in self.words
        if self.low is not None and value < self.low:
            return False
        return self.high is None or value < self.high or (value == self.high and not self.below)


ANY = Cell("-", None)
CHOICES = {"market": ("larger", "other", "home"), "plan": ("basic", "full")}
UNITS = {"seats": "", "share": "", "spent": " USD"}
VALUES: dict[str, tuple[Any, ...]] = {
    **CHOICES,
    "passed": (True, False),
    "seats": (0, 2, 3, 5, 6, 9, 10, 12),
    "share": tuple(map(Decimal, ("0", "2.4", "2.5", "3", "5", "7.25", "10", "20"))),
    "spent": tuple(map(Decimal, ("0", "3.5", "4", "7", "7.5", "8", "11", "12.25"))),
}
"""Values of which some lie at both ends of every piece that the figures of the tables cut them into."""
CUTS = {"seats": (3, 6, 10), "share": (Decimal("2.5"), 5, 10), "spent": (4, Decimal("7.5"), 11)}


def word_cell(name: str, words: Sequence[Any]) -> Cell:
    """Return a cell of words, as several values where they are more than one."""
    if name == "passed":
        (value,) = words
        return Cell("yes" if value else "no", "passed" if value else "not passed", words=frozenset(words))
    by_hand = " or ".join(f"{name} = {word}" for word in words)
    return Cell(", ".join(words), f"({by_hand})", words=frozenset(words))


def band(name: str, low: Any, high: Any, random: Random) -> Cell:
    """Return the values from one figure to another, without the second; None is without end."""
    unit = UNITS[name]
    if low is None:
        return Cell(f"< {high}{unit}", f"{name} < {high}{unit}", None, Decimal(high), True)
    if high is None:
        return Cell(f">= {low}{unit}", f"{name} >= {low}{unit}", Decimal(low))
    by_hand = f"({name} >= {low}{unit} and {name} < {high}{unit})"
    if name == "seats" and random.random() < 0.5:
        return Cell(
            f"{low} to {high - 1}", f"({name} >= {low} and {name} <= {high - 1})", Decimal(low), Decimal(high - 1)
        )
    return Cell(f"{low}{unit} to < {high}{unit}", by_hand, Decimal(low), Decimal(high), True)


def shares(name: str, random: Random) -> list[Cell]:
    """Return cells that share all values of a key among them."""
    if random.random() < 0.25:
        return [ANY]
    if name == "passed":
        return [word_cell(name, [value]) for value in (True, False)]
    if name in CHOICES:
        left, parts = list(CHOICES[name]), []
        random.shuffle(left)
        while left:
            size = random.randrange(1, len(left) + 1)
            parts.append(word_cell(name, left[:size]))
            left = left[size:]
        return parts
    cuts = sorted(random.sample(CUTS[name], random.randrange(1, 3)))
    return [band(name, low, high, random) for low, high in zip([None, *cuts], [*cuts, None], strict=True)]


def shared_out(keys: Sequence[str], random: Random) -> Iterator[tuple[Cell, ...]]:
    """Yield rows that share all values of some keys among them, each of its own."""
    if not keys:
        yield ()
        return
    for cell in shares(keys[0], random):
        for rest in shared_out(keys[1:], random):
            yield (cell, *rest)


@dataclass(frozen=True)
class Made:
    """A table, its rows with what they give, and the same by hand."""

    name: str
    keys: tuple[str, ...]
    rows: tuple[tuple[tuple[Cell, ...], int], ...]
    first: bool

    @property
    def text(self) -> str:
        """The table, a fee that reads it, and one of the same written by hand."""
        match = " first match" if self.first else ""
        lines = [f"| {' | '.join(self.keys)} | amount |"]
        for cells, amount in self.rows:
            texts = [cell.text for cell in cells]
            if all(cell is ANY for cell in cells) and self.first:
                texts[0] = "otherwise"
            lines.append(f"| {' | '.join(texts)} | {amount} USD |")
        table = "\n  ".join(lines)
        by_hand = f"{self.rows[-1][1]} USD"
        for cells, amount in reversed(self.rows[:-1]):
            tests = " and ".join(cell.by_hand for cell in cells if cell.by_hand is not None) or "1 >= 1"
            by_hand = f"({amount} USD when {tests}, otherwise {by_hand})"
        return (
            f"table {self.name} by {', '.join(self.keys)}{match} {{\n  {table}\n}}\n"
            f"fee of_{self.name} {{ amount {self.name}[{', '.join(self.keys)}].amount }}\n"
            f"fee by_{self.name} {{ amount {by_hand} }}\n"
        )

    def gives(self, facts: dict[str, Any]) -> int:
        """Return what the table gives where all its keys are told."""
        return next(
            amount
            for cells, amount in self.rows
            if all(cell.holds(facts[key]) for key, cell in zip(self.keys, cells, strict=True))
        )

    def can_give(self, facts: dict[str, Any]) -> set[int]:
        """Return all that the table gives for any values of the keys that are not told."""
        options = [(facts[key],) if key in facts else VALUES[key] for key in self.keys]
        return {self.gives(dict(zip(self.keys, values, strict=True))) for values in itertools.product(*options)}


def made(seed: int, number: int) -> list[Made]:
    """Return so many tables."""
    random = Random(seed)
    found: list[Made] = []
    while len(found) < number:
        keys = tuple(random.sample(sorted(VALUES), random.randrange(1, 4)))
        rows = list(shared_out(keys, random))
        first = random.random() < 0.5
        if first:
            # Rows of other ways to share the values out stand over each other; each has something left of its own.
            pool = [row for _ in range(3) for row in shared_out(keys, random) if any(cell is not ANY for cell in row)]
            random.shuffle(pool)
            rows = without_shadowed(keys, pool[:6])
        if first or not any(all(cell is ANY for cell in row) for row in rows):
            amounts = random.sample(range(10, 10 + 10 * len(rows)), len(rows))
            table = [*zip(rows, amounts, strict=True)]
            if first:
                table.append(((ANY,) * len(keys), 5))
            found.append(Made(f"t{len(found)}", keys, tuple(table), first))
    return found


def without_shadowed(keys: Sequence[str], rows: Sequence[tuple[Cell, ...]]) -> list[tuple[Cell, ...]]:
    """Return the rows that are the first for some values."""
    found: list[tuple[Cell, ...]] = []
    combinations = list(itertools.product(*(VALUES[key] for key in keys)))
    for row in rows:
        mine = [one for one in combinations if all(cell.holds(value) for cell, value in zip(row, one, strict=True))]
        if any(
            not any(all(cell.holds(value) for cell, value in zip(other, one, strict=True)) for other in found)
            for one in mine
        ):
            found.append(row)
    return found


def partners(seed: int, number: int) -> list[dict[str, Any]]:
    """Return partners of whom some are told everything, and some a part."""
    random = Random(seed)
    found: list[dict[str, Any]] = []
    for one in range(number):
        share = random.choice((0.0, 0.3, 0.6))
        facts = {name: random.choice(values) for name, values in VALUES.items()}
        kept = {name: value for name, value in facts.items() if random.random() >= share}
        found.append({"partner": f"{one:04d}", "facts": kept})
    return found


def held(seed: int, number: int, folder: Path) -> int:
    """Hold tables against what is found by hand, and the three readers against each other; return how many are open."""
    tables, told, day = made(seed, number), partners(seed, 6 * number), DAYS[1]
    loaded = load_sources([Source("tables.policy", HEAD + "\n".join(table.text for table in tables))])
    assert not loaded.errors, loaded.errors
    engine = Engine(loaded.document)
    reference = Engine(loaded.document, engine.core, reference=True)
    is_open = 0
    for facts in told:
        decided = {one.rule: one for one in reference.decide(Query(("*",), day, facts)).decisions}
        for table in tables:
            could = table.can_give(facts["facts"])
            amount, by_hand = decided[f"fee.of_{table.name}"].amount, decided[f"fee.by_{table.name}"].amount
            assert amount is not None
            assert by_hand is not None
            if table.first:
                assert amount == by_hand, (table.text, facts)
                assert amount.low <= min(could) <= max(could) <= amount.high, (table.text, facts)
            else:
                assert (amount.low, amount.high) == (min(could), max(could)), (table.text, facts)
                # By hand the last row is for all that is left: what is open may be more.
                assert by_hand.low <= amount.low <= amount.high <= by_hand.high, (table.text, facts)
            is_open += amount.low != amount.high
    batch(engine, imported(engine, told, folder / "facts"), folder / "out", day)
    assert differences(reference, told, day, ("*",), folder / "out") == []
    for facts in told:
        query = Query(("*",), day, facts)
        assert json.dumps(engine.decide(query).as_json()) == json.dumps(reference.decide(query).as_json())
    return is_open


def test_a_table_decides_as_its_rows_by_hand(tmp_path: Path) -> None:
    assert held(1, 8, tmp_path) > 20


@pytest.mark.benchmarks
@pytest.mark.parametrize("seed", range(2, 32))
def test_many_tables_decide_as_their_rows_by_hand(seed: int, tmp_path: Path) -> None:
    assert held(seed, 15, tmp_path) > 20
