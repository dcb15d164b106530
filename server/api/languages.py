"""In which language an answer is told: the one that the request prefers of those that there are (RFC 9110, 12.5.4)."""

from __future__ import annotations

from flask import Response, request

from review.languages.voice import ENGLISH, LANGUAGES


def asked_language() -> str:
    """Return the language that ``Accept-Language`` rates highest of those that there are; English where it names none."""
    return request.accept_languages.best_match(LANGUAGES, ENGLISH) or ENGLISH


def in_language(response: Response, language: str) -> Response:
    """Return a response that says its language, and that it depends on what was asked for: caches keep them apart."""
    response.content_language.add(language)
    response.vary.add("Accept-Language")
    return response
