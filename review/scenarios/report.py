"""Results of scenarios as text, JSON, JUnit XML and Markdown."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from xml.etree import ElementTree

from evaluator.decision import Detail, decision_json
from review.scenarios.expectations import Mismatch
from review.scenarios.runner import ScenarioResult
from review.words.decision_text import Paint, decision_lines, unpainted

Json = Any
MOST_LINES = 40
"""How many lines a failure is told in where not all of it is asked for."""


@dataclass(frozen=True, slots=True)
class Ran:
    """A result with the file and line its scenario stands in."""

    file: str
    line: int
    result: ScenarioResult

    @property
    def place(self) -> str:
        """``file:line`` of the scenario."""
        return f"{self.file}:{self.line}"


def summary(ran: Sequence[Ran]) -> str:
    """Return how many passed and failed."""
    failed = sum(not one.result.passed for one in ran)
    return f"{len(ran) - failed} passed, {failed} failed"


def text_lines(
    ran: Sequence[Ran], *, paint: Paint = unpainted, verbose: bool = False, full: bool = False
) -> Iterator[str]:
    """Yield each failure: expected and actual, then why it was decided so; the summary last.

    Args:
        ran: what ran.
        paint: colours words.
        verbose: whether scenarios that passed are named too.
        full: whether a failure is told whole; else its first lines are.
    """
    for one in ran:
        if one.result.passed:
            if verbose:
                yield f"{paint('pass', 'met')} {one.place}: {one.result.scenario.name}"
            continue
        yield f"{paint('FAIL', 'unmet')} {one.place}: {one.result.scenario.name}"
        yield from failure_lines(one.result, paint=paint, full=full)
        yield ""
    yield summary(ran)


def failure_lines(result: ScenarioResult, *, paint: Paint = unpainted, full: bool = False) -> list[str]:
    """Return what is not as expected, step by step, and behind all of it the decisions that say so.

    Args:
        result: a scenario that failed.
        paint: colours words.
        full: whether all is told; else it fits, with the scenario's name, in ``MOST_LINES``.
    """
    lines = list(_failure(result, paint, full))
    if full or len(lines) < MOST_LINES:
        return lines
    kept = MOST_LINES - 2
    return [*lines[:kept], f"  ... and {len(lines) - kept} more lines; `merit test --detail full` tells them"]


def _failure(result: ScenarioResult, paint: Paint, full: bool) -> Iterator[str]:
    for cited in result.cited:
        yield f"  as {cited} has it"
    failed = [step for step in result.steps if step.mismatches]
    for step in failed:
        yield f"  on {step.as_of}"
        yield from (f"    {line}" for line in table(step.mismatches))
    for step in failed:
        for decision in step.decisions:
            yield ""
            told = decision_lines(decision, step.as_of, paint=paint, detail="full" if full else "summary", through=full)
            yield from (f"    {line}" for line in told)


def table(found: Sequence[Mismatch]) -> Iterator[str]:
    """Yield the lines of a table of expected and actual values."""
    rows = [("rule", "what", "expected", "actual"), *((m.rule, m.aspect, m.expected, m.actual) for m in found)]
    widths = [max(len(row[column]) for row in rows) for column in range(3)]
    for row in rows:
        yield "  ".join([*(cell.ljust(width) for cell, width in zip(row[:3], widths, strict=True)), row[3]]).rstrip()


def as_json(ran: Sequence[Ran]) -> dict[str, Json]:
    """Return the results as JSON; decisions stand with the steps that are not as expected."""
    failed = sum(not one.result.passed for one in ran)
    return {"passed": len(ran) - failed, "failed": failed, "scenarios": [_one_json(one) for one in ran]}


def _one_json(one: Ran) -> dict[str, Json]:
    steps = [
        {
            "as_of": step.as_of.isoformat(),
            "mismatches": [
                {"rule": m.rule, "what": m.aspect, "expected": m.expected, "actual": m.actual} for m in step.mismatches
            ],
            "decisions": [decision_json(decision, "full") for decision in step.decisions],
        }
        for step in one.result.steps
        if step.mismatches
    ]
    cites = [{"source": cite.source, "place": cite.place} for cite in one.result.scenario.cites]
    head = {"name": one.result.scenario.name, "at": one.place, "passed": one.result.passed}
    return {**head, **({"cites": cites} if cites else {}), **({"steps": steps} if steps else {})}


def as_junit(ran: Sequence[Ran], *, full: bool = False) -> str:
    """Return the results as JUnit XML, a suite for each file; ``full`` tells failures whole."""
    root = ElementTree.Element("testsuites")
    for file in dict.fromkeys(one.file for one in ran):
        cases = [one for one in ran if one.file == file]
        failed = sum(not one.result.passed for one in cases)
        suite = ElementTree.SubElement(
            root, "testsuite", name=file, tests=str(len(cases)), failures=str(failed), errors="0", skipped="0"
        )
        for one in cases:
            case = ElementTree.SubElement(
                suite, "testcase", classname=file, name=one.result.scenario.name, file=file, line=str(one.line)
            )
            found = [mismatch for step in one.result.steps for mismatch in step.mismatches]
            if found:
                message = "; ".join(f"{m.rule} {m.aspect}: expected {m.expected}, actual {m.actual}" for m in found)
                failure = ElementTree.SubElement(case, "failure", message=message)
                failure.text = "\n".join(["", *failure_lines(one.result, full=full), ""])
    ElementTree.indent(root)
    return ElementTree.tostring(root, encoding="unicode", xml_declaration=True) + "\n"


def as_markdown(ran: Sequence[Ran], *, full: bool = False) -> str:
    """Return the results as Markdown for a pull request: the summary, then a section for each failure.

    Args:
        ran: what ran.
        full: whether a failure is told whole; else its section has ``MOST_LINES``.
    """
    sections = ["\n".join(_section(one, full)) for one in ran if not one.result.passed]
    return "\n\n".join([f"**{summary(ran)}**", *sections]) + "\n"


def _section(one: Ran, full: bool) -> list[str]:
    """Return what differs as a table, and why, folded: as much of both as there is room for."""
    head = [f"### {one.result.scenario.name}", "", f"`{one.place}`", ""]
    for cited in one.result.cited:
        head += [f"As {cited} has it.", ""]
    head += ["| date | rule | what | expected | actual |", "| --- | --- | --- | --- | --- |"]
    rows = [_row(step.as_of, m) for step in one.result.steps for m in step.mismatches]
    why: list[str] = []
    for step in one.result.steps:
        for decision in step.decisions:
            detail: Detail = "full" if full else "summary"
            why += [*([""] if why else []), *decision_lines(decision, step.as_of, detail=detail, through=full)]
    fold = ["", "<details><summary>Why</summary>", "", "```", *why, "```", "", "</details>"]
    if full or len(head) + len(rows) + len(fold) <= MOST_LINES:
        return [*head, *rows, *(fold if why else [])]
    more = "... and {} more lines; `merit test --detail full` tells them"
    room = MOST_LINES - len(head) - 2
    if len(rows) > room:
        return [*head, *rows[:room], "", more.format(len(rows) - room + len(why))]
    kept = room - len(rows) - (len(fold) - len(why))
    if kept < 1:
        return [*head, *rows, "", more.format(len(why))]
    return [*head, *rows, *fold[:4], *why[:kept], *fold[-3:], "", more.format(len(why) - kept)]


def _row(day: date, found: Mismatch) -> str:
    cells = (str(day), f"`{found.rule}`", found.aspect, found.expected, found.actual)
    return "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |"
