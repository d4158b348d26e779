"""What people want with a date, and what can come of it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from conversations.records import MOST_COMPANIONS
from storage.events import occasion_rows
from storage.events.occasion_rows import Occasion
from storage.events.place_rows import Place

if TYPE_CHECKING:
    from storage.events.registers import Registers

PLACED, KEPT, OFFERED_NOW, WAITING_NOW = "placed", "kept", "offered", "waiting"
SWAPPED, SWAP_WAITING, LEFT, NOTED, REFUSED = "swapped", "swap-waiting", "left", "noted", "refused"
DEPUTY_ASKED, NO_DEPUTY, DEPUTY_MEMBER = "deputy-asked", "no-deputy", "deputy-member"
DEPUTY_STAYS, DEPUTY_FREED, MEMBER_COMES = "deputy-stays", "deputy-freed", "member-comes"
FULL, CLOSED, OVER, NOTHING = "full", "closed", "over", "nothing"

UNSURE, DECLINED, LAPSED, CANCELLED, POSTPONED = "unsure", "declined", "lapsed", "cancelled", "postponed"


@dataclass(frozen=True, slots=True)
class Deed:
    """What one person wants with a date (by code): `verb` is one of VERBS. What is empty stays as it is."""

    person_id: int
    occasion: str
    verb: str
    kind: str = ""
    how: str = ""
    companions: int | None = None
    payment: str = ""
    seat_id: int | None = None
    deputy_id: int | None = None  # the person who is to stand in


@dataclass(frozen=True, slots=True)
class Done:
    """What came of it, and what they have now. `left` is the code of the date that was given back for this one."""

    result: str
    place: Place | None = None
    position: int = 0  # in line, from 1
    until: dt.datetime | None = None  # an offer can be answered
    left: str = ""


Act = Callable[["Registers", Occasion, Deed], Done]


def refusal(register: Registers, date: Occasion) -> str:
    """Why nothing can be done about a date any more; empty when it can."""
    return date.state if date.state != occasion_rows.PLANNED else OVER if register.now >= date.starts_at else ""


def told(deed: Deed, *, seat: bool = True) -> dict[str, Any]:
    """What they said besides."""
    bring = None if deed.companions is None else max(0, min(deed.companions, MOST_COMPANIONS))
    said: dict[str, Any] = {
        "kind": deed.kind,
        "how": deed.how,
        "payment": deed.payment,
        "seat_id": deed.seat_id if seat else None,
    }
    return {name: value for name, value in said.items() if value} | ({} if bring is None else {"companions": bring})
