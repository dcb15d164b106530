"""No body makes the service fail: facts at the edges of the vocabulary, and bytes of every kind."""

from __future__ import annotations

import json
from typing import Any

from flask.testing import FlaskClient
from hypothesis import HealthCheck, given, settings, strategies as st
from jsonschema import Draft202012Validator, FormatChecker

import schemas
from dsl import core as c
from dsl.builtin import BUILT_IN, ENDLESS
from evaluator.engine import Engine
from server.app import create_app

Json = Any
ANSWER = Draft202012Validator(schemas.load("answer"), format_checker=FormatChecker())
PROBLEM = Draft202012Validator(schemas.load("problem"))
EDGES = [
    "1900-01-01",
    "1904-02-29",
    "1990-01-01",
    "2022-09-30",
    "2022-10-03",
    "2023-10-03",
    "2024-02-29",
    "2024-12-31",
    "2100-12-31",
    "2199-12-31",
    "9999-12-31",
]
MONTHS = ["0000-01", "1900-01", "2021-10", "2022-09", "2022-10", "2023-09", "2023-10", "2199-12"]

days = st.sampled_from(EDGES) | st.dates().map(str)
numbers = (
    st.sampled_from(
        [0, 1, -1, 10**18, -(10**18), 1e-300, 0.1234567, "0.000001", "999999999999999999.999999", "-0.5", "-0"]
    )
    | st.integers(0, 100)
    | st.floats(allow_nan=False, allow_infinity=False, width=64, min_value=-1e18, max_value=1e18)
)


def values(type_: c.Type) -> st.SearchStrategy[Json]:
    match type_.kind:
        case "flag":
            return st.booleans()
        case "date":
            return days
        case "choice":
            return st.sampled_from(type_.choices)
        case "text":
            return st.sampled_from(["", "a", "b", "none", "virtual_machines", "\u0000", "é", "😀"])
        case "count":
            return st.sampled_from([0, 1, 2, 5, 10**18])
        case _:
            return numbers


def queries(engine: Engine) -> st.SearchStrategy[Json]:
    """Return queries whose facts are of the vocabulary, mostly of the right types, with values at the edges."""
    core = engine.core
    told = {name: decl.type for name, decl in core.facts.items()}
    told |= {name: named.type for name, named in core.named.items() if named.supplied}

    def fact(type_: c.Type) -> st.SearchStrategy[Json]:
        step = st.fixed_dictionaries({"from": days, "value": values(type_)})
        return values(type_) | st.fixed_dictionaries({"history": st.lists(step, min_size=1, max_size=3)})

    def field(records: c.RecordsDecl, name: str, type_: c.Type) -> st.SearchStrategy[Json]:
        if records.name == "awards" and name == "award":
            return st.sampled_from(core.awards)
        if records.name == "awards" and name == "level":
            return st.nothing()
        if records.name == "certifications" and name == "certification":
            return st.sampled_from(certifications)
        return values(type_) | st.just("none") if name in ENDLESS else values(type_)

    def rows(records: c.RecordsDecl) -> st.SearchStrategy[Json]:
        fields = {
            name: field(records, name, decl.type)
            for name, decl in records.fields.items()
            if decl.formula is None and not (records.name == "awards" and name == "level")
        }
        months = {"month": st.sampled_from(MONTHS)} if records.monthly else {}
        row = st.fixed_dictionaries({**fields, **months}) | st.fixed_dictionaries({}, optional={**fields, **months})
        listed = st.lists(row, max_size=5)
        between = st.fixed_dictionaries(dict.fromkeys(("from", "through"), st.sampled_from(MONTHS)))
        covers = {"covers": st.just({"from": "2000-01", "through": "2030-12"}) | between}
        wrapped = {"rows": listed}
        more = {"partial": st.booleans(), **(covers if records.monthly else {})}
        return listed | st.fixed_dictionaries(wrapped, optional=more)

    certifications = ["Azure Administrator Associate", "Azure Stack Hub Operator Associate", "other"]
    lists = {decl.name: rows(decl) for decl in (*core.records.values(), *BUILT_IN.values())}
    inner = {
        "facts": st.fixed_dictionaries({}, optional={name: fact(type_) for name, type_ in told.items()}),
        "records": st.fixed_dictionaries({}, optional=lists),
    }
    facts = st.fixed_dictionaries({}, optional={**inner, "projected": st.fixed_dictionaries({}, optional=inner)})
    return st.fixed_dictionaries(
        {
            "decide": st.sampled_from([["*"], *([name] for name in core.rules)]),
            "as_of": st.sampled_from(["2022-10-03", "2023-10-01"]) | days,
            "facts": facts,
        },
        optional={"detail": st.sampled_from(["none", "summary", "full"])},
    )


def test_facts_at_the_edges_are_decided_or_refused_with_a_reason(client: FlaskClient, engine: Engine) -> None:
    @given(query=queries(engine))
    @settings(max_examples=150, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
    def ask(query: Json) -> None:
        response = client.post("/v1/decisions", json=query)

        assert response.status_code in (200, 422), response.get_data(as_text=True)
        schema = ANSWER if response.status_code == 200 else PROBLEM
        assert not [error.message for error in schema.iter_errors(response.get_json())]

    ask()


@settings(max_examples=300, deadline=None, derandomize=True)
@given(
    body=st.binary(max_size=40)
    | st.text(max_size=40).map(lambda text: text.encode("utf-8", "surrogatepass"))
    | st.text('{}[]",:0123456789eE.-+ntrufalsi\\ud8', max_size=30).map(str.encode)
    | st.recursive(
        st.none() | st.booleans() | st.floats() | st.text(), lambda x: st.lists(x) | st.dictionaries(st.text(), x)
    ).map(lambda data: json.dumps(data).encode()),
    path=st.sampled_from(["/v1/decisions", "/v1/decisions/batch"]),
)
def test_any_bytes_are_refused_with_a_problem(engine: Engine, body: bytes, path: str) -> None:
    response = create_app(engine).test_client().post(path, data=body, content_type="application/json")

    assert response.status_code in (400, 422)
    assert not [error.message for error in PROBLEM.iter_errors(json.loads(response.get_data()))]
