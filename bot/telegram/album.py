"""Pictures and papers on their way out: fetched only now; in words when Telegram takes neither.

A picture is uploaded once, then sent by the file id Telegram gave. A paper goes to few people, so it is uploaded each time.
"""

from __future__ import annotations

import asyncio
from typing import Any

import orjson
import structlog
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncEngine

from bot.telegram.wire import NotSentError, Reply, Wire
from storage import pictures
from storage.database import READING
from storage.groups import papers
from storage.letters.outbox import Letter

log = structlog.get_logger()

UNKNOWN_ID = ("wrong file identifier", "wrong remote file identifier", "invalid remote file identifier", "wrong file_id")
"""Words in a refusal that mean a file id is worth nothing any more."""

REFUSED = {400, 413}
"""Answers that mean this picture will not be taken, or this chat; the words that follow it find out which."""


class Album:
    """The pictures of one bot. What it keeps outlives it: a row a bot and picture, read when first needed."""

    def __init__(self, wire: Wire, engine: AsyncEngine, organisation_id: int, bot_id: int) -> None:
        self._wire = wire
        self._engine = engine
        self._organisation_id = organisation_id
        self._bot_id = bot_id
        self._reading = asyncio.Lock()  # one at a time: turns need the few connections there are
        self._ids: dict[str, str] = {}
        self._uploading: dict[str, asyncio.Event] = {}

    async def send(self, letter: Letter) -> Reply:
        """What Telegram answered, about the picture or about the words in its place. Raises as the wire does."""
        shown = self._hand_over(letter) if letter.kind == "paper" else self._show(letter, letter.content["picture"])
        reply = await shown
        if reply.code not in REFUSED:
            return reply
        log.warning("a picture or paper was refused", why=reply.description[:80])
        words = {"chat_id": letter.chat_id, "text": letter.content["instead"]}
        return await self._wire.tell("sendMessage", orjson.dumps(words))

    async def _hand_over(self, letter: Letter) -> Reply:
        async with self._reading:
            found = await self._ask(papers.content, *letter.content["paper"])
        if found is None:
            return Reply(400, description="the paper is not kept here")
        return await self._wire.upload("sendDocument", _about(letter), "document", *found)

    async def _show(self, letter: Letter, picture: str) -> Reply:
        file_id = await self._find(picture)
        if not file_id:
            return await self._upload(letter, picture)
        reply = await self._wire.tell("sendPhoto", orjson.dumps({**_about(letter), "photo": file_id}))
        if not any(words in reply.description.lower() for words in UNKNOWN_ID):
            return reply
        await self._forget(picture, file_id)
        return await self._show(letter, picture)

    async def _find(self, picture: str) -> str:
        """The file id of a picture, once whoever uploads it at this moment is through; empty when there is none."""
        if picture not in self._ids:
            async with self._reading:
                if picture not in self._ids:
                    self._ids[picture] = await self._ask(pictures.file_id, self._bot_id, picture)
        if not self._ids[picture] and picture in self._uploading:
            await self._uploading[picture].wait()
        return self._ids[picture]

    async def _upload(self, letter: Letter, picture: str) -> Reply:
        """Send the bytes. If the first to do so fails, those who waited for it go on side by side."""
        first = picture not in self._uploading
        through = self._uploading.setdefault(picture, asyncio.Event())
        try:
            async with self._reading:
                content = await self._ask(pictures.content, self._organisation_id, picture)
            if content is None:
                return Reply(400, description="the picture is not kept here")
            reply = await self._wire.upload("sendPhoto", _about(letter), "photo", _file_name(content), content)
            if reply.ok:
                await self._remember(picture, _file_id(reply.result))
            return reply
        finally:
            if first:
                through.set()
                del self._uploading[picture]

    async def _remember(self, picture: str, file_id: str) -> None:
        if not file_id:
            return
        self._ids[picture] = file_id
        await self._try(pictures.remember, self._bot_id, picture, file_id)

    async def _forget(self, picture: str, file_id: str) -> None:
        if self._ids[picture] != file_id:  # others met the same refusal before
            return
        self._ids[picture] = ""
        await self._try(pictures.forget, self._bot_id, picture, file_id)

    async def _ask(self, work: Any, *arguments: Any) -> Any:
        """Something out of the database. Raises NotSentError when it cannot be had: the letter can still go later."""
        try:
            async with self._engine.execution_options(**READING).connect() as connection:
                return await connection.run_sync(work, *arguments)
        except (SQLAlchemyError, OSError) as error:
            raise NotSentError(type(error).__name__) from None

    async def _try(self, work: Any, *arguments: Any) -> None:
        """Write something that can be found out again."""
        try:
            async with self._engine.begin() as connection:
                await connection.run_sync(work, *arguments)
        except (SQLAlchemyError, OSError) as error:
            log.warning("a file id was not kept", reason=type(error).__name__)


def _about(letter: Letter) -> dict[str, Any]:
    return {"chat_id": letter.chat_id, "caption": letter.content["caption"]}


def _file_name(content: bytes) -> str:
    return "picture.png" if content.startswith(b"\x89PNG") else "picture.jpg"


def _file_id(message: Any) -> str:
    """The file id of a photo just sent, in its largest size; empty where an answer holds none."""
    try:
        return str(message["photo"][-1]["file_id"])
    except (KeyError, IndexError, TypeError):
        return ""
