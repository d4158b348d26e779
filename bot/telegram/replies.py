"""A calendar's reply sent into a chat: fetched before its turn, and taken for what a button under the date would say.

Any other document is declined as ever, unopened.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import orjson
import structlog
from sqlalchemy import Connection
from sqlalchemy.ext.asyncio import AsyncEngine

from bot import calendars, replying
from bot.arrivals import TELEGRAM, Arrival
from bot.house import House
from bot.telegram.wire import FETCHING, NotSentError, UnknownOutcomeError, Wire
from conversations.inputs import Attend, Input, Refused
from storage import people
from storage.database import READING
from storage.events import feeds

log = structlog.get_logger()

MOST = 8
"""Files fetched for one batch: nobody's answer waits for more."""

UNREAD, OLD = Refused("calendar"), Refused("calendar-old")


class Replies:
    """Reads the replies among arrivals."""

    def __init__(self, wire: Wire, engine: AsyncEngine, house: House) -> None:
        self._wire = wire
        self._engine = engine
        self._house = house

    async def open(self, arrivals: Sequence[Arrival]) -> list[Arrival]:
        """The same arrivals, replies read; those that cannot be read are declined with words of their own."""
        files = [one for one in arrivals if is_reply(one)]
        if not files:
            return list(arrivals)
        read: dict[int, Input] = {one.update_id: UNREAD for one in files[MOST:]}
        given = await asyncio.gather(*map(self._read, files[:MOST]))
        read |= {one.update_id: each for one, each in zip(files, given, strict=False)}
        return [replace(one, given=read[one.update_id]) if one.update_id in read else one for one in arrivals]

    async def _read(self, one: Arrival) -> Input:
        """What one file asks for. Whatever is wrong with it is wrong with it alone: the others go on."""
        try:
            return await self._look_into(one)
        except Exception as error:  # noqa: BLE001 - anybody may send a file, and no file may stop the bot
            log.warning("calendar reply not read", error=type(error).__name__)
            return UNREAD

    async def _look_into(self, one: Arrival) -> Input:
        content = await self._fetch(str(one.update["message"]["document"].get("file_id", "")))
        if content is None:
            return UNREAD
        try:
            reply = calendars.read_reply(content)
        except calendars.ReplyError:
            return UNREAD
        async with self._engine.connect() as connection:
            await connection.execution_options(**READING)
            return await connection.run_sync(self._understand, one.chat_id, reply)

    async def _fetch(self, file_id: str) -> bytes | None:
        try:
            told = await self._wire.call("getFile", orjson.dumps({"file_id": file_id}), FETCHING)
        except (NotSentError, UnknownOutcomeError):
            return None
        path = told.result.get("file_path") if told.ok and isinstance(told.result, dict) else None
        return await self._wire.fetch(path, calendars.LARGEST) if isinstance(path, str) else None

    def _understand(self, db: Connection, chat_id: int, reply: calendars.Reply) -> Input:
        """What it asks for, if it is about a place of whoever sent it."""
        house = self._house
        lookup = house.keys.lookup(house.bot_id, TELEGRAM, str(chat_id))
        known = people.find(db, house.bot_id, TELEGRAM, [lookup]).get(lookup)
        code = calendars.place_of(reply.uid, feeds.organisation(db, house.organisation_id))
        entry = feeds.find(db, house.organisation_id, [code]).get(code) if code else None
        if known is None or entry is None or entry.person_id != known.id:
            return UNREAD
        return OLD if reply.sequence < entry.sequence else Attend(replying.asks(entry, reply.partstat), entry.occasion)


def is_reply(one: Arrival) -> bool:
    """Whether a document may be a calendar file: by its name or kind, and small enough to be one."""
    if one.given != Refused("document"):
        return False
    document: Any = one.update["message"]["document"]
    if not isinstance(document, dict) or not isinstance(document.get("file_size"), int):
        return False
    named = str(document.get("file_name", "")).lower().endswith(".ics") or document.get("mime_type") == "text/calendar"
    return named and 0 < document["file_size"] <= calendars.LARGEST
