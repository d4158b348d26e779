"""What people say of themselves and settle about messages, as it is kept: on the last word, sealed, and gone when they go."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection, event, insert, select, update

from conversations.records import PURPOSES
from storage import codes, engagements, schema
from storage.engagements import Engagement
from tests.road.indoors import Indoors, Visitor, indoors


@pytest.fixture
def home(database: str, tmp_path: Path) -> Iterator[Indoors]:
    """Give a house without doors, on each database."""
    with indoors(database, tmp_path) as made:
        yield made


def says(home: Indoors, visitor: Visitor, *words: str) -> None:
    home.take([visitor.types(each) for each in words])


def adult(home: Indoors) -> Visitor:
    visitor = home.person()
    says(home, visitor, "/start", "18 or over")
    return visitor


def row(home: Indoors) -> Any:
    """The row of whoever came last."""
    return home.do(lambda db: db.execute(select(schema.people).order_by(schema.people.c.id.desc()).limit(1)).one())


def switches(home: Indoors) -> dict[str, bool]:
    said = select(schema.switches.c.purpose, schema.switches.c.given).where(schema.switches.c.person_id == row(home).id)
    return {each.purpose: each.given for each in home.do(lambda db: db.execute(said).all())}


def about_you(home: Indoors, *answers: str) -> tuple[Engagement, Visitor]:
    engagement, link = home.open("tests-about-you")
    visitor = home.person()
    says(home, visitor, f"/start {link}", "18 or over", *answers)
    return engagement, visitor


def test_a_name_is_kept_sealed_and_a_place_with_its_nation(home: Indoors) -> None:
    about_you(home, "Rhian  Angharad", "cf10 1aa", "yes", "yes, I agree")
    kept = row(home)
    assert home.base.house.keys.open("people.name", kept.code, kept.name) == b"Rhian Angharad"
    assert b"Rhian" not in kept.name
    assert (kept.place, kept.nation) == ("CF10", "WLS")
    assert switches(home) == {"results": True, "news": True}


def test_what_is_left_out_sets_nothing(home: Indoors) -> None:
    about_you(home, "skip", "skip", "skip", "no, I don't agree")
    kept = row(home)
    assert (kept.name, kept.place, kept.nation) == (None, "", "")
    assert switches(home) == {"news": False}


def test_nothing_is_set_before_the_end_and_a_no_in_its_place_counts(home: Indoors) -> None:
    _, visitor = about_you(home, "skip", "skip", "yes")
    assert switches(home) == {}
    says(home, visitor, "back", "no", "yes, I agree")
    assert switches(home) == {"results": False, "news": True}


def test_a_later_no_takes_an_earlier_yes_back(home: Indoors) -> None:
    _, visitor = about_you(home, "skip", "skip", "yes", "yes, I agree")
    _, link = home.open("tests-about-you")
    says(home, visitor, f"/start {link}", "skip", "skip", "no", "yes, I agree")
    assert switches(home) == {"results": False, "news": True}


def test_where_and_when_somebody_said_so_is_kept(home: Indoors) -> None:
    engagement, visitor = about_you(home, "skip", "skip", "yes", "yes, I agree")
    says(home, visitor, "/choices", "1")
    kept = {each.purpose: each for each in home.do(lambda db: db.execute(select(schema.switches)).all())}
    assert kept["results"].source == f"{engagement.slug}.after"
    assert kept["polls"].source == "chat"
    today = home.base.clock.now().astimezone(home.base.house.zone).date()
    assert {each.on_day for each in kept.values()} == {today}


def test_of_an_anonymous_engagement_only_the_month_is_kept(home: Indoors) -> None:
    """Else the day somebody finished would stand beside the day of answers nobody may know to be theirs."""
    file = Path(__file__).parent / "engagements" / "tests-about-you.toml"
    anonymous = file.read_text("utf-8").replace('identity = "named"', 'identity = "anonymous"')
    slug = f"anonymous-{codes.make()[:8]}"
    link = _open(home, slug, anonymous.replace('id = "tests-about-you"', f'id = "{slug}"', 1))
    visitor = home.person()
    says(home, visitor, f"/start {link}", "18 or over", "skip", "skip", "yes", "yes, I agree")
    days = home.do(lambda db: set(db.scalars(select(schema.switches.c.on_day))))
    assert days == {home.base.clock.now().astimezone(home.base.house.zone).date().replace(day=1)}


def _open(home: Indoors, slug: str, source: str) -> str:
    def work(db: Connection) -> str:
        now, here = home.base.clock.now(), home.base.house.organisation_id
        engagements.adopt(db, here, {slug: source}, now)
        found = engagements.find(db, here, slug)
        assert found
        engagements.set_state(db, found.id, engagements.OPEN, now)
        return engagements.make_link(db, found, "", now).code

    link: str = home.do(work)
    return link


def test_stop_turns_every_switch_off_and_coming_back_turns_none_on(home: Indoors) -> None:
    _, visitor = about_you(home, "skip", "skip", "yes", "yes, I agree")
    says(home, visitor, "/stop")
    assert row(home).stopped
    assert switches(home) == dict.fromkeys(PURPOSES, False)
    says(home, visitor, "/start", "/pause off", "/quiet", "4")
    assert row(home).stopped
    assert not any(switches(home).values())
    says(home, visitor, "/choices", "4")
    assert not row(home).stopped
    assert {purpose for purpose, on in switches(home).items() if on} == {"results"}


def test_a_yes_in_an_engagement_takes_a_stop_back(home: Indoors) -> None:
    visitor = adult(home)
    _, link = home.open("tests-about-you")
    says(home, visitor, "/stop", f"/start {link}", "skip", "skip", "no")
    assert row(home).stopped
    says(home, visitor, "yes, I agree")
    assert not row(home).stopped
    assert {purpose for purpose, on in switches(home).items() if on} == {"news"}


def test_a_break_and_quieter_hours_are_kept_with_the_person(home: Indoors) -> None:
    visitor = adult(home)
    says(home, visitor, "/pause 2 weeks", "/quiet", "1")
    kept, now = row(home), home.base.clock.now()
    assert now + dt.timedelta(days=13) < kept.paused_until <= now + dt.timedelta(days=14)
    assert kept.quiet == "00:00-16:00"
    says(home, visitor, "/pause off", "/quiet", "4")
    assert (row(home).paused_until, row(home).quiet) == (None, "")


def test_a_break_is_told_again_until_it_is_over(home: Indoors) -> None:
    visitor = adult(home)
    says(home, visitor, "/pause 1 month", "/pause")
    assert "You have a break now" in visitor.said[-1]
    home.do(lambda db: db.execute(update(schema.people).values(paused_until=home.base.clock.now())))
    says(home, visitor, "/pause")
    assert "You have a break now" not in visitor.said[-1]


def test_nothing_of_it_is_left_when_somebody_deletes_everything(home: Indoors) -> None:
    _, visitor = about_you(home, "Rhian", "CF10", "yes", "yes, I agree")
    says(home, visitor, "/pause 1 week", "/delete", "yes, delete it")
    assert home.do(lambda db: db.execute(select(schema.people)).all()) == []
    assert home.do(lambda db: db.execute(select(schema.switches)).all()) == []


def partner(home: Indoors, name: str) -> int:
    values = {"code": codes.make(), "organisation_id": home.base.house.organisation_id, "name": name}

    def work(db: Connection) -> int:
        made: int = db.scalars(insert(schema.partners).values(values).returning(schema.partners.c.id)).one()
        return made

    made: int = home.do(work)
    return made


def of_partner(home: Indoors, link: str, partner_id: int) -> None:
    home.do(lambda db: db.execute(update(schema.links).where(schema.links.c.code == link).values(partner_id=partner_id)))


def test_somebody_is_of_the_partner_by_whose_link_they_first_came(home: Indoors) -> None:
    near, far = partner(home, "Near"), partner(home, "Far")
    (_, first), (_, second) = home.open("tests-five"), home.open("tests-vote")
    of_partner(home, first, near)
    of_partner(home, second, far)
    visitor = home.person()
    says(home, visitor, f"/start {first}", "18 or over", f"/start {second}")
    assert row(home).partner_id == near


def test_somebody_who_came_without_a_partner_stays_without_one(home: Indoors) -> None:
    _, link = home.open("tests-five")
    of_partner(home, link, partner(home, "Near"))
    visitor = adult(home)
    says(home, visitor, f"/start {link}")
    assert row(home).partner_id is None


def test_the_partner_stands_beside_what_they_finished_unless_that_is_anonymous(home: Indoors) -> None:
    near = partner(home, "Near")
    engagement, link = home.open("tests-five")
    of_partner(home, link, near)
    visitor = home.person()
    says(home, visitor, f"/start {link}", "18 or over", "3", "skip", "no")
    kept = home.do(lambda db: db.execute(select(schema.responses)).all())
    assert [(each.engagement_id, each.partner_id) for each in kept] == [(engagement.id, near)]


def test_an_age_tapped_again_after_a_lost_reply_shows_where_they_stand(home: Indoors) -> None:
    _, link = home.open("tests-five")
    visitor = home.person()
    says(home, visitor, f"/start {link}")
    again = visitor.data("4. ")
    says(home, visitor, "18 or over", "3")
    home.take([visitor.taps_data(again)])
    assert "Question 2" in visitor.said[-1]
    assert not any("kept already" in words for words in visitor.said)


def test_an_age_tapped_again_with_nothing_open_shows_the_menu(home: Indoors) -> None:
    visitor = home.person()
    says(home, visitor, "/start")
    again = visitor.data("4. ")
    home.take([visitor.taps_data(again)])
    home.take([visitor.taps_data(again)])
    assert "Help now: /help" in visitor.said[-1]
    assert "kept already" not in visitor.said[-1]


def test_a_tap_asks_the_database_nothing_about_messages_or_colleagues(home: Indoors) -> None:
    """The one thing that everybody does at once pays for nothing that few ask for."""
    _, link = home.open("tests-five")
    visitor = home.person()
    says(home, visitor, f"/start {link}", "18 or over")
    asked: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_more: Any) -> None:
        asked.append(statement)

    event.listen(home.base.engine.sync_engine, "before_cursor_execute", note)
    home.take([visitor.taps("I work there")])
    assert asked
    tables = ("switches", "staff_chats", "broadcasts", "paused_until")
    assert not [statement for statement in asked if any(table in statement for table in tables)]
    home.take([visitor.types("/choices")])
    assert [statement for statement in asked if "switches" in statement]
