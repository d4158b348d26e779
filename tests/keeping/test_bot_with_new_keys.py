"""A bot whose keys were renewed goes on with people where they were, and they notice nothing."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from emulator.client import Someone
from storage import keys, schema
from storage.keeping.engines import open_plainly
from tests.road.conftest import MakeHouse
from tests.road.crowd import hear
from tests.road.house import ENGAGEMENTS, House

CALLED = """
[[steps]]
id = "called"
kind = "text"
about = "me"
ask.en = "What may we call you?"
"""


def test_people_mid_question_go_on_with_the_buttons_and_the_words_they_had(make_house: MakeHouse) -> None:
    house = make_house()
    code = house.open("tests-five", (ENGAGEMENTS / "tests-five.toml").read_text("utf-8") + CALLED)
    taps, types = house.telegram.person(), house.telegram.person()
    asked = [_begin(person, code) for person in (taps, types)]
    with pytest.raises(AssertionError, match="Stop the bot first"):
        house.command("keys", "renew")
    house.settle()
    house.stop()
    assert "It is destroyed" in house.command("keys", "renew")
    house.start()
    taps.taps("Yes", message_id=asked[0])
    types.says("yes")
    for person in (taps, types):
        person.taps("No", message_id=hear(person, "Shall we tell you").message_id)
        hear(person, "What may we call you")
        person.says("Robin")
        hear(person, "Thank you")
    house.settle()
    house.stop()
    assert not house.failures()
    assert house.results("tests-five")["steps"][2]["texts"] == ["Listen", "Listen"]
    assert _called(house) == ["Robin", "Robin"]
    house.command("keys", "renew")
    assert _called(house) == ["Robin", "Robin"]


def _begin(person: Someone, code: str) -> int:
    """Answer up to a question with buttons; returns its message."""
    person.starts(code)
    for question, label in (("how old are you", "18 or over"), ("Which best describes you", "I work there")):
        person.taps(label, message_id=hear(person, question).message_id)
    hear(person, "What should we not get wrong")
    person.says("Listen")
    return hear(person, "You wrote: Listen").message_id


def _called(house: House) -> list[str]:
    """What they said of themselves, opened by the name the bot itself gave the row."""
    held = keys.load(house.keys)
    kept = schema.wishes.c
    wanted = select(schema.people.c.code, kept.engagement_id, kept.step, kept.sealed).join_from(schema.wishes, schema.people)
    with open_plainly(house.database) as engine, engine.connect() as db:
        rows = db.execute(wanted.where(kept.sealed.is_not(None))).all()
        return [held.open("wishes.sealed", f"{row[0]}.{row[1]}.{row[2]}", row.sealed).decode() for row in rows]
