"""Updates delivered to a bot's webhook: up to 100 kept-alive connections, one update at a time for each person."""

import asyncio
from collections import Counter, deque
from collections.abc import Callable
from time import perf_counter
from typing import cast
from urllib.parse import urlsplit

from benchmarks.updates import Update
from benchmarks.wire import HEAD_END, body_length

MOST_CONNECTIONS = 100
TRY_AGAIN_AFTER = 0.5
SUCCESS = range(200, 300)


class Delivery:
    """What waits for the webhook, and the connections it goes by. `replied` is handed the bodies of the bot's answers."""

    def __init__(self, url: str, secret: str, connections: int, replied: Callable[[bytes], None]) -> None:
        parts = urlsplit(url)
        self._host, self._port = parts.hostname or "", parts.port or 80
        self._head = (
            f"POST {parts.path or '/'} HTTP/1.1\r\nHost: {parts.netloc}\r\nContent-Type: application/json\r\n"
            f"X-Telegram-Bot-Api-Secret-Token: {secret}\r\nContent-Length: "
        ).encode()
        self._replied = replied
        self._room = min(connections, MOST_CONNECTIONS)
        self._idle: list[Connection] = []
        self._opening: set[asyncio.Task[None]] = set()
        self._waiting: deque[Update] = deque()
        self._behind: dict[int, deque[Update]] = {}
        self.refusals: Counter[str] = Counter()

    def put(self, update: Update) -> None:
        """Deliver an update, behind its person's earlier ones."""
        if update.chat in self._behind:
            self._behind[update.chat].append(update)
        else:
            self._behind[update.chat] = deque()
            self._waiting.append(update)
            self._deliver()

    def done(self, connection: "Connection", update: Update, status: int, body: bytes) -> None:
        """Take the bot's answer to an update; what was refused is tried again."""
        self._idle.append(connection)
        if status not in SUCCESS:
            self.again(update, f"HTTP {status}")
            return
        behind = self._behind[update.chat]
        if behind:
            self._waiting.append(behind.popleft())
        else:
            del self._behind[update.chat]
        if body:
            self._replied(body)
        self._deliver()

    def lost(self, connection: "Connection", update: Update | None) -> None:
        """Note that a connection was closed, and take its update back if it carried one."""
        self._room += 1
        if connection in self._idle:
            self._idle.remove(connection)
        if update is not None:
            self.again(update, "connection closed")

    def again(self, update: Update, why: str) -> None:
        """Try an update again in a while."""
        self.refusals[why] += 1
        asyncio.get_running_loop().call_later(TRY_AGAIN_AFTER, self._return, update)

    def _return(self, update: Update) -> None:
        self._waiting.appendleft(update)
        self._deliver()

    def _deliver(self) -> None:
        while self._waiting and self._idle:
            update = self._waiting.popleft()
            update.tap.taken = update.tap.taken or perf_counter()
            self._idle.pop().send(update, self._head)
        for _ in range(min(self._room, len(self._waiting) - len(self._opening))):
            self._room -= 1
            task = asyncio.ensure_future(self._open())
            self._opening.add(task)
            task.add_done_callback(self._opening.discard)

    async def _open(self) -> None:
        loop = asyncio.get_running_loop()
        try:
            _, connection = await loop.create_connection(lambda: Connection(self), self._host, self._port)
        except OSError as error:
            self._room += 1
            self.refusals[str(error)] += 1
            loop.call_later(TRY_AGAIN_AFTER, self._deliver)
            return
        self._idle.append(connection)
        self._deliver()


class Connection(asyncio.Protocol):
    """One connection to the bot's webhook, carrying one update at a time."""

    def __init__(self, delivery: Delivery) -> None:
        self._delivery = delivery
        self._carried: Update | None = None
        self._answer = b""
        self._transport: asyncio.WriteTransport

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.WriteTransport", transport)  # uvloop's are, without saying so

    def connection_lost(self, exc: Exception | None) -> None:  # noqa: ARG002 - either way it is gone
        self._delivery.lost(self, self._carried)

    def send(self, update: Update, head: bytes) -> None:
        """Carry one update."""
        self._carried = update
        self._transport.write(head + b"%d\r\n\r\n" % len(update.body) + update.body)

    def data_received(self, data: bytes) -> None:
        self._answer += data
        end = self._answer.find(HEAD_END)
        if end < 0 or self._carried is None:
            return
        head, start = self._answer[:end], end + len(HEAD_END)
        stop = start + body_length(head)
        if len(self._answer) >= stop:
            update, body = self._carried, self._answer[start:stop]
            self._carried, self._answer = None, self._answer[stop:]
            self._delivery.done(self, update, int(head.split(b" ", 2)[1]), body)
