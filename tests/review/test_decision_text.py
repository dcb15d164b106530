"""How the register is told: with the last day on which an award is held, never with the first without it."""

from datetime import date

import pytest

from dsl.core.ranges import NEVER, Truth
from evaluator.register.standing import Standing
from review.languages.voice import voice
from review.words.decision_text import standing_text

SINCE = date(2021, 5, 20)


@pytest.mark.parametrize(
    ("standing", "text"),
    [
        (Standing(Truth.TRUE, SINCE, date(2023, 6, 19)), "held, since 2021-05-20, through 2023-06-18"),
        (Standing(Truth.FALSE, SINCE, date(2022, 5, 20)), "not held, attained 2021-05-20, held through 2022-05-19"),
        (Standing(Truth.FALSE, SINCE, SINCE), "not held, attained 2021-05-20"),
        (Standing(Truth.TRUE, SINCE, NEVER), "held, since 2021-05-20"),
        (Standing(Truth.TRUE, SINCE), "held, since 2021-05-20"),
    ],
    ids=["held", "lost", "never held", "no end", "end not known"],
)
def test_a_standing_is_told_with_the_last_day_on_which_it_is_held(standing, text):
    assert standing_text(standing, voice("en")) == text
