"""What is proved of a change for its page: without the solver, so that a page can say that it was not there."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from review.diff.through import Through
from review.prove.checked import Judged
from review.prove.claims import Verdict
from review.prove.report import merged


@dataclass(frozen=True, slots=True)
class Proof:
    """The claims that were looked at, and those that were left, with why."""

    titles: Mapping[str, str] = field(default_factory=dict)
    verdicts: tuple[Verdict, ...] = ()
    properties: tuple[Judged, ...] = ()
    """The properties of the side after that the change reaches."""
    removed: tuple[str, ...] = ()
    """Properties that nothing claims any more."""
    left: Mapping[str, str] = field(default_factory=dict)
    """Rules and properties that were not looked at, with why."""
    through: Through | None = None
    """What the change does through the register."""

    def merged(self) -> list[Verdict]:
        """Return the verdicts, neighbours that say the same as one."""
        return merged(self.verdicts)

    def unproved(self) -> Iterator[tuple[str, str]]:
        """Yield the rules and properties of which something is not known, or that somebody refutes, with what to say."""
        said: dict[str, str] = {}
        for one in self.verdicts:
            for claim in (one.less, one.more):
                if claim.state == "unknown":
                    said.setdefault(one.rule, f"{one.days}: {claim.why}")
        for stated in self.properties:
            if stated.is_finding or stated.state == "unknown":
                name = f"property.{stated.name}"
                said[name] = "a partner refutes it" if stated.state == "refuted" else "it is not known whether it holds"
        yield from {**said, **self.left}.items()
