"""P5: what the pacer says, whatever happens: never more than the budget, never too early, never in the past."""

from __future__ import annotations

from dataclasses import dataclass, field

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.telegram.pacer import CHAT_GAP, Pacer
from tests.sending.afternoon import windows

BUDGET = 25.0
CHATS = st.integers(1, 5)
STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("start"), CHATS, st.just(0.0)),
        st.tuples(st.just("start"), st.integers(10, 10_000), st.just(0.0)),
        st.tuples(st.just("refuse start"), CHATS, st.floats(0, 60)),
        st.tuples(st.just("refuse reply"), CHATS, st.floats(0, 60)),
        st.tuples(st.just("wait"), CHATS, st.floats(0, 30)),
    ),
    max_size=120,
)


@dataclass
class Play:
    """A pacer obeyed to the letter, and what went out when."""

    pacer: Pacer = field(default_factory=lambda: Pacer(BUDGET))
    now: float = 100.0
    out: list[float] = field(default_factory=list)
    chats: dict[int, float] = field(default_factory=dict)
    until: dict[int, float] = field(default_factory=dict)

    def step(self, what: str, chat: int, seconds: float) -> None:
        match what:
            case "wait":
                self.now += seconds
            case "start":
                self.start(chat)
            case _:
                end = self.pacer.refused(chat, seconds, self.now, reply=what == "refuse reply")
                assert end >= self.now + seconds
                self.until[chat] = end

    def start(self, chat: int) -> None:
        opens = self.pacer.opens_at(self.now)
        assert opens >= self.now, "nobody can wait for what is past"
        self.now = max(opens, self.pacer.free_at(chat))
        assert self.now >= self.until.get(chat, 0), "told to wait, and did not"
        assert self.now >= self.chats.get(chat, 0) + CHAT_GAP - 1e-6
        self.pacer.take(chat, self.now)
        self.chats[chat] = self.now
        self.out.append(self.now)


@pytest.mark.promise("P5")
@given(STEPS)
def test_never_more_than_the_budget_in_a_second_and_never_before_the_time(steps: list[tuple[str, int, float]]) -> None:
    play = Play()
    for step in steps:
        play.step(*step)
        assert 1 <= play.pacer.pace <= BUDGET
    assert all(number <= BUDGET + 1 for number in windows(play.out))


@pytest.mark.promise("P5")
@given(STEPS, st.integers(1, 5))
def test_a_reply_waits_for_what_telegram_said_and_for_nothing_else(steps: list[tuple[str, int, float]], chat: int) -> None:
    play = Play()
    for what, to, seconds in steps:
        play.step("refuse start" if what == "refuse reply" else what, to, seconds)
    assert max(play.now, play.pacer.reply_at(chat, play.now)) == max(play.now, play.until.get(chat, 0))
    assert not play.pacer.is_halted(play.now)


def halted() -> Pacer:
    """Give a pacer halted by two refused replies, from 100.5 to 130.5."""
    pacer = Pacer(BUDGET)
    pacer.refused(1, 30, 100, reply=True)
    assert not pacer.is_halted(100)
    pacer.refused(2, 30, 100.5, reply=True)
    assert pacer.is_halted(130)
    return pacer


def test_in_a_halt_one_tries_a_second_until_one_is_heard() -> None:
    pacer = halted()
    assert pacer.reply_at(3, 101) <= 101, "nobody said anything to them"
    pacer.take_place(101)
    assert pacer.place_at(101.1) == 102
    pacer.heard(4, 100.4, 101.2)
    assert pacer.is_halted(101.2), "that had been sent before"
    pacer.heard(3, 101, 101.3)
    assert not pacer.is_halted(101.4)
    assert pacer.place_at(101.4) == pytest.approx(101.04), "those who waited follow one after the other"
    assert pacer.reply_at(1, 101.4) == 130, "each chat waits as long as it was told to"


def test_a_halt_lasts_while_those_who_try_are_refused() -> None:
    pacer = halted()
    for chat, at in enumerate(range(105, 175, 7), 10):
        assert pacer.is_halted(at)
        pacer.refused(chat, 10, at, reply=True)
    assert pacer.is_halted(177)
    assert not pacer.is_halted(178)


def test_a_chat_that_gave_cause_says_nothing_about_others_and_does_not_try_for_them() -> None:
    pacer = Pacer(BUDGET)
    for chat in (1, 2):
        for at in (100, 100.1, 100.2, 100.3):
            pacer.heard(chat, at, at)
        pacer.refused(chat, 30, 100.4, reply=True)
    assert not pacer.is_halted(100.5), "both were sent four messages in half a second"
    pacer = halted()
    for _ in range(4):
        pacer.heard(5, 99, 100.6)
    assert pacer.reply_at(5, 101) == pytest.approx(130.5)
    pacer.refused(1, 60, 131, reply=True)
    pacer.refused(2, 60, 131.1, reply=True)
    assert not pacer.is_halted(131.2), "the same two again"


def test_what_the_bot_starts_goes_on_after_all_who_wait_in_line() -> None:
    pacer = Pacer(BUDGET)
    pacer.in_line = 50
    assert pacer.opens_at(100) == 102


@given(st.floats(0.01, 300), st.integers(1, 60))
def test_a_refusal_never_raises_the_pace(budget: float, refusals: int) -> None:
    pacer = Pacer(budget)
    for at in range(100, 100 + 2 * refusals, 2):
        before = pacer.pace
        pacer.refused(at, 1, at, reply=False)
        assert min(1, budget / 10) <= pacer.pace <= before
    pacer.resume(0, 0, 0, 1000)
    assert pacer.pace <= budget


def test_one_refusal_holds_one_chat_and_a_second_elsewhere_all_that_the_bot_starts() -> None:
    pacer = Pacer(BUDGET)
    pacer.refused(1, 10, 100, reply=False)
    assert pacer.opens_at(100) < 100.1
    pacer.refused(2, 20, 100.9, reply=False)
    assert pacer.opens_at(101) == pytest.approx(120.9)
    assert not pacer.is_halted(101), "talk in other chats goes on"


def test_a_refused_reply_leaves_the_pace_alone_unless_it_is_so_elsewhere_too() -> None:
    pacer = Pacer(BUDGET)
    pacer.refused(1, 10, 100, reply=True)
    assert pacer.pace == BUDGET
    pacer.refused(2, 10, 100.5, reply=True)
    assert pacer.pace < BUDGET
    assert pacer.is_halted(101)


def test_what_is_refused_together_lowers_the_pace_once() -> None:
    pacer = Pacer(BUDGET)
    paces = []
    for chat in range(8):
        pacer.refused(chat, 3, 100 + chat / 10, reply=False)
        paces.append(pacer.pace)
    assert set(paces) == {paces[0]}
    assert paces[0] < BUDGET


def test_the_pace_kept_long_ago_has_risen_again() -> None:
    paces = []
    for ago in (1, 60, 1800, 7200):
        pacer = Pacer(BUDGET)
        pacer.resume(5, ago, 0, 100)
        pacer.take(1, 100)
        paces.append(pacer.pace)
    assert paces[0] == pytest.approx(5, abs=0.1)
    assert paces[1] < 6
    assert paces[2] == pytest.approx(17.5, abs=1)
    assert paces[3] == BUDGET
