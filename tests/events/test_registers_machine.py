"""P7: whatever people, staff and time do to a workshop, no place is given twice, and none stays free while somebody waits."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test
from sqlalchemy import Connection, select

from conversations.places import CONFIRMED, HOLDING, OFFERED, WAITING, Room
from storage import erasure, schema
from storage.events import occasions, offers, registers
from storage.events.occasions import Occasion
from storage.events.registers import Deed, Place, Registers
from tests.events.stage import announce, do_in, enrol, plan
from tests.storage.world import NOON, World

PEOPLE = 7
KINDS = ("", "", "carer")
TRUE = {  # what somebody is told -> the state they then have
    "placed": CONFIRMED, "swapped": CONFIRMED, "kept": CONFIRMED, "waiting": WAITING, "swap-waiting": WAITING, "offered": OFFERED,
    "left": "withdrawn", "refused": "declined", "lapsed": "lapsed",
}  # fmt: skip

who, which = st.integers(0, PEOPLE - 1), st.sampled_from([0, 0, 1])


class PowerCutError(Exception):
    """Nothing of the transaction stays."""


class Workshop(RuleBasedStateMachine):
    """Two dates of a workshop to which one comes once; the first keeps a place for a carer."""

    world: World

    @initialize()
    def begin(self) -> None:
        self.now = NOON
        _, self.dates = announce(self.world, 2, 2, reserved={"carer": 1}, answer_minutes=60)
        self.people = enrol(self.world, PEOPLE)
        self.kind = {person: KINDS[number % len(KINDS)] for number, person in enumerate(self.people)}
        self.forgotten: set[int] = set()
        self.held = dict.fromkeys((one.id for one in self.dates), 0)
        self.last: dict[int, dict[int, Place]] = {one.id: {} for one in self.dates}
        self.world.do(self._fill_up)

    def _fill_up(self, db: Connection) -> None:
        """All but two want the first date."""
        register = registers.lock(db, [one.code for one in self.dates], self.people, NOON)
        for person in self.people[2:]:
            register.do(Deed(person, self.dates[0].code, "join", self.kind[person]))
        register.write()

    def act(self, work: Callable[[Connection], Any], *, cut: bool = False) -> Any:
        """In one transaction; with `cut` the power goes before its end."""

        def whole(db: Connection) -> Any:
            done = work(db)
            if cut:
                raise PowerCutError
            return done

        try:
            return self.world.do(whole)
        except PowerCutError:
            return None

    def look(self, one: Occasion) -> tuple[Occasion, dict[int, Place]]:
        def read(db: Connection) -> tuple[Occasion, dict[int, Place]]:
            found = registers.of_occasion(db, one.id)
            return occasions.find_all(db, [one.id])[one.id], {place.person_id: place for place in found}

        return self.world.do(read)

    @rule(
        who=who,
        which=which,
        verb=st.sampled_from(["join", "swap", "leave", "leave", "accept", "refuse"]),
        cut=st.booleans(),
    )
    def want(self, who: int, which: int, verb: str, cut: bool) -> None:  # noqa: FBT001 - hypothesis hands it on by name
        person, one = self.people[who], self.dates[which]
        if person in self.forgotten:
            return
        _, before = self.look(one)
        more = {"kind": self.kind[person]} if verb in {"join", "swap"} else {}
        done = self.act(lambda db: do_in(db, person, one, verb, self.now, **more), cut=cut)
        _, after = self.look(one)
        if done is None:
            assert after == before, "something stayed of what was cut off"
        elif done.result in TRUE:
            assert after[person].state == TRUE[done.result], f"told {done.result}"
        else:
            assert after == before, f"told {done.result}, and something changed"

    @rule(which=which, places=st.integers(1, 5))
    def resize(self, which: int, places: int) -> None:
        one, _ = self.look(self.dates[which])
        if one.stands:
            local, reserved = one.local_at, {"carer": 1}
            resized = plan(local_at=local, capacity=places, reserved=reserved)
            self.act(lambda db: occasions.change(db, self.world.keys, one, resized, one.version, self.now))

    @rule(which=which, shut=st.booleans())
    def close(self, which: int, shut: bool) -> None:  # noqa: FBT001 - as above
        step = occasions.close if shut else occasions.reopen
        self.act(lambda db: step(db, self.dates[which], self.now))

    @rule(which=which)
    def cancel(self, which: int) -> None:
        if which:  # the first always takes place
            self.act(lambda db: occasions.cancel(db, self.dates[which], "No heating", self.now))

    @rule(hours=st.integers(1, 24))
    def pass_time(self, hours: int) -> None:
        """What the tick does: every offer that is over goes to the next."""
        self.now += dt.timedelta(hours=hours)
        due = (schema.followups.c.kind == "lapse", schema.followups.c.state == "waiting", schema.followups.c.due_at <= self.now)
        codes = self.world.do(lambda db: db.scalars(select(schema.followups.c.about).where(*due)).all())
        over = {
            place.code for one in self.dates for place in self.look(one)[1].values()
            if place.state == OFFERED and place.offered_until and place.offered_until <= self.now
        }  # fmt: skip
        assert over <= set(codes), "an offer would never lapse"
        self.act(lambda db: offers.lapse(db, codes, self.now))

    @rule(who=who)
    def forget(self, who: int) -> None:
        person = self.people[who]
        if person not in self.forgotten:
            code = select(schema.people.c.code).where(schema.people.c.id == person)
            self.act(lambda db: erasure.forget(db, self.world.keys, {person: db.scalars(code).one()}, [], self.now))
            self.forgotten.add(person)

    @invariant()
    def keeps_the_promise(self) -> None:
        for each in getattr(self, "dates", ()):
            one, kept = self.look(each)
            self.last[one.id], before = kept, self.last[one.id]
            holding = [place for place in kept.values() if place.state in HOLDING]
            most = max(one.capacity or 0, self.held[one.id])
            assert len(holding) <= most, f"{len(holding)} people have {one.capacity} places"
            self.held[one.id] = len(holding)
            line = sorted((place for place in kept.values() if place.state == WAITING), key=lambda place: place.queued)
            assert len({place.queued for place in line}) == len(line)
            self._serves_all(one, holding, line)
            self._serves_in_order(before, kept, line)
            assert before.keys() - kept.keys() <= self.forgotten, "somebody vanished"

    def _serves_all(self, one: Occasion, holding: list[Place], line: list[Place]) -> None:
        room = Room(one.capacity, one.reserved)
        for place in holding:
            room.take(place.kind)
        if one.stands and not one.closed and one.starts_at - self.now > dt.timedelta(days=4):
            assert not any(room.fits(place.kind) for place in line), "a place is free while somebody waits"

    def _serves_in_order(self, before: dict[int, Place], kept: dict[int, Place], line: list[Place]) -> None:
        for person, place in kept.items():
            if place.state == OFFERED and (was := before.get(person)) and was.state == WAITING:
                assert all(other.queued > place.queued for other in line if other.kind == place.kind), "out of order"


HOW = settings(
    max_examples=6,
    stateful_step_count=20,
    deadline=None,
    database=None,
    derandomize=True,
    phases=[Phase.generate],
    suppress_health_check=list(HealthCheck),
)


def _play(world: World, how: settings = HOW) -> None:
    Workshop.world = world
    run_state_machine_as_test(Workshop, settings=how)


@pytest.mark.promise("P7")
def test_no_place_is_given_twice_and_none_stays_free_while_somebody_waits(world: World) -> None:
    _play(world)


@pytest.mark.long
@pytest.mark.promise("P7")
@pytest.mark.timeout(900)
def test_no_place_is_given_twice_in_long_stories_either(world: World) -> None:
    _play(world, settings(HOW, max_examples=200, stateful_step_count=50))


@pytest.mark.promise("P7", control=True)
def test_a_free_place_that_nobody_is_offered_is_caught(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Registers, "fill", lambda *_: None)
    with pytest.raises(AssertionError, match="a place is free while somebody waits"):
        _play(world, settings(HOW, max_examples=50))


@pytest.mark.promise("P7", control=True)
def test_a_line_that_is_served_from_its_end_is_caught(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    line = Registers._line
    monkeypatch.setattr(Registers, "_line", lambda self, occasion_id: line(self, occasion_id)[::-1])
    with pytest.raises(AssertionError, match="out of order"):
        _play(world, settings(HOW, max_examples=50))
