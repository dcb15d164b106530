"""Objects of the language as JSON and back, in blocks that are read each by itself.

What is written are values and the fields of dataclasses, by the names of their classes: nothing that is read can do
anything. A block is flat, parts before wholes, so that no depth is too deep; what several blocks are made of stands in one
of its own, and is one object for all of them again.
"""

from __future__ import annotations

import gc
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import fields, is_dataclass
from datetime import date
from decimal import Decimal
from enum import Enum
from functools import cache
from importlib import import_module
from itertools import accumulate
from threading import RLock
from typing import Any, Final, TypeAlias

import orjson

from dsl.core.types import ALWAYS, NO_BASIS
from dsl.source import NO_SPAN, Source, Span

MODULES: Final = frozenset(
    {
        "dsl.core.kinds",
        "dsl.core.nodes",
        "dsl.core.rules",
        "dsl.core.types",
        "dsl.diagnostics",
        "dsl.document",
    }
)
"""Where the classes are whose objects are written."""
CONSTANTS: Final = (None, True, False, ALWAYS, NO_BASIS, NO_SPAN)
"""What is one object wherever it stands."""

Maker: TypeAlias = Callable[..., object]


# ---- writing


def packed(roots: Sequence[object], sources: Sequence[Source]) -> bytes:
    """Return objects as bytes that ``Packed`` reads.

    Args:
        roots: what is read, each by itself.
        sources: what is at hand for who reads, and is not written.

    Raises:
        TypeError: something in them is of no class that is written.
        ValueError: a text or whole number cannot be written as JSON.
    """
    shared = _in_several(roots)
    writing = _Writing(sources)
    common = {id(one): number for number, one in enumerate(shared)}
    blocks = [_Block(writing, {}).written(tuple(shared)), *(_Block(writing, common).written(root) for root in roots)]
    names = list(map(_name, writing.classes))
    try:
        texts = [orjson.dumps(block) for block in blocks]
        ends = list(accumulate(map(len, texts), initial=0))
        head = orjson.dumps([names, writing.others, ends])
    except orjson.JSONEncodeError as error:
        raise ValueError(f"it cannot be written: {error}") from error
    return b"".join([b"%d\n" % len(head), head, *texts])


def _name(of: type) -> list[str]:
    if of.__module__ not in MODULES or not (is_dataclass(of) or issubclass(of, Enum)):
        raise TypeError(f"no object of {of.__module__}.{of.__qualname__} can be written")
    return [of.__module__, of.__qualname__]


def _parts(one: object) -> Sequence[object]:
    """Return what an object is made of, of a mapping key after value; nothing where it is written as a value."""
    if isinstance(one, Enum):
        return (one.value,)
    if isinstance(one, Span | Source) or any(one is constant for constant in CONSTANTS):
        return ()
    if type(one) is tuple:
        return one
    if isinstance(one, Mapping):
        return [part for pair in one.items() for part in pair]
    if is_dataclass(one):
        return [getattr(one, field.name) for field in fields(one)]
    return ()


def _in_several(roots: Sequence[object]) -> list[object]:
    """Return what more than one of some objects is made of, as far as it has parts."""
    owner: dict[int, int] = {}
    found: dict[int, object] = {}
    for number, root in enumerate(roots):
        left = [root]
        while left:
            one = left.pop()
            parts = _parts(one)
            if not parts or owner.get(id(one)) == number:
                continue
            if id(one) in owner:
                found[id(one)] = one
            owner[id(one)] = number
            left.extend(parts)
    return list(found.values())


class _Writing:
    """What blocks share when they are written: classes, and sources beside those at hand."""

    def __init__(self, sources: Sequence[Source]) -> None:
        self.classes: list[type] = []
        self.others: list[tuple[str, str]] = []
        self._numbers: dict[type, int] = {}
        self._sources = {source: number for number, source in enumerate(sources)}
        self.at_hand = len(sources)

    def form(self, one: object) -> int:
        of = type(one)
        if of is tuple:
            return _TUPLE
        if isinstance(one, Mapping):
            return _MAPPING
        if of not in self._numbers:
            self._numbers[of] = len(self.classes) + len(_FORMS)
            self.classes.append(of)
        return self._numbers[of]

    def source(self, source: Source) -> int:
        if source not in self._sources:
            self._sources[source] = self.at_hand + len(self.others)
            self.others.append((source.name, source.text))
        return self._sources[source]


class _Block:
    """Writes one block: values first, each once, then rows."""

    def __init__(self, writing: _Writing, common: Mapping[int, int]) -> None:
        self._writing = writing
        self._common = common
        self._kinds: dict[str, dict[Any, int]] = {
            kind: {} for kind in ("common", "sources", "texts", "wholes", "decimals", "days", "spans")
        }
        self._rows: list[tuple[int, list[tuple[str, int]]]] = []
        self._row_of: dict[int, int] = {}

    def written(self, root: object) -> list[Any]:
        """Return an object with all that it is made of, as JSON."""
        left: list[tuple[object, Sequence[object] | None]] = [(root, None)]
        while left:
            one, parts = left.pop()
            if parts is not None:
                if id(one) not in self._row_of:
                    self._rows.append((self._writing.form(one), list(map(self._place, parts))))
                    self._row_of[id(one)] = len(self._rows) - 1
            elif id(one) not in self._row_of and id(one) not in self._common and self._value(one) is None:
                found = _parts(one)
                left.append((one, found))
                left.extend((part, None) for part in reversed(found))
        kinds = [list(of) for of in self._kinds.values()]
        starts = dict(zip((*self._kinds, "rows"), accumulate(map(len, kinds), initial=len(CONSTANTS)), strict=True))
        starts["constants"] = 0
        rows = [[form, *(starts[kind] + index for kind, index in places)] for form, places in self._rows]
        kind, index = self._place(root)
        return [*kinds, rows, starts[kind] + index]

    def _place(self, one: object) -> tuple[str, int]:
        found = self._value(one)
        if found is not None:
            return found
        if id(one) in self._common:
            return self._of_kind("common", self._common[id(one)])
        return "rows", self._row_of[id(one)]

    def _value(self, one: object) -> tuple[str, int] | None:
        """Return where a value stands; None of what is written as a row."""
        for number, constant in enumerate(CONSTANTS):
            if one is constant:
                return "constants", number
        match one:
            case Enum():
                return None
            case str():
                return self._of_kind("texts", one)
            case int():
                return self._of_kind("wholes", one)
            case Decimal():
                return self._of_kind("decimals", str(one))
            case date():
                return self._of_kind("days", one.isoformat())
            case Source():
                return self._of_kind("sources", self._writing.source(one))
            case Span():
                return self._of_kind("spans", (self._writing.source(one.source), one.start, one.end))
            case _:
                return None

    def _of_kind(self, kind: str, value: Any) -> tuple[str, int]:
        values = self._kinds[kind]
        return kind, values.setdefault(value, len(values))


# ---- reading


class Packed:
    """What ``packed`` wrote: each of the objects is made when it is asked for, and once."""

    def __init__(self, written: bytes, sources: Sequence[Source]) -> None:
        """Take what was written, and the sources that were at hand.

        Raises:
            ValueError, LookupError: it was not written by ``packed`` of this program.
        """
        line, _, _ = written[:20].partition(b"\n")
        start = len(line) + 1
        classes, others, ends = orjson.loads(written[start : start + int(line)])
        self._written = written
        self._first = start + int(line)
        self._ends: list[int] = ends
        self._makers = _Makers(classes)
        self._sources = [*sources, *(Source(name, text) for name, text in others)]
        self._lock = RLock()
        self._common: tuple[object, ...] | None = None

    def __len__(self) -> int:
        return len(self._ends) - 2

    def read(self, number: int) -> Any:
        """Return one of the objects, by its place among those that were written."""
        with self._lock, _without_collecting(is_first=number == 0):
            return self._block(number + 1)

    def _shared(self, numbers: Iterable[int]) -> list[object]:
        if self._common is None:
            self._common = self._block(0)
        return [self._common[number] for number in numbers]

    def _block(self, number: int) -> Any:
        text = self._written[self._first + self._ends[number] : self._first + self._ends[number + 1]]
        common, sources, texts, wholes, decimals, days, spans, rows, root = orjson.loads(text)
        of = self._sources
        made: list[object] = [
            *CONSTANTS,
            *(self._shared(common) if common else ()),
            *[of[number] for number in sources],
            *texts,
            *wholes,
            *map(Decimal, decimals),
            *map(date.fromisoformat, days),
            *[_SPAN(of[number], start, end) for number, start, end in spans],
        ]
        add, makers, get = made.append, self._makers, made.__getitem__
        for form, *parts in rows:
            add(makers[form](*map(get, parts)))
        return made[root]


@contextmanager
def _without_collecting(*, is_first: bool) -> Iterator[None]:
    """Nothing that is read is garbage, and looking for some takes longer than reading.

    Args:
        is_first: whether much is read, or more will be: whether anything is frozen, the collector has to count to tell.
    """
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if is_first and gc.get_freeze_count() == 0:
            # What was read is old at once: else the collector looks through all of it as soon as it may.
            gc.freeze()
            gc.unfreeze()
        if was_on:
            gc.enable()


def _tuple(*parts: object) -> tuple[object, ...]:
    return parts


def _mapping(*parts: object) -> dict[object, object]:
    return dict(zip(parts[::2], parts[1::2], strict=True))


_FORMS: Final[tuple[Maker, ...]] = (_tuple, _mapping)
_TUPLE, _MAPPING = range(len(_FORMS))


def _class(module: str, name: str) -> type:
    """Return a class by its name; only such as are written.

    Raises:
        LookupError: there is no such class.
    """
    found = getattr(import_module(module), name, None) if module in MODULES else None
    if not (
        isinstance(found, type) and found.__module__ == module and (is_dataclass(found) or issubclass(found, Enum))
    ):
        raise LookupError(f"there is no class {module}.{name} to be read")
    return found


class _Makers(dict[int, Maker]):
    """What makes objects, by the number of their form; for a class it is found when the first is to be made."""

    def __init__(self, classes: Sequence[tuple[str, str]]) -> None:
        super().__init__(enumerate(_FORMS))
        self._classes = classes

    def __missing__(self, form: int) -> Maker:
        of = _class(*self._classes[form - len(_FORMS)])
        found = self[form] = of if issubclass(of, Enum) else makes_again(of, tuple(field.name for field in fields(of)))  # type: ignore[arg-type]
        return found


def makes_again(of: type, names: Sequence[str], made_of: type | None = None) -> Maker:
    """Return a function from values of a dataclass's fields to an object that has them.

    Its ``__init__`` is not called: what was written had passed that.

    Args:
        of: the class that has the fields.
        names: the fields, in the order of the values.
        made_of: the class of the object, where that is another with the same fields.
    """
    return _making(len(names))(object.__new__, made_of or of, *(_put(of, name) for name in names))


@cache
def _making(count: int) -> Callable[..., Maker]:
    """Return what takes a class and what puts each of its fields, and gives what makes its objects: compiled once."""
    puts = "".join(f", put{number}" for number in range(count))
    values = ", ".join(f"value{number}" for number in range(count))
    lines = [f"def making(new, of{puts}):", f" def make({values}):", "  made = new(of)"]
    lines += [f"  put{number}(made, value{number})" for number in range(count)]
    known: dict[str, Any] = {}
    exec("\n".join([*lines, "  return made", " return make"]), known)
    made: Callable[..., Maker] = known["making"]
    return made


def _put(of: type, name: str) -> Callable[[object, object], None]:
    put: Callable[[object, object], None] | None = getattr(getattr(of, name, None), "__set__", None)
    return put or (lambda made, value: object.__setattr__(made, name, value))


_SPAN = makes_again(Span, ("source", "start", "end"))
