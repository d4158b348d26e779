"""A broadcast goes from state to state only as TRANSITIONS says, by who may, and what was approved is what goes out."""

from __future__ import annotations

import datetime as dt
import itertools
from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import partial
from pathlib import Path

import pytest
from sqlalchemy import Connection, select, update

from storage import audit, engagements, organisations, schema
from storage.broadcasting import broadcasts, compositions, departures, freezing
from storage.broadcasting.broadcast_rows import (
    CANCELLED,
    DONE,
    DRAFT,
    HELD,
    PAUSED,
    RETURNED,
    RUNNING,
    SCHEDULED,
    STATES,
    WAITING,
    Broadcast,
)
from storage.broadcasting.broadcasts import TRANSITIONS, Reach, Refusal, StaleError
from storage.broadcasting.compositions import Draft
from storage.letters import outbox, unknowns
from storage.letters.outbox import LEFT, SENT, Settled
from storage.staffing.preferences import Preferences
from tests.sending.mailing import enrol, make_ready
from tests.storage.world import NOON, World, make_keys

BOT = 7
AUTHOR, COLLEAGUE = "author", "colleague"
USUAL = Preferences()
FEW, MANY, YOUNG = Reach(50, 0), Reach(51, 0), Reach(1, 1)
HOUR, DAY = dt.timedelta(hours=1), dt.timedelta(days=1)
DRAFT_ONE = Draft("To all", {"en": "Would you like to take part?"})


class Office:
    """Staff at their broadcasts: each step in a transaction of its own, on the broadcast as it stands."""

    def __init__(self, world: World) -> None:
        self.world, self.do = world, world.do
        self.place = (world.organisation_id, BOT)
        self.do(lambda db: organisations.introduce(db, BOT, world.organisation_id))

    def make(self, draft: Draft = DRAFT_ONE) -> str:
        return self.do(lambda db: compositions.make(db, self.place, draft, AUTHOR, NOON)).code

    def look(self, code: str) -> Broadcast:
        found = self.do(lambda db: broadcasts.find(db, self.world.organisation_id, code))
        assert found
        return found

    def submit(self, code: str, reach: Reach = FEW, now: dt.datetime = NOON) -> str:
        one = self.look(code)
        return self.do(lambda db: broadcasts.submit(db, one, reach, USUAL, AUTHOR, now))

    def approve(self, code: str, who: str = COLLEAGUE, now: dt.datetime = NOON) -> str:
        one = self.look(code)
        return self.do(lambda db: broadcasts.approve(db, one, USUAL, who, now))

    def save(self, code: str, draft: Draft) -> Broadcast:
        one = self.look(code)
        return self.do(lambda db: compositions.save(db, one, draft, AUTHOR, NOON))

    def send(self, code: str, people: int = 3) -> str:
        """Let it go to so many people."""
        first = self.do(lambda db: db.scalar(select(schema.people.c.id).order_by(schema.people.c.id.desc()).limit(1)) or 0)
        chats = range(first + 1, first + people + 1)
        self.do(lambda db: enrol(db, self.world.keys, self.place, chats, NOON.date()) if chats else None)
        self.submit(code)
        return make_ready(self.do, self.look(code), NOON + HOUR)


@pytest.fixture
def office(database: str, tmp_path: Path) -> Iterator[Office]:
    with World(database, make_keys(tmp_path)) as world:
        yield Office(world)


def test_every_state_but_the_last_can_be_left_and_each_step_leads_to_a_state() -> None:
    ways = TRANSITIONS.values()
    assert {state for way in ways for state in way} == STATES.keys() - {CANCELLED}
    assert {state for way in ways for state in way.values()} == STATES.keys()


def test_each_step_is_refused_in_every_other_state_and_says_why(office: Office) -> None:
    steps: dict[str, Callable[..., str]] = {
        "pause": lambda db, one: broadcasts.pause(db, one, "", AUTHOR, NOON),
        "resume": lambda db, one: broadcasts.resume(db, one, USUAL, AUTHOR, NOON),
        "cancel": lambda db, one: broadcasts.cancel(db, one, AUTHOR, NOON),
        "undo": lambda db, one: broadcasts.undo(db, one, AUTHOR, NOON),
        "return": lambda db, one: broadcasts.send_back(db, one, "Shorter", COLLEAGUE, NOON),
        "approve": lambda db, one: broadcasts.approve(db, one, USUAL, COLLEAGUE, NOON),
        "submit": lambda db, one: broadcasts.submit(db, one, MANY, USUAL, AUTHOR, NOON),
    }
    code = office.make()
    for state, verb in itertools.product(STATES, steps):
        office.do(partial(_put, state=state))
        step = partial(steps[verb], one=office.look(code))
        if state in TRANSITIONS[verb]:
            assert office.do(step) in STATES
        else:
            with pytest.raises(Refusal, match=STATES[state]):
                office.do(step)


def _put(db: Connection, state: str) -> None:
    db.execute(update(schema.broadcasts).values(state=state))


@pytest.mark.parametrize("reach, state", [(FEW, SCHEDULED), (MANY, WAITING), (YOUNG, WAITING)])
def test_more_than_fifty_people_or_anybody_under_18_need_a_second_person(office: Office, reach: Reach, state: str) -> None:
    assert office.submit(office.make(), reach) == state


def test_whoever_wrote_it_cannot_approve_it_and_an_edit_voids_an_approval(office: Office) -> None:
    code = office.make()
    office.submit(code, MANY)
    with pytest.raises(Refusal, match="somebody else"):
        office.approve(code, AUTHOR)
    assert office.approve(code) == SCHEDULED
    assert office.look(code).approved_by == COLLEAGUE
    saved = office.save(code, replace(DRAFT_ONE, title="Better"))
    assert (saved.state, saved.approved_by, saved.due_at) == (DRAFT, "", None)


def test_what_was_changed_since_it_was_shown_is_neither_approved_nor_overwritten(office: Office) -> None:
    code = office.make()
    shown = office.look(code)
    office.save(code, replace(DRAFT_ONE, words={"en": "Other words"}))
    office.submit(code, MANY)
    with pytest.raises(StaleError):
        office.do(lambda db: broadcasts.approve(db, shown, USUAL, COLLEAGUE, NOON))
    with pytest.raises(StaleError) as stale:
        office.do(lambda db: compositions.save(db, shown, DRAFT_ONE, AUTHOR, NOON))
    assert stale.value.current.texts["en"].words == "Other words"


def test_it_goes_out_no_sooner_than_its_time_and_than_ten_minutes_for_an_undo(office: Office) -> None:
    soon, later = office.make(), office.make(replace(DRAFT_ONE, local_at="2027-07-01T18:00"))
    office.submit(soon)
    office.submit(later)
    assert office.look(soon).due_at == NOON + dt.timedelta(minutes=10)
    assert office.look(later).due_at == dt.datetime(2027, 7, 1, 17, tzinfo=dt.UTC), "summer time"
    assert office.do(lambda db: departures.look(db, BOT, NOON + dt.timedelta(minutes=9))) == ([], False)
    one = office.look(soon)
    assert office.do(lambda db: broadcasts.undo(db, one, AUTHOR, NOON)) == DRAFT
    assert office.do(lambda db: departures.look(db, BOT, NOON + DAY)) == ([], False)


def test_an_hour_that_does_not_exist_and_a_time_that_is_over_are_refused(office: Office) -> None:
    with pytest.raises(Refusal, match="clocks go forward"):
        office.make(replace(DRAFT_ONE, local_at="2027-03-28T01:30"))
    code = office.make(replace(DRAFT_ONE, local_at="2027-02-01T11:00"))
    with pytest.raises(Refusal, match="has passed"):
        office.submit(code)


def test_what_is_sent_back_says_why(office: Office) -> None:
    code = office.make()
    office.submit(code, MANY)
    one = office.look(code)
    with pytest.raises(Refusal, match="what should change"):
        office.do(lambda db: broadcasts.send_back(db, one, " ", COLLEAGUE, NOON))
    office.do(lambda db: broadcasts.send_back(db, one, "Too long", COLLEAGUE, NOON))
    assert (office.look(code).state, office.look(code).why) == (RETURNED, "Too long")


def test_an_audience_that_grew_beyond_what_was_approved_is_approved_again(office: Office) -> None:
    code = office.make()
    office.submit(code, MANY)
    office.approve(code)
    one = office.look(code)
    state = office.do(lambda db: departures.begin(db, one, Reach(60, 0), USUAL, NOON + HOUR))
    assert (state, office.look(code).approved_by, office.look(code).counted) == (WAITING, "", 60)
    assert "51 people, and would go to 60 now" in office.look(code).why


def test_one_that_needed_no_approval_and_would_reach_more_waits_for_one(office: Office) -> None:
    code = office.make()
    office.submit(code)
    one = office.look(code)
    assert office.do(lambda db: departures.begin(db, one, YOUNG, USUAL, NOON + HOUR)) == WAITING


def test_somebody_who_joins_while_it_is_frozen_has_it_approved_before_anybody_gets_it(office: Office) -> None:
    code = office.make()
    office.do(lambda db: enrol(db, office.world.keys, office.place, [1], NOON.date()))
    office.do(lambda db: db.execute(update(schema.people).values(age_band="16-17")))
    office.submit(code)
    one = office.look(code)
    office.do(lambda db: departures.begin(db, one, FEW, USUAL, NOON + HOUR))
    now_freezing = office.look(code)
    piece = office.do(lambda db: freezing.cut(db, one.id, NOON + HOUR))
    assert piece
    office.do(lambda db: freezing.freeze(db, piece, NOON + HOUR))
    assert (
        office.do(lambda db: departures.start(db, now_freezing, broadcasts.frozen(db, now_freezing), USUAL, NOON + HOUR))
        == WAITING
    )
    assert office.approve(code) == PAUSED, "whoever approves presses nothing that sends"


def test_an_audience_that_became_empty_ends_it_and_says_so(office: Office) -> None:
    code = office.make()
    assert office.send(code, people=0) == DONE
    assert office.look(code).why == departures.EMPTY


def test_what_would_open_something_that_is_not_open_is_held(office: Office) -> None:
    engagement = office.world.engage()
    code = office.make(replace(DRAFT_ONE, engagement="clinic"))
    office.do(lambda db: engagements.set_state(db, engagement.id, engagements.CLOSED, NOON))
    assert office.send(code) == HELD
    assert "not open" in office.look(code).why


def test_what_is_late_is_held_and_a_person_lets_it_go_on(office: Office) -> None:
    code = office.make()
    office.send(code)
    late = NOON + 3 * DAY
    due, tidy = office.do(lambda db: departures.look(db, BOT, late))
    assert (due, tidy) == ([], True)
    assert [one.code for one in office.do(lambda db: departures.hold(db, BOT, late))] == [code]
    one = office.look(code)
    assert office.do(lambda db: broadcasts.resume(db, one, USUAL, AUTHOR, late)) == RUNNING
    assert office.do(lambda db: departures.hold(db, BOT, late + HOUR)) == []


def test_it_ends_once_nothing_waits_and_goes_on_for_a_letter_that_is_sent_again(office: Office) -> None:
    code = office.make()
    office.send(code, people=2)
    one = office.look(code)
    letters = office.do(lambda db: db.scalars(select(schema.outbox.c.id).where(schema.outbox.c.broadcast_id == one.id)).all())
    assert office.do(lambda db: departures.finish(db, BOT, NOON)) == []
    settled = [Settled(letters[0], SENT, lane="broadcast"), Settled(letters[1], outbox.UNKNOWN, lane="broadcast")]
    office.do(lambda db: outbox.settle(db, settled, NOON))
    assert [each.code for each in office.do(lambda db: departures.finish(db, BOT, NOON))] == [code]
    assert office.do(lambda db: unknowns.resend(db, BOT, letters, NOON, AUTHOR)) == 1
    assert office.look(code).state == RUNNING


def test_what_waits_of_a_cancelled_one_is_left_a_little_at_a_time(office: Office) -> None:
    code = office.make()
    office.send(code, people=5)
    one = office.look(code)
    office.do(lambda db: broadcasts.cancel(db, one, AUTHOR, NOON))
    swept = [office.do(lambda db: departures.sweep(db, BOT, 2)) for _ in range(4)]
    assert swept == [2, 2, 1, 0]
    states = office.do(lambda db: db.scalars(select(schema.outbox.c.state)).all())
    assert set(states) == {LEFT}


def test_each_step_is_in_the_audit_log_by_whoever_took_it(office: Office) -> None:
    code = office.make()
    office.send(code)
    rows = office.do(lambda db: db.execute(select(schema.audit.c.who, schema.audit.c.what).order_by(schema.audit.c.id)).all())
    assert [tuple(row) for row in rows] == [
        (AUTHOR, "make-broadcast"),
        (AUTHOR, "schedule-broadcast"),
        (broadcasts.SELF, "begin-broadcast"),
        (broadcasts.SELF, "start-broadcast"),
    ]
    assert office.do(audit.verify) is None
