"""P18: a button cannot be forged, used by somebody else, or outlive its meaning."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection, Table, select

from bot import buttons
from conversations.inputs import Age, Delete, Language, Open, Tap
from storage import schema
from tests.road.indoors import Indoors, Visitor, indoors

KEPT: tuple[Table, ...] = (
    schema.people,
    schema.sessions,
    schema.answers,
    schema.responses,
    schema.participations,
    schema.wishes,
)
"""All that a button can change."""

Forge = Callable[[Indoors, Visitor], Iterable[str]]


def everything(house: Indoors) -> list[list[Any]]:
    def work(db: Connection) -> list[list[Any]]:
        return [sorted(map(repr, map(tuple, db.execute(select(table))))) for table in KEPT]

    rows: list[list[Any]] = house.do(work)
    return rows


def settle_in(house: Indoors, code: str) -> Visitor:
    """Somebody in the middle of `tests-five`, who has been shown every kind of button there is."""
    person = house.person()
    for words in (f"/start {code}", "18", "/start", "/delete", "/language", f"/start {code}", "I have long covid"):
        house.take([person.types(words)])
    house.take([person.taps("By phone")])
    house.take([person.taps("Done")])
    return person


def all_buttons(person: Visitor) -> list[str]:
    """One button of each kind this person was shown."""
    found = [data for letter in person.heard for row in letter.content.get("rows", ()) for _, data in row]
    return list({data[0]: data for data in reversed(found)}.values())


def with_every_byte_changed(_house: Indoors, person: Visitor) -> Iterable[str]:
    for data in all_buttons(person):
        for place, letter in enumerate(data):
            yield data[:place] + chr(ord(letter) ^ 1) + data[place + 1 :]


def made_of_nothing(_house: Indoors, person: Visitor) -> Iterable[str]:
    data = all_buttons(person)[0]
    yield from ("", ".", "x", "x.1", "x.1.", data[:-1], data + "A", data.upper(), "é" * 32, "\x00", "t" + ".9" * 20, "a" * 64)


def of_another_person(house: Indoors, person: Visitor) -> Iterable[str]:
    other = house.person()
    other.chat_id = person.chat_id + 1
    for brings in (Age("16-17"), Language("en"), Delete(sure=True), Open("tests-five")):
        yield buttons.encode(brings, other.chat_id, house.base.house.keys.sign)
    session = _session_of(person)
    yield buttons.encode(Tap(session, 0, 1), other.chat_id, house.base.house.keys.sign)


def of_another_key(_house: Indoors, person: Visitor) -> Iterable[str]:
    def sign(_chat: int, _data: str) -> str:
        return "old-keys-xx"

    yield buttons.encode(Tap(_session_of(person), 0, 1), person.chat_id, sign)
    yield buttons.encode(Delete(sure=True), person.chat_id, sign)


def _session_of(person: Visitor) -> str:
    return next(data for data in all_buttons(person) if data.startswith("t.")).split(".")[1]


FORGERIES: dict[str, Forge] = {
    "with every byte changed": with_every_byte_changed,
    "made of nothing": made_of_nothing,
    "of another person": of_another_person,
    "of another key": of_another_key,
}


def check_forgeries(house: Indoors) -> None:
    """Raises AssertionError when a forged button changes anything."""
    _, code = house.open("tests-five")
    person = settle_in(house, code)
    for name, forge in FORGERIES.items():
        before = everything(house)
        forged = list(forge(house, person))
        for data in forged:
            house.take([person.taps_data(data)])
        assert everything(house) == before, name
        said = set(house.toasts[-len(forged) :])
        assert said == {"That button does not work here. Please use the newest question."}, name
    assert house.failures() == []


@pytest.fixture
def house(tmp_path: Path) -> Iterator[Indoors]:
    with indoors(f"sqlite:///{tmp_path}/withus.db", tmp_path) as made:
        yield made


@pytest.mark.promise("P18")
def test_a_forged_button_changes_nothing(house: Indoors) -> None:
    check_forgeries(house)


@pytest.mark.promise("P18", control=True)
def test_buttons_that_are_not_signed_are_caught(house: Indoors, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(house.base.house.keys, "sign", lambda _chat, _data: "unsigned")
    with pytest.raises(AssertionError, match="with every byte changed"):
        check_forgeries(house)


@pytest.mark.promise("P18")
def test_no_other_byte_in_any_place_makes_a_button(house: Indoors) -> None:
    person = settle_in(house, house.open("tests-five")[1])
    sign = house.base.house.keys.sign
    for data in all_buttons(person):
        assert buttons.decode(data, person.chat_id, sign)
        assert buttons.decode(data, person.chat_id + 1, sign) is None
        for place, other in itertools.product(range(len(data)), map(chr, range(256))):
            if other != data[place]:
                assert buttons.decode(data[:place] + other + data[place + 1 :], person.chat_id, sign) is None


@pytest.mark.promise("P18")
def test_a_button_of_what_is_closed_or_deleted_changes_nothing(house: Indoors) -> None:
    engagement, code = house.open("tests-five")
    stays, goes = settle_in(house, code), settle_in(house, code)
    old = of_sessions(goes)
    house.take([goes.types("/delete")])
    house.take([goes.taps("Yes, delete it")])
    house.close(engagement)
    _, *before = everything(house)
    for data in of_sessions(stays):
        house.take([stays.taps_data(data)])
        assert "closed" in stays.said[-1]
    for data in old:
        house.take([goes.taps_data(data)])
        assert "how old are you" in goes.said[-1] or "pick one of these" in goes.said[-1]
    _, *after = everything(house)
    assert after == before
    assert house.failures() == []


def of_sessions(person: Visitor) -> list[str]:
    """The buttons that belong to an engagement: tap, back, skip, done, leave, open."""
    return [data for data in all_buttons(person) if data[0] in "tbsdvo"]
