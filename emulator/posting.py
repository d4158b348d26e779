"""A message on its way: to a chat that can be reached, at a pace Telegram allows, or over an earlier one of the bot's."""

from typing import Any

from emulator.entities import read_text
from emulator.keyboards import Markup, is_inline
from emulator.parameters import Parameters
from emulator.refusals import NOT_MODIFIED, bad, flooded, forbidden
from emulator.world import Chat, World

Message = dict[str, Any]


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


def post(world: World, given: Parameters, content: Message, markup: Markup | None) -> Message:
    """Send one message. Raises Refusal."""
    chat = find_open_chat(world, given)
    reply = _find_replied(chat, given)
    pay(world, given, chat)
    return put(world, given, chat, {**reply, **content}, markup)


def find_open_chat(world: World, given: Parameters) -> Chat:
    """Return the chat a message is for. Raises Refusal when there is none or the bot may not write there."""
    chat = find_chat(world, given)
    check_reachable(chat)
    return chat


def pay(world: World, given: Parameters, chat: Chat, messages: int = 1) -> None:
    """Count messages that are about to be sent. Raises Refusal when they are too many for Telegram."""
    violation = world.flood.judge(chat.id, [len(file) for file in given.files.values()], messages)
    if violation is not None:
        raise flooded(violation.wait, violation.pause)


def put(world: World, given: Parameters, chat: Chat, content: Message, markup: Markup | None = None) -> Message:
    """Show a new message of the bot's; nothing is refused any more."""
    message: Message = {
        "message_id": world.number_message(),
        "from": world.bot,
        "chat": chat.as_json,
        "date": world.today(),
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


def _find_replied(chat: Chat, given: Parameters) -> Message:
    reply = given.data("reply_parameters") or {}
    message_id = int(reply.get("message_id") or given.number("reply_to_message_id"))
    if not message_id:
        return {}
    found = chat.messages.get(message_id)
    if found is not None:
        return {"reply_to_message": without(found, "reply_to_message")}
    if reply.get("allow_sending_without_reply") or given.flag("allow_sending_without_reply"):
        return {}
    raise bad("message to be replied not found")


def edit(world: World, chat: Chat, old: Message, new: Message, markup: Markup | None) -> Message:
    """Put the new version in place; buttons that are not sent again go."""
    new = without(new, "reply_markup", "edit_date")
    if markup is not None:
        new["reply_markup"] = markup
    if new == without(old, "edit_date"):
        raise bad(NOT_MODIFIED)
    new["edit_date"] = world.today()
    chat.put("edit", new)
    return new


def find(world: World, given: Parameters, purpose: str) -> tuple[Chat, Message]:
    chat = find_chat(world, given)
    if not given.text("message_id"):
        raise bad("message identifier is not specified")
    message = chat.messages.get(given.number("message_id"))
    if message is None:
        raise bad(f"message {'with poll ' if purpose == 'stop' else ''}to {purpose} not found")
    return chat, message


def find_own(world: World, given: Parameters, purpose: str) -> tuple[Chat, Message]:
    chat, message = find(world, given, purpose)
    if message["from"]["id"] != world.bot["id"]:
        raise bad("poll can't be stopped" if purpose == "stop" else f"message can't be {purpose}ed")
    return chat, message


def read_caption(given: Parameters) -> Message:
    return read_text(given, "caption", "caption_entities", 1024)


def without(message: Message, *names: str) -> Message:
    return {name: value for name, value in message.items() if name not in names}
