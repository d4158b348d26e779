"""What has begun is approved anew before other words of it go out, and one whose engagement was closed meanwhile is held."""

from __future__ import annotations

from dataclasses import replace

import pytest
from sqlalchemy import update

from storage import engagements, schema
from storage.broadcasting import broadcasts, departures
from storage.broadcasting.broadcast_rows import HELD, PAUSED, RETURNED, RUNNING, SCHEDULED, WAITING, Broadcast
from storage.broadcasting.broadcasts import Reach, Refusal
from storage.letters import outbox
from storage.letters.outbox import SENT
from storage.staffing.preferences import Preferences
from tests.storage.test_broadcast_claims import Pile, pile
from tests.storage.test_broadcasts import AUTHOR, BOT, COLLEAGUE, DRAFT_ONE, USUAL
from tests.storage.world import NOON

__all__ = ["pile"]

OTHERS = replace(DRAFT_ONE, words={"en": "Words that nobody else has read"})
FEW_ALONE = Preferences(approval_above=2)


def begin(pile: Pile, people: int, **draft: str) -> Broadcast:
    """One that goes out to so many people; the first of them has got it."""
    row = pile.begin(people, **draft)
    [letter] = pile.take(1)
    pile.do(lambda db: outbox.settle(db, [letter.became(SENT)], NOON))
    return pile.look_up(row)


def submit(pile: Pile, one: Broadcast) -> str:
    """Hand it in as the console does: measured, then submitted."""
    reach = pile.do(lambda db: broadcasts.measure(db, one, NOON))
    return pile.do(lambda db: broadcasts.submit(db, one, reach, FEW_ALONE, AUTHOR, NOON))


def test_other_words_of_one_that_goes_out_are_approved_for_all_who_have_a_letter(pile: Pile) -> None:
    one = begin(pile, 3)
    saved = pile.save(one.code, OTHERS)
    assert submit(pile, saved) == WAITING
    assert (pile.look(one.code).counted, pile.look(one.code).counted_young) == (3, 0)
    with pytest.raises(Refusal, match="waiting for a colleague"):
        pile.do(lambda db: broadcasts.resume(db, one, FEW_ALONE, AUTHOR, NOON))
    assert pile.take() == []
    assert pile.approve(one.code) == PAUSED


def test_somebody_young_with_a_letter_needs_other_words_approved(pile: Pile) -> None:
    one = begin(pile, 2)
    pile.change(2, age_band="16-17")
    assert pile.do(lambda db: broadcasts.measure(db, one, NOON)) == Reach(2, 1)
    assert submit(pile, pile.save(one.code, OTHERS)) == WAITING


def test_what_was_sent_back_after_it_was_frozen_keeps_how_many_it_is_for(pile: Pile) -> None:
    one = begin(pile, 3)
    submit(pile, pile.save(one.code, OTHERS))
    waiting = pile.look(one.code)
    assert pile.do(lambda db: broadcasts.send_back(db, waiting, "Shorter", COLLEAGUE, NOON)) == RETURNED
    assert submit(pile, pile.look(one.code)) == WAITING
    assert pile.look(one.code).counted == 3


def test_nobody_lets_go_on_what_needs_an_approval_and_has_none(pile: Pile) -> None:
    one = begin(pile, 3)
    pile.do(lambda db: broadcasts.pause(db, one, "", AUTHOR, NOON))
    pile.do(lambda db: db.execute(update(schema.broadcasts).values(approved_by="")))
    paused = pile.look(one.code)
    with pytest.raises(Refusal, match="Nobody has approved"):
        pile.do(lambda db: broadcasts.resume(db, paused, FEW_ALONE, AUTHOR, NOON))
    assert pile.do(lambda db: broadcasts.resume(db, paused, USUAL, AUTHOR, NOON)) == RUNNING


def test_an_approval_for_adults_does_not_cover_somebody_young_who_joins_while_it_is_frozen(pile: Pile) -> None:
    one = begin(pile, 2)
    pile.do(lambda db: db.execute(update(schema.broadcasts).values(state="freezing", approved_by=COLLEAGUE, counted=2)))
    pile.change(2, age_band="16-17")
    freezing = pile.look(one.code)
    state = pile.do(lambda db: departures.start(db, freezing, broadcasts.frozen(db, freezing), USUAL, NOON))
    assert (state, pile.look(one.code).why) == (WAITING, departures.NOW_YOUNG)


def test_one_whose_engagement_is_closed_meanwhile_is_held_and_goes_on_once_it_is_open(pile: Pile) -> None:
    clinic = pile.world.engage()
    one = begin(pile, 3, engagement="clinic")
    assert pile.do(lambda db: departures.look(db, BOT, NOON)) == ([], False)
    pile.do(lambda db: engagements.set_state(db, clinic.id, engagements.CLOSED, NOON))
    assert pile.take() == [], "whoever has not held it yet"
    assert pile.do(lambda db: departures.look(db, BOT, NOON)) == ([], True)
    assert [each.code for each in pile.do(lambda db: departures.hold(db, BOT, NOON))] == [one.code]
    held = pile.look(one.code)
    assert (held.state, held.why) == (HELD, broadcasts.SHUT)
    with pytest.raises(Refusal, match="not open to people now"):
        pile.do(lambda db: broadcasts.resume(db, held, USUAL, AUTHOR, NOON))
    pile.do(lambda db: engagements.set_state(db, clinic.id, engagements.OPEN, NOON))
    assert pile.do(lambda db: broadcasts.resume(db, held, USUAL, AUTHOR, NOON)) == RUNNING
    assert len(pile.take()) == 2


def test_one_that_is_paused_when_its_engagement_is_closed_does_not_go_on(pile: Pile) -> None:
    clinic = pile.world.engage()
    one = begin(pile, 2, engagement="clinic")
    pile.do(lambda db: broadcasts.pause(db, one, "", AUTHOR, NOON))
    pile.do(lambda db: engagements.set_state(db, clinic.id, engagements.CLOSED, NOON))
    paused = pile.look(one.code)
    with pytest.raises(Refusal, match="not open to people now"):
        pile.do(lambda db: broadcasts.resume(db, paused, USUAL, AUTHOR, NOON))


def test_one_that_waits_for_its_time_is_not_held_for_what_opens_later(pile: Pile) -> None:
    clinic = pile.world.engage()
    code = pile.make(replace(DRAFT_ONE, engagement="clinic", local_at="2027-07-01T18:00"))
    pile.submit(code)
    pile.do(lambda db: engagements.set_state(db, clinic.id, engagements.DRAFT, NOON))
    assert pile.do(lambda db: departures.hold(db, BOT, NOON)) == []
    assert pile.look(code).state == SCHEDULED
