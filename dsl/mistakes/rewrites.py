"""Turns of phrase of other languages that are mended by writing a stretch anew."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from dsl.mistakes.stop import Proposal, Stop, swap
from dsl.mistakes.words import KINDS, NUMBER_WORDS


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


def _people(match: re.Match[str]) -> str:
    count = match["count"] or match["least"]
    if re.fullmatch(r"(at\s+least\s+\w+\??\s+)?people\s+holding\s+", match.group()):
        return match.group()  # At most the number stands as a word: that is told by itself.
    figure = NUMBER_WORDS.get(count.lower(), count) if count else None
    return f"at least {figure} people holding " if figure is not None else "people holding "


_SIGNS = {
    ">=": r"at least|not less than|no less than|not below|a minimum of|minimum of|minimum|min\.?|reaches|reach",
    "<=": r"at most|not more than|no more than|not above|not over|a maximum of|maximum of|maximum|max\.?|up to",
    ">": r"more than|greater than|higher than|larger than|exceeds|exceed|exceeding|above|over",
    "<": r"less than|fewer than|lower than|smaller than|below|under",
    "=": r"equal to|equals|exactly",
}


def _compared(match: re.Match[str]) -> str:
    if match["behind"]:
        sign = ">=" if match["behind"].lower() in ("more", "above", "higher", "over", "greater") else "<="
        return f"{sign} {match['amount']}"
    said = " ".join(match["said"].lower().split())
    sign = next(sign for sign, words in _SIGNS.items() if re.fullmatch(words, said))
    return f"{sign} {match['value']}"


_AMOUNT = r"(?:\d[\d,]*(?:\.\d+)?\??|unknown)(?:[ \t]*(?:%|[A-Z]{3}\b|(?:points?|days?|months?|years?)\b))?"
_SAID_SIGNS = "|".join(_SIGNS.values()).replace(" ", r"[ \t]+")
_COUNT = rf"\d+\??|{'|'.join(NUMBER_WORDS)}"
_B = r"[ \t]+"
_SAID = "`{shown}` is not how the language says it"
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
    # How guides say who holds a certification, how many, up to what, and what it earns.
    _Rewrite(
        re.compile(
            rf"(?:(?:\bat{_B}least{_B})?\b(?P<count>{_COUNT})(?:[ \t]*\+|{_B}or{_B}more)?{_B}"
            rf"|(?:\ba{_B})?\bmin(?:imum)?\b\.?(?:{_B}of)?{_B}(?P<least>{_COUNT}){_B})?"
            rf"\b(?:people|persons?|individuals?|employees?|engineers?|consultants?)"
            rf"{_B}(?:holding|with|having|(?:who|that){_B}(?:hold|have)|certified{_B}(?:in|as|for|on)|holds?){_B}(?=[a-z])",
            re.IGNORECASE,
        ),
        "P013",
        _SAID,
        _people,
    ),
    _Rewrite(
        re.compile(rf"\b(?P<least>at{_B}least{_B}(?P<count>\d+\??)){_B}holding{_B}(?=[a-z])"),
        "P018",
        "`people` is missing behind `at least {count}`",
        lambda match: f"at least {match['count']} people holding ",
    ),
    _Rewrite(
        re.compile(
            rf"\b(?:(?:up{_B}to|to|with){_B}(?:a{_B}|an{_B})?)?"
            rf"(?:max(?:imum)?\b\.?|cap(?:ped)?\b|limited\b)(?:{_B}(?:of|at|to|is))?{_B}(?=\d|unknown\b)"
        ),
        "P013",
        _SAID,
        "up to ",
    ),
    _Rewrite(
        re.compile(
            rf"\b(?:is{_B}worth|are{_B}worth|gives?|gets?|gains?|earning|scores?|awards?|receives?|brings?|yields?)"
            rf"{_B}(?=\d[\d.,]*\??{_B}points?\b)"
        ),
        "P013",
        _SAID,
        "earns ",
    ),
    _Rewrite(
        re.compile(rf"\b(?P<metric>[a-z]\w*){_B}(?P<points>\d[\d.,]*\??{_B}points?\b)(?={_B}(?:each|per)\b)"),
        "P018",
        "`earns` is missing behind `{metric}`",
        lambda match: f"{match['metric']} earns {match['points']}",
    ),
    # Comparisons in words, before and behind the figure.
    _Rewrite(
        re.compile(
            rf"(?<=[\w)\]] )(?:(?:must|should|shall|(?:has|have|needs?){_B}to){_B})?"
            rf"(?:(?:be|is|are|of|was|were|amounts?{_B}to|totals?){_B})?"
            rf"(?:(?P<said>{_SAID_SIGNS}){_B}(?P<value>{_AMOUNT})"
            rf"|(?P<amount>{_AMOUNT}){_B}or{_B}(?P<behind>more|above|higher|over|greater|less|fewer|below|lower|under)\b)",
            re.IGNORECASE,
        ),
        "P013",
        _SAID,
        _compared,
    ),
    _Rewrite(
        re.compile(rf"\bat{_B}least{_B}(?P<value>{_AMOUNT}){_B}(?P<name>[a-z]\w*)"),
        "P013",
        _SAID,
        lambda match: f"{match['name']} >= {match['value']}",
    ),
    _Rewrite(re.compile(r"(?P<sign>[<>!])[ \t]+="), "P012", _SAID, lambda match: f"{match['sign']}="),
    _Rewrite(
        re.compile(r"(?<=[\d?])[ \t]*(?:US|U\.S\.)[ \t]*(?:\$|dollars?\b)"), "P013", "`{shown}` is not a unit", " USD"
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
            if new == match.group():
                continue
            named = {**match.groupdict(), "shown": " ".join(match.group().split()).strip(" ,"), "new": new}
            yield swap(rule.code, rule.message.format(**named), match.span(), new, rule.help.format(**named))
