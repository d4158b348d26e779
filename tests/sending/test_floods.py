"""P5: storms of refusals slow the bot down and never break it, and people who talk go first. In virtual time."""

from __future__ import annotations

import asyncio
import math
from collections import Counter, deque
from collections.abc import Sequence

import pytest

from bot.telegram.pacer import Pacer
from bot.telegram.sender import Sender
from storage.letters.outbox import BROADCAST, NEVER_TWICE, REMINDER, SENT, UNKNOWN, Letter
from tests.sending.afternoon import SAY, Afternoon, Heap, broadcast, live, look_over, share_refused, windows
from tests.sending.flood import Weather

HOUR = 3600


def hidden(now: float) -> float:
    """A limit that nobody told: it wanders, and for an hour it is half of what it was."""
    limit = 22 + 4 * math.sin(now / 300)
    return limit / 2 if HOUR / 4 < now < HOUR * 5 / 4 else limit


STORMS = [(at, at + 30, False) for at in range(200, 15_000, 1100)] + [(at, at + 3, True) for at in range(400, 15_000, 900)]
ROUGH = Weather(hidden, tuple(map(tuple, STORMS)), lost=1 / 2000, unheard=1 / 5000, blocked=0.005)  # type: ignore[arg-type]


class ConstantPacer(Pacer):
    """28 a second, come what may: a loop with a sleep in it."""

    def take(self, chat_id: int, now: float) -> None:  # noqa: ARG002 - the names it is called by
        self._next = now + 1 / 28

    def refused(self, chat_id: int, retry_after: float, now: float, *, reply: bool) -> float:  # noqa: ARG002
        return now + retry_after


class OneQueueSender(Sender):
    """One line for everything, in the order it came, at 25 a second."""

    line: deque[Letter]
    worker: asyncio.Task[None] | None = None

    def post(self, letters: Sequence[Letter]) -> None:
        for letter in letters:
            self.start(letter)

    def start(self, letter: Letter) -> bool:
        if self.worker is None:
            self.line = deque()
            self.worker = asyncio.create_task(self._work())
        self.line.append(letter)
        return True

    async def _work(self) -> None:
        while not self._stopping:
            await asyncio.sleep(1 / 25)
            if self.line:
                outcome = await self._deliver(letter := self.line.popleft())
                assert outcome, letter
                self._settled(outcome)


class HastyPacer(Pacer):
    """Has no pace of its own."""

    def take(self, chat_id: int, now: float) -> None:
        """Nothing is too soon."""


@pytest.mark.promise("P5")
def test_storms_slow_the_bot_down_and_people_who_talk_go_first() -> None:
    past = live(Afternoon(ROUGH, broadcast(15_000, reminders=500), seed=1).pass_by(talk=2))
    look_over(past)
    assert past.rate > 8, "half of the time Telegram took some eleven a second"


@pytest.mark.long
@pytest.mark.promise("P5")
@pytest.mark.timeout(600)
@pytest.mark.parametrize("seed", [2, 3])
def test_a_hundred_thousand_letters_through_moving_limits(seed: int) -> None:
    past = live(Afternoon(ROUGH, broadcast(100_000, reminders=1000), seed).pass_by(talk=2))
    look_over(past)
    assert past.rate > 12


@pytest.mark.promise("P5")
def test_nobody_is_refused_who_keeps_below_the_limit() -> None:
    past = live(Afternoon(Weather(), broadcast(1000), seed=4).pass_by())
    look_over(past)
    assert share_refused(past.started) == 0
    assert past.rate > 23


@pytest.mark.promise("P5", control=True)
def test_a_loop_with_a_constant_pause_is_caught() -> None:
    past = live(Afternoon(ROUGH, broadcast(2000), seed=1, makes_pacer=ConstantPacer).pass_by(talk=2))
    with pytest.raises(AssertionError, match=r"burst|refused"):
        look_over(past)
    assert share_refused(past.started) > 0.5


@pytest.mark.promise("P5", control=True)
def test_one_queue_for_everything_is_caught() -> None:
    made = Afternoon(Weather(), broadcast(1500), seed=5, makes_sender=OneQueueSender, makes_pacer=HastyPacer, most=10**6)
    past = live(made.pass_by(talk=2))
    past.pile.most_sending = 0  # it is caught by what people notice
    with pytest.raises(AssertionError, match="people who talk wait"):
        look_over(past)


def test_reminders_overtake_a_broadcast() -> None:
    async def work() -> Afternoon:
        past = Afternoon(Weather(), broadcast(1000), seed=6)
        passing = asyncio.create_task(past.pass_by(longest=20))
        await asyncio.sleep(10)
        for number in range(5001, 5011):
            past.pile.add(Letter(number, None, number, "say", SAY, REMINDER, NEVER_TWICE))
        await asyncio.sleep(2)
        past.replies[0] = [0, 0] if all(past.ended.get(number) == [SENT] for number in range(5001, 5011)) else []
        return await passing

    assert live(work()).replies[0], "ten reminders take half a second, and a few letters were on their way already"


@pytest.mark.promise("P5")
def test_a_restart_begins_at_the_pace_there_was() -> None:
    slow = Weather(lambda _now: 8)

    async def work() -> tuple[Afternoon, Afternoon, Afternoon]:
        before = await Afternoon(slow, broadcast(10_000), seed=7).pass_by(longest=200)
        after = await Afternoon(slow, broadcast(10_000), seed=7, pace=before.pile.pace).pass_by(longest=30)
        return before, after, await Afternoon(slow, broadcast(10_000), seed=7).pass_by(longest=30)

    before, after, forgetful = live(work())
    assert before.pile.pace
    assert before.pile.pace.pace == pytest.approx(before.pacer.pace, rel=0.1)
    assert share_refused(after.started) < 0.03
    assert share_refused(forgetful.started) > 0.06, "or the test would not see the difference"


def test_a_halt_outlives_a_restart() -> None:
    stormy = Weather(storms=((10, 60, False),))

    async def work() -> tuple[Afternoon, Afternoon]:
        before = await Afternoon(stormy, broadcast(1000), seed=8).pass_by(longest=20)
        return before, await Afternoon(stormy, broadcast(1000), seed=9, pace=before.pile.pace).pass_by(longest=60)

    _, after = live(work())
    assert min(call.at for call in after.started) >= 59
    assert share_refused(after.started) == 0


def test_a_long_halt_is_kept_at_once_for_the_bot_may_be_killed() -> None:
    async def work() -> tuple[Afternoon, float]:
        past = Afternoon(Weather(storms=((2, 60, False),)), broadcast(1000), seed=17)
        passing = asyncio.create_task(past.pass_by(longest=20))
        while sum(call.code == 429 for call in past.started) < 2:  # noqa: ASYNC110 - nothing costs anything here
            await asyncio.sleep(0.01)
        refused = asyncio.get_running_loop().time()
        while past.pile.pace is None or past.pile.pace.held_until is None:  # noqa: ASYNC110
            await asyncio.sleep(0.01)
        kept = past.pile.pace, asyncio.get_running_loop().time() - refused
        passing.cancel()
        return await Afternoon(Weather(), broadcast(100), seed=18, pace=kept[0]).pass_by(longest=80), kept[1]

    after, waited = live(work())
    assert waited <= 0.1, "killed here, it would have known nothing of it"
    assert min(call.at for call in after.started) >= 60


@pytest.mark.promise("P4")
def test_while_telegram_is_silent_hardly_anything_becomes_unknown() -> None:
    past = live(Afternoon(Weather(silence=(5, 305)), broadcast(600), seed=10).pass_by())
    unknown = sum(ends == [UNKNOWN] for ends in past.ended.values())
    assert 8 <= unknown <= 8 + 18, "five minutes at 25 a second would be 7,500"
    assert len(past.ended) == 600


@pytest.mark.promise("P5")
def test_while_what_the_bot_starts_is_refused_talk_goes_on_where_nobody_was_told_to_wait() -> None:
    past = live(Afternoon(Weather(storms=((0, 120, False),)), broadcast(500), seed=11).pass_by(talk=3, longest=100))
    told = {call.chat for call in past.started if call.code == 429}
    assert 2 <= len(told) <= 8, "no more goes out while it is refused"
    assert past.waits(besides=told)[-4] < 1, "the last few may be on their way at the end"


TWO = (1001, 1002)


async def two_refused(weather: Weather, makes_pacer: type[Pacer] = Pacer) -> Afternoon:
    """A minute in which two people write as fast as they can, and five others a second."""
    past = Afternoon(weather, broadcast(3000), seed=15, makes_pacer=makes_pacer)
    past.pile.paused = True
    passing = asyncio.create_task(past.pass_by(talk=5, longest=60))
    for _ in range(240):
        await asyncio.sleep(0.25)
        for chat in TWO:
            past.answer(chat)
    return await passing


class HaltingPacer(Pacer):
    """Takes two refusals for everybody's, whoever they come from, and nobody tries meanwhile."""

    def _is_witness(self, chat_id: int, now: float) -> bool:  # noqa: ARG002
        return not self.is_halted(now)

    def heard(self, chat_id: int, began: float, now: float) -> None:
        """Nothing that is heard ends a halt."""


WEATHER = pytest.mark.parametrize("weather", [Weather(talk_each=4), Weather(sore=TWO)], ids=["too-many", "whatever-is-sent"])


@WEATHER
@pytest.mark.promise("P5")
def test_two_who_are_refused_hold_up_nobody_else(weather: Weather) -> None:
    past = live(two_refused(weather))
    assert {call.chat for call in past.wire.history if call.code == 429} == set(TWO)
    assert past.waits(besides=TWO)[-1] <= 1.5
    assert max(Counter(int(call.at) for call in past.wire.history if call.code == 429).values()) <= 2, "they are left alone"


@WEATHER
@pytest.mark.promise("P5", control=True)
def test_a_bot_that_two_refusals_silence_is_caught(weather: Weather) -> None:
    assert live(two_refused(weather, HaltingPacer)).waits(besides=TWO)[-1] > 10


class DeafPacer(Pacer):
    """Never takes a refusal for everybody's."""

    def _halt(self, until: float, now: float) -> None:
        """Nobody waits for another's sake."""


def in_a_storm(makes_pacer: type[Pacer], longest: float = 90) -> Afternoon:
    """Twenty people write each second, and for half a minute all are refused."""
    made = Afternoon(Weather(storms=((5, 35, True),)), broadcast(3000), seed=16, makes_pacer=makes_pacer)
    made.pile.paused = True
    return live(made.pass_by(talk=20, longest=longest))


def refused_from(past: Afternoon, begin: float) -> int:
    return sum(call.code == 429 for call in past.wire.history if call.at >= begin)


@pytest.mark.promise("P5")
def test_when_everybody_is_refused_hardly_anybody_tries_and_then_all_are_answered() -> None:
    past = in_a_storm(Pacer)
    assert 25 <= refused_from(past, 5.5) <= 35, "one a second"
    waits = [out - written for written, out in past.replies.values() if written < 35]
    assert max(waits) < 65, "six hundred people wait for the end, and 25 a second are answered"
    assert max(windows(sorted(call.at for call in past.wire.history if call.at > 35))) <= 150, "and not all at once"


@pytest.mark.promise("P5", control=True)
def test_a_bot_that_hammers_a_telegram_that_refuses_everybody_is_caught() -> None:
    assert refused_from(in_a_storm(DeafPacer, 20), 5.5) > 200


def test_a_pause_acts_within_what_is_on_its_way() -> None:
    async def work() -> int:
        past = Afternoon(Weather(), broadcast(1000), seed=12)
        passing = asyncio.create_task(past.pass_by(longest=20))
        await asyncio.sleep(10)
        past.pile.paused = True
        paused = asyncio.get_running_loop().time()
        await passing
        return sum(call.at >= paused for call in past.started)

    assert live(work()) <= 8


def test_lanes_have_an_order() -> None:
    past = live(Afternoon(Weather(), broadcast(300, reminders=100), seed=13).pass_by())
    first = [call.chat - 1000 for call in past.started[:100]]
    assert sorted(first) == list(range(201, 301))
    assert {letter.lane for letter in past.letters} == {BROADCAST, REMINDER}


def test_a_fault_in_claiming_does_not_end_what_the_bot_starts(monkeypatch: pytest.MonkeyPatch) -> None:
    claim, faults = Heap.claim, iter([ValueError("a fault"), OSError("no disk")])

    async def fail_first(self: Heap, wanted: int, most: int) -> Sequence[Letter]:
        if fault := next(faults, None):
            raise fault
        return await claim(self, wanted, most)

    monkeypatch.setattr(Heap, "claim", fail_first)
    look_over(live(Afternoon(Weather(), broadcast(100), seed=14).pass_by()))
