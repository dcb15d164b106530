"""Turns of phrase of other languages that are mended by writing a stretch anew."""

from __future__ import annotations

import re
from collections.abc import Iterator

from dsl.mistakes.phrases import GUIDE_PHRASES
from dsl.mistakes.stop import Proposal, Rewrite, Stop, swap
from dsl.mistakes.words import KINDS


def _named(match: re.Match[str]) -> str:
    name = re.sub(r"\W+", "_", match["title"].lower()).strip("_")
    return f'{match["kind"]} {name if name[:1].isalpha() else "name"} "{match["title"]}"'


_KINDS = "|".join((*KINDS, "source", "term", "package", "certifications", "table", "group", "records"))
_DATE = r"\d{4}-\d\d-\d\d\??"
_SPAN = rf"(?:from\s+{_DATE}(?:\s+(?:until|through)\s+{_DATE})?|(?:until|through)\s+{_DATE})"
_FORMS = (
    Rewrite(re.compile(r"[ \t]*[=:](?=[ \t]*\{)"), "P012", "`{shown}` does not stand before a `{{`", "", "delete it"),
    Rewrite(
        re.compile(r"\[(?P<names>[a-z]\w*(?:[ \t]*,[ \t]*[a-z]\w*)*)\]"),
        "P012",
        "names stand without brackets",
        lambda match: match["names"],
    ),
    Rewrite(
        re.compile(r"monthly[ \t]+(?P<title>\"[^\"\n]*\")"),
        "P013",
        "`monthly` stands before the title",
        lambda match: f"{match['title']} monthly",
    ),
    Rewrite(
        re.compile(rf"^(?P<kind>{_KINDS})[ \t]+\"(?P<title>[^\"\n]*)\""),
        "P018",
        "a name is missing before the title",
        _named,
    ),
    Rewrite(
        re.compile(r"(?<=[a-z] )(?P<name>[a-z]\w*(?:-[a-z]\w*)+)"),
        "P014",
        "`{shown}` cannot be a name",
        lambda match: match["name"].replace("-", "_"),
        "a name is one word, without hyphens: `{new}`",
    ),
    Rewrite(
        re.compile(r"\{[ \t]*(?=\|)"),
        "P015",
        "a row begins on a line of its own",
        "{\n  ",
        "break the line before `|`",
    ),
    Rewrite(
        re.compile(r"[ \t]+and[ \t]+(?P<rest>[a-z]\w*[ \t]+(?:\d|unknown\b))"),
        "P016",
        "`and` does not stand between the figures of levels",
        lambda match: f", {match['rest']}",
        "write `,` between them",
    ),
    Rewrite(
        re.compile(
            rf"(?P<setting>(?:amount|pass at|checked at|due at|lost after)\b[^\n{{}}]*?)[ \t]+(?P<span>{_SPAN})"
        ),
        "P013",
        "dates do not stand behind a setting",
        lambda match: f"{match['span']} {{ {match['setting']} }}",
    ),
    Rewrite(
        re.compile(r"(?<!least )(?P<count>\d+)[ \t]+(?=people\s+holding\b)"),
        "P018",
        "`at least` is missing before `{shown}`",
        lambda match: f"at least {match['count']} ",
    ),
    Rewrite(re.compile(r"[ \t]+is[ \t]+(?:true|yes)\b"), "P013", "a flag stands by itself", "", "delete `{shown}`"),
    Rewrite(
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
    for rule in (*_FORMS, *GUIDE_PHRASES):
        for match in rule.pattern.finditer(stop.text, start, end):
            if match.start() > stop.offset or match.end() < stop.before:
                continue
            new = rule.new if isinstance(rule.new, str) else rule.new(match)
            if new == match.group():
                continue
            named = {**match.groupdict(), "shown": " ".join(match.group().split()).strip(" ,"), "new": new}
            yield swap(rule.code, rule.message.format(**named), match.span(), new, rule.help.format(**named))
