"""Places at one date of an event: what somebody can have of it, for whom there is room, and who is next in line."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import TypeVar

CONFIRMED, OFFERED, WAITING, UNSURE, DEPUTISED, ASKED = "confirmed", "offered", "waiting", "unsure", "deputised", "asked"
WITHDRAWN, DECLINED, LAPSED = "withdrawn", "declined", "lapsed"

STATES: Mapping[str, str] = {
    CONFIRMED: "coming",
    OFFERED: "offered a place, has not answered yet",
    WAITING: "waiting for a place",
    UNSURE: "not sure",
    DEPUTISED: "sends a deputy",
    ASKED: "asked to stand in, has not answered yet",
    WITHDRAWN: "gave the place back",
    DECLINED: "not this time",
    LAPSED: "did not answer the offer in time",
}
"""What a person can have of a date, and how staff read it. Whoever has nothing has no row."""

HOLDING = frozenset({CONFIRMED, OFFERED})
"""For these a place is kept."""

Waiting = TypeVar("Waiting")


@dataclass(slots=True)
class Room:
    """How much room there is: `held` counts, by kind of person ("" for no kind), the places that are kept for somebody.

    `reserved` places are for one kind only; whoever finds none of theirs left has a general one. Companions count nothing.
    """

    capacity: int | None = None  # None: as many as like
    reserved: Mapping[str, int] = field(default_factory=dict)
    held: dict[str, int] = field(default_factory=dict)

    @property
    def taken(self) -> int:
        """How many places are kept for somebody."""
        return sum(self.held.values())

    @property
    def over(self) -> int:
        """How many more that is than there are places: staff lowered their number."""
        return 0 if self.capacity is None else max(0, self.taken - self.capacity)

    def left(self, kind: str = "") -> int | None:
        """How many people of this kind there is still room for; None: as many as like."""
        if self.capacity is None:
            return None
        general = self.capacity - sum(self.reserved.values()) - sum(self._beyond(each) for each in self.held)
        own = self.reserved.get(kind, 0) - self.held.get(kind, 0)
        return max(0, min(max(0, general) + max(0, own), self.capacity - self.taken))

    def fits(self, kind: str) -> bool:
        """Whether one more person of this kind has room."""
        return self.left(kind) != 0

    def take(self, kind: str) -> None:
        """One more place is kept for somebody of this kind."""
        self.held[kind] = self.held.get(kind, 0) + 1

    def free(self, kind: str) -> None:
        """One fewer is."""
        self.held[kind] = self.held.get(kind, 0) - 1

    def may_be(self, old: str, new: str) -> bool:
        """Whether somebody of one kind who has a place could have it as another."""
        if old == new or self.held.get(new, 0) < self.reserved.get(new, 0):
            return True
        return Room(self.capacity, self.reserved, {**self.held, old: self.held.get(old, 0) - 1}).fits(new)

    def _beyond(self, kind: str) -> int:
        return max(0, self.held.get(kind, 0) - self.reserved.get(kind, 0))


def promote(room: Room, line: Iterable[Waiting], kind_of: Callable[[Waiting], str]) -> Iterator[Waiting]:
    """Who of a line, in its order, gets a place now; each is taken as it is handed out.

    Whoever does not fit is passed over by those behind who do. One pass finds all: room only grows less.
    """
    for one in line:
        if room.capacity is not None and room.taken >= room.capacity:
            return
        if room.fits(kind_of(one)):
            room.take(kind_of(one))
            yield one


def position(mine: int, numbers: Iterable[int]) -> int:
    """Which in line somebody is, from 1, by the numbers of all who wait."""
    return 1 + sum(number < mine for number in numbers)
