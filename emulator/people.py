"""What a simulated person does: write, send things, tap, block, come back, add the bot to a group."""

import re
from typing import Any

from emulator.images import blank
from emulator.refusals import ActRefusedError
from emulator.text import clean, find_entities, split
from emulator.world import Chat, Person, Tap, World

Message = dict[str, Any]


def write(world: World, chat: Chat, person: Person, text: str, reply_to: int | None = None) -> list[int]:
    """Send a text, in several messages if it is long; return their ids."""
    _check_can_write(person)
    parts = [part for part in (clean(part, [])[0] for part in split(text)) if part]
    if not parts:
        raise ActRefusedError("there is nothing to send")
    return [_send(world, chat, person, {"text": part, **_marked(part)}, reply_to) for part in parts]


def attach(world: World, chat: Chat, person: Person, kind: str, caption: str = "") -> int:
    """Send something that is not text; return its message id."""
    _check_can_write(person)
    if kind not in ATTACHMENTS:
        raise ActRefusedError(f"nobody can send a {kind}; they can send: {', '.join(ATTACHMENTS)}")
    content: Message = {kind: ATTACHMENTS[kind]}
    if kind == "contact":
        content = {kind: {**ATTACHMENTS[kind], "first_name": person.first_name, "user_id": person.id}}
    for file in content[kind] if isinstance(content[kind], list) else [content[kind]]:
        if "file_id" in file:
            world.files.lend(kind, file["file_id"], file["file_unique_id"], _content(kind, file))
    return _send(world, chat, person, {**content, "caption": caption} if caption else content)


def send_file(world: World, chat: Chat, person: Person, name: str, content: bytes, media_type: str) -> int:
    """Send a document of their own; return its message id."""
    _check_can_write(person)
    number = world.number_tap()
    document = {**_file(f"own-{number}", file_name=name, mime_type=media_type), "file_size": len(content)}
    world.files.lend("document", document["file_id"], document["file_unique_id"], content)
    return _send(world, chat, person, {"document": document})


def _content(kind: str, file: dict[str, Any]) -> bytes:
    """The bytes of a file: a photo is a picture, for a bot may send it back."""
    size: int = file["file_size"]
    return blank(file["width"], file["height"], size) if kind == "photo" else bytes(size)


def start(world: World, person: Person, payload: str = "") -> int:
    """Press Start, as from a link with a payload; it unblocks too."""
    if not PAYLOAD.fullmatch(payload):
        raise ActRefusedError("a link carries at most 64 of A-Z, a-z, 0-9, _ and -; anything else has to be typed")
    if person.blocked:
        unblock(world, person)
    return write(world, world.chats[person.id], person, f"/start {payload}".strip())[0]


def edit(world: World, chat: Chat, person: Person, message_id: int, text: str) -> None:
    """Change one's own earlier message."""
    _check_can_write(person)
    old = chat.messages.get(message_id)
    if old is None or old["from"]["id"] != person.id or "text" not in old:
        raise ActRefusedError("there is no such text of this person's")
    new = {name: value for name, value in old.items() if name != "entities"}
    new |= {"text": text, "edit_date": world.today(), **_marked(text)}
    chat.reworded.add(message_id)
    chat.put("own-edit", new)
    update = world.tell_bot("edited_message", new, f"chat{chat.id}")
    world.history.write("edit", person=person.id, chat=chat.id, message_id=message_id, text=text, update_id=update)


def tap(world: World, chat: Chat, person: Person, message_id: int, data: str) -> str:
    """Press a button; return the id of the query the bot should answer. Whether it is there, others check."""
    if person.deactivated:
        raise ActRefusedError("this account is deleted")
    query = Tap(world.number_tap(), person, chat, message_id, world.clock.now())
    world.taps[query.id] = query
    message = chat.messages.get(message_id) or {"chat": chat.as_json, "message_id": message_id, "date": 0}
    payload = {
        "id": query.id,
        "from": person.user(),
        "message": message,
        "chat_instance": str(chat.id * 31),
        "data": data,
    }
    world.flood.hear(chat.id)
    chat.show("tapped", query.at, query_id=query.id, message_id=message_id, data=data)
    update = world.tell_bot("callback_query", payload, f"user{person.id}")
    world.history.write(
        "tap", person=person.id, chat=chat.id, message_id=message_id, data=data, query_id=query.id, update_id=update
    )
    return query.id


def block(world: World, person: Person) -> None:
    if not person.blocked:
        person.blocked = True
        _tell_status(world, world.chats[person.id], person, "member", "kicked")


def unblock(world: World, person: Person) -> None:
    if person.blocked:
        person.blocked = False
        _tell_status(world, world.chats[person.id], person, "kicked", "member")


def deactivate(world: World, person: Person) -> None:
    """Delete the account; the bot is not told."""
    person.deactivated = True
    world.history.write("deactivate", person=person.id)


def add_bot(world: World, person: Person, title: str) -> Chat:
    """Make a group and add the bot to it."""
    group = world.new_group(title)
    _tell_status(world, group, person, "left", "member")
    _send(world, group, person, {"new_chat_members": [world.bot]})
    return group


def migrate(world: World, person: Person, group: Chat) -> Chat:
    """Make a group a supergroup, as its owner; the bot is told in both."""
    new = world.migrate(group)
    _send(world, group, person, {"migrate_to_chat_id": new.id})
    _send(world, new, person, {"migrate_from_chat_id": group.id})
    return new


def leave_group(world: World, group: Chat) -> None:
    """The bot goes; Telegram tells it so."""
    group.bot_status = "left"
    group.show("left", world.clock.now())
    _tell_status(world, group, None, "member", "left")


def _tell_status(world: World, chat: Chat, person: Person | None, old: str, new: str) -> None:
    until = {"until_date": 0} if "kicked" in {old, new} else {}
    payload = {
        "chat": chat.as_json,
        "from": world.bot if person is None else person.user(),
        "date": world.today(),
        "old_chat_member": {"user": world.bot, "status": old, **(until if old == "kicked" else {})},
        "new_chat_member": {"user": world.bot, "status": new, **(until if new == "kicked" else {})},
    }
    update = world.tell_bot("my_chat_member", payload, f"status{chat.id}")
    who = None if person is None else person.id
    world.history.write("status", person=who, chat=chat.id, old=old, new=new, update_id=update)


def _send(world: World, chat: Chat, person: Person, content: Message, reply_to: int | None = None) -> int:
    person.opened = True
    world.flood.hear(chat.id)
    message: Message = {
        "message_id": world.number_message(),
        "from": person.user(),
        "chat": chat.as_json,
        "date": world.today(),
        **content,
    }
    if reply_to in chat.messages:
        message["reply_to_message"] = {k: v for k, v in chat.messages[reply_to].items() if k != "reply_to_message"}
    chat.put("own", message)
    update = None
    if chat.bot_status == "member":
        update = world.tell_bot("message", message, f"chat{chat.id}")
    world.history.write(
        "send", person=person.id, chat=chat.id, message_id=message["message_id"], content=content, update_id=update
    )
    return int(message["message_id"])


def _marked(text: str) -> Message:
    entities = find_entities(text)
    return {"entities": entities} if entities else {}


def _check_can_write(person: Person) -> None:
    if person.deactivated:
        raise ActRefusedError("this account is deleted")
    if person.blocked:
        raise ActRefusedError("this person has blocked the bot; unblock or start first")


PAYLOAD = re.compile(r"[A-Za-z0-9_-]{0,64}")


def _file(name: str, **more: object) -> dict[str, Any]:
    return {"file_id": f"local-{name}", "file_unique_id": name, "file_size": 12_345, **more}


ATTACHMENTS: dict[str, Any] = {
    "photo": [_file("photo-small", width=90, height=67), _file("photo", width=800, height=600)],
    "voice": _file("voice", duration=4, mime_type="audio/ogg"),
    "document": _file("document", file_name="letter.pdf", mime_type="application/pdf"),
    "sticker": _file("sticker", type="regular", width=512, height=512, is_animated=False, is_video=False, emoji="👍"),
    "contact": {"phone_number": "+447700900123"},
    "location": {"latitude": 53.48, "longitude": -2.24},
    "video": _file("video", width=640, height=480, duration=7, mime_type="video/mp4"),
    "poll": {
        "id": "5000000000000000001",
        "question": "Which day?",
        "options": [
            {"persistent_id": "a", "text": "Monday", "voter_count": 0},
            {"persistent_id": "b", "text": "Friday", "voter_count": 0},
        ],
        "total_voter_count": 0,
        "is_closed": False,
        "is_anonymous": True,
        "type": "regular",
        "allows_multiple_answers": False,
        "allows_revoting": True,
        "members_only": False,
    },
    "dice": {"emoji": "🎲", "value": 4},
}
