"""What benchmarks share: two callables measured by turns, and a report at the end."""

from __future__ import annotations

import gc
import statistics
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

import pytest

from evaluator import garbage


@dataclass(frozen=True)
class Bar:
    """What a ratio is to stay below, and what it is to come to; both are told beside it, and neither fails a run."""

    bar: float
    aim: float

    def __str__(self) -> str:
        return f"; bar {self.bar:g}, aim {self.aim:g}"


@dataclass
class Report:
    """Lines of the report, in the order they were measured."""

    lines: list[str] = field(default_factory=list)

    def ratio(
        self,
        name: str,
        one: Callable[[], object],
        other: Callable[[], object],
        *,
        rounds: int = 15,
        inner: int = 20,
        parts: tuple[int, int] = (1, 1),
        bar: Bar | None = None,
    ) -> float:
        """Measure two callables by turns and note how many times longer the first takes than the second.

        Args:
            name: what is compared.
            one: what is measured.
            other: what it is measured by.
            rounds: how often they are measured by turns.
            inner: how often each is called in a round.
            parts: of how many parts each is: parts are compared.
            bar: what the ratio is held against.
        """
        one()
        other()
        ratios: list[float] = []
        times: list[tuple[float, float]] = []
        for _ in range(rounds):
            first, second = _time(one, inner) / parts[0], _time(other, inner) / parts[1]
            times.append((first, second))
            ratios.append(first / second)
        ratio = statistics.median(ratios)
        a, b = (statistics.median(pair[side] for pair in times) * 1e3 for side in (0, 1))
        self.note(name, ratio, f"{a:.3f} ms / {b:.3f} ms{bar or ''}")
        return ratio

    def note(self, name: str, ratio: float, beside: str) -> None:
        """Note a ratio that was measured, and what is told beside it."""
        figure = f"{ratio:8.1f}" if ratio >= 10 else f"{ratio:8.2f}"
        self.lines.append(f"{name:<78} {figure} x   ({beside})")


def _time(call: Callable[[], object], inner: int) -> float:
    start = time.perf_counter()
    for _ in range(inner):
        call()
    return (time.perf_counter() - start) / inner


_REPORT = Report()


@pytest.fixture(scope="session", autouse=True)
def garbage_looked_at_seldom() -> Iterator[None]:
    """As every command and every worker of the service has it."""
    thresholds = gc.get_threshold()
    garbage.look_seldom()
    yield
    gc.set_threshold(*thresholds)


@pytest.fixture(scope="session")
def report() -> Iterator[Report]:
    return _REPORT


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    if _REPORT.lines:
        terminalreporter.write_sep("=", "ratios, median of rounds measured by turns")
        for line in _REPORT.lines:
            terminalreporter.write_line(line)
