"""Anniversaries where none can be.

What each word means is told in ``evaluator.register.anniversaries``; here stands where it can mean nothing:

- `anniversary`, `membership`, `next` and `first anniversary` and `over anniversary year` are the membership's: without
  `membership of ...` there is none;
- `own anniversary` is that of the award at hand: a rule that keeps no register has none, and to it `shared` is the
  membership's;
- in what tells the check of an award, each but the `first` is the anniversary that is checked: there it always is.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from dsl import core as c, document as d
from dsl.core.walk import children, walk
from dsl.diagnostics import Diagnostic
from dsl.source import Span

OF_THE_CHECK = frozenset({"checked at", "met sometime", "renewable", "lost after", "renews to"})
"""Settings that an award's own check reads, on the anniversary that is checked."""


def anniversaries(document: d.Document, core: c.Core) -> Iterator[Diagnostic]:
    """Yield C128 for every anniversary that can never come, once for a place."""
    told: set[Span] = set()
    read: set[str] = set()
    for rule in core.rules.values():
        for version in rule.versions:
            for node, in_check in _anniversaries(version, rule, core, read):
                found = _wrong(node, rule, in_check, has_membership=document.membership is not None)
                if found is not None and found.span not in told:
                    told.add(found.span)
                    yield found
    # What no rule reads is read so as if an award did.
    for named in core.named.values():
        for node in walk(named.value) if named.name not in read else ():
            found = _wrong(node, None, False, has_membership=document.membership is not None)
            if found is not None and found.span not in told:
                told.add(found.span)
                yield found


def _anniversaries(version: c.RuleVersion, rule: c.Rule, core: c.Core, read: set[str]) -> Iterator[tuple[c.Expr, bool]]:
    """Yield every node that a version reads with this rule at hand, and whether its check alone does."""
    checked = [
        value
        for word, settings in version.settings.items()
        if word in OF_THE_CHECK and rule.is_award
        for setting in settings
        for value in (setting.value if isinstance(setting.value, tuple) else (setting.value,))
    ]
    others = [
        value
        for word, settings in version.settings.items()
        if word not in OF_THE_CHECK or not rule.is_award
        for setting in settings
        for value in (setting.value if isinstance(setting.value, tuple) else (setting.value,))
    ]
    for nodes, in_check in ((checked, True), ([*children(version), *others], False)):
        for node in _read(nodes, core, read):
            yield node, in_check


def _read(nodes: Iterable[c.Expr], core: c.Core, read: set[str]) -> Iterator[c.Expr]:
    """Yield nodes, what is below them, and what the measures among them read."""
    waiting = list(nodes)
    seen: set[str] = set()
    while waiting:
        for node in walk(waiting.pop()):
            yield node
            if isinstance(node, c.Named) and node.name not in seen and node.name in core.named:
                seen.add(node.name)
                read.add(node.name)
                waiting.append(core.named[node.name].value)


def _wrong(node: c.Expr, rule: c.Rule | None, in_check: bool, *, has_membership: bool) -> Diagnostic | None:
    which = node.of_anniversary
    if which is None:
        return None
    word = "over anniversary year" if isinstance(node, c.OfRecords) else "anniversary"
    said = f"`{word}`" if which == "any" else f"`{which} {word}`"
    if which == "attained" or (in_check and which != "first"):
        return None
    if which in ("own", "shared") and (rule is None or rule.is_award):
        return None
    if which == "own" and rule is not None:
        article = "an" if rule.kind[0] in "aeiou" else "a"
        return Diagnostic(
            "C128",
            f"{article} {rule.kind} has no anniversary of its own: {said} is never",
            node.origin,
            help="write `anniversary`, which is the membership's, or `today + 12 months`",
        )
    if has_membership:
        return None
    own = "; the anniversary of an award itself is `own anniversary`" if rule is None or rule.is_award else ""
    return Diagnostic(
        "C128",
        f"without a membership {said} is never",
        node.origin,
        help=f"say which awards make the membership, `membership of designations`{own}",
    )
