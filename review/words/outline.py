"""A rule in words as JSON (``schemas/rule``), as the service and `explain` give it: without anybody's facts."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any, assert_never

from dsl import core as c
from dsl.core.points import most_points
from dsl.core.references import reads_of
from dsl.core.walk import by_role, children
from dsl.json_values import decimal_text
from dsl.source import Span
from evaluator.decision import kind_json
from evaluator.reasons.sides import unit_of
from review.languages.voice import ENGLISH, Voice, voice
from review.words.lines import Group, Line, lines_of, names_in, of_group
from review.words.speaker import Speaker, TimelessSpeaker
from review.words.titles import title_text
from review.words.vocabulary import certification_lists, means_membership, membership_text

Json = Any


def rule_line(rule: c.Rule) -> dict[str, Json]:
    """Return a rule as a list shows it (``schemas/rule_list``)."""
    return {
        "id": rule.id,
        **kind_json(rule.of_kind),
        "title": rule.title,
        **({"level": rule.level} if rule.level is not None else {}),
        "levels": list(rule.levels),
        **({"area": rule.area} if rule.area is not None else {}),
        "in_force": [_days(version.days) for version in rule.versions],
    }


def rule_outline(core: c.Core, rule: c.Rule, day: date | None, tell: Voice | None = None) -> dict[str, Json]:
    """Return a rule in words (``schemas/rule``).

    Args:
        core: the policies.
        rule: one of its rules.
        day: tell what is in force on this day only; None: all versions, with their days.
        tell: the voice of the language that it is told in; English where none is given.
    """
    say = tell or voice(ENGLISH)
    outline = _Outline(core, TimelessSpeaker(core, say) if day is None else Speaker(core, day, say), day, say)
    now = rule.version_on(day) if day is not None else None
    versions = list(rule.versions) if day is None else [now] if now is not None else []
    reads = reads_of(core, [rule])
    return {
        **rule_line(rule),
        "title": title_text(rule.title, say),
        **({"language": say.tag} if say.tag != ENGLISH else {}),
        **({"as_of": day.isoformat()} if day is not None else {}),
        **({"was": list(rule.was)} if rule.was else {}),
        "at": _at(rule.origin),
        "versions": [outline.version(version, rule) for version in versions],
        **outline.membership(rule, versions),
        "names": [outline.named(named) for named in names_in(core, versions, day)],
        "certifications": outline.certifications(versions),
        "reads": {"facts": list(reads.facts), "measures": list(reads.measures), "records": list(reads.records)},
    }


@dataclass(frozen=True, slots=True)
class _Outline:
    core: c.Core
    words: Speaker
    day: date | None
    tell: Voice

    def version(self, version: c.RuleVersion, rule: c.Rule) -> dict[str, Json]:
        lines = lines_of(version, self.day)
        result: dict[str, Json] = {
            "title": self.title(version.title),
            "valid": _days(version.days),
            **_basis(version.basis),
        }
        if version.requirement is not None:
            result["says"] = self.words.say(version.requirement)
            result["requirements"] = self.each(lines, "asked")
        if rule.of_kind.decides == "value":
            result["value"] = self.value(self.core.named[rule.name].value)
        elif version.amount is not None:
            result["amount"] = self.value(version.amount)
        told = {"stages": self.each(lines, "stage"), "options": self.each(lines, "option")}
        told["effects"] = self.each(lines, "effect")
        told["settings"] = self.each((*of_group(lines, "setting"), *of_group(lines, "badge", "choice")))
        return {**result, **{key: value for key, value in told.items() if value}, "at": _at(version.origin)}

    def each(self, lines: Iterable[Line], *groups: Group) -> list[dict[str, Json]]:
        """Return lines, of some groups where any are named, as JSON; what a whole rule asks for stands in its ``says``."""
        return [self.line(line) for line in (of_group(lines, *groups) if groups else lines) if line.name]

    def line(self, line: Line) -> dict[str, Json]:
        match line.of:
            case c.Requirement():
                return self.requirement(line.of, line.parts)
            case c.Branch():
                return self.stage(line.of)
            case c.Option():
                return self.option(line.of, line.parts)
            case c.Effect():
                return self.effect(line.of)
            case c.SettingVersion():
                return self.setting(line.name, line.of)
            case c.Stated():
                said = self.tell(f"picked-{line.name}") if line.group == "choice" else self.tell("badge-at_once")
                name = "pick" if line.group == "choice" else line.name
                return {"setting": name, "says": said, "valid": _days(line.of.days), **_basis(line.of.basis)}
            case c.Node():
                return self.value(line.of)
            case _:
                assert_never(line.of)

    def requirement(self, node: c.Requirement, parts: Sequence[Line]) -> dict[str, Json]:
        result: dict[str, Json] = {
            "code": node.code,
            "title": self.title(node.title),
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
        inside = self.each(parts)
        return {**result, "parts": inside} if inside else result

    def value(self, node: c.Expr) -> dict[str, Json]:
        result: dict[str, Json] = {"says": self.words.say(node)}
        figures = [_figure(found) for found in self.figures(node)]
        if figures:
            result["figures"] = figures
        return result

    def title(self, title: str) -> str:
        return title_text(title, self.tell)

    def figures(self, node: c.Expr) -> Iterator[c.Literal]:
        """Yield the figures of a node, not those of requirements inside, as these tell their own."""
        if isinstance(node, c.Literal):
            if not isinstance(node.value, bool | str):
                yield node
        elif not isinstance(node, c.Requirement):
            # What decides whether points count, or which row does, stands beside the figures.
            beside = [id(one) for one in by_role(node, "condition", "key")] if not isinstance(node, c.Case) else []
            for child in children(node, self.day):
                if id(child) not in beside:
                    yield from self.figures(child)

    def stage(self, branch: c.Branch) -> dict[str, Json]:
        said = self.words.say(branch.when) if branch.when is not None else self.tell("otherwise")
        return {"stage": branch.name, "says": said, **_basis(branch.basis), "at": _at(branch.origin)}

    def option(self, option: c.Option, parts: Sequence[Line]) -> dict[str, Json]:
        return {
            "option": option.name or "no_choice",
            "code": option.code,
            "title": self.title(option.title),
            "valid": _days(option.days),
            "requirements": self.each(parts, "asked"),
            "effects": self.each(parts, "effect"),
            **_basis(option.basis),
            "at": _at(option.origin),
        }

    def effect(self, effect: c.Effect) -> dict[str, Json]:
        result: dict[str, Json] = {"effect": effect.verb, "of": list(effect.names)}
        if effect.when is not None:
            result["when"] = self.words.say(effect.when)
        if effect.up_to is not None:
            result["up_to"] = self.words.say(effect.up_to)
        if effect.days != c.ALWAYS:
            result["valid"] = _days(effect.days)
        return {**result, **_basis(effect.basis)}

    def setting(self, name: str, setting: c.SettingVersion) -> dict[str, Json]:
        said = self.words.setting(setting)
        return {"setting": name, "says": said, "valid": _days(setting.days), **_basis(setting.basis)}

    def membership(self, rule: c.Rule, versions: Sequence[c.RuleVersion]) -> dict[str, Json]:
        """Return what makes the membership, where the rule means its anniversary."""
        said = self.core.membership
        if said is None or not means_membership(self.core, rule, versions, self.day):
            return {}
        return {
            "membership": {
                "of": list(said.names),
                "says": membership_text(self.core, self.tell),
                "at": _at(said.origin),
            }
        }

    def certifications(self, versions: Sequence[c.RuleVersion]) -> list[dict[str, Json]]:
        """Return the lists of certifications that versions speak of, with what counts."""
        return [
            {
                "name": each.name,
                "title": self.title(each.title),
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
            for each in certification_lists(self.core, versions, self.day)
        ]

    def spelt(self, certification: str) -> dict[str, Json]:
        spellings = self.core.spellings_of(certification)
        return {"also_spelt": list(spellings)} if spellings else {}

    def named(self, named: c.NamedDecl) -> dict[str, Json]:
        return {
            "name": named.name,
            "title": self.title(named.title),
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
            value = str(node.value)
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
