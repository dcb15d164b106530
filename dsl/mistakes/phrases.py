"""How programme guides say what the language says otherwise: people, maxima, comparisons, days, figures, sources."""

from __future__ import annotations

import re
from datetime import date, timedelta

from dsl.mistakes.stop import Rewrite
from dsl.mistakes.words import NUMBER_WORDS


def _people(match: re.Match[str]) -> str:
    count = match["count"] or match["least"]
    if re.fullmatch(r"(at\s+least\s+\w+\??\s+)?people\s+holding\s+", match.group()):
        return match.group()  # At most the number stands as a word: that is told by itself.
    figure = NUMBER_WORDS.get(count.lower(), count) if count else None
    return f"at least {figure} people holding " if figure is not None else "people holding "


_SIGNS = {
    ">=": r"(?:greater|more|higher) than or equal to|(?:greater|more) or equal(?: to)?|at least|not less than|no less than|not below|a minimum of|minimum of|minimum|min\.?|reaches|reach",
    "<=": r"(?:less|lower|fewer) than or equal to|(?:less|lower) or equal(?: to)?|at most|not more than|no more than|not above|not over|a maximum of|maximum of|maximum|max\.?|up to",
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


def _day_after(match: re.Match[str]) -> str:
    try:
        return f"from {date.fromisoformat(match['day']) + timedelta(days=1)}{match['unsure']}"
    except (ValueError, OverflowError):
        return match.group()  # No day of the calendar: that is told by itself.


def _nobody_knows(match: re.Match[str]) -> str:
    return " ".join(word for word in ("unknown", match["unit"]) if word)


_AWARDS = "competencies|designations|specializations|programs"
_COUNT = rf"\d+\??|{'|'.join(NUMBER_WORDS)}"
_B = r"[ \t]+"
_SAID = "`{shown}` is not how the language says it"
_DATE = r"\d{4}-\d\d-\d\d\??"
_PLACE = r"(?P<source>[a-z]\w*)(?:[ \t]*:)?[ \t]*(?P<place>\"[^\"\n]*\")"
GUIDE_PHRASES = (
    # How guides say who holds a certification, how many, up to what, and what it earns.
    Rewrite(
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
    Rewrite(
        re.compile(rf"\b(?P<least>at{_B}least{_B}(?P<count>\d+\??)){_B}holding{_B}(?=[a-z])"),
        "P018",
        "`people` is missing behind `at least {count}`",
        lambda match: f"at least {match['count']} people holding ",
    ),
    Rewrite(
        re.compile(
            rf"\b(?:(?:up{_B}to|to|with){_B}(?:a{_B}|an{_B})?)?"
            rf"(?:max(?:imum)?\b\.?|cap(?:ped)?\b|limited\b)(?:{_B}(?:of|at|to|is))?{_B}(?=\d|unknown\b)"
        ),
        "P013",
        _SAID,
        "up to ",
    ),
    Rewrite(
        re.compile(
            rf"\b(?:is{_B}worth|are{_B}worth|gives?|gets?|gains?|earning|scores?|awards?|receives?|brings?|yields?)"
            rf"{_B}(?=\d[\d.,]*\??{_B}points?\b)"
        ),
        "P013",
        _SAID,
        "earns ",
    ),
    Rewrite(
        re.compile(rf"\b(?P<metric>[a-z]\w*){_B}(?P<points>\d[\d.,]*\??{_B}points?\b)(?={_B}(?:each|per)\b)"),
        "P018",
        "`earns` is missing behind `{metric}`",
        lambda match: f"{match['metric']} earns {match['points']}",
    ),
    # Comparisons in words, before and behind the figure.
    Rewrite(
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
    Rewrite(
        re.compile(
            rf"(?:\bholds{_B})?\bat{_B}least{_B}(?P<count>\d+\??){_B}(?:of{_B})?(?:the{_B})?(?P<awards>{_AWARDS})\b"
        ),
        "P013",
        _SAID,
        lambda match: f"holds at least {match['count']} of {match['awards']}",
    ),
    Rewrite(
        re.compile(rf"(?:\bholds{_B})?\b(?P<which>any|all){_B}(?:of{_B})?(?:the{_B})?(?P<awards>{_AWARDS})\b"),
        "P013",
        _SAID,
        lambda match: f"holds {match['which']} of {match['awards']}",
    ),
    Rewrite(re.compile(rf"\bthe{_B}(?=[a-z])"), "P013", "names stand without `the`", "", "delete `the`"),
    Rewrite(re.compile(rf"\beither{_B}"), "P013", "`or` alone joins conditions", "", "delete `either`"),
    Rewrite(
        re.compile(rf"\b(?:the{_B})?partner{_B}(?=(?:holds|has)\b)"),
        "P013",
        "every rule is about the partner",
        "",
        "delete `{shown}`",
    ),
    Rewrite(
        re.compile(
            rf"\b(?P<award>[a-z]\w*){_B}(?:designation|competency|specialization|program)\b"
            r"(?=[ \t]*(?:\n|\}|$|(?:cite|assume|and|or)\b))"
        ),
        "P013",
        "an award is called by its name alone",
        lambda match: match["award"],
    ),
    Rewrite(
        re.compile(rf"\b(?:sum|total){_B}of{_B}(?P<one>[a-z]\w*){_B}and{_B}(?P<other>[a-z]\w*)"),
        "P013",
        _SAID,
        lambda match: f"{match['one']} + {match['other']}",
    ),
    Rewrite(
        re.compile(r",[ \t]*(?=[a-z]\w*[ \t]*(?:[<>!]=?|=)[ \t]*(?:\d|unknown\b))"),
        "P016",
        "`,` does not join conditions",
        " and ",
        "write `and`, or `or`",
    ),
    Rewrite(
        re.compile(rf"\bat{_B}least{_B}(?P<value>{_AMOUNT}){_B}(?P<name>(?!people\b)[a-z]\w*)"),
        "P013",
        _SAID,
        lambda match: f"{match['name']} >= {match['value']}",
    ),
    Rewrite(re.compile(r"(?P<sign>[<>!])[ \t]+="), "P012", _SAID, lambda match: f"{match['sign']}="),
    Rewrite(
        re.compile(r"(?<=[\d?])[ \t]*(?:US|U\.S\.)[ \t]*(?:\$|dollars?\b)"), "P013", "`{shown}` is not a unit", " USD"
    ),
    # Days.
    Rewrite(
        re.compile(
            rf"\b(?:effective|starting|beginning|valid|as|applies|with{_B}effect|in{_B}force|on{_B}and{_B}after)"
            rf"(?:{_B}(?:from|as{_B}of|of|on))?{_B}(?P<day>{_DATE})"
        ),
        "P013",
        _SAID,
        lambda match: f"from {match['day']}",
    ),
    Rewrite(re.compile(rf"\bafter{_B}(?P<day>\d{{4}}-\d\d-\d\d)(?P<unsure>\??)"), "P013", _SAID, _day_after),
    Rewrite(re.compile(rf"\bbefore{_B}(?P<day>{_DATE})"), "P013", _SAID, lambda match: f"until {match['day']}"),
    Rewrite(
        re.compile(rf"(?P<from>\bfrom{_B}{_DATE}){_B}(?:on|onwards?)\b"),
        "P013",
        _SAID,
        lambda match: match["from"],
    ),
    Rewrite(
        re.compile(rf"(?P<from>\b(?:from|until|through){_B}{_DATE}){_B}(?={_AMOUNT})"),
        "P014",
        "a colon is missing behind `{shown}`",
        lambda match: f"{match['from']}: ",
    ),
    Rewrite(
        re.compile(rf"(?<!from )(?<!until )(?<!through )(?<![\w?.,-])(?P<day>{_DATE})(?=[ \t]*[:{{])"),
        "P018",
        "`from` is missing before `{day}`",
        lambda match: f"from {match['day']}",
    ),
    # Figures.
    Rewrite(
        re.compile(rf"(?P<amount>\b{_AMOUNT}){_B}(?:per{_B}(?:year|annum)|a{_B}year|annually|yearly|p\.a\.)"),
        "P013",
        "an amount does not say how often",
        lambda match: match["amount"],
        "write `{new}`: the title of the fee says what it is for",
    ),
    Rewrite(
        re.compile(
            rf"(?<=[:=> ])(?:TBD|TBA|tbd|tba|N/A|\?+|not{_B}known|to{_B}be{_B}(?:announced|defined|determined))"
            rf"(?:{_B}(?P<unit>%|[A-Z]{{3}}\b|(?:points?|days?|months?|years?)\b))?(?=[ \t\n}}])"
        ),
        "P011",
        "`{shown}` is not written as a figure that nobody knows",
        _nobody_knows,
    ),
    Rewrite(
        re.compile(
            r"(?:\b(?:about|approximately|approx|around|circa|ca|roughly)\b\.?[ \t]*|~[ \t]*)(?P<figure>\d[\d,]*(?:\.\d+)?)"
        ),
        "P011",
        "`{shown}` is not how the language marks a figure that is not sure",
        lambda match: f"{match['figure']}?",
    ),
    # Sources.
    Rewrite(
        re.compile(rf"\b(?:source|see|ref|reference|according{_B}to|as{_B}per|quote|cite){_B}{_PLACE}"),
        "P013",
        _SAID,
        lambda match: f"cite {match['source']} {match['place']}",
    ),
    Rewrite(
        re.compile(rf"\([ \t]*(?:(?:source|see|cite)[ \t]*:?[ \t]*)?{_PLACE}[ \t]*\)"),
        "P013",
        "a source does not stand in brackets",
        lambda match: f"cite {match['source']} {match['place']}",
    ),
)
"""Told with the words of the language, where the block reads on with them."""
