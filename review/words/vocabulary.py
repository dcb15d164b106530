"""What the words of a rule stand for: the membership, the lists of certifications, and what else may be told for a name."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from datetime import date

from dsl import core as c
from dsl.check.anniversaries import OF_THE_CHECK
from dsl.core.references import expressions, walk
from review.languages.voice import Voice
from review.words.lines import MAY_END_LATER, names_in, nodes_in
from review.words.titles import kind_text


def membership_text(core: c.Core, tell: Voice) -> str:
    """Say what makes the membership; empty where no policy says it."""
    if core.membership is None:
        return ""
    terms = [_named(core, name, tell) for name in core.membership.names]
    return tell("membership-is", names=tell.all_of(terms, len(terms)))


def _named(core: c.Core, name: str, tell: Voice) -> str:
    own = core.own_kind_of(name)
    return kind_text(own, tell) if own is not None else tell.title(core.terms.get(name) or name.replace("_", " "))


def first_lost_text(beside: Collection[str], tell: Voice) -> str:
    """Say which day after a failed check is the first without an award.

    Args:
        beside: the settings that can end later than the grace (``review.words.lines.MAY_END_LATER``).
        tell: the voice of the language.
    """
    has = {word: "yes" if word in beside else "no" for word in MAY_END_LATER}
    return tell("lost-first", has_days=has["met sometime"], has_renewal=has["renewable"])


def is_of_membership(core: c.Core, award: str) -> bool:
    """Whether an award's anniversary is one of the membership."""
    return award in core.members


def means_membership(core: c.Core, rule: c.Rule, versions: Iterable[c.RuleVersion], day: date | None) -> bool:
    """Return whether a rule means the membership's anniversary by the anniversary; in its own check an award means its own.

    Args:
        core: the policies.
        rule: the rule.
        versions: those of its versions that are told.
        day: the day told of; None: any day.
    """
    return core.membership is not None and any(
        _is_membership(node) for version in versions for node in _read(core, rule, version, day)
    )


def _is_membership(node: c.Expr) -> bool:
    return node.of_anniversary not in (None, "own", "attained")


def _read(core: c.Core, rule: c.Rule, version: c.RuleVersion, day: date | None) -> Iterator[c.Expr]:
    """Yield what a version reads, also through names; of an award without what its check alone reads."""
    words = OF_THE_CHECK if rule.is_award else frozenset[str]()
    of_the_check = [setting.value for word in words for setting in version.settings.get(word, ())]
    own = {id(part) for value in of_the_check for part in (value if isinstance(value, tuple) else (value,))}
    waiting, seen = [part for part in expressions(version, day) if id(part) not in own], set[str]()
    while waiting:
        for node in walk(waiting.pop(0), day):
            yield node
            if isinstance(node, c.Named) and node.name not in seen:
                seen.add(node.name)
                waiting.append(core.named[node.name].value)


def certification_lists(
    core: c.Core, versions: Sequence[c.RuleVersion], day: date | None
) -> tuple[c.CertificationList, ...]:
    """Return the lists of certifications that versions count on a day, or on any; each once."""
    named = (node for each in names_in(core, versions, day) for node in walk(each.value, day))
    lists: dict[str, c.CertificationList] = {}
    for node in (*nodes_in(versions, day), *named):
        if isinstance(node, c.People | c.DifferentPeople):
            lists.update((each.name, each) for each in node.lists)
    return tuple(lists.values())


def certification_text(core: c.Core, entry: c.Counted, tell: Voice) -> str:
    """Write a certification with what else it may be told as, and the days in which it counts."""
    text = spelt_text(f'"{entry.certification}"', core.spellings_of(entry.certification), tell)
    return text if entry.days == c.ALWAYS else tell("on-days", said=text, days=tell.days(entry.days))


def spelt_text(name: str, spellings: Sequence[str], tell: Voice) -> str:
    """Write a name with what else may be told for it, as the policies write it, however many those are."""
    *others, last = [f'"{one}"' for one in spellings] or [""]
    also = tell("any-of", told=tell.comma(others), last=last) if others else last
    return tell("also-spelt", name=name, spellings=also) if also else name


def values_text(type_: c.Type, tell: Voice) -> str:
    """Write what else may be told for the values of a type; empty where nothing may."""
    return tell.semicolon(spelt_text(value, spellings, tell) for value, spellings in values_spelt(type_).items())


def type_text(type_: c.Type, tell: Voice) -> str:
    """Write what kind of value a type has, in English as ``str`` does."""
    if type_.kind == "choice":
        return tell("type-choice", choices=tell.comma(type_.choices))
    if type_.kind == "money" and type_.unit:
        return tell("type-money-in", unit=type_.unit)
    if type_.kind == "count" and type_.unit:
        return tell("type-count-of", unit=tell.word("unit", type_.unit))
    return tell.word("type", type_.kind)


def values_spelt(type_: c.Type) -> Mapping[str, tuple[str, ...]]:
    """Return what else may be told for each value of a type that has other spellings."""
    found: dict[str, tuple[str, ...]] = {}
    for spelling, value in type_.spellings:
        if spelling != value:
            found[value] = (*found.get(value, ()), spelling)
    return found
