"""Posts letters: one in flight a chat, in order, each outcome told to the turn loop to be recorded.

A reply is tried until it is known what became of it. What the bot starts by itself is tried once; when it certainly did not
go out it is `pending` again, and `dispatch` knows when it may go.
"""

from __future__ import annotations

import asyncio
import random
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import orjson
import structlog

from bot.desk import Tapped
from bot.telegram.album import Album
from bot.telegram.pacer import TICK, Pacer
from bot.telegram.wire import NotSentError, Reply, UnknownOutcomeError, Wire
from storage.letters.outbox import FAILED, NEVER_TWICE, PENDING, REPLY, SENT, UNKNOWN, Letter, Settled

log = structlog.get_logger()

_RETRY = (0.2, 0.5, 1, 2, 5, 10, 30)  # seconds between tries of a call that never reached Telegram
_LOOK_EVERY, _LOOK_FIRST = 1.0, 0.1  # seconds between two looks whether a wait is over sooner: of each chat, of the first in line
_TAP_LIFE = 15.0  # seconds after which nobody looks at the spinner any more

REFUSED, IN_VAIN = "refused", "in vain"
"""Why a letter is `pending` again: Telegram said to wait, or it was not there to hear."""

GONE = {
    "bot was blocked by the user": "blocked",
    "user is deactivated": "gone",
    "chat not found": "gone",
    "bot can't initiate conversation with a user": "blocked",
    "peer_id_invalid": "gone",
}
"""Words in a refusal that mean a person cannot be reached -> the state of their address."""

NOT_HEARD = {401, 404, 409}
"""Answers about the bot, not about the letter: it certainly was not sent, and will be once a person has mended that."""

FINE = ("message is not modified", "query is too old", "message to edit not found", "message can't be edited")
"""Words in a refusal after which there is nothing left to do."""


@dataclass(slots=True)
class _Tries:
    """How often one letter has been tried in vain, and whether it may have gone out already."""

    count: int = 0
    repeated: bool = False

    async def pause(self) -> None:
        """Wait before the next try, longer each time, and not all chats alike: they failed at the same moment."""
        await asyncio.sleep(_RETRY[min(self.count, len(_RETRY) - 1)] * random.uniform(0.8, 1.2))  # noqa: S311 - no secret
        self.count += 1


class Sender:
    """Sends letters. `settled` is called, in the event loop, with what became of each."""

    def __init__(
        self,
        wire: Wire,
        pacer: Pacer,
        settled: Callable[[Settled], None],
        album: Album,
    ) -> None:
        self._wire = wire
        self._album = album
        self._pacer = pacer
        self._settled = settled
        self._queues: dict[int, deque[Letter]] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self._line = asyncio.Lock()  # of replies that had to wait
        self._stopping = False

    def post(self, letters: Sequence[Letter]) -> None:
        """Take replies whose rows are committed; those of one chat go in this order."""
        for letter in letters:
            queue = self._queues.get(letter.chat_id)
            if queue is None:
                self._queues[letter.chat_id] = deque((letter,))
                self._start(self._serve(letter.chat_id))
            else:
                queue.append(letter)

    def start(self, letter: Letter) -> bool:
        """Send something the bot starts, now; False when its chat is busy: someone is being answered there."""
        if self._stopping or letter.chat_id in self._queues:
            return False
        self._queues[letter.chat_id] = deque((letter,))
        self._start(self._serve(letter.chat_id))
        return True

    def answer(self, taps: Sequence[Tapped]) -> None:
        """Answer taps. Nobody waits for an answer that fails: what was tapped is kept already."""
        for tap in taps:
            self._start(self._answer(tap))

    def holds(self, letter: Letter) -> bool:
        """Whether this letter is waiting here, or in flight."""
        return any(one.id == letter.id for one in self._queues.get(letter.chat_id, ()))

    async def close(self, patience: float) -> None:
        """Finish what is in flight, for at most `patience` seconds; what is only waiting stays in the outbox."""
        self._stopping = True
        if self._tasks:
            _, late = await asyncio.wait(self._tasks, timeout=patience)
            for task in late:
                task.cancel()
            await asyncio.gather(*late, return_exceptions=True)

    def _start(self, work: Any) -> None:
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _serve(self, chat_id: int) -> None:
        """Everything waiting for one chat, one after the other."""
        queue = self._queues[chat_id]
        try:
            while queue and not self._stopping:
                try:
                    outcome = await self._deliver(queue[0])
                except Exception:  # one letter must not hold up the next
                    log.exception("a letter could not be sent", kind=queue[0].kind)
                    outcome = queue[0].became(FAILED, "fault")
                if outcome is None:
                    break
                queue.popleft()
                self._settled(outcome)
            for letter in queue:  # closing: none of these went out, and the next process sends them as if for the first time
                self._settled(letter.became(PENDING))
        finally:
            del self._queues[chat_id]

    async def _deliver(self, letter: Letter) -> Settled | None:
        """What became of one letter; None when the sender is closing and it was not sent."""
        tries = _Tries()
        while not self._stopping:
            if letter.lane == REPLY and not await self._await_place(letter.chat_id):
                break
            outcome = await self._try(letter, tries)
            if outcome.state != PENDING or letter.lane != REPLY:
                return outcome
            if outcome.reason == IN_VAIN:
                await tries.pause()
        return None

    async def _await_place(self, chat_id: int) -> bool:
        """Wait until a reply may go: at once, or, if it had to wait, in its turn. False when the sender is closing."""
        waited = False
        while not self._stopping:
            now = _now()
            wait = self._pacer.reply_at(chat_id, now) - now
            if wait > 0:
                waited = True
                await asyncio.sleep(max(min(wait, _LOOK_EVERY), TICK))
            elif not (waited or self._pacer.is_halted(now)) or await self._stand_in_line(chat_id):
                return True
        return False

    async def _stand_in_line(self, chat_id: int) -> bool:
        """Whether the turn of this chat came before it was told to wait elsewhere."""
        self._pacer.in_line += 1
        try:
            async with self._line:
                while not self._stopping and self._pacer.reply_at(chat_id, now := _now()) <= now:
                    wait = self._pacer.place_at(now) - now
                    if wait <= 0:
                        self._pacer.take_place(now)
                        return True
                    await asyncio.sleep(max(min(wait, _LOOK_FIRST), TICK))
        finally:
            self._pacer.in_line -= 1
        return False

    async def _try(self, letter: Letter, tries: _Tries) -> Settled:
        """Call once; `pending` when the call is to be made again."""
        again, began = letter.became(PENDING, IN_VAIN), _now()
        try:
            reply = await self._send(letter)
        except NotSentError as error:
            log.warning("not sent", reason=str(error))
            return again
        except UnknownOutcomeError as error:
            log.warning("outcome unknown", reason=str(error), kind=letter.kind)
            if tries.repeated or letter.policy == NEVER_TWICE:
                return letter.became(UNKNOWN, str(error)[:64])
            tries.repeated = True  # a reply to a person's own action may be repeated once
            return again
        if reply.code in NOT_HEARD:
            log.error("Telegram does not know this bot, or another program uses its token", code=reply.code)
            return again
        if reply.code == 429:  # noqa: PLR2004 - Too Many Requests: certainly not sent
            until = self._pacer.refused(letter.chat_id, reply.retry_after, now := _now(), reply=letter.lane == REPLY)
            log.warning("asked to wait", seconds=round(until - now, 1))
            return letter.became(PENDING, REFUSED)
        self._pacer.heard(letter.chat_id, began, _now())
        return self._judge(letter, reply)

    async def _send(self, letter: Letter) -> Reply:
        match letter.kind:
            case "photo" | "paper":
                return await self._album.send(letter)
            case "file":
                about = {"chat_id": letter.chat_id, "caption": letter.content["caption"]}
                content = letter.content["text"].encode()
                return await self._wire.upload("sendDocument", about, "document", letter.content["file"], content)
        return await self._wire.tell(*compose(letter))

    def _judge(self, letter: Letter, reply: Reply) -> Settled:
        """What an answer that is final means for a letter."""
        if reply.ok:
            return letter.became(SENT)
        words = reply.description.lower()
        if any(fine in words for fine in FINE):
            return letter.became(SENT)
        state = next((state for said, state in GONE.items() if said in words), None)
        log.warning("refused", code=reply.code, why=reply.description[:80], kind=letter.kind)
        return letter.became(FAILED, state or str(reply.code), lost=letter.chat_id if state else None)

    async def _answer(self, tap: Tapped) -> None:
        arguments = {"callback_query_id": tap.query_id}
        if tap.words:
            arguments["text"] = tap.words
        try:
            await self._wire.tell("answerCallbackQuery", orjson.dumps(arguments), _TAP_LIFE)
        except (NotSentError, UnknownOutcomeError, TypeError):  # TypeError: the tap's id is no text that can be sent
            log.info("tap not answered")


def _now() -> float:
    return asyncio.get_running_loop().time()


def compose(letter: Letter) -> tuple[str, bytes]:
    """The Bot API method and JSON body of a letter; those of photos and files are forms."""
    content = letter.content
    match letter.kind:
        case "say":
            arguments: dict[str, Any] = {
                "chat_id": letter.chat_id,
                "text": content["text"],
                "link_preview_options": {"is_disabled": True},
            }
            if content["bold"] or "moments" in content:
                arguments["entities"] = _entities(content)
            if content["rows"]:
                arguments["reply_markup"] = _keyboard(content["rows"])
            if content.get("paid"):
                arguments["allow_paid_broadcast"] = True
            return "sendMessage", orjson.dumps(arguments)
        case "mark":
            place = {"chat_id": letter.chat_id, "message_id": content["message"]}
            return "editMessageReplyMarkup", orjson.dumps({**place, "reply_markup": _keyboard(content["rows"])})
        case "leave":
            return "leaveChat", orjson.dumps({"chat_id": letter.chat_id})
    msg = f"no such kind of letter: {letter.kind}"
    raise ValueError(msg)


def _entities(content: Mapping[str, Any]) -> list[dict[str, Any]]:
    """What stands out in a text: its bold parts, and moments, which each reader's own program tells by their clock."""
    bold = [{"type": "bold", "offset": at, "length": of} for at, of in content["bold"]]
    told = {"type": "date_time", "date_time_format": MOMENT}
    return bold + [{**told, "offset": at, "length": of, "unix_time": unix} for at, of, unix in content.get("moments", ())]


MOMENT = "wDt"
"""Weekday, day and time, as Telegram's programs write them."""


def _keyboard(rows: Sequence[Sequence[tuple[str, str]]]) -> dict[str, Any]:
    return {"inline_keyboard": [[{"text": label, "callback_data": data} for label, data in row] for row in rows]}
