"""Rules as an outline: their versions, requirements and figures as data with words, without anybody's facts."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from dsl import core as c
from dsl.codec import decimal_text
from dsl.core.points import most_points
from dsl.core.references import expressions, reads_of, walk
from dsl.core.walk import children, topmost
from dsl.source import Span
from evaluator.reasons import unit_of
from evaluator.sentence import Speaker, TimelessSpeaker, duration

Json = Any


def rule_line(rule: c.Rule) -> dict[str, Json]:
    """Return a rule as a list shows it (``schemas/rule_list``)."""
    return {
        "id": rule.id,
        "kind": rule.kind,
        "title": rule.title,
        **({"level": rule.level} if rule.level is not None else {}),
        "levels": list(rule.levels),
        **({"area": rule.area} if rule.area is not None else {}),
        "in_force": [_days(version.days) for version in rule.versions],
    }


def rule_outline(core: c.Core, rule: c.Rule, day: date | None) -> dict[str, Json]:
    """Return a rule in words (``schemas/rule``).

    Args:
        core: the policies.
        rule: one of its rules.
        day: tell what is in force on this day only; None: all versions, with their days.
    """
    outline = _Outline(core, TimelessSpeaker(core) if day is None else Speaker(core, day), day)
    now = rule.version_on(day) if day is not None else None
    versions = list(rule.versions) if day is None else [now] if now is not None else []
    reads = reads_of(core, [rule])
    return {
        **rule_line(rule),
        **({"as_of": day.isoformat()} if day is not None else {}),
        **({"was": list(rule.was)} if rule.was else {}),
        "at": _at(rule.origin),
        "versions": [outline.version(version) for version in versions],
        "names": [outline.named(named) for named in outline.names(versions)],
        "certifications": outline.certifications(versions),
        "reads": {"facts": list(reads.facts), "measures": list(reads.measures), "records": list(reads.records)},
    }


@dataclass(frozen=True, slots=True)
class _Outline:
    core: c.Core
    words: Speaker
    day: date | None

    def version(self, version: c.RuleVersion) -> dict[str, Json]:
        result: dict[str, Json] = {"title": version.title, "valid": _days(version.days), **_basis(version.basis)}
        if version.requirement is not None:
            result["says"] = self.words.say(version.requirement)
            result["requirements"] = [self.requirement(found) for found in topmost(version.requirement, self.day)]
        if version.amount is not None:
            result["amount"] = self.value(version.amount)
        if version.stage is not None:
            result["stages"] = [self.stage(branch) for branch in version.stage.branches]
        if version.options:
            result["options"] = [self.option(option) for option in version.options if self.words.is_told(option.days)]
        if version.effects:
            result["effects"] = self.effects(version.effects)
        settings = [
            self.setting(name, one)
            for name, all_ in version.settings.items()
            for one in all_
            if self.words.is_told(one.days)
        ]
        settings.extend(self.stated(version))
        if settings:
            result["settings"] = settings
        result["at"] = _at(version.origin)
        return result

    def requirement(self, node: c.Requirement) -> dict[str, Json]:
        result: dict[str, Json] = {
            "code": node.code,
            "title": node.title,
            "part": node.part,
            **self.value(node.value),
        }
        if node.part != "condition" and self.day is not None:
            most = most_points(node.value, self.day)
            if most is not None:
                result["out_of"] = decimal_text(most)
        if node.days != c.ALWAYS:
            result["valid"] = _days(node.days)
        result |= _basis(node.basis)
        if node.was:
            result["was"] = list(node.was)
        result["at"] = _at(node.origin)
        parts = [self.requirement(found) for found in topmost(node.value, self.day)]
        if parts:
            result["parts"] = parts
        return result

    def value(self, node: c.Expr) -> dict[str, Json]:
        result: dict[str, Json] = {"says": self.words.say(node)}
        figures = [_figure(found) for found in self.figures(node)]
        if figures:
            result["figures"] = figures
        return result

    def figures(self, node: c.Expr) -> Iterator[c.Literal]:
        """Yield the figures of a node, not those of requirements inside, as these tell their own."""
        match node:
            case c.Literal(value=bool() | str()) | c.Requirement():
                return
            case c.Literal():
                yield node
            case c.Gate(value=value):
                # What decides whether it counts stands beside the figures, as a condition.
                yield from self.figures(value)
            case c.Lookup(key=key):
                # The figures are the cells'; what the key is reckoned from is none of them.
                yield from (
                    found for child in children(node, self.day) if child is not key for found in self.figures(child)
                )
            case _:
                for child in children(node, self.day):
                    yield from self.figures(child)

    def stage(self, branch: c.Branch) -> dict[str, Json]:
        said = self.words.say(branch.when) if branch.when is not None else "otherwise"
        return {"stage": branch.name, "says": said, **_basis(branch.basis), "at": _at(branch.origin)}

    def option(self, option: c.Option) -> dict[str, Json]:
        found = topmost(option.requirement, self.day) if option.requirement is not None else ()
        return {
            "option": option.name or "no_choice",
            "code": option.code,
            "title": option.title,
            "valid": _days(option.days),
            "requirements": [self.requirement(each) for each in found],
            "effects": self.effects(option.effects),
            **_basis(option.basis),
            "at": _at(option.origin),
        }

    def effects(self, effects: Iterable[c.Effect]) -> list[dict[str, Json]]:
        return [self.effect(effect) for effect in effects if self.words.is_told(effect.days)]

    def effect(self, effect: c.Effect) -> dict[str, Json]:
        result: dict[str, Json] = {"effect": effect.verb, "of": list(effect.names)}
        if effect.when is not None:
            result["when"] = self.words.say(effect.when)
        if effect.up_to is not None:
            result["up_to"] = self.words.say(effect.up_to)
        if effect.days != c.ALWAYS:
            result["valid"] = _days(effect.days)
        return {**result, **_basis(effect.basis)}

    def stated(self, version: c.RuleVersion) -> Iterator[dict[str, Json]]:
        told = (
            ("badge", "as soon as the requirements are met", version.immediate_badge),
            ("pick", "at most one option", version.at_most_one),
            ("pick", "exactly one option", version.must_choose),
        )
        for name, said, all_ in told:
            for one in all_:
                if self.words.is_told(one.days):
                    yield {"setting": name, "says": said, "valid": _days(one.days), **_basis(one.basis)}

    def setting(self, name: str, setting: c.SettingVersion) -> dict[str, Json]:
        if isinstance(setting.value, tuple):
            said = f"from {self.words.say(setting.value[0])} through {self.words.say(setting.value[1])}"
        else:
            said = self.words.say(setting.value)
        return {"setting": name, "says": said, "valid": _days(setting.days), **_basis(setting.basis)}

    def names(self, versions: Sequence[c.RuleVersion]) -> list[c.NamedDecl]:
        """Return the figures and measures that versions speak of by name, and those that these speak of."""
        found: dict[str, None] = {}
        todo = list(self.nodes(versions))
        while todo:
            node = todo.pop(0)
            if isinstance(node, c.Named) and node.name not in found:
                found[node.name] = None
                todo.extend(walk(self.core.named[node.name].value, self.day))
        return [self.core.named[name] for name in found]

    def certifications(self, versions: Sequence[c.RuleVersion]) -> list[dict[str, Json]]:
        """Return the lists of certifications that versions speak of, with what counts."""
        named = (node for each in self.names(versions) for node in walk(each.value, self.day))
        lists: dict[str, c.CertificationList] = {}
        for node in (*self.nodes(versions), *named):
            if isinstance(node, c.People | c.DifferentPeople):
                lists.update((each.name, each) for each in node.lists)
        return [
            {
                "name": each.name,
                "title": each.title,
                "entries": [
                    {
                        "certification": entry.certification,
                        **self.spelt(entry.certification),
                        "valid": _days(entry.days),
                        **_basis(entry.basis),
                    }
                    for entry in each.entries
                    if self.words.is_told(entry.days)
                ],
            }
            for each in lists.values()
        ]

    def spelt(self, certification: str) -> dict[str, Json]:
        spellings = self.core.spellings_of(certification)
        return {"also_spelt": list(spellings)} if spellings else {}

    def nodes(self, versions: Sequence[c.RuleVersion]) -> Iterator[c.Expr]:
        """Yield every node of versions."""
        for version in versions:
            for part in expressions(version, self.day):
                yield from walk(part, self.day)

    def named(self, named: c.NamedDecl) -> dict[str, Json]:
        return {
            "name": named.name,
            "title": named.title,
            "type": str(named.type),
            "may_be_supplied": named.supplied,
            **self.value(named.value),
            "at": _at(named.origin),
        }


def _figure(node: c.Literal) -> dict[str, Json]:
    match node.value:
        case None if node.least is not None:
            value = f"at least {decimal_text(node.least)}"
        case None:
            value = "unknown"
        case Decimal():
            value = decimal_text(node.value)
        case c.Duration():
            value = duration(node.value)
        case _:
            value = str(node.value)
    unit = unit_of(node.type)
    return {
        "value": value,
        **({"unit": unit} if unit else {}),
        "provisional": node.provisional,
        "at": _at(node.origin),
    }


def _basis(basis: c.Basis) -> dict[str, Json]:
    result: dict[str, Json] = {}
    if basis.cites:
        result["cite"] = [{"source": cite.source, "place": cite.place} for cite in basis.cites]
    if basis.assumes:
        result["assumptions"] = list(basis.assumes)
    if basis.seen is not None:
        result["seen"] = basis.seen.isoformat()
    return result


def _days(days: c.Days) -> dict[str, Json]:
    return {
        **({"from": days.start.isoformat()} if days.start is not None else {}),
        **({"until": days.end.isoformat()} if days.end is not None else {}),
        **({"provisional": True} if days.provisional else {}),
    }


def _at(origin: Span) -> str:
    return f"{origin.source.name}:{origin.line}"
