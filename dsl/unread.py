"""Objects of which a part is read when it is first asked for, and which are like any other from then on.

Of many rules a question asks few. What says which rules there are is read at once; what a rule requires stays as it is kept
until somebody asks for it. Who has such an object sees nothing of that: it is of its class, equal to what it is equal to,
and once its part was read it is an object of the class itself, as fast as if it had been made.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import fields
from threading import RLock
from typing import Any, Final, Generic, TypeVar, cast

from dsl.packed import makes_again

T = TypeVar("T")
NOTHING: Final[Mapping[str, object]] = {}


class Unread:
    """Stands in a field for what is not read yet."""

    __slots__ = ("known", "read")

    def __init__(self, read: Callable[[], Sequence[object]], known: Mapping[str, object]) -> None:
        """Take what reads the fields, in order, and what is known of them without."""
        self.read = read
        self.known = known


_LOCK = RLock()
"""What one thread reads no other reads again: who looks nodes up by identity would have two of each."""


class Shells(Generic[T]):
    """Makes objects of a frozen dataclass with slots, some fields of which are read when one of them is asked for."""

    def __init__(self, of: type[T], names: Sequence[str], known: Sequence[str] = ()) -> None:
        """Take what is left out.

        Args:
            of: the class.
            names: the fields that are not read yet.
            known: properties of the class that would ask for them, and are known without.
        """
        self.names = tuple(names)
        self.others = tuple(field.name for field in fields(of) if field.name not in names)  # type: ignore[arg-type]
        """The other fields, in order."""
        self._make = makes_again(of, (names[0], *self.others), _class(of, self.names, tuple(known)))

    def make(
        self, values: Iterable[object], read: Callable[[], Sequence[object]], known: Mapping[str, object] = NOTHING
    ) -> T:
        """Return one.

        Args:
            values: those of ``others``.
            read: returns the values of the fields that are not read yet, in their order; it is called once.
            known: what the properties are that are known.
        """
        return cast(T, self._make(Unread(read, known), *values))


def _class(of: type[T], names: tuple[str, ...], known: tuple[str, ...]) -> type[T]:
    """Return the class of objects that lack fields: it has the same slots, so that they can become plain ones."""
    slots = {field.name: getattr(of, field.name) for field in fields(of)}  # type: ignore[arg-type]
    first = slots[names[0]]

    def whole(this: Any) -> Any:
        if type(this) is not of:
            with _LOCK:
                held = first.__get__(this)
                if isinstance(held, Unread):
                    for name, value in zip(names, held.read(), strict=True):
                        slots[name].__set__(this, value)
                object.__setattr__(this, "__class__", of)
        return this

    def field_of(name: str) -> property:
        # Who makes a copy with another value sets it on an object of this class.
        return property(lambda this: slots[name].__get__(whole(this)), slots[name].__set__)

    def known_of(name: str) -> property:
        def told(this: Any) -> object:
            held = first.__get__(this)
            return held.known[name] if isinstance(held, Unread) else getattr(whole(this), name)

        return property(told)

    def equals(this: Any, other: object) -> Any:
        mine = whole(this)
        return mine == whole(other) if type(other) is type(this) else mine == other

    def as_written(this: Any, protocol: Any) -> Any:
        return whole(this).__reduce_ex__(protocol)

    body = {
        "__slots__": (),
        "__module__": of.__module__,
        "__qualname__": of.__qualname__,
        "__doc__": of.__doc__,
        "__eq__": equals,
        "__hash__": lambda this: hash(whole(this)),
        "__reduce_ex__": as_written,
        **{name: field_of(name) for name in names},
        **{name: known_of(name) for name in known},
    }
    return type(of.__name__, (of,), body)
