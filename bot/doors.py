"""Codes shown on a screen at the door: each is good for a minute or two, so that a photograph of one opens nothing later."""

from __future__ import annotations

import datetime as dt
import hmac
from collections.abc import Callable
from typing import NamedTuple

Sign = Callable[[int, str], str]

MARK = "in-"
"""By this a link is known to be of a door."""

WINDOW = 60  # seconds for which a code is shown
ACCEPTED = 2  # windows for which it is taken: whoever was looking at it when it changed still comes in

_NOBODY = 0  # no chat has this number, so no button carries what is signed here


class Door(NamedTuple):
    """What a code opens: the date by its code, empty when nobody here made it; and whether it is of this minute."""

    occasion: str
    fresh: bool


def write(sign: Sign, occasion: str, now: dt.datetime) -> str:
    """The code to show now: it fits behind `?start=`."""
    return _code(sign, occasion, _window(now))


def read(sign: Sign, code: str, now: dt.datetime) -> Door:
    """What a code opens. An old one is still known for what it was."""
    body, _, _ = code.removeprefix(MARK).rpartition("-")
    occasion, dash, told = body.rpartition("-")
    if not (code.startswith(MARK) and code.isascii() and dash and told.isdecimal() and len(told) <= _LONGEST):
        return Door("", fresh=False)
    window = int(told)
    if not hmac.compare_digest(code, _code(sign, occasion, window)):
        return Door("", fresh=False)
    return Door(occasion, fresh=0 <= _window(now) - window < ACCEPTED)


def left(now: dt.datetime) -> int:
    """Seconds until the code changes."""
    return WINDOW - int(now.timestamp()) % WINDOW


def _window(now: dt.datetime) -> int:
    return int(now.timestamp()) // WINDOW


def _code(sign: Sign, occasion: str, window: int) -> str:
    body = f"{occasion}-{window}"
    return f"{MARK}{body}-{sign(_NOBODY, f'door|{body}')}"


_LONGEST = 12  # digits of a window
