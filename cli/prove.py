"""``merit prove``: what a change of policies does to every partner."""

from __future__ import annotations

import sys
from datetime import date
from fnmatch import fnmatchcase
from importlib.util import find_spec

import click

from cli.console import DEFAULT_POLICIES, FINDINGS, as_of_option, echo_in, fail_usage, format_option, today
from cli.sides import side
from dsl.core.keys import Keys
from evaluator.engine import Engine
from review.diff.compare import Changed, Side as Compared, compare
from review.diff.standings import Followed, followed
from review.diff.through import Through
from review.formats.proofs import CHECK, PROVE
from review.prove.check_report import Checked
from review.prove.claims import turn
from review.prove.report import Proved


@click.command(short_help="Prove what a change does to every partner.")
@click.argument("base", required=False)
@click.argument("head", required=False)
@click.option("--check", is_flag=True, help="Look at one version: its properties and rules.")
@click.option("--rules", "pattern", metavar="PATTERN", help="Only rules that fit, like 'designation.*'.")
@click.option(
    "--policies", multiple=True, metavar="PATH", help="Where the policies stand in revisions.  [default: policies]"
)
@click.option(
    "--seconds", type=click.FloatRange(min=0.1), default=20.0, show_default=True, help="How long a rule may take."
)
@click.option("--require", is_flag=True, help="Leave with exit code 1 where something is not known.")
@as_of_option("With --check, rules are held beside each other on this day")
@format_option(PROVE)
def prove(
    base: str | None,
    head: str | None,
    check: bool,
    pattern: str | None,
    policies: tuple[str, ...],
    seconds: float,
    require: bool,
    as_of: date | None,
    form: str,
) -> None:
    """Prove of each rule that HEAD, by default the working tree, is never stricter or never looser than BASE.

    Each is a claim of its own. `never looser (proved)`: no partner at all gets more. `stricter for some`: a partner is
    told that both sides decide otherwise, with no fact that it could do without. What is neither proved nor shown is
    told as not known, with what stands between.

    With --check, BASE alone is looked at, by default the working tree: what its properties claim of every partner is
    proved, refuted by a partner who shows it, or not known; and of its rules it tells those that nobody can meet, with
    the clauses that exclude each other, cases that nobody comes to, days on which a table has no row, partners who lose
    by telling more, and rules that imply others.
    """
    if check and head is not None:
        fail_usage("`--check` looks at one version: leave HEAD out, or `--check` to compare the two")
    if not check and base is None:
        fail_usage("name a version to compare with, `merit prove main`, or look at this one with `--check`")
    if find_spec("z3") is None:
        fail_usage(
            "`merit prove` needs a solver: install it with `pip install '.[prove]'` in the project's folder, or `pip install z3-solver`"
        )
    # The solver is read here: no other command should wait for it.
    from review.prove.verdicts import Prover, Side

    paths = policies or (DEFAULT_POLICIES,)
    if check:
        found_here = checked(side(base, paths), pattern, seconds, as_of or today())
        echo_in(form, CHECK, found_here)
        if found_here.findings or (require and found_here.unknown):
            sys.exit(FINDINGS)
        return
    before, after = side(base or "", paths), side(head, paths)

    def whole(told: Compared) -> Side:
        return Side(told.document, told.core, Engine(told.document, told.core), Keys(told.core))

    changed = [one for one in compare(before, after).changed if _is_asked(one, pattern)]
    prover = Prover(whole(before), whole(after), seconds)
    compared = [one for one in changed if one.kind not in ("added", "removed") and not one.by_the_register]
    verdicts = [
        verdict
        for one in sorted(compared, key=lambda one: turn(one, after.core.rules[one.name]))
        for verdict in prover.of_rule(before.core.rules[one.former or one.name], after.core.rules[one.name])
    ]
    found = Proved(
        {one.name: one.title for one in changed},
        tuple(verdicts),
        Through(
            after.core,
            followed(before.core, after.core) if changed else Followed(),
            tuple(one.name for one in changed if one.by_the_register),
        ),
        tuple(one.name for one in changed if one.kind in ("added", "removed")),
    )
    echo_in(form, PROVE, found)
    if require and (found.one_sided or any("unknown" in (one.less.state, one.more.state) for one in verdicts)):
        sys.exit(FINDINGS)


def checked(told: Compared, pattern: str | None, seconds: float, as_of: date) -> Checked:
    """Return how the properties and rules of one version stand; the solver is read here."""
    from review.prove.properties import Properties
    from review.prove.rules import Rules
    from review.prove.single import Asking

    asking = Asking(told.core, Engine(told.document, told.core), Keys(told.core))
    properties, rules = Properties(asking, seconds), Rules(asking, seconds)
    stated = [one for name, one in told.core.properties.items() if _fits(f"property.{name}", pattern)]
    asked = [rule for name, rule in told.core.rules.items() if _fits(name, pattern)]
    noted = [one for rule in asked for one in rules.of(rule)]
    noted += rules.beside(asked, as_of, seconds)
    return Checked(tuple(map(properties.of, stated)), len(asked), tuple(noted), rules.left)


def _fits(name: str, pattern: str | None) -> bool:
    return pattern is None or fnmatchcase(name, pattern)


def _is_asked(one: Changed, pattern: str | None) -> bool:
    return one.what == "rule" and one.decides and (pattern is None or fnmatchcase(one.name, pattern))
