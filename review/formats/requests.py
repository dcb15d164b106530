"""The page of a pull request: for a comment, a browser, programs, and as annotations of a code host."""

from __future__ import annotations

from review.formats.diagnostics import github
from review.formats.format import Formats, in_json, in_lines
from review.formats.sarif import sarif
from review.request.findings import findings
from review.request.markdown import page_markdown
from review.request.page_html import page_html
from review.request.page_json import page_json
from review.request.request import Request

REVIEW = Formats[Request](
    markdown=lambda told, _: page_markdown(told),
    html=lambda told, _: page_html(told),
    json=lambda told, _: in_json(page_json(told)),
    sarif=lambda told, _: in_json(sarif([one.diagnostic for one in findings(told)])),
    github=lambda told, _: in_lines(github(one.diagnostic) for one in findings(told)),
)
