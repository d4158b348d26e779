"""Whatever people write is read by somebody of staff, in its time, and nothing tells more of them than that."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable

import pytest
from sqlalchemy import Connection, select

from storage import engagements, erasure, schema, unlinking
from storage.engagements import Engagement
from storage.figures import releases
from storage.reading import handles, readings, themes
from storage.reading.handles import Place
from storage.reading.readings import Said
from storage.reading.themes import ThemeError
from tests.storage.world import NOON, SKIPPED, SOURCE, World, pick, write

MONDAY = NOON.date()
QUOTING = (
    SOURCE.replace('id = "clinic"', 'id = "quoting"')
    + """
[[steps]]
id = "again"
kind = "text"
ask.en = "And what else?"
optional = true
[[steps]]
id = "may-quote"
kind = "yes-no"
ask.en = "May we quote you?"
quotes = true
optional = true
"""
)
ADULTS = QUOTING.replace('audience = "everyone"', 'audience = "adults"')


def to_read(world: World, engagement: Engagement) -> list[Said]:
    return list(world.do(lambda db: readings.to_read(db, world.keys, engagement)).said)


def read(world: World, engagement: Engagement, said: Iterable[Said], who: str = "ada") -> list[Place]:
    places = [one.place for one in said]
    return world.do(lambda db: readings.mark(db, engagement, places, who, NOON))


def overdue(world: World, today: dt.date) -> int:
    return world.do(lambda db: readings.overdue(db, world.organisation_id, today))


def day(number: int) -> dt.datetime:
    return NOON + dt.timedelta(days=number)


# --- What waits


@pytest.mark.parametrize("identity", ["confidential", "named"])
def test_what_people_finish_waits_oldest_first_until_it_is_read(world: World, identity: str) -> None:
    clinic = world.engage(identity)
    world.answer(clinic, {"wrong": write("second")}, now=day(1))
    world.answer(clinic, {"wrong": write("first")})
    world.answer(clinic, {"wrong": write("not finished")}, finished=False)
    world.answer(clinic, {"who": pick("have"), "wrong": SKIPPED})
    waiting = to_read(world, clinic)
    assert [one.words for one in waiting] == ["first", "second"]
    assert world.do(lambda db: readings.unread(db, world.organisation_id)) == 2
    read(world, clinic, waiting[:1])
    assert [one.words for one in to_read(world, clinic)] == ["second"]
    assert world.do(lambda db: readings.unread(db, world.organisation_id)) == 1


def test_anonymous_words_wait_only_once_they_are_free(world: World) -> None:
    clinic = world.engage("anonymous")
    world.answer_all(clinic, [{"wrong": write(f"text {number}")} for number in range(9)])
    assert to_read(world, clinic) == []
    world.answer(clinic, {"who": pick("have")})
    world.do(lambda db: unlinking.free(db, world.keys, clinic, NOON))
    assert sorted(one.words for one in to_read(world, clinic)) == [f"text {number}" for number in range(9)]


def test_someone_who_wrote_twice_waits_until_both_are_read(world: World) -> None:
    quoting = world.engage("confidential", QUOTING)
    world.answer(quoting, {"wrong": write("one"), "again": write("two")})
    one, two = to_read(world, quoting)
    read(world, quoting, [one])
    assert world.do(lambda db: readings.unread(db, world.organisation_id)) == 1
    read(world, quoting, [two])
    assert world.do(lambda db: readings.unread(db, world.organisation_id)) == 0


def test_pages_hold_everybody_once(world: World) -> None:
    clinic = world.engage("confidential")
    world.answer_all(clinic, [{"wrong": write(f"text {number}")} for number in range(7)])
    found, after = [], ""
    for _ in range(3):
        leaf = world.do(lambda db, at=after: readings.to_read(db, world.keys, clinic, at, 3))  # type: ignore[misc]
        found += [one.words for one in leaf.said]
        after = leaf.next
    assert (sorted(found), after) == ([f"text {number}" for number in range(7)], "")


def test_whoever_reads_second_changes_nothing(world: World) -> None:
    clinic = world.engage("confidential")
    world.answer(clinic, {"wrong": write("one")})
    said = to_read(world, clinic)
    read(world, clinic, said, "ada")
    read(world, clinic, said, "bob")
    assert world.do(lambda db: db.scalars(select(schema.readings.c.read_by)).all()) == ["ada"]


# --- In time


def test_words_are_overdue_when_a_working_day_has_passed(world: World) -> None:
    clinic = world.engage("confidential")
    world.answer(clinic, {"wrong": write("one")})
    assert [overdue(world, MONDAY + dt.timedelta(days=later)) for later in range(4)] == [0, 0, 1, 1]
    read(world, clinic, to_read(world, clinic))
    assert overdue(world, MONDAY + dt.timedelta(days=9)) == 0


def test_nobody_has_to_read_on_a_weekend_or_a_bank_holiday(world: World) -> None:
    clinic = world.engage("confidential")
    before_easter = dt.datetime(2027, 3, 25, 12, tzinfo=dt.UTC)  # a Thursday; work begins again on Tuesday
    world.answer(clinic, {"wrong": write("one")}, now=before_easter)
    assert [overdue(world, dt.date(2027, 3, 30)), overdue(world, dt.date(2027, 3, 31))] == [0, 1]


def test_a_file_can_say_who_reads_and_how_soon(world: World) -> None:
    reading = '[reading]\nby = "The team"\nwithin_days = 3\n[charter]'
    clinic = world.engage("confidential", SOURCE.replace("[charter]", reading))
    world.answer(clinic, {"wrong": write("one")})
    (pile,) = world.do(lambda db: readings.piles(db, world.organisation_id, MONDAY))
    assert (pile.by, pile.unread, pile.overdue, pile.due) == ("The team", 1, 0, MONDAY + dt.timedelta(days=3))
    assert [overdue(world, MONDAY + dt.timedelta(days=later)) for later in (3, 4)] == [0, 1]


def test_what_is_overdue_stands_first(world: World) -> None:
    late, soon = world.engage("confidential"), world.engage("confidential", QUOTING)
    world.answer(soon, {"wrong": write("soon")}, now=day(7))
    world.answer(late, {"wrong": write("late")})
    piles = world.do(lambda db: readings.piles(db, world.organisation_id, day(7).date()))
    assert [(pile.engagement.slug, pile.overdue) for pile in piles] == [("clinic", 1), ("quoting", 0)]


# --- Handles


def test_a_handle_leads_back_and_no_other_does(world: World) -> None:
    place = (b"respondent of 1\0", "wrong")
    given = handles.give(world.keys, 1, place)
    assert handles.take(world.keys, 1, given) == place
    for other in (given[:-1], given + "A", "", "é", "A" * 200, given.swapcase()):
        assert handles.take(world.keys, 1, other) is None
    assert handles.take(world.keys, 2, given) is None
    assert not world.keys.lacks


def test_a_handle_does_not_show_who_it_leads_to(world: World) -> None:
    assert len({handles.give(world.keys, 1, (b"respondent of 16", "wrong")) for _ in range(3)}) == 3


# --- Closing and erasing


def close(world: World, engagement: Engagement) -> None:
    def work(db: Connection) -> None:
        engagements.set_state(db, engagement.id, engagements.CLOSED, day(1))
        unlinking.free(db, world.keys, engagement, day(1), closing=True)
        releases.make(db, engagement, day(1), closing=True)

    world.do(work)


def test_the_last_few_of_a_closed_engagement_are_not_known_by_being_unread(world: World) -> None:
    clinic = world.engage("anonymous")
    world.answer_all(clinic, [{"wrong": write(f"text {number}")} for number in range(10)])
    world.do(lambda db: unlinking.free(db, world.keys, clinic, NOON))
    said = to_read(world, clinic)
    code = world.do(lambda db: themes.add(db, clinic.id, "Parking"))
    world.do(lambda db: themes.put_on(db, clinic, code, [one.place for one in said], "ada", NOON))
    world.answer_all(clinic, [{"wrong": write(f"late {number}")} for number in range(2)], now=day(1))
    close(world, clinic)
    waiting = to_read(world, clinic)
    assert len(waiting) == 12
    assert world.count(schema.readings) == world.count(schema.reading_themes) == 0


def test_readings_that_were_not_written_anew_stay(world: World) -> None:
    clinic = world.engage("anonymous")
    world.answer_all(clinic, [{"wrong": write(f"text {number}")} for number in range(30)])
    world.do(lambda db: unlinking.free(db, world.keys, clinic, NOON))
    said = world.do(lambda db: readings.to_read(db, world.keys, clinic, limit=99)).said
    read(world, clinic, said)
    world.answer(clinic, {"wrong": write("late")}, now=day(1))
    close(world, clinic)
    assert world.count(schema.readings) == 20
    assert world.do(lambda db: readings.unread(db, world.organisation_id)) == 11


@pytest.mark.parametrize("identity", ["confidential", "named"])
def test_what_was_read_of_a_person_goes_with_them(world: World, identity: str) -> None:
    quoting = world.engage(identity, QUOTING)
    first = world.answer(quoting, {"wrong": write("one"), "may-quote": pick("yes")})
    world.answer(quoting, {"wrong": write("two"), "may-quote": pick("yes")})
    code = world.do(lambda db: themes.add(db, quoting.id, "Parking"))
    places = [one.place for one in to_read(world, quoting)]
    world.do(lambda db: themes.put_on(db, quoting, code, places, "ada", NOON))
    who = world.do(lambda db: db.scalars(select(schema.people.c.code).where(schema.people.c.id == first)).one())
    world.do(lambda db: erasure.forget(db, world.keys, {first: who}, [quoting], NOON))
    assert (world.count(schema.readings), world.count(schema.reading_themes)) == (1, 1)


# --- Themes


def test_themes_are_added_renamed_put_together_and_taken_away(world: World) -> None:
    clinic = world.engage("confidential")
    world.answer_all(clinic, [{"wrong": write(words)} for words in ("cars", "buses", "both")])
    said = {one.words: one.place for one in to_read(world, clinic)}

    def work(db: Connection) -> list[tuple[str, int]]:
        cars, buses = themes.add(db, clinic.id, "Cars"), themes.add(db, clinic.id, "Buses")
        themes.put_on(db, clinic, cars, [said["cars"], said["both"]], "ada", NOON)
        themes.put_on(db, clinic, buses, [said["buses"], said["both"]], "ada", NOON)
        themes.rename(db, clinic.id, cars, "Getting there")
        themes.merge(db, clinic.id, buses, cars)
        return [(theme.name, theme.people) for theme in themes.of(db, clinic.id)]

    assert world.do(work) == [("Getting there", 3)]
    (theme,) = world.do(lambda db: themes.of(db, clinic.id))
    assert world.do(lambda db: themes.take_off(db, clinic, theme.code, [said["cars"]])) == 1
    under = world.do(lambda db: readings.been_read(db, world.keys, clinic, theme.code)).said
    assert sorted(one.words for one in under) == ["both", "buses"]
    world.do(lambda db: themes.remove(db, clinic.id, theme.code))
    assert world.count(schema.reading_themes) == 0


@pytest.mark.parametrize("name", ["", "   ", "parking", "x" * 81, "a\nb\x00"])
def test_a_theme_needs_a_name_of_its_own(world: World, name: str) -> None:
    clinic = world.engage("confidential")
    world.do(lambda db: themes.add(db, clinic.id, "Parking"))
    with pytest.raises(ThemeError):
        world.do(lambda db: themes.add(db, clinic.id, name))


def test_a_theme_of_another_engagement_is_not_there(world: World) -> None:
    clinic, quoting = world.engage("confidential"), world.engage("confidential", QUOTING)
    code = world.do(lambda db: themes.add(db, quoting.id, "Parking"))
    with pytest.raises(ThemeError):
        world.do(lambda db: themes.rename(db, clinic.id, code, "Cars"))


def test_themes_leave_the_team_only_when_all_is_read_and_by_the_small_numbers_rule(world: World) -> None:
    clinic = world.engage("confidential")
    world.answer_all(clinic, [{"wrong": write("cars")}] * 23)
    code, rare = (world.do(lambda db, name=name: themes.add(db, clinic.id, name)) for name in ("Cars", "Rare"))  # type: ignore[misc]
    said = world.do(lambda db: readings.to_read(db, world.keys, clinic, limit=99)).said
    world.do(lambda db: themes.put_on(db, clinic, code, [one.place for one in said[:12]], "ada", NOON))
    world.do(lambda db: themes.put_on(db, clinic, rare, [said[0].place], "ada", NOON))
    close(world, clinic)
    closed = world.do(lambda db: engagements.find(db, world.organisation_id, "clinic"))
    assert closed
    assert world.do(lambda db: themes.released(db, closed)) is None
    read(world, clinic, said)
    shown = world.do(lambda db: themes.released(db, closed))
    assert shown
    assert {name: cell.shown for name, cell in shown.items()} == {"Cars": "10", "Rare": "*"}
    assert world.do(lambda db: themes.released(db, clinic)) is None  # as it was while it was open
