"""Raw updates read without building objects; whatever arrives, reading it never raises."""

from __future__ import annotations

import json
import traceback
from typing import Any

import orjson

from bot.arrivals import Arrival
from bot.buttons import Sign, decode
from conversations.inputs import Refused, Words

ALLOWED = ("message", "edited_message", "callback_query", "my_chat_member")
"""The kinds of update asked of Telegram."""

LARGEST = 1 << 20  # bytes; Telegram itself drops updates over 512 KiB

NOT_TAKEN = (
    "photo", "voice", "video", "video_note", "audio", "document", "sticker", "animation", "contact", "location",
    "venue", "poll", "dice", "story", "game", "paid_media", "checklist",
)  # fmt: skip
"""Things a message can hold that are kindly declined (DP-08)."""


def loads(body: bytes) -> Any:
    """JSON of a request or answer. Lone surrogates, which orjson refuses, are let through to be cleaned later.

    Raises ValueError on anything that is not JSON.
    """
    try:
        return orjson.loads(body)
    except orjson.JSONDecodeError:
        try:
            return json.loads(body)
        except RecursionError:
            msg = "nested deeper than anything Telegram sends"
            raise ValueError(msg) from None


def read(update: Any, sign: Sign) -> Arrival | None:
    """The arrival in an update; None when it has no number and so can be neither kept nor answered."""
    number = number_of(update)
    if number is None:
        return None
    try:
        for kind, reader in READERS.items():
            if kind in update:
                return reader(update, update[kind], sign)
    except Exception:  # noqa: BLE001 - the door stays open for everyone else, whatever one update holds
        return Arrival(number, _anyone(update), update, trace=traceback.format_exc())
    return Arrival(number, 0, update)


def number_of(update: Any) -> int | None:
    """The number of an update; None when it has none that can be kept."""
    number = update.get("update_id") if isinstance(update, dict) else None
    return number if type(number) is int and -(2**63) <= number < 2**63 else None


def _read_message(update: dict[str, Any], message: dict[str, Any], _sign: Sign) -> Arrival:
    chat = message["chat"]
    chat_id = _whole(chat["id"])
    if chat.get("type") != "private":
        return Arrival(update["update_id"], chat_id, update, group=chat.get("type") in {"group", "supergroup"})
    if message.get("from", {}).get("is_bot"):
        return Arrival(update["update_id"], chat_id, update)
    text = message.get("text")
    if isinstance(text, str):
        said_at = message.get("date")
        return Arrival(update["update_id"], chat_id, update, Words(text), said_at=said_at if type(said_at) is int else 0)
    refused = next((kind for kind in NOT_TAKEN if kind in message), None)
    return Arrival(update["update_id"], chat_id, update, Refused(refused) if refused else None)


def _read_edit(update: dict[str, Any], message: dict[str, Any], _sign: Sign) -> Arrival:
    return Arrival(update["update_id"], _whole(message["chat"]["id"]), update)  # an answer stands as it was first sent


def _read_tap(update: dict[str, Any], query: dict[str, Any], sign: Sign) -> Arrival:
    message = query.get("message") or {}
    chat_id = _whole(query["from"]["id"])  # whoever tapped, whatever the message claims
    if (message.get("chat") or {}).get("type", "private") != "private":
        return Arrival(update["update_id"], chat_id, update, query_id=str(query["id"]))
    data, message_id = str(query.get("data", "")), _whole(message.get("message_id", 0))
    given = decode(data, chat_id, sign) or Refused("forged")
    mark = _mark(sign(chat_id, f"{query['id']}|{message_id}|{data}"))
    return Arrival(update["update_id"], chat_id, update, given, str(query["id"]), message_id, mark=mark)


def _mark(digits: str) -> int:
    """A number that no update has: those of Telegram are positive."""
    return -1 - (int(digits, 16) >> 2)


def _read_membership(update: dict[str, Any], change: dict[str, Any], _sign: Sign) -> Arrival:
    chat_id = _whole(change["chat"]["id"])
    status = change["new_chat_member"]["status"]
    if change["chat"].get("type") != "private":
        return Arrival(update["update_id"], chat_id, update, group=status in {"member", "administrator", "restricted"})
    return Arrival(update["update_id"], chat_id, update, state="blocked" if status in {"kicked", "left"} else "open")


def _whole(value: object) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or not -(2**63) <= value < 2**63:
        msg = f"not a whole number: {value!r}"
        raise TypeError(msg)
    return value


def _anyone(update: dict[str, Any]) -> int:
    """The private chat an unreadable update most likely came from, so that they can be told; 0 when it cannot be seen."""
    for kind in READERS:
        part = update.get(kind)
        for holder in (part, part.get("message") if isinstance(part, dict) else None):
            chat = holder.get("chat") if isinstance(holder, dict) else None
            if isinstance(chat, dict) and chat.get("type") == "private" and isinstance(chat.get("id"), int):
                return int(chat["id"]) if abs(chat["id"]) < 2**63 else 0
    return 0


READERS = {
    "message": _read_message,
    "edited_message": _read_edit,
    "callback_query": _read_tap,
    "my_chat_member": _read_membership,
}
