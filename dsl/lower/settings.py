"""Settings and windows of a rule, each with the days it is said for."""

from __future__ import annotations

from collections.abc import Sequence

from dsl import core as c, document as d
from dsl.core.types import overlap
from dsl.diagnostics import Label
from dsl.lower.scope import Names, Scope
from dsl.lower.values import Values


class Settings:
    """Lowers what a rule says beside its requirement."""

    names: Names
    values: Values

    def _dated_setting(
        self, found: Sequence[tuple[d.Setting, c.Days, tuple[d.Notes, ...]]], scope: Scope, expected: c.Type | None
    ) -> c.Expr | None:
        versions: list[c.DatedValue] = []
        for setting, days, around in found:
            value = self.values.number(setting.value, scope, expected)
            if value is None:
                return None
            if setting.word == "amount" and value.type.kind != "money":
                self.names.report(
                    "C104",
                    f"this is {value.type.phrase}, where an amount of money is expected",
                    setting.value.origin,
                    "write its currency behind it: `4,730 USD`",
                )
                return None
            versions.append(c.DatedValue(days, value, self.names.basis(setting.notes, around)))
        self._apart([(setting, days) for setting, days, _ in found])
        if not versions:
            return None
        first = versions[0]
        if len(versions) == 1 and first.days == c.ALWAYS and first.basis == c.NO_BASIS:
            return first.value
        return c.Dated(versions=tuple(versions), type=first.value.type, origin=found[0][0].origin)

    def _apart(self, found: Sequence[tuple[d.Setting | d.Window, c.Days]]) -> None:
        for index, (node, days) in enumerate(found):
            for other, other_days in found[:index]:
                # What is said for some days goes before what is said for all.
                if overlap(days, other_days) and (c.ALWAYS not in (days, other_days) or days == other_days):
                    self.names.report(
                        "C402",
                        f"`{node.word}` is said twice for the same days",
                        node.origin,
                        "keep one, or date them with `from`",
                        labels=[Label(other.origin, "the other one")],
                    )

    def _setting(
        self, word: str, found: Sequence[tuple[d.Setting, c.Days, tuple[d.Notes, ...]]], scope: Scope
    ) -> tuple[c.SettingVersion, ...]:
        versions: list[c.SettingVersion] = []
        for setting, days, around in found:
            if word in ("lost after", "valid"):
                value = self.values.lower(setting.value, scope, c.DURATION)
                if value is not None and value.type.kind != "duration":
                    self.names.report(
                        "C104",
                        f"this is {value.type.phrase}, where a duration is expected",
                        setting.value.origin,
                        "write for example `30 days` or `1 year`",
                    )
                    value = None
            else:
                value = self.values.day(setting.value, scope)
            if value is not None:
                versions.append(c.SettingVersion(days=days, value=value, basis=self.names.basis(setting.notes, around)))
        self._apart([(setting, days) for setting, days, _ in found])
        return tuple(sorted(versions, key=lambda version: version.days == c.ALWAYS))

    def _window(
        self, found: Sequence[tuple[d.Window, c.Days, tuple[d.Notes, ...]]], scope: Scope
    ) -> tuple[c.SettingVersion, ...]:
        versions: list[c.SettingVersion] = []
        for window, days, around in found:
            bounds = self.values.range(window.range, scope)
            if bounds is not None:
                versions.append(c.SettingVersion(days=days, value=bounds, basis=self.names.basis(window.notes, around)))
        self._apart([(window, days) for window, days, _ in found])
        return tuple(sorted(versions, key=lambda version: version.days == c.ALWAYS))
