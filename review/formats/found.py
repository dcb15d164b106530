"""What was found by words, as text and JSON."""

from __future__ import annotations

from collections.abc import Iterator

from dsl.diagnostics import listed
from review.formats.format import Formats, in_json, in_lines
from review.words.decision_text import Paint
from review.words.finding import Answered


def found_lines(answered: Answered, paint: Paint) -> Iterator[str]:
    """Yield what was found as lines."""
    for word, other in answered.taken_for.items():
        yield paint(f"no rule or fact says `{word}`" + (f"; looked for `{other}`" if other else ""), "warning")
    for one in answered.found:
        yield f"{one.what:<13}  {paint(one.name, 'head')}  {one.title if one.title != one.name else ''}".rstrip()
        if one.by and one.by != one.name:
            yield f"{' ' * 15}{one.by}"
        if one.read_by:
            yield paint(f"{' ' * 15}read by {listed(one.read_by, most=4).replace('`', '')}", "faint")
        if one.at:
            yield paint(f"{' ' * 15}{one.at}", "faint")
    if not answered.found and not answered.taken_for:
        yield "nothing has all of these words"
    if answered.more:
        yield f"and {answered.more} more; ask with another word"


ASK = Formats[Answered](
    text=lambda answered, paint: in_lines(found_lines(answered, paint)),
    json=lambda answered, _: in_json(answered.as_json()),
)
