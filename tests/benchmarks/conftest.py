"""What benchmarks share: two callables measured by turns, and a report at the end."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

import pytest


@dataclass
class Report:
    """Lines of the report, in the order they were measured."""

    lines: list[str] = field(default_factory=list)

    def ratio(
        self, name: str, one: Callable[[], object], other: Callable[[], object], *, rounds: int = 15, inner: int = 20
    ) -> float:
        """Measure two callables by turns and note how many times longer the first takes than the second."""
        one()
        other()
        ratios: list[float] = []
        times: list[tuple[float, float]] = []
        for _ in range(rounds):
            first, second = _time(one, inner), _time(other, inner)
            times.append((first, second))
            ratios.append(first / second)
        ratio = statistics.median(ratios)
        a, b = (statistics.median(pair[side] for pair in times) * 1e3 for side in (0, 1))
        self.lines.append(f"{name:<78} {ratio:8.1f} x   ({a:.3f} ms / {b:.3f} ms)")
        return ratio


def _time(call: Callable[[], object], inner: int) -> float:
    start = time.perf_counter()
    for _ in range(inner):
        call()
    return (time.perf_counter() - start) / inner


_REPORT = Report()


@pytest.fixture(scope="session")
def report() -> Iterator[Report]:
    return _REPORT


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    if _REPORT.lines:
        terminalreporter.write_sep("=", "ratios, median of rounds measured by turns")
        for line in _REPORT.lines:
            terminalreporter.write_line(line)
