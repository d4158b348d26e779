"""Once a year people are asked whether what is kept of what helps them is still right: shown, answered in one tap, or typed."""

from __future__ import annotations

import datetime as dt

import pytest
from sqlalchemy import Connection, event, select

from bot.followups import Followups
from conversations.events import lists
from conversations.library import SHIPPED
from conversations.phrases import PHRASES
from conversations.records import CODES
from storage import engagements
from storage.events import needs
from storage.events.needs import Said
from storage.schema import followups, people, place_needs
from storage.schema import needs as kept
from tests.followups.hall import LONDON, START, Hall
from tests.road.indoors import Visitor

DAY = dt.timedelta(days=1)
YEAR = dt.timedelta(days=365)
ASKED = "A short question from us, as we ask once a year."


def tell(hall: Hall, who: str, *chosen: str, keep: bool = True, words: dict[str, str] | None = None) -> None:
    """Somebody says what helps them, to be kept or not."""

    def work(db: Connection) -> None:
        code = db.scalars(select(people.c.code).where(people.c.id == hall.people[who])).one()
        said = Said(hall.people[who], code, None, hall.now.date(), chosen, words or {}, keep)
        needs.settle(db, hall.inside.base.house.keys, [said], hall.now)

    hall.do(work)


def open_question(hall: Hall) -> None:
    """The team asks what helps people to take part."""

    def work(db: Connection) -> None:
        organisation_id = hall.inside.base.house.organisation_id
        engagements.adopt(db, organisation_id, {"access-needs": SHIPPED["access-needs.toml"]}, hall.now)
        found = engagements.find(db, organisation_id, "access-needs")
        assert found
        engagements.set_state(db, found.id, engagements.OPEN, hall.now)

    hall.do(work)


def visitor(hall: Hall, who: str) -> Visitor:
    return Visitor(hall.inside, 1000 + list(hall.people).index(who))


def answer(hall: Hall, who: str, *typed: str) -> None:
    for words in typed:
        hall.inside.take([visitor(hall, who).types(words)])


def tap(hall: Hall, who: str, label: str) -> None:
    """Tap a button of the last thing the bot said by itself."""
    rows = next(one for one in reversed(hall.heard) if one.who == who).letter.content["rows"]
    data = next(data for row in rows for words, data in row if label in words)
    hall.inside.take([visitor(hall, who).taps_data(data)])


def said(hall: Hall, who: str) -> str:
    return visitor(hall, who).said[-1]


def held(hall: Hall) -> dict[str, dt.date]:
    rows = hall.do(lambda db: db.execute(select(kept.c.need, kept.c.on_day)).all())
    return {row.need: row.on_day for row in rows}


def waiting(hall: Hall) -> list[dt.date]:
    """The local days on which somebody is still to be asked."""
    mine = (followups.c.kind == "review", followups.c.state == "waiting")
    found: list[dt.date] = hall.do(lambda db: list(db.scalars(select(followups.c.local_day).where(*mine))))
    return found


def test_a_year_after_it_was_said_somebody_is_asked_and_what_is_kept_is_shown(hall: Hall) -> None:
    hall.enrol("Amina", "Ben")
    open_question(hall)
    tell(hall, "Amina", "interpreter", "breaks", words={"interpreter": "Polish"})
    tell(hall, "Ben", "breaks", keep=False)
    hall.wait_until(START + YEAR - DAY)
    assert hall.heard == []
    hall.wait_until(START + YEAR + DAY)
    [one] = hall.heard
    assert (one.who, one.at.astimezone(LONDON).time()) == ("Amina", dt.time(10))
    assert one.text.splitlines()[0] == ASKED
    assert "An interpreter for your language\nPolish\nMore breaks" in one.text
    assert one.labels == ["1. Still right", "2. Change it", "3. Forget it"]


def test_still_right_keeps_it_for_another_year_and_so_does_the_typed_number(hall: Hall) -> None:
    hall.enrol("Amina", "Ben")
    for who in ("Amina", "Ben"):
        tell(hall, who, "other", words={"other": "a chair by the door"})
    hall.wait_until(START + YEAR)
    tap(hall, "Amina", "Still right")
    answer(hall, "Ben", "1")
    for who in ("Amina", "Ben"):
        assert said(hall, who) == PHRASES["needs-stay"]["en"]
    assert held(hall) == {"other": hall.now.date()}
    found = hall.do(needs.kept, hall.inside.base.house.keys, list(hall.people.values()))
    assert [*found.values()] == [[("other", "a chair by the door")]] * 2
    assert waiting(hall) == [(START + 2 * YEAR).date()] * 2


@pytest.mark.parametrize("typed", ["", "forget it"])
def test_forget_it_lets_it_go_and_nobody_is_asked_again(hall: Hall, typed: str) -> None:
    hall.enrol("Amina")
    tell(hall, "Amina", "bsl", "breaks")
    hall.wait_until(START + YEAR)
    one = hall.date(hall.hold("tests-workshop"), f"{(START + YEAR + 20 * DAY).date()}T18:00")
    hall.deed("Amina", one, "join")
    assert hall.do(lambda db: len(db.execute(select(place_needs)).all())) == 2
    if typed:
        answer(hall, "Amina", typed)
    else:
        tap(hall, "Amina", "Forget it")
    assert said(hall, "Amina") == PHRASES["needs-gone"]["en"]
    assert held(hall) == {}
    assert waiting(hall) == []
    assert hall.do(lambda db: db.execute(select(place_needs)).all()) == []
    tap(hall, "Amina", "Still right")
    assert said(hall, "Amina") == PHRASES["needs-none"]["en"]


def test_change_it_asks_anew_though_it_was_answered_before_and_takes_the_new_answer(hall: Hall) -> None:
    hall.enrol("Amina")
    open_question(hall)
    tell(hall, "Amina", "bsl")
    hall.wait_until(START + YEAR)
    for given in ("Large print", "Captions"):  # the second time the questions were finished before
        tap(hall, "Amina", "Change it")
        answer(hall, "Amina", given, "yes")
    assert list(held(hall)) == ["captions"]
    assert waiting(hall) == [(START + 2 * YEAR).date()]


def test_other_words_bring_the_question_again(hall: Hall) -> None:
    hall.enrol("Amina")
    tell(hall, "Amina", "bsl")
    hall.wait_until(START + YEAR)
    answer(hall, "Amina", "who is this?")
    assert PHRASES["pick-one"]["en"] in said(hall, "Amina")
    assert "1. Still right" in said(hall, "Amina")
    assert "Change it" not in said(hall, "Amina")  # nothing asks for it just now


def test_whoever_does_not_answer_is_asked_once_a_year_and_never_at_night_or_after_stop(hall: Hall) -> None:
    amina, ben = hall.enrol("Amina", "Ben")
    hall.change([amina], quiet="00:00-16:00")
    for who in ("Amina", "Ben"):
        tell(hall, who, "bsl")
    hall.change([ben], stopped=True)
    hall.wait_until(START + YEAR + 10 * DAY)
    assert [(one.who, one.at.astimezone(LONDON).hour) for one in hall.heard] == [("Amina", 16)]
    hall.change([ben], stopped=False)
    hall.wait_until(START + 2 * YEAR + 10 * DAY)
    assert sorted(one.who for one in hall.heard) == ["Amina", "Amina", "Ben"]


def test_what_was_taken_back_before_the_year_is_over_is_not_asked_about(hall: Hall) -> None:
    hall.enrol("Amina")
    tell(hall, "Amina", "bsl")
    hall.now += 30 * DAY
    tell(hall, "Amina", "bsl", keep=False)
    assert waiting(hall) == []
    tell(hall, "Amina", "bsl")
    assert waiting(hall) == [(hall.now + YEAR).date()]


def test_a_look_reads_no_needs_while_nobody_is_due(hall: Hall) -> None:
    hall.enrol("Amina")
    tell(hall, "Amina", "bsl")
    seen: list[str] = []

    def note(_conn: object, _cursor: object, statement: str, *_more: object) -> None:
        seen.append(statement)

    base = hall.inside.base
    event.listen(base.engine.sync_engine, "before_cursor_execute", note)
    hall.inside.runner.run(Followups(base.engine, base.house, base.clock.now).look())
    event.remove(base.engine.sync_engine, "before_cursor_execute", note)
    assert len(seen) <= 4
    assert not [sql for sql in seen if "needs" in sql]


def test_every_need_has_a_name_for_the_people_whose_it_is() -> None:
    assert [code for code in CODES if f"need-{code}" not in PHRASES] == []
    assert lists.needs((), "access-needs")[1] == ()
