"""What every turn needs to know of the installation it runs in, and the caches that outlive a turn."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace

from sqlalchemy import Connection

from bot import launch
from conversations.flow import Flow
from conversations.text import FALLBACK
from storage import engagements, pictures
from storage.engagements import Engagement
from storage.keys import Keys

_LEAVING = dt.timedelta(minutes=1)
_GROUPS = 1000  # remembered at once


@dataclass(slots=True)
class Numbers:
    """Rising numbers for letters: the order of sending, unique across processes.

    Microseconds in the high bits; `process` (0-1023, drawn by lot) in the low ten, so that two processes hardly ever meet.
    Should they, the database refuses the batch, and its members are taken one by one, with other numbers.
    """

    process: int
    last: int = 0

    def next(self, now: dt.datetime) -> int:
        """A number above every one given before."""
        self.last = max(self.last + 1, int(now.timestamp() * 1_000_000))
        return (self.last << 10) | self.process


@dataclass(frozen=True, slots=True)
class House:
    """One bot of one organisation in one process; `claimer` is this process's random name."""

    keys: Keys
    organisation_id: int
    organisation: str
    bot_id: int
    claimer: str
    numbers: Numbers
    minimum_age: int = 16
    zone: dt.tzinfo = dt.UTC  # of the organisation: whose day it is when someone says "today"
    local: bool = False  # the Bot API server runs on this computer
    public_url: str = ""  # where people reach our pages; empty: nowhere
    is_certain: Callable[[], bool] = lambda: True  # whether the clock is trusted so far that things may be thrown away by it
    flows: dict[int, Flow] = field(default_factory=dict)  # editions by row id; they never change
    by_hash: dict[str, Flow] = field(default_factory=dict)
    pictures: dict[tuple[str, str], str] = field(default_factory=dict)  # (edition, file) -> hash of the picture

    groups: dict[int, dt.datetime] = field(default_factory=dict)  # chats just left -> when
    guesses: dict[bytes, list[dt.datetime]] = field(default_factory=dict)  # chats -> when codes were tried in them

    def leaves(self, group: int, now: dt.datetime) -> bool:
        """Whether this group is to be told, and left: once, though several messages may come before it is done."""
        last = self.groups.get(group)
        if last and now - last < _LEAVING:
            return False
        if len(self.groups) > _GROUPS:
            self.groups.clear()
        self.groups[group] = now
        return True

    def know(self, db: Connection, editions: Iterable[int]) -> Mapping[int, Flow]:
        """The flows of these editions, and of all met before."""
        missing = set(editions) - self.flows.keys()
        if missing:
            for row, flow in engagements.read_editions(db, missing).items():
                self.flows[row] = flow
                self.by_hash[flow.edition] = flow
            self.pictures.update(pictures.of_editions(db, missing))
        return self.flows

    def serves(self, shelf: Mapping[int, Engagement]) -> dict[int, Engagement]:
        """The shelf as people may use it: what may not be opened here yet counts as a draft."""
        return {
            row: replace(one, state=engagements.DRAFT) if launch.obstacle(self.flows[one.edition_id], local=self.local) else one
            for row, one in shelf.items()
        }

    def languages(self, shelf: Mapping[int, Engagement]) -> tuple[str, ...]:
        """The languages people may choose: those of what is open, English always."""
        opened = [self.flows[one.edition_id].languages for one in shelf.values() if one.state == engagements.OPEN]
        return tuple(dict.fromkeys([FALLBACK, *(tag for tags in opened for tag in tags)]))
