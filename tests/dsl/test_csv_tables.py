"""Tables as CSV and back: nothing is lost, and only what was changed is changed."""

from __future__ import annotations

import csv
import difflib
import io
from pathlib import Path

import pytest
from click.testing import CliRunner
from hypothesis import given, settings, strategies as st

from cli.main import merit
from dsl.format.csv_tables import PolicyTable, export_csv, import_csv, tables_in
from dsl.format.formatter import format_text
from dsl.source import Source, read_source

POLICIES = Path(__file__).parents[2] / "policies"
TABLES = [table for file in sorted(POLICIES.rglob("*.policy")) for table in tables_in(read_source(file))]

TEXT = """\
source book "Book"

table rooms "Rooms" {
  # the first rooms
  | room | title       | size of  | fee        | from       |
  | blue | "Blue Room" | one, two | 12,500 USD | 2023-01-01 |  cite book "Rooms" assume "all of it"  # kept
  # the later ones
  | red  | "Red Room"  | -        | 100? USD   | 2024-01-01 |  was blue
  | gold | "Gold Room" | two      | 7 USD      | -          |
}
# behind
"""


def rooms(text: str = TEXT) -> PolicyTable:
    return tables_in(Source("rooms.policy", text))[0]


def rows_of(table: PolicyTable) -> list[list[str]]:
    return list(csv.reader(io.StringIO(export_csv(table))))


def brought(table: PolicyTable, rows: list[list[str]], **dialect: str) -> str:
    out = io.StringIO()
    csv.writer(out, **dialect).writerows(rows)
    done = import_csv(table, out.getvalue())
    assert done.problems == ()
    return done.text


def changed_lines(before: str, after: str) -> list[str]:
    return [line for line in difflib.ndiff(before.splitlines(), after.splitlines()) if line[0] in "+-"]


@pytest.mark.parametrize("table", TABLES, ids=lambda table: table.name)
def test_export_then_import_is_the_identity(table):
    assert import_csv(table, export_csv(table)).text == table.source.text


@pytest.mark.parametrize("table", TABLES, ids=lambda table: table.name)
def test_rows_can_be_sorted_and_sorted_back(table):
    header, *rows = rows_of(table)

    there = brought(table, [header, *reversed(rows)])
    moved = next(one for one in tables_in(Source(table.source.name, there)) if one.name == table.name)

    assert rows_of(moved) == [header, *reversed(rows)]
    assert sorted(one.text for one in moved.comments) == sorted(one.text for one in table.comments)


def test_the_export_is_plain_cells_with_the_notes_last():
    assert export_csv(rooms()).splitlines()[:2] == [
        "room,title,size of,fee,from,notes",
        'blue,Blue Room,"one, two","12,500 USD",2023-01-01,"cite book ""Rooms"" assume ""all of it"""',
    ]


@pytest.mark.parametrize(
    ("row", "column", "value", "line"),
    [
        (
            1,
            "title",
            "Blue Hall",
            '| blue | "Blue Hall" | one, two | 12,500 USD | 2023-01-01 |  cite book "Rooms" assume "all of it"  # kept',
        ),
        (2, "fee", "250? USD", '| red  | "Red Room"  | -        | 250? USD   | 2024-01-01 |  was blue'),
        (2, "size of", "one", '| red  | "Red Room"  | one      | 100? USD   | 2024-01-01 |  was blue'),
        (
            2,
            "notes",
            'was blue assume "so"',
            '| red  | "Red Room"  | -        | 100? USD   | 2024-01-01 |  was blue assume "so"',
        ),
        (2, "notes", "", '| red  | "Red Room"  | -        | 100? USD   | 2024-01-01 |'),
        (3, "from", "2025-01-01", '| gold | "Gold Room" | two      | 7 USD      | 2025-01-01 |'),
        (3, "room", "gilt", '| gilt | "Gold Room" | two      | 7 USD      | -          |'),
    ],
)
def test_a_changed_cell_is_a_changed_line(row, column, value, line):
    table = rooms()
    rows = rows_of(table)
    rows[row][rows[0].index(column)] = value

    text = brought(table, rows)

    lines = changed_lines(TEXT, text)
    assert [one for one in lines if one[0] == "+"] == [f"+   {line}"]
    assert len(lines) == 2
    assert format_text(text) == text


def test_a_wider_cell_is_laid_out_with_its_column():
    table = rooms()
    rows = rows_of(table)
    rows[1][0] = "very_deep_blue"

    text = brought(table, rows)

    assert format_text(text) == text
    assert rows_of(rooms(text)) == rows


def test_rows_come_and_go_and_comments_stay():
    table = rooms()
    header, _, _, gold = rows_of(table)
    green = ["green", "Green Room", "two", "1 USD", "2026-01-01", 'cite book "New"']

    text = brought(table, [header, gold, green])

    assert '| green | "Green Room"' in text
    assert "# kept" in text
    assert "# the later ones" in text
    assert "blue" not in text
    assert rows_of(rooms(text)) == [header, gold, green]


@pytest.mark.parametrize("dialect", [{"delimiter": ";"}, {"delimiter": "\t"}, {"lineterminator": "\n"}])
def test_what_spreadsheets_do_to_the_file_changes_nothing(dialect):
    rows = rows_of(rooms())
    rows[1][3] = "12500 USD"
    rows.append([""] * len(rows[0]))

    assert brought(rooms(), [[f" {cell} " for cell in row] for row in rows], **dialect) == TEXT


def test_without_the_column_of_notes_these_stay():
    assert brought(rooms(), [row[:-1] for row in rows_of(rooms())]) == TEXT


def test_a_table_in_its_own_layout_keeps_it():
    loose = TEXT.replace("| red  |", "|red|")
    rows = rows_of(rooms(loose))
    rows[3][3] = "8 USD"

    assert len(changed_lines(loose, brought(rooms(loose), rows))) == 2


@pytest.mark.parametrize(
    ("column", "value", "message"),
    [
        ("from", "1.2.24", "`from`: `1.2.24` is no cell of a policy table"),
        ("fee", "5 USD | 6 USD", "`fee`: `5 USD | 6 USD` is no cell of a policy table"),
        ("fee", "5 USD |\n} table y {", "`fee`: `5 USD |\n} table y {` is no cell of a policy table"),
        ("size of", "one # two", "`size of`: `one # two` is no cell of a policy table"),
        ("title", 'The "Red" Room', "`title`: a text has neither quotes nor line breaks in it"),
        ("notes", "the letter", "`notes`: `the letter` is not what can stand behind a row"),
        ("notes", 'cite book "A" } fee x {', '`notes`: `cite book "A" } fee x {` is not what can stand behind a row'),
    ],
)
def test_a_cell_that_the_policies_cannot_take_is_told_and_nothing_changes(column, value, message):
    rows = rows_of(rooms())
    rows[2][rows[0].index(column)] = value
    out = io.StringIO()
    csv.writer(out).writerows(rows)

    done = import_csv(rooms(), out.getvalue())

    assert [(one.line, one.message) for one in done.problems] == [(3, message)]
    assert done.text == TEXT


def test_columns_must_be_those_of_the_table():
    done = import_csv(rooms(), "room,titel,size of,fee,from\n")

    assert [one.message for one in done.problems] == [
        "`rooms` has no column `titel`",
        "the column `title` is missing",
    ]
    assert done.problems[0].help == "did you mean `title`?"


@settings(deadline=None)  # the first parse reads the grammar
@given(st.text(alphabet=st.characters(codec="utf-8", exclude_characters="\r\x00"), max_size=12), st.integers(0, 5))
def test_whatever_stands_in_a_cell_the_table_takes_it_or_says_why_not(value, at):
    rows = rows_of(rooms())
    rows[1][at] = value
    out = io.StringIO()
    csv.writer(out).writerows(rows)

    done = import_csv(rooms(), out.getvalue())

    if done.problems:
        assert done.text == TEXT
    else:
        assert len(tables_in(Source("x", done.text))[0].rows) == 3
        assert done.text.endswith("# behind\n")


def test_the_command_writes_what_changed_and_refuses_what_cannot_be_loaded(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "policies").mkdir()
    file = tmp_path / "policies" / "fees.policy"
    file.write_text(
        'source book "Book"\nfacts { country: one of home, away "Country" }\n'
        "table fees {\n  | country   | fee     |\n  | home      | 100 EUR |\n  | otherwise | 150 EUR |\n}\n"
        'fee yearly "Yearly" { amount fees[country].fee }\n',
        encoding="utf-8",
    )
    before = file.read_text(encoding="utf-8")
    run = CliRunner().invoke

    out = run(merit, ["table", "export", "fees", "--out", "fees.csv"])
    same = run(merit, ["table", "import", "fees", "fees.csv"])
    edited = (tmp_path / "fees.csv").read_text(encoding="utf-8").replace("100 EUR", "120 EUR")
    (tmp_path / "fees.csv").write_text(edited, encoding="utf-8")
    check = run(merit, ["table", "import", "fees", "fees.csv", "--check"])
    unchanged = file.read_text(encoding="utf-8")
    done = run(merit, ["table", "import", "fees", "fees.csv"])
    (tmp_path / "fees.csv").write_text(edited.replace("otherwise", "nowhere"), encoding="utf-8")
    broken = run(merit, ["table", "import", "fees", "fees.csv"])
    wrong = run(merit, ["table", "export", "fee"])

    assert [one.exit_code for one in (out, same, check, done, broken, wrong)] == [0, 0, 1, 0, 3, 2]
    assert unchanged == before
    assert "+  | home      | 120 EUR |" in check.output
    assert file.read_text(encoding="utf-8") == before.replace("100 EUR", "120 EUR")
    assert "nothing was written" in broken.output
    assert "did you mean `fees`?" in wrong.output


def test_an_imported_amount_of_another_currency_is_told_in_its_own_row_also_in_the_first(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    Path("fees.policy").write_text(
        'facts { country: one of home, away, far, other "Country" }\n'
        "table fees {\n  | country | fee     |\n  | home    | 100 USD |\n  | away    | 110 USD |\n"
        "  | far     | 120 USD |\n  | other   | 150 USD |\n}\n"
        'fee yearly "Yearly" { amount fees[country].fee }\n',
        encoding="utf-8",
    )
    Path("fees.csv").write_text(
        export_csv(tables_in(read_source(Path("fees.policy")))[0]).replace("100 USD", "100 EUR")
    )

    told = CliRunner().invoke(merit, ["table", "import", "fees", "fees.csv", "--policies", "fees.policy"])

    assert told.exit_code == 3
    assert told.output.count("[C104]") == 1
    assert "100 EUR" in told.output
    assert "this column is in USD" in told.output


# ---- what spreadsheets do to a file


def with_dates(*dates: str) -> list[list[str]]:
    header, *rows = rows_of(rooms())
    at = header.index("from")
    return [header, *([*row[:at], day, *row[at + 1 :]] for row, day in zip(rows, dates, strict=True))]


def imported(rows: list[list[str]]) -> list[tuple[int, str]]:
    out = io.StringIO()
    csv.writer(out).writerows(rows)
    return [(one.line, one.message) for one in import_csv(rooms(), out.getvalue()).problems]


@pytest.mark.parametrize(
    "dates",
    [
        ("1/1/2023", "1/23/2024", "-"),
        ("1/1/2023", "23/1/2024", "-"),
        ("2023/1/1", "2024/1/23", ""),
        ("01.01.2023", "23.01.2024", "-"),
        ("1/1/2023 0:00", "1/23/2024 0:00", "-"),
        ("2023-1-1", "2024-01-23 00:00:00", ""),
    ],
    ids=["american", "british", "year first", "with points", "with the hour", "with the hour, year first"],
)  # fmt: skip
def test_dates_in_a_spreadsheets_manner_are_read_where_the_file_leaves_one_reading(dates):
    text = brought(rooms(), with_dates(*dates))

    assert rows_of(rooms(text)) == with_dates("2023-01-01", "2024-01-23", "-")
    assert "# kept" in text


def test_dates_with_two_readings_are_refused_with_both():
    assert imported(with_dates("10/3/2022", "1/1/2024", "-")) == [
        (2, "`from`: `10/3/2022` may be 2022-10-03 or 2022-03-10")
    ]


def test_dates_of_two_manners_in_one_file_are_refused():
    told = imported(with_dates("10/23/2022", "23/1/2024", "-"))

    assert [line for line, _ in told] == [2, 3]
    assert all("as no other one of the file" in message for _, message in told)


def test_a_date_that_only_the_others_make_plain_is_told():
    out = io.StringIO()
    csv.writer(out).writerows(with_dates("10/3/2022", "23/1/2024", "-"))
    one_reading = io.StringIO()
    csv.writer(one_reading).writerows(with_dates("13/10/2022", "23/1/2024", "-"))

    assert import_csv(rooms(), out.getvalue()).settled == ("10/3/2022", "2022-03-10")
    assert import_csv(rooms(), one_reading.getvalue()).settled is None


@pytest.mark.parametrize(
    ("cell", "figure"),
    [("$5,100", "5,100 USD"), ("5,100 $", "5,100 USD"), ("5,1 USD", "5.1 USD"), ("1.234,50 EUR", "1,234.5 EUR")],
)
def test_a_figure_in_a_countrys_manner_is_told_as_policies_write_it(cell, figure):
    rows = rows_of(rooms())
    rows[3][rows[0].index("fee")] = cell
    out = io.StringIO()
    csv.writer(out).writerows(rows)

    assert [one.help for one in import_csv(rooms(), out.getvalue()).problems] == [f"write `{figure}`"]


def test_headings_are_found_however_their_letters_are_written():
    header, *rows = rows_of(rooms())

    assert brought(rooms(), [[f" {name.upper()} " for name in header], *rows]) == TEXT


def test_a_point_that_may_part_thousands_is_told_with_both_readings():
    rows = rows_of(rooms())
    rows[3][rows[0].index("fee")] = "5.100 USD"

    assert imported(rows) == [(4, "`fee`: `5.100 USD` may be 5,100 USD or 5.1 USD")]


def test_a_date_in_a_column_of_texts_is_a_text():
    rows = rows_of(rooms())
    rows[1][1] = "10/3/2022"

    assert '"10/3/2022"' in brought(rooms(), rows)


def test_the_encoding_of_one_computer_is_refused_with_what_to_do(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    Path("rooms.policy").write_text(TEXT, encoding="utf-8")
    text = export_csv(rooms()).replace("Blue Room", "Grüner Raum")
    Path("old.csv").write_bytes(text.encode("cp1252"))
    Path("utf8.csv").write_bytes(text.encode("utf-8-sig"))

    refused = CliRunner().invoke(merit, ["table", "import", "rooms", "old.csv", "--policies", "rooms.policy"])
    taken = CliRunner().invoke(merit, ["table", "import", "rooms", "utf8.csv", "--policies", "rooms.policy"])

    assert refused.exit_code == 3
    assert "line 2 is not UTF-8: `blue,Grüner Raum" in refused.output
    assert "CSV UTF-8 (comma delimited)" in refused.output
    assert (taken.exit_code, "Grüner Raum" in Path("rooms.policy").read_text(encoding="utf-8")) == (0, True)
