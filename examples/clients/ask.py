"""Asks a service the questions of files, by a client that is generated from its /openapi.json."""

import json
import os
import sys
from pathlib import Path
from typing import assert_never

from merit_client import AuthenticatedClient
from merit_client.api.decisions import decide_tagged
from merit_client.models import (
    MeritAnswerWithTaggedValues,
    MeritQuery,
    TaggedAnswerValueExact,
    TaggedAnswerValueRange,
    TaggedAnswerValueUnknown,
)


def said(points: TaggedAnswerValueExact | TaggedAnswerValueRange | TaggedAnswerValueUnknown) -> str:
    """Tell points in words."""
    match points:
        case TaggedAnswerValueExact():
            return points.value
        case TaggedAnswerValueRange():
            return f"{points.from_ or '?'} to {points.to or '?'}"
        case TaggedAnswerValueUnknown():
            return "not known"
        case _:
            assert_never(points)


# A service that asks for no token takes any.
client = AuthenticatedClient(base_url=sys.argv[1], token=os.environ.get("MERIT_TOKEN", "none"))
for file in sys.argv[2:]:
    query = MeritQuery.from_dict(json.loads(Path(file).read_text(encoding="utf-8")))
    answer = decide_tagged.sync(client=client, body=query)
    if not isinstance(answer, MeritAnswerWithTaggedValues):
        raise SystemExit(f"{file}: {answer.detail if answer else 'no answer'}")
    for decision in answer.decisions:
        points = f", {said(decision.score.points)} points" if decision.score else ""
        sys.stdout.write(f"{decision.rule}: {decision.eligibility or decision.kind}{points}\n")
