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
    """The code to show now, no longer than a link's may be."""
    return _code(sign, occasion, _window(now))


def read(sign: Sign, code: str, now: dt.datetime) -> Door:
    """What a code opens. An old one is still known for what it was, for three weeks."""
    occasion, told = code[len(MARK) : -_TOLD - _SIGNED], code[-_TOLD - _SIGNED : -_SIGNED]
    if not (code.startswith(MARK) and code.isascii() and occasion and _DIGITS.issuperset(told)):
        return Door("", fresh=False)
    ago = (_window(now) - int(told, 32)) % _WINDOWS
    if not hmac.compare_digest(code, _code(sign, occasion, _window(now) - ago)):
        return Door("", fresh=False)
    return Door(occasion, fresh=ago < ACCEPTED)


def left(now: dt.datetime) -> int:
    """Seconds until the code changes."""
    return WINDOW - int(now.timestamp()) % WINDOW


def _window(now: dt.datetime) -> int:
    return int(now.timestamp()) // WINDOW


def _code(sign: Sign, occasion: str, window: int) -> str:
    told = "".join(_LETTERS[window >> shift & 31] for shift in (10, 5, 0))
    return f"{MARK}{occasion}{told}{sign(_NOBODY, f'door|{occasion}|{window}')[:_SIGNED]}"


_LETTERS = "0123456789abcdefghijklmnopqrstuv"
_DIGITS = frozenset(_LETTERS)
_TOLD = 3  # letters that tell the window, of so many
_WINDOWS = 32**_TOLD
_SIGNED = 10  # digits of the signature: nobody guesses them within two minutes
