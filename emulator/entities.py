"""The text a bot sends: parsed, checked against its entities and its length, as Telegram does before all else."""

from typing import Any

from emulator.html import parse_html
from emulator.markdown import parse_markdown, parse_markdown_v2
from emulator.parameters import Parameters
from emulator.refusals import bad
from emulator.text import Entity, clean, find_entities, units


def read_text(given: Parameters, name: str = "text", entities: str = "entities", limit: int = 4096) -> dict[str, Any]:
    """Return `{name: text, entities: [...]}` ready for a Message; {} for an empty caption. Raises Refusal."""
    text, marks = _parse(given, given.text(name), entities)
    text, marks = clean(text, marks)
    if not text:
        if name == "text":
            raise bad("message text is empty")
        return {}
    if units(text) > limit:
        raise bad("message is too long" if name == "text" else "message caption is too long")
    marks = [*marks, *(found for found in find_entities(text) if not _overlaps(found, marks))]
    marks.sort(key=lambda mark: (mark["offset"], -mark["length"]))
    return {name: text, entities: marks[:MOST]} if marks else {name: text}


def _parse(given: Parameters, text: str, entities: str) -> tuple[str, list[Entity]]:
    mode = given.text("parse_mode").lower()
    if mode in PARSERS:
        return PARSERS[mode](text)
    if mode not in {"", "none"}:
        raise bad("unsupported parse_mode")
    listed = given.data(entities)
    if not isinstance(listed, list):
        return text, []
    return text, check_entities(text, listed)


def check_entities(text: str, listed: list[Any]) -> list[Entity]:
    """Return the entities a bot may set, in order. Raises Refusal for one that is unknown or lies outside."""
    checked = [entity for entity in map(_check_shape, listed) if entity is not None and entity["length"] > 0]
    end = units(text)
    edges = None if len(text) == end else _edges(text)
    for entity in checked:
        _check_place(entity, end, edges)
    return checked


def _check_shape(entity: Any) -> Entity | None:
    if not isinstance(entity, dict):
        raise bad("can't parse MessageEntity: Expected an Object")
    for name in ("type", "offset", "length"):
        if name not in entity:
            raise bad(f"can't parse MessageEntity: Can't find field \"{name}\"")
    if entity["type"] in FOUND_BY_TELEGRAM:
        return None
    if entity["type"] not in NEEDED_FIELD:
        raise bad("can't parse MessageEntity: Unsupported type specified")
    needed = NEEDED_FIELD[entity["type"]]
    if needed is not None and needed not in entity:
        raise bad(f"can't parse MessageEntity: Can't find field \"{needed}\"")
    return {**entity, "offset": int(entity["offset"]), "length": int(entity["length"])}


def _check_place(entity: Entity, end: int, edges: dict[int, int] | None) -> None:
    start, stop = entity["offset"], entity["offset"] + entity["length"]
    if start < 0 or start >= end:
        raise bad(f"entity begins after the end of the text at UTF-16 offset {start}")
    if stop > end:
        raise bad(f"entity beginning at UTF-16 offset {start} ends after the end of the text at UTF-16 offset {stop}")
    if edges is None:
        return
    if start not in edges:
        raise bad(f"entity begins in a middle of a UTF-16 symbol at byte offset {edges[start - 1]}")
    if stop not in edges:
        byte = edges[stop - 1]
        raise bad(f"entity beginning at UTF-16 offset {start} ends in a middle of a UTF-16 symbol at byte offset {byte}")


def _edges(text: str) -> dict[int, int]:
    """Map each UTF-16 offset at which a letter begins, and the end, to its byte offset."""
    edges, unit, byte = {0: 0}, 0, 0
    for letter in text:
        unit += units(letter)
        byte += len(letter.encode("utf-8", "surrogatepass"))
        edges[unit] = byte
    return edges


def _overlaps(found: Entity, marks: list[Entity]) -> bool:
    start, stop = found["offset"], found["offset"] + found["length"]
    return any(
        mark["type"] in {"text_link", "code", "pre"} and mark["offset"] < stop and start < mark["offset"] + mark["length"]
        for mark in marks
    )


MOST = 100
PARSERS = {"html": parse_html, "markdown": parse_markdown, "markdownv2": parse_markdown_v2}
FOUND_BY_TELEGRAM = frozenset({"mention", "hashtag", "cashtag", "bot_command", "url", "email", "phone_number"})
NEEDED_FIELD = {
    "bold": None,
    "italic": None,
    "underline": None,
    "strikethrough": None,
    "spoiler": None,
    "code": None,
    "pre": None,
    "blockquote": None,
    "expandable_blockquote": None,
    "text_link": "url",
    "text_mention": "user",
    "custom_emoji": "custom_emoji_id",
    "date_time": "unix_time",
}
