"""What a button carries: the input it brings, in at most 64 bytes, signed for the chat it was sent to.

The signature covers chat and data, so a button cannot be made up, changed, or used by someone else. Whether its meaning
still stands is asked again at every tap.
"""

from __future__ import annotations

import base64
import hmac
from collections.abc import Callable
from typing import Any

from conversations.inputs import Age, Ask, Back, Delete, Done, Input, Language, Leave, Open, Skip, Tap

LONGEST = 64  # bytes Telegram takes
_SIGNATURE = 11  # letters of 8 bytes in base 64, unpadded

Sign = Callable[[int, bytes], bytes]


def encode(brings: Input, chat_id: int, sign: Sign) -> str:
    """The callback data of a button under a message to `chat_id`. Raises ValueError if it would not fit."""
    for letter, (kind, names) in CARRIED.items():
        if type(brings) is kind:
            parts = [_write(getattr(brings, name)) for name in names]
            data = ".".join((letter, *parts)).encode()
            break
    else:
        msg = f"no button brings {brings!r}"
        raise ValueError(msg)
    whole = data + b"." + base64.urlsafe_b64encode(sign(chat_id, data))[:_SIGNATURE]
    if len(whole) > LONGEST:
        msg = f"{brings!r} does not fit into a button"
        raise ValueError(msg)
    return whole.decode()


def decode(data: str, chat_id: int, sign: Sign) -> Input | None:
    """The input a button brings, or None when it was not made for this chat."""
    try:
        raw = data.encode("ascii")
    except UnicodeEncodeError:
        return None
    body, dot, signature = raw.rpartition(b".")
    if not dot or not hmac.compare_digest(signature, base64.urlsafe_b64encode(sign(chat_id, body))[:_SIGNATURE]):
        return None
    letter, *parts = body.decode("ascii").split(".")
    kind, names = CARRIED[letter]
    return kind(**{name: _read(kind, name, part) for name, part in zip(names, parts, strict=True)})


def _write(value: object) -> str:
    return "" if value is None else str(int(value)) if isinstance(value, bool) else str(value)


def _read(kind: type[Any], name: str, part: str) -> Any:
    wanted = str(kind.__annotations__[name])
    if wanted.startswith("int"):
        return int(part) if part else None
    return part == "1" if wanted == "bool" else part


CARRIED: dict[str, tuple[type[Any], tuple[str, ...]]] = {
    "t": (Tap, ("session", "step", "option")),
    "b": (Back, ("session", "step")),
    "s": (Skip, ("session", "step")),
    "d": (Done, ("session", "step")),
    "v": (Leave, ("session",)),
    "o": (Open, ("engagement",)),
    "a": (Age, ("band", "link")),
    "l": (Language, ("tag",)),
    "q": (Ask, ("topic",)),
    "x": (Delete, ("sure",)),
}
"""The first letter of callback data -> the input it brings and the fields that follow, apart by dots."""
