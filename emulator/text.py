"""Message text as Telegram keeps it: cleaned, trimmed, measured in UTF-16 units."""

import re
from typing import Any

Entity = dict[str, Any]


def units(text: str) -> int:
    """Count UTF-16 units, the measure of all Telegram's limits and offsets."""
    return len(text) if text.isascii() else len(text.encode("utf-16-le", "surrogatepass")) // 2


def clean(text: str, entities: list[Entity]) -> tuple[str, list[Entity]]:
    """Drop what Telegram drops, turn control characters into spaces, trim; entities move along."""
    if DROPPED.search(text):
        cuts = [(units(text[: found.start()]), 1) for found in DROPPED.finditer(text)]
        text = DROPPED.sub("", text)
        entities = [_shrink(entity, cuts) for entity in entities]
    text = CONTROL.sub(" ", text)
    trimmed = text.lstrip(BLANKS)
    if gone := len(text) - len(trimmed):
        entities = [_shrink(entity, [(0, gone)]) for entity in entities]
    return _trim_end(trimmed, entities)


def find_entities(text: str) -> list[Entity]:
    """Find commands and web addresses, which Telegram marks in every text."""
    if "/" not in text:
        return []
    return [
        {"type": "bot_command" if match["command"] else "url", "offset": units(text[: match.start()]),
         "length": units(match[0])}
        for match in FOUND.finditer(text)
    ]  # fmt: skip


def split(text: str, limit: int = 4096) -> list[str]:
    """Split a long text as people's apps do before sending."""
    parts: list[str] = []
    part, length = "", 0
    for letter in text:
        size = 2 if ord(letter) > LAST_SINGLE else 1
        if length + size > limit:
            parts.append(part)
            part, length = "", 0
        part, length = part + letter, length + size
    return [*parts, part]


def _trim_end(text: str, entities: list[Entity]) -> tuple[str, list[Entity]]:
    text = text.rstrip(BLANKS)
    end = units(text)
    kept = []
    for entity in entities:
        length = min(entity["length"], end - entity["offset"])
        if length > 0:
            kept.append({**entity, "length": length})
    return text, kept


def _shrink(entity: Entity, cuts: list[tuple[int, int]]) -> Entity:
    start, end = entity["offset"], entity["offset"] + entity["length"]
    before = sum(min(size, max(start - at, 0)) for at, size in cuts)
    inside = sum(min(size, max(end - at, 0)) for at, size in cuts)
    return {**entity, "offset": start - before, "length": (end - inside) - (start - before)}


LAST_SINGLE = 0xFFFF
BLANKS = " \n\t\u200b"
CONTROL = re.compile("[\x00-\x09\x0b\x0c\x0e-\x1f]")
DROPPED = re.compile("[\r\u2028-\u202e\u0333\u033f\u030a]")
FOUND = re.compile(r"(?P<command>(?<![\w/<>])/[A-Za-z0-9_]{1,64}(?:@\w{3,32})?(?!\w|/))|https?://[^\s<>\"]+[^\s<>\".,;:!?)]")
