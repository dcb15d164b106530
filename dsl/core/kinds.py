"""The kinds of rules: a row a kind, from which all that treats them alike is made."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal as OneOf, TypeAlias

KindName: TypeAlias = OneOf[
    "competency", "designation", "specialization", "program", "lifecycle", "fee", "payment", "choice", "entitlement"
]
"""The words that begin a rule that can be decided."""

Decides: TypeAlias = OneOf["eligibility", "amount", "options", "stage", "value"]
"""What a decision comes to."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleKind:
    """What a kind of rule is called, and what it decides."""

    name: KindName | OneOf["measure"]
    plural: str
    """What names all of its rules, where no group has that name, and the heading over them."""
    decides: Decides
    keeps_register: bool = False
    """Whether what it decides is attained, held, checked and lost."""
    called: str | None = None
    """What readers call one of its rules, where that is not its name."""
    heading: str | None = None
    """The heading over its rules for readers, where that is not the plural."""
    page: str | None = None
    """The file of the guide that its rules stand in, where that is not the plural."""
    to_partner: bool = False
    """Whether an amount that it decides is paid to the partner, not by the partner."""
    has_ids: bool = True
    """Whether its rules have ids that other rules name."""

    @property
    def word(self) -> str:
        """What readers call one of its rules."""
        return self.called or self.name

    @property
    def costs(self) -> bool:
        """Whether more of what it decides is worse for the partner: an amount that the partner pays."""
        return self.decides == "amount" and not self.to_partner

    @property
    def area(self) -> tuple[str, str]:
        """The file of the guide that its rules stand in, and the heading over them."""
        return self.page or self.plural, self.heading or self.plural.capitalize()


KINDS: Mapping[str, RuleKind] = {
    kind.name: kind
    for kind in (
        RuleKind(name="competency", plural="competencies", decides="eligibility", keeps_register=True),
        RuleKind(name="designation", plural="designations", decides="eligibility", keeps_register=True),
        RuleKind(name="specialization", plural="specializations", decides="eligibility", keeps_register=True),
        RuleKind(name="program", plural="programs", decides="eligibility", keeps_register=True),
        RuleKind(
            name="lifecycle", plural="lifecycles", decides="stage", called="life cycle",
            heading="Life cycles", page="stages", has_ids=False,
        ),
        RuleKind(name="fee", plural="fees", decides="amount"),
        RuleKind(name="payment", plural="payments", decides="amount", to_partner=True),
        RuleKind(name="choice", plural="choices", decides="options"),
        RuleKind(
            name="entitlement", plural="entitlements", decides="eligibility", called="right", heading="Rights",
            page="rights",
        ),
    )
}  # fmt: skip
"""The kinds of rules that can be decided, in the order of the schemas."""

ASKED: Mapping[str, RuleKind] = {**KINDS, "measure": RuleKind(name="measure", plural="measures", decides="value")}
"""What can be asked: rules, and measures, each as if it were a rule that gives its value."""

COMMON: OneOf["common"] = "common"
"""What shares clauses with rules is written as a rule, and decides nothing."""

AWARD_KINDS = tuple(kind.name for kind in KINDS.values() if kind.keeps_register)
"""Kinds of rules that keep a register."""

ASKING_KINDS = tuple(kind.name for kind in KINDS.values() if kind.decides == "eligibility")
"""Kinds of rules that a partner qualifies for."""

AMOUNT_KINDS = tuple(kind.name for kind in KINDS.values() if kind.decides == "amount")
"""Kinds of rules that decide an amount and when it is due."""

FEE_KINDS = tuple(kind.name for kind in KINDS.values() if kind.costs)
"""Kinds of rules that decide what a partner pays."""

PAYMENT_KINDS = tuple(kind.name for kind in KINDS.values() if kind.to_partner)
"""Kinds of rules that decide what is paid to a partner."""

PLURALS: Mapping[str, str] = {kind.plural: kind.name for kind in KINDS.values() if kind.has_ids}
"""A kind's plural names all rules of the kind, where no group has that name."""
