"""What is read of policies when it is asked for is what is read of their texts, to the places where it stands."""

from __future__ import annotations

import copy
import gc
import json
import pickle
import random
from dataclasses import dataclass, fields, is_dataclass, replace
from datetime import date
from pathlib import Path
from threading import Barrier, Thread

import pytest

from cli.console import read_file
from dsl.cache import Cache
from dsl.core.known_names import KnownNames, compared_texts
from dsl.core.rules import NamedDecl, Rule
from dsl.core.types import ALWAYS, NO_BASIS
from dsl.load import Loaded, load_checked, load_sources
from dsl.packed import Packed, packed
from dsl.source import NO_SPAN, Source, Span
from dsl.unread import Shells
from evaluator.engine import Engine, Query

ROOT = Path(__file__).parents[2]
LAWS = sorted((ROOT / "tests" / "data" / "policies" / "laws").glob("*.policy"))
PATHS = [ROOT / "policies", *LAWS]


def silent(message: str) -> None:
    raise AssertionError(message)


@pytest.fixture(scope="module", params=PATHS, ids=lambda path: path.stem)
def kept(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> tuple[Loaded, Cache]:
    """Give policies as they are read of their texts, and where they are kept."""
    cache = Cache(tmp_path_factory.mktemp("kept") / "kept", silent)
    return load_checked([request.param], cache), cache


def again_of(kept: tuple[Loaded, Cache]) -> Loaded:
    """Return the policies as they are kept, nothing of them asked for."""
    anew, cache = kept
    return load_sources(anew.sources, cache)


def is_whole(one: object) -> bool:
    """Whether nothing of an object is unread: it is of the class itself, not of one beside it."""
    return type(one) in (Rule, NamedDecl, Loaded)


def assert_alike(one: object, other: object) -> None:
    """Hold two objects against each other, with fields that no comparison looks at, and with what is one object in each."""
    left = [(one, other, "")]
    met: dict[int, int] = {}
    while left:
        a, b, where = left.pop()
        if isinstance(a, str | int | float) or a is None:
            assert (type(a), a) == (type(b), b), where
            continue
        if is_dataclass(a) and not isinstance(a, Span | Source):
            assert met.setdefault(id(a), id(b)) == id(b), f"{where}: one object here, several there"
        if isinstance(a, tuple | list):
            assert (type(a), len(a)) == (type(b), len(b)), where
            left.extend((*pair, f"{where}/{at}") for at, pair in enumerate(zip(a, b, strict=True)))
        elif isinstance(a, dict):
            assert list(a) == list(b), where
            left.extend((a[key], b[key], f"{where}/{key}") for key in a)
        elif is_dataclass(a):
            names = [field.name for field in fields(a)]
            values = [(getattr(a, name), getattr(b, name)) for name in names]
            assert type(a) is type(b), where
            left.extend((*pair, f"{where}/{name}") for name, pair in zip(names, values, strict=True))
        else:
            assert (type(a), a, str(a)) == (type(b), b, str(b)), where


def test_rules_that_are_read_in_any_order_are_those_of_the_texts(kept: tuple[Loaded, Cache]) -> None:
    anew, again = kept[0], again_of(kept)
    assert not any(map(is_whole, (again, *again.core.rules.values(), *again.core.named.values())))

    names = list(anew.core.rules)
    random.Random(7).shuffle(names)
    for name in names:
        assert again.core.rules[name].was == anew.core.rules[name].was
        assert again.core.rules[name].award == anew.core.rules[name].award
    assert not any(map(is_whole, again.core.rules.values())), "what is known without reading a rule reads none"
    for name in names:
        assert_alike(again.core.rules[name], anew.core.rules[name])
        assert is_whole(again.core.rules[name])
    for derived in ("awards", "rule_of_award", "rules_of_entry", "followers", "member_names"):
        assert getattr(again.core, derived) == getattr(anew.core, derived)
    assert_alike(again.core, anew.core)
    assert_alike(again.document, anew.document)
    assert_alike(again, anew)


def test_texts_that_rules_compare_are_known_without_reading_rules(kept: tuple[Loaded, Cache]) -> None:
    anew, again = kept[0], again_of(kept)

    assert compared_texts(again.core) == compared_texts(anew.core)
    one, other = KnownNames(again.core), KnownNames(anew.core)
    assert (one.fields, one.facts) == (other.fields, other.facts)
    assert list(one.fields) == list(other.fields)
    assert not any(map(is_whole, again.core.rules.values()))


@pytest.mark.parametrize("kept", PATHS[:1], indirect=True, ids=["policies"])
def test_a_question_reads_what_it_asks(kept: tuple[Loaded, Cache]) -> None:
    anew, again = kept[0], again_of(kept)
    facts = read_file(sorted((ROOT / "examples" / "partners").glob("*.yaml"))[0]).value
    query = Query(("designation.infrastructure",), date(2023, 6, 20), facts)

    answer = Engine.of(again).decide(query).as_json()

    read = sum(map(is_whole, again.core.rules.values()))
    assert 0 < read < len(anew.core.rules) / 3
    assert not is_whole(again), "who decides does not ask for the document"
    assert json.dumps(answer) == json.dumps(Engine.of(anew).decide(query).as_json())


def test_what_is_frozen_is_not_counted_for_each_rule(
    kept: tuple[Loaded, Cache], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Counting goes through all that a service has frozen: for each rule that would take longer than reading it."""
    counted: list[int] = []
    monkeypatch.setattr(gc, "get_freeze_count", lambda: counted.append(1) or 1)
    loaded = again_of(kept)
    assert len(counted) <= 1
    assert all(rule.versions for rule in loaded.core.rules.values())
    assert len(counted) <= 1
    assert loaded.document.rules
    assert len(counted) <= 2


def test_a_document_that_is_damaged_or_gone_is_read_of_the_texts(tmp_path: Path) -> None:
    told: list[str] = []
    cache = Cache(tmp_path / "kept", told.append)
    anew = load_checked([LAWS[0]], cache)
    document = cache.folder / cache.key("document", anew.sources)
    written = document.read_bytes()
    document.write_bytes(written[:-1] + b"?")

    assert load_checked([LAWS[0]], cache).document == anew.document
    assert len(told) == 1
    assert "is damaged: the policies are read anew" in told[0]
    assert document.read_bytes() == written
    document.unlink()
    assert load_checked([LAWS[0]], cache).document == anew.document
    assert document.read_bytes() == written
    assert len(told) == 1


# ---- objects of which a part is not read


@dataclass(frozen=True, slots=True, kw_only=True)
class Pair:
    """Something with a part that can be left out."""

    name: str
    parts: tuple[int, ...] = ()
    more: tuple[int, ...] = ()

    @property
    def count(self) -> int:
        """How many parts there are."""
        return len(self.parts)


SHELLS = Shells(Pair, ("parts", "more"), ("count",))


def pair(reads: list[str]) -> Pair:
    def read() -> tuple[object, ...]:
        reads.append("read")
        return (1, 2), (3,)

    return SHELLS.make(("a",), read, {"count": 2})


def test_what_is_not_read_is_read_once_when_it_is_asked_for() -> None:
    reads: list[str] = []
    one = pair(reads)

    assert isinstance(one, Pair)
    assert (one.name, one.count, reads) == ("a", 2, [])
    assert (one.more, one.parts, reads) == ((3,), (1, 2), ["read"])
    assert type(one) is Pair
    assert (one.count, reads) == (2, ["read"])


@pytest.mark.parametrize(
    "use",
    [
        lambda one: one == Pair(name="a", parts=(1, 2), more=(3,)),
        lambda one: Pair(name="a", parts=(1, 2), more=(3,)) == one,
        lambda one: one == pair([]),
        lambda one: one != Pair(name="a", parts=(1, 2)),
        lambda one: one != "a",
        lambda one: hash(one) == hash(Pair(name="a", parts=(1, 2), more=(3,))),
        lambda one: repr(one) == "Pair(name='a', parts=(1, 2), more=(3,))",
        lambda one: replace(one, parts=()) == Pair(name="a", parts=(), more=(3,)),
        lambda one: copy.deepcopy(one) == Pair(name="a", parts=(1, 2), more=(3,)),
        lambda one: type(pickle.loads(pickle.dumps(one))) is Pair,
    ],
    ids=["equal", "equal from the other side", "two unread", "unequal", "another kind", "hash", "text", "replace", "copy", "pickle"],
)  # fmt: skip
def test_it_is_like_any_other(use: object) -> None:
    assert callable(use)
    assert use(pair([]))


def test_threads_that_ask_at_once_get_the_same_object() -> None:
    for _ in range(50):
        reads: list[str] = []
        one = pair(reads)
        barrier = Barrier(4)
        found: list[int] = []

        def ask(one: Pair = one, barrier: Barrier = barrier, found: list[int] = found) -> None:
            barrier.wait()
            found.append(id(one.parts))

        threads = [Thread(target=ask) for _ in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert len(set(found)) == 1
        assert reads == ["read"]


# ---- what is written


def test_constants_are_one_object_and_common_parts_are_shared() -> None:
    source = Source("a.policy", "text")
    shared = NamedDecl(name="n", title="N", type=None, value=None, supplied=False, origin=Span(source, 0, 1))  # type: ignore[arg-type]
    first, second = (shared, (ALWAYS, NO_BASIS)), {"n": shared, "span": NO_SPAN, "none": (), "true": True, "one": 1}

    written = Packed(packed([first, second], [source]), [source])
    one, other = written.read(0), written.read(1)

    assert (one, other) == (first, second)
    assert one[0] is other["n"]
    assert one[0].origin.source is source
    assert one[1][0] is ALWAYS
    assert one[1][1] is NO_BASIS
    assert other["span"] is NO_SPAN
    assert other["true"] is True
    assert type(other["one"]) is int


def test_depth_is_no_matter() -> None:
    deep: object = ()
    for _ in range(2_000):
        deep = (deep,)

    found = Packed(packed([deep], []), []).read(0)

    for _ in range(2_000):
        (found,) = found
    assert found == ()


def test_other_classes_are_neither_written_nor_read() -> None:
    with pytest.raises(TypeError, match="Pair can be written"):
        packed([Pair(name="a")], [])
    with pytest.raises(TypeError, match="object can be written"):
        packed([object()], [])
    with pytest.raises(ValueError, match="cannot be written"):
        packed(["\ud800"], [])


def test_a_source_that_is_not_at_hand_is_written() -> None:
    written = packed([(Span(Source("b", "text"), 0, 2), Source("b", "text"))], [])

    span, source = Packed(written, []).read(0)
    assert (span.source, span.text) == (source, "te")


@pytest.mark.parametrize(
    "name", [["os", "system"], ["dsl.core.rules", "date"], ["dsl.core.rules", "Any"], ["dsl.source", "read_source"]]
)
def test_a_name_that_is_no_class_of_the_language_is_not_called(name: list[str]) -> None:
    written = packed([NamedDecl(name="n", title="N", type=None, value=None, supplied=False)], [])  # type: ignore[arg-type]
    forged = written.replace(b'["dsl.core.rules","NamedDecl"]', json.dumps(name, separators=(",", ":")).encode())
    length = len(written.split(b"\n", 1)[0]) + 1
    grown = int(written[: length - 1]) + len(forged) - len(written)

    with pytest.raises(LookupError, match="to be read"):
        Packed(b"%d\n" % grown + forged[length:], []).read(0)
