"""What a person sees: a chat as the phone page, the tests and the crowd read it."""

from typing import Any

from emulator.world import Chat, Person

View = dict[str, Any]


def see_person(person: Person) -> View:
    return {
        "id": person.id,
        "first_name": person.first_name,
        "language_code": person.language_code,
        "started": person.opened,
        "blocked": person.blocked,
        "deactivated": person.deactivated,
    }


def see_chat(chat: Chat, bot_id: int, after: int) -> View:
    """Return what happened after event `after`, and how the chat looks now."""
    return {
        "seq": len(chat.events),
        "events": [_see_event(chat, event, bot_id) for event in chat.events[max(after, 0) :]],
        "messages": [see_message(chat, message, bot_id) for message in list(chat.messages.values())[-SHOWN:]],
        "reply_keyboard": _see_reply_keyboard(chat),
        "person": None if chat.person is None else see_person(chat.person),
    }


def see_message(chat: Chat, message: dict[str, Any], bot_id: int) -> View:
    """`from` is "bot" or "me"; a button has `label` and `data`, `url` or `copy`; `attachment` names what is not text.

    `picture` is the file id of a picture the bot sent, to be seen at `/sim/files/{id}`; `document`, a file of the bot's, to be
    fetched there; `poll`, a poll of the bot's.
    """
    mine = message["from"]["id"] != bot_id
    attachment = next((kind for kind in ATTACHED if kind in message), None)
    return {
        "message_id": message["message_id"],
        "from": "me" if mine else "bot",
        "name": message["from"]["first_name"],
        "date": message["date"],
        "edited": message["message_id"] in chat.reworded,
        "text": message.get("text") or message.get("caption", ""),
        "entities": message.get("entities", message.get("caption_entities", [])),
        "buttons": see_buttons(message),
        "attachment": attachment,
        "picture": None if mine or attachment != "photo" else message["photo"][-1]["file_id"],
        "document": None if mine or attachment != "document" else _see_document(message["document"]),
        "poll": None if mine or attachment != "poll" else _see_poll(message["poll"], chat.chosen.get(message["message_id"], ())),
    }


def _see_document(document: dict[str, Any]) -> View:
    return {"name": document["file_name"], "file": document["file_id"], "size": document["file_size"]}


def _see_poll(poll: dict[str, Any], chosen: tuple[int, ...]) -> View:
    right = poll.get("correct_option_ids", ()) if chosen or poll["is_closed"] else ()
    return {
        "question": poll["question"],
        "options": [
            {"text": option["text"], "voters": option["voter_count"], "chosen": number in chosen, "right": number in right}
            for number, option in enumerate(poll["options"])
        ],
        "total": poll["total_voter_count"],
        "closed": poll["is_closed"],
        "anonymous": poll["is_anonymous"],
        "multiple": poll["allows_multiple_answers"],
        "revocable": poll["allows_revoting"],
    }


def see_buttons(message: dict[str, Any]) -> list[list[View]]:
    rows = message.get("reply_markup", {}).get("inline_keyboard", [])
    return [[_see_button(button) for button in row] for row in rows]


def _see_button(button: dict[str, Any]) -> View:
    view: View = {"label": button["text"], "data": button.get("callback_data")}
    if "url" in button:
        view["url"] = button["url"]
    if "copy_text" in button:
        view["copy"] = button["copy_text"]["text"]
    if "style" in button:
        view["style"] = button["style"]
    return view


def _see_event(chat: Chat, event: dict[str, Any], bot_id: int) -> View:
    if "message" in event:
        return {**event, "message": see_message(chat, event["message"], bot_id)}
    return event


def _see_reply_keyboard(chat: Chat) -> list[list[View]]:
    """Rows of keys; one that `asks` for a contact or a location shares it instead of sending its label."""
    rows = (chat.reply_keyboard or {}).get("keyboard", [])
    return [[_see_key(key if isinstance(key, dict) else {"text": key}) for key in row] for row in rows]


def _see_key(key: dict[str, Any]) -> View:
    return {"label": key["text"], "asks": next((what for what in ("contact", "location") if key.get(f"request_{what}")), None)}


SHOWN = 200
ATTACHED = (
    "photo", "voice", "animation", "document", "sticker", "contact", "venue", "location", "video", "video_note", "audio",
    "poll", "dice",
)  # fmt: skip
