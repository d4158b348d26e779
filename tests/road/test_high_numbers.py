"""An update with a number far too high cannot be confirmed; the bot neither asks without end nor stays deaf to the rest."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

import orjson
import pytest

from bot.arrivals import Arrival
from bot.telegram import polling
from bot.telegram.wire import Reply

HIGH = 2**40


class Queue:
    """Telegram's queue: an offset far above its tail is invalid, a valid one takes what is lower off its head."""

    def __init__(self, *numbers: int) -> None:
        self.numbers = list(numbers)
        self.asked = 0
        self.well_at = 0.0

    async def call(self, _method: str, body: bytes, _patience: float) -> Reply:
        self.asked += 1
        offset = orjson.loads(body).get("offset", 0)
        while self.numbers and offset <= self.numbers[-1] + 11 and self.numbers[0] < offset:
            self.numbers.pop(0)
        return Reply(200, [{"update_id": number} for number in self.numbers])


class Shelf:
    """Takes everything, and remembers."""

    def __init__(self) -> None:
        self.taken: set[int] = set()

    async def take(self, arrivals: Sequence[Arrival]) -> None:
        self.taken |= {arrival.update_id for arrival in arrivals}


class Patient(polling.Poller):
    """Notes why it would wait; at the third time it is over."""

    queue: Queue
    reasons: list[str]

    async def _back_off(self, why: str, _wait: float = 0) -> None:
        self.reasons.append(why)
        self.queue.numbers += [9] if 9 not in self.queue.numbers else []
        if len(self.reasons) == 3:
            raise asyncio.CancelledError


async def test_what_stands_behind_a_number_far_too_high_is_heard_and_the_bot_waits_between_asking() -> None:
    queue, shelf = Queue(7, HIGH, 8), Shelf()
    poller = Patient(queue, shelf, lambda _chat, _data: "")  # type: ignore[arg-type]  # all it uses of them
    poller.queue, poller.reasons = queue, []
    with pytest.raises(asyncio.CancelledError):
        await poller.run()
    assert shelf.taken == {7, 8, 9, HIGH}
    assert set(poller.reasons) == {"the same news comes again and again"}
    assert queue.asked <= 10
