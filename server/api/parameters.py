"""Query parameters: known ones only, each once."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import date

from flask import request

from dsl.diagnostics import listed, nearest, proposed
from server.api import problems, queries
from server.api.problems import Fault


def read(*known: str) -> dict[str, str]:
    """Return the parameters of this request.

    Raises:
        Problem: one is not known, or stands twice.
    """
    faults: list[Fault] = []
    for name, values in request.args.lists():
        if name not in known:
            near = nearest(name[:100], known)
            if near:
                advice = f"did you mean `{near}`?"
            else:
                advice = f"known are {listed(known)}" if known else "no parameter is expected here"
            said = f"I do not know the parameter `{name[:100]}`"
            faults.append(Fault(code="Q101", message=said, help=advice, parameter=name[:100]))
        elif len(values) > 1:
            faults.append(Fault(code="Q106", message=f"`{name}` stands twice", help="write it once", parameter=name))
    if faults:
        raise problems.invalid_query(faults)
    return dict(request.args.items())


def day(told: dict[str, str], name: str) -> date | None:
    """Return the day of a parameter, None where it is not there.

    Raises:
        Problem: it is no day of the calendar.
    """
    if name not in told:
        return None
    faults = [replace(fault, pointer=None, parameter=name) for fault in queries.day_faults(told[name], name)]
    if faults:
        raise problems.invalid_query(faults)
    return date.fromisoformat(told[name])


def choice(told: dict[str, str], name: str, values: Iterable[str]) -> str | None:
    """Return a parameter that is one of some words, None where it is not there.

    Raises:
        Problem: it is none of them.
    """
    if name not in told:
        return None
    known = sorted(values)
    if told[name] in known:
        return told[name]
    said = f"`{told[name][:100]}` is none of the values"
    advice = proposed(told[name][:100], known, f"the values are {listed(known)}")
    raise problems.invalid_query([Fault(code="Q104", message=said, help=advice, parameter=name)])


def words(told: dict[str, str], name: str) -> str | None:
    """Return the words of a parameter, None where it is not there.

    Raises:
        Problem: it has no word, or too many letters.
    """
    if name not in told:
        return None
    value = told[name]
    if not any(letter.isalnum() for letter in value) or len(value) > queries.MAX_ID:
        said = f"this has {len(value):,} characters" if len(value) > queries.MAX_ID else "nothing is asked"
        advice = f"write words of a title, label, source or name, at most {queries.MAX_ID} characters"
        raise problems.invalid_query([Fault(code="Q104", message=said, help=advice, parameter=name)])
    return value
