"""The pages people open from the bot: their own date, its file, its feed, and the way in; and nothing for anybody else."""

from __future__ import annotations

import datetime as dt
import threading
from dataclasses import dataclass
from typing import Any

import httpx
import pytest
from icalendar import Calendar
from sqlalchemy import update

from bot import calendars, doors, tickets
from bot.calendars import LARGEST
from storage import schema
from storage.events import feeds, occasions
from storage.events.occasions import Occasion
from tests.console.office import Office
from tests.events.stage import announce, do, enrol, look, plan, states
from tests.events.test_calendars import reply
from tests.storage.world import NOON, World

LINK = "https://meet.example/secret-room"


@dataclass
class Stage:
    """Somebody who has a place at a date with a joining link."""

    world: World
    office: Office
    one: Occasion
    person: int

    @property
    def place(self) -> str:
        return look(self.world, self.one)[self.person].code

    def path(self, purpose: str) -> str:
        return f"/{purpose}/{tickets.write(self.world.keys.sign, purpose, self.place)}"

    def get(self, path: str, method: str = "GET", **headers: str) -> httpx.Response:
        return self.office.browser().send(method, path, **headers)

    def upload(self, content: bytes) -> httpx.Response:
        files = {"file": ("reply.ics", content, "text/calendar")}
        return self.office.browser().send("POST", self.path("calendar"), files=files)

    def answer(self, said: str, sequence: int | None = None, uid: str = "") -> bytes:
        place = self.place
        entry = self.world.do(lambda db: feeds.find(db, self.world.organisation_id, [place]))[place]
        return reply(uid or entry.uid, said, sequence=entry.sequence if sequence is None else sequence)


@pytest.fixture
def stage(world: World) -> Stage:
    _, [one] = announce(world, 2)
    [person] = enrol(world, 1)
    do(world, person, one, "join")
    sealed = world.keys.seal("occasions.joining", one.code, b'{"link": "%s"}' % LINK.encode())
    world.do(lambda db: db.execute(update(schema.occasions).values(joining=sealed, online=True)))
    return Stage(world, Office(world), one, person)


def test_the_page_and_file_show_the_place_as_it_stands_and_nobody_may_keep_them(stage: Stage) -> None:
    page, file = stage.get(stage.path("calendar")), stage.get(stage.path("calendar") + ".ics")
    assert (page.status_code, file.status_code) == (200, 200)
    assert "You have a place." in page.text
    assert file.headers["content-type"] == "text/calendar; charset=utf-8"
    for one in (page, file):
        assert one.headers["cache-control"] == "no-store"
        assert one.headers["referrer-policy"] == "no-referrer"
        assert "noindex" in one.headers["x-robots-tag"]
        assert LINK not in one.text
    do(stage.world, stage.person, stage.one, "leave")
    assert str(Calendar.from_ical(stage.get(stage.path("calendar") + ".ics").content)["method"]) == "CANCEL"


def test_a_forged_address_is_no_page(stage: Stage) -> None:
    calendar, join = stage.path("calendar"), stage.path("join")
    forged = [calendar[:-1] + "z", calendar[:-1] + "z.ics", "/calendar/x", "/join/-", "/feeds/guess.ics"]
    forged += [calendar.replace("calendar", "join"), join.replace("join", "calendar")]
    assert [stage.get(path).status_code for path in forged] == [404] * len(forged)


def at(stage: Stage, **before: float) -> httpx.Response:
    stage.office.now = stage.one.starts_at - dt.timedelta(**before)
    return stage.get(stage.path("join"))


def test_the_way_in_opens_the_day_before_and_closes_at_the_end(stage: Stage) -> None:
    early = at(stage, days=2)
    assert (early.status_code, LINK in early.text, "too early" in early.text) == (200, False, True)
    near = at(stage, hours=30)
    assert (near.status_code, near.headers["location"], near.headers["referrer-policy"]) == (303, LINK, "no-referrer")
    assert at(stage, minutes=-60).status_code == 303
    over = at(stage, minutes=-91)
    assert (over.status_code, "over" in over.text, LINK in over.text) == (200, True, False)


def test_the_way_in_is_shut_for_whoever_gave_the_place_back_and_when_it_was_cancelled(stage: Stage) -> None:
    assert at(stage, hours=1).status_code == 303
    do(stage.world, stage.person, stage.one, "leave")
    gone = at(stage, hours=1)
    assert (gone.status_code, LINK in gone.text) == (200, False)
    do(stage.world, stage.person, stage.one, "join")
    stage.world.do(lambda db: occasions.cancel(db, stage.one, "Ill.", NOON))
    cancelled = at(stage, hours=1)
    assert (cancelled.status_code, "cancelled" in cancelled.text, LINK in cancelled.text) == (200, True, False)


def test_whoever_gave_their_place_back_does_not_hear_where_it_is_and_when_after_that(stage: Stage) -> None:
    do(stage.world, stage.person, stage.one, "leave")
    moved = plan(local_at="2027-02-27T19:45", place="Secret Refuge", online=True, capacity=2)
    stage.world.do(lambda db: occasions.change(db, stage.world.keys, stage.one, moved, stage.one.version, NOON))
    calendar, join = stage.path("calendar"), stage.path("join")
    for page in (stage.get(calendar), stage.get(join), stage.get(f"{calendar}.ics"), at(stage, days=-2)):
        assert page.status_code == 200
        assert not [
            told
            for told in ("Refuge", "Town Hall", "Online</dd>", "19:45", "18:00", "26 Feb", "27 Feb", "2027022")
            if told in page.text
        ]
    assert "You do not have a place at this date now." in stage.get(calendar).text
    now = stage.world.do(lambda db: occasions.find(db, stage.world.organisation_id, stage.one.code))
    assert now
    stage.world.do(lambda db: occasions.postpone(db, now, "Ill.", NOON))
    for page in (stage.get(calendar), stage.get(join)):
        assert "We will tell you" not in page.text, "they are not told any more"


def test_a_joining_link_that_does_not_open_says_that_staff_will_tell_them(stage: Stage) -> None:
    another = b"\x01" + bytes(60)
    stage.world.do(lambda db: db.execute(update(schema.occasions).values(joining=another)).rowcount)
    page = at(stage, hours=1)
    assert (page.status_code, "Staff will tell you how to join." in page.text) == (200, True)


def test_a_program_that_only_looks_changes_nothing(stage: Stage) -> None:
    before = look(stage.world, stage.one)
    for method in ("HEAD", "GET", "GET"):
        assert stage.get(stage.path("calendar"), method).status_code == 200
        at(stage, hours=1)
    assert look(stage.world, stage.one) == before


def test_an_uploaded_reply_gives_the_place_back(stage: Stage) -> None:
    said = stage.upload(stage.answer("DECLINED"))
    assert (said.status_code, "We have noted it." in said.text) == (200, True)
    assert states(stage.world, stage.one) == {stage.person: "withdrawn"}


def test_an_uploaded_file_that_is_no_such_reply_changes_nothing_and_says_why(stage: Stage) -> None:
    wrong = [b"junk", stage.answer("DECLINED", uid="other@here"), stage.answer("DECLINED", sequence=-1), b"x" * (LARGEST + 1)]
    assert [stage.upload(content).status_code for content in wrong] == [422] * 4
    assert "about another date" in stage.upload(wrong[1]).text
    assert "earlier time" in stage.upload(wrong[2]).text
    assert stage.upload(b"x" * (LARGEST * 3)).status_code == 422
    assert states(stage.world, stage.one) == {stage.person: "confirmed"}


def test_a_feed_is_sent_again_only_when_something_changed(stage: Stage) -> None:
    code = stage.world.do(lambda db: feeds.give(db, stage.world.organisation_id, NOON, person_id=stage.person))
    path = f"/feeds/{code}.ics"
    first = stage.get(path)
    assert b"REFRESH-INTERVAL;VALUE=DURATION:PT6H" in first.content
    assert stage.get(path, if_none_match=first.headers["etag"]).status_code == 304
    do(stage.world, stage.person, stage.one, "leave")
    again = stage.get(path, if_none_match=first.headers["etag"])
    assert (again.status_code, again.content.count(b"BEGIN:VEVENT")) == (200, 0)


def test_a_feed_is_written_beside_the_work_of_the_bot_and_only_when_something_changed(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    where: list[int] = []
    publish = calendars.publish

    def watched(*told: Any) -> bytes:
        where.append(threading.get_ident())
        return publish(*told)

    monkeypatch.setattr(calendars, "publish", watched)
    code = stage.world.do(lambda db: feeds.give(db, stage.world.organisation_id, NOON, person_id=stage.person))
    tag = stage.get(f"/feeds/{code}.ics").headers["etag"]
    assert stage.get(f"/feeds/{code}.ics", if_none_match=tag).status_code == 304
    for change in ({"local_at": "2027-02-26T19:00"}, {"place": "Library"}):
        one = stage.world.do(lambda db: occasions.find(db, stage.world.organisation_id, stage.one.code))
        assert one
        moved = plan(**{"local_at": "2027-02-26T19:00", "capacity": 2, "online": True, **change})
        stage.world.do(lambda db, one=one, moved=moved: occasions.change(db, stage.world.keys, one, moved, one.version, NOON))  # type: ignore[misc]
        before, tag = tag, stage.get(f"/feeds/{code}.ics", if_none_match=tag).headers["etag"]
        assert tag != before
    assert len(where) == 3
    assert threading.get_ident() not in where


def test_the_screen_at_the_door_renews_itself_and_shows_the_code_of_this_minute(stage: Stage) -> None:
    officer = stage.office.staff("officer")
    path = f"/console/dates/{stage.one.code}/screen"
    page = officer.get(path)
    assert page.status_code == 200
    assert page.headers["refresh"] == str(doors.left(stage.office.now) + 1)
    stage.office.pass_time(seconds=60)
    assert officer.get(path).text != page.text
    assert stage.office.staff("analyst").get(path).status_code == 403
    assert officer.get("/console/dates/nowhere/screen").status_code == 404
