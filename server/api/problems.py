"""Errors over HTTP: the only place that makes them (``schemas/problem``, RFC 9457)."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any

from flask import Blueprint, Flask, Response, current_app, request
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import HTTPException, MethodNotAllowed, NotFound, RequestEntityTooLarge

from dsl.diagnostics import listed, proposed
from evaluator.acceptance.facts_schema import FactProblem
from evaluator.deadline import DeadlineOver
from evaluator.engine import UnknownRule

Json = Any
MEDIA_TYPE = "application/problem+json"
MAX_FAULTS = 100
"""Most entries of ``errors``; ``detail`` says how many there are, or how many at least."""


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of problem; ``code`` is what callers switch on and the end of its address."""

    code: str
    status: int
    title: str
    meaning: str


KINDS = {
    kind.code: kind
    for kind in (
        Kind(
            "unreadable",
            400,
            "The body cannot be read",
            "The body is not one JSON document in UTF-8 that is safe to read: it may be empty, cut off, nested too "
            "deeply, name a key twice, or hold NaN, half a character or a number of too many digits. "
            "`errors` tells what and, where it is known, on which line.",
        ),
        Kind(
            "bad_request",
            400,
            "The request cannot be read",
            "The request breaks HTTP itself, for example by ending before its body does.",
        ),
        Kind(
            "invalid_evaluation",
            400,
            "The evaluation cannot be decided",
            "The body is JSON, but no evaluation (AuthZEN) that the policies can decide: the subject is a partner whose "
            "properties are its facts, the resource is a rule, the action is to `qualify` for it or to `hold` it, and "
            "`as_of` of the context is the day. Every place is in `errors`.",
        ),
        Kind(
            "unauthorized",
            401,
            "A token is needed",
            "The service answers those who have a token: send it as `Authorization: Bearer TOKEN`. Who runs the service "
            "gives them out (`merit token`).",
        ),
        Kind(
            "forbidden",
            403,
            "This may not be asked",
            "The token is known, and what was asked is not among what it may do; or the policies do not let the role of "
            "the reader see the report. `detail` says what is needed.",
        ),
        Kind(
            "unknown_rule",
            404,
            "There is no such rule",
            "A rule was asked for that the policies do not have. GET /v1/rules lists those they have; in `decide` an "
            "award's id stands for all its levels and `*` for any part of an id.",
        ),
        Kind(
            "unknown_decision",
            404,
            "There is no such decision in the log",
            "No decision of this id is logged. `decision_id` of an answer tells it; a service without a log keeps none.",
        ),
        Kind(
            "unknown_address",
            404,
            "There is nothing at this address",
            "The service has no resource there. GET /openapi.json describes those it has.",
        ),
        Kind(
            "method_not_allowed",
            405,
            "The resource does not take this method",
            "The header Allow lists the methods that it takes.",
        ),
        Kind(
            "request_timeout",
            408,
            "The request takes too long to come",
            "A request has to come whole, head and body, within a time from its first byte. Send it again, faster; a batch "
            "can be sent in parts.",
        ),
        Kind(
            "other_policies",
            409,
            "Other policies are in service",
            "The query names in `policy` the digest of the policies that are to decide, and these are not in service. "
            "`digests` tells those that are; without `policy` they answer.",
        ),
        Kind(
            "erased",
            410,
            "The decision is erased",
            "A decision of this id was logged; what was asked and answered is erased, for the sake of the partner or "
            "because its time was over. When it was made, and by which policies, is still in the log.",
        ),
        Kind(
            "too_large",
            413,
            "The body is too large",
            "A single query and a batch have a largest size each, and a batch a largest number of items. "
            "Ask in several requests.",
        ),
        Kind(
            "unsupported_media_type",
            415,
            "The body is of the wrong kind",
            "Queries are JSON in UTF-8, sent with the header `Content-Type: application/json`.",
        ),
        Kind(
            "invalid_query",
            422,
            "The query is not valid",
            "The body is JSON, but not a query: see schemas/query. Every place is in `errors`, with its JSON pointer "
            "or the name of the parameter. Errors of the facts are told with it.",
        ),
        Kind(
            "invalid_facts",
            422,
            "The facts do not fit the vocabulary",
            "The facts hold a name that the policies do not know, or a value of the wrong kind. What is not known is "
            "left out, never `null`. GET /v1/rules/{rule}/schema tells what a rule can read.",
        ),
        Kind(
            "too_many_requests",
            429,
            "Too many requests",
            "The caller asks more often than the service lets one caller ask. The header Retry-After tells the seconds until "
            "it may ask again. Many questions can be asked in one batch.",
        ),
        Kind(
            "headers_too_large",
            431,
            "The head of the request is too large",
            "The first line and the headers of a request have a largest size together. What is asked stands in the body.",
        ),
        Kind(
            "internal",
            500,
            "The service failed",
            "This is a bug of the service, not of the request.",
        ),
        Kind(
            "not_implemented",
            501,
            "The request is sent in a way that is not taken",
            "A body comes with its length or in chunks (`Transfer-Encoding: chunked`), and in no other coding.",
        ),
        Kind(
            "not_ready",
            503,
            "The service is not ready",
            "No policies are loaded yet, or the service ends. Ask again in a moment.",
        ),
        Kind(
            "deadline",
            503,
            "The time for the request is over",
            "The question takes longer than one request may; the work on it was stopped. `limits` of GET /v1/status tells "
            "how long that is. Ask for fewer rules, or in several requests.",
        ),
        Kind(
            "issuer_unavailable",
            503,
            "Tokens cannot be checked",
            "The keys by which the tokens of the issuer are checked cannot be had now. Ask again in a moment.",
        ),
        Kind(
            "log_unavailable",
            503,
            "The decision log cannot be used",
            "Each decision has to be logged, or one was asked for from the log, and that cannot be done now. "
            "No log, no decision: ask again in a moment.",
        ),
    )
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """One thing that is wrong, where, and what to do: an entry of ``errors``."""

    code: str
    message: str
    help: str = ""
    pointer: str | None = None
    """JSON pointer into the body."""
    parameter: str | None = None
    """Name of the query parameter."""
    line: int | None = None
    column: int | None = None
    """Place in a body that is no JSON, counted from one."""

    def as_json(self) -> dict[str, Json]:
        """Return the entry without what is not known."""
        place = {"pointer": self.pointer, "parameter": self.parameter, "line": self.line, "column": self.column}
        told = {name: value for name, value in place.items() if value is not None}
        return {**told, "code": self.code, "message": self.message, **({"help": self.help} if self.help else {})}

    def below(self, prefix: str) -> Fault:
        """Return the same fault of a document that stands at ``prefix`` of a larger one."""
        return self if self.pointer is None else replace(self, pointer=prefix + self.pointer)


class Problem(Exception):
    """A request that is not answered, and why."""

    def __init__(
        self,
        code: str,
        detail: str,
        faults: Sequence[Fault] = (),
        allow: Sequence[str] = (),
        digests: Sequence[str] = (),
        retry_after: int | None = None,
    ) -> None:
        self.kind = KINDS[code]
        self.detail = detail
        self.faults = tuple(faults)
        self.allow = tuple(sorted(allow))
        self.digests = tuple(digests)
        self.retry_after = retry_after
        super().__init__(detail)

    def as_json(self) -> dict[str, Json]:
        """Return the problem as ``schemas/problem`` describes it."""
        return {
            "type": f"/problems/{self.kind.code}",
            "title": self.kind.title,
            "status": self.kind.status,
            "code": self.kind.code,
            "detail": self.detail,
            **({"digests": list(self.digests)} if self.digests else {}),
            "errors": [fault.as_json() for fault in self.faults[:MAX_FAULTS]],
        }

    def response(self) -> Response:
        """Return the problem as a response."""
        # ASCII only: what a caller sent may come back in a message, also what UTF-8 cannot hold.
        response = Response(json.dumps(self.as_json()), self.kind.status, content_type=MEDIA_TYPE)
        if self.kind.status == 405:
            response.headers["Allow"] = ", ".join(self.allow)
        if self.kind.status == 401:
            response.headers["WWW-Authenticate"] = 'Bearer realm="merit"'
        if self.retry_after is not None:
            response.headers["Retry-After"] = str(self.retry_after)
        elif self.kind.status == 503 and self.kind.code != "deadline":
            response.headers["Retry-After"] = "1"  # the same question would take as long again
        return response


# ---- one function for each way to fail --------------------------------------------------------------------------


def unreadable(fault: Fault) -> Problem:
    """The body is no JSON document (W series)."""
    return Problem("unreadable", fault.message, [fault])


def broken_http(status: int, said: str) -> Problem:
    """The request breaks HTTP itself, is too slow, or is sent in a way that is not taken."""
    code, advice = _BROKEN.get(status, ("bad_request", "send a whole request, as HTTP/1.1 has it"))
    return Problem(code, said, [Fault(code="W114", message=said, help=advice)])


_BROKEN = {
    408: ("request_timeout", "send it again"),
    431: ("headers_too_large", "tell what is asked in the body"),
    501: ("not_implemented", "send the body with its length, or in chunks"),
}


def unsupported_media_type(told: str) -> Problem:
    """The body is not sent as JSON in UTF-8."""
    sent = f"the body came as `{told}`" if told else "the body came without a Content-Type"
    fault = Fault(code="W110", message=sent, help="send JSON in UTF-8 with `Content-Type: application/json`")
    return Problem("unsupported_media_type", sent, [fault])


def too_large(most: int, what: str = "bytes") -> Problem:
    """The body has more bytes, or the batch more items, than are taken."""
    fault = Fault(code="W111", message=f"more than {most:,} {what}", help="ask in several requests")
    return Problem("too_large", f"at most {most:,} {what} are taken at once", [fault])


def unknown_rules(faults: Sequence[Fault], *, more: bool = False) -> Problem:
    """All that is wrong is that rules do not exist; ``more``: there are further ones."""
    return Problem("unknown_rule", _told(faults, more=more), faults)


def unknown_rule(error: UnknownRule, pointer: str | None = None, more: Sequence[str] = ()) -> Fault:
    """Return the fault of naming a rule that does not exist; ``more`` are ids that may be meant."""
    if more:
        advice = f"ask for one of {listed(more)}"
    elif error.suggestion:
        advice = f"did you mean `{error.suggestion}`?"
    else:
        advice = "GET /v1/rules lists the rules"
    return Fault(code="Q105", message=f"there is no rule `{error.name}`", help=advice, pointer=pointer)


def other_policies(wanted: str, digests: Sequence[str]) -> Problem:
    """The query names other policies than those in service."""
    fault = Fault(
        code="Q109",
        message=f"no policies with the digest `{wanted}` are in service",
        help="ask GET /v1/status which ones are, or leave out `policy`",
        pointer="/policy/digest",
    )
    return Problem("other_policies", _told([fault]), [fault], digests=digests)


def invalid_query(faults: Sequence[Fault], *, more: bool = False) -> Problem:
    """The body is no query, or a parameter is wrong (Q series; F series for the facts in it)."""
    return Problem("invalid_query", _told(faults, more=more), faults)


def invalid_evaluation(faults: Sequence[Fault]) -> Problem:
    """The body is no evaluation that can be decided (Q series; F series for the facts in it)."""
    return Problem("invalid_evaluation", _told(faults, more=False), faults)


def invalid_facts(faults: Sequence[Fault], *, more: bool = False) -> Problem:
    """The facts do not fit the vocabulary (F series); ``more``: not all of them was looked at."""
    return Problem("invalid_facts", _told(faults, more=more), faults)


def fact_faults(found: Iterable[FactProblem], at: str = "/facts") -> list[Fault]:
    """Return what is wrong with facts, or with what stands elsewhere in a query, as places of the query around them."""
    return [Fault(code=one.code, message=one.message, help=one.help, pointer=f"{at}{one.pointer}") for one in found]


def deadline() -> Problem:
    """The time for a request is over."""
    return Problem("deadline", "the time for this request is over; ask for fewer rules, or in several requests")


def not_ready(programmes: Sequence[str] = ()) -> Problem:
    """No policies are loaded yet; of these programmes, where the service has several."""
    of = f" of {listed(programmes)}" if programmes else ""
    return Problem("not_ready", f"no policies are loaded yet{of}")


def ending() -> Problem:
    """The service ends: it answers on for a moment, and no more requests should be sent to it."""
    return Problem("not_ready", "the service ends")


def unknown_programme(path: str, programmes: Sequence[str], *, name: str, is_of_each: bool) -> Problem:
    """The root of several programmes is asked for what it has not.

    Args:
        path: what was asked for.
        programmes: the names of all that there are.
        name: what stands in the path where the name of a programme does; empty where nothing does that could be one.
        is_of_each: whether the path is an address of each programme, below its name.
    """
    there = f"there are {listed(programmes, len(programmes))}"
    advice = proposed(name[:100], programmes, "GET / tells of each")
    if is_of_each:
        said = f"`{path[:200]}` is asked of a programme, and {there}"
        advice = f"put its name before: {listed(f'/{one}{path[:200]}' for one in programmes)}"
    elif name:
        said = f"there is no programme `{name[:100]}`; {there}"
    else:
        said = f"there is nothing at `{path[:200]}`; of programmes {there}"
    return Problem("unknown_address", said, [Fault(code="W119", message=said, help=advice)])


def internal() -> Problem:
    """The service failed by a bug of its own."""
    return Problem("internal", "the service failed; the failure is in its log")


def unauthorized(said: str) -> Problem:
    """A request comes without a token, or with one that is not known."""
    fault = Fault(code="W115", message=said, help="send `Authorization: Bearer TOKEN`")
    return Problem("unauthorized", said, [fault])


def forbidden(name: str, needed: str) -> Problem:
    """A token may not do what is asked."""
    said = f"the token of `{name}` has not the scope `{needed}`"
    fault = Fault(code="W116", message=said, help="ask with a token that has it")
    return Problem("forbidden", said, [fault])


def not_for_reader(said: str, *, has_token: bool) -> Problem:
    """The policies do not let the role of a reader see the report."""
    advice = "ask with a token of a role that does" if has_token else "tell in `role` one that does"
    fault = Fault(code="W117", message=said, help=advice, pointer=None if has_token else "/role")
    return Problem("forbidden", said, [fault])


def too_many_requests(limit: str, seconds: int) -> Problem:
    """A caller asks more often than it may, and may again in some seconds."""
    said = f"one caller may ask {limit}"
    fault = Fault(code="W118", message=said, help=f"ask again in {seconds:,} seconds, or ask in a batch")
    return Problem("too_many_requests", said, [fault], retry_after=seconds)


def issuer_unavailable(said: str) -> Problem:
    """Whose token came cannot be told, as the issuer's keys are not known."""
    return Problem("issuer_unavailable", said)


def log_unavailable(said: str) -> Problem:
    """What was decided could not be logged, or the log not be read."""
    return Problem("log_unavailable", said)


def unknown_decision(said: str) -> Problem:
    """A decision is asked for that is not in the log."""
    fault = Fault(code="Q110", message=said, help="ask for the `decision_id` of an answer", parameter="decision_id")
    return Problem("unknown_decision", said, [fault])


def erased(decision_id: str) -> Problem:
    """A decision is asked for whose contents are erased."""
    return Problem("erased", f"what was asked and answered as `{decision_id}` is erased")


def _told(faults: Sequence[Fault], *, more: bool = False) -> str:
    first = faults[0]
    where = first.pointer or first.parameter
    count = f"at least {len(faults)}" if more else f"{len(faults) - 1}"
    rest = f" (and {count} more)" if more or len(faults) > 1 else ""
    return f"{where}: {first.message}{rest}" if where else f"{first.message}{rest}"


# ---- from Flask -------------------------------------------------------------------------------------------------


def install(app: Flask) -> None:
    """Make every error of the application a problem."""
    app.register_error_handler(Problem, _problem)
    app.register_error_handler(DeadlineOver, _deadline)
    app.register_error_handler(HTTPException, _http)
    app.register_error_handler(Exception, _bug)
    app.register_blueprint(bp)


def _problem(problem: Problem) -> ResponseReturnValue:
    return problem.response()


def _deadline(_: DeadlineOver) -> ResponseReturnValue:
    return deadline().response()


def _http(error: HTTPException) -> ResponseReturnValue:
    if error.code is not None and error.code < 400:
        return error.get_response()
    return _of_http(error).response()


def _of_http(error: HTTPException) -> Problem:
    match error:
        case NotFound():
            known = sorted({rule.rule for rule in current_app.url_map.iter_rules()})
            advice = proposed(request.path, known, "GET /openapi.json describes what there is")
            said = f"there is nothing at `{request.path[:200]}`"
            return Problem("unknown_address", said, [Fault(code="W112", message=said, help=advice)])
        case MethodNotAllowed():
            allowed = sorted(error.valid_methods or ())
            said = f"`{request.path[:200]}` does not take {request.method[:20]}"
            fault = Fault(code="W113", message=said, help=f"it takes {', '.join(allowed)}")
            return Problem("method_not_allowed", said, [fault], allowed)
        case RequestEntityTooLarge():
            return too_large(request.max_content_length or 0)
        case _:
            return Problem("bad_request", error.description or error.name)


def _bug(error: Exception) -> ResponseReturnValue:
    current_app.logger.error(
        "the service failed on %s %s%s", request.method, request.script_root, request.path, exc_info=error
    )
    return internal().response()


# ---- the addresses that `type` names ------------------------------------------------------------------------------

bp = Blueprint("problems", __name__, url_prefix="/problems")


@bp.get("/<code>")
def show_problem(code: str) -> ResponseReturnValue:
    """Tell what a kind of problem means."""
    kind = KINDS.get(code)
    if kind is None:
        raise NotFound
    told = {"type": f"/problems/{kind.code}", "title": kind.title, "status": kind.status, "meaning": kind.meaning}
    return Response(json.dumps(told), content_type="application/json")
