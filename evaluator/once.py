"""A property that is found when it is asked for first, and kept: by one thread, as the work on one question is."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Generic, Self, TypeVar, overload

T = TypeVar("T")


class once(Generic[T]):  # noqa: N801 - named as the decorator that it is
    """What ``functools.cached_property`` is from Python 3.12 on: without the lock, which takes longer than most finds."""

    def __init__(self, find: Callable[[Any], T]) -> None:
        self._find = find
        self._name = find.__name__
        self.__doc__ = find.__doc__

    @overload
    def __get__(self, owner: None, kind: type) -> Self: ...

    @overload
    def __get__(self, owner: object, kind: type | None = None) -> T: ...

    def __get__(self, owner: object | None, kind: type | None = None) -> Self | T:
        """Find it for its owner, whose own attribute it is from then on."""
        if owner is None:
            return self
        found = owner.__dict__[self._name] = self._find(owner)
        return found
