"""Words, figures and separators that are not of the language, at the place where reading stopped."""

from __future__ import annotations

import re
from collections.abc import Iterator

from dsl.core.choosers import PLAIN
from dsl.mistakes.slips import slips
from dsl.mistakes.spelling import figure
from dsl.mistakes.stop import Look, Proposal, Stop, put, swap
from dsl.mistakes.words import RESERVED, TOP_WORDS, clauses, data, number

_NUMBER = r"\d[\d.,' ]{0,30}\d\??|\d\??"
_LOOSE = re.compile(
    rf"(?<![\w.,/-])(?P<a>{_NUMBER})(?P<gap>\s?)(?P<k>(?<! )[kKmM]|[kKmM](?=\s?[A-Za-z]{{3}}\b)|mn|thousand|million|mio|tsd)?\b(?P<rest>\s?[A-Za-z%]{{3}}\b)?"
)
_CODES = re.compile(r"(usd|eur|gbp|chf|jpy|cad|aud|inr|cny|sek|nok|dkk|pln|brl|mxn|nzd|sgd|hkd|krw|zar|Usd|Eur)\b")


def figures(stop: Stop) -> Iterator[Proposal]:
    """Money, shares and large numbers in another spelling."""
    start, end = stop.line
    for match in _LOOSE.finditer(stop.code, start, end):
        if not match.start() <= stop.offset <= match.end() + 1:
            continue
        mark = "?" if match["a"].endswith("?") else ""
        amount = figure(match["a"].rstrip("?"), match["k"]) + mark
        stop_end = match.end("k") if match["k"] else match.end("a")
        unit = (match["rest"] or "").strip()
        if _CODES.fullmatch(unit):
            right = f"{amount} {unit.upper()}"
            yield swap(
                "P011",
                f"`{match.group()}` is not written as money",
                match.span(),
                right,
                f"write the currency in capitals: `{right}`",
            )
        written = stop.code[match.start() : stop_end]
        if amount != written:
            behind = f" {unit}" if unit else ""
            yield swap(
                "P011",
                f"`{written}` is not written as a figure",
                (match.start(), stop_end),
                amount,
                f"write `{amount}{behind}`: commas between thousands, a point before decimals",
            )


def number_words(stop: Stop) -> Iterator[Proposal]:
    """`at least two people`."""
    for start in (stop.offset, stop.previous_word()[0]):
        match = re.match(r"[a-z]+", stop.code[start:], re.IGNORECASE)
        word = match.group().lower() if match else ""
        if number(word) != word:
            yield swap(
                "P011",
                f"`{word}` is a number written as a word",
                (start, start + len(word)),
                number(word),
                f"write `{number(word)}`",
                safe=True,
            )


def condition_behind(stop: Stop) -> Iterator[Proposal]:
    """`x >= 1 if y >= 2` on one line."""
    start = stop.code.rfind("\n", 0, stop.before) + 1
    end = max(stop.before, stop.line[1] if stop.line[0] == start else 0)
    for match in re.finditer(
        r"\b(if|when|provided that|as long as)[ \t]+(?P<c>[^{}\n#]+?)(?=[ \t]*(?:\}|$|[a-z]\w*[ \t]*:))",
        stop.code[start:end],
    ):
        if start + match.end() < stop.before:
            continue
        condition = stop.text[start + match.start("c") : start + match.end("c")]
        name = re.search(r"(?!not\b)[a-z]\w*", condition)
        right = f"only if {{ {name.group() if name else 'condition'}: {condition} }}"
        yield swap(
            "P013",
            f"`{match[1]}` does not stand behind a requirement",
            (start + match.start(), start + match.end()),
            right,
        )


def commas(stop: Stop) -> Iterator[Proposal]:
    """Commas that separate nothing, and commas that are missing between names."""
    at = stop.offset if stop.rest.startswith(",") else len(stop.code[: stop.word_start].rstrip()) - 1
    if at >= 0 and stop.code[at : at + 1] == ",":
        opened = stop.code.rfind("{", 0, at)
        closed = stop.code.find("}", at)
        inside = stop.code[opened + 1 : closed] if opened >= 0 and closed > 0 else ""
        if re.fullmatch(r"[\w\s,\"]*", inside):
            edits = tuple((m.start() + opened + 1, m.end() + opened + 1, "") for m in re.finditer(r",", inside))
            edits = tuple((a, b, "" if re.match(r"\s|$", stop.code[b:]) else " ") for a, b, _ in edits)
            yield Proposal(
                "P016",
                "a `,` separates nothing here",
                at,
                at + 1,
                "delete it: members stand one behind the other",
                edits,
                "delete the commas",
                safe=True,
                sign=True,
            )
        behind = stop.code[at + 1 : at + 2]
        yield swap(
            "P016",
            "a `,` separates nothing here",
            (at, at + 1),
            "" if behind.isspace() or not behind else " ",
            "delete it: clauses and members stand one behind the other",
            safe=True,
        )
    begins_a_label = "\n" in stop.code[stop.before : stop.offset] and ":" in stop.text[stop.offset : stop.line[1]]
    if re.match(r"[a-z]", stop.rest) and not begins_a_label:
        start, previous = stop.previous_word()
        if re.fullmatch(r"[a-z]\w*|[\d.,?]*%?", previous) and previous:
            yield put(
                "P018",
                f"a `,` is missing behind `{previous}`",
                (start, start + len(previous)),
                start + len(previous),
                ",",
                f"write `{previous},`",
                guess=True,
            )


def other_words(stop: Stop) -> Iterator[Proposal]:
    """Words of other languages, capitals, and near misses of words and phrases."""
    following = re.match(r"\w+[ \t]+", stop.rest)
    behind = stop.offset + (following.end() if following else 0)
    starts = (stop.offset, stop.previous_word()[0], behind) if stop.offset else (0,)
    for start in dict.fromkeys(starts):
        text = stop.code[start : stop.line[1]] or stop.code[start : start + 80]
        words = re.match(r"[A-Za-z_]+(?:[ \t]+[A-Za-z_]+)*", text)
        if words is None:
            continue
        run = words.group()
        lowered = run.lower()
        for other in sorted(data()["synonyms"], key=len, reverse=True):
            if re.match(rf"{other}\b", lowered):
                for new in data()["synonyms"][other]:
                    begin = start
                    if new.startswith(","):
                        begin = len(stop.code[:start].rstrip(", \t\n"))
                    shown = " ".join(new.strip(" ,").split())
                    yield swap(
                        "P013",
                        f"`{run[: len(other)]}` is not a word of the language here",
                        (begin, start + len(other)),
                        new,
                        f"write `{shown}`" if shown else "delete it",
                    )
        first = re.match(r"[A-Za-z_]+", run)
        if first and first.group() != first.group().lower():
            low = first.group().lower()
            if any(low in phrase.split() for phrase in (*_phrases(), *TOP_WORDS)):
                yield swap(
                    "P013",
                    f"`{first.group()}` has a capital letter",
                    (start, start + first.end()),
                    low,
                    f"words of the language are written in small letters: `{low}`",
                    safe=True,
                )
        yield from _near(stop, start, run)


def _phrases() -> tuple[str, ...]:
    """Return every word and phrase inside a form."""
    return (*clauses(), *(chooser.phrase for chooser in PLAIN), *data()["phrases"])


def _near(stop: Stop, start: int, run: str) -> Iterator[Proposal]:
    known = (*TOP_WORDS, *sorted(stop.nouns)) if start == 0 else _phrases()
    for written, phrase in slips(run, known)[:4]:
        what = "does not begin anything I know" if start == 0 else "is not a word of the language here"
        yield swap(
            "P002" if start == 0 else "P013",
            f"`{written}` {what}",
            (start, start + len(written)),
            phrase,
            f"did you mean `{phrase}`?",
            guess=True,
        )


def reserved(stop: Stop) -> Iterator[Proposal]:
    """A word of the language where a name is meant."""
    start, word = stop.previous_word()
    if word in RESERVED and word not in ("and", "or", "not", "otherwise", "never"):
        right = unreserved(word)
        yield swap(
            "P017",
            f"`{word}` is a word of the language and cannot be read as a name",
            (start, start + len(word)),
            right,
            f"give the fact or measure another name, for example `{right}`",
        )


def unreserved(word: str) -> str:
    """Return a name in place of a reserved word."""
    return f"{word}_value"


def missing(stop: Stop) -> Iterator[Proposal]:
    """Something is left out: the figure behind a comparison, a title, a type."""
    start, word = stop.previous_word()
    span = (start, start + len(word))
    follows = re.match(r"(?![a-z]\w*[ \t]*(?:\"x*\"[ \t]*)?:|(?:cite|assume|allow|only\s+if)\b)[^\s{}|]+", stop.rest)
    if re.fullmatch(r"[<>!]?=|[<>]", word):
        yield Proposal(
            "P018",
            f"`{follows.group()}` is nothing to compare with" if follows else f"nothing stands behind `{word}`",
            *(span if follows is None else (stop.offset, stop.offset + follows.end())),
            f"write the figure, for example `{word} 1,000 USD` or `{word} 2`; one that nobody knows is `unknown USD`",
            sure=True,
        )
    elif word in ("+", "*", "/", "and", "or", "not"):
        yield Proposal(
            "P018", f"nothing stands behind `{word}`", *span, "write what follows it, or delete it", sure=True
        )
    elif setting := re.search(
        r"(pass\s+at|checked\s+at|lost\s+after|renews\s+to|due\s+at|amount|valid|up\s+to|per|earns|use|area|levels|covers|pay|gives|keeps|loses|awarded\s+to)$",
        stop.code[: start + len(word)],
    ):
        phrase = " ".join(setting.group().split())
        yield Proposal(
            "P018",
            f"nothing stands behind `{phrase}`",
            *setting.span(),
            f"write its value behind `{phrase}`",
            sure=True,
        )
    elif stop.expected == {"STRING"} or (
        stop.expected <= {"STRING", "NAME"} and re.match(r"(package|source)\b", stop.code)
    ):
        name = re.match(r"\w+[ \t]+([a-z]\w*)", stop.code)
        title = (
            name[1].replace("_", " ").capitalize() if name and stop.code.startswith(("package", "source")) else "..."
        )
        yield put(
            "P018",
            "a text in quotes is missing",
            span,
            start + len(word),
            f' "{title}"',
            f'write it here, for example `"{title}"`',
        )
    elif "TYPE" in stop.expected and stop.depth <= 1:
        yield Proposal(
            "P018",
            f"`{word}` is not followed by a type" if word != ":" else "the type is missing",
            stop.offset,
            stop.offset + 1,
            "write `flag`, `count`, `number`, `percent`, `money USD`, `date`, `text`, or `one of a, b`",
            sure=True,
        )
    if "COLON" in stop.expected and "LBRACE" not in stop.expected:
        yield put("P014", f"a colon is missing behind `{word}`", span, stop.before, ":", f"write `{word}:`")


WORDING: tuple[Look, ...] = (figures, number_words, condition_behind, other_words, commas)
"""Looks for words, most telling first."""

FIGURES: tuple[Look, ...] = (figures, number_words)
"""Looks for figures, whose meaning does not rest on the words around them."""

LAST: tuple[Look, ...] = (reserved, missing)
"""Looks that are tried when nothing else reads on."""
