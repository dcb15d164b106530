"""A voice: says the messages of one language, from its catalogues beside this module.

A catalogue is a Fluent resource (``report.ja.ftl``): a message may choose its words by what it is told, so that no
sentence is put together of pieces whose order is that of English. Figures come as exact text and days as in the facts
(ISO 8601): both are written alike in the languages here, which a test holds against CLDR, and no float is ever made.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from copy import copy
from datetime import timedelta
from decimal import Decimal
from functools import cached_property, lru_cache
from importlib.resources import files
from typing import TYPE_CHECKING, Final

from dsl.core import Core, Days, Duration
from dsl.core.ranges import Dates, Numbers, Range, Truth, Words
from dsl.core.types import number
from dsl.diagnostics import listed
from evaluator.reasons.expander import Asked, Bound, Reason, Required, is_not_known

if TYPE_CHECKING:
    from fluent.runtime import FluentBundle
    from fluent.runtime.resolver import Message
    from fluent.runtime.types import FluentNone, FluentNumber

LANGUAGES: Final = ("en", "ja", "zh-TW")
"""Every language there is, by its tag (BCP 47); the first where none is asked for."""
ENGLISH: Final = LANGUAGES[0]
CATALOGUES: Final = ("words", "decision", "plan", "report", "rule", "timeline")
"""The catalogues of each language; one message stands in one of them."""

_ENTRY = re.compile(r"^(?P<name>[a-zA-Z][a-zA-Z0-9_-]*) *=.*(?:\n(?:[ \t}].*)?(?=\n|\Z))*", re.MULTILINE)
"""A message with its name; all of it but the first line is indented (Fluent 1.0)."""
MOST_TOLD: Final = 8
"""How many texts a list in a sentence tells of."""


class UnknownLanguage(ValueError):
    """There is no catalogue of a language; the text says which there are."""

    def __init__(self, tag: str) -> None:
        self.tag = tag
        super().__init__(f"there is no language `{tag}`; there are {listed(LANGUAGES)}")


class Voice:
    """Says messages in a language; immutable after it was made, and shared by threads."""

    def __init__(self, tag: str) -> None:
        self.tag = tag
        self.titles: Mapping[str, str] = {}

    @cached_property
    def written(self) -> Mapping[str, str]:
        """The text of every message in its catalogue, by its name: none speaks of another one."""
        told = (_ENTRY.finditer(catalogue(name, self.tag)) for name in CATALOGUES)
        return {found["name"]: found[0] for one in told for found in one}

    @cached_property
    def _bundle(self) -> FluentBundle:
        # Here and not above: with what it knows of plurals it takes a tenth of a second to come, and JSON asks for none.
        from fluent.runtime import FluentBundle

        return FluentBundle([self.tag], use_isolating=False)

    def _message(self, message: str) -> Message:
        """Return a message, parsed when it is asked for first: of more than five hundred a command says a few."""
        from fluent.runtime import FluentResource

        if not self._bundle.has_message(message):
            self._bundle.add_resource(FluentResource(self.written[message]))
        return self._bundle.get_message(message)

    def _number(self, value: int) -> FluentNumber | FluentNone:
        from fluent.runtime.types import fluent_number

        return fluent_number(value, useGrouping=False)

    def knowing(self, titles: Mapping[str, str]) -> Voice:
        """Return this voice over policies whose titles have these translations, by the titles as they are written there."""
        if not titles:
            return self
        other = copy(self)
        other.titles = titles
        return other

    def title(self, title: str) -> str:
        """Return a title of the policies in the language; one without a translation stays as it is written there."""
        return self.titles.get(title, title)

    def __call__(self, message: str, **told: str | int) -> str:
        """Return a message with what is told; whole numbers choose a plural, and are written without separators.

        Raises:
            LookupError: there is no such message, or it asks for what is not told.
        """
        if not self.has(message):
            raise LookupError(f"no message `{message}` in {self.tag}")
        pattern = self._message(message).value
        if pattern is None:
            raise LookupError(f"the message `{message}` of {self.tag} is empty")
        given = {name: self._number(value) if isinstance(value, int) else value for name, value in told.items()}
        said, errors = self._bundle.format_pattern(pattern, given)
        if errors:
            raise LookupError(f"`{message}` in {self.tag}: {'; '.join(map(str, errors))}")
        return str(said)

    def has(self, message: str) -> bool:
        """Whether there is such a message."""
        return message in self.written

    # ---- words

    def word(self, family: str, name: str) -> str:
        """Return a word of a family (``stage``, ``level``, ``unit``), or, of a name that policies give themselves, the name."""
        message = f"{family}-{name}"
        return self(message) if self.has(message) else name.replace("_", " ")

    def outcome(self, outcome: str) -> str:
        """Return an outcome of a requirement, or an eligibility."""
        return self.word("outcome", outcome)

    def held(self, truth: Truth) -> str:
        """Say whether an award is held."""
        return self("held", is_held=truth.name.lower())

    def with_level(self, title: str, level: str | None) -> str:
        """Return a title with its level, where it has one."""
        title = self.title(title)
        return title if level is None else self("with-level", title=title, level=self.word("level", level))

    # ---- lists

    def comma(self, texts: Iterable[str]) -> str:
        """Return texts behind each other."""
        return self("comma").join(texts)

    def and_so(self, said: str, *more: str) -> str:
        """Return what is said with what is told beside it."""
        return self("and-so", said=said, more=self.comma(more)) if more else said

    def semicolon(self, texts: Iterable[str]) -> str:
        """Return texts of several words behind each other."""
        return self("semicolon").join(texts)

    def either(self, texts: Iterable[str]) -> str:
        """Return texts of which one is so."""
        return self("or").join(texts)

    def both(self, texts: Iterable[str]) -> str:
        """Return texts that are all so."""
        return self("and").join(texts)

    def all_of(self, texts: Sequence[str], most: int = MOST_TOLD) -> str:
        """Return texts that are all so as a list in a sentence; a long one is cut and says so."""
        if len(texts) > most:
            return self("more-than-told", told=self.comma(texts[:most]), count=len(texts) - most)
        *others, last = texts
        return self("all-of", told=self.comma(others), last=last) if others else last

    def of(self, title: str, said: str) -> str:
        """Return what is said of a title."""
        return self("of", title=self.title(title), said=said)

    def turned(self, before: str, after: str) -> str:
        """Return what something was, and what it is then."""
        return self("turned", before=before, after=after)

    # ---- figures

    def range(self, range_: Range, unit: str | None = None) -> str:
        """Write a range in a few words, with its unit where it has one; in English as ``evaluator.reasons.expander.plain`` does."""
        match range_:
            case Truth():
                return self("truth", is_so=range_.name.lower())
            case Numbers(low=low, high=high):
                return self._between(low, high, unit)
            case Dates(low=low_day, high=high_day):
                if low_day is not None and low_day == high_day:
                    return self("never") if low_day == low_day.max else low_day.isoformat()
                if low_day is None and high_day is None:
                    return self("unknown")
                return self("between", low=str(low_day or "..."), high=str(high_day or "..."))
            case Words(options=options):
                return self("unknown") if options is None else self.either(sorted(options))
            case _:
                return str(range_)

    def _between(self, low: Decimal | None, high: Decimal | None, unit: str | None) -> str:
        if high is None:
            return self("unknown") if low is None else self("at-least", low=self.with_unit(number(low), unit))
        if low is None:
            return self("at-most", high=self.with_unit(number(high), unit))
        # The unit stands once, behind the last figure.
        most = self.with_unit(number(high), unit)
        return most if low == high else self("between", low=number(low), high=most)

    def required(self, required: Required, unit: str | None = None) -> str:
        """Write what is required in a few words, in English as ``evaluator.reasons.expander.required_text`` does."""
        match required:
            case Bound(op=op, of=of):
                return self.with_unit(f"{op} {self('unknown') if is_not_known(of) else self.range(of)}", unit)
            case Asked(kind="in_force", days=days):
                return self.semicolon(map(self.days, days))
            case Asked(kind="window", window=(first, last)):
                return self("days", has="both", first=self.range(first), last=self.range(last))
            case Asked(kind=kind, name=name):
                return self("asked", kind=kind, name=self.title(name))
            case _:
                return self("unknown") if is_not_known(required) else self.range(required, unit)

    def days(self, days: Days) -> str:
        """Write on which days something is so, the last day included."""
        last = None if days.end is None else days.end - timedelta(days=1)
        has = "none" if last is None else "last"
        if days.start is not None:
            has = "first" if last is None else "both"
        said = self("days", has=has, first=str(days.start), last=str(last))
        return self("provisional", said=said) if days.provisional else said

    def duration(self, duration: Duration) -> str:
        """Write a duration: years where the months are whole ones; in English as ``str`` does."""
        years, months = (0, duration.months) if duration.months % 12 else (duration.months // 12, 0)
        told = [self(word, count=size) for word, size in (("years", years), ("months", months)) if size]
        if duration.days or not told:
            told.append(self("days-long", count=duration.days))
        return self.both(told)

    def with_unit(self, text: str, unit: str | None) -> str:
        """Write a figure with its unit, where it has one."""
        if unit is None:
            return text
        if unit == "people":
            return self("people", figure=text, count="one" if text == "1" else "other")
        if unit == "points":
            return self("one-point") if text == "1" else self("points", figure=text)
        return self("with-unit", figure=text, unit=self.word("unit", unit.replace(" ", "_")))

    def reason(self, reason: Reason, *, with_required: bool = False) -> str:
        """Say what a requirement came to: its outcome with the points or what was observed, and perhaps what was required."""
        told: list[str] = []
        if reason.points is not None:
            told.append(self("points", figure=self.range(reason.points)))
        elif reason.observed is not None:
            told.append(self.range(reason.observed))
        if with_required and reason.points is None and reason.outcome != "met" and reason.required is not None:
            told.append(self("required", what=self.required(reason.required)))
        return self.and_so(self.outcome(reason.outcome), *told)


@lru_cache(maxsize=len(LANGUAGES))
def voice(tag: str) -> Voice:
    """Return the voice of a language.

    Raises:
        UnknownLanguage: there is none of that tag.
    """
    if tag not in LANGUAGES:
        raise UnknownLanguage(tag)
    return Voice(tag)


def voice_of(core: Core, tag: str) -> Voice:
    """Return the voice of a language over policies: it knows the translations of their titles.

    Raises:
        UnknownLanguage: there is none of that tag.
    """
    return voice(tag).knowing(core.translations.get(tag, {}))


def language(asked: str) -> str:
    """Return the tag of a language as it stands here; letters may be small or large in it (RFC 5646, 2.1.1).

    Raises:
        UnknownLanguage: there is none of that tag.
    """
    for tag in LANGUAGES:
        if tag.lower() == asked.lower():
            return tag
    raise UnknownLanguage(asked)


def catalogue(name: str, tag: str) -> str:
    """Return the text of a catalogue."""
    return files("review.languages").joinpath(f"{name}.{tag}.ftl").read_text(encoding="utf-8")


def text_width(text: str) -> int:
    """Return how many columns a text takes at a terminal: letters of full width take two."""
    return len(text) + sum(unicodedata.east_asian_width(letter) in "WF" for letter in text)


def padded(text: str, columns: int) -> str:
    """Return a text filled with spaces to as many columns."""
    return text + " " * (columns - text_width(text))


def shortened(text: str, columns: int) -> str:
    """Return a text cut to as many columns, with an ellipsis for the rest."""
    if text_width(text) <= columns:
        return text
    taken = 0
    for index, letter in enumerate(text):
        taken += text_width(letter)
        if taken > columns - 1:
            return f"{text[:index]}…"
    return text
