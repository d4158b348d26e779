"""Webhook deliveries: one at a time in each lane, lanes side by side, retried until the update expires."""

import asyncio
import heapq
import math
import random
from collections import deque
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from emulator.clock import Bell, Clock
from emulator.connections import Connections
from emulator.courier import Answer, Courier, Settings
from emulator.history import History
from emulator.updates import UpdateQueue, Waiting


@dataclass
class Lane:
    """The updates of one chat, person or poll, oldest first; the rest is about the oldest."""

    updates: deque[Waiting]
    failures: int = 0
    delay: float = 1.0


class Webhook:
    """Delivers what is queued for as long as an address is set."""

    def __init__(self, queue: UpdateQueue, clock: Clock, history: History, retry_scale: float = 1.0) -> None:
        self._queue, self._clock, self._history = queue, clock, history
        self.retry_scale = retry_scale
        self.settings: Settings | None = None
        self.last_error: tuple[int, str] | None = None
        self.on_reply: Callable[[Answer], Awaitable[None]] | None = None
        self.repeats: Callable[[], bool] = bool
        self.lateness: Callable[[], float] = float
        self.chance = random.Random(0)  # noqa: S311  must be repeatable, not secret
        self._lanes: dict[str, Lane] = {}
        self._due: list[tuple[float, int, str]] = []
        self._turn = 0
        self._tasks: set[asyncio.Task[None]] = set()
        self._dispatcher: asyncio.Task[None] | None = None
        self._bell = Bell()
        clock.moved.followers.append(self._bell)
        self._connections = Connections(1)
        self._courier = Courier()
        self._gone_since: float | None = None

    def set(self, settings: Settings | None) -> None:
        """Deliver to this address from now on, beginning with what waits; None ends all deliveries."""
        for task in self._tasks:
            task.cancel()
        self._lanes.clear()
        self._due.clear()
        self.settings, self.last_error, self._gone_since = settings, None, None
        self._queue.listener = None
        if settings is None:
            return
        self._connections = Connections(settings.max_connections, self.retry_scale)
        self._queue.listener = self._submit
        waiting = [*self._queue.again, *self._queue.waiting.values()]
        self._queue.again.clear()
        for update in waiting:
            self._submit(update)
        self._dispatcher = self._begin(self._dispatch())

    async def close(self) -> None:
        self.set(None)
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await self._courier.close()

    def _begin(self, work: "asyncio._CoroutineLike[None]") -> asyncio.Task[None]:
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return task

    def _submit(self, update: Waiting) -> None:
        lane = self._lanes.get(update.lane)
        if lane is not None:
            lane.updates.append(update)
            return
        self._lanes[update.lane] = Lane(deque([update]))
        self._call(update.lane, self._clock.now())

    def _call(self, name: str, at: float) -> None:
        """Have the oldest update of a lane delivered at a time of the emulator's clock."""
        self._turn += 1
        heapq.heappush(self._due, (at, self._turn, name))
        self._bell.ring()

    async def _dispatch(self) -> None:
        while True:
            await self._bell.wait(self._start_what_can())

    def _start_what_can(self) -> float:
        """Begin every delivery that is due while there are connections; return the seconds until more may begin."""
        now = self._clock.now()
        while self._due and self._due[0][0] <= now:
            wait = self._connections.take(now)
            if wait:
                return wait
            name = heapq.heappop(self._due)[2]
            self._begin(self._deliver(name, self._lanes[name]))
        return self._due[0][0] - now if self._due else math.inf

    async def _deliver(self, name: str, lane: Lane) -> None:
        """Deliver the oldest update of a lane, and say when the lane is to be looked at again."""
        update = lane.updates[0]
        if update.expires <= self._clock.now():
            self._connections.give_back(lost=False)
            self._queue.expire(update)
            self._go_on(name, lane)
            return
        answer = await self._post(update)
        if answer.accepted:
            await self._settle(update, answer)
            self._go_on(name, lane)
        else:
            self._put_off(name, lane, answer)

    async def _settle(self, update: Waiting, answer: Answer) -> None:
        self._gone_since = None
        self._queue.remove(update.update_id)
        if self.on_reply is not None and answer.body:
            await self.on_reply(answer)
        if self.repeats():
            self._connections.take(self._clock.now())
            await self._post(update)

    def _go_on(self, name: str, lane: Lane) -> None:
        lane.updates.popleft()
        lane.failures, lane.delay = 0, 1.0
        if lane.updates:
            self._call(name, self._clock.now())
        else:
            del self._lanes[name]
            self._bell.ring()

    def _put_off(self, name: str, lane: Lane, answer: Answer) -> None:
        """Try again later, unless the update will have expired by then or the address says it is gone for good."""
        now = self._clock.now()
        if answer.problem:
            self.last_error = (int(now), answer.problem)
        if answer.status == GONE:
            self._gone_since = now if self._gone_since is None else self._gone_since
            if now > self._gone_since + LONGEST_GONE:
                self._history.write("webhook closed", reason="HTTP 410 for 23 hours")
                asyncio.get_running_loop().call_soon(self.set, None)
                return
        elif answer.status:
            self._gone_since = None
        wait = self.choose_pause(lane, answer) * self.retry_scale
        if now + wait > lane.updates[0].expires:
            self._queue.expire(lane.updates[0])
            self._go_on(name, lane)
            return
        lane.failures += 1
        self._call(name, now + wait)

    def choose_pause(self, lane: Lane, answer: Answer) -> float:
        """The first retry comes at once, then after 2, 4, 8 … seconds, unless the answer says how long to wait."""
        if answer.retry_after:
            return min(answer.retry_after, LONGEST_RETRY_AFTER)
        if not lane.failures:
            return 0.0
        lane.delay = min(lane.delay * 2, self.chance.uniform(LONGEST_PAUSE, 2 * LONGEST_PAUSE))
        return lane.delay

    async def _post(self, update: Waiting) -> Answer:
        """Make one delivery on a connection that was taken for it, and give the connection back."""
        settings = self.settings
        if settings is None:
            return Answer(0)
        if late := self.lateness():
            await self._clock.sleep(late)
        answer = await self._courier.carry(settings, update.body)
        if answer.accepted:
            self._connections.worked(self._clock.now())
        self._connections.give_back(lost=answer.closed)
        self._history.write(
            "delivery", update_id=update.update_id, kind=update.kind, lane=update.lane, status=answer.status,
            accepted=answer.accepted, problem=answer.problem,
        )  # fmt: skip
        return answer


GONE = 410
LONGEST_GONE = 23 * 3600.0
LONGEST_PAUSE = 60.0
LONGEST_RETRY_AFTER = 3600.0
