"""The edits of the golden repository: what is proved of each, who shows the difference, and whose decisions flip.

An edit that changes decisions has a partner who shows it: one whom both engines decide otherwise and who needs all that
is told, or a made one whose decision flips; of an edit that changes none it is proved.
"""

from __future__ import annotations

import pytest

from evaluator.engine import Query
from review.prove.claims import Verdict
from review.prove.follows import TOLD
from review.prove.report import merged
from review.prove.verdicts import WAYS
from review.prove.witness import _less
from tests.conftest import Golden
from tests.review.diff.conftest import DATA, EDITS
from tests.review.prove.golden import Edit, _bare, edit, told_lines
from tests.review.prove.test_verdicts import differs

SHORT = ("any_to_all", "fee_dearer", "figure_known", "layout_only", "renamed_and_merged")


def check(name: str, golden: Golden) -> None:
    one = edit(name)
    verdicts, flips = list(one.verdicts()), list(one.flips())
    golden.check(DATA / "proved" / f"{name}.txt", "\n".join(told_lines(one, verdicts, flips)) + "\n")

    told = [(claim.partner, claim.on) for of_days in merged(verdicts) for claim in (of_days.less, of_days.more)]
    shown = False
    for verdict in verdicts:
        for way in WAYS:
            claim = getattr(verdict, way)
            assert claim.state != "unknown", (verdict.rule, str(verdict.days), way, claim.why)
            if claim.state != "witness":
                continue
            shown = True
            former = verdict.former or verdict.rule
            asked = (one.before, one.after, verdict.rule)
            assert claim.on in verdict.tried
            assert differs(*asked, claim.partner, (claim.on,), way, former)
            # Of neighbours that say the same one partner is told.
            for smaller in _less(dict(claim.partner)) if (claim.partner, claim.on) in told else ():
                assert not differs(*asked, smaller, (claim.on,), way, former), (claim.partner, smaller)
        shown |= verdict.shown is not None and replays(one, verdict)
    proved = all(getattr(verdict, way).state == "proved" for verdict in verdicts for way in WAYS)
    assert shown or flips or proved
    assert not (one.found.decides_the_same and (shown or flips))


def replays(one: Edit, verdict: Verdict) -> bool:
    """Whether both engines tell the partner otherwise what follows, by what everybody is told."""
    claim = verdict.shown
    assert claim is not None
    assert claim.on is not None
    told = [
        side.engine.decide(Query((name,), claim.on, claim.partner or {}, detail="none")).as_json()["decisions"][0]
        for side, name in ((one.before, verdict.former or verdict.rule), (one.after, verdict.rule))
    ]
    was, now = ({name: side.get(name) for name in TOLD} for side in told)
    assert _bare(was) != _bare(now), (verdict.rule, claim)
    return True


@pytest.mark.parametrize("name", SHORT)
def test_an_edit_is_proved_or_shown(name: str, golden: Golden) -> None:
    check(name, golden)


@pytest.mark.benchmarks
@pytest.mark.parametrize("name", ["window_day", "checked_at_its_own"])
def test_a_setting_of_checks_is_shown_by_who_holds_the_award_or_could(name: str) -> None:
    verdicts = [verdict for verdict in edit(name).verdicts() if verdict.shown is not None]

    assert any(replays(edit(name), verdict) for verdict in verdicts)


@pytest.mark.benchmarks
@pytest.mark.parametrize("name", [name for name in EDITS if name not in SHORT])
def test_every_edit_is_proved_or_shown(name: str, golden: Golden) -> None:
    check(name, golden)


def shows_what_follows(name: str, told: str) -> bool:
    """Whether a made partner is told otherwise what the register says of the rule, or what an option brings."""
    return any(line.startswith(told) for line in edit(name).follows())


def test_a_longer_grace_period_is_shown_by_a_standing() -> None:
    assert shows_what_follows("grace_longer", "program.expert standing")


@pytest.mark.benchmarks
@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("renewal_longer", "designation.infrastructure standing"),
        ("effect_removed", "choice.at_anniversary options"),
    ],
)
def test_what_follows_from_a_rule_is_shown_too(name: str, told: str) -> None:
    assert shows_what_follows(name, told)
