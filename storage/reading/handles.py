"""Handles: how a page names one answer, so that nobody sees by it who gave it, or which others are of the same person."""

from __future__ import annotations

import base64
import binascii
import hmac

from storage.keys import Keys
from storage.unopened import UnopenedError

Place = tuple[bytes, str]
"""The respondent and the step of one answer; of a whole set the step is empty."""

_MARK, _WHO = 16, 16
_COLUMN = "readings.handle"


def give(keys: Keys, engagement_id: int, place: Place) -> str:
    """A handle for letters and digits of an address; another one each time."""
    who, step = place
    told = keys.seal(_COLUMN, str(engagement_id), who + step.encode())
    return base64.urlsafe_b64encode(_mark(keys, engagement_id, told) + told).decode().rstrip("=")


def take(keys: Keys, engagement_id: int, handle: str) -> Place | None:
    """What a handle of this engagement names; None for what we did not give.

    The mark is looked at first: what somebody made up must not pass for something that our keys should open.
    """
    try:
        raw = base64.urlsafe_b64decode(handle + "=" * (-len(handle) % 4))
    except (binascii.Error, ValueError):
        return None
    mark, told = raw[:_MARK], raw[_MARK:]
    if not hmac.compare_digest(mark, _mark(keys, engagement_id, told)):
        return None
    try:
        inside = keys.open(_COLUMN, str(engagement_id), told)
    except UnopenedError:  # given before the keys were renewed
        return None
    return inside[:_WHO], inside[_WHO:].decode()


def _mark(keys: Keys, engagement_id: int, told: bytes) -> bytes:
    return keys.lookup(engagement_id, "handle", told.hex())
