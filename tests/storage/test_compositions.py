"""What staff write of a broadcast: words that can go out, copies, rows and reminders, and nothing of anybody else's."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from functools import partial

import pytest
from sqlalchemy import Connection

from storage import schema
from storage.broadcasting import audiences, broadcasts, compositions
from storage.broadcasting.audiences import Tally
from storage.broadcasting.broadcast_rows import DONE, DRAFT, SCHEDULED, Broadcast
from storage.broadcasting.broadcasts import Reach, Refusal, StaleError
from tests.storage.test_broadcast_claims import Pile, pile
from tests.storage.test_broadcasts import AUTHOR, BOT, COLLEAGUE, DAY, DRAFT_ONE, MANY, USUAL, Office, office
from tests.storage.world import NOON

__all__ = ["office", "pile"]


def test_the_next_of_a_row_goes_by_the_approval_of_its_words_at_the_same_local_time(office: Office) -> None:
    code = office.make(replace(DRAFT_ONE, local_at="2027-03-22T18:00", repeats="weekly"))
    office.submit(code, MANY)
    office.approve(code)
    one = office.look(code)
    after = dt.datetime(2027, 3, 23, 9, tzinfo=dt.UTC)
    following = office.do(lambda db: compositions.follow(db, one, USUAL, after))
    assert following
    assert (following.state, following.approved_by, following.repeat_of) == (SCHEDULED, COLLEAGUE, one.id)
    assert following.due_at == dt.datetime(2027, 3, 29, 17, tzinfo=dt.UTC), "the clocks went forward on the 28th"
    assert office.do(lambda db: compositions.follow(db, one, USUAL, after)) is None, "there is a next one already"
    assert office.do(lambda db: compositions.follow(db, replace(following, repeats=""), USUAL, after)) is None


def test_people_are_reminded_of_one_thing_twice_at_most(office: Office) -> None:
    office.world.engage()
    code = office.make(replace(DRAFT_ONE, engagement="clinic"))
    one = office.look(code)
    reminder = office.do(lambda db: compositions.remind(db, one, AUTHOR, NOON))
    assert (reminder.reminds, reminder.purpose, reminder.state) == (True, "reminders", DRAFT)
    office.do(lambda db: compositions.remind(db, one, AUTHOR, NOON))
    with pytest.raises(Refusal, match="2 times"):
        office.do(lambda db: compositions.remind(db, one, AUTHOR, NOON))


def test_a_reminder_is_for_those_whom_that_one_invited_who_have_not_answered_three_days_later(pile: Pile) -> None:
    clinic = pile.world.engage()
    one = pile.look_up(pile.begin(3, engagement="clinic", sort="service"))
    pile.begin(2)
    pile.do(lambda db: db.execute(schema.participations.insert().values(person_id=1, engagement_id=clinic.id, finished=True)))
    reminder = pile.do(lambda db: compositions.remind(db, one, AUTHOR, NOON))
    second = pile.do(lambda db: compositions.remind(db, reminder, AUTHOR, NOON))
    assert (reminder.segment_id, reminder.criteria) == (None, second.criteria)
    soon, later = (pile.do(partial(_tell, one=reminder, now=NOON + days * DAY)) for days in (2, 4))
    assert (soon.to_send, soon.left_out) == (0, {"answered": 1, "too-soon": 2})
    assert (later.to_send, later.left_out) == (2, {"answered": 1})
    with pytest.raises(Refusal, match="some days later"):
        pile.submit(reminder.code, Reach(0, 0))


def _tell(db: Connection, one: Broadcast, now: dt.datetime) -> Tally:
    sending, wanted = audiences.read(db, one.id, now)
    return audiences.tally(db, wanted, sending)


def test_a_row_goes_on_after_one_that_nobody_was_left_to_get(office: Office) -> None:
    code = office.make(replace(DRAFT_ONE, local_at="2027-02-01T13:00", repeats="weekly"))
    assert office.send(code, people=0) == DONE
    following = office.do(lambda db: broadcasts.of_bot(db, BOT, SCHEDULED))
    assert [(one.local_at, one.repeat_of) for one in following] == [("2027-02-08T13:00", office.look(code).id)]


def test_a_row_that_cannot_go_on_says_so(office: Office) -> None:
    code = office.make(replace(DRAFT_ONE, local_at="9999-12-30T13:00", repeats="daily"))
    one = replace(office.look(code), local_at="9999-12-31T13:00")
    assert office.do(lambda db: compositions.follow(db, one, USUAL, NOON)) is None
    assert "Nothing follows this one" in office.look(code).why


def test_words_in_another_language_are_read_by_a_second_person_before_they_are_approved(office: Office) -> None:
    code = office.make(replace(DRAFT_ONE, words={"en": "Hello", "cy": "Helo"}))
    office.submit(code, MANY)
    shown = office.look(code)
    with pytest.raises(Refusal, match="somebody else has to read"):
        office.do(lambda db: compositions.have_read(db, shown, "cy", AUTHOR, NOON))
    office.do(lambda db: compositions.have_read(db, shown, "cy", COLLEAGUE, NOON))
    with pytest.raises(StaleError):
        office.do(lambda db: broadcasts.approve(db, shown, USUAL, COLLEAGUE, NOON))
    assert office.approve(code) == SCHEDULED
    approved = office.look(code)
    with pytest.raises(Refusal, match="can’t be read"):
        office.do(lambda db: compositions.have_read(db, approved, "cy", COLLEAGUE, NOON))


def test_words_in_another_language_go_out_once_somebody_has_read_them_and_not_after_the_english_changed(office: Office) -> None:
    both = replace(DRAFT_ONE, words={"en": "Hello", "cy": "Helo"})
    code = office.make(both)
    one = office.look(code)
    assert one.spoken == {"en": "Hello"}
    office.do(lambda db: compositions.have_read(db, one, "cy", COLLEAGUE, NOON))
    assert office.look(code).spoken == {"en": "Hello", "cy": "Helo"}
    assert office.save(code, replace(both, title="Better")).spoken == {"en": "Hello", "cy": "Helo"}
    assert office.save(code, replace(both, words={"en": "Hi", "cy": "Helo"})).spoken == {"en": "Hi"}


@pytest.mark.parametrize(
    "words, said",
    [
        ({}, "in English"),
        ({"en": "Hello {nmae}"}, 'did you mean "name"?'),
        ({"en": "Hello {Name}"}, 'did you mean "name"?'),
        ({"en": "Hello {name}, here is something new for you to see"}, "may show on a locked screen"),
        ({"en": f"{'a' * 59}{{organisation}}{{name}}"}, "may show on a locked screen"),
        ({"en": "About {engagement}"}, "needs something for the button"),
        ({"en": "a" * 4000}, "too long"),
        ({"en": "😀" * 2000}, "too long"),
    ],
)
def test_words_that_cannot_go_out_are_not_taken(office: Office, words: dict[str, str], said: str) -> None:
    draft = replace(DRAFT_ONE, words=words)
    assert any(said in fault for fault in compositions.faults(draft))
    code = office.make(draft)
    with pytest.raises(Refusal, match=said.replace("?", ".")):
        office.submit(code)


def test_a_name_may_stand_where_no_locked_screen_shows_it(office: Office) -> None:
    assert office.submit(office.make(replace(DRAFT_ONE, words={"en": f"{'a' * 60}{{name}}"}))) == SCHEDULED


def test_another_organisations_things_are_not_there(office: Office) -> None:
    code = office.make()
    assert office.do(lambda db: broadcasts.find(db, office.world.organisation_id + 1, code)) is None
    with pytest.raises(Refusal, match="not here any more"):
        office.make(replace(DRAFT_ONE, engagement="somebody-elses"))
    with pytest.raises(Refusal, match="not here any more"):
        office.make(replace(DRAFT_ONE, segment="nobodys"))


def test_of_one_that_has_begun_only_the_words_can_change(office: Office) -> None:
    code = office.make()
    office.send(code)
    with pytest.raises(Refusal, match="Its words can still be changed"):
        office.save(code, replace(DRAFT_ONE, purpose="news"))
    assert office.save(code, replace(DRAFT_ONE, words={"en": "Other words"})).state == DRAFT


def test_a_copy_goes_out_once_at_a_time_to_be_chosen_and_needs_its_own_approval(office: Office) -> None:
    code = office.make(replace(DRAFT_ONE, local_at="2027-03-22T18:00", repeats="weekly"))
    office.submit(code, MANY)
    office.approve(code)
    one = office.look(code)
    copied = office.do(lambda db: compositions.copy(db, one, COLLEAGUE, NOON))
    assert (copied.state, copied.approved_by, copied.local_at, copied.repeats) == (DRAFT, "", "", "")
    assert (copied.texts, copied.written_by) == (one.texts, COLLEAGUE)
