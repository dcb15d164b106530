"""Plans: changes of facts, each a piece of its own, and whether they make a rule eligible."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence, Set as AbstractSet
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any, TypeAlias

from dsl import core as c
from dsl.builtin import CERTIFICATIONS
from dsl.core.ranges import Truth
from dsl.core.reached import of_certification, of_list, of_rows
from evaluator.decisions.one_day import OneDay
from evaluator.engine import Engine
from evaluator.facts import Facts
from evaluator.improve.costs import Costs
from evaluator.improve.levers import Bought, Figure, Lever, Word
from evaluator.whatif.changes import SOMEBODY, Changes, changed

Json = Any
ZERO = Decimal(0)


@dataclass(frozen=True, slots=True)
class Raised:
    """A figure is told as more."""

    lever: Figure
    now: Decimal
    to: Decimal


@dataclass(frozen=True, slots=True)
class Told:
    """A flag or choice is told otherwise."""

    lever: Word


@dataclass(frozen=True, slots=True)
class Earned:
    """A person attains a certification; ``new``: the number of somebody whom the facts do not tell of, else 0."""

    serves: tuple[Lever, ...]
    """All lists that are asked for and count it."""
    certification: str
    person: str | None
    new: int = 0
    alike: int = 0
    """How many other certifications would do as well."""

    @property
    def lever(self) -> Lever:
        """The first of the lists."""
        return self.serves[0]


@dataclass(frozen=True, slots=True)
class Won:
    """An award is attained, its requirements being met."""

    lever: Lever
    rule: str
    award: str
    level: str | None


@dataclass(frozen=True, slots=True)
class Paid:
    """Benefits are bought, as an option of a choice gives them; without a fee nothing is paid."""

    lever: Bought
    fee: str | None
    amount: Decimal | None
    """None where there is no fee, or it is not known how much it is."""
    currency: str | None


@dataclass(frozen=True, slots=True)
class Added:
    """A record is added to a list; ``number`` tells equal ones apart."""

    lever: Lever
    records: str
    fields: tuple[tuple[str, Json], ...]
    number: int


Piece: TypeAlias = Raised | Told | Earned | Won | Paid | Added


class TooManyDecisions(Exception):
    """As many decisions were made as one question may ask for."""


@dataclass
class Trying:
    """Decides plans for one rule, and counts the decisions."""

    engine: Engine
    rule: c.Rule
    facts: Mapping[str, Json]
    """Facts that fit the vocabulary."""
    costs: Costs
    most: int
    """How many decisions may be made."""
    made: int = 0
    _met: dict[tuple[frozenset[Piece], date] | None, bool] = field(default_factory=dict)
    """Whether pieces do on a day, of those that were decided."""
    _orders: dict[tuple[frozenset[Piece], date], list[Piece]] = field(default_factory=dict)
    """In which order awards are attained and benefits bought, of the same."""
    _before: dict[date, OneDay] = field(default_factory=dict)
    _near: dict[date, tuple[frozenset[Piece], OneDay]] = field(default_factory=dict)
    """By day the pieces of a plan, awards and benefits aside, and the decisions with them: most plans are these but for one."""

    def __post_init__(self) -> None:
        """Look whom the facts tell of, so that somebody new has another name."""
        raw = self.facts.get("records", {}).get("certifications", ())
        rows = raw["rows"] if isinstance(raw, Mapping) else raw
        self._people = {row["person"] for row in rows if "person" in row}

    def name_of(self, new: int) -> str:
        """Return the name of somebody new."""
        name = SOMEBODY if new <= 1 else f"{SOMEBODY} ({new})"
        while name in self._people:
            name += "*"
        return name

    def changes(self, pieces: Iterable[Piece], *, awards: bool = True) -> Changes:
        """Return pieces as changes of facts, as a query's ``what_if`` has them."""
        facts: dict[str, Json] = {}
        more: dict[str, list[Json]] = {}
        for piece in pieces:
            match piece:
                case Raised(lever=lever, to=to):
                    facts[lever.name] = int(to) if to == to.to_integral_value() else to
                case Told(lever=lever):
                    facts[lever.name] = lever.value
                case Earned(certification=name, person=person, new=new):
                    row = {"person": person if person is not None else self.name_of(new), "certification": name}
                    more.setdefault("certifications", []).append(row)
                case Won(award=award, level=level):
                    if awards:
                        row = {"award": award} if level is None else {"award": award, "level": level}
                        more.setdefault("awards", []).append(row)
                case Paid(lever=lever):
                    if awards:
                        more.setdefault("awards", []).append({"award": lever.benefit})
                case Added(records=records, fields=fields):
                    more.setdefault(records, []).append(dict(fields))
        return Changes(facts, {}, more)

    def is_met(
        self,
        pieces: Sequence[Piece],
        day: date,
        facts: Mapping[str, Json] | None = None,
        others: AbstractSet[str] = frozenset(),
    ) -> bool:
        """Decide whether a rule is met with pieces done.

        Of a choice: whether an option is bought. An award is attained only where its own rule is met by then, and benefits
        are bought only where their option can be chosen.

        Args:
            pieces: what is done.
            day: on which day.
            facts: other facts than those that plans are made for; None: these.
            others: what these tell otherwise, facts and measures by their names, lists as ``dsl.core.reached`` calls them.

        Raises:
            TooManyDecisions: no more may be made.
        """
        known = (frozenset(pieces), day) if facts is None else None
        if known in self._met:
            return self._met[known]
        is_choice = self.rule.of_kind.decides == "options"
        if is_choice and not any(map(self.is_the_choice, pieces)):
            return False
        one, done = self._done(pieces, self._now(day, facts, others))
        if facts is None:
            self._orders[frozenset(pieces), day] = done
        if is_choice:
            # A choice is made where something of it is bought.
            is_met = any(map(self.is_the_choice, done))
        else:
            self._count(1)
            is_met = one.truth(self.rule) is Truth.TRUE
        if known is not None:
            self._met[known] = is_met
        return is_met

    def is_the_choice(self, piece: Piece) -> bool:
        """Whether a piece is the very choice that is asked about."""
        return isinstance(piece, Paid) and piece.lever.rule == self.rule.id

    def in_order(self, pieces: Sequence[Piece], day: date) -> tuple[Piece, ...]:
        """Return pieces in the order in which they are done: awards as they can be attained, last.

        Raises:
            TooManyDecisions: no more may be made.
        """
        order = (Raised, Told, Earned, Added)
        plain = sorted(
            (one for one in pieces if not isinstance(one, Won | Paid)), key=lambda one: order.index(type(one))
        )
        done = self._orders.get((frozenset(pieces), day))
        return (*plain, *(self._done(pieces, self._now(day))[1] if done is None else done))

    def _done(self, pieces: Sequence[Piece], one: OneDay) -> tuple[OneDay, list[Piece]]:
        """Return the decisions with pieces done, and the awards that are attained and the benefits bought, in order."""
        one = self._with_plain(pieces, one)
        waiting = [piece for piece in pieces if isinstance(piece, Won | Paid)]
        done: list[Piece] = []
        while waiting:
            self._count(len(waiting))
            won = [piece for piece in waiting if self._is_open(piece, one)]
            if not won:
                break
            one = self._with(one, self.changes(won))
            waiting = [piece for piece in waiting if piece not in won]
            done += won
        return one, done

    def _with_plain(self, pieces: Iterable[Piece], one: OneDay) -> OneDay:
        """Return the decisions with all pieces done but awards and benefits: what is done in the last ones too is decided."""
        plain = frozenset(piece for piece in pieces if not isinstance(piece, Won | Paid))
        changes, day = self.changes(plain, awards=False), one.facts.as_of
        if one is not self._before[day]:
            return self._with(one, changes)
        done, near = self._near.get(day, (frozenset[Piece](), one))
        apart = done ^ plain
        if not apart:
            return near
        if len(apart) < len(plain):
            data = changed(self.engine, one.facts.data, changes, day)
            return near.told(Facts(self.engine.core, data, day), _names(self.changes(apart), one.facts), trying=True)
        found = self._with(one, changes)
        self._near[day] = plain, found
        return found

    def _is_open(self, piece: Won | Paid, one: OneDay) -> bool:
        if isinstance(piece, Won):
            return one.truth(self.engine.core.rules[piece.rule]) is Truth.TRUE
        return one.chosen(self.engine.core.rules[piece.lever.rule], piece.lever.option) is Truth.TRUE

    def _count(self, more: int) -> None:
        if self.made + more > self.most:
            raise TooManyDecisions
        self.made += more

    def _now(
        self, day: date, facts: Mapping[str, Json] | None = None, others: AbstractSet[str] = frozenset()
    ) -> OneDay:
        """Return the decisions before anything is done: what a plan, or other facts, do not reach is decided once for all."""
        if day not in self._before:
            told = Facts(self.engine.core, self.facts, day)
            self._before[day] = OneDay(self.engine.prepared, told, trying=True)
        before = self._before[day]
        return before if facts is None else before.told(Facts(self.engine.core, facts, day), others, trying=True)

    def _with(self, one: OneDay, changes: Changes) -> OneDay:
        if not changes:
            return one
        day = one.facts.as_of
        data = changed(self.engine, one.facts.data, changes, day)
        return one.told(Facts(self.engine.core, data, day), _names(changes, one.facts), trying=True)

    # ---- what they cost

    def cost(self, pieces: Iterable[Piece]) -> Decimal:
        """Return what pieces cost together."""
        total = ZERO
        new: set[int] = set()
        for piece in pieces:
            total += self.cost_of(piece)
            if isinstance(piece, Earned) and piece.person is None:
                new.add(piece.new)
        return total + len(new) * (self.costs.new_person or ZERO)

    def cost_of(self, piece: Piece) -> Decimal:
        """Return what one piece costs, beside the new person that it may be about."""
        core = self.engine.core
        match piece:
            case Raised(lever=lever, now=now, to=to):
                return (to - now) * (self.costs.of_fact(lever.name, _type(core, lever.name)) or ZERO)
            case Told(lever=lever):
                return self.costs.of_fact(lever.name, _type(core, lever.name)) or ZERO
            case Earned(certification=name):
                return self.costs.of_certification(name) or ZERO
            case Won(award=award):
                return self.costs.of_award(award) or ZERO
            case Paid(amount=amount):
                return (self.costs.buy or ZERO) + (amount or ZERO) * (self.costs.figures["money"] or ZERO)
            case Added(records=records):
                return self.costs.of_record(records) or ZERO

    # ---- no more than need be

    def shrunk(self, pieces: Sequence[Piece], day: date) -> tuple[Piece, ...]:
        """Leave out what is not needed, and raise figures no further than need be; the pieces do as they are.

        Raises:
            TooManyDecisions: no more may be made.
        """
        kept = list(pieces)
        # What costs most is tried first: where either of two would do, the cheaper stays.
        for piece in sorted(pieces, key=self.cost_of, reverse=True):
            without = [one for one in kept if one != piece]
            if len(without) < len(kept) and self.is_met(without, day):
                kept = without
        for at, piece in enumerate(kept):
            if isinstance(piece, Raised):
                kept[at] = self._lowered(kept, at, piece, day)
        return tuple(kept)

    def _lowered(self, kept: Sequence[Piece], at: int, piece: Raised, day: date) -> Raised:
        """Return a figure raised as little as does, found by halves."""
        grain = Decimal(1) if _type(self.engine.core, piece.lever.name).kind == "count" else Decimal("0.01")

        def does(steps: int) -> bool:
            lower = Raised(piece.lever, piece.now, piece.now + steps * grain)
            return self.is_met([*kept[:at], lower, *kept[at + 1 :]], day)

        most = int((piece.to - piece.now) / grain)
        if most <= 1 or piece.now + most * grain != piece.to or not does(most - 1):
            return piece
        low, high = 0, most - 1
        while high - low > 1:
            middle = (low + high) // 2
            low, high = (low, middle) if does(middle) else (middle, high)
        return Raised(piece.lever, piece.now, piece.now + high * grain)


def _names(changes: Changes, facts: Facts) -> AbstractSet[str]:
    """Return what changes tell otherwise, as ``dsl.core.reached`` calls it: of people what they are certified in."""
    names = {*changes.told, *map(of_list, changes.more)}
    people = of_list(CERTIFICATIONS.name)
    if people in names and CERTIFICATIONS.name in facts.section("records", False):
        names.remove(people)
        names.add(of_rows(CERTIFICATIONS.name))
        names.update(of_certification(row["certification"]) for row in changes.more[CERTIFICATIONS.name])
    return names


def _type(core: c.Core, name: str) -> c.Type:
    return core.facts[name].type if name in core.facts else core.named[name].type
