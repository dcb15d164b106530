"""What words of a rule stand for is told where the rule is: the membership, certifications, other spellings."""

from __future__ import annotations

from datetime import date

import pytest

from dsl import core as c
from dsl.load import load_sources
from dsl.lower.to_core import core_of
from dsl.source import Source
from review.words.outline import rule_outline
from review.words.rule_text import rule_lines

POLICY = """
facts { size: one of small also spelt "S" or "little", large }
records uses "Uses, a row a month" monthly { service: text of disks also spelt "Managed Disks" }
certifications builders "Builders" {
  "Builder" also spelt "B-1" or "Certified: Builder"
  "Old Builder" through 2022-12-31
  "New Builder" from 2023-01-01 through 2023-12-31
}
designation a "A" {
  requires { people: at least 2 people holding builders   size: size = small }
  checked at anniversary - 10 days
}
designation b "B" { requires { disks: count uses[service = disks] over last month >= 1 }   checked at own anniversary }
membership of designations
fee yearly "Yearly fee" { amount 10 USD   due at when_due }
measure when_due "Day of the fee": date = anniversary + 5 days
"""
DAY = date(2023, 6, 20)
MEANT = "the anniversary is the membership's: the next one of the designations that are held"


@pytest.fixture(scope="module")
def core() -> c.Core:
    return core_of(load_sources([Source("a.policy", POLICY)]).document)


def told(core: c.Core, rule: str, day: date = DAY) -> list[str]:
    return [line.strip() for line in rule_lines(core, core.rules[rule], day)]


def test_a_rule_that_means_the_anniversary_of_the_membership_says_whose_it_is_also_through_a_measure(
    core: c.Core,
) -> None:
    assert f"{MEANT}  a.policy:14" in told(core, "fee.yearly")
    assert rule_outline(core, core.rules["fee.yearly"], DAY)["membership"] == {
        "of": ["designations"],
        "says": MEANT,
        "at": "a.policy:14",
    }


def test_in_its_own_check_the_anniversary_is_the_awards_and_the_membership_is_not_meant(core: c.Core) -> None:
    assert not any(MEANT in line for line in told(core, "designation.a"))
    assert "membership" not in rule_outline(core, core.rules["designation.a"], DAY)
    assert any(line.startswith("it makes the membership: ") for line in told(core, "designation.a"))
    assert not any("makes the membership" in line for line in told(core, "fee.yearly"))


@pytest.mark.parametrize(
    ("day", "text"),
    [
        (date(2022, 6, 20), '"Old Builder" through 2022-12-31'),
        (DAY, '"New Builder" from 2023-01-01 through 2023-12-31'),
    ],
)
def test_the_certifications_of_the_day_are_told_with_their_spellings(core: c.Core, day: date, text: str) -> None:
    counting = f'Builders: "Builder" also spelt "B-1" or "Certified: Builder"; {text}'

    assert counting in told(core, "designation.a", day)


def test_what_else_may_be_told_for_a_value_stands_with_its_fact_or_field(core: c.Core) -> None:
    assert 'small also spelt "S" or "little"' in told(core, "designation.a")
    assert 'service: disks also spelt "Managed Disks"' in told(core, "designation.b")
