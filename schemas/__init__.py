"""The JSON Schemas of every document that crosses a border."""

import json
from decimal import Decimal
from functools import cache
from importlib.resources import files
from typing import Any

_SUFFIX = ".schema.json"


@cache
def load(name: str) -> dict[str, Any]:
    """Return the JSON Schema called ``name``; every caller gets the same one, so it is not to be changed.

    Args:
        name: the file name before ``.schema.json``, for example ``policy``.

    Raises:
        LookupError: no schema has this name.
    """
    found = {file.name.removesuffix(_SUFFIX): file for file in files(__name__).iterdir() if file.name.endswith(_SUFFIX)}
    if name not in found:
        available = ", ".join(sorted(found)) or "none"
        raise LookupError(f"there is no schema called {name!r}; available: {available}")
    # Decimal, as for all JSON numbers here: jsonschema can't divide a Decimal by a float for `multipleOf`.
    schema: dict[str, Any] = json.loads(found[name].read_text(encoding="utf-8"), parse_float=Decimal)
    return schema
