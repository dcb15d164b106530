"""Decision tables as their readers have them: in words, in the guide, in coverage, faults and comparisons."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from click.testing import CliRunner

from cli.main import merit
from dsl.load import Loaded, load_sources
from dsl.source import Source
from evaluator.engine import Engine, Query
from review.guide.markdown import markdown_files
from review.guide.site import site_of
from review.scenarios.coverage import Coverage
from review.scenarios.faults import faults
from review.words.speaker import Speaker

DAY = date(2023, 6, 1)
POLICY = """\
package p "P"
source guide "Guide" read 2023-01-01
facts { seats: count "Seats"  market: one of larger, other "Market"  passed: flag "Passed" }
table rates "Rates" by market, seats, passed first match cite guide "Rates" {
  | market        | seats     | passed | fee        |
  | larger        | < 5       | yes    | 10 USD     |
  | larger, other | 5 to < 10 | -      | 20? USD    |  cite guide "More"
  | otherwise     | -         | -      | 30 USD     |
}
fee yearly "Yearly" { amount rates[market, seats, passed].fee }
"""


@pytest.fixture(scope="module")
def loaded() -> Loaded:
    found = load_sources([Source("p.policy", POLICY)])
    assert not found.errors, found.errors
    return found


def test_rows_are_told_with_what_they_are_found_by(loaded: Loaded) -> None:
    amount = loaded.core.rules["fee.yearly"].versions[0].amount
    assert amount is not None

    said = Speaker(loaded.core, DAY).say(amount)

    assert said.startswith(
        "by Market, Seats and Passed (10 USD when Market is larger, Seats is less than 5 and Passed;"
    )
    assert said.endswith("; otherwise 30 USD)")


def test_the_guide_has_the_table_with_its_bands_in_words(loaded: Loaded) -> None:
    files = dict(markdown_files(site_of(loaded.core, loaded.document, DAY)))

    assert "The first row that is for the values of “Market”, “Seats” and “Passed” counts." in files["tables.md"]
    assert "larger | less than 5 | yes | 10 USD |" in files["tables.md"]
    assert "larger, other | from 5 to less than 10 | any | *20 USD* (?) |" in files["tables.md"]
    assert "The figure that the table “[Rates](tables.md#table.rates)” has for “[Market]" in files["fees.md"]


@pytest.mark.parametrize(
    ("facts", "row"),
    [
        ({"market": "larger", "seats": 3, "passed": True}, "larger, < 5, yes"),
        ({"market": "other", "seats": 9}, "larger, other, 5 to < 10, -"),
        ({"market": "other", "seats": 10}, "otherwise"),
    ],
)
def test_a_row_that_counts_is_covered(loaded: Loaded, facts: dict[str, object], row: str) -> None:
    engine = Engine(loaded.document)
    coverage = Coverage(engine.core)
    [decision] = engine.decide(Query(("fee.yearly",), DAY, {"facts": facts}, explained=True)).decisions

    coverage.watch(decision, DAY)

    assert [one.part.name for one in coverage.parts if one.part.kind == "row" and one.seen] == [row]


def test_what_a_decision_rests_on_is_the_row_that_counts(loaded: Loaded) -> None:
    engine = Engine(loaded.document)
    told = {
        seats: engine.decide(
            Query(("fee.yearly",), DAY, {"facts": {"market": "larger", "seats": seats, "passed": True}})
        )
        for seats in (3, 7)
    }

    provisional = {
        seats: [one.text for one in answer.decisions[0].provisional_figures] for seats, answer in told.items()
    }

    assert provisional == {3: [], 7: ["20 USD"]}


def test_a_figure_at_which_bands_meet_is_moved_in_all_rows(loaded: Loaded) -> None:
    [moved] = [one for one in faults(loaded.document) if one.key == "rates: figure 5 -> 6, in all rows"]

    found = load_sources([Source("p.policy", POLICY.replace("< 5 ", "< 6 ").replace("5 to < 10", "6 to < 10"))])

    assert moved.put_into(loaded.document) == found.document


LONG = """\
facts { seats: count "Seats"  market: one of larger, other "Market" }
table rates "Rates" by market, seats {
  | market | seats    | fee    |
  | larger | < 5      | 10 USD |
  | larger | 5 to 9   | 20 USD |
  | larger | 10 to 19 | 30 USD |
  | larger | >= 20    | 40 USD |
  | other  | < 5      | 11 USD |
  | other  | >= 5     | 31 USD |
}
fee yearly "Yearly" { amount rates[market, seats].fee }
"""


def test_a_changed_cell_is_a_change_of_its_row(tmp_path: Path) -> None:
    for folder, text in (("old", LONG), ("new", LONG.replace("30 USD", "29 USD"))):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "rates.policy").write_text(text, encoding="utf-8")

    told = CliRunner().invoke(merit, ["diff", str(tmp_path / "old"), str(tmp_path / "new")])

    assert "fee.yearly  cheaper, through rates: larger, 10 to 19 from 30 USD to 29 USD\n" in told.output


def test_words_of_a_key_may_be_called_as_awards_are() -> None:
    text = """\
facts { product: one of cloud, desk "Product"  seats: count "Seats" }
designation cloud "Cloud" { requires { a "A": seats >= 3 }  checked at own anniversary }
table rates by seats, product {
  | seats | product | rate |
  | < 5   | cloud   | 2 %  |
  | >= 5  | cloud   | 3 %  |
  | -     | desk    | 4 %  |
}
entitlement e "E" { requires { b "B": rates[seats, product].rate >= 3 % } }
"""

    assert load_sources([Source("p.policy", text)]).diagnostics == ()
