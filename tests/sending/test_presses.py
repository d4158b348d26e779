"""P6: pause, resume, cancel and edit act on a running broadcast within what is on its way, whenever they are pressed."""

from __future__ import annotations

import datetime as dt
import itertools
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule, run_state_machine_as_test
from sqlalchemy import Connection, select

from bot.telegram.dispatch import MOST
from emulator.someone import Someone
from storage import organisations, schema
from storage.broadcasting import broadcasts, compositions
from storage.broadcasting.broadcast_rows import RUNNING, Broadcast
from storage.broadcasting.broadcasts import Refusal
from storage.broadcasting.compositions import Draft
from storage.letters import claims, outbox
from storage.letters.outbox import LEFT, PENDING, SENDING, SENT, Letter
from tests.road.conftest import MakeHouse
from tests.road.house import House, until
from tests.sending.desk import Desk, at_desk, meet, times_seen
from tests.sending.mailing import AT_ONCE, AUTHOR, enrol, find, keep_hours, launch, mail, make_ready, say
from tests.storage.world import NOON, World, make_keys

BOT = 7
PEOPLE = 60
DRAFT = Draft("To all", {"en": "The first words"})
REWORDED = replace(DRAFT, words={"en": "Other words"})
Press = Callable[[Connection, Broadcast, dt.datetime], str]
PRESSES = ("pause", "resume", "cancel", "save", "submit")


@pytest.fixture
def world(database: str, tmp_path: Path) -> Iterator[World]:
    with World(database, make_keys(tmp_path)) as made:
        made.do(lambda db: organisations.introduce(db, BOT, made.organisation_id))
        yield made


class Pressed(RuleBasedStateMachine):
    """A broadcast that goes out while staff press what they like; `most` is how much is claimed at once."""

    world: World
    most = MOST
    chats = itertools.count(1)

    @initialize()
    def begin(self) -> None:
        place = (self.world.organisation_id, BOT)
        chats = [next(self.chats) for _ in range(PEOPLE)]
        self.do = self.world.do
        self.do(lambda db: db.execute(schema.people.update().values(stopped=True)))  # those of the examples before
        self.do(lambda db: enrol(db, self.world.keys, place, chats, NOON.date()))
        one = self.do(lambda db: launch(db, place, NOON, DRAFT))
        assert make_ready(self.do, one, NOON) == RUNNING
        self.code = one.code
        self.on_its_way: list[Letter] = []
        self.got: dict[int, str] = {}
        self.since: int | None = None  # how many went out since somebody was told that nothing goes out any more

    def look(self) -> Broadcast:
        one = self.do(lambda db: broadcasts.find(db, self.world.organisation_id, self.code))
        assert one
        return one

    @rule(wanted=st.integers(1, 30))
    def claim(self, wanted: int) -> None:
        asked: Any = (self.world.keys, (self.world.organisation_id, BOT), "me", min(wanted, self.most), self.most, NOON, say)
        self.on_its_way += self.do(lambda db: claims.take(db, *asked))

    @rule(number=st.integers(1, 20))
    def send(self, number: int) -> None:
        gone, self.on_its_way = self.on_its_way[:number], self.on_its_way[number:]
        for letter in gone:
            assert letter.chat_id not in self.got, "somebody got it twice"
            self.got[letter.chat_id] = letter.content["text"]
        self.do(lambda db: outbox.settle(db, [letter.became(SENT) for letter in gone], NOON))
        if self.since is not None:
            self.since += len(gone)
            assert self.since <= MOST, f"{self.since} letters went out after it was stopped"

    @rule()
    def give_back(self) -> None:
        back, self.on_its_way = self.on_its_way[:1], self.on_its_way[1:]
        self.do(lambda db: outbox.settle(db, [letter.became(PENDING) for letter in back], NOON))

    @rule(what=st.sampled_from(PRESSES))
    def press(self, what: str) -> None:
        one = self.look()
        steps: dict[str, Any] = {
            "pause": lambda db: broadcasts.pause(db, one, "a moment", AUTHOR, NOON),
            "resume": lambda db: broadcasts.resume(db, one, AT_ONCE, AUTHOR, NOON),
            "cancel": lambda db: broadcasts.cancel(db, one, AUTHOR, NOON),
            "save": lambda db: compositions.save(db, one, REWORDED, AUTHOR, NOON),
            "submit": lambda db: broadcasts.submit(db, one, broadcasts.Reach(PEOPLE, 0), AT_ONCE, AUTHOR, NOON),
        }
        try:
            self.do(steps[what])
        except Refusal:
            assert not broadcasts.can(one, what), f"{what} is refused while it is {one.state}"
            return
        assert broadcasts.can(one, what), f"{what} while it is {one.state}"
        running = self.look().state == RUNNING
        self.since = None if running else 0 if self.since is None else self.since

    def teardown(self) -> None:
        """Everybody is accounted for."""
        if not hasattr(self, "code"):
            return
        rows = select(schema.outbox.c.state).where(schema.outbox.c.broadcast_id == self.look().id)
        states = list(self.do(lambda db: db.scalars(rows).all()))
        assert len(states) == PEOPLE
        assert states.count(SENT) == len(self.got)
        assert states.count(SENDING) == len(self.on_its_way)


class PressedPerBatch(Pressed):
    """Whether it goes out is asked once for a hundred letters."""

    most = 100


HOW = settings(
    max_examples=12,
    stateful_step_count=25,
    deadline=None,
    database=None,
    derandomize=True,
    phases=[Phase.generate],
    suppress_health_check=list(HealthCheck),
)


def _press(world: World, kind: type[Pressed], how: settings = HOW) -> None:
    kind.world = world
    run_state_machine_as_test(kind, settings=how)


@pytest.mark.promise("P6")
def test_whatever_is_pressed_acts_within_what_is_on_its_way(world: World) -> None:
    _press(world, Pressed)


@pytest.mark.long
@pytest.mark.promise("P6")
@pytest.mark.timeout(900)
def test_whatever_is_pressed_acts_within_what_is_on_its_way_a_thousand_times(world: World) -> None:
    _press(world, Pressed, settings(HOW, max_examples=300, stateful_step_count=50))


@pytest.mark.promise("P6", control=True)
def test_a_flag_that_is_looked_at_once_a_batch_is_caught(world: World) -> None:
    with pytest.raises(AssertionError, match="went out after it was stopped"):
        _press(world, PressedPerBatch, settings(HOW, max_examples=100))


def test_new_words_go_to_all_that_are_claimed_after_they_are_let_go(world: World) -> None:
    place = (world.organisation_id, BOT)
    world.do(lambda db: enrol(db, world.keys, place, range(1, 21), NOON.date()))
    one = world.do(lambda db: launch(db, place, NOON, DRAFT))
    make_ready(world.do, one, NOON)
    now: Any = (world.keys, place, "me", 8, 8, NOON, say)
    first = world.do(lambda db: claims.take(db, *now))
    now_running = _look(world, one.code)
    one = world.do(lambda db: compositions.save(db, now_running, REWORDED, AUTHOR, NOON))
    world.do(lambda db: outbox.settle(db, [letter.became(SENT) for letter in first], NOON))
    assert world.do(lambda db: claims.take(db, *now)) == []
    assert world.do(lambda db: broadcasts.submit(db, one, broadcasts.Reach(20, 0), AT_ONCE, AUTHOR, NOON)) == "paused"
    world.do(lambda db: broadcasts.resume(db, one, AT_ONCE, AUTHOR, NOON))
    then = world.do(lambda db: claims.take(db, *now))
    assert {letter.content["text"] for letter in first} == {"The first words"}
    assert {letter.content["text"] for letter in then} == {"Other words"}


def _look(world: World, code: str) -> Broadcast:
    one = world.do(lambda db: broadcasts.find(db, world.organisation_id, code))
    assert one
    return one


@pytest.mark.promise("P6")
def test_a_running_bot_stops_within_what_is_on_its_way(make_house: MakeHouse) -> None:
    house: House = make_house(begin=False)
    keep_hours(house)
    people = meet(house, 50)  # more would need a second person
    with at_desk(house) as desk:
        code, _ = mail(desk, [person.id for person in people])
        house.start()
        _press_midway(desk, people, code, lambda db, one, now: broadcasts.pause(db, one, "a moment", AUTHOR, now))
        one, now = find(desk, code), desk.base.clock.now()
        desk.do(lambda db: broadcasts.resume(db, one, AT_ONCE, AUTHOR, now))
        _press_midway(desk, people, code, lambda db, one, now: broadcasts.cancel(db, one, AUTHOR, now))
        until(lambda: PENDING not in _states(desk, code), house.said)
        states = _states(desk, code)
        assert states.keys() == {SENT, LEFT}
        assert states[SENT] == sum(map(times_seen, people)) < len(people)


def _press_midway(
    desk: Desk, people: list[Someone], code: str, press: Callable[[Connection, Broadcast, dt.datetime], str]
) -> None:
    """Press something once more have gone out; no more go out after that than were on their way."""
    before = sum(map(times_seen, people))
    until(lambda: sum(map(times_seen, people)) > before + 3, desk.house.said)
    one, now = find(desk, code), desk.base.clock.now()
    desk.do(lambda db: press(db, one, now))
    told = sum(map(times_seen, people))
    until(lambda: SENDING not in _states(desk, code), desk.house.said)
    assert sum(map(times_seen, people)) <= told + MOST


def _states(desk: Desk, code: str) -> Counter[str]:
    asked = select(schema.outbox.c.state).where(schema.outbox.c.broadcast_id == find(desk, code).id)
    return Counter(desk.do(lambda db: db.scalars(asked).all()))
