"""Turns of phrase of other languages that are mended by writing a stretch anew."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from dsl.mistakes.stop import Proposal, Stop, swap
from dsl.mistakes.words import KINDS


@dataclass(frozen=True, slots=True)
class _Rewrite:
    """A pattern around the place where reading stopped, what is said of it, and what is meant."""

    pattern: re.Pattern[str]
    code: str
    message: str
    new: str | Callable[[re.Match[str]], str]
    help: str = ""


def _named(match: re.Match[str]) -> str:
    name = re.sub(r"\W+", "_", match["title"].lower()).strip("_")
    return f'{match["kind"]} {name if name[:1].isalpha() else "name"} "{match["title"]}"'


_KINDS = "|".join((*KINDS, "source", "term", "package", "certifications", "table", "group", "records"))
_DATE = r"\d{4}-\d\d-\d\d\??"
_SPAN = rf"(?:from\s+{_DATE}(?:\s+(?:until|through)\s+{_DATE})?|(?:until|through)\s+{_DATE})"
_REWRITES = (
    _Rewrite(re.compile(r"[ \t]*[=:](?=[ \t]*\{)"), "P012", "`{shown}` does not stand before a `{{`", "", "delete it"),
    _Rewrite(
        re.compile(r"\[(?P<names>[a-z]\w*(?:[ \t]*,[ \t]*[a-z]\w*)*)\]"),
        "P012",
        "names stand without brackets",
        lambda match: match["names"],
    ),
    _Rewrite(
        re.compile(r"monthly[ \t]+(?P<title>\"[^\"\n]*\")"),
        "P013",
        "`monthly` stands before the title",
        lambda match: f"{match['title']} monthly",
    ),
    _Rewrite(
        re.compile(rf"^(?P<kind>{_KINDS})[ \t]+\"(?P<title>[^\"\n]*)\""),
        "P018",
        "a name is missing before the title",
        _named,
    ),
    _Rewrite(
        re.compile(r"(?<=[a-z] )(?P<name>[a-z]\w*(?:-[a-z]\w*)+)"),
        "P014",
        "`{shown}` cannot be a name",
        lambda match: match["name"].replace("-", "_"),
        "a name is one word, without hyphens: `{new}`",
    ),
    _Rewrite(
        re.compile(r"\{[ \t]*(?=\|)"),
        "P015",
        "a row begins on a line of its own",
        "{\n  ",
        "break the line before `|`",
    ),
    _Rewrite(
        re.compile(r"[ \t]+and[ \t]+(?P<rest>[a-z]\w*[ \t]+(?:\d|unknown\b))"),
        "P016",
        "`and` does not stand between the figures of levels",
        lambda match: f", {match['rest']}",
        "write `,` between them",
    ),
    _Rewrite(
        re.compile(
            rf"(?P<setting>(?:amount|pass at|checked at|due at|lost after)\b[^\n{{}}]*?)[ \t]+(?P<span>{_SPAN})"
        ),
        "P013",
        "dates do not stand behind a setting",
        lambda match: f"{match['span']} {{ {match['setting']} }}",
    ),
    _Rewrite(
        re.compile(r"(?<!least )(?P<count>\d+)[ \t]+(?=people\s+holding\b)"),
        "P018",
        "`at least` is missing before `{shown}`",
        lambda match: f"at least {match['count']} ",
    ),
    _Rewrite(re.compile(r"[ \t]+is[ \t]+(?:true|yes)\b"), "P013", "a flag stands by itself", "", "delete `{shown}`"),
    _Rewrite(
        re.compile(r"\b(?P<flag>[a-z]\w*)[ \t]+is[ \t]+(?:false|no)\b"),
        "P013",
        "a flag stands by itself",
        lambda match: f"not {match['flag']}",
    ),
)


def rewrites(stop: Stop) -> Iterator[Proposal]:
    """Yield the rewritings of what stands where reading stopped."""
    start, end = stop.line
    start = stop.text.rfind("\n", 0, max(start - 1, 0)) + 1
    for rule in _REWRITES:
        for match in rule.pattern.finditer(stop.text, start, end):
            if match.start() > stop.offset or match.end() < stop.before:
                continue
            new = rule.new if isinstance(rule.new, str) else rule.new(match)
            shown = " ".join(match.group().split())
            help_ = rule.help.format(shown=shown, new=new)
            yield swap(rule.code, rule.message.format(shown=shown), match.span(), new, help_)
