"""P20: a backup made while people answer becomes a working bot on another machine, on either database."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from emulator.client import Someone
from tests.keeping.conftest import KINDS, NewDatabase
from tests.road.conftest import MakeHouse
from tests.road.crowd import END, ENGAGEMENT, WHO, Crowd, Plan, check, hear, make_plans, tap_through
from tests.road.house import House

MoveIn = Callable[[House, Path], House]


def back_up(house: House) -> Path:
    """The folder of a new backup of a house."""
    said = house.command("backup")
    return Path(said.partition("Backed up into ")[2].partition(" (")[0])


def another_machine(house: House, folder: Path, url: str) -> House:
    """A house of the same bot with nothing in it but the key file and what lies beside that."""
    made = House(folder, house.telegram, house.nursery, url)
    for file in house.keys.parent.glob(house.keys.name + "*"):
        shutil.copy(file, made.keys.parent)
    shutil.copytree(house.content, made.content, dirs_exist_ok=True)
    return made


def results(house: House) -> Any:
    """What `results` says; texts come in an order of chance."""
    told = house.results(ENGAGEMENT)
    for step in told["steps"]:
        step["texts"].sort()
    return told


def begin(person: Someone, plan: Plan, code: str) -> None:
    """Answer the first question and get no further."""
    person.starts(code)
    person.taps("18 or over", message_id=hear(person, "how old are you").message_id)
    person.taps(WHO[plan.who], message_id=hear(person, "Which best describes you").message_id)
    hear(person, "What should we not get wrong")


def go_on(person: Someone, plan: Plan) -> None:
    """Answer the rest."""
    person.says(plan.wrong)
    for question, label in (("You wrote", plan.sure), ("Shall we tell you", plan.tell_me)):
        person.taps(label, message_id=hear(person, question).message_id)
    hear(person, END)


@pytest.mark.promise("P20")
@pytest.mark.parametrize("kind", KINDS)
def test_people_go_on_where_they_were_when_the_backup_was_made(
    make_house: MakeHouse, new_database: NewDatabase, tmp_path: Path, kind: str
) -> None:
    house = make_house()
    code = house.open(ENGAGEMENT)
    half, *whole = (Plan("work", (), "half way", "yes", "no"), *make_plans(4, seed=20))
    waiting = house.telegram.person()
    begin(waiting, half, code)
    with Crowd(house.telegram, code) as crowd:
        crowd.add(whole)
    house.settle()
    told = results(house)
    backup = back_up(house)
    house.stop()

    other = another_machine(house, tmp_path / "other", new_database(kind))
    assert "Restored 5 people" in other.command("restore", str(backup))
    assert results(other) == told
    other.start()
    go_on(waiting, half)
    late = make_plans(1, seed=21)[0]
    tap_through(other.telegram.person(), late, code)
    other.settle()
    check(other, [*whole, half, late])
    other.stop()
