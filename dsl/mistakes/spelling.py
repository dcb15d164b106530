"""Signs, dates, figures and quotes in another spelling: seen in the text, wherever they stand."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date

from dsl.mistakes.stop import Proposal, blanked, swap

LONGEST = 1_000
"""Characters of the longest line that mistakes are looked for in."""
CURRENCIES = {"$": "USD", "€": "EUR", "£": "GBP", "¥": "JPY"}
"""Currency signs and the codes that are written for them."""
_MONTHS = (
    "january jan", "february feb", "march mar", "april apr", "may", "june jun", "july jul", "august aug",
    "september sept sep", "october oct", "november nov", "december dec",
)  # fmt: skip
MONTHS = {name: number for number, names in enumerate(_MONTHS, start=1) for name in names.split()}
_MONTH = "|".join(sorted(MONTHS, key=len, reverse=True))
_NOT_IN_WORD = r"(?<![\w.,/-])"
_DATES = (
    re.compile(rf"{_NOT_IN_WORD}(?P<m>\d{{1,2}})/(?P<d>\d{{1,2}})/(?P<y>\d{{4}}|\d\d)(?![\w/])"),
    re.compile(rf"{_NOT_IN_WORD}(?P<d>\d{{1,2}})\. ?(?P<m>\d{{1,2}})\. ?(?P<y>\d{{4}})(?!\w)"),
    re.compile(rf"{_NOT_IN_WORD}(?P<y>\d{{4}})/(?P<m>\d{{1,2}})/(?P<d>\d{{1,2}})(?![\w/])"),
    re.compile(rf"{_NOT_IN_WORD}(?P<y>\d{{4}})\.(?P<m>\d{{1,2}})\.(?P<d>\d{{1,2}})(?![\w.])"),
    re.compile(rf"{_NOT_IN_WORD}(?P<d>\d{{1,2}})-(?P<m>\d{{1,2}})-(?P<y>\d{{4}})(?![\w-])"),
    re.compile(rf"{_NOT_IN_WORD}(?!\d{{4}}-\d\d-\d\d(?!\d))(?P<y>\d{{4}})-(?P<m>\d{{1,2}})-(?P<d>\d{{1,2}})(?![\w-])"),
    re.compile(rf"\b(?P<w>{_MONTH})\.? (?P<d>\d{{1,2}})(?:st|nd|rd|th)?,? (?P<y>\d{{4}})\b", re.IGNORECASE),
    re.compile(rf"\b(?P<d>\d{{1,2}})(?:st|nd|rd|th|\.)? (?P<w>{_MONTH})\.?,? (?P<y>\d{{4}})\b", re.IGNORECASE),
    re.compile(rf"\b(?P<w>{_MONTH})\.? (?P<y>\d{{4}})\b(?P<d>)", re.IGNORECASE),
)
_SIGNS = {
    "=>": ">=",
    "=<": "<=",
    "==": "=",
    "<>": "!=",
    "≥": ">=",
    "≤": "<=",
    "≠": "!=",
    "&&": "and",
    "||": "or",
    "–": "-",
    "—": "-",
    "\u2212": "-",
    "×": "*",
    "…": "",
}
_SIGN = re.compile(r"=>|=<|==|<>|≥|≤|≠|&&|\|\||–|—|\u2212|×|…")
_FIGURE = r"\d[\d,.]{0,30}\d\??|\d\??"
_MONEY = re.compile(rf"(?:\bUS)?(?P<sign>[$€£¥])\s?(?P<a>{_FIGURE})(?P<k>[kKmM](?:illion|n)?\b)?(?:\s?[A-Z]{{3}}\b)?")
_MONEY_BEFORE = re.compile(
    rf"(?<!money )(?<![\d?%] )\b(?P<sign>[A-Z]{{3}}) ?(?P<a>{_FIGURE})(?P<k>[kKmM](?:illion|n)?\b)?(?![\w-])"
)
_MONEY_AFTER = re.compile(rf"(?P<a>{_FIGURE})(?P<k>[kKmM]\b)?\s?(?P<sign>[$€£¥])")
_CURLY = re.compile(r"[“”„«»][^“”„«»\"\n]*[“”„«»\"]|[\u2018\u2019\u201a][^\u2018\u2019\u201a\n]*[\u2018\u2019]")
_SINGLE = re.compile(r"'[^'\n]*'")
_SUSPECT = re.compile(
    rf"[$€£¥“”„«»\u2018\u2019\u201a';≥≤≠–—\u2212×…!\u00a0\u202f\u2009\u200b]|=[>=<]|<>|(?-i:\b[A-Z]{{3}}) ?\d|&&|//|/\*|\d/\d|\d\.\s?\d+\.|\d{{4}}-(?!\d\d-\d\d(?!\d))\d{{1,2}}-|\d-\d{{4}}|\|\||\b(?:{_MONTH})\b",
    re.IGNORECASE,
)


def is_misspelt(text: str) -> bool:
    """Whether a text holds what no policy can mean, even where the grammar could read it (`10/03/2022` divides)."""
    return _SUSPECT.search(text) is not None and not is_too_long(text) and next(misspelt(text), None) is not None


def is_too_long(text: str) -> bool:
    """Whether a line is longer than people type: mistakes are not looked for in such a text."""
    return max(map(len, text.split("\n"))) > LONGEST


def misspelt(text: str) -> Iterator[Proposal]:
    """Yield what no policy can mean as it is written, in order of place, without overlaps."""
    found = list(_all(text, blanked(text)))
    end = -1
    for proposal in sorted(found, key=lambda p: (p.start, -p.end)):
        if proposal.start >= end:
            yield proposal
            end = proposal.end


def _all(text: str, code: str) -> Iterator[Proposal]:
    for match in re.finditer(r"//|/\*", code):
        yield swap("P012", f"`{match.group()}` does not begin a comment", match.span(), "#", "comments begin with `#`")
    # What follows on the line is a comment, whatever it says.
    code = re.sub(r"(//|/\*)[^\n]*", lambda m: " " * len(m.group()), code)
    for match in (*_CURLY.finditer(code), *re.finditer(r"(?<!\d)" + _SINGLE.pattern, code)):
        inner = text[match.start() + 1 : match.end() - 1]
        kind = "single quotes" if match.group()[0] in "'\u2018\u2019\u201a" else "curly quotes"
        yield swap(
            "P008",
            f"this text stands in {kind}",
            match.span(),
            f'"{inner}"',
            f'write straight double quotes: `"{inner}"`',
            safe=True,
        )
        code = code[: match.start()] + " " * len(match.group()) + code[match.end() :]
    yield from _dates(code)
    yield from _money(code)
    for match in _SIGN.finditer(code):
        sign = match.group()
        if sign == "||" and code[code.rfind("\n", 0, match.start()) + 1 : match.start()].lstrip()[:1] in ("|", ""):
            yield swap("P015", "this cell is empty", match.span(), "| - |", "put `-` in an empty cell", safe=True)
            continue
        new = _SIGNS[sign]
        yield swap(
            "P012",
            f"`{sign}` is not a sign of the language",
            match.span(),
            new,
            f"write `{new}`" if new else "delete it",
        )
    for match in re.finditer(r"!(?!=)\s*", code):
        yield swap("P012", "`!` is not a sign of the language", match.span(), "not ", "write `not`")
    for match in re.finditer(r"[ \t]*;", code):
        if re.search(r"(?:^|\{)[ \t]*[a-z]\w*([ \t]+\"x*\")?$", code[: match.start()], re.MULTILINE):
            yield swap(
                "P014", "a label ends with a colon", (match.end() - 1, match.end()), ":", "write `:` behind the label"
            )
            continue
        if re.match(r"[ \t]*(?:not[ \t]+)?[a-z]\w*[ \t]*(?:[<>!]?=|[<>])", code[match.end() :]):
            yield swap("P016", "`;` does not join conditions", match.span(), " and", "write `and`, or `or`")
            continue
        at_end = re.match(r"[ \t]*(\n|$)", code[match.end() :])
        yield swap(
            "P016",
            "a `;` separates nothing here",
            (match.end() - 1, match.end()),
            "" if at_end else " ",
            "delete it: the next clause begins with its label or keyword",
            safe=True,
        )
    for match in re.finditer("[\u00a0\u202f\u2009\u200b]+", code):
        around = code[max(match.start() - 1, 0) : match.start()] + code[match.end() : match.end() + 3]
        if re.fullmatch(r"\d{4}", around):
            yield swap("P011", "this figure is grouped with a blank", match.span(), ",", "write `,` between thousands")
        else:
            yield swap(
                "P012",
                "here stands a blank that only looks like one",
                match.span(),
                " ",
                "type an ordinary blank",
                safe=True,
            )


def _dates(code: str) -> Iterator[Proposal]:
    taken: list[tuple[int, int]] = []
    for pattern in _DATES:
        for match in pattern.finditer(code):
            if any(match.start() < end and start < match.end() for start, end in taken):
                continue
            taken.append(match.span())
            written, other = _readings(match)
            shown = match.group()
            if match["d"] == "" and re.search(r"\b(?:in|during|within)\s+$", code[: match.start()]) and written:
                help_ = f"write its days: `>= {written}` and `<= end of month of {written}`"
                yield Proposal("P010", f"`{shown}` is a month, and no day", *match.span(), help_, asks=True)
            elif written is None:
                yield Proposal(
                    "P010",
                    f"`{shown}` is not a date",
                    *match.span(),
                    "write the date as year-month-day, like 2022-10-03",
                    sure=True,
                )
            else:
                said = f"`{shown}` is not written as year-month-day"
                if other:
                    # Day and month, or month and day: nothing is guessed.
                    help_ = f"write `{written}`, or `{other}` where the day stands first"
                    yield Proposal("P010", said, *match.span(), help_, asks=True)
                else:
                    yield swap("P010", said, match.span(), written)


def _readings(match: re.Match[str]) -> tuple[str | None, str | None]:
    """Return the date as the language writes it, and the other one it may be."""
    groups = match.groupdict()
    year = int(groups["y"]) + (2000 if len(groups["y"]) == 2 else 0)
    month = MONTHS[groups["w"].lower()] if groups.get("w") else int(groups["m"])
    day = int(groups["d"] or 1)
    first, second = _iso(year, month, day), _iso(year, day, month)
    if groups.get("w"):
        return first, None
    swappable = len(groups["y"]) > 0 and not match.group().startswith(groups["y"])
    if not swappable:
        return first, None
    if first is None:
        return second, None
    if "." in match.group():  # no country writes the month first with points
        return first, None
    return first, second if second != first else None


def _iso(year: int, month: int, day: int) -> str | None:
    try:
        return date(year, month, day).isoformat()
    except ValueError:
        return None


def _money(code: str) -> Iterator[Proposal]:
    for match in (*_MONEY.finditer(code), *_MONEY_AFTER.finditer(code), *_MONEY_BEFORE.finditer(code)):
        mark = "?" if match["a"].endswith("?") else ""
        amount = figure(match["a"].rstrip("?"), match["k"])
        sign = match["sign"]
        right = f"{amount}{mark} {CURRENCIES.get(sign, sign)}"
        yield swap(
            "P011",
            f"`{match.group()}` is written with a sign for its currency"
            if sign in CURRENCIES
            else "the currency stands before its amount",
            match.span(),
            right,
            f"write the currency behind the amount: `{right}`",
        )


def figure(text: str, scale: str | None = None) -> str:
    """Return a figure as the language writes it: commas between thousands, a point before decimals.

    >>> figure("4.730,00"), figure("4730"), figure("25", "k"), figure("4,73"), figure("1 000")
    ('4,730', '4,730', '25,000', '4.73', '1,000')
    """
    text = re.sub(r"[\s'\u00a0\u202f]", "", text)
    if re.fullmatch(r"\d{1,3}(\.\d{3})+(,\d+)?", text) and (text.count(".") > 1 or "," in text):
        text = text.replace(".", "").replace(",", ".")
    elif re.fullmatch(r"\d+,(\d{1,2}|\d{4,})", text):
        text = text.replace(",", ".")
    whole, _, part = text.replace(",", "").partition(".")
    zeros = 3 if scale and scale[0] in "kKtT" else 6 if scale else 0
    if zeros:
        whole, part = whole + part[:zeros].ljust(zeros, "0"), part[zeros:]
    part = "" if not part.strip("0") else part
    return f"{int(whole):,}" + (f".{part}" if part else "")
