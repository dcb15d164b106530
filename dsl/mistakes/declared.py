"""A programme's own word for a kind that is declared otherwise than the language has it."""

from __future__ import annotations

import re
from collections.abc import Iterator

from dsl.mistakes.stop import Proposal, Stop, swap

SHAPE = 'a kind is declared like this: `kind tier "Tier" like program, plural tiers, heading "Tiers"`'


def kind_form(stop: Stop) -> Iterator[Proposal]:
    """Yield what is left out or said in other words, where a form declares a kind."""
    if re.match(r"kind\b", stop.code) is None:
        return
    head = stop.code[: stop.offset]
    article = re.search(r"\blike\s+(?P<article>an?)\s+$", head)
    other = re.match(r"(?:is\s+like|is|as|of|=|:)\s+(?:(?:an?|the)\s+)?(?=[a-z])", stop.rest)
    if article is not None:
        span = (article.start("article"), article.end())
        yield swap("P013", f"`{article['article']}` is not a word of the language here", span, "", "delete it")
    elif other is not None and "LIKE" in stop.expected:
        span = (stop.offset, stop.offset + other.end())
        yield swap("P013", "what a kind is comes behind `like`", span, "like ", "write `like`")
    elif not stop.rest.strip() and ("LIKE" in stop.expected or re.search(r"\blike\s*$", head)):
        said = "it is not said what the kind is like"
        yield Proposal("P018", said, 0, stop.before, f"write `like` and a kind of the language; {SHAPE}", asks=True)
    elif stop.rest.startswith("{"):
        said = "a kind has no braces: its rules are forms of their own"
        yield Proposal("P016", said, stop.offset, stop.offset + 1, f"delete them; {SHAPE}", asks=True)
    elif re.match(r",\s*plural\b", stop.rest):
        said = "`plural` stands before `heading`"
        yield Proposal("P016", said, stop.offset, stop.line[1], SHAPE, asks=True)
