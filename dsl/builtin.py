"""Lists that every programme has: the certifications of a partner's people, and the register of its awards."""

from __future__ import annotations

from dsl.core import DATE, TEXT, FieldDecl, RecordsDecl, Type


def _fields(**types: Type) -> dict[str, FieldDecl]:
    titles = {
        "award": "Award",
        "level": "Level",
        "attained": "Day it was attained",
        "anniversary": "Next anniversary: the day of its check",
        "ended": "First day it is no longer held, or none",
        "benefits": "Benefits bought with it, or none",
        "person": "Person",
        "certification": "Certification",
        "earned": "Day it was earned",
        "expires": "Last day it counts, or none",
    }
    return {name: FieldDecl(name=name, type=type_, title=titles[name]) for name, type_ in types.items()}


CERTIFICATIONS = RecordsDecl(
    name="certifications",
    dated_by="earned",
    title="Certifications of people",
    monthly=False,
    fields=_fields(person=TEXT, certification=TEXT, earned=DATE, expires=DATE),
)
AWARDS = RecordsDecl(
    name="awards",
    dated_by="attained",
    title="Register of awards",
    monthly=False,
    fields=_fields(award=TEXT, level=TEXT, attained=DATE, anniversary=DATE, ended=DATE, benefits=TEXT),
)
BUILT_IN = {"certifications": CERTIFICATIONS, "awards": AWARDS}
"""Lists that every programme has; their records carry their own dates."""

ENDLESS = ("expires", "ended")
"""Date fields that may be ``none``: what does not end."""
INSTANTS = ("earned",)
"""Date fields that may be an instant: what is earned then counts 24 hours later."""
