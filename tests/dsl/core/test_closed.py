"""A new kind of node is thought of everywhere: no match over kinds is open, and nobody walks nodes by a way of his own.

What a reader wants of a node is declared with its kind (roles of fields, what its names name, what moves it); a match
that gives every kind a meaning ends in ``assert_never``, so that the type checker asks for the one that is new.
"""

from __future__ import annotations

import ast
import inspect
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path

import pytest

from dsl.core import nodes

ROOT = Path(__file__).resolve().parents[3]
ROOMS = ("cli", "dsl", "evaluator", "review", "schemas", "server")
KINDS = frozenset(name for name, kind in vars(nodes).items() if inspect.isclass(kind) and issubclass(kind, nodes.Node))
MANY = 3
"""Of how many kinds a function that calls itself walks nodes."""
WALK = {"children", "walk", "within", "topmost", "by_role", "asked"}
"""What ``dsl.core.walk`` gives to whoever goes down nodes."""

OPEN = {
    "dsl/core/keys.py _form": "all fields of any other kind are in its key",
    "review/guide/phrases.py say": "what it does not say itself the closed `Speaker.say` says",
    "review/guide/phrases.py _not": "of any other kind it says that it is not so",
    "dsl/lint/constants.py _seen": "a lint says what it knows of conditions: of others it claims nothing",
    "dsl/lint/truth.py truth": "beside the bounds, which know every kind: what it does not see is left open",
    "dsl/lint/truth.py implies": "what is not seen to follow is not claimed",
}
"""Places where a match over kinds may be open: whatever a new kind means, what they say stays true."""

FIELDS = {
    "dsl/core/keys.py": "a key is made of all fields but labels",
    "review/request/clauses.py": "compares what two cores ask, labels aside",
    "review/scenarios/faults.py": "goes through documents",
    "review/scenarios/ready/citations.py": "goes through documents",
    "review/scenarios/touched.py": "copies and compares whole cores",
    "dsl/packed.py": "writes whatever is kept, field by field",
    "dsl/unread.py": "makes objects of whatever class, field by field",
    "dsl/codec.py": "writes documents",
    "dsl/document.py": "walks documents",
    "dsl/lower/to_core.py": "reads a clause of a document",
    "dsl/core/walk.py": "the one walk",
}
"""Modules that may ask a class for its fields."""

WALKERS = {
    "dsl/check/points.py _maxima": "where a maximum is written; of any other kind at the whole",
    "evaluator/deciding.py _empty": "goes down what was decided, by the roles of its parts",
    "review/scenarios/tries.py _settings": "guesses that are tried: one that is missed claims nothing",
}
"""Functions that go down nodes by themselves, with reasons."""

CHAIN = 5
"""How many kinds a function may tell apart by asking for their classes, one after another, without saying why."""

CHAINS = {
    "dsl/check/earlier.py when": "what is not seen to lie in the past is not claimed to",
    "dsl/core/check_days.py _names_a_day": "what is not seen to name a day is asked of every day",
    "evaluator/compiled/recording.py _of": "of any other kind the record of its parts, by the roles of its fields",
    "evaluator/compiled/recorded.py evaluate": "of any other kind its own function: only what is made for the moment has none",
    "dsl/core/known_names.py _compared_texts": "hints: of what is not among them none is given",
    "evaluator/resting.py _own": "of any other kind the parts that it chose, as its fields' roles have them",
    "dsl/core/written.py _speaks": "of any other kind what its fields state",
    "evaluator/improve/rows.py _met": "rows that are tried: one that is not thought of claims nothing",
    "review/prove/encode.py _may_be_open": "what a figure over records is made of; held by the law of the encoding",
    "review/prove/encode.py _means": "of any other kind its key",
    "review/prove/rows.py _not_of_records": "what a condition on a record is tried with; a witness is replayed",
    "review/diff/direction.py _is_as_exact_as_its_days": "of a day that is not seen to be as exact no direction is told",
    "review/prove/rows.py asks": "what the solver is asked for; a witness is replayed",
    "review/prove/verdicts.py moves_daily": "on which days a claim is tried beside the first of a stretch; a witness is replayed",
}
"""Functions that do, and what becomes of a new kind there."""


@dataclass(frozen=True)
class Module:
    """A module, and the names that kinds of nodes have in it."""

    path: str
    tree: ast.Module

    def kind(self, name: ast.expr) -> str | None:
        """Return the kind that an expression names, None for anything else."""
        match name:
            case ast.Attribute(value=ast.Name(id=of), attr=kind) if of in self._cores and kind in KINDS:
                return kind
            case ast.Name(id=kind) if kind in self._kinds:
                return kind
            case _:
                return None

    @cached_property
    def _cores(self) -> set[str]:
        return {
            one.asname or one.name
            for found in self._imports("dsl", "dsl.core")
            for one in found.names
            if one.name in ("core", "nodes")
        }

    @cached_property
    def _kinds(self) -> set[str]:
        here = KINDS if self.path == "dsl/core/nodes.py" else set()
        imported = self._imports("dsl.core", "dsl.core.nodes")
        return {one.asname or one.name for found in imported for one in found.names if one.name in KINDS} | here

    def _imports(self, *of: str) -> list[ast.ImportFrom]:
        return [one for one in self.nodes if isinstance(one, ast.ImportFrom) and one.module in of]

    def functions(self) -> Iterator[ast.FunctionDef]:
        """Yield its functions and methods."""
        return (one for one in self.nodes if isinstance(one, ast.FunctionDef))

    @cached_property
    def nodes(self) -> tuple[ast.AST, ...]:
        """All there is in it."""
        return tuple(ast.walk(self.tree))


@cache
def modules() -> tuple[Module, ...]:
    """Return all modules, each parsed once."""
    paths = [path for room in ROOMS for path in sorted((ROOT / room).rglob("*.py"))]
    return tuple(
        Module(path.relative_to(ROOT).as_posix(), ast.parse(path.read_text(encoding="utf-8"))) for path in paths
    )


def kinds_matched(module: Module, match: ast.Match) -> set[str]:
    """Return the kinds of nodes that a match tells apart."""
    classes = [one.cls for case in match.cases for one in ast.walk(case.pattern) if isinstance(one, ast.MatchClass)]
    return {kind for kind in map(module.kind, classes) if kind is not None}


def is_closed(match: ast.Match) -> bool:
    """Whether the type checker asks for the kinds that a match leaves out."""
    last = match.cases[-1]
    is_any = isinstance(last.pattern, ast.MatchAs) and last.pattern.pattern is None and last.guard is None
    called = [one.func.id for one in ast.walk(last) if isinstance(one, ast.Call) and isinstance(one.func, ast.Name)]
    return is_any and called == ["assert_never"]


def open_matches(module: Module) -> Iterator[str]:
    """Yield the functions with a match over kinds of nodes that a new kind falls through."""
    for function in module.functions():
        for match in (one for one in ast.walk(function) if isinstance(one, ast.Match)):
            if kinds_matched(module, match) and not is_closed(match):
                yield f"{module.path} {function.name}"


def own_walks(module: Module) -> Iterator[str]:
    """Yield the functions that go down several kinds of nodes by calling themselves and give what they find there.

    One that leaves the way down to the one walk, and only stops at some kinds, is none.
    """
    for function in module.functions():
        matches = [one for one in ast.walk(function) if isinstance(one, ast.Match)]
        told = set[str]().union(*(kinds_matched(module, one) for one in matches), kinds_asked(module, function))
        called = calls_of(function)
        if len(told) >= MANY and function.name in called and gives_many(function) and not called & WALK:
            yield f"{module.path} {function.name}"


def chains(module: Module) -> Iterator[str]:
    """Yield the functions that tell many kinds of one node apart by ``isinstance``, which no type checker closes."""
    for function in module.functions():
        asked: dict[str, set[str]] = {}
        for one in ast.walk(function):
            if isinstance(one, ast.Call) and isinstance(one.func, ast.Name) and one.func.id == "isinstance":
                names = (kind for kind in ast.walk(one.args[1]) if isinstance(kind, ast.expr))
                found = {kind for kind in map(module.kind, names) if kind is not None}
                asked.setdefault(ast.unparse(one.args[0]), set()).update(found)
        if any(len(kinds) >= CHAIN for kinds in asked.values()):
            yield f"{module.path} {function.name}"


def gives_many(function: ast.FunctionDef) -> bool:
    """Whether a function yields, or returns what holds several things."""
    returns = ast.unparse(function.returns) if function.returns is not None else ""
    yields = any(isinstance(one, ast.Yield | ast.YieldFrom) for one in ast.walk(function))
    return yields or returns.partition("[")[0] in (
        "Iterable",
        "Iterator",
        "Sequence",
        "frozenset",
        "list",
        "set",
        "tuple",
    )


def kinds_asked(module: Module, function: ast.FunctionDef) -> set[str]:
    """Return the kinds that a function asks for with ``isinstance``."""
    asked = [
        one.args[1]
        for one in ast.walk(function)
        if isinstance(one, ast.Call) and isinstance(one.func, ast.Name) and one.func.id == "isinstance"
    ]
    names = [one for kind in asked for one in ast.walk(kind) if isinstance(one, ast.expr)]
    return {kind for kind in map(module.kind, names) if kind is not None}


def calls_of(function: ast.FunctionDef) -> set[str]:
    """Return the names of what a function calls: functions, and methods of itself."""
    called = [one.func for one in ast.walk(function) if isinstance(one, ast.Call)]
    plain = {one.id for one in called if isinstance(one, ast.Name)}
    methods = (one for one in called if isinstance(one, ast.Attribute) and isinstance(one.value, ast.Name))
    return plain | {one.attr for one in methods if one.value.id == "self"}


def asks_for_fields(module: Module) -> bool:
    """Whether a module asks classes for their fields, which is how nodes are walked without naming them."""
    words = {"fields", "is_dataclass", "asdict", "astuple"}
    imported = any(one.name in words for found in module._imports("dataclasses") for one in found.names)
    return imported or any(
        isinstance(one, ast.Attribute) and one.attr in ("__dataclass_fields__", "__match_args__")
        for one in module.nodes
    )


def test_no_match_over_kinds_is_open() -> None:
    found = {place for module in modules() for place in open_matches(module)}

    assert sorted(found - OPEN.keys()) == []
    assert sorted(OPEN.keys() - found) == []


def test_nobody_walks_nodes_by_a_way_of_his_own() -> None:
    found = {place for module in modules() for place in own_walks(module)}
    by_fields = {module.path for module in modules() if asks_for_fields(module)}

    assert sorted(found - WALKERS.keys()) == []
    assert sorted(WALKERS.keys() - found) == []
    assert sorted(by_fields - FIELDS.keys()) == []
    assert sorted(FIELDS.keys() - by_fields) == []


def test_no_chain_of_kinds_is_without_a_reason() -> None:
    found = {place for module in modules() for place in chains(module)}

    assert sorted(found - CHAINS.keys()) == []
    assert sorted(CHAINS.keys() - found) == []


HEAD = "from dsl import core as c\nfrom dsl.core.nodes import AllOf, Ranked\n"


@pytest.mark.parametrize(
    "text",
    [
        "match node:\n        case c.Fact():\n            return 1\n        case _:\n            return 0",
        "match node:\n        case AllOf(parts=parts):\n            return 1\n    return 0",
        "match node, 1:\n        case (c.Fact() | Ranked(), _):\n            return 1\n        case _ if node:\n            return 0",
    ],
)
def test_an_open_match_is_seen(text: str) -> None:
    module = Module("a.py", ast.parse(f"{HEAD}def say(node):\n    {text}\n"))

    assert list(open_matches(module)) == ["a.py say"]


def test_a_closed_match_and_one_over_other_things_are_not() -> None:
    text = "match node:\n        case c.Fact():\n            return 1\n        case _:\n            assert_never(node)"
    other = "match node:\n        case d.Fact() | Fact() | c.Numbers():\n            return 1\n        case _:\n            return 0"

    assert not list(open_matches(Module("a.py", ast.parse(f"{HEAD}def say(node):\n    {text}\n"))))
    assert not list(open_matches(Module("a.py", ast.parse(f"{HEAD}def say(node):\n    {other}\n"))))


def test_a_second_walker_is_seen() -> None:
    by_kinds = """
class Walker:
    def below(self, node):
        if isinstance(node, c.AllOf | c.AnyOf):
            for part in node.parts:
                yield from self.below(part)
        elif isinstance(node, c.Gate):
            yield from self.below(node.value)
"""
    by_fields = "from dataclasses import fields\n"

    assert list(own_walks(Module("a.py", ast.parse(HEAD + by_kinds)))) == ["a.py below"]
    assert asks_for_fields(Module("a.py", ast.parse(HEAD + by_fields)))


def test_a_chain_of_kinds_is_seen() -> None:
    asked = "\n    ".join(f"if isinstance(node, c.{kind}):\n        return 1" for kind in ("Fact", "Case", "Named"))
    text = f"{HEAD}def say(node):\n    {asked}\n    return isinstance(node, Ranked | c.Gate)\n"
    two = "def say(node, other):\n    return isinstance(node, c.Fact | c.Case) or isinstance(other, c.Gate | c.Named | c.Not)\n"

    assert list(chains(Module("a.py", ast.parse(text)))) == ["a.py say"]
    assert not list(chains(Module("a.py", ast.parse(HEAD + two))))
