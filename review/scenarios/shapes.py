"""Whether plain data have the shape that a schema asks for, and what is wrong with them in words."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any

from jsonschema import Draft202012Validator, FormatChecker
from jsonschema.exceptions import ValidationError

from dsl.diagnostics import listed, nearest, proposed
from dsl.json_values import escaped
from review.scenarios.scenario import ScenarioProblem
from schemas import load as load_schema
from schemas.fitting import fitting

Json = Any

_DATE_LIKE = r"\d{4}-\d{2}-\d{2}"


def shape_problems(data: Json, schema: str) -> list[ScenarioProblem]:
    """Return every place at which data are not as a schema has them."""
    if fitting(schema)(data):
        return []
    validator = Draft202012Validator(load_schema(schema), format_checker=FormatChecker(["date"]))
    errors = sorted(validator.iter_errors(data), key=lambda error: error.json_path)
    # Where a name is unknown, the one that is missing is meant by it.
    mistyped = {error.json_path for error in errors if error.validator == "additionalProperties"}
    found = [
        problem
        for error in errors
        if error.validator not in ("required", "anyOf") or error.json_path not in mistyped
        for problem in _problems(error)
    ]
    return list(dict.fromkeys(found))


def _problems(error: ValidationError) -> Iterable[ScenarioProblem]:
    instance: Json = error.instance
    argument: Json = error.validator_value
    pointer = "".join(f"/{escaped(str(part))}" for part in error.absolute_path)
    match error.validator:
        case "if" | "anyOf" | "allOf" if error.context:
            best = [inner for inner in error.context if inner.validator != "type"] or error.context
            yield from _problems(best[0])
        case "additionalProperties":
            known = list(error.schema.get("properties", {})) if isinstance(error.schema, Mapping) else []
            for name in instance:
                if name not in known:
                    advice = proposed(name, known, f"known are {listed(known, most=20)}")
                    yield ScenarioProblem(f"{pointer}/{escaped(name)}", f"I do not know `{name}` here", advice)
        case "required":
            missing = [name for name in argument if name not in instance]
            yield ScenarioProblem(pointer, f"`{missing[0]}` is missing", "add it")
        case "format" if re.fullmatch(_DATE_LIKE, str(instance)) is None:
            return  # That it is no date is told already.
        case "format":
            yield ScenarioProblem(
                pointer, f"`{instance}` is not a day of the calendar", "write year-month-day, like 2022-10-03"
            )
        case "enum" if not isinstance(instance, str):
            return  # That it is no text is told already.
        case "enum":
            values = [str(value) for value in argument]
            near = nearest(str(instance), values)
            yield ScenarioProblem(
                pointer,
                f"`{instance}` is none of the values",
                f"did you mean `{near}`? the values are {listed(values)}"
                if near
                else f"the values are {listed(values)}",
            )
        case _:
            wanted = error.schema.get("description", "") if isinstance(error.schema, Mapping) else ""
            yield ScenarioProblem(
                pointer, f"this is {_shown(instance)}", f"expected {wanted}" if wanted else error.message
            )


def _shown(value: Json) -> str:
    match value:
        case None:
            return "empty"
        case bool():
            return "true" if value else "false"
        case str():
            return f"`{value[:60]}`"
        case list():
            return "a list" if value else "an empty list"
        case Mapping():
            return "an object" if value else "an empty object"
        case _:
            return f"the number {value}"
