"""YAML and JSON are read exactly: no floats, no dates, no words that become flags."""

from __future__ import annotations

from decimal import Decimal

import pytest

from cli.data_files import DataErrors, read_data
from dsl.source import Source

VALUES = [
    ("2.14", Decimal("2.14")),
    ("0.10", Decimal("0.10")),
    ("-3", -3),
    ("3", 3),
    ("007", "007"),
    ("1e3", "1e3"),
    ("1_000", "1_000"),
    (".5", ".5"),
    ("2022-10-03", "2022-10-03"),
    ("2022-02-30", "2022-02-30"),
    ("12:30", "12:30"),
    ("true", True),
    ("false", False),
    ("yes", "yes"),
    ("off", "off"),
    ("none", "none"),
    ("null", None),
    ("~", None),
    ('"3"', "3"),
    ("'true'", "true"),
    ("[1, {a: 2.50}]", [1, {"a": Decimal("2.50")}]),
    ('{"a": {"b": []}}', {"a": {"b": []}}),
    ("", None),
    ("[&a {b: 1}, *a]", [{"b": 1}, {"b": 1}]),
]

BOMB = "\n".join(["- &l0 [" + "x," * 9 + "]", *(f"- &l{i} [{f'*l{i - 1},' * 9}]" for i in range(1, 12))])


@pytest.mark.parametrize(("text", "value"), VALUES)
def test_values_are_what_is_written(text, value):
    read = read_data(Source("x.yaml", text)).value

    assert read == value
    assert type(read) is type(value)


def test_every_value_has_its_place():
    data = read_data(Source("x.yaml", "a:\n  - b: 1\n    c/d: 2\n"))

    assert data.place("/a/0/b").line == 2
    assert data.place("/a/0/c~1d").text == "c/d"


def test_what_is_not_there_has_the_place_of_what_is_around_it():
    data = read_data(Source("x.yaml", "a:\n  b: {}\n"))

    assert data.place("/a/b/c/d").text == "b"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("a: [", "the data end before they are complete"),
        ("a: [1", "what begins here is not closed"),
        ("a: 1\na: 2", "`a` is given twice"),
        ("a: &x [*x]", "`*x` means nothing before it"),
        (BOMB, "this has too many values"),
        ("? [a]\n: 1", "a key is a word"),
        ("[" * 100 + "]" * 100, "this is nested too deeply"),
        ("[" * 100_000, "this is nested too deeply"),
        ("a: \x00", "a character stands here that no text has"),
        ("a:\n\tb: 1", "a tab stands where only blanks may stand"),
        ("a: @x", "`@` cannot begin a value"),
        ("a: b: c", "this `:` does not stand behind a name"),
        ("a:\n  x: 1\n  b\n  c: 1", "a `:` is missing in this line"),
        ("{a: 1 b: 2}", "a `,` or the closing `}` is missing before this"),
        ('a: "x', "a text in quotes is not closed"),
        ("a: 'it's'", "the text goes on behind its closing quote"),
        ("x: [a]]", "this `]` closes nothing"),
        ("a: b\n- c", "this line does not belong to what stands above it"),
        ('a: "\\q"', "`\\q` means nothing in double quotes"),
        ("{a: 1} b", "this stands behind the end of the data"),
        ("a: |x", "this is neither YAML nor JSON"),
        ("a: 1\n---\nb: 2", "a second document begins here"),
    ],
)
def test_what_cannot_be_read_exactly_is_refused(text, message):
    with pytest.raises(DataErrors) as caught:
        read_data(Source("x.yaml", text))

    assert caught.value.problems[0].message == message


def test_what_is_not_closed_is_told_where_it_was_opened():
    with pytest.raises(DataErrors) as caught:
        read_data(Source("x.yaml", 'a: 1\nb: "x\n'))

    assert [(one.span.line, one.span.column) for one in caught.value.problems] == [(2, 4)]
