"""Settings of a rule on a day: when it is checked, renewed and lost."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from dsl import core as c
from dsl.core.ranges import Dates, Span
from evaluator.explanation import Explanation
from evaluator.moment import Decides, Moment


class Settings:
    """Reads the settings of a moment's rule, in the version of its day."""

    def __init__(self, interpreter: Decides) -> None:
        self.interpreter = interpreter

    def decided(self, at: Moment, word: str) -> list[Explanation]:
        """Decide the value (or both ends of the window) of a setting, if the rule has it."""
        return [self.interpreter.evaluate(value, at) for value in self.written(at, word)]

    def written(self, at: Moment, word: str) -> tuple[c.Expr, ...]:
        """Return the value (or both ends of the window) of a setting as it is written, if the rule has it."""
        return written_on(at.rule, at.day, word) if at.rule is not None else ()

    def window(self, at: Moment, word: str) -> tuple[date, date] | None:
        """Return first and last day of a setting that is a window, None without one."""
        return window_of(self.decided(at, word))

    def duration(self, at: Moment, word: str, default: c.Duration) -> c.Duration | None:
        """Return the duration of a setting; the default without one, None where it is not known."""
        return duration_of(self.decided(at, word), default)


def written_on(rule: c.Rule, day: date, word: str) -> tuple[c.Expr, ...]:
    """Return the value (or both ends of the window) of a setting as a rule has it on a day; nothing where it has none."""
    version = next((v for v in rule.versions if day in v.days), None)
    for setting in version.settings.get(word, ()) if version is not None else ():
        if day in setting.days:
            return setting.value if isinstance(setting.value, tuple) else (setting.value,)
    return ()


def day_of(decided: Sequence[Explanation]) -> date | None:
    """Return the day of a setting as decided, None without one."""
    for found in decided:
        return found.range.exact if isinstance(found.range, Dates) else None
    return None


def window_of(decided: Sequence[Explanation]) -> tuple[date, date] | None:
    """Return first and last day of a window as decided, None without one."""
    days = [found.range.exact for found in decided if isinstance(found.range, Dates)]
    return (days[0], days[1]) if len(days) == 2 and days[0] is not None and days[1] is not None else None


def duration_of(decided: Sequence[Explanation], default: c.Duration) -> c.Duration | None:
    """Return a duration as decided; the default without one, None where it is not known."""
    for found in decided:
        return found.range.duration if isinstance(found.range, Span) else default
    return default
