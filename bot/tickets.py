"""Signed addresses: what an address opens is in it, and nobody can make one up or turn it into another."""

from __future__ import annotations

import hmac
from collections.abc import Callable

from bot.house import House

Sign = Callable[[int, str], str]

CALENDAR, JOINING = "calendar", "join"

_NOBODY = 0  # no chat has this number, so no button carries what is signed here


def write(sign: Sign, purpose: str, code: str) -> str:
    """What an address holds to open `code`, and for nothing but this purpose."""
    return f"{code}-{sign(_NOBODY, f'{purpose}|{code}')}"


def read(sign: Sign, purpose: str, ticket: str) -> str:
    """The code in it; empty when it was not written here, or for another purpose."""
    code, dash, signature = ticket.rpartition("-")
    if not dash or not ticket.isascii():
        return ""
    return code if hmac.compare_digest(signature, sign(_NOBODY, f"{purpose}|{code}")) else ""


def calendar(house: House, place: str) -> str:
    """The page of one place, for its calendar; empty where nobody can come to our pages."""
    return _address(house, f"/calendar/{write(house.keys.sign, CALENDAR, place)}")


def calendar_file(house: House, place: str) -> str:
    """The calendar file of one place, as it stands whenever it is fetched; empty where nobody can come to our pages."""
    return f"{whole}.ics" if (whole := calendar(house, place)) else ""


def joining(house: House, place: str) -> str:
    """The way into an online meeting for whoever has this place; empty where nobody can come to our pages."""
    return _address(house, f"/join/{write(house.keys.sign, JOINING, place)}")


def feed(house: House, code: str) -> str:
    """A calendar to subscribe to; empty where nobody can come to our pages."""
    return _address(house, f"/feeds/{code}.ics")


def _address(house: House, path: str) -> str:
    return house.public_url and house.public_url.rstrip("/") + path
