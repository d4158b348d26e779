"""An update that failed, as it is kept to be replayed: without what is never kept."""

from __future__ import annotations

import json
from typing import Any


def pack(update: Any) -> bytes:
    """An update as it can be replayed: all that says who it is from, but for the chat, is left out (DP-08)."""
    return json.dumps(_without_names(update), default=repr).encode()  # not orjson: it may hold what orjson refuses


def _without_names(part: Any, deep: int = 0) -> Any:
    """A raw update without what we never keep; what is nested deeper than any update is cut off."""
    if deep > _DEEPEST:
        return None
    if isinstance(part, dict):
        return {key: _without_names(value, deep + 1) for key, value in part.items() if key not in NEVER_KEPT}
    return [_without_names(value, deep + 1) for value in part] if isinstance(part, list) else part


_DEEPEST = 30

NEVER_KEPT = {
    "first_name", "last_name", "username", "language_code", "title", "bio", "photo", "contact", "location", "venue",
    "voice", "video", "video_note", "audio", "document", "sticker", "animation", "phone_number", "vcard",
}  # fmt: skip
"""Keys of an update that are not kept even when it fails."""
