"""What is proved of a change: as text, JSON and Markdown."""

from __future__ import annotations

from review.formats.format import Formats, in_json, in_lines
from review.prove.check_report import Checked, check_json, check_lines, check_markdown
from review.prove.report import Proved, prove_json, prove_lines, prove_markdown

PROVE = Formats[Proved](
    text=lambda found, paint: in_lines(prove_lines(found, paint)),
    json=lambda found, _: in_json(prove_json(found)),
    markdown=lambda found, _: prove_markdown(found),
)

CHECK = Formats[Checked](
    text=lambda found, paint: in_lines(check_lines(found, paint)),
    json=lambda found, _: in_json(check_json(found)),
    markdown=lambda found, _: check_markdown(found),
)
