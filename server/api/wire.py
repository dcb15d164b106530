"""JSON in and out: what is read is one bounded UTF-8 document of exact numbers, or a problem says why not."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterator
from decimal import Decimal, InvalidOperation
from typing import Any

from flask import Response, request

from review.formats.format import in_one_line
from server.api.problems import Fault, Problem, unreadable, unsupported_media_type

Json = Any
MAX_DEPTH = 64
"""How deep a body may nest; far above what a query needs, far below what recursion bears."""
MAX_DIGITS = 500
"""Digits and decimal exponent of a number; the facts' schema bounds what a number may be worth."""

_SURROGATE = re.compile("[\ud800-\udfff]")


def read_json(max_bytes: int) -> Json:
    """Return the body of this request; all its numbers are integers or decimals.

    Raises:
        Problem: it is too large, no JSON, or JSON that can't be read safely.
    """
    if request.mimetype != "application/json" or request.mimetype_params.get("charset", "utf-8").lower() != "utf-8":
        raise unsupported_media_type(request.headers.get("Content-Type", "")[:100])
    request.max_content_length = max_bytes
    return parse(request.get_data(cache=False))


def parse(body: bytes) -> Json:
    """Return what a body of JSON says.

    Raises:
        Problem: it is no JSON, or JSON that can't be read safely.
    """
    try:
        text = body.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise _unreadable("W102", f"byte {error.start} is not UTF-8", "write the body in UTF-8") from error
    if not text.strip():
        raise _unreadable("W101", "the body is empty", "send a query; schemas/query describes it")
    try:
        data = json.loads(
            text,
            parse_float=_decimal,
            parse_int=_integer,
            parse_constant=_constant,
            object_pairs_hook=_object,
        )
    except json.JSONDecodeError as error:
        said = f"this is no JSON: {error.msg[:1].lower()}{error.msg[1:]}"
        raise unreadable(Fault(code="W101", message=said, line=error.lineno, column=error.colno)) from error
    except RecursionError as error:
        raise _too_deep("") from error
    _check(data, has_escapes="\\u" in text)
    return data


def _object(pairs: list[tuple[str, Json]]) -> dict[str, Json]:
    found = dict(pairs)
    if len(found) != len(pairs):
        counts = Counter(name for name, _ in pairs)
        twice = next(name for name, count in counts.items() if count > 1)
        raise _unreadable("W104", f"the key `{twice[:100]}` stands twice in one object", "leave one of them out")
    return found


def _decimal(text: str) -> Decimal:
    try:
        value = Decimal(text)
    except InvalidOperation as error:
        raise _number() from error
    if len(text) > MAX_DIGITS or not value.is_finite() or (value and abs(value.adjusted()) > MAX_DIGITS):
        raise _number()
    return value


def _integer(text: str) -> int:
    if len(text) > MAX_DIGITS:
        raise _number()
    return int(text)


def _constant(text: str) -> Json:
    raise _unreadable("W103", f"`{text}` is no JSON number", "leave out what is not known")


def _check(data: Json, *, has_escapes: bool) -> None:
    """Refuse what nests too deep and, as only escapes can write it, text with half a surrogate pair."""
    if not has_escapes and not _nests_deeper(data, MAX_DEPTH):
        return
    for pointer, depth, value in _walk(data):
        if depth > MAX_DEPTH:
            raise _too_deep(pointer)
        texts = [value] if isinstance(value, str) else list(value) if isinstance(value, dict) else []
        if any(_SURROGATE.search(text) for text in texts):
            said = "a text holds half of a surrogate pair"
            raise unreadable(Fault(code="W106", message=said, help="write the whole character", pointer=pointer))


def _nests_deeper(data: Json, most: int) -> bool:
    """Whether there is a value below more than so many lists and objects: looked at level by level, without saying where."""
    level = [data]
    for _ in range(most):
        # What json.loads gives has no other classes.
        inside = [value for value in level if value.__class__ is dict or value.__class__ is list]
        if not inside:
            return False
        level = [inner for value in inside for inner in (value.values() if value.__class__ is dict else value)]
    return any(value.__class__ in (dict, list) and value for value in level)


def _walk(data: Json) -> Iterator[tuple[str, int, Json]]:
    todo: list[tuple[str, int, Json]] = [("", 0, data)]
    while todo:
        pointer, depth, value = todo.pop()
        yield pointer, depth, value
        if isinstance(value, dict):
            todo.extend((f"{pointer}/{escaped(key)}", depth + 1, inner) for key, inner in value.items())
        elif isinstance(value, list):
            todo.extend((f"{pointer}/{index}", depth + 1, inner) for index, inner in enumerate(value))


def escaped(key: str) -> str:
    """Return a key as it stands in a JSON pointer."""
    return key.replace("~", "~0").replace("/", "~1")


def _unreadable(code: str, message: str, advice: str) -> Problem:
    return unreadable(Fault(code=code, message=message, help=advice))


def _too_deep(pointer: str) -> Problem:
    return _unreadable("W105", f"the body nests more than {MAX_DEPTH} deep", "a query needs about ten levels")


def _number() -> Problem:
    return _unreadable("W107", f"a number has more than {MAX_DIGITS} digits", "write the number it stands for")


def write_json(data: Json, media_type: str = "application/json") -> Response:
    """Return a response with JSON; keys stay in their order."""
    return write_text(written(data), media_type)


def written(data: Json) -> str:
    """Return JSON as the service writes it: keys in their order, nothing between."""
    return in_one_line(data).decode()


def write_text(text: str, media_type: str = "application/json") -> Response:
    """Return a response with JSON that is written already."""
    return Response(text, content_type=media_type)
