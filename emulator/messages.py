"""What a bot can do with messages: send, edit, delete, and answer a tap."""

from typing import Any

from emulator.entities import read_text
from emulator.keyboards import Markup, is_inline, read_markup
from emulator.parameters import Parameters
from emulator.refusals import NOT_MODIFIED, QUERY_TOO_OLD, bad, forbidden
from emulator.text import units
from emulator.world import Chat, World

Message = dict[str, Any]


def send_message(world: World, given: Parameters) -> Message:
    content = read_text(given)
    markup = read_markup(given)
    return _send(world, given, content, markup)


def send_photo(world: World, given: Parameters) -> Message:
    caption, markup = _caption(given), read_markup(given)
    return _send(world, given, {"photo": world.files.see_sizes(world.files.take(given, "photo")), **caption}, markup)


def send_document(world: World, given: Parameters) -> Message:
    caption, markup = _caption(given), read_markup(given)
    file = world.files.take(given, "document")
    return _send(world, given, {"document": {**world.files.describe(file), "file_name": file.name}, **caption}, markup)


def get_file(world: World, given: Parameters) -> Message:
    file = world.files.get(given.text("file_id"))
    about = {"file_id": given.text("file_id"), "file_unique_id": file.unique, "file_size": len(file.content)}
    return {**about, "file_path": file.path}


def edit_message_text(world: World, given: Parameters) -> Message:
    content = read_text(given)
    markup = read_markup(given, inline_only=True)
    chat, old = _find_own(world, given, "edit")
    chat.reworded.add(old["message_id"])
    return _edit(world, chat, old, {**_without(old, "text", "entities"), **content}, markup)


def edit_message_reply_markup(world: World, given: Parameters) -> Message:
    markup = read_markup(given, inline_only=True)
    chat, old = _find_own(world, given, "edit")
    return _edit(world, chat, old, old, markup)


def delete_message(world: World, given: Parameters) -> bool:
    chat, message = _find(world, given, "delete")
    if message["date"] < world.clock.now() - OLDEST_DELETED:
        raise bad("message can't be deleted for everyone")
    del chat.messages[message["message_id"]]
    chat.show("delete", world.clock.now(), message_id=message["message_id"])
    return True


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


def find_chat(world: World, given: Parameters) -> Chat:
    if not given.text("chat_id"):
        raise bad("chat_id is empty")
    return world.chat(given.number("chat_id"))


def check_reachable(chat: Chat) -> None:
    """Raises Refusal when the bot may not write here."""
    person = chat.person
    if person is None:
        if chat.bot_status != "member":
            was = "was kicked from" if chat.bot_status == "kicked" else "is not a member of"
            raise forbidden(f"bot {was} the group chat")
    elif person.deactivated:
        raise forbidden("user is deactivated")
    elif not person.opened:
        raise forbidden("bot can't initiate conversation with a user")
    elif person.blocked:
        raise forbidden("bot was blocked by the user")


def _send(world: World, given: Parameters, content: Message, markup: Markup | None) -> Message:
    chat = find_chat(world, given)
    check_reachable(chat)
    reply = _replied(chat, given)
    message: Message = {
        "message_id": world.number_message(),
        "from": world.bot,
        "chat": chat.as_json,
        "date": world.today(),
        **reply,
        **content,
    }
    if is_inline(markup):
        message["reply_markup"] = markup
    elif markup is not None:
        chat.reply_keyboard = markup if "keyboard" in markup else None
    if given.flag("protect_content"):
        message["has_protected_content"] = True
    chat.put("message", message)
    return message


def _replied(chat: Chat, given: Parameters) -> Message:
    reply = given.data("reply_parameters") or {}
    message_id = int(reply.get("message_id") or given.number("reply_to_message_id"))
    if not message_id:
        return {}
    found = chat.messages.get(message_id)
    if found is not None:
        return {"reply_to_message": _without(found, "reply_to_message")}
    if reply.get("allow_sending_without_reply") or given.flag("allow_sending_without_reply"):
        return {}
    raise bad("message to be replied not found")


def _edit(world: World, chat: Chat, old: Message, new: Message, markup: Markup | None) -> Message:
    """Put the new version in place; buttons that are not sent again go."""
    new = _without(new, "reply_markup", "edit_date")
    if markup is not None:
        new["reply_markup"] = markup
    if new == _without(old, "edit_date"):
        raise bad(NOT_MODIFIED)
    new["edit_date"] = world.today()
    chat.put("edit", new)
    return new


def _find(world: World, given: Parameters, purpose: str) -> tuple[Chat, Message]:
    chat = find_chat(world, given)
    if not given.text("message_id"):
        raise bad("message identifier is not specified")
    message = chat.messages.get(given.number("message_id"))
    if message is None:
        raise bad(f"message to {purpose} not found")
    return chat, message


def _find_own(world: World, given: Parameters, purpose: str) -> tuple[Chat, Message]:
    chat, message = _find(world, given, purpose)
    if message["from"]["id"] != world.bot["id"]:
        raise bad(f"message can't be {purpose}ed")
    return chat, message


def _caption(given: Parameters) -> Message:
    return read_text(given, "caption", "caption_entities", 1024)


def _without(message: Message, *names: str) -> Message:
    return {name: value for name, value in message.items() if name not in names}


OLDEST_DELETED = 48 * 3600
LONGEST_TAP = 150.0
LONGEST_TOAST = 200
CHAT_ACTIONS = frozenset(
    {"typing", "upload_photo", "record_video", "upload_video", "record_voice", "upload_voice", "upload_document",
     "choose_sticker", "find_location", "record_video_note", "upload_video_note", "cancel"}
)  # fmt: skip
