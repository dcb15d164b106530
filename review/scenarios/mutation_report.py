"""Verdicts on faults as text, JSON and Markdown."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from review.scenarios.coverage_report import review_line
from review.scenarios.mutation import OUTCOMES, Verdict, by_kind, score

Json = Any


@dataclass(frozen=True, slots=True)
class Judged:
    """Verdicts beside the survivors that a person has accepted, each with the reason."""

    verdicts: tuple[Verdict, ...]
    accepted: Mapping[str, str]
    """Reasons by the key of a fault."""
    all_tried: bool = True
    """Whether every fault was tried: only then an accepted one that is not met is of no use."""
    waiting: int = 0

    @property
    def counted(self) -> list[Verdict]:
        """What counts for the score: all but survivors that are accepted."""
        return [one for one in self.verdicts if not self._is_accepted(one)]

    @property
    def survivors(self) -> list[Verdict]:
        """What survived and is not accepted."""
        return [one for one in self.counted if one.outcome == "survived"]

    @property
    def score(self) -> Decimal:
        """The percentage of faults that was noticed."""
        return score(self.counted)

    @property
    def unused(self) -> list[str]:
        """Accepted faults that are noticed now, or that no text makes any longer."""
        if not self.all_tried:
            return []
        met = {one.fault.key for one in self.verdicts if self._is_accepted(one)}
        return [key for key in self.accepted if key not in met]

    def _is_accepted(self, one: Verdict) -> bool:
        return one.outcome == "survived" and one.fault.key in self.accepted


def judgement(one: Verdict) -> str:
    """Return why a fault was not noticed by a scenario, as far as that is known."""
    match one.outcome:
        case "refused":
            return f"only the check refuses it ({one.by})"
        case "nothing":
            return "it changes nothing that is decided"
        case "survived":
            return "no scenario fails"
        case _:
            return f"noticed by: {one.by}"


def as_text(judged: Judged) -> Iterator[str]:
    """Yield a line for each survivor, accepted entries of no use, the score by kind, and the whole last."""
    for one in judged.survivors:
        fault = one.fault
        yield f"{fault.place}: {fault.kind}: {fault.was} -> {fault.now}: {judgement(one)}"
        yield f"    {fault.key}"
    for key in judged.unused:
        yield f"accepted and not met: {key}"
    for kind, found in by_kind(judged.counted).items():
        yield f"{kind:<11}{_counts(found)}"
    if judged.waiting:
        yield review_line(judged.waiting)
    accepted = len(judged.verdicts) - len(judged.counted)
    told = f", {accepted} accepted" if accepted else ""
    yield f"{len(judged.verdicts)} faults{told}: {_counts(judged.counted)}"


def _counts(found: Sequence[Verdict]) -> str:
    counts = Counter[str](one.outcome for one in found)
    more = [
        f"{counts[outcome]} {text}"
        for outcome, text in (("refused", "only refused by the check"), ("nothing", "without effect"))
        if counts[outcome]
    ]
    told = f" ({', '.join(more)})" if more else ""
    return f"{score(found)} % noticed, {counts['noticed']} of {counts['noticed'] + counts['survived']}{told}"


def as_json(judged: Judged) -> dict[str, Json]:
    """Return all verdicts as JSON, with the score as a whole and by kind."""
    return {
        "score": str(judged.score),
        "waiting_for_review": judged.waiting,
        "kinds": {kind: _kind_json(found) for kind, found in by_kind(judged.counted).items()},
        "unused": judged.unused,
        "faults": [_fault_json(one, judged) for one in judged.verdicts],
    }


def _kind_json(found: Sequence[Verdict]) -> dict[str, Json]:
    counts = Counter(one.outcome for one in found)
    return {
        "score": str(score(found)),
        **{name: counts[name] for name in OUTCOMES},
    }


def _fault_json(one: Verdict, judged: Judged) -> dict[str, Json]:
    fault = one.fault
    told = {
        "key": fault.key,
        "kind": fault.kind,
        "at": fault.place,
        "was": fault.was,
        "now": fault.now,
        "outcome": one.outcome,
    }
    if one.by:
        told["by"] = one.by
    if one.outcome == "survived" and fault.key in judged.accepted:
        told["accepted"] = judged.accepted[fault.key]
    return told


def as_markdown(judged: Judged) -> str:
    """Return the score by kind as a table, and the survivors below it."""
    lines = [f"**{judged.score} % of the faults are noticed**", ""]
    lines += [
        "| kind | noticed | survived | only refused | without effect | score |",
        "| --- | ---: | ---: | ---: | ---: | ---: |",
    ]
    for kind, found in by_kind(judged.counted).items():
        counts = Counter[str](one.outcome for one in found)
        cells = [kind, *(str(counts[name]) for name in OUTCOMES)]
        lines.append(f"| {' | '.join(cells)} | {score(found)} % |")
    if judged.survivors:
        lines += ["", "| place | kind | was | now |", "| --- | --- | --- | --- |"]
        for one in judged.survivors:
            fault = one.fault
            lines.append(f"| `{fault.place}` | {fault.kind} | {fault.was} | {fault.now} |")
    if judged.unused:
        lines += ["", "Accepted and not met:", "", *(f"- {key}" for key in judged.unused)]
    if judged.waiting:
        lines += ["", review_line(judged.waiting)]
    return "\n".join(lines) + "\n"
