"""AuthZEN 1.0 (OpenID Authorization API): whether a partner may have what a rule gives, asked as enforcement points ask.

An evaluation is a query in other words, and a search one about many rules or both actions: the subject is a partner whose properties are its facts, the resource is a rule, the
action is to qualify for it or to hold it, and the context names the day. It is decided, logged and counted as a query is,
and its whole answer stands in the context of the response: ``decision`` alone can't say that something is not known.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from types import MappingProxyType
from typing import Any, Literal, NamedTuple, TypeAlias

from flask import Blueprint, current_app, request
from flask.typing import ResponseReturnValue

from dsl.core.ranges import Truth
from dsl.diagnostics import listed, proposed
from evaluator.deadline import within
from evaluator.decision import Decision, Detail
from server.api import logged, parameters, problems, queries, wire
from server.api.answers import Answered, answered
from server.api.problems import Fault, Problem
from server.api.wire import written
from server.snapshot import PUBLIC_URL, Limits, Snapshot, current_limits, current_programme, current_snapshot

Json = Any
SUBJECT, RESOURCE = "partner", "rule"
"""The types of a subject and of a resource."""
Action: TypeAlias = Literal["qualify", "hold"]
ACTIONS: dict[str, Action] = {"qualify": "qualify", "hold": "hold"}
"""Whether the rule is met on the day; whether the register says that the award is held on it."""
PARTS = ("subject", "action", "resource", "context")
SEMANTICS = {"execute_all": None, "deny_on_first_deny": False, "permit_on_first_permit": True}
"""By the name of how several evaluations are gone through: the decision after which no more are looked at."""

bp = Blueprint("authzen", __name__, url_prefix="/access/v1")
configuration = Blueprint("authzen_configuration", __name__, url_prefix="/.well-known")

# Where the parts of a query come from in an evaluation.
_PLACES = (("/facts/partner", "/subject/id"), ("/facts", "/subject/properties"), ("/as_of", "/context/as_of"))


class _Asked(NamedTuple):
    """An evaluation as a query, and what of its decision is asked for."""

    query: Json
    action: Action


@bp.post("/evaluation")
def create_evaluation() -> ResponseReturnValue:
    """Decide one evaluation."""
    limits = current_limits()
    return _one(current_snapshot(), wire.read_json(limits.body_bytes), limits)


@bp.post("/evaluations")
def create_evaluations() -> ResponseReturnValue:
    """Decide several evaluations in their order; what is the same in all is told once, beside them."""
    snapshot, limits = current_snapshot(), current_limits()
    data = wire.read_json(limits.batch_bytes)
    items, last = _items(data, limits.batch_items)
    if not items:
        return _one(snapshot, data, limits)
    shared = {name: data[name] for name in PARTS if name in data}
    answers: list[Answered] = []
    results: list[str] = []
    most = max(1, problems.MAX_FAULTS // len(items))
    with within(limits.seconds):
        for item in items:
            try:
                answer, allowed = _decided(snapshot, {**shared, **item} if isinstance(item, dict) else item, most)
            except Problem as problem:
                allowed = False
                error = {"status": problem.kind.status, "message": problem.detail, "problem": problem.as_json()}
                results.append(f'{{"decision":false,"context":{{"error":{written(error)}}}}}')
            else:
                answers.append(answer)
                results.append(_text(answer, allowed))
            if allowed is last:
                break
    logged.log(answers)
    logged.show_shadow(snapshot, answers, limits)
    return wire.write_text(f'{{"evaluations":[{",".join(results)}]}}')


@bp.post("/search/resource")
def search_resources() -> ResponseReturnValue:
    """Find the rules that a partner qualifies for, or whose award it holds; patterns of an id say among which."""
    snapshot, limits = current_snapshot(), current_limits()
    data = wire.read_json(limits.body_bytes)
    faults = list(_faults(data, without={"resource": "id"}))
    if faults:
        raise problems.invalid_evaluation(faults)
    action = ACTIONS[data["action"]["name"]]
    with within(limits.seconds):
        answer = _answered(snapshot, _query(data, data["resource"].get("id", "*"), "none"), problems.MAX_FAULTS)
    return _found(
        snapshot,
        answer,
        limits,
        [({"type": RESOURCE, "id": one.rule}, _is_so(one, action), _is_open(one, action)) for one in answer.decisions],
    )


@bp.post("/search/action")
def search_actions() -> ResponseReturnValue:
    """Find what a partner can do with a rule: qualify for it, hold its award."""
    snapshot, limits = current_snapshot(), current_limits()
    data = wire.read_json(limits.body_bytes)
    faults = list(_faults(data, without={"action": "name"}))
    if not faults:
        faults = list(_rule_faults(snapshot, data))
    if faults:
        raise problems.invalid_evaluation(faults)
    with within(limits.seconds):
        answer = _answered(snapshot, _query(data, data["resource"]["id"], "none"), problems.MAX_FAULTS)
    [decision] = answer.decisions
    return _found(
        snapshot,
        answer,
        limits,
        [({"name": name}, _is_so(decision, action), _is_open(decision, action)) for name, action in ACTIONS.items()],
    )


def _found(
    snapshot: Snapshot, answer: Answered, limits: Limits, looked_at: Sequence[tuple[Json, bool | None, bool]]
) -> ResponseReturnValue:
    """Log a search, and return what it found: what is so for certain, and beside it what the facts leave open."""
    logged.log([answer])
    logged.show_shadow(snapshot, [answer], limits)
    return wire.write_json(
        {
            "results": [told for told, is_so, _ in looked_at if is_so],
            "context": {
                "decision_id": answer.decision_id,
                "undetermined": [told for told, _, is_open in looked_at if is_open],
            },
        }
    )


@configuration.get("/authzen-configuration")
def show_configuration() -> ResponseReturnValue:
    """Tell enforcement points where they ask."""
    parameters.read()
    base = (current_app.config.get(PUBLIC_URL) or request.host_url).rstrip("/")
    if current_programme():
        base = f"{base}/{current_programme()}"
    return wire.write_json(
        {
            "policy_decision_point": base,
            "access_evaluation_endpoint": f"{base}/access/v1/evaluation",
            "access_evaluations_endpoint": f"{base}/access/v1/evaluations",
            # None for subjects: no partner is known here but by what is told of it.
            "search_resource_endpoint": f"{base}/access/v1/search/resource",
            "search_action_endpoint": f"{base}/access/v1/search/action",
        }
    )


def _one(snapshot: Snapshot, data: Json, limits: Limits) -> ResponseReturnValue:
    with within(limits.seconds):
        answer, allowed = _decided(snapshot, data, problems.MAX_FAULTS)
    logged.log([answer])
    logged.show_shadow(snapshot, [answer], limits)
    return wire.write_text(_text(answer, allowed))


def _text(answer: Answered, allowed: bool) -> str:
    """Return the response to an evaluation; the answer stands in it as it is logged."""
    return f'{{"decision":{written(allowed)},"context":{{"answer":{answer.body}}}}}'


def _decided(snapshot: Snapshot, data: Json, most: int) -> tuple[Answered, bool]:
    """Return the answer to an evaluation, and whether what it asks for is so; what is not known is not.

    Raises:
        Problem: it is no evaluation that can be decided: 400, as enforcement points expect.
    """
    asked = _read(snapshot, data)
    answer = _answered(snapshot, asked.query, most)
    decision = answer.decisions[0]
    allowed = _is_so(decision, asked.action)
    if allowed is None:
        raise problems.invalid_evaluation([_impossible(decision, asked.action)])
    return answer, allowed


def _answered(snapshot: Snapshot, query: Json, most: int) -> Answered:
    """Return the answer to a query that an evaluation or a search was made to.

    Raises:
        Problem: it cannot be decided; told of the evaluation: 400, as enforcement points expect.
    """
    try:
        return answered(snapshot, query, most)
    except Problem as problem:
        faults = [_moved(fault) for fault in problem.faults]
        raise problems.invalid_evaluation(faults) from problem


def _is_so(decision: Decision, action: Action) -> bool | None:
    """Return whether a decision says for certain what an action asks; None where nobody can do that with the rule."""
    if action == "hold":
        return None if decision.standing is None else decision.standing.held is Truth.TRUE
    return None if decision.eligibility is None else decision.eligibility == "eligible"


def _is_open(decision: Decision, action: Action) -> bool:
    """Return whether the facts leave open what an action asks."""
    if action == "hold":
        return decision.standing is not None and decision.standing.held is Truth.UNKNOWN
    return decision.eligibility == "undetermined"


def _impossible(decision: Decision, action: Action) -> Fault:
    """Return the fault of asking a rule for what it does not decide."""
    said = f"nobody can {action} a {decision.kind}"
    advice = (
        "ask POST /v1/decisions, which says what it decides" if action == "qualify" else "ask whether they `qualify`"
    )
    return Fault(code="Q108", message=said, help=advice, pointer="/action/name")


def _read(snapshot: Snapshot, data: Json) -> _Asked:
    """Return an evaluation as a query.

    Raises:
        Problem: it is none.
    """
    faults = list(_faults(data))
    if not faults:
        faults = list(_rule_faults(snapshot, data))
    if faults:
        raise problems.invalid_evaluation(faults)
    return _Asked(_query(data, data["resource"]["id"], "summary"), ACTIONS[data["action"]["name"]])


def _query(data: Json, decide: str, detail: Detail) -> Json:
    """Return the query about a subject and a day, without fault."""
    subject = data["subject"]
    return {
        "decide": [decide],
        "as_of": data["context"]["as_of"],
        "facts": {"partner": subject["id"], **subject.get("properties", {})},
        "detail": detail,
    }


def _rule_faults(snapshot: Snapshot, data: Json) -> Iterator[Fault]:
    """Yield what is wrong with the name of the one rule that is asked about."""
    rule = data["resource"]["id"]
    rules = snapshot.engine.core.rules
    if rule not in rules:
        near = [one.id for one in snapshot.engine.found(rule)] if "*" not in rule else []
        advice = f"ask for one of {listed(near)}" if near else proposed(rule, rules, "GET /v1/rules lists the rules")
        yield Fault(code="Q105", message=f"there is no rule `{rule}`", help=advice, pointer="/resource/id")


def _faults(data: Json, without: Mapping[str, str] = MappingProxyType({})) -> Iterator[Fault]:
    """Yield what keeps a document from being an evaluation; what it says besides is for other decision points.

    Args:
        data: the document.
        without: by part, the name in it that a search looks for: it need not be there.
    """
    if not isinstance(data, dict):
        yield Fault(code="Q104", message=f"an evaluation is an object, this is {queries.kind_of(data)}", pointer="")
        return
    missing = [name for name in PARTS if name not in data and without.get(name) != "name"]
    for name in missing:
        advice = 'add {"as_of": DAY}: the day that is asked about' if name == "context" else "add it"
        yield Fault(code="Q103", message=f"`{name}` is required", help=advice, pointer=f"/{name}")
    for name in PARTS:
        if name in data:
            yield from _part_faults(name, data[name], without.get(name))


def _part_faults(name: str, part: Json, without: str | None) -> Iterable[Fault]:
    at = f"/{name}"
    if not isinstance(part, dict):
        yield queries.wrong(part, "an object", at, "write it as AuthZEN has it: GET /openapi.json has an example")
        return
    match name:
        case "subject":
            yield from _word_faults(part, "type", (SUBJECT,), at)
            yield from _id_faults(part, at)
            properties = part.get("properties", {})
            if not isinstance(properties, dict):
                advice = 'write the facts: {"facts": {...}, "records": {...}}'
                yield queries.wrong(properties, "an object", f"{at}/properties", advice)
            elif "partner" in properties:
                said = "the partner is the subject's `id`"
                yield Fault(code="Q101", message=said, help="leave it out", pointer=f"{at}/properties/partner")
        case "resource":
            yield from _word_faults(part, "type", (RESOURCE,), at)
            if without is None or without in part:
                yield from _id_faults(part, at)
        case "action":
            if without is None or without in part:
                yield from _word_faults(part, "name", tuple(ACTIONS), at)
        case _:
            if "as_of" not in part:
                said = "`as_of` is required: a rule is decided for a day"
                yield Fault(code="Q103", message=said, help="add it", pointer=f"{at}/as_of")
            else:
                yield from queries.day_faults(part["as_of"], f"{at}/as_of")


def _id_faults(part: Json, at: str) -> Iterable[Fault]:
    if "id" not in part:
        yield Fault(code="Q103", message="`id` is required", help="add it", pointer=f"{at}/id")
    else:
        yield from queries.text_faults(part["id"], f"{at}/id")


def _word_faults(part: Json, name: str, known: Sequence[str], at: str) -> Iterable[Fault]:
    if name not in part:
        yield Fault(code="Q103", message=f"`{name}` is required", help=f"write {listed(known)}", pointer=f"{at}/{name}")
    elif part[name] not in known:
        told = part[name]
        advice = proposed(told, known, f"write {listed(known)}") if isinstance(told, str) else f"write {listed(known)}"
        yield queries.wrong(told, f"one of {listed(known)}", f"{at}/{name}", advice)


def _items(data: Json, most: int) -> tuple[list[Json], bool | None]:
    """Return the evaluations of a body, and the decision after which no more are looked at.

    Raises:
        Problem: they cannot be told, or are too many.
    """
    if not isinstance(data, dict):
        raise problems.invalid_evaluation([queries.wrong(data, "an object", "")])
    items = data.get("evaluations", [])
    if not isinstance(items, list):
        raise problems.invalid_evaluation([queries.wrong(items, "a list", "/evaluations")])
    if len(items) > most:
        raise problems.too_large(most, "evaluations")
    options = data.get("options", {})
    if not isinstance(options, dict):
        raise problems.invalid_evaluation([queries.wrong(options, "an object", "/options")])
    semantic = options.get("evaluations_semantic", "execute_all")
    if not isinstance(semantic, str) or semantic not in SEMANTICS:
        raise problems.invalid_evaluation(
            [queries.wrong(semantic, f"one of {listed(SEMANTICS)}", "/options/evaluations_semantic")]
        )
    return items, SEMANTICS[semantic]


def _moved(fault: Fault) -> Fault:
    """Return what is wrong with a query as what is wrong with the evaluation that it was made of."""
    told = re.sub(r"^/decide(/0)?", "/resource/id", fault.pointer or "")
    for before, after in _PLACES:
        if told == before or told.startswith(f"{before}/"):
            return replace(fault, pointer=after + told.removeprefix(before))
    return replace(fault, pointer=told)
