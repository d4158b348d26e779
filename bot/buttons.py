"""What a button carries: the input it brings, in at most 64 bytes, signed for the chat it was sent to.

The signature covers chat and data, so a button cannot be made up, changed, or used by someone else. Whether its meaning
still stands is asked again at every tap.
"""

from __future__ import annotations

import hmac
from collections.abc import Callable
from typing import Any

from conversations.inputs import (
    Age,
    Ask,
    Attend,
    Back,
    Begin,
    Dates,
    Delete,
    Done,
    Hear,
    Input,
    Invited,
    Language,
    Leave,
    Look,
    Open,
    Pause,
    Quieter,
    Skip,
    Staff,
    Tap,
)

LONGEST = 64  # bytes Telegram takes

Sign = Callable[[int, str], str]
"""Chat id and data -> the signature that ties them together, 16 hex digits."""


def encode(brings: Input, chat_id: int, sign: Sign) -> str:
    """The callback data of a button under a message to `chat_id`. Raises ValueError if it would not fit."""
    letter = _LETTERS.get(type(brings))
    if letter is None:
        msg = f"no button brings {brings!r}"
        raise ValueError(msg)
    values = [getattr(brings, name) for name in CARRIED[letter][1]]
    data = ".".join([letter, *("" if value is None else str(value) for value in values)])
    whole = f"{data}.{sign(chat_id, data)}"
    if len(whole) > LONGEST or not whole.isascii():
        msg = f"{brings!r} does not fit into a button"
        raise ValueError(msg)
    return whole


def decode(data: str, chat_id: int, sign: Sign) -> Input | None:
    """The input a button brings, or None when it was not made for this chat."""
    body, dot, signature = data.rpartition(".")
    if not dot or not data.isascii() or not hmac.compare_digest(signature, sign(chat_id, body)):
        return None
    letter, *parts = body.split(".")
    kind, names = CARRIED[letter]
    brings: Input = kind(**{name: _read(kind, name, part) for name, part in zip(names, parts, strict=True)})
    return brings


def _read(kind: type[Any], name: str, part: str) -> Any:
    wanted = str(kind.__annotations__[name])
    if wanted.startswith("int"):
        return int(part) if part else None
    return part == "True" if wanted == "bool" else part


CARRIED: dict[str, tuple[type[Any], tuple[str, ...]]] = {
    "t": (Tap, ("session", "step", "option")),
    "b": (Back, ("session", "step")),
    "s": (Skip, ("session", "step")),
    "p": (Look, ("session", "step", "at")),
    "d": (Done, ("session", "step")),
    "v": (Leave, ("session",)),
    "o": (Open, ("engagement",)),
    "i": (Invited, ("broadcast",)),
    "a": (Age, ("band", "link")),
    "l": (Language, ("tag",)),
    "q": (Ask, ("topic",)),
    "h": (Hear, ("purpose", "wanted")),
    "z": (Pause, ("number", "unit")),
    "w": (Quieter, ("hours",)),
    "e": (Attend, ("verb", "occasion", "about")),
    "n": (Dates, ("engagement",)),
    "g": (Begin, ("engagement",)),
    "k": (Staff, ("asks", "about")),
    "x": (Delete, ("sure",)),
}
"""The first letter of callback data -> the input it brings and the fields that follow, apart by dots."""

_LETTERS: dict[type[Any], str] = {kind: letter for letter, (kind, _) in CARRIED.items()}
