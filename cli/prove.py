"""``merit prove``: what a change of policies does to every partner."""

from __future__ import annotations

import sys
from fnmatch import fnmatchcase
from importlib.util import find_spec

import click

from cli.console import DEFAULT_POLICIES, FINDINGS, echo_in, fail_usage, format_option
from cli.sides import side
from dsl.core.keys import Keys
from evaluator.engine import Engine
from review.diff.compare import Changed, Side as Compared, compare
from review.formats.proofs import CHECK, PROVE
from review.prove.check_report import Checked
from review.prove.report import Proved


@click.command(short_help="Prove what a change does to every partner.")
@click.argument("base", required=False)
@click.argument("head", required=False)
@click.option("--check", is_flag=True, help="Look at one version: its properties.")
@click.option("--rules", "pattern", metavar="PATTERN", help="Only rules that fit, like 'designation.*'.")
@click.option(
    "--policies", multiple=True, metavar="PATH", help="Where the policies stand in revisions.  [default: policies]"
)
@click.option(
    "--seconds", type=click.FloatRange(min=0.1), default=20.0, show_default=True, help="How long a rule may take."
)
@click.option("--require", is_flag=True, help="Leave with exit code 1 where something is not known.")
@format_option(PROVE)
def prove(
    base: str | None,
    head: str | None,
    check: bool,
    pattern: str | None,
    policies: tuple[str, ...],
    seconds: float,
    require: bool,
    form: str,
) -> None:
    """Prove of each rule that HEAD, by default the working tree, is never stricter or never looser than BASE.

    Each is a claim of its own. `never looser (proved)`: no partner at all gets more. `stricter for some`: a partner is
    told that both sides decide otherwise, with no fact that it could do without. What is neither proved nor shown is
    told as not known, with what stands between.

    With --check, BASE alone is looked at, by default the working tree: what its properties claim of every partner is
    proved, refuted by a partner who shows it, or not known.
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
        found_here = checked(side(base, paths), pattern, seconds)
        echo_in(form, CHECK, found_here)
        if found_here.findings or (require and found_here.unknown):
            sys.exit(FINDINGS)
        return
    before, after = side(base or "", paths), side(head, paths)

    def whole(told: Compared) -> Side:
        return Side(told.document, told.core, Engine(told.document, told.core), Keys(told.core))

    changed = [one for one in compare(before, after).changed if _is_asked(one, pattern)]
    prover = Prover(whole(before), whole(after), seconds)
    verdicts = [
        verdict
        for one in changed
        if one.kind not in ("added", "removed") and not one.by_the_register
        for verdict in prover.of_rule(before.core.rules[one.former or one.name], after.core.rules[one.name])
    ]
    found = Proved(
        {one.name: one.title for one in changed},
        tuple(verdicts),
        tuple(one.name for one in changed if one.by_the_register),
        tuple(one.name for one in changed if one.kind in ("added", "removed")),
    )
    echo_in(form, PROVE, found)
    if require and (found.one_sided or any("unknown" in (one.less.state, one.more.state) for one in verdicts)):
        sys.exit(FINDINGS)


def checked(told: Compared, pattern: str | None, seconds: float) -> Checked:
    """Return how the properties of one version stand; the solver is read here."""
    from review.prove.properties import Properties
    from review.prove.single import Asking

    asking = Asking(told.core, Engine(told.document, told.core), Keys(told.core))
    properties = Properties(asking, seconds)
    named = told.core.properties.items()
    asked = [one for name, one in named if pattern is None or fnmatchcase(f"property.{name}", pattern)]
    return Checked(tuple(properties.of(one) for one in asked))


def _is_asked(one: Changed, pattern: str | None) -> bool:
    return one.what == "rule" and one.decides and (pattern is None or fnmatchcase(one.name, pattern))
