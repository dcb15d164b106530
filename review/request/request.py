"""A pull request of policies as a reviewer reads it: all that its page is made of, and the words of its first line."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from dsl.diagnostics import listed
from review.diff.compare import Changed, Comparison
from review.diff.direction import Steps
from review.diff.impact_report import Impact
from review.diff.report import direction, reaches_back
from review.request.clauses import Untried
from review.request.flips import decided, only_points
from review.request.proof import Proof
from review.request.scenarios import Outcomes
from review.request.sources import Sources
from review.scenarios.coverage import Found


@dataclass(frozen=True, slots=True)
class Request:
    """What a change of policies means, in all that the page tells of it."""

    found: Comparison
    today: date
    """What begins before it reaches back."""
    impact: Impact | None
    """None: no rule can decide otherwise, so that nobody was decided."""
    touched: Mapping[str, tuple[Found, ...]]
    """The smallest parts that changed, by rule of the side after."""
    scenarios: Outcomes
    untried: tuple[Untried, ...]
    sources: Sources
    proof: Proof | None = None
    """None: no rule can decide otherwise, and no property is reached, so that nothing is to be proved."""


def own(found: Comparison) -> list[Changed]:
    """Return the rules that decide otherwise by their own words, or are new, gone or named anew."""
    return [one for one in found.changed if one.what == "rule" and one.decides and one.kind != "reached"]


def on_the_day(found: Comparison) -> list[Changed]:
    """Return the rules whose words stay and that ask on the day for something that changed."""
    return [one for one in found.changed if one.kind == "reached" and not one.by_the_register]


def directions(one: Changed) -> tuple[str, ...]:
    """Return in which directions a rule goes on some days, in single words; what is gone is no claim of every partner.

    ``stricter``, ``looser``, ``dearer``, ``cheaper``, ``either``.
    """
    if one.kind == "removed":
        return ("either",)
    found = {
        word for steps in (one.steps, *(stretch.steps for stretch in one.stretches)) for word in _of_steps(one, steps)
    }
    return tuple(sorted(found))


def _of_steps(one: Changed, steps: Steps) -> Iterator[str]:
    told = direction(one, steps)
    if told == "either way":
        yield "either"
    elif told.startswith("both"):
        yield from ("cheaper", "dearer") if one.amount else ("looser", "stricter")
    else:
        yield from (word for word in ("stricter", "looser", "dearer", "cheaper") if told.startswith(word))


def retroactive(found: Comparison, today: date) -> list[Changed]:
    """Return what is written otherwise for days before today, where a decision can be another one.

    What only rests on something that changed reaches back as far as that does. Where the vocabulary alone changed, which has
    no days, all that it reaches does.
    """
    decides = [one for one in found.changed if one.what != "translation"]
    written = [one for one in decides if one.what != "rule" or (one.decides and one.kind != "reached")]
    if found.decides_the_same:
        return []
    if not written:
        return on_the_day(found)
    return [one for one in written if _is_before(one, today)]


def _is_before(one: Changed, today: date) -> bool:
    if one.what == "certifications":
        return one.since is not None and one.since < today
    if one.what == "figure":
        stretches = [part for part in one.stretches if any(change.kind != "rests on" for change in part.changes)]
        return any(reaches_back(one, part, today) for part in stretches)
    if one.kind == "removed":
        return any(part.days.start is None or part.days.start < today for part in one.stretches)
    stretches = [part for part in one.stretches if part.steps]
    return any(reaches_back(one, part, today) for part in stretches) or (bool(one.steps) and not one.stretches)


def headline(told: Request) -> str:
    """Say in a line how much changes, in which directions, for how many, and since when."""
    found = told.found
    if not found.changed:
        return "Nothing is said otherwise: no decision changes."
    if found.decides_the_same:
        return f"No decision changes: {_worded(found)}, and every rule asks the same on all days."
    return f"{_rules(found)}; {_flips(told)}; {_back(told)}."


def _worded(found: Comparison) -> str:
    counts = Counter(f"{one.what if one.what != 'certifications' else 'list'} {one.kind}" for one in found.changed)
    return ", ".join(f"{number} {what.replace(' ', 's ' if number > 1 else ' ', 1)}" for what, number in counts.items())


def _rules(found: Comparison) -> str:
    rules, reached = own(found), on_the_day(found)
    register = sum(one.by_the_register for one in found.changed)
    told = [
        f"{number} {one if number == 1 else many}"
        for one, many, what in (
            ("figure changes", "figures change", "figure"),
            ("list of certifications changes", "lists of certifications change", "certifications"),
        )
        if (number := sum(changed.what == what for changed in found.changed))
    ]
    if rules or not told:
        told.append(f"{len(rules)} rule{' changes' if len(rules) == 1 else 's change'}{_ways(rules)}")
    if reached:
        told.append(
            f"{len(reached)} {'' if rules else 'rules ' if len(reached) > 1 else 'rule '}reached{_ways(reached)}"
        )
    return ", ".join([*told, *([f"{register} by the register"] if register else [])])


def _ways(rules: Sequence[Changed]) -> str:
    counts = Counter(map(_direction, rules))
    if len(counts) == 1:
        return f" ({next(iter(counts))})"
    return f" ({', '.join(f'{number} {way}' for way, number in counts.most_common())})" if counts else ""


def _direction(one: Changed) -> str:
    return one.kind if one.kind in ("added", "removed") else direction(one, one.steps)


def _flips(told: Request) -> str:
    impact = told.impact
    if impact is None:
        return "no decision by another rule can flip"
    made = "generated " if impact.made is not None else ""
    whole = f"of {impact.partners:,} {made}partners"
    refused = f", of whom {len(impact.refused):,} could not be decided" if impact.refused else ""
    flips, points = decided(impact.flips), only_points(impact.flips)
    aside = f" ({points:,} more in points alone)" if points else ""
    if not flips:
        return f"no decision flips {whole}{refused}{aside}"
    concerned = len({flip.partner for flip in flips})
    return (
        f"{len(flips):,} decision{'s flip' if len(flips) != 1 else ' flips'} of {concerned:,} {whole}{refused}{aside}"
    )


def _back(told: Request) -> str:
    found = retroactive(told.found, told.today)
    if not found:
        return f"nothing reaches back before {told.today}"
    return f"reaching back before {told.today}: {listed((one.name for one in found), most=4)}"


def ways(told: Request) -> Iterator[tuple[Changed, str]]:
    """Yield each rule that changes or is reached on the day, with each of its directions."""
    for one in (*own(told.found), *on_the_day(told.found)):
        for word in directions(one):
            yield one, word
