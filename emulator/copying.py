"""Messages sent on: copied as if they were the bot's own, or forwarded with their origin."""

from typing import Any

from emulator.keyboards import read_markup
from emulator.messages import read_ids
from emulator.parameters import Parameters
from emulator.polls import open_poll, renew
from emulator.posting import find_open_chat, pay, post, put, read_caption
from emulator.refusals import bad
from emulator.world import Chat, World

Json = dict[str, Any]


def copy_message(world: World, given: Parameters) -> Json:
    content = _copy(world, _find_source(world, given, "copy"))
    if "caption" in given and "text" not in content:
        content = {name: value for name, value in content.items() if not name.startswith("caption")} | read_caption(given)
    sent = _open(world, post(world, given, content, read_markup(given)))
    return {"message_id": sent["message_id"]}


def copy_messages(world: World, given: Parameters) -> list[Json]:
    contents = [_copy(world, message) for message in _find_sources(world, given, "copy")]
    return [{"message_id": _open(world, message)["message_id"]} for message in _put_all(world, given, contents)]


def forward_message(world: World, given: Parameters) -> Json:
    return post(world, given, _forward(_find_source(world, given, "forward")), None)


def forward_messages(world: World, given: Parameters) -> list[Json]:
    contents = [_forward(message) for message in _find_sources(world, given, "forward")]
    return [{"message_id": message["message_id"]} for message in _put_all(world, given, contents)]


def _put_all(world: World, given: Parameters, contents: list[Json]) -> list[Json]:
    chat = find_open_chat(world, given)
    pay(world, given, chat, len(contents))
    return [put(world, given, chat, content) for content in contents]


def _find_source(world: World, given: Parameters, purpose: str) -> Json:
    if not given.text("message_id"):
        raise bad("message identifier is not specified")
    message = _from(world, given).messages.get(given.number("message_id"))
    if message is None:
        raise bad(f"message to {purpose} not found")
    return _check(message, purpose)


def _find_sources(world: World, given: Parameters, purpose: str) -> list[Json]:
    """Return those that are there; it is refused only when none is."""
    chat = _from(world, given)
    found = [chat.messages[one] for one in read_ids(given) if one in chat.messages]
    if not found:
        raise bad(f"there are no messages to {purpose}")
    return [_check(message, purpose) for message in found]


def _from(world: World, given: Parameters) -> Chat:
    return world.chat(given.number("from_chat_id"))


def _check(message: Json, purpose: str) -> Json:
    if message.get("has_protected_content") or not CONTENT & set(message):
        raise bad(f"message can't be {'copied' if purpose == 'copy' else 'forwarded'}")
    return message


def _copy(world: World, message: Json) -> Json:
    content = {name: value for name, value in message.items() if name in CONTENT | BESIDE}
    return content if "poll" not in content else {"poll": renew(world, content["poll"])}


def _open(world: World, message: Json) -> Json:
    return open_poll(world, message) if "poll" in message else message


def _forward(message: Json) -> Json:
    content = {name: value for name, value in message.items() if name in CONTENT | BESIDE}
    origin = {"type": "user", "date": message["date"], "sender_user": message["from"]}
    return {"forward_origin": message.get("forward_origin", origin), **content}


CONTENT = frozenset(
    {"text", "photo", "document", "video", "animation", "audio", "voice", "video_note", "sticker", "location", "venue",
     "contact", "dice", "poll"}
)  # fmt: skip
BESIDE = frozenset({"entities", "caption", "caption_entities", "has_media_spoiler"})
