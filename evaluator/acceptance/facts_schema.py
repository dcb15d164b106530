"""The JSON Schema of facts, made from the vocabulary of a policy document, and messages for what it refuses."""

from __future__ import annotations

import json
import operator
import re
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Context, Decimal
from functools import cached_property
from itertools import chain
from typing import TYPE_CHECKING, Any

from dsl.builtin import AWARDS, BUILT_IN, ENDLESS, INSTANTS
from dsl.core import Core, FieldDecl, NamedDecl, RecordsDecl, Type
from dsl.diagnostics import listed, nearest, proposed
from dsl.json_values import decimal_text, escaped
from evaluator.acceptance.instants import PATTERN
from evaluator.limits import (
    DIGITS,
    FIRST_YEAR,
    LAST_YEAR,
    MAX_ENTRIES,
    MAX_HISTORY,
    MAX_PROBLEMS,
    MAX_ROWS,
    PLACES,
    shortened,
)
from schemas.fitting import fitting_of

if TYPE_CHECKING:
    from jsonschema.exceptions import ValidationError
    from jsonschema.protocols import Validator

Json = Any

_MOST: int = 10**DIGITS
_ANY_DECIMAL = r"^-?[0-9]+(\.[0-9]+)?$"
_DECIMAL_TEXT = rf"^-?[0-9]{{1,{DIGITS}}}(\.[0-9]{{1,{PLACES}}})?$"
_YEAR = "(19|20|21)[0-9]{2}"  # FIRST_YEAR to LAST_YEAR
_MONTH = {"type": "string", "pattern": f"^{_YEAR}-(0[1-9]|1[0-2])$"}
_DATE = {"type": "string", "format": "date", "pattern": f"^{_YEAR}-[0-9]{{2}}-[0-9]{{2}}$"}
_INSTANT = {"type": "string", "format": "date-time", "pattern": PATTERN}
_DATED = (_DATE["pattern"], _MONTH["pattern"], _INSTANT["pattern"])
_ANY_DAY = re.compile(r"[0-9]{4}-[0-9]{2}(-[0-9]{2})?", re.ASCII)
_ANY_INSTANT = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}[Tt ][0-9].*", re.ASCII)


@dataclass(frozen=True, slots=True)
class FactProblem:
    """Why facts were refused: a JSON pointer, a code of the F series, a sentence, and advice."""

    pointer: str
    code: str
    message: str
    help: str = ""


class FactErrors(Exception):
    """Facts do not fit the vocabulary; ``problems`` tells each place, ``more`` that the rest was not looked at."""

    def __init__(self, problems: tuple[FactProblem, ...], *, more: bool = False) -> None:
        self.problems = problems
        self.more = more
        super().__init__("; ".join(f"{problem.pointer}: {problem.message}" for problem in problems[:3]))


def type_schema(type_: Type, *, endless: bool = False, instant: bool = False) -> Json:
    """Return the schema of a value of the type; numbers may be JSON numbers or decimal texts.

    Args:
        type_: the type.
        endless: whether a day may be ``none``.
        instant: whether an instant may stand for a day.
    """
    match type_.kind:
        case "flag":
            return {"type": "boolean"}
        case "date":
            also = [*([{"const": "none"}] if endless else []), *([_INSTANT] if instant else [])]
            return {"anyOf": [_DATE, *also]} if also else _DATE
        case "text":
            known = {"examples": [spelling for spelling, _ in type_.spellings]} if type_.spellings else {}
            return {"type": "string", "maxLength": 400, **known}
        case "choice":
            return {"type": "string", "enum": [*type_.choices, *(spelling for spelling, _ in type_.spellings)]}
        case "count":
            bounds = {"minimum": int(type_.low)} if type_.low is not None else {"minimum": -_MOST}
            return {"type": "integer", **bounds, "maximum": int(type_.high) if type_.high is not None else _MOST}
        case _:
            low = type_.low if type_.low is not None else -_MOST
            high = type_.high if type_.high is not None else _MOST
            bounds = {"minimum": _plain(low), "maximum": _plain(high)}
            return {"type": ["number", "string"], "format": "decimal", "pattern": _DECIMAL_TEXT, **bounds}


def _plain(value: Any) -> Any:
    # As JSON has it; the bound is compared as a decimal (`_bound`).
    return json.loads(decimal_text(Decimal(value)))


def _is_decimal(value: Json) -> bool:
    """Whether a number keeps to the digits that are reckoned exactly; what is no number is not looked at."""
    if isinstance(value, bool) or not isinstance(value, int | float | Decimal):
        return True
    if isinstance(value, int):
        return abs(value) <= _MOST
    number = Decimal(str(value))
    if not number.is_finite():
        return False
    exponent = number.normalize(_DIGITS).as_tuple().exponent
    return isinstance(exponent, int) and exponent >= -PLACES and abs(number) <= _MOST


def _is_instant(value: Json) -> bool:
    """Whether the day of an instant is one of the calendar; its clock is the pattern's."""
    if not isinstance(value, str) or re.search(PATTERN, value) is None:
        return True
    try:
        date.fromisoformat(value[:10])
    except ValueError:
        return False
    return True


def _bound(wrong: Callable[[Decimal, Decimal], bool], words: str) -> Callable[..., Iterator[ValidationError]]:
    """Return a check of a bound that also looks at decimals written as text."""
    from jsonschema.exceptions import ValidationError

    def check(_: object, bound: Json, instance: Json, schema: Json) -> Iterator[ValidationError]:
        if isinstance(instance, bool) or not isinstance(instance, int | float | Decimal | str):
            return
        if isinstance(instance, str) and ("pattern" not in schema or not re.search(schema["pattern"], instance)):
            return
        number = Decimal(str(instance))
        if number.is_finite() and wrong(number, Decimal(str(bound))):
            yield ValidationError(f"{instance} is {words} {bound}")

    return check


_DIGITS = Context(prec=400)


def _validator_of(schema: Json) -> Validator:
    """Return what says why facts do not fit a schema."""
    # Here and not above: facts that fit need nothing of it, and it takes as long to come as all policies from the cache.
    from jsonschema import Draft202012Validator, FormatChecker, validators

    formats = FormatChecker(["date"])
    formats.checks("decimal")(_is_decimal)
    formats.checks("date-time")(_is_instant)
    bounds = {"minimum": _bound(operator.lt, "below"), "maximum": _bound(operator.gt, "above")}
    extended = validators.extend(Draft202012Validator, bounds)  # type: ignore[no-untyped-call]
    validator: Validator = extended(schema, format_checker=formats)
    return validator


def facts_schema(core: Core, names: Iterable[str] | None = None) -> dict[str, Json]:
    """Return the schema of a facts document.

    Args:
        core: whose vocabulary.
        names: facts, measures and records to keep; all of them where None.
    """
    kept = None if names is None else set(names)
    told: list[FieldDecl | NamedDecl] = [
        *core.facts.values(),
        *(named for named in core.named.values() if named.supplied),
    ]
    facts = {decl.name: {"title": decl.title, **_fact(decl.type)} for decl in told if kept is None or decl.name in kept}
    records: list[RecordsDecl] = [*core.records.values(), *BUILT_IN.values()]
    lists = {decl.name: _records(decl) for decl in records if kept is None or decl.name in kept}
    inner = {"facts": _object(facts), "records": _object(lists)}
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Facts of a partner",
        "description": f"What a service may tell about a partner to {core.title or 'the programme'}; what it leaves out is unknown.",
        **_object(
            {
                "partner": {"type": "string", "maxLength": 200},
                **inner,
                "events": _EVENTS,
                "projected": {**_object(inner), "description": "The same as projected for the next check."},
            }
        ),
    }


def _object(properties: Mapping[str, Json], *required: str) -> dict[str, Json]:
    """Return the schema of an object that has these properties, and no others."""
    needed = {"required": [*required]} if required else {}
    return {"type": "object", "additionalProperties": False, **needed, "properties": properties}


_NAME = {"type": "string", "maxLength": 400}
EVENT_VERBS = {
    "attains": "An award, by its rule: with its level where it has levels.",
    "buys": "Benefits, as an option of a choice gives them.",
    "renews": "An award, in the days for its renewal.",
    "joins": "A person of the certifications: what they hold counts from this day on, or 24 hours after this instant.",
    "leaves": "A person of the certifications: from this day on, or the day of this instant, nothing they hold counts.",
}
"""What a partner can do on a day, as an event says it."""
_EVENTS: dict[str, Json] = {
    "title": "What the partner does",
    "description": "Read by a timeline (`merit timeline`, POST /v1/timeline); a decision is of the register as it is told.",
    "type": "array",
    "maxItems": MAX_ENTRIES,
    "items": _object(
        {
            "on": {"title": "Day; of who joins or leaves also an instant", "anyOf": [_DATE, _INSTANT]},
            **{verb: {"title": title, **_NAME} for verb, title in EVENT_VERBS.items()},
        },
        "on",
    ),
}


def _fact(type_: Type) -> dict[str, Json]:
    value = type_schema(type_)
    steps = {
        "type": "array",
        "minItems": 1,
        "maxItems": MAX_HISTORY,
        "items": _object({"from": _DATE, "value": value}, "from", "value"),
    }
    return {"if": {"type": "object"}, "then": _object({"history": steps}, "history"), "else": value}


def _records(decl: RecordsDecl) -> dict[str, Json]:
    fields: dict[str, FieldDecl] = dict(decl.fields)
    is_built_in = decl.name in BUILT_IN
    properties = {
        name: {
            "title": field.title,
            **type_schema(
                field.type, endless=is_built_in and name in ENDLESS, instant=is_built_in and name in INSTANTS
            ),
        }
        for name, field in fields.items()
        if field.formula is None
    }
    if decl.monthly:
        properties["month"] = {"title": "Month", **_MONTH}
    rows = {
        "type": "array",
        "maxItems": MAX_ENTRIES if decl is AWARDS else MAX_ROWS,
        "items": _object(properties),
    }
    covers = {"covers": _object({"from": _MONTH, "through": _MONTH}, "from", "through")} if decl.monthly else {}
    wrapped = _object({"partial": {"type": "boolean"}, "rows": rows, **covers}, "rows")
    return {"title": decl.title, "if": {"type": "object"}, "then": wrapped, "else": rows}


class FactsReader:
    """Validates facts of one core; made once, used for every query."""

    def __init__(self, core: Core) -> None:
        self.core = core
        self.schema = facts_schema(core)
        self._accepts = fitting_of(self.schema, _is_decimal, at_once=False)
        self._known_awards = frozenset(core.awards)
        self._levels = {rule.award: rule.levels for rule in core.rules.values()}
        self._any_level = {"none", *(level for own in self._levels.values() for level in own)}

    @cached_property
    def _validator(self) -> Validator:
        return _validator_of(self.schema)

    def accepts_as(self, other: FactsReader) -> bool:
        """Whether another one accepts the same facts, and no others."""
        return (self.schema, self._known_awards, self._levels) == (other.schema, other._known_awards, other._levels)

    def check(
        self,
        data: Json,
        prefix: str = "",
        *,
        most: int = MAX_PROBLEMS,
        also: Callable[[Json], Iterable[FactProblem]] = lambda _: (),
    ) -> None:
        """Raise where the data are no facts of this vocabulary.

        Args:
            data: what is told.
            prefix: where it stands.
            most: how many places are told at most.
            also: yields what else is wrong with facts that fit the schema, so that all of it is told at once.

        Raises:
            FactErrors: with the JSON pointer of every place, under ``prefix``, up to ``most`` places.
        """
        unique: dict[tuple[str, str], FactProblem] = {}
        if not self._accepts(data):
            errors = _leaves(self._validator.iter_errors(data))
            unique = _first(most, (problem for error in errors for problem in self._problems(error, prefix)))
        if not unique:
            unique = _first(most, chain(self._beyond_schema(data, prefix), also(data)))
        if unique:
            told = sorted(list(unique.values())[:most], key=lambda problem: problem.pointer)
            raise FactErrors(tuple(told), more=len(unique) > most)

    def _beyond_schema(self, data: Json, prefix: str) -> Iterable[FactProblem]:
        """Refuse what the schema lets pass: levels that no award has, and histories that say two things of one day."""
        told = [(data, prefix)]
        if "projected" in data:
            told.append((data["projected"], f"{prefix}/projected"))
        for part, pointer in told:
            if part.get("records", {}).get("awards"):
                yield from self._awards(part, pointer)
        for part, pointer in told:
            if any(isinstance(fact, dict) for fact in part.get("facts", {}).values()):
                yield from _histories(part, pointer)

    def _awards(self, data: Mapping[str, Json], prefix: str) -> Iterable[FactProblem]:
        """Refuse levels that an award does not have: they would never count; and what is attained twice on one day."""
        known, levels, any_level = self._known_awards, self._levels, self._any_level
        raw = data.get("records", {}).get("awards", [])
        rows = raw["rows"] if isinstance(raw, dict) else raw
        middle = "/rows" if isinstance(raw, dict) else ""
        attained: set[tuple[str, str]] = set()
        for index, row in enumerate(rows):
            award = row.get("award")
            pointer = f"{prefix}/records/awards{middle}/{index}"
            if award is not None and "attained" in row:
                key = (award, row["attained"])
                if key in attained:
                    yield attained_twice(pointer, *key)
                attained.add(key)
            if award is not None and award not in known:
                continue  # it counts for nothing, as a hint beside the answer tells
            level = row.get("level")
            if award is None and level in any_level:
                continue
            if level is not None and level not in (levels.get(award) or ("none",)):
                yield FactProblem(
                    f"{pointer}/level",
                    "F105",
                    f"`{award}` has no level `{level}`" if award is not None else f"no award has a level `{level}`",
                    f"its levels are {listed(levels.get(award) or ())}" if levels.get(award) else "leave the level out",
                )

    def _problems(self, error: ValidationError, prefix: str) -> Iterable[FactProblem]:
        pointer = prefix + "".join("/" + escaped(str(part)) for part in error.absolute_path)
        if error.validator == "additionalProperties":
            known = set(_part(error).get("properties", {}))
            told: Json = error.instance
            unknown = (name for name in told if name not in known)
            return (self._unknown_name(name, known, f"{pointer}/{escaped(shortened(name))}") for name in unknown)
        if error.instance is None:
            help_ = 'leave it out when it is unknown; write "none" where nothing is meant and the field takes it'
            return [FactProblem(pointer, "F102", "`null` is no value", help_)]
        if error.validator == "required":
            return [FactProblem(pointer, "F103", error.message.replace("'", "`"), "add it")]
        return [FactProblem(pointer, "F104", *_refused(error))]

    def _unknown_name(self, name: str, known: Collection[str], where: str) -> FactProblem:
        if re.fullmatch(r"\d{3}", name):
            # `{azure_acr: 250,000}` is read as two entries.
            return FactProblem(
                where, "F101", f"a number goes on behind its comma: `,{name}`", "write it without commas"
            )
        if name in self.core.named and not self.core.named[name].supplied:
            return FactProblem(
                where,
                "F106",
                f"`{name}` is reckoned from the records and may not be supplied",
                "tell the records it is made of, or declare it `may be supplied`",
            )
        otherwise = f"known are {listed(sorted(known))}" if known else "nothing is expected here"
        return FactProblem(
            where, "F101", f"I do not know `{shortened(name)}`", proposed(shortened(name), known, otherwise)
        )


def _histories(data: Mapping[str, Json], prefix: str) -> Iterable[FactProblem]:
    """Refuse histories that say two things of one day."""
    for name, fact in data.get("facts", {}).items():
        days = [step["from"] for step in fact["history"]] if isinstance(fact, dict) else []
        seen: set[str] = set()
        for index, day in enumerate(days):
            if day in seen:
                pointer = f"{prefix}/facts/{name}/history/{index}/from"
                yield FactProblem(pointer, "F104", f"two values begin on {day}", "keep one of them")
            seen.add(day)


def _is_of_another_time(told: str) -> bool:
    """Whether a text is a day or month of a year that is not reckoned with."""
    is_dated = _ANY_DAY.fullmatch(told) or _ANY_INSTANT.fullmatch(told)
    return is_dated is not None and not FIRST_YEAR <= int(told[:4]) <= LAST_YEAR


def _first(most: int, problems: Iterable[FactProblem]) -> dict[tuple[str, str], FactProblem]:
    """Return the first problems by place and code: one more than are told, so that the rest is known of."""
    unique: dict[tuple[str, str], FactProblem] = {}
    for problem in problems:
        unique.setdefault((problem.pointer, problem.code), problem)
        if len(unique) > most:
            break
    return unique


def _leaves(errors: Iterable[ValidationError]) -> Iterable[ValidationError]:
    """Yield the errors that say what is wrong: those inside the branches of a choice, not the choice."""
    for error in errors:
        if error.validator == "anyOf" and error.instance is not None and error.context:
            dates = [inner for inner in error.context if inner.validator in ("format", "pattern")]
            if dates:
                yield _meant(dates, error.instance)
                continue
        if error.validator in ("if", "allOf") and error.context:
            yield from _leaves(error.context)
        else:
            yield error


def _part(error: ValidationError) -> Mapping[str, Json]:
    """Return the part of the schema that refuses something: the one of facts has no part that is true or false."""
    if not isinstance(error.schema, Mapping):
        raise AssertionError("a part of the schema of facts is an object")
    return error.schema


def _refused(error: ValidationError) -> tuple[str, str]:
    """Return why a value is refused that is none of its type or lies outside of it, and what to write."""
    told: Json = error.instance
    asked: Json = error.validator_value
    match error.validator:
        case "enum":
            choices = [str(value) for value in asked]
            near, values = nearest(str(told), choices), listed(choices)
            return (
                f"`{told}` is none of the values",
                f"did you mean `{near}`? the values are {values}" if near else f"the values are {values}",
            )
        case "format" | "pattern" if asked == "decimal" or (
            asked == _DECIMAL_TEXT and re.search(_ANY_DECIMAL, str(told))
        ):
            return (
                f"{_shown(told)} has too many digits",
                f"at most {DIGITS} before and {PLACES} behind the point are reckoned exactly",
            )
        case "pattern" if asked in _DATED and _is_of_another_time(str(told)):
            return (
                f"`{told}` lies outside of the years {FIRST_YEAR} to {LAST_YEAR}",
                'write "none" where it never ends and the field takes it; leave it out when it is unknown',
            )
        case "maxItems" if isinstance(told, list):
            return (
                f"this list has {len(told):,} entries",
                f"at most {asked:,} are read at once; tell only what the day asked about needs",
            )
        case "pattern" if asked == PATTERN:
            return (
                f"{_shown(told)} is no instant",
                "write day, time and zone, like 2022-10-03T09:30:00Z or 2022-10-03T09:30:00-07:00",
            )
        case "format" if asked == "date-time":
            return f"`{str(told)[:10]}` is not a day of the calendar", "write year-month-day, like 2022-10-03"
        case "format" if _ANY_DAY.fullmatch(str(told)):
            return f"`{told}` is not a day of the calendar", "write year-month-day, like 2022-10-03"
        case _:
            schema = _part(error)
            return f"this is {_shown(told)}, where {_wanted(schema)} is expected", _example(schema, told)


def attained_twice(pointer: str, name: str, day: str) -> FactProblem:
    """Return the problem of an award that is told to be attained on a day once more.

    Args:
        pointer: where it is told again.
        name: the award, as it is told.
        day: the day, as it is told.
    """
    return FactProblem(
        pointer, "F108", f"`{shortened(name)}` is attained on {day} once already",
        "an award is attained once a day: leave one of the two out, or mend its day",
    )  # fmt: skip


def _meant(errors: Sequence[ValidationError], told: Json) -> ValidationError:
    """Return what is wrong with a day, or with an instant where more than a day is told and one may be."""
    is_more = isinstance(told, str) and _ANY_INSTANT.fullmatch(told) is not None
    of_instants = [one for one in errors if _INSTANT[str(one.validator)] == one.validator_value]
    return of_instants[0] if of_instants and is_more else errors[0]


def _shown(value: Json) -> str:
    match value:
        case bool():
            return "true" if value else "false"
        case str():
            return f'the text "{value[:40]}"'
        case list():
            return "a list"
        case Mapping():
            return "an object"
        case _:
            return f"the number {value}"


def _wanted(schema: Json) -> str:
    kinds = {
        "boolean": "true or false",
        "string": "a text",
        "integer": "a whole number",
        "number": "a number",
        "array": "a list",
        "object": "an object",
    }
    if "anyOf" in schema:
        return _wanted(schema["anyOf"][0])
    if "const" in schema:
        return f'"{schema["const"]}"'
    if schema.get("format") == "date":
        return "a date"
    if schema.get("pattern") == _MONTH["pattern"]:
        return "a month"
    own = schema.get("type", "")
    word = "a number" if isinstance(own, list) else kinds.get(own, "another value")
    if "minimum" in schema and "maximum" in schema:
        low, high = schema["minimum"], schema["maximum"]
        if high < _MOST:
            return f"{word} from {low} to {high}"
        return f"{word} not below {low}" if low > -_MOST else word
    return word


_NUMBER_IN_WORDS = re.compile(r"[$€£]?[ ]?(-?\d[\d,]*(?:\.\d+)?)[ ]?(?:%|[A-Za-z]+)?")


def _example(schema: Json, value: Json) -> str:
    wanted = _wanted(schema)
    number = _NUMBER_IN_WORDS.fullmatch(value) if isinstance(value, str) else None
    if number and number[1] != value and "number" in wanted:
        return f"write the number alone, in the unit of the fact: {number[1].replace(',', '')}"
    if wanted == "a date":
        return 'write year-month-day, like "2022-10-03"'
    if wanted == "a month":
        return 'write year-month, like "2023-05"'
    return f"write {wanted}"
