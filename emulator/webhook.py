"""Webhook deliveries: one at a time in each lane, lanes side by side, retried until the update expires."""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

import aiohttp

from emulator.clock import Clock
from emulator.history import History
from emulator.updates import UpdateQueue, Waiting


@dataclass(frozen=True)
class Settings:
    """What setWebhook was given."""

    url: str
    secret: str
    max_connections: int


@dataclass(frozen=True)
class Answer:
    """What came back for a delivery: `status` 0 when nothing did; `retry_after` in seconds."""

    status: int
    problem: str = ""
    retry_after: float | None = None
    content_type: str = ""
    body: bytes = b""

    @property
    def accepted(self) -> bool:
        return 200 <= self.status <= 299  # noqa: PLR2004  what HTTP calls success


class Webhook:
    """Delivers what is queued for as long as an address is set."""

    def __init__(self, queue: UpdateQueue, clock: Clock, history: History, retry_scale: float = 1.0) -> None:
        self._queue, self._clock, self._history = queue, clock, history
        self.retry_scale = retry_scale
        self.settings: Settings | None = None
        self.last_error: tuple[int, str] | None = None
        self.on_reply: Callable[[Answer], Awaitable[None]] | None = None
        self.repeats: Callable[[], bool] = bool
        self._lanes: dict[str, deque[Waiting]] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self._slots = asyncio.Semaphore(1)
        self._session: aiohttp.ClientSession | None = None

    def set(self, settings: Settings | None) -> None:
        """Deliver to this address from now on, beginning with what waits; None ends all deliveries."""
        for task in self._tasks:
            task.cancel()
        self._lanes.clear()
        self.settings, self.last_error = settings, None
        self._queue.listener = None
        if settings is None:
            return
        self._slots = asyncio.Semaphore(settings.max_connections)
        self._queue.listener = self._submit
        waiting = [*self._queue.again, *self._queue.waiting.values()]
        self._queue.again.clear()
        for update in waiting:
            self._submit(update)

    async def close(self) -> None:
        self.set(None)
        await asyncio.gather(*self._tasks, return_exceptions=True)
        if self._session is not None:
            await self._session.close()

    def _submit(self, update: Waiting) -> None:
        lane = self._lanes.get(update.lane)
        if lane is not None:
            lane.append(update)
            return
        self._lanes[update.lane] = deque([update])
        task = asyncio.create_task(self._serve(update.lane))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _serve(self, name: str) -> None:
        lane = self._lanes[name]
        while lane:
            await self._deliver(lane[0])
            lane.popleft()
        del self._lanes[name]

    async def _deliver(self, update: Waiting) -> None:
        failures = 0
        while update.expires > self._clock.now():
            answer = await self._post(update)
            if answer.accepted:
                await self._settle(update, answer)
                return
            failures += 1
            self.last_error = (int(self._clock.now()), answer.problem)
            wait = _pause(failures) if answer.retry_after is None else answer.retry_after
            await self._clock.sleep(wait * self.retry_scale)
        self._queue.remove(update.update_id)
        self._history.write("expired", update_id=update.update_id, kind=update.kind)

    async def _settle(self, update: Waiting, answer: Answer) -> None:
        self._queue.remove(update.update_id)
        if self.on_reply is not None and answer.body:
            await self.on_reply(answer)
        if self.repeats():
            await self._post(update)

    async def _post(self, update: Waiting) -> Answer:
        async with self._slots:
            answer = await self._send(update)
        self._history.write(
            "delivery", update_id=update.update_id, kind=update.kind, lane=update.lane, status=answer.status,
            accepted=answer.accepted, problem=answer.problem,
        )  # fmt: skip
        return answer

    async def _send(self, update: Waiting) -> Answer:
        if self._session is None:
            connector = aiohttp.TCPConnector(limit=0)
            self._session = aiohttp.ClientSession(connector=connector, timeout=aiohttp.ClientTimeout(total=PATIENCE))
        settings = self.settings
        if settings is None:
            return Answer(0, "the webhook is gone")
        headers = {"Content-Type": "application/json"}
        if settings.secret:
            headers["X-Telegram-Bot-Api-Secret-Token"] = settings.secret
        try:
            async with self._session.post(settings.url, data=update.body, headers=headers, allow_redirects=False) as response:
                return _read(response, await response.read())
        except TimeoutError:
            return Answer(0, "Read timeout expired")
        except aiohttp.ClientConnectorError:
            return Answer(0, "Connection refused")
        except aiohttp.ClientError as problem:
            return Answer(0, f"Connection closed: {type(problem).__name__}")


def _read(response: aiohttp.ClientResponse, body: bytes) -> Answer:
    after = response.headers.get("Retry-After", "")
    return Answer(
        response.status,
        "" if response.ok else f"Wrong response from the webhook: {response.status} {response.reason}",
        min(float(after), LONGEST_RETRY_AFTER) if after.isdigit() else None,
        response.content_type,
        body,
    )


def _pause(failures: int) -> float:
    """The first retry comes at once, then after 2, 4, 8 … seconds."""
    return 0.0 if failures == 1 else min(2.0 ** (failures - 1), LONGEST_PAUSE)


PATIENCE = 60.0
LONGEST_PAUSE = 60.0
LONGEST_RETRY_AFTER = 3600.0
