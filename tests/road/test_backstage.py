"""A colleague's own chat: linked by a one-time code, good for what carries little risk, and unknown to everybody else."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select, update

from bot import backstage, buttons, upkeep
from conversations.inputs import Staff
from storage import schema
from storage.broadcasting.broadcast_rows import RUNNING
from storage.staffing import staff_chats
from tests.road.backstage import audited, change, chats, code_of, colleague, linked
from tests.road.indoors import Indoors, Visitor, indoors
from tests.road.test_invitations import broadcast

UNKNOWN = "We don’t know that command"


@pytest.fixture
def home(database: str, tmp_path: Path) -> Iterator[Indoors]:
    """Give a house without doors, on each database."""
    with indoors(database, tmp_path) as made:
        yield made


def adult(home: Indoors) -> Visitor:
    """Somebody who is no colleague."""
    visitor = home.person()
    home.take([visitor.types("/start"), visitor.types("18 or over")])
    return visitor


def say(home: Indoors, visitor: Visitor, words: str) -> str:
    home.take([visitor.types(words)])
    return visitor.said[-1]


def test_a_code_links_a_chat_once(home: Indoors) -> None:
    one = colleague(home)
    code = code_of(home, one)
    first, second = home.person(), home.person()
    assert "This chat is linked to Sam officer." in say(home, first, f"/link {code}")
    assert "does not work" in say(home, second, f"/link {code}")
    assert [chat.staff_id for chat in chats(home)] == [one]
    assert audited(home)[-1][1] == "link-chat"
    assert str(first.chat_id).encode() not in chats(home)[0].sealed


def test_a_code_of_a_quarter_of_an_hour_ago_links_nothing(home: Indoors) -> None:
    code = code_of(home, colleague(home))
    home.do(lambda db: db.execute(update(schema.chat_codes).values(expires_at=home.base.clock.now())))
    assert "does not work" in say(home, home.person(), f"/link {code}")
    assert chats(home) == []


def test_after_five_guesses_within_an_hour_a_chat_guesses_in_vain(home: Indoors) -> None:
    code = code_of(home, colleague(home))
    guesser = adult(home)
    for _ in range(backstage.TRIES):
        assert "does not work" in say(home, guesser, "/link aaaa-bbbb-cccc-dddd")
    assert UNKNOWN in say(home, guesser, f"/link {code}")
    assert chats(home) == []
    tried = home.base.house.guesses
    for lookup, at in tried.items():
        tried[lookup] = [when - backstage.TRIED_WITHIN for when in at]
    assert "is linked" in say(home, guesser, f"/link {code}")


@pytest.mark.promise("P19")
def test_what_staff_can_do_is_unknown_to_everybody_else(home: Indoors) -> None:
    one, stranger = adult(home), home.person()
    for words in ("/today", "/counts", "/counts x", "/pause-send", "/digest 08:30", "/unlink", "/staff", "/link"):
        assert UNKNOWN in say(home, one, words)
        assert "how old are you" in say(home, stranger, words)


@pytest.mark.promise("P19", control=True)
def test_a_bot_that_does_not_ask_who_they_are_would_show_it(home: Indoors, monkeypatch: pytest.MonkeyPatch) -> None:
    linked(home)
    anybody = home.do(staff_chats.find, chats(home)[0].lookup)
    monkeypatch.setattr(staff_chats, "find", lambda _db, _lookup: anybody)
    assert UNKNOWN not in say(home, adult(home), "/today")


@pytest.mark.promise("P19")
def test_a_button_of_a_colleague_does_nothing_for_somebody_else(home: Indoors) -> None:
    _, code = broadcast(home, None)
    home.do(lambda db: db.execute(update(schema.broadcasts).values(state=RUNNING)))
    visitor = adult(home)
    home.take([visitor.taps_data(buttons.encode(Staff("pausesend", code), visitor.chat_id, home.base.house.keys.sign))])
    assert home.do(lambda db: db.scalar(select(schema.broadcasts.c.state))) == RUNNING
    assert audited(home) == []
    assert "forged" not in visitor.said[-1]


@pytest.mark.promise("P19")
@pytest.mark.parametrize(
    "gone", [{"state": "removed"}, {"locked_until": dt.datetime(2100, 1, 1, tzinfo=dt.UTC)}], ids=["removed", "locked"]
)
def test_a_colleague_who_is_removed_or_locked_out_hears_what_anybody_hears(home: Indoors, gone: dict[str, object]) -> None:
    visitor, one = linked(home)
    assert "Nothing needs you today" in say(home, visitor, "/today")
    change(home, one, **gone)
    home.take([visitor.types("/start"), visitor.types("18 or over")])
    assert UNKNOWN in say(home, visitor, "/today")


@pytest.mark.promise("P19")
def test_a_role_holds_in_the_chat_as_in_the_console(home: Indoors) -> None:
    analyst, _ = linked(home, "analyst")
    assert "Your role does not include this" in say(home, analyst, "/today")
    assert "Your role does not include this" in say(home, analyst, "/pause-send")
    assert "Nothing has been opened yet" in say(home, analyst, "/counts")
    partner, _ = linked(home, "partner", partner_id=home.do(_partner, home))
    assert "in the console" in say(home, partner, "/counts")


def _partner(db: object, home: Indoors) -> int:
    row = {"code": "a" * 16, "organisation_id": home.base.house.organisation_id, "name": "Next door"}
    made: int = db.scalars(schema.partners.insert().values(row).returning(schema.partners.c.id)).one()  # type: ignore[attr-defined]
    return made


def test_today_names_what_goes_out_and_a_button_holds_it_as_theirs(home: Indoors) -> None:
    visitor, one = linked(home)
    broadcast(home, None)
    home.do(lambda db: db.execute(update(schema.broadcasts).values(state=RUNNING)))
    assert "Going out now: Come" in say(home, visitor, "/today")
    home.take([visitor.taps("Pause: Come")])
    assert "“Come” is paused." in visitor.said[-1]
    assert home.do(lambda db: db.scalar(select(schema.broadcasts.c.state))) == "paused"
    code = home.do(lambda db: db.scalar(select(schema.staff.c.code).where(schema.staff.c.id == one)))
    assert audited(home)[-1] == (code, "pause-broadcast")
    home.take([visitor.taps("Pause: Come")])  # once more, by the old button
    assert "It can’t be paused now" in visitor.said[-1]
    assert "On hold: Come" in say(home, visitor, "/today")


def test_a_send_of_another_organisation_cannot_be_held(home: Indoors) -> None:
    visitor, _ = linked(home)
    _, code = broadcast(home, None)
    other = {"code": "o" * 16, "name": "Another", "time_zone": "UTC", "created_at": home.base.clock.now()}

    def hand_over(db: object) -> None:
        new = db.scalars(schema.organisations.insert().values(other).returning(schema.organisations.c.id)).one()  # type: ignore[attr-defined]
        db.execute(update(schema.broadcasts).values(organisation_id=new, state=RUNNING))  # type: ignore[attr-defined]

    home.do(hand_over)
    assert "Nothing is going out" in say(home, visitor, f"/pause-send {code}")
    assert home.do(lambda db: db.scalar(select(schema.broadcasts.c.state))) == RUNNING


def test_counts_are_those_of_the_last_release_and_no_others(home: Indoors) -> None:
    visitor, _ = linked(home)
    engagement, link = home.open("tests-vote")
    voter = home.person()
    home.take([voter.types(f"/start {link}"), voter.types("18 or over")])
    say(home, visitor, "/counts")
    home.take([visitor.taps(home.base.house.by_hash[engagement.edition].title["en"])])
    assert "No figures are released yet" in visitor.said[-1]
    assert "No figures are released yet" in say(home, visitor, f"/counts {engagement.slug}")
    assert "Nothing here has that name" in say(home, visitor, "/counts nothing-of-the-kind")


def test_counts_are_rounded_as_everything_that_leaves_the_team(home: Indoors) -> None:
    visitor, _ = linked(home)
    engagement, link = home.open("tests-vote")
    voters = [home.person() for _ in range(12)]
    for words in (f"/start {link}", "18 or over", "blue", "yes", "It is calm."):
        home.take([voter.types(words) for voter in voters])
    home.do(upkeep.release, home.base.house, engagement, home.base.clock.now())
    told = say(home, visitor, f"/counts {engagement.slug}")
    assert "Finished: 10, as released on" in told
    assert "Blue: *" in told  # what all of them said would tell what each of them said
    assert "calm" not in told


def test_a_colleague_is_an_ordinary_person_besides(home: Indoors) -> None:
    engagement, link = home.open("tests-five")
    visitor, _ = linked(home)
    home.take([visitor.types(f"/start {link}"), visitor.types("18 or over")])
    assert "Question 1" in visitor.said[-1]
    say(home, visitor, "/today")
    assert "Question 2" in say(home, visitor, "3")  # what staff ask in between is no answer, and takes no question away
    assert home.results(engagement)["people"]["started"] == 1


def test_a_chat_that_is_unlinked_is_nobodys(home: Indoors) -> None:
    visitor, _ = linked(home)
    assert "not linked any more" in say(home, visitor, "/unlink")
    assert chats(home) == []
    assert audited(home)[-1][1] == "unlink-chat"
    assert "how old are you" in say(home, visitor, "/today")


@pytest.mark.parametrize(
    "typed,at",
    [
        ("08:30", "08:30"), ("8:30", "08:30"), ("8.30", "08:30"), ("0830", "08:30"), ("8", "08:00"), ("8am", "08:00"),
        ("at 5 pm", "17:00"), ("12am", "00:00"), ("12 pm", "12:00"), ("23:59", "23:59"), ("24:00", None), ("8:60", None),
        ("13pm", None), ("", None), ("soon", None), ("-8:30", None), ("٠٨:٣٠", None),
    ],
)  # fmt: skip
def test_a_time_of_day_is_read_as_people_type_it(typed: str, at: str | None) -> None:
    assert backstage.read_time(typed) == at


@given(st.text(max_size=12))
def test_whatever_is_typed_is_a_time_or_none(typed: str) -> None:
    at = backstage.read_time(typed)
    assert at is None or f"{dt.time.fromisoformat(at):%H:%M}" == at
