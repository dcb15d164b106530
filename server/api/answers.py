"""Answers as they go out: what is decided, which is the same for the same question, and which answer this is.

What is decided is one text, made once: it is what a caller reads, what is logged, and what a replay compares byte for
byte. Which answer it is stands before it, so that no two answers are taken for one.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from typing import Any

from evaluator.decision import Answer, Decision
from evaluator.engine import Engine
from evaluator.whatif.comparison import Comparison
from review.languages.voice import ENGLISH, voice_of
from review.words.answer_json import answer_json, comparison_json
from server import spans
from server.api import only, problems, queries
from server.api.languages import language_of
from server.api.wire import written
from server.snapshot import Snapshot

Json = Any


@dataclass(frozen=True, slots=True)
class Answered:
    """An answer of the service.

    ``text`` is JSON as ``schemas/answer`` describes it, without ``decision_id``.
    """

    decision_id: str
    query: Json
    text: str
    digest: str
    """Of the policies that decided."""
    engine: str
    decisions: tuple[Decision, ...] = ()
    """What was decided, of the facts as told."""

    @property
    def body(self) -> str:
        """The answer with its id."""
        return f'{{"decision_id":"{self.decision_id}",{self.text[1:]}'


def answered(snapshot: Snapshot, query: Json, most: int = problems.MAX_FAULTS) -> Answered:
    """Return the answer to a query, under an id of its own, by the policies that it names.

    Raises:
        Problem: as ``queries.answer``.
    """
    engine = snapshot.named(queries.digest_wanted(query))
    with spans.part("decide"):
        answer = queries.answer(engine, query, most, snapshot.digests)
    decisions = answer.before.decisions if isinstance(answer, Comparison) else answer.decisions
    with spans.part("write"):
        text = _told(engine, answer, query)
    return Answered(secrets.token_hex(16), query, text, engine.core.digest, engine.name, decisions)


def decided_text(engine: Engine, query: Json, most: int = problems.MAX_FAULTS) -> str:
    """Return what is decided of a query: the same text wherever the same is asked of the same policies.

    Raises:
        Problem: as ``queries.answer``.
    """
    return _told(engine, queries.answer(engine, query, most), query)


def _told(engine: Engine, answer: Answer | Comparison, query: Json) -> str:
    """Write an answer in the language of its query, with the reasons that this asks for."""
    if isinstance(answer, Answer) and queries.is_plain(query):
        return answer.as_text()
    language = language_of(query)
    if language == ENGLISH:
        told = answer.as_json()
    else:
        say = voice_of(engine.core, language)
        told = comparison_json(answer, say) if isinstance(answer, Comparison) else answer_json(answer, say)
    if "only" in query:
        only.keep(told, query["only"])
    return written(told)
