"""Policies made at random: conditions of every construct, asked inside a window.

The vocabulary stands still; what is asked of it is drawn.
"""

from __future__ import annotations

import re

from hypothesis import strategies as st

from dsl.core.kinds import KINDS

VOCABULARY = """
facts { n: signed count  f: flag  d: date  r: one of a, b }
records ev "Evidence" dated by accepted { kind: text  accepted: date  due: date = (accepted + 1 month, rounded down) }
records sales "Sales" monthly { units: count  kind: one of x, y }
records plain "Plain" { size: signed count  since: date }
certifications basics { "B" from 2022-11-20 through 2023-03-17  "C" }
certifications extras { "C" until 2023-02-10 "D" }
define mark: count { until 2023-01-20: 1  from 2023-01-20: 2 }
table marks {
  | key | least | from       | until      |
  | a   | 1     | -          | 2023-02-14 |
  | a   | 3     | 2023-02-14 | -          |
  | otherwise | 2 | -        | -          |
}
measure told: count, may be supplied = count ev
measure last_day: flag = end of month of today = today

membership of competencies, designations
competency old through 2022-12-31 { levels silver, gold  requires { x: n >= silver 1, gold 2 }  checked at own anniversary }
designation own { requires { x: n >= mark }  checked at own anniversary, lost after 9 days }
designation window from 2022-06-01 {
  score: n earns 2 points each, up to 10 points
  pass at 4 points out of 10 points
  with points in every subcategory
  checked at shared anniversary
  met sometime from start of month of anniversary - 2 months through end of month of anniversary
}
designation renewed { requires { x: n >= 0 }  checked at anniversary - 3 days
  renewable from anniversary + 1 day through anniversary + 20 days  renews to anniversary + 365 days }
specialization special from 2022-06-01 was former {
  requires { base: holds any of own, window }
  checked at own anniversary
  at even anniversaries { requires { evidence: count ev >= 1 } }
}
specialization former until 2023-01-15 { requires { x: n >= 1 }  checked at own anniversary }
program member { requires { people: at least 1 people holding basics }  checked at membership anniversary }
"""

_DAYS = st.sampled_from(
    ("2022-06-15", "2022-11-30", "2023-01-01", "2023-01-14", "2023-01-31", "2023-02-14", "2023-03-05", "2024-02-29")
)
_FIGURE = st.sampled_from(("0", "1", "2", "3"))
_OP = st.sampled_from((">=", "<=", "=", "<", ">", "!="))
_DATES = st.sampled_from(
    (
        "today",
        "d",
        "(today + 1 month, rounded down)",
        "(today - 10 days)",
        "(end of month of today)",
        "(start of month of today)",
        "(start of month of d)",
        "(d - 2 months, rounded down)",
        "(latest accepted of ev)",
        "(earliest due of ev)",
        "(earliest since of plain)",
        "anniversary",
        "own anniversary",
        "shared anniversary",
        "membership anniversary",
        "(d when f, otherwise today)",
    )
)
_AWARDS = st.sampled_from(("own", "window", "renewed", "special", "member", "old"))
_COUNTS = st.sampled_from(
    (
        "n",
        "told",
        "marks[r].least",
        "count ev",
        "count distinct kind of ev",
        "count ev[due <= today]",
        "count ev[accepted < d]",
        "count plain",
        "sum size of plain",
        "count sales over trailing 2 months",
        "sum units of sales over trailing 3 months",
        "sum units of sales[kind = x] over last month",
        "sum units of sales over anniversary year",
        "largest size of plain",
        "average size of plain, rounded down to 1",
        "people holding basics",
        "people holding all of basics, extras",
        "different people for each of basics, extras",
        "best of { a: n  b: told }",
        "number held of designations",
        "n as projected",
        "n on d",
        "count ev on anniversary",
        "n + told",
        "0.5 * n up to 2",
        "sum size of plain / n, rounded up to 1",
    )
)
_ATOMS = st.one_of(
    st.builds("({} {} {})".format, _DATES, _OP, _DATES),
    st.builds("({} {} {})".format, _DATES, _OP, _DAYS),
    st.builds("({} {} {})".format, _COUNTS, _OP, _FIGURE),
    st.builds("(holds {})".format, _AWARDS),
    st.builds("(qualifies for {})".format, _AWARDS),
    st.sampled_from(
        (
            "f",
            "last_day",
            "(r = a)",
            "(f as projected)",
            "(f on d)",
            "(holds own on 2023-01-14)",
            "(holds at gold old)",
            "(held any of designations)",
            "(f sometime from today - 10 days through today)",
            "(holds own sometime from start of month of today through today)",
            "(last_day sometime from d through d + 1 month, rounded down)",
            "(at least 2 of { a: f  b: last_day  c: n >= 1 })",
        )
    ),
)
CONDITIONS = st.recursive(
    _ATOMS,
    lambda inner: st.one_of(
        st.builds("({} and {})".format, inner, inner),
        st.builds("({} or {})".format, inner, inner),
        st.builds("(not {})".format, inner),
    ),
    max_leaves=4,
)
_STAGES = (
    "held",
    "paid",
    "lapsed",
    "renewable",
    "qualifies",
    "in_progress",
    "held and not renewable",
    "lapsed or paid",
)
EVERY_STAGE = (
    f"lifecycle designation {{ {' '.join(f's{i} when {s}' for i, s in enumerate(_STAGES))} not_started otherwise }}"
)
"""A life cycle of every word that may be drawn for one."""


NOUNS = {"competency": "rank", "designation": "tier", "specialization": "validation", "program": "step"}
"""Words of a programme for kinds of the language."""


def in_own_words(text: str, kind: str) -> str:
    """Return policies in which one kind goes by a word of the programme, wherever they speak of it."""
    noun, plural = NOUNS[kind], KINDS[kind].plural
    spoken = re.sub(rf"\b{plural}\b", f"{noun}s", re.sub(rf"\b{kind}\b", noun, text))
    return f"kind {noun} like {kind}\n{spoken}"


@st.composite
def policies(draw: st.DrawFn) -> str:
    """Policies that ask a condition inside a window; a life cycle asks one of its words, and kinds may have other words."""
    made = draw(_in_the_words_of_the_language())
    kind = draw(st.none() | st.sampled_from(sorted(NOUNS)))
    return made if kind is None else in_own_words(made, kind)


@st.composite
def _in_the_words_of_the_language(draw: st.DrawFn) -> str:
    first, last = sorted((draw(_DAYS), draw(_DAYS)))
    moving = "start of month of today - 2 months through today"
    window = draw(st.sampled_from((f"{first} through {last}", moving, f"{first} through today")))
    return f"""{VOCABULARY}
measure drawn: flag = {draw(CONDITIONS)}
program e {{ requires {{ q: drawn sometime from {window} }} }}
lifecycle designation {{ seen when ({draw(st.sampled_from(_STAGES))}) sometime from {window}  held when held  not_started otherwise }}
"""
