"""How a batch grows with partners, rules, rows a partner and processes: measured, and drawn as ``docs/scale.svg``.

``make growth`` runs it. Each point is a process of its own: CPU seconds of the run, the policies being loaded, and the most
memory that it held. ``--most`` bounds the partners.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory

from dsl.load import load_checked
from evaluator.columnar.importing import import_lines
from evaluator.columnar.layout import layout_of
from evaluator.engine import Engine
from review.scenarios.partners import COMPLETE, Partners
from tests.benchmarks.test_batch import DAY, ROOT, RULE, made

GENERATED = 60
"""Partners of whom all is told that any rule reads."""
MEASURED = """
import json, resource, sys, time
from datetime import date
from pathlib import Path
from dsl.load import load_checked
from evaluator.columnar.run import Asked, run
from evaluator.engine import Engine
facts, out, day, rules, size, jobs, policies = sys.argv[1:]
loaded = load_checked([Path(policies)])
engine = Engine(loaded.document, loaded.core)
def most_held():
    # What the kernel tells of this program alone; getrusage tells of the one before it in the process too.
    return int(next(line for line in open("/proc/self/status") if line.startswith("VmHWM")).split()[1]) / 1024

before = most_held()
cpu, wall = time.process_time(), time.perf_counter()
done = run(engine, Asked(Path(facts), Path(out), date.fromisoformat(day), (rules,), int(size), int(jobs)), lambda _: None)
cpu, wall = time.process_time() - cpu, time.perf_counter() - wall
children = resource.getrusage(resource.RUSAGE_CHILDREN)
print(json.dumps({
    "partners": done.partners, "rules": done.rules, "decisions": done.decisions, "by_rows": done.by_rows,
    "cpu": cpu + children.ru_utime + children.ru_stime, "wall": wall,
    "peak": most_held(), "before": before,
}))
"""


@dataclass(frozen=True)
class Point:
    """One run: what was varied, and what it came to."""

    x: float
    partners: int
    rules: int
    decisions: int
    by_rows: int
    cpu: float
    wall: float
    peak: float
    """Megabytes, of the process that shares the slices out where there are several."""
    before: float
    """Of the peak what was held before the run."""


def measured(x: float, facts: Path, out: Path, *, rules: str = RULE, size: int = 20_000, jobs: int = 1) -> Point:
    """Run a batch in a process of its own."""
    arguments = [str(facts), str(out), DAY.isoformat(), rules, str(size), str(jobs), str(ROOT / "policies")]
    done = subprocess.run(
        [sys.executable, "-c", MEASURED, *arguments], capture_output=True, text=True, check=True, cwd=ROOT
    )
    point = Point(x, **json.loads(done.stdout.strip().splitlines()[-1]))
    share = 100 * point.by_rows / point.decisions
    sys.stdout.write(
        f"{x:>9,.0f} | {point.partners:>9,} partners | {point.rules:>3} rules | {point.cpu:7.2f} s CPU | {point.wall:7.2f} s |"
        f" {point.peak:4.0f} MB, {point.before:.0f} before | {share:.1f} % by rows\n"
    )
    sys.stdout.flush()
    return point


def generated(folder: Path, number: int, day: date) -> Path:
    """Write the tables of generated partners of whom all is told."""
    loaded = load_checked([ROOT / "policies"])
    engine = Engine(loaded.document, loaded.core)
    maker = Partners(engine.core, seed=1, as_of=day, chances=COMPLETE)
    lines = (
        json.dumps({**maker.partner(one), "partner": f"p{one:06d}"}, default=str).encode() + b"\n"
        for one in range(1, number + 1)
    )
    told = folder.with_suffix(".jsonl")
    told.write_bytes(b"".join(lines))
    with told.open("rb") as stream:
        import_lines(stream, engine.reader, layout_of(engine.core), folder, lambda _: None)
    return folder


def grown(folder: Path, most: int) -> dict[str, list[Point]]:
    """Measure each growth."""
    found: dict[str, list[Point]] = {}
    sizes = [size for size in (10_000, 20_000, 50_000, 100_000, 1_000_000) if size <= most]
    sys.stdout.write(f"{RULE}, partners\n")
    found["partners"] = []
    for size in sizes:
        facts = folder / f"partners-{size}"
        made(facts, missing=0, number=size)
        found["partners"].append(measured(size, facts, folder / f"out-{size}"))
    sys.stdout.write(f"{RULE}, processes\n")
    facts = folder / f"partners-{min(100_000, sizes[-1])}"
    found["processes"] = [measured(jobs, facts, folder / f"jobs-{jobs}", jobs=jobs, size=10_000) for jobs in (1, 2)]
    sys.stdout.write(f"{RULE}, certifications of a partner\n")
    found["rows a partner"] = []
    for rows in (7, 14, 28, 56):
        facts = folder / f"rows-{rows}"
        made(facts, missing=0, number=min(20_000, most), each=rows)
        found["rows a partner"].append(measured(rows, facts, folder / f"rows-out-{rows}"))
    sys.stdout.write(f"{GENERATED} generated partners of whom all is told, rules\n")
    facts = generated(folder / "generated", GENERATED, DAY)
    patterns = (RULE, "designation.*", "specialization.*", "*")
    points = [measured(0, facts, folder / f"rules-{index}", rules=one) for index, one in enumerate(patterns)]
    found["rules"] = [Point(**{**point.__dict__, "x": point.rules}) for point in points]
    return found


# ---- drawing

_WIDE, _HIGH, _EDGE = 330, 220, 46


def drawing(found: dict[str, list[Point]]) -> str:
    """Return the growths as SVG: CPU seconds over what was varied, each from zero."""
    parts: list[str] = []
    for index, (name, points) in enumerate(found.items()):
        left, top = (index % 2) * _WIDE, (index // 2) * _HIGH
        parts.append(f'<g transform="translate({left},{top})">{_plot(name, points)}</g>')
    high = -(-len(found) // 2) * _HIGH
    style = "text{font:11px sans-serif;fill:#333}.l{fill:none;stroke:#06c;stroke-width:2}.a{stroke:#999}.p{fill:#06c}"
    head = f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {2 * _WIDE} {high}" role="img">'
    title = "<title>CPU seconds of a batch over partners, processes, rows a partner and rules</title>"
    return f"{head}{title}<style>{style}</style>{''.join(parts)}</svg>\n"


def _plot(name: str, points: Sequence[Point]) -> str:
    is_time = name == "processes"
    values = [point.wall if is_time else point.cpu for point in points]
    most_x, most_y = max(point.x for point in points), max(values)
    low, right = _HIGH - _EDGE, _WIDE - _EDGE / 2

    def at(x: float, y: float) -> tuple[float, float]:
        return _EDGE + (right - _EDGE) * x / most_x, low - (low - _EDGE / 2) * y / most_y

    places = [at(point.x, value) for point, value in zip(points, values, strict=True)]
    line = " ".join(f"{x:.1f},{y:.1f}" for x, y in places)
    dots = "".join(f'<circle class="p" cx="{x:.1f}" cy="{y:.1f}" r="3"/>' for x, y in places)
    marks = "".join(
        f'<text x="{x:.1f}" y="{low + 14}" text-anchor="middle">{point.x:,.0f}</text>'
        for (x, _), point in list(zip(places, points, strict=True))[-2:]
    )
    what = "seconds on the clock" if is_time else "CPU seconds"
    return (
        f'<path class="a" fill="none" d="M{_EDGE},{_EDGE / 2} V{low} H{right}"/><polyline class="l" points="{line}"/>{dots}{marks}'
        f'<text x="{_EDGE - 4}" y="{_EDGE / 2 + 4}" text-anchor="end">{most_y:.3g}</text>'
        f'<text x="{_EDGE - 4}" y="{low}" text-anchor="end">0</text>'
        f'<text x="{(_EDGE + right) / 2}" y="{low + 30}" text-anchor="middle">{what} over {name}</text>'
    )


def main() -> None:
    """Measure, and draw."""
    arguments = argparse.ArgumentParser(description="Measure how a batch grows, and draw it.")
    arguments.add_argument("--most", type=int, default=100_000, help="Partners.")
    arguments.add_argument("--out", type=Path, default=ROOT / "docs" / "scale.svg")
    asked = arguments.parse_args()
    with TemporaryDirectory() as folder:
        asked.out.write_text(drawing(grown(Path(folder), asked.most)), encoding="utf-8")


if __name__ == "__main__":
    main()
