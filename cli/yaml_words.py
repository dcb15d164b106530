"""What a YAML parser says of a text, in words for people who write scenarios and facts."""

from __future__ import annotations

import re
from dataclasses import dataclass

import yaml
from yaml.reader import ReaderError

NO_DATA = "this is neither YAML nor JSON"
"""What is said of a text where nothing better is known."""


@dataclass(frozen=True, slots=True)
class Said:
    """A message, advice, and the offset it is about."""

    message: str
    help: str
    at: int


@dataclass(frozen=True, slots=True)
class _Words:
    pattern: re.Pattern[str]
    message: str
    help: str
    where_it_began: bool = False
    """Told at what was begun, not at the place where the parser gave up."""


_ALL = (
    _Words(re.compile(r"found character '\\t'"), "a tab stands where only blanks may stand", "indent with blanks"),
    _Words(
        re.compile(r"found character '(?P<sign>.)' that cannot start"),
        "`{sign}` cannot begin a value",
        "put the text in quotes",
    ),
    _Words(
        re.compile(r"mapping values are not allowed"),
        "this `:` does not stand behind a name",
        "put a text with a colon in quotes, and indent names of one level alike",
    ),
    _Words(
        re.compile(r"could not find expected ':'"),
        "a `:` is missing in this line",
        "write it behind the name; an item of a list begins with `- `",
        where_it_began=True,
    ),
    _Words(
        re.compile(r"expected ',' or '(?P<sign>[}\]])', but got '<stream end>'"),
        "what begins here is not closed",
        "write `{sign}` behind the last entry",
        where_it_began=True,
    ),
    _Words(
        re.compile(r"expected ',' or '(?P<sign>[}\]])'"),
        "a `,` or the closing `{sign}` is missing before this",
        "write `,` between entries, and `{sign}` behind the last",
    ),
    _Words(
        re.compile(r"found unexpected end of stream"),
        "a text in quotes is not closed",
        "write the closing quote",
        where_it_began=True,
    ),
    _Words(
        re.compile(r"but found '<stream end>'"),
        "the data end before they are complete",
        "write the value, or close the bracket",
    ),
    _Words(
        re.compile(r"expected <block end>, but found '<scalar>'"),
        "the text goes on behind its closing quote",
        "a quote inside quotes is written twice",
    ),
    _Words(
        re.compile(r"but found '(?P<sign>[}\]])'"),
        "this `{sign}` closes nothing",
        "delete it, or open the bracket before it",
    ),
    _Words(
        re.compile(r"expected <block end>"),
        "this line does not belong to what stands above it",
        "indent it like its neighbours; an item of a list begins with `- `",
    ),
    _Words(
        re.compile(r"found unknown escape character '(?P<sign>.)'"),
        "`\\{sign}` means nothing in double quotes",
        "write single quotes, or `\\\\`",
    ),
    _Words(
        re.compile(r"expected '<document start>'"),
        "this stands behind the end of the data",
        "look at the brackets and the indentation before it",
    ),
)


def said_of(error: yaml.YAMLError, text: str) -> Said:
    """Return what is wrong with a text, as plainly as it can be told."""
    if isinstance(error, ReaderError):
        return Said("a character stands here that no text has", "delete it", min(int(error.position), len(text)))
    if not isinstance(error, yaml.MarkedYAMLError):
        return Said(NO_DATA, "look for a missing quote or bracket", 0)
    at = error.problem_mark.index if error.problem_mark is not None else 0
    began = error.context_mark.index if error.context_mark is not None else at
    for words in _ALL:
        found = words.pattern.search(error.problem or "")
        if found:
            signs = found.groupdict()
            place = min(began if words.where_it_began else at, len(text))
            return Said(words.message.format(**signs), words.help.format(**signs), place)
    return Said(NO_DATA, "look for a missing quote, bracket or blank", min(at, len(text)))
