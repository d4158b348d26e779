"""What a bot can do with messages: send, edit, delete, and answer a tap."""

from typing import Any

from emulator.entities import read_text
from emulator.keyboards import read_markup
from emulator.parameters import Parameters
from emulator.posting import check_reachable, edit, find, find_chat, find_own, post, read_caption, without
from emulator.refusals import QUERY_TOO_OLD, bad
from emulator.text import units
from emulator.world import Chat, World

Message = dict[str, Any]


def send_message(world: World, given: Parameters) -> Message:
    content = read_text(given)
    return post(world, given, content, read_markup(given))


def edit_message_text(world: World, given: Parameters) -> Message:
    content = read_text(given)
    markup = read_markup(given, inline_only=True)
    chat, old = find_own(world, given, "edit")
    if "text" not in old:
        raise bad("there is no text in the message to edit")
    chat.reworded.add(old["message_id"])
    return edit(world, chat, old, {**without(old, "text", "entities"), **content}, markup)


def edit_message_caption(world: World, given: Parameters) -> Message:
    caption = read_caption(given)
    markup = read_markup(given, inline_only=True)
    chat, old = find_own(world, given, "edit")
    if not CAPTIONED & set(old):
        raise bad("there is no caption in the message to edit")
    chat.reworded.add(old["message_id"])
    return edit(world, chat, old, {**without(old, "caption", "caption_entities"), **caption}, markup)


def edit_message_reply_markup(world: World, given: Parameters) -> Message:
    markup = read_markup(given, inline_only=True)
    chat, old = find_own(world, given, "edit")
    return edit(world, chat, old, old, markup)


def delete_message(world: World, given: Parameters) -> bool:
    chat, message = find(world, given, "delete")
    if _is_too_old(world, message):
        raise bad("message can't be deleted for everyone")
    _delete(world, chat, message)
    return True


def delete_messages(world: World, given: Parameters) -> bool:
    """Delete those that are there; the others are passed over."""
    chat = find_chat(world, given)
    for message_id in read_ids(given):
        message = chat.messages.get(message_id)
        if message is not None and not _is_too_old(world, message):
            _delete(world, chat, message)
    return True


def read_ids(given: Parameters) -> list[int]:
    """Return `message_ids`, 1 to 100. Raises Refusal."""
    ids = given.data("message_ids")
    if not isinstance(ids, list) or not ids:
        raise bad("message identifiers are not specified")
    if len(ids) > MOST_AT_ONCE:
        raise bad("too many message identifiers specified")
    return [int(one) for one in ids]


def answer_callback_query(world: World, given: Parameters) -> bool:
    tap = world.taps.get(given.text("callback_query_id"))
    if tap is None or tap.answered or tap.at < world.clock.now() - LONGEST_TAP:
        raise bad(QUERY_TOO_OLD)
    text = given.text("text")
    if units(text) > LONGEST_TOAST:
        raise bad("MESSAGE_TOO_LONG")
    tap.answered = True
    kind = "toast" if text else "answered"
    alert = given.flag("show_alert")
    tap.chat.show(kind, world.clock.now(), query_id=tap.id, message_id=tap.message_id, text=text, alert=alert)
    return True


def send_chat_action(world: World, given: Parameters) -> bool:
    action = given.text("action")
    if action.lower() not in CHAT_ACTIONS:
        raise bad("wrong parameter action in request")
    chat = find_chat(world, given)
    check_reachable(chat)
    chat.show("action", world.clock.now(), action=action)
    return True


def set_message_reaction(world: World, given: Parameters) -> bool:
    """One emoji, or none to take it back."""
    reactions = given.data("reaction") or []
    if not isinstance(reactions, list) or not all(isinstance(one, dict) for one in reactions):
        raise bad("can't parse reaction types JSON object")
    if len(reactions) > 1:
        raise bad("REACTIONS_TOO_MANY")
    emoji = [str(one.get("emoji", "")).replace(VARIATION, "") for one in reactions]
    if not all(one in REACTIONS for one in emoji):
        raise bad("REACTION_INVALID")
    chat, message = find(world, given, "react")
    chat.show("reaction", world.clock.now(), message_id=message["message_id"], emoji="".join(emoji))
    return True


def pin_chat_message(world: World, given: Parameters) -> bool:
    """Pin, and tell the bot so in a service message, as Telegram does even of its own pins."""
    chat, message = find(world, given, "pin")
    chat.pinned = [*(one for one in chat.pinned if one != message["message_id"]), message["message_id"]]
    service = {
        "message_id": world.number_message(),
        "from": world.bot,
        "chat": chat.as_json,
        "date": world.today(),
        "pinned_message": without(message, "reply_to_message"),
    }
    chat.put("service", service)
    world.tell_bot("message", service, f"chat{chat.id}")
    return True


def unpin_chat_message(world: World, given: Parameters) -> bool:
    chat = find_chat(world, given)
    wanted = given.number("message_id") or (chat.pinned[-1] if chat.pinned else 0)
    if wanted not in chat.pinned:
        raise bad("message to unpin not found")
    chat.pinned.remove(wanted)
    return True


def unpin_all_chat_messages(world: World, given: Parameters) -> bool:
    find_chat(world, given).pinned.clear()
    return True


def _is_too_old(world: World, message: Message) -> bool:
    return bool(message["date"] < world.clock.now() - OLDEST_DELETED)


def _delete(world: World, chat: Chat, message: Message) -> None:
    del chat.messages[message["message_id"]]
    chat.show("delete", world.clock.now(), message_id=message["message_id"])


OLDEST_DELETED = 48 * 3600
LONGEST_TAP = 150.0
LONGEST_TOAST = 200
MOST_AT_ONCE = 100
CAPTIONED = frozenset({"photo", "document", "video", "audio", "voice", "animation"})
VARIATION = "\ufe0f"
REACTIONS = frozenset(
    "❤👍👎🔥🥰👏😁🤔🤯😱🤬😢🎉🤩🤮💩🙏👌🕊🤡🥱🥴😍🐳🌚🌭💯🤣⚡🍌🏆💔🤨😐"
    "🍓🍾💋🖕😈😴😭🤓👻👀🎃🙈😇😨🤝✍🤗🫡🎅🎄☃💅🤪🗿🆒💘🙉🦄😘💊🙊😎👾😡"
)
CHAT_ACTIONS = frozenset(
    {"typing", "upload_photo", "record_video", "upload_video", "record_voice", "upload_voice", "upload_document",
     "choose_sticker", "find_location", "record_video_note", "upload_video_note", "cancel"}
)  # fmt: skip
