"""A rule on a day, line by line: what it takes, what it costs, how it is checked."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import Literal, TypeAlias, assert_never

from dsl import core as c
from dsl.core.points import most_points
from dsl.core.types import number
from dsl.core.walk import by_role, children
from review.guide.marks import sentence
from review.guide.phrases import GuideSpeaker, is_long, is_nothing, listed
from review.words.lines import Line as Said, asked_of, lines_of
from review.words.vocabulary import first_lost_text

Group: TypeAlias = Literal["asked", "amount", "options", "effects", "stages", "checks"]


@dataclass(frozen=True, slots=True)
class Line:
    """One thing that a rule says.

    ``path`` are the titles of the lines around it; lines of two days are the same thing where path and title agree.
    """

    group: Group
    title: str
    text: str
    path: tuple[str, ...] = ()
    code: str = ""
    cites: tuple[c.Citation, ...] = ()
    assumes: tuple[str, ...] = ()
    parts: tuple[Line, ...] = ()
    joint: str = field(default="", compare=False)
    """How the parts make the whole: for the picture."""


SETTINGS = {
    "checked at": "Checked",
    "met sometime": "When it must be met",
    "renewable": "When it can be renewed",
    "renews to": "New anniversary",
    "lost after": "When it is lost",
    "valid": "Valid for",
    "due at": "Due",
}
PICKS = {
    "exactly_one": "One of these is to be chosen",
    "at_most_one": "At most one of these can be chosen",
    "any": "Any of these can be chosen",
}
EFFECTS = {"pay": "To pay", "gives": "It gives", "keeps": "It keeps", "loses": "It loses", "covers": "It covers"}


class Teller:
    """Tells rules on one day."""

    def __init__(self, speaker: GuideSpeaker) -> None:
        self.speaker = speaker
        self.day = speaker.day

    def lines(self, version: c.RuleVersion) -> tuple[Line, ...]:
        """Return all that a version of a rule says on the day."""
        return tuple(self._line(said, ()) for said in lines_of(version, self.day))

    def _line(self, said: Said, path: tuple[str, ...]) -> Line:
        match said.of:
            case c.Requirement() as node:
                return self._requirement(node, said.parts, path)
            case c.Branch() as branch:
                return self._stage(branch)
            case c.Option() as option:
                return self._option(option, said.parts)
            case c.Effect() as effect:
                return self._effect(effect, path)
            case c.Stated(basis=basis):
                if said.group == "choice":
                    return Line("options", "Choice", PICKS[said.name], cites=basis.cites, assumes=basis.assumes)
                text = "Given as soon as the requirements are met"
                return Line("checks", "Badge", text, cites=basis.cites, assumes=basis.assumes)
            case c.SettingVersion(basis=basis) as setting:
                title = SETTINGS.get(said.name, sentence(said.name))
                text = sentence(self._setting(said, setting))
                return Line("checks", title, text, cites=basis.cites, assumes=basis.assumes)
            case c.Node() as node:
                amount = said.group == "amount"
                line = Line("amount" if amount else "asked", "Amount" if amount else "Condition", self._said(node))
                return self.with_basis(line, node)
            case _:
                assert_never(said.of)

    def _said(self, node: c.Expr) -> str:
        return sentence(self.speaker.say(node))

    # ---- requirements

    def asked(self, node: c.Expr) -> tuple[Line, ...]:
        """Return the requirements at the top of a node; one line for a node that has none."""
        found = asked_of(node, self.day) or (Said("asked", "", node),)
        return tuple(self._line(said, ()) for said in found)

    def _requirement(self, node: c.Requirement, inside: Sequence[Said], path: tuple[str, ...]) -> Line:
        inner = node.value
        below = (*path, node.title)
        # Awards by their names are told by the sentence.
        parts = () if all(map(self._is_claim, inside)) else tuple(self._line(said, below) for said in inside)
        if not parts and is_long(inner):
            parts = tuple(Line("asked", "", sentence(text), below) for text in self.speaker.conditions(inner))
            lead, joint = self.speaker.counted(inner), ""
        else:
            lead, joint = self._lead(inner, parts)
        line = Line(
            group="asked",
            title=node.title,
            text=sentence(lead),
            path=path,
            code=node.code,
            cites=node.basis.cites,
            assumes=node.basis.assumes,
            parts=self._with_conditions(inner, parts),
            joint=joint,
        )
        return self.with_basis(line, inner)

    def _is_claim(self, said: Said) -> bool:
        node = said.of
        if not isinstance(node, c.Requirement) or not isinstance(node.value, c.OfAward | c.OfRule):
            return False
        award = node.value.award if isinstance(node.value, c.OfAward) else node.value.rule
        return node.title in self.speaker.names.titles(award)

    def _lead(self, node: c.Expr, parts: Sequence[Line]) -> tuple[str, str]:
        """Return the sentence of a node whose parts are told below it, and how they make the whole."""
        inside = self._inside(node)
        if isinstance(node, c.PassScore):
            return self.speaker.say(node), "sum"
        if not parts or not inside:
            return self.speaker.say(node), "if" if parts else ""
        most = most_points(node, self.day)
        upto = f", up to {number(most)} points" if most is not None else ""
        match node:
            case c.AllOf():
                return ("all of these", "all") if len(parts) > 1 else ("", "all")
            case c.AnyOf(least=least):
                if len(parts) == least == 1:
                    return "", "all"
                return f"at least {'one' if least == 1 else least} of these", "one of" if least == 1 else f"{least} of"
            case c.Total():
                if len(parts) > 1 or not upto:
                    return f"the points of these are added up{upto}", "sum"
                return upto.removeprefix(", "), "sum"
            case c.Ranked(chooser=chooser):
                return f"{chooser.lead}{upto}", chooser.phrase
            case c.Case(table=str()):
                return self.speaker.say(node), "first of"
            case c.Case(branches=branches) if len(branches) == 2 and isinstance(branches[1].value, c.Literal):
                when = branches[0].when
                return (f"only when {self.speaker.say(when)}" if when is not None else ""), "if"
            case c.Case():
                return f"the first that applies counts{upto}", "first of"
            case (
                c.OfRecords() | c.Anniversary() | c.AsProjected() | c.AskedThisYear() | c.Compare()
                | c.Dated() | c.DifferentPeople() | c.Edge() | c.Fact() | c.Field() | c.Gate() | c.Holds()
                | c.InProgress() | c.InRenewal() | c.Lapsed() | c.Literal() | c.Lookup() | c.Named() | c.Not()
                | c.NumberOf() | c.OnDate() | c.Paid() | c.People() | c.PerUnit() | c.Prorate() | c.Qualifies()
                | c.Reckoned() | c.Requirement() | c.Shift() | c.Sometime() | c.Today()
            ):  # fmt: skip
                return self.speaker.say(node), "if"
            case _:
                assert_never(node)

    def _inside(self, node: c.Expr) -> bool:
        """Whether a node is made of requirements and nothing else."""
        if isinstance(node, c.Case):
            last = node.branches[-1]
            told = node.branches[:-1] if last.when is None and is_nothing(last.value) else node.branches
            return all(isinstance(one.value, c.Requirement | c.AllOf) for one in told)
        parts = by_role(node, "part")
        return bool(parts) and all(isinstance(part, c.Requirement) for part in parts)

    def _with_conditions(self, node: c.Expr, parts: tuple[Line, ...]) -> tuple[Line, ...]:
        """Put before the parts of a first-match under which condition each counts."""
        if not isinstance(node, c.Case) or not self._inside(node):
            return parts
        when: dict[str, str] = {}
        for one in node.branches:
            if isinstance(one.value, c.Requirement):
                when[one.value.code] = f"when {self.speaker.say(one.when)}" if one.when is not None else "otherwise"
        return tuple(
            replace(part, text=f"{sentence(when[part.code])}: {part.text[:1].lower()}{part.text[1:]}")
            if part.code in when
            else part
            for part in parts
        )

    # ---- the rest

    def _stage(self, branch: c.Branch) -> Line:
        text = f"when {self.speaker.say(branch.when)}" if branch.when is not None else "in all other cases"
        title = sentence(self.speaker.names.words(branch.name))
        basis = branch.basis
        return Line("stages", title, sentence(text), code=branch.name, cites=basis.cites, assumes=basis.assumes)

    def _option(self, option: c.Option, inside: Sequence[Said]) -> Line:
        parts = tuple(self._line(said, (option.title,)) for said in inside)
        asks = any(part.group == "asked" for part in parts)
        text = "Open to whoever meets this:" if asks else "Open to all." if option.name else "Who chooses nothing:"
        basis = option.basis
        return Line("options", option.title, text, (), option.code, basis.cites, basis.assumes, parts, "all")

    def _effect(self, effect: c.Effect, path: tuple[str, ...]) -> Line:
        text = listed([self._affected(name) for name in effect.names], "and")
        if effect.up_to is not None:
            text += f", up to {self.speaker.say(effect.up_to)}"
        if effect.when is not None:
            text += f", when {self.speaker.say(effect.when)}"
        basis = effect.basis
        return Line("effects", EFFECTS[effect.verb], sentence(text), path, "", basis.cites, basis.assumes)

    def _affected(self, name: str) -> str:
        names = self.speaker.names
        return names.linked(name) if name in names.core.rules or "." in name else names.linked_name(name)

    def _setting(self, line: Said, setting: c.SettingVersion) -> str:
        said = self.speaker.setting(setting)
        match line.name:
            case "met sometime":
                return f"on at least one day {said}"
            case "checked at":
                return "not checked" if said == "never" else f"on {said}"
            case "lost after":
                return f"{said} after a check that it fails: {first_lost_text(line.beside, self.speaker.tell)}"
            case _:
                return said

    def with_basis(self, line: Line, node: c.Expr) -> Line:
        """Add what the figures of a line rest on, beside the requirement itself."""
        cites, assumes = [*line.cites], [*line.assumes]
        for basis in self._bases(node):
            cites.extend(basis.cites)
            assumes.extend(basis.assumes)
        return replace(line, cites=tuple(dict.fromkeys(cites)), assumes=tuple(dict.fromkeys(assumes)))

    def _bases(self, node: c.Expr) -> Iterator[c.Basis]:
        if isinstance(node, c.Requirement):
            return
        if isinstance(node, c.Dated):
            for one in node.alternatives():
                if self.day in one.days:
                    yield one.basis
                    yield from self._bases(one.value)
        elif isinstance(node, c.Lookup):
            yield from self._bases(node.key)
            yield from (row.basis for row in node.alternatives() if self.day in row.days)
        elif isinstance(node, c.Named):
            # A figure is told where it is used; a calculation is told, with its sources, on a page of its own.
            if self.speaker.figure_of(node) is not None:
                yield from self._bases(self.speaker.core.named[node.name].value)
        else:
            for child in children(node):
                yield from self._bases(child)


def all_lines(lines: Iterable[Line]) -> Iterator[Line]:
    """Yield lines and all lines inside them."""
    for line in lines:
        yield line
        yield from all_lines(line.parts)
