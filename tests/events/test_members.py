"""Members of a group and their deputies: who hears what of a meeting, who gets its papers, and who may put its notes right."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from sqlalchemy import Connection, select, update

from bot import buttons, replying
from conversations.inputs import Attend
from conversations.phrases import PHRASES
from storage import schema
from storage.broadcasting import groups
from storage.events import events, feeds, occasions
from storage.events.occasions import Occasion, Plan
from storage.groups import minutes, papers, quorum, seats
from storage.groups.quorum import Meeting
from tests.road.indoors import Indoors, Visitor, indoors

PLACE = "the blue room"


@dataclass
class Panel:
    """A group whose only seat is the member's, with a deputy, and a meeting ahead; and a stranger."""

    house: Indoors
    member: Visitor
    deputy: Visitor
    stranger: Visitor
    date: Occasion

    def tap(self, who: Visitor, verb: str, about: str = "") -> str:
        """As by a button; returns what they hear."""
        data = buttons.encode(Attend(verb, self.date.code, about), who.chat_id, self.house.base.house.keys.sign)
        self.house.take([who.taps_data(data)])
        assert not self.house.failures()
        return who.said[-1]

    def type(self, who: Visitor, words: str) -> str:
        self.house.take([who.types(words)])
        return who.said[-1]

    @property
    def meeting(self) -> Meeting:
        found: Meeting | None = self.house.do(quorum.find, self.house.base.house.organisation_id, self.date.code)
        assert found
        return found

    def person(self, who: Visitor) -> int:
        keys, bot = self.house.base.house.keys, self.house.base.house.bot_id
        lookup = keys.lookup(bot, "telegram", str(who.chat_id))
        wanted = select(schema.addresses.c.person_id).where(schema.addresses.c.lookup == lookup)
        found: int = self.house.do(lambda db: db.scalars(wanted).one())
        return found

    def planned(self, kind: str) -> list[tuple[int, str]]:
        """Whom a follow-up of this kind is for, and what it is about."""
        wanted = select(schema.followups.c.person_id, schema.followups.c.about).where(schema.followups.c.kind == kind)
        found: list[tuple[int, str]] = self.house.do(lambda db: [tuple(row) for row in db.execute(wanted)])
        return found

    def states(self) -> list[str]:
        """Of all places there are, by name."""
        found: list[str] = self.house.do(lambda db: sorted(db.scalars(select(schema.places.c.state))))
        return found

    def draft(self) -> None:
        """Notes of it, which nobody has seen."""
        here, now, meeting = self.house.base.house.organisation_id, self.house.base.clock.now(), self.meeting
        self.house.do(lambda db: minutes.write(db, here, meeting, "We talked.", 0, "staff", now))


@pytest.fixture
def panel(tmp_path: Path) -> Iterator[Panel]:
    with indoors(f"sqlite:///{tmp_path / 'withus.db'}", tmp_path) as house:
        met = [house.person() for _ in range(3)]
        for who in met:
            house.take([who.types("/start")])
            house.take([who.types("18")])
        engagement, _ = house.open("tests-meeting")
        here, now = house.base.house.organisation_id, house.base.clock.now()

        def work(db: Connection) -> Occasion:
            groups.make(db, here, "Panel")
            [group] = groups.load(db, here)
            event = events.settle(db, engagement, group_id=group.id)
            seats.make(db, group, {"kind": "patient", "name": "Patient", "lived": "yes"}, now.date())
            [seat] = seats.load(db, [group.id])
            codes = db.scalars(select(schema.people.c.code).order_by(schema.people.c.id)).all()
            seats.fill(db, group, seat, {"holder": codes[0]}, now.date())
            seats.deputise(db, group, seat, codes[1], now)
            plan = Plan(f"{(now + dt.timedelta(days=40)).date()}T10:30", "Europe/London", 90, PLACE, online=True)
            return occasions.make(db, house.base.house.keys, event, plan, now)

        yield Panel(house, met[0], met[1], met[2], house.do(work))


def test_a_deputy_who_says_no_hears_nothing_more_of_the_meeting(panel: Panel) -> None:
    panel.tap(panel.member, "deputy")
    assert PLACE not in panel.tap(panel.deputy, "see")
    assert PLACE not in panel.tap(panel.deputy, "decline")
    assert PLACE not in panel.tap(panel.deputy, "see")
    assert not panel.deputy.heard[-1].content["rows"]


def test_whoever_is_no_member_can_do_nothing_by_an_old_button(panel: Panel) -> None:
    for verb in ("room", "raise"):
        panel.tap(panel.stranger, verb, "Words" if verb == "raise" else "")
    panel.tap(panel.member, "deputy")
    panel.tap(panel.deputy, "decline")
    assert PHRASES["meeting-not-yours"]["en"] in panel.tap(panel.deputy, "online")
    assert panel.states() == ["declined", "deputised"]


def test_a_deputy_who_had_said_yes_is_told_that_they_need_not_come_and_one_who_had_not_is_not(panel: Panel) -> None:
    panel.tap(panel.member, "deputy")
    panel.tap(panel.member, "room")
    assert panel.planned("stood-down") == []
    panel.tap(panel.member, "deputy")
    panel.tap(panel.deputy, "accept")
    panel.tap(panel.member, "room")
    assert [person for person, _ in panel.planned("stood-down")] == [panel.person(panel.deputy)]


@pytest.mark.parametrize("verb", ["no", "unsure", "leave"])
def test_a_deputy_who_said_yes_comes_though_the_member_says_that_they_cannot(panel: Panel, verb: str) -> None:
    panel.tap(panel.member, "deputy")
    panel.tap(panel.deputy, "accept")
    assert PHRASES["meeting-deputy-stays"]["en"] in panel.tap(panel.member, verb)
    assert panel.states() == ["confirmed", "deputised"]
    assert panel.planned("stood-down") == []
    panel.tap(panel.deputy, "decline")
    assert [person for person, _ in panel.planned("no-deputy")] == [panel.person(panel.member)]


def test_a_deputy_who_has_not_answered_is_asked_still_though_the_member_says_that_they_cannot(panel: Panel) -> None:
    panel.tap(panel.member, "deputy")
    assert PHRASES["meeting-deputy-asked"]["en"] in panel.tap(panel.member, "no")
    panel.tap(panel.deputy, "accept")
    assert panel.states() == ["confirmed", "deputised"]


def test_a_member_can_say_that_nobody_needs_to_come_for_them(panel: Panel) -> None:
    panel.tap(panel.member, "deputy")
    panel.tap(panel.deputy, "accept")
    said = panel.tap(panel.member, "see")
    number = next(row for row in said.splitlines() if PHRASES["meeting-nobody"]["en"] in row).split(".")[0]
    assert PHRASES["meeting-deputy-freed"]["en"] in panel.type(panel.member, number)
    assert panel.states() == ["declined", "withdrawn"]
    assert [person for person, _ in panel.planned("stood-down")] == [panel.person(panel.deputy)]
    assert PHRASES["meeting-nobody"]["en"] not in panel.tap(panel.member, "see")


@pytest.mark.parametrize("partstat, verb", [("DECLINED", "decline"), ("ACCEPTED", "keep"), ("TENTATIVE", "keep")])
def test_the_reply_of_a_deputys_calendar_says_no_for_them_and_tells_the_member(panel: Panel, partstat: str, verb: str) -> None:
    panel.tap(panel.member, "deputy")
    panel.tap(panel.deputy, "accept")
    here, now = panel.house.base.house.organisation_id, panel.house.base.clock.now()
    wanted = select(schema.places.c.code).where(schema.places.c.person_id == panel.person(panel.deputy))

    def work(db: Connection) -> bool:
        [entry] = feeds.find(db, here, list(db.scalars(wanted))).values()
        assert replying.asks(entry, partstat) == verb
        return replying.take(db, entry, partstat, now)

    assert panel.house.do(work)
    assert bool(panel.planned("no-deputy")) == (verb == "decline")


def test_a_papers_file_goes_to_whoever_comes_and_to_nobody_else(panel: Panel) -> None:
    meeting, now = panel.meeting, panel.house.base.clock.now()
    code = panel.house.do(lambda db: papers.add(db, meeting, ("Plan", "Plain."), ("a.pdf", b"%PDF-"), "staff", now, now.date()))
    panel.tap(panel.member, "room")
    panel.tap(panel.member, "paper", code)
    assert panel.member.heard[-1].kind == "say"  # it was not sent yet
    panel.house.do(lambda db: papers.send(db, meeting, now))
    panel.tap(panel.member, "paper", code)
    assert panel.member.heard[-1].kind == "paper"
    assert panel.member.heard[-1].content["paper"] == (panel.date.id, code)
    panel.tap(panel.member, "deputy")
    for who in (panel.member, panel.deputy, panel.stranger):
        panel.tap(who, "paper", code)
        assert who.heard[-1].kind == "say"
    panel.tap(panel.deputy, "accept")
    panel.tap(panel.deputy, "paper", code)
    assert panel.deputy.heard[-1].kind == "paper"


def test_papers_that_went_out_before_reach_whoever_comes_later_once(panel: Panel) -> None:
    meeting, now = panel.meeting, panel.house.base.clock.now()
    panel.house.do(lambda db: papers.add(db, meeting, ("Plan", "Plain."), None, "staff", now, now.date()))
    panel.house.do(lambda db: papers.send(db, meeting, now))
    assert panel.planned("papers") == []
    for verb in ("room", "unsure", "online"):
        panel.tap(panel.member, verb)
    assert [person for person, _ in panel.planned("papers")] == [panel.person(panel.member)]


def test_notes_are_put_right_by_members_and_whoever_came_while_they_are_open(panel: Panel) -> None:
    panel.tap(panel.member, "deputy")
    panel.tap(panel.deputy, "accept")
    meeting, house, now = panel.meeting, panel.house.base.house, panel.house.base.clock.now()
    panel.draft()
    assert PHRASES["correction-too-late"]["en"] in panel.tap(panel.member, "correct", "A draft")
    panel.house.do(lambda db: minutes.share(db, meeting, now))
    assert PHRASES["meeting-not-yours"]["en"] in panel.tap(panel.deputy, "correct", "I was not there")
    panel.house.do(lambda db: db.execute(update(schema.places).values(came=True)))
    panel.tap(panel.deputy, "correct")
    assert PHRASES["correction-sent"]["en"] in panel.type(panel.deputy, "It was April.")
    assert PHRASES["correction-sent"]["en"] in panel.tap(panel.member, "correct", "It was raining")
    panel.tap(panel.stranger, "correct", "Words")
    found = panel.house.do(lambda db: minutes.load_corrections(db, house.keys, meeting.id))
    assert [one.words for one in found] == ["It was April.", "It was raining"]


def test_a_meeting_that_a_member_has_not_replied_to_is_among_what_comes_up(panel: Panel) -> None:
    said = panel.type(panel.member, "/events")
    assert PHRASES["meeting-no-reply"]["en"] in said
    assert PHRASES["event-diary-empty"]["en"] in panel.type(panel.stranger, "/events")


def test_what_is_too_long_for_a_point_is_asked_for_again_and_nothing_is_kept(panel: Panel) -> None:
    panel.tap(panel.member, "raise")
    assert PHRASES["point-too-long"]["en"] in panel.type(panel.member, "x" * 1001)
    assert PHRASES["point-raised"]["en"] in panel.type(panel.member, "The doors are heavy")
    assert panel.house.do(lambda db: len(db.execute(select(schema.points)).all())) == 1


def test_everybody_sees_their_own_points_only(panel: Panel) -> None:
    panel.tap(panel.member, "raise", "The doors are heavy")
    assert "The doors are heavy" in panel.type(panel.member, "/points")
    assert PHRASES["points-none"]["en"] in panel.type(panel.deputy, "/points")
