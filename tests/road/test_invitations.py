"""The button of a broadcast: it opens what it invites to, and proves that the letter arrived."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection, insert, select, update

from bot import buttons
from conversations.inputs import Invited
from storage import codes, schema
from storage.engagements import Engagement
from storage.letters import outbox
from storage.letters.outbox import Settled
from tests.road.indoors import Indoors, Update, Visitor, indoors


@pytest.fixture
def home(database: str, tmp_path: Path) -> Iterator[Indoors]:
    """Give a house without doors, on each database."""
    with indoors(database, tmp_path) as made:
        yield made


def broadcast(home: Indoors, engagement: Engagement | None) -> tuple[int, str]:
    """A broadcast under way that invites to an engagement: its id and code."""
    code, now = codes.make(), home.base.clock.now()
    row = {
        "code": code, "organisation_id": home.base.house.organisation_id, "bot_id": home.base.house.bot_id, "title": "Come",
        "sort": "engagement", "purpose": "invites", "engagement_id": engagement.id if engagement else None,
        "state": "sending", "zone": "Europe/London", "written_by": "staff", "made_at": now,
    }  # fmt: skip

    made = insert(schema.broadcasts).values(row).returning(schema.broadcasts.c.id)
    return home.do(lambda db: db.scalars(made).one()), code


def write(home: Indoors, broadcast_id: int, person: int, state: str) -> int:
    """A letter of the broadcast to somebody, in that state: its number."""
    house, now = home.base.house, home.base.clock.now()
    number = house.numbers.next(now)
    row = {
        "id": number, "organisation_id": house.organisation_id, "bot_id": house.bot_id, "person_id": person,
        "lane": "broadcast", "policy": "never-twice", "state": state, "reason": "died" if state == "unknown" else "",
        "broadcast_id": broadcast_id, "due_at": now, "created_at": now,
    }  # fmt: skip
    home.do(lambda db: db.execute(insert(schema.outbox).values(row)))
    return number


def letter(home: Indoors, number: int) -> tuple[str, str, bool]:
    """(state, reason, tapped) of a letter."""
    kept = schema.outbox.c
    row: Any = home.do(lambda db: db.execute(select(kept.state, kept.reason, kept.tapped).where(kept.id == number)).one())
    return row.state, row.reason, row.tapped


def newcomer(home: Indoors, code: str) -> Visitor:
    """An adult who came by this link once and went away again."""
    person = home.person()
    home.take([person.types(f"/start {code}"), person.types("18 or over"), person.types("/leave")])
    return person


def person_id(home: Indoors) -> int:
    newest = select(schema.people.c.id).order_by(schema.people.c.id.desc()).limit(1)
    found: int = home.do(lambda db: db.scalars(newest).one())
    return found


def tap(home: Indoors, person: Visitor, code: str) -> Update:
    return person.taps_data(buttons.encode(Invited(code), person.chat_id, home.base.house.keys.sign))


def test_an_invitation_opens_what_it_invites_to_and_is_marked_tapped(home: Indoors) -> None:
    _, code = home.open("tests-vote")
    invited, _ = home.open("tests-five")
    visitor = newcomer(home, code)
    broadcast_id, invitation = broadcast(home, invited)
    number = write(home, broadcast_id, person_id(home), "sent")
    home.take([tap(home, visitor, invitation)])
    assert "Question 1" in visitor.said[-1]
    assert letter(home, number) == ("sent", "", True)


@pytest.mark.parametrize("state", ["unknown", "left", "pending"])
def test_a_letter_nobody_was_sure_of_has_been_sent_when_its_button_is_tapped(home: Indoors, state: str) -> None:
    engagement, code = home.open("tests-five")
    visitor = newcomer(home, code)
    broadcast_id, invitation = broadcast(home, engagement)
    number = write(home, broadcast_id, person_id(home), state)
    other = write(home, broadcast_id, home.do(_someone_else, home), state)
    home.take([tap(home, visitor, invitation)])
    assert letter(home, number) == ("sent", "", True)
    assert letter(home, other)[0] == state


def _someone_else(db: Connection, home: Indoors) -> int:
    row = {"code": codes.make(), "organisation_id": home.base.house.organisation_id, "met_on": home.base.clock.now().date()}
    made: int = db.scalars(insert(schema.people).values(row).returning(schema.people.c.id)).one()
    return made


def test_a_tap_that_comes_before_the_answer_got_lost_still_proves_it(home: Indoors) -> None:
    engagement, code = home.open("tests-five")
    visitor = newcomer(home, code)
    broadcast_id, invitation = broadcast(home, engagement)
    number = write(home, broadcast_id, person_id(home), "sending")
    home.take([tap(home, visitor, invitation)])
    assert letter(home, number) == ("sending", "", True)
    lost = Settled(number, outbox.UNKNOWN, "timeout", outbox.BROADCAST)
    home.do(outbox.settle, [lost], home.base.clock.now())
    assert letter(home, number)[0] == "sent"


def test_an_invitation_to_what_has_closed_is_answered_kindly_and_proves_all_the_same(home: Indoors) -> None:
    engagement, code = home.open("tests-five")
    visitor = newcomer(home, code)
    broadcast_id, invitation = broadcast(home, engagement)
    number = write(home, broadcast_id, person_id(home), "unknown")
    home.close(engagement)
    home.take([tap(home, visitor, invitation)])
    assert visitor.said[-1].startswith("This one has closed")
    assert letter(home, number) == ("sent", "", True)


@pytest.mark.parametrize("changed", [{"organisation_id": 0}, {}], ids=["of another organisation", "that never was"])
def test_an_invitation_of_nobody_here_opens_nothing(home: Indoors, changed: dict[str, int]) -> None:
    engagement, code = home.open("tests-five")
    visitor = newcomer(home, code)
    _, invitation = broadcast(home, engagement)
    if changed:
        other = {"code": codes.make(), "name": "Another", "time_zone": "UTC", "created_at": home.base.clock.now()}

        def hand_over(db: Connection) -> None:
            new = db.scalars(insert(schema.organisations).values(other).returning(schema.organisations.c.id)).one()
            db.execute(update(schema.broadcasts).values(organisation_id=new))

        home.do(hand_over)
    home.take([tap(home, visitor, invitation if changed else codes.make())])
    assert "has closed" in visitor.said[-1]


def test_somebody_who_was_never_asked_their_age_is_asked_it_first(home: Indoors) -> None:
    engagement, _ = home.open("tests-five")
    _, invitation = broadcast(home, engagement)
    visitor = home.person()
    home.take([tap(home, visitor, invitation)])
    assert "how old are you" in visitor.said[-1]
