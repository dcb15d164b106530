"""The grammar as data: its productions, their optional parts, and the words of its terminals.

Read from ``dsl/grammar.lark``, so that what is added there is known here.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from re import _constants as sre, _parser  # type: ignore[attr-defined]
from typing import Any

from dsl.parser import grammar
from dsl.syntax import Node, Part, Token

_TOKEN = re.compile(r'"[^"]*"|->|[()|?*+]|[A-Za-z_]\w*')


@dataclass(frozen=True)
class Element:
    """A symbol, or a group of alternatives; ``often`` is ``?``, ``*``, ``+`` or nothing."""

    symbol: str = ""
    options: tuple[tuple[Element, ...], ...] = ()
    often: str = ""

    def __str__(self) -> str:
        inner = self.symbol or f"({' | '.join(' '.join(map(str, option)) for option in self.options)})"
        return f"{inner}{self.often}"


@dataclass(frozen=True)
class Production:
    """One alternative of a rule: the kind of node it makes, and its elements."""

    kind: str
    elements: tuple[Element, ...]

    @property
    def optional(self) -> Iterator[Element]:
        """The parts that may be missing, also inside others."""
        waiting = list(self.elements)
        while waiting:
            element = waiting.pop(0)
            if element.often in ("?", "*"):
                yield element
            for option in element.options:
                waiting.extend(option)

    def __str__(self) -> str:
        return f"{self.kind}: {' '.join(map(str, self.elements))}"


@dataclass(frozen=True)
class Grammar:
    """All rules by name; terminals by the words they are, where these can be counted."""

    rules: dict[str, list[tuple[str | None, tuple[Element, ...]]]]
    inlined: frozenset[str]
    words: dict[str, tuple[str, ...]]

    @property
    def productions(self) -> list[Production]:
        """Every production that makes a node."""
        found = []
        for name, alternatives in self.rules.items():
            for alias, elements in alternatives:
                if alias is None and name in self.inlined and len(elements) == 1 and not elements[0].often:
                    continue
                found.append(Production(alias or name, elements))
        return found

    def kinds(self, symbol: str) -> frozenset[str]:
        """Return the kinds of nodes and tokens that a rule can be."""
        found: set[str] = set()
        waiting, seen = [symbol], set()
        while waiting:
            name = waiting.pop()
            if name in seen:
                continue
            seen.add(name)
            if name not in self.rules:
                found.add(name)
                continue
            for alias, elements in self.rules[name]:
                if alias is not None or name not in self.inlined:
                    found.add(alias or name)
                elif len(elements) == 1 and not elements[0].often:
                    waiting.append(elements[0].symbol)
                else:
                    found.add(name)
        return frozenset(found)


def read_grammar() -> Grammar:
    """Return the grammar of policy text."""
    rules: dict[str, list[tuple[str | None, tuple[Element, ...]]]] = {}
    inlined: set[str] = set()
    words: dict[str, tuple[str, ...]] = {}
    text = re.sub(r"(?m)(^|\s)//[^\n]*$", "", grammar())
    for one in re.split(r"\n(?=[?A-Za-z_%])", text):
        match = re.match(r"\s*(\?)?([A-Za-z_]\w*)(?:\.\d+)?:\s*(.*)", one, re.DOTALL)
        if match is None:
            continue
        mark, name, body = match.groups()
        if name.isupper() or name.lstrip("_").isupper():
            pattern = body.strip()
            found = _words(pattern[1:-1]) if pattern.startswith("/") else (pattern.strip('"'),)
            if '"|"' in body.replace(" ", ""):
                found = tuple(word.strip('" ') for word in body.split("|"))
            if found is not None:
                words[name] = found
            continue
        if mark:
            inlined.add(name)
        tokens = _TOKEN.findall(body)
        alternatives: list[tuple[str | None, tuple[Element, ...]]] = []
        for option in _split(tokens):
            alias = option[-1] if "->" in option else None
            alternatives.append((alias, tuple(_elements(option[: option.index("->")] if alias else option))))
        rules[name] = alternatives
    return Grammar(rules, frozenset(inlined), words)


def _split(tokens: Sequence[str]) -> list[list[str]]:
    found: list[list[str]] = [[]]
    depth = 0
    for token in tokens:
        depth += (token == "(") - (token == ")")
        if token == "|" and depth == 0:
            found.append([])
        else:
            found[-1].append(token)
    return found


def _elements(tokens: Sequence[str]) -> Iterator[Element]:
    index = 0
    while index < len(tokens):
        token = tokens[index]
        index += 1
        symbol, options = token, ()
        if token == "(":
            depth, start = 1, index
            while depth:
                depth += (tokens[index] == "(") - (tokens[index] == ")")
                index += 1
            symbol, options = "", tuple(tuple(_elements(one)) for one in _split(tokens[start : index - 1]))
        often = tokens[index] if index < len(tokens) and tokens[index] in "?*+" else ""
        index += bool(often)
        yield Element(symbol, options, often)


# ---- words of terminals


def _words(pattern: str) -> tuple[str, ...] | None:
    """Return the words that a pattern matches, blanks single; None where they cannot be counted."""
    try:
        found = list(dict.fromkeys(_strings(list(_parser.parse(pattern)))))
    except _Endless:
        return None
    return tuple(dict.fromkeys(word.strip(" ,") for word in found))


class _Endless(Exception):
    pass


def _strings(items: Sequence[Any]) -> Iterator[str]:
    if not items:
        yield ""
        return
    for head in _heads(*items[0]):
        for tail in _strings(items[1:]):
            yield head + tail


def _heads(op: Any, argument: Any) -> Iterator[str]:
    if op is sre.LITERAL:
        yield chr(argument)
    elif op in (sre.ASSERT, sre.ASSERT_NOT, sre.AT):
        yield ""
    elif op is sre.BRANCH:
        for option in argument[1]:
            yield from _strings(list(option))
    elif op is sre.SUBPATTERN:
        yield from _strings(list(argument[-1]))
    elif op is sre.IN and argument == [(sre.CATEGORY, sre.CATEGORY_SPACE)]:
        yield " "
    elif op is sre.IN and all(kind is sre.LITERAL for kind, _ in argument):
        yield from (chr(value) for _, value in argument)
    elif op is sre.MAX_REPEAT:
        low, high, inner = argument
        blank = list(inner) == [(sre.IN, [(sre.CATEGORY, sre.CATEGORY_SPACE)])]
        if blank:
            yield " " if low else ""
        elif (low, high) == (0, 1):
            yield ""
            yield from _strings(list(inner))
        else:
            raise _Endless
    else:
        raise _Endless


# ---- a node and its production


@dataclass(frozen=True)
class Found:
    """An optional element in a node: the parts it has there, none where it is missing, and where they begin."""

    element: Element
    start: int
    parts: tuple[Part, ...] = field(default=())


def matched(grammar: Grammar, node: Node, production: Production) -> list[Found] | None:
    """Return the optional elements of a production as a node has them; None where the node is of another one."""
    for end, found in _match(grammar, production.elements, node.parts, 0):
        if end == len(node.parts):
            return found
    return None


def _match(
    grammar: Grammar, elements: Sequence[Element], parts: Sequence[Part], at: int
) -> Iterator[tuple[int, list[Found]]]:
    if not elements:
        yield at, []
        return
    first, rest = elements[0], elements[1:]
    for end, found in _repeated(grammar, first, parts, at):
        own = [Found(first, at, tuple(parts[at:end]))] if first.often in ("?", "*", "+") else []
        for last, more in _match(grammar, rest, parts, end):
            yield last, [*own, *found, *more]


def _repeated(grammar: Grammar, element: Element, parts: Sequence[Part], at: int) -> Iterator[tuple[int, list[Found]]]:
    if element.often in ("", "?"):
        yield from _once(grammar, element, parts, at)
        if element.often == "?":
            yield at, []
        return
    for end, found in _once(grammar, element, parts, at):
        if end > at:
            for last, more in _repeated(grammar, Element(element.symbol, element.options, "*"), parts, end):
                yield last, [*found, *more]
    if element.often == "*":
        yield at, []


def _once(grammar: Grammar, element: Element, parts: Sequence[Part], at: int) -> Iterator[tuple[int, list[Found]]]:
    if element.options:
        for option in element.options:
            yield from _match(grammar, option, parts, at)
        return
    if at >= len(parts):
        return
    part = parts[at]
    if element.symbol.startswith('"'):
        if isinstance(part, Token) and part.text == element.symbol.strip('"'):
            yield at + 1, []
    elif part.kind in grammar.kinds(element.symbol):
        yield at + 1, []
