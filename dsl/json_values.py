"""How single values and keys are written in JSON: for those who write what is no document too."""

from __future__ import annotations

from decimal import Decimal
from functools import lru_cache


@lru_cache(maxsize=4096)
def decimal_text(value: Decimal) -> str:
    """Write a decimal exactly, without exponent and without trailing zeros: the same for all that are equal."""
    text = format(value if value else abs(value), "f")  # a zero has no sign
    return text.rstrip("0").rstrip(".") or "0" if "." in text else text


def escaped(key: str) -> str:
    """Escape a key for a JSON pointer (RFC 6901)."""
    return key.replace("~", "~0").replace("/", "~1")
