"""Tables as Excel workbooks and back: figures and days are such, come back as they were, and problems name their cell."""

from __future__ import annotations

import io
from collections.abc import Callable
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from click.testing import CliRunner, Result
from hypothesis import given, settings, strategies as st

from cli import table as command
from cli.main import merit
from dsl.format.csv_tables import PolicyTable, import_rows, tables_in
from dsl.format.formatter import format_text
from dsl.format.spreadsheets import Unreadable
from dsl.format.workbooks import column_letters, export_workbook, workbook_rows
from dsl.source import Source, read_source

POLICIES = Path(__file__).parents[2] / "policies"
TABLES = [table for file in sorted(POLICIES.rglob("*.policy")) for table in tables_in(read_source(file))]

TEXT = """\
source guide "Guide" read 2023-01-01

facts {
  seats: count "Seats"
  market: one of larger, other "Market"
}
table rates "Rates" by market, seats {
  # the larger ones
  | market | seats      | rate   | fee             | title     | from       |
  | larger | < 5        | 2 %    | 1,000.50 USD    | "= First" | 2023-06-01 |  cite guide "Rates"  # kept
  | larger | 5 to 9     | 3.25 % | 100? USD        | "Second"  | 2023-06-01 |
  | larger | >= 10      | 4 %    | unknown USD     | "Third"   | 2023-06-01 |
  | other  | < 5, >= 10 | 5 %    | 12,345,678 USD  | "Fourth"  | 2023-06-01 |
  | other  | 5 to 9     | 6 %    | 0.000001 USD    | "Fifth"   | 2023-06-01 |
}
fee fee { amount rates[market, seats].fee }
"""


def rates(text: str = TEXT) -> PolicyTable:
    return tables_in(Source("rates.policy", text))[0]


def edited(data: bytes, edit: Callable[[Any], None]) -> bytes:
    book = openpyxl.load_workbook(io.BytesIO(data))
    edit(book.worksheets[0])
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def brought(table: PolicyTable, data: bytes) -> str:
    rows, problems = workbook_rows(table, data)
    assert problems == []
    done = import_rows(table, rows)
    assert done.problems == ()
    return done.text


@pytest.mark.parametrize("table", TABLES, ids=lambda table: table.name)
def test_export_then_import_is_the_identity(table: PolicyTable) -> None:
    assert brought(table, export_workbook(table)) == table.source.text


def test_figures_are_numbers_and_days_are_days_where_they_come_back_exactly() -> None:
    sheet = openpyxl.load_workbook(io.BytesIO(export_workbook(rates()))).worksheets[0]

    assert (sheet.title, sheet.freeze_panes) == ("rates", "A2")
    assert [cell.value for cell in sheet[1]] == ["market", "seats", "rate", "fee", "title", "from", "notes"]
    assert [(cell.value, cell.number_format) for cell in sheet["D"]][1:] == [
        (1000.5, '#,##0.00 "USD"'),
        ("100? USD", "General"),
        ("unknown USD", "General"),
        (12345678, '#,##0 "USD"'),
        (0.000001, '#,##0.000000 "USD"'),
    ]
    assert (sheet["F5"].value, sheet["F5"].number_format) == (datetime.fromisoformat("2023-06-01"), "yyyy-mm-dd")
    # What begins as a formula does is a text.
    assert (sheet["E2"].value, sheet["E2"].data_type) == ("= First", "s")
    assert sheet["G2"].value == 'cite guide "Rates"'
    assert brought(rates(), export_workbook(rates())) == TEXT


def test_only_what_was_changed_is_changed() -> None:
    def edit(sheet: Any) -> None:
        sheet["D2"] = 1200
        sheet["C3"] = 3.5
        sheet["B5"] = "< 5, > 9"
        sheet["F6"] = date(2023, 7, 1)

    text = brought(rates(), edited(export_workbook(rates()), edit))

    expected = TEXT.replace("1,000.50 USD ", "1,200.00 USD ").replace("3.25 %", "3.50 %")
    expected = expected.replace("< 5, >= 10", "< 5, > 9").replace('"Fifth"   | 2023-06-01', '"Fifth"   | 2023-07-01')
    assert format_text(text)[0] == format_text(expected)[0]


def test_a_row_put_in_leaves_the_notes_and_comments_of_those_beside_it() -> None:
    def edit(sheet: Any) -> None:
        sheet["B2"] = "< 3"
        sheet.insert_rows(3)
        for column, value in enumerate(("larger", "3 to 4", "2.5 %", "1 USD", "New", "-"), start=1):
            sheet.cell(3, column).value = value

    lines = [line.strip() for line in brought(rates(), edited(export_workbook(rates()), edit)).splitlines()]

    [first] = [line for line in lines if "< 3" in line]
    [new] = [line for line in lines if "3 to 4" in line]
    assert first.endswith('cite guide "Rates"  # kept')
    assert new.endswith("|")
    assert lines.index(new) == lines.index(first) + 1


@pytest.mark.parametrize(
    ("value", "format_", "read"),
    [
        (0.2, "0%", "20 %"),
        (0.125, "0.0%", "12.5 %"),
        (20, 'General "%"', "20 %"),
        (5100, '"$"#,##0', "$5,100"),
        (5100, "[$EUR] #,##0.00", "5,100.00 EUR"),
        (0.1, "General", "0.1"),
        (1e-06, "General", "0.000001"),
        (1234567, "General", "1,234,567"),
        (True, "General", "yes"),
        (datetime.fromisoformat("2023-05-01"), "General", "2023-05-01"),
    ],
)
def test_a_cell_is_read_as_its_format_shows_it(value: Any, format_: str, read: str) -> None:
    def edit(sheet: Any) -> None:
        sheet["C2"] = value
        if not isinstance(value, datetime):
            sheet["C2"].number_format = format_

    rows, problems = workbook_rows(rates(), edited(export_workbook(rates()), edit))

    assert problems == []
    assert rows[1][2] == read


@settings(deadline=None, max_examples=25)
@given(st.decimals(min_value=0, max_value=10**14, places=6, allow_nan=False))
def test_a_figure_comes_back_to_the_last_digit(value: Decimal) -> None:
    table = rates(TEXT.replace("1,000.50 USD", f"{value:f} USD"))

    assert brought(table, export_workbook(table)) == table.source.text


def write(data: bytes, name: str = "rates.xlsx") -> None:
    Path(name).write_bytes(data)


def run(*words: str) -> Result:
    return CliRunner().invoke(merit, ["table", *words, "--policies", "rates.policy"])


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    Path("rates.policy").write_text(TEXT, encoding="utf-8")
    return tmp_path


def test_the_commands_write_and_read_workbooks(folder: Path) -> None:
    out = run("export", "rates", "--out", "rates.xlsx")
    same = run("import", "rates", "rates.xlsx")
    write(edited(Path("rates.xlsx").read_bytes(), lambda sheet: sheet.cell(2, 3).__setattr__("value", 2.5)))
    check = run("import", "rates", "rates.xlsx", "--check")
    done = run("import", "rates", "rates.xlsx")
    no_file = run("export", "rates", "--format", "xlsx")

    assert [one.exit_code for one in (out, same, check, done, no_file)] == [0, 0, 1, 0, 2]
    assert "5 rows of rates" in out.output
    assert "2.5 %" in check.output
    assert "| larger | < 5        | 2.5 %" in (folder / "rates.policy").read_text(encoding="utf-8")
    assert "--out FILE" in no_file.output


@pytest.mark.parametrize(
    ("cell", "value", "told"),
    [
        ("D2", "1.234 USD", "rates.xlsx!D2: error: `fee`: `1.234 USD` may be 1,234 USD or 1.234 USD"),
        ("F3", datetime.fromisoformat("2023-05-01T12:30"), "rates.xlsx!F3: error: this is a time of a day"),
        ("C4", "=1+1", "rates.xlsx!C4: error: this formula was never reckoned"),
        ("A1", "markets", "rates.xlsx!A1: error: `rates` has no column `markets`"),
        # What only the check of the policies finds is told by the cell that it stands in.
        ("A6", "othr", "rates.xlsx!A6: rates.policy:14:5: error: I do not know the value `othr`"),
        ("D5", "5 EUR", "rates.xlsx!D5: rates.policy:13:"),
        ("B4", "> 10", "has no row for market larger, seats 10"),
        ("G3", "because", "rates.xlsx!G3: error: `notes`: `because` is not what can stand behind a row"),
    ],
)
def test_a_problem_is_told_by_its_cell_and_nothing_is_written(folder: Path, cell: str, value: Any, told: str) -> None:
    def edit(sheet: Any) -> None:
        sheet[cell] = value

    write(edited(export_workbook(rates()), edit))

    refused = run("import", "rates", "rates.xlsx")

    assert refused.exit_code == 3
    assert told in refused.output
    assert (folder / "rates.policy").read_text(encoding="utf-8") == TEXT


def test_what_is_no_workbook_or_has_other_sheets_is_refused(folder: Path) -> None:
    book = openpyxl.load_workbook(io.BytesIO(export_workbook(rates())))
    book.worksheets[0].title = "Sheet 1"
    book.create_sheet("Sheet 2")
    book.save("two.xlsx")
    write(b"PK\x03\x04 and no more", "torn.xlsx")
    write(b"\xd0\xcf\x11\xe0 and no more", "old.xls")

    told = {name: run("import", "rates", name) for name in ("two.xlsx", "torn.xlsx", "old.xls")}

    assert {name: one.exit_code for name, one in told.items()} == dict.fromkeys(told, 3)
    assert "none is called `rates`" in told["two.xlsx"].output
    assert "no Excel workbook" in told["torn.xlsx"].output
    assert "Excel Workbook (*.xlsx)" in told["old.xls"].output
    with pytest.raises(Unreadable):
        workbook_rows(rates(), b"PK\x03\x04")


def test_without_the_extra_it_is_told_what_to_install(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write(export_workbook(rates()))
    monkeypatch.setattr(command, "find_spec", lambda _: None)

    told = [run("export", "rates", "--out", "new.xlsx"), run("import", "rates", "rates.xlsx")]

    assert [one.exit_code for one in told] == [2, 2]
    assert all("merit[excel]" in one.output for one in told)
    assert not Path("new.xlsx").exists()


def test_columns_are_called_as_spreadsheets_do() -> None:
    assert [column_letters(index) for index in (0, 25, 26, 701, 702)] == ["A", "Z", "AA", "ZZ", "AAA"]
