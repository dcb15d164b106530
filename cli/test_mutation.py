"""``merit test --mutate``: which small faults in the policies no scenario notices."""

from __future__ import annotations

import multiprocessing
import os
import random
import sys
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import Executor, Future, ProcessPoolExecutor, as_completed
from contextlib import contextmanager
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import TypeVar

import click

from cli.console import CLEAN, FINDINGS, Broken, echo_in, problem_lines, read_file
from cli.data_files import DataProblem
from cli.scenario_files import ReadFile, run_files
from cli.selection import Chosen
from dsl.document import Document
from dsl.json_values import escaped
from evaluator.engine import Engine
from review.formats.scenarios import MUTATION
from review.scenarios.faults import Fault, faults
from review.scenarios.mutation import Mutation, Trace, Verdict
from review.scenarios.mutation_report import Judged
from review.scenarios.scenario import Scenario

CHUNK = 8
"""How many faults, or scenarios, a process takes at a time."""

Result = TypeVar("Result")


@dataclass(frozen=True, slots=True)
class Trial:
    """How faults are tried: by how many processes, how many of them, and what is accepted."""

    jobs: int | None
    sample: int | None
    seed: int
    accepted: Path | None


def tell_faults(
    engine: Engine, files: Sequence[ReadFile], form: str, least: Decimal | None, trial: Trial, chosen: Chosen
) -> int:
    """Try faults, print those that survive, and return the exit code.

    Args:
        engine: the policies.
        files: the scenarios; those that wait for review count for nothing.
        form: ``text``, ``json`` or ``markdown``.
        least: the score below which it is a finding; without it every survivor is one.
        trial: how they are tried.
        chosen: which faults are tried, by the words of their place, kind and key.
    """
    accepted = _accepted(trial.accepted)
    ran = run_files(engine, files)
    failing = [one for one in ran if not one.result.passed]
    if failing:
        raise Broken(
            [f"{one.place}: error: this fails without any fault: {one.result.scenario.name}" for one in failing]
        )
    scenarios = [scenario for one in files for scenario in one.file.scenarios]
    every = faults(engine.document)
    picked = [fault for fault in every if chosen(f"{fault.place} {fault.kind} {fault.key}")]
    if trial.sample is not None and trial.sample < len(picked):
        order = {fault.key: index for index, fault in enumerate(picked)}
        picked = random.Random(trial.seed).sample(picked, trial.sample)
        picked.sort(key=lambda fault: order[fault.key])
    verdicts = try_faults(engine.document, scenarios, picked, trial.jobs or os.cpu_count() or 1)
    judged = Judged(
        tuple(verdicts), accepted, len(picked) == len(every), sum(scenario.review for scenario in scenarios)
    )
    echo_in(form, MUTATION, judged)
    if least is not None:
        return FINDINGS if judged.score < least else CLEAN
    return FINDINGS if judged.survivors or judged.unused else CLEAN


def try_faults(document: Document, scenarios: Sequence[Scenario], picked: Sequence[Fault], jobs: int) -> list[Verdict]:
    """Return what becomes of faults, in their order, tried by so many processes."""
    if jobs == 1 or len(picked) <= CHUNK:
        mutation = Mutation(document, scenarios)
        mutation.trace = mutation.traced(range(len(mutation.scenarios)))
        return [mutation.verdict(fault) for fault in _counted(picked, len(picked), "faults")]
    size = sum(not scenario.review for scenario in scenarios)
    trace = Trace()
    with _workers(jobs, document, scenarios, trace) as pool:
        shares = [range(start, size, 4 * jobs) for start in range(min(size, 4 * jobs))]
        waiting = [pool.submit(_traced, share) for share in shares]
        for found in _counted(as_completed(waiting), len(waiting), "shares of the scenarios"):
            trace.add(found.result())
    verdicts: dict[str, Verdict] = {}
    with _workers(jobs, document, scenarios, trace) as pool:
        chunks = [picked[start : start + CHUNK] for start in range(0, len(picked), CHUNK)]
        tried: list[Future[list[Verdict]]] = [pool.submit(_verdicts, chunk) for chunk in chunks]
        for done in _counted(as_completed(tried), len(tried), f"times {CHUNK} faults"):
            verdicts.update((one.fault.key, one) for one in done.result())
    return [verdicts[fault.key] for fault in picked]


# ---- processes ---------------------------------------------------------------------------------------------------

_MUTATION: list[Mutation] = []
"""What a worker tries faults with."""


@contextmanager
def _workers(jobs: int, document: Document, scenarios: Sequence[Scenario], trace: Trace) -> Iterator[Executor]:
    # Forked workers have the policies already; where that is not possible they are sent.
    method = "fork" if "fork" in multiprocessing.get_all_start_methods() else "spawn"
    with ProcessPoolExecutor(
        jobs, multiprocessing.get_context(method), initializer=_begin, initargs=(document, tuple(scenarios), trace)
    ) as pool:
        try:
            yield pool
        finally:
            pool.shutdown(wait=False, cancel_futures=True)


def _begin(document: Document, scenarios: Sequence[Scenario], trace: Trace) -> None:
    mutation = Mutation(document, scenarios)
    mutation.trace = trace
    _MUTATION[:] = [mutation]


def _traced(indexes: Iterable[int]) -> Trace:
    return _MUTATION[0].traced(indexes)


def _verdicts(chunk: Sequence[Fault]) -> list[Verdict]:
    return [_MUTATION[0].verdict(fault) for fault in chunk]


def _counted(items: Iterable[Result], size: int, what: str) -> Iterator[Result]:
    """Yield items and tell how far it is, on a terminal only."""
    shown = sys.stderr.isatty()
    for count, item in enumerate(items, start=1):
        yield item
        if shown:
            click.echo(f"\r{count} of {size} {what} ", err=True, nl=count == size)


# ---- accepted survivors ------------------------------------------------------------------------------------------


def _accepted(path: Path | None) -> dict[str, str]:
    """Read the survivors that are accepted, each with its reason; leave with exit code 3 where it is no such file."""
    if path is None:
        return {}
    data = read_file(path)
    if data.value is None:
        return {}
    if not isinstance(data.value, dict):
        problem = DataProblem(data.place(""), "this is no object", "write a line `key: reason` for each fault")
        raise Broken(problem_lines([problem]))
    wrong = [key for key, reason in data.value.items() if not isinstance(reason, str) or not reason.strip()]
    if wrong:
        raise Broken(
            problem_lines(
                DataProblem(
                    data.place(f"/{escaped(key)}"), "the reason is missing", "say why no scenario can notice it"
                )
                for key in wrong
            )
        )
    return dict(data.value)
