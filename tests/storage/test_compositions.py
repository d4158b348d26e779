"""What staff write of a broadcast: words that can go out, copies, rows and reminders, and nothing of anybody else's."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import pytest

from storage import broadcasts, compositions
from storage.broadcast_rows import DRAFT, SCHEDULED
from storage.broadcasts import Refusal
from tests.storage.test_broadcasts import AUTHOR, COLLEAGUE, DRAFT_ONE, MANY, USUAL, Office, office
from tests.storage.world import NOON

__all__ = ["office"]


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
