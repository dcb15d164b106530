"""Every output format: the commands that take ``--format``, and what each of them writes.

A command imports its own table only, so that it starts fast; a test holds that no command has formats beside these.
"""

from __future__ import annotations

from collections.abc import Mapping

from review.formats.comparisons import DIFF, IMPACT
from review.formats.decisions import DECIDE, EXPLAIN, WHAT_IF
from review.formats.diagnostics import CHECK
from review.formats.found import ASK
from review.formats.improvements import IMPROVE
from review.formats.pages import DOCS
from review.formats.proofs import PROVE
from review.formats.reports import REPORT
from review.formats.requests import REVIEW
from review.formats.scenarios import COVERAGE, MUTATION, TEST
from review.formats.timelines import TIMELINE

FORMATS: Mapping[str, Mapping[str, object]] = {
    "ask": ASK,
    "check": CHECK,
    "decide": DECIDE,
    "decide --set": WHAT_IF,
    "diff": DIFF,
    "docs": DOCS,
    "impact": IMPACT,
    "improve": IMPROVE,
    "explain": EXPLAIN,
    "prove": PROVE,
    "report": REPORT,
    "review": REVIEW,
    "test": TEST,
    "test --coverage": COVERAGE,
    "test --mutate": MUTATION,
    "timeline": TIMELINE,
}
