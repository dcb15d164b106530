"""Spellings: what else a certification or a value may be told as, and who else claims it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from dsl import document as d
from dsl.diagnostics import Diagnostic, Edit, Fix, Label
from dsl.lower.scope import word_in
from dsl.source import Span


def spellings(document: d.Document) -> Iterator[Diagnostic]:
    """Yield spellings that do not tell one thing from another.

    Reports:
        C206 a spelling of two things, of nothing that has spellings, or of its own name; C207 one certification
        under two names that differ in capitals and blanks alone.
    """
    for name, listing in document.groups.items():
        for entry in listing.entries:
            if entry.spelt:
                yield Diagnostic(
                    "C206",
                    f"`{entry.name}` is a member of the group `{name}`, which has no other spelling",
                    entry.origin,
                    help="other spellings stand at the entries of `certifications` and the values of `one of` and `text of`",
                )
    entries = [entry for listing in document.certifications.values() for entry in listing.entries]
    yield from _claimed(
        [(entry.name, entry.spelt, entry.origin) for entry in entries], "certification", of_many_lists=True
    )
    yield from _one_name(entries)
    for type_ in _types(document):
        if type_.spelt and type_.word not in ("one", "text"):
            first = next(iter(type_.spelt))
            yield Diagnostic(
                "C206",
                f"`{first}` is no value here, so it has no other spelling",
                type_.origin,
                help="`also spelt` stands behind the values of `one of` and `text of`",
            )
            continue
        yield from _claimed([(name, type_.spelt.get(name, ()), type_.origin) for name in type_.of], "value")


def _types(document: d.Document) -> Iterator[d.Type]:
    fields = [
        *document.facts.values(),
        *(field for each in document.records.values() for field in each.fields.values()),
    ]
    yield from (field.type for field in fields)
    yield from (named.type for named in (*document.definitions.values(), *document.measures.values()))


def _claimed(
    things: Iterable[tuple[str, tuple[str, ...], Span]], what: str, *, of_many_lists: bool = False
) -> Iterator[Diagnostic]:
    """Yield spellings that two things claim; names claim themselves."""
    things = list(things)
    owners: dict[str, tuple[str, Span]] = {}
    for name, _, origin in things:
        owners.setdefault(_key(name), (name, origin))
    told: set[tuple[str, str]] = set()
    for name, spelt, origin in things:
        for index, spelling in enumerate(spelt):
            at = _quoted_in(origin, spelling)
            owner, first = owners.setdefault(_key(spelling), (name, origin))
            if not spelling.strip():
                yield Diagnostic("C206", "this spelling is empty", at, help="write what is told in its place")
            elif spelling == name or spelling in spelt[:index]:
                yield Diagnostic(
                    "C206", f"`{name}` is spelt `{spelling}` already", at, help="delete the second spelling"
                )
            elif owner != name and (owner, spelling) not in told:
                told.add((owner, spelling))
                other = word_in(first, owner)
                is_name = _key(owner) == _key(spelling)
                yield Diagnostic(
                    "C206",
                    f"`{spelling}` is a spelling of the {what} `{name}`, and {'is' if is_name else 'is one of'} `{owner}`",
                    at,
                    help=f"write `{name}` where `{owner}` stands, or delete the spelling: they are one thing or two"
                    if is_name and of_many_lists
                    else "delete one of the two: a spelling tells one thing",
                    labels=(Label(other, f"the {what} `{owner}`"),),
                    fix=Fix(f'write "{name}"', (Edit(other, name),)) if is_name and of_many_lists else None,
                )


def _one_name(entries: Iterable[d.Entry]) -> Iterator[Diagnostic]:
    """Yield certifications whose name stands in two ways: one list would count what the other does not."""
    first: dict[str, d.Entry] = {}
    for entry in entries:
        other = first.setdefault(_key(entry.name), entry)
        if other.name != entry.name:
            at = word_in(entry.origin, entry.name)
            yield Diagnostic(
                "C207",
                f"`{entry.name}` is written `{other.name}` elsewhere",
                at,
                help="write it in one way; what else it is told as stands behind `also spelt`",
                labels=(Label(other.origin, "written so here"),),
                fix=Fix(f'write "{other.name}"', (Edit(at, other.name),)),
            )


def _key(text: str) -> str:
    """Return what two spellings of one thing have in common: they differ in capitals and blanks alone."""
    return " ".join(text.casefold().split())


def _quoted_in(span: Span, text: str) -> Span:
    at = span.text.rfind(f'"{text}"')
    return Span(span.source, span.start + at, span.start + at + len(text) + 2) if at >= 0 else span
