"""Plain data to scenarios: the schema first, then names of partners, months and the order of days."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from itertools import pairwise
from typing import Any

from dsl.diagnostics import listed, proposed
from dsl.json_values import escaped
from review.scenarios.given import CERTIFICATIONS, Given, read_given
from review.scenarios.scenario import Cited, Expectation, Scenario, ScenarioErrors, ScenarioFile, ScenarioProblem, Step
from review.scenarios.shapes import shape_problems

Json = Any

_OF_A_STEP = ("as_of", "attain", "expect", "refused")
"""What a scenario of one day has of its own, and one of several days in each step."""


def read_scenarios(data: Json, name: str) -> ScenarioFile:
    """Read a parsed scenario file.

    Args:
        data: its content; numbers are integers and decimals, dates are texts.
        name: the file it came from, as shown to people.

    Raises:
        ScenarioErrors: with every place that is not as a scenario file has it.
    """
    if problems := shape_problems(data, "scenario"):
        raise ScenarioErrors(tuple(problems))
    reader = _Reading(data)
    scenarios = tuple(
        scenario
        for index, item in enumerate(data["scenarios"])
        for scenario in reader.scenarios(item, f"/scenarios/{index}")
    )
    first: dict[str, Scenario] = {}
    for scenario in scenarios:
        if first.setdefault(scenario.name, scenario) is not scenario:
            told = f"a scenario is named `{scenario.name}` already"
            place = scenario.pointer if "/matrix/" in scenario.pointer else f"{scenario.pointer}/name"
            reader.problems.append(ScenarioProblem(place, told, "give it a name that says what is different"))
    if reader.problems:
        raise ScenarioErrors(tuple(dict.fromkeys(reader.problems)))
    return ScenarioFile(name, scenarios)


class _Reading:
    """Reads what the schema has accepted, and notes what it cannot know."""

    def __init__(self, data: Mapping[str, Json]) -> None:
        self.partners: Mapping[str, Json] = data.get("partners", {})
        self.problems: list[ScenarioProblem] = []
        self._months(data.get("partners", {}), "/partners")
        self._months(data["scenarios"], "/scenarios")
        self._read: dict[str, Given] = {}
        for name in self.partners:
            self._partner(name, f"/partners/{escaped(name)}", ())

    def scenarios(self, item: Mapping[str, Json], pointer: str) -> Iterable[Scenario]:
        """Yield the scenario that an item is, of a matrix one for each partner."""
        if "matrix" not in item:
            yield self.scenario(item, pointer)
            return
        self._beside("matrix", (*_OF_A_STEP, "steps", "partner"), item, pointer)
        matrix, where = item["matrix"], f"{pointer}/matrix"
        days = [date.fromisoformat(day) for day in matrix["dates"]]
        for index, (before, after) in enumerate(pairwise(days)):
            if after <= before:
                message = f"{after} does not come after {before}"
                self.problems.append(ScenarioProblem(f"{where}/dates/{index + 1}", message, "order the dates"))
        rows: dict[str, list[tuple[str, str, list[Json]]]] = {}
        for rule, partners in matrix["expect"].items():
            for name, cells in partners.items():
                place = f"{where}/expect/{escaped(rule)}/{escaped(name)}"
                rows.setdefault(name, []).append((rule, place, cells))
                if len(cells) != len(days):
                    message = f"this row has {len(cells)} cells, and the matrix {len(days)} dates"
                    self.problems.append(ScenarioProblem(place, message, 'write one for each date, `"-"` for none'))
        over = read_given(item["with"], f"{pointer}/with") if "with" in item else Given()
        for name, told in rows.items():
            place = told[0][1]
            steps = tuple(
                Step(day, Given(), (), tuple(self._cells(told, index)), f"{where}/dates/{index}")
                for index, day in enumerate(days)
            )
            yield Scenario(
                f"{item['name']}: {name}",
                tuple(_cites(item, pointer)),
                self._over(over, self._partner(name, place, ())),
                tuple(step for step in steps if step.expectations),
                place,
                review=item.get("review", False),
            )

    def _cells(self, told: Iterable[tuple[str, str, list[Json]]], index: int) -> Iterable[Expectation]:
        for rule, place, cells in told:
            if index < len(cells) and cells[index] != "-":
                yield _expectation(rule, cells[index], f"{place}/{index}")

    def scenario(self, item: Mapping[str, Json], pointer: str) -> Scenario:
        """Return a scenario of one day or of several steps."""
        given = self._partner(item["partner"], f"{pointer}/partner", ()) if "partner" in item else Given()
        if "with" in item:
            given = self._over(read_given(item["with"], f"{pointer}/with"), given)
        if "steps" in item:
            self._beside("steps", _OF_A_STEP, item, pointer)
            steps = tuple(self._step(step, f"{pointer}/steps/{index}") for index, step in enumerate(item["steps"]))
        else:
            steps = (self._step({key: item[key] for key in _OF_A_STEP if key in item}, pointer),)
        told = given
        for step in steps:
            told = self._over(step.told, told)
        for before, after in pairwise(steps):
            if after.as_of < before.as_of:
                message = f"this step goes back from {before.as_of} to {after.as_of}"
                self.problems.append(ScenarioProblem(f"{after.pointer}/as_of", message, "order the steps by date"))
        return Scenario(
            item["name"], tuple(_cites(item, pointer)), given, steps, pointer, review=item.get("review", False)
        )

    def _beside(self, word: str, names: Iterable[str], item: Mapping[str, Json], pointer: str) -> None:
        for name in names:
            if name in item:
                message = f"`{name}` does not stand beside `{word}`"
                advice = (
                    "give each step its own"
                    if word == "steps"
                    else "the matrix names partners, dates and what is expected"
                )
                self.problems.append(ScenarioProblem(f"{pointer}/{name}", message, advice))

    def _step(self, item: Mapping[str, Json], pointer: str) -> Step:
        told = read_given(item["with"], f"{pointer}/with") if "with" in item else Given()
        expectations = tuple(
            _expectation(rule, wanted, f"{pointer}/expect/{escaped(rule)}")
            for rule, wanted in item.get("expect", {}).items()
        )
        refused = tuple(item.get("refused", ()))
        for name in ("attain", "expect"):
            if refused and name in item:
                message = f"`{name}` does not stand beside `refused`"
                advice = "where facts are refused nothing is decided; write two scenarios"
                self.problems.append(ScenarioProblem(f"{pointer}/{name}", message, advice))
        day = date.fromisoformat(item["as_of"])
        return Step(day, told, tuple(item.get("attain", ())), expectations, pointer, refused)

    def _partner(self, name: str, pointer: str, chain: tuple[str, ...]) -> Given:
        if name in self._read:
            return self._read[name]
        if name not in self.partners:
            known = f"known are {listed(sorted(self.partners))}" if self.partners else "the file has no `partners`"
            self.problems.append(
                ScenarioProblem(pointer, f"I do not know the partner `{name}`", proposed(name, self.partners, known))
            )
            return Given()
        if name in chain:
            circle = " is like ".join(f"`{one}`" for one in (*chain[chain.index(name) :], name))
            self.problems.append(ScenarioProblem(pointer, f"partners run in a circle: {circle}", "break the circle"))
            return Given()
        data = self.partners[name]
        where = f"/partners/{escaped(name)}"
        base = self._partner(data["like"], f"{where}/like", (*chain, name)) if "like" in data else Given()
        self._read[name] = self._over(read_given(data, where), base)
        return self._read[name]

    def _over(self, told: Given, base: Given) -> Given:
        """Lay what is told over a base, and note people added to a list that nobody told."""
        for now, before in ((told, base), (told.projected, base.projected)):
            if now is None or not now.also_certified:
                continue
            if CERTIFICATIONS not in now.records and (before is None or CERTIFICATIONS not in before.records):
                message = "nothing is told yet of who is certified, so these can be added to nobody"
                self.problems.append(ScenarioProblem(now.also_certified[0].pointer, message, "write `certified`"))
        return told.over(base)

    def _months(self, value: Json, pointer: str) -> None:
        """Note ranges of months that run backwards."""
        match value:
            case Mapping():
                month = value.get("month")
                first, dots, last = month.partition("..") if isinstance(month, str) else ("", "", "")
                if dots and last < first:
                    self.problems.append(
                        ScenarioProblem(
                            f"{pointer}/month", f"the months {month} run backwards", f"write {last}..{first}"
                        )
                    )
                for key, item in value.items():
                    self._months(item, f"{pointer}/{escaped(str(key))}")
            case list():
                for index, item in enumerate(value):
                    self._months(item, f"{pointer}/{index}")
            case _:
                return


def _expectation(rule: str, wanted: Json, pointer: str) -> Expectation:
    if isinstance(wanted, Mapping):
        return Expectation(rule, wanted, pointer)
    return Expectation(rule, {"": wanted}, pointer, is_short=True)


def _cites(item: Mapping[str, Json], pointer: str) -> Iterable[Cited]:
    match item.get("cite"):
        case None:
            return
        case list() as cites:
            for index, one in enumerate(cites):
                yield Cited(one["source"], one["place"], f"{pointer}/cite/{index}/source")
        case one:
            yield Cited(one["source"], one["place"], f"{pointer}/cite/source")
