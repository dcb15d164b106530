"""In which language an answer is told: the one that the request prefers of those that there are (RFC 9110, 12.5.4)."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from flask import Response, request

from dsl.diagnostics import proposed
from review.languages.voice import ENGLISH, LANGUAGES
from server.api.problems import Fault

Json = Any


def asked_language() -> str:
    """Return the language that ``Accept-Language`` rates highest of those that there are; English where it names none."""
    if "HTTP_ACCEPT_LANGUAGE" not in request.environ:
        return ENGLISH
    return request.accept_languages.best_match(LANGUAGES, ENGLISH) or ENGLISH


def in_asked_language(query: Json) -> Json:
    """Return a question with the language that the request prefers, where it asks for another than English and names none.

    The question that is logged says then in which language it was answered, so that a replay finds the same words.
    """
    if not isinstance(query, dict) or "language" in query or (asked := asked_language()) == ENGLISH:
        return query
    return {**query, "language": asked}


def language_of(query: Json) -> str:
    """Return the language that a question without faults is to be answered in."""
    language: str = query.get("language", ENGLISH)
    return language


def language_faults(told: Json, pointer: str) -> Iterable[Fault]:
    """Yield what keeps a value from being a language that there is."""
    if not isinstance(told, str) or told not in LANGUAGES:
        said = f"there is no language `{told[:40]}`" if isinstance(told, str) else "a language is a tag, like `ja`"
        advice = proposed(told if isinstance(told, str) else "", LANGUAGES, f"write one of {', '.join(LANGUAGES)}")
        yield Fault(code="Q104", message=said, help=advice, pointer=pointer)


def in_language(response: Response, language: str) -> Response:
    """Return a response that says its language, and that it depends on what was asked for: caches keep them apart."""
    response.headers["Content-Language"] = language
    response.headers.add("Vary", "Accept-Language")
    return response
