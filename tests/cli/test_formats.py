"""Output formats stand in one registry, and every command uses it."""

from __future__ import annotations

from pathlib import Path

import click
import pytest

from cli.main import merit
from review.formats.registry import FORMATS

ROOT = Path(__file__).parents[2]


def choices() -> dict[str, list[str]]:
    """Return the formats that each command offers."""
    context = click.Context(merit)
    found: dict[str, list[str]] = {}
    for name in merit.list_commands(context):
        command = merit.get_command(context, name)
        assert command is not None
        for option in command.params:
            if "--format" in option.opts:
                assert isinstance(option.type, click.Choice)
                found[name] = list(option.type.choices)
    return found


def test_every_command_offers_the_formats_of_the_registry() -> None:
    offered = choices()

    assert offered.keys() == {name.partition(" ")[0] for name in FORMATS}
    for command, names in offered.items():
        tables = [table for name, table in FORMATS.items() if name.partition(" ")[0] == command]
        assert names == list(dict.fromkeys(name for table in tables for name in table)), command


@pytest.mark.parametrize(
    ("arguments", "first"),
    [
        ("check policies --format json", "[]"),
        ("check wrong --format github", "::error file=wrong"),
        ("check wrong --format sarif", "{"),
        ("explain designation.cloud --format json", "["),
        ("test policies --format junit", "<?xml"),
        ("test policies --format markdown", "**"),
        ("test policies --coverage --format lcov", "TN:"),
        ("test policies --coverage --format json", "{"),
    ],
)
def test_a_format_is_written_alone(arguments: str, first: str, run_merit) -> None:
    _, output = run_merit(*arguments.split())

    assert output.startswith(first)


def test_a_stranger_is_led_to_the_registry() -> None:
    assert "review/formats" in (ROOT / "dsl/core/README.md").read_text(encoding="utf-8")
