"""The schemas that are made of tables: ``python -m dsl.schema`` writes them anew.

The schema of the policy document is made of its nodes. In the others a list of kinds of rules says in its ``$comment``
which kinds it is of.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from dsl import codec
from dsl.core.kinds import OF_LANGUAGE

FOLDER = Path(__file__).resolve().parents[1] / "schemas"

LISTS: Mapping[str, tuple[str, ...]] = {
    "kinds that can be asked": tuple(OF_LANGUAGE.asked),
    "kinds that others can be like": OF_LANGUAGE.with_ids,
    "kinds that keep a register": OF_LANGUAGE.awards,
    "kinds that decide eligibility": OF_LANGUAGE.asking,
    "kinds that decide an amount": OF_LANGUAGE.amounts,
    "kinds that decide options": tuple(kind.name for kind in OF_LANGUAGE.values() if kind.decides == "options"),
    "kinds that decide a stage": tuple(kind.name for kind in OF_LANGUAGE.values() if kind.decides == "stage"),
}
"""What a list of words is of, by its comment."""


def made_anew(folder: Path = FOLDER) -> dict[Path, str]:
    """Return the text of every schema as the tables have it."""
    texts = {path: _filled(path) for path in sorted(folder.glob("*.json"))}
    return {**texts, folder / "policy.schema.json": codec.schema_text()}


def _filled(path: Path) -> str:
    text = path.read_text(encoding="utf-8")
    schema = json.loads(text)
    return json.dumps(schema, indent=2, ensure_ascii=False) + "\n" if _fill(schema) else text


def _fill(value: Any) -> int:
    """Fill the lists in a part of a schema; return how many there are."""
    if isinstance(value, list):
        return sum(_fill(inner) for inner in value)
    if not isinstance(value, dict):
        return 0
    words = LISTS.get(value.get("$comment", ""))
    if words is not None:
        value["enum"] = list(words)
    return (words is not None) + sum(_fill(inner) for inner in value.values())


if __name__ == "__main__":
    for path, text in made_anew().items():
        path.write_text(text, encoding="utf-8")
