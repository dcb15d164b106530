"""The register of sources and what covers it, as plain data in which every scalar is the text that was written."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from decimal import Decimal
from pathlib import Path
from typing import Any

import yaml

from tests.policies.rule_paths import unknown

POLICIES = Path(__file__).resolve().parents[2] / "policies"
SOURCES = POLICIES / "sources"
TEXTS = SOURCES / "texts.yaml"

Data = Any


def read(path: Path) -> Data:
    """Return a YAML file; `on` and `2022-10-03` are texts like all others.

    Raises:
        yaml.constructor.ConstructorError: a key is given twice.
    """
    return yaml.load(path.read_text(encoding="utf-8"), _Texts)


class _Texts(getattr(yaml, "CBaseLoader", yaml.BaseLoader)):  # type: ignore[misc]
    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> Data:
        keys = [key.value for key, _ in node.value]
        twice = {key for key in keys if keys.count(key) > 1} if len(keys) < 100 else _repeated(keys)
        if twice:
            raise yaml.constructor.ConstructorError(None, None, f"given twice: {sorted(twice)}", node.start_mark)
        return super().construct_mapping(node, deep)


def _repeated(keys: list[str]) -> set[str]:
    seen: set[str] = set()
    return {key for key in keys if key in seen or seen.add(key)}  # type: ignore[func-returns-value]


def area_files() -> list[Path]:
    """Return the files of the areas."""
    return [path for path in sorted(SOURCES.glob("*.yaml")) if path != TEXTS]


def entries(groups: Data) -> Iterator[Mapping[str, Data]]:
    """Yield the entries of a file, each with what its group says for all."""
    for group in groups:
        about = {key: value for key, value in group.items() if key not in ("about", "entries")}
        for entry in group["entries"]:
            yield {**about, **entry}


def problems(ids: list[str], coverage: Mapping[str, Data], known: frozenset[str]) -> Iterator[str]:
    """Yield what is wrong with a coverage: entries that are not in it, entries and paths that do not exist."""
    for entry in ids:
        if entry not in coverage:
            yield f"{entry}: name the rule that carries it, or say why none does (`out`)"
    for entry, carried in coverage.items():
        if entry not in ids:
            yield f"{entry}: {unknown(entry, frozenset(ids))} (an entry of policies/sources)"
        if isinstance(carried, Mapping):
            if set(carried) != {"out"} or not carried["out"]:
                yield f"{entry}: write a list of paths, or `out` with a reason"
        elif not isinstance(carried, list) or not carried:
            yield f"{entry}: write a list of paths, or `out` with a reason"
        else:
            yield from (f"{entry}: {wrong}" for path in carried if (wrong := unknown(path, known)))


def share_out(coverage: Mapping[str, Data]) -> Decimal:
    """Return the percentage of entries that no rule carries."""
    out = sum(isinstance(carried, Mapping) for carried in coverage.values())
    return Decimal(out * 100) / len(coverage)
