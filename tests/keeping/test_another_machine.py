"""P20: a backup made while people answer becomes a working bot on another machine, on either database."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection

from emulator.client import Someone
from storage.keeping import restoring
from storage.keeping.manifests import Manifest
from storage.letters import outbox, pauses
from storage.letters.outbox import Letter
from tests.keeping.conftest import NewDatabase, the_other
from tests.road.conftest import MakeHouse
from tests.road.crowd import END, ENGAGEMENT, WHO, Crowd, Plan, check, hear, make_plans, tap_through
from tests.road.house import House, until
from tests.road.indoors import Indoors, indoors
from tests.sending.desk import at_desk, times_seen


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
def test_people_go_on_where_they_were_when_the_backup_was_made(
    make_house: MakeHouse, new_database: NewDatabase, tmp_path: Path
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

    other = another_machine(house, tmp_path / "other", new_database(the_other(house.database)))
    assert "Restored 5 people" in other.command("restore", str(backup))
    assert results(other) == told
    other.start()
    with pytest.raises(AssertionError, match="A bot is running"):
        other.command("restore", str(backup), "--replace")
    go_on(waiting, half)
    late = make_plans(1, seed=21)[0]
    tap_through(other.telegram.person(), late, code)
    other.settle()
    check(other, [*whole, half, late])
    other.stop()


@pytest.mark.promise("P20")
def test_a_backup_made_while_people_answer_is_of_one_moment(
    make_house: MakeHouse, new_database: NewDatabase, tmp_path: Path
) -> None:
    house = make_house()
    code = house.open(ENGAGEMENT)
    made = []
    with Crowd(house.telegram, code) as crowd:
        for seed in range(3):
            crowd.add(make_plans(4, seed=seed))
            hear(crowd.people[-1], "how old are you")
            made.append(back_up(house))
    house.settle()
    check(house, crowd.plans)
    house.stop()
    for number, backup in enumerate(made):
        held = Manifest.read(backup).tables
        other = another_machine(house, tmp_path / f"other-{number}", new_database("sqlite"))
        other.command("restore", str(backup))
        people = other.results(ENGAGEMENT)["people"]
        assert people == {"started": held["participations"].rows, "finished": held["responses"].rows}


def heard_of_a_restored_bot(house: House, folder: Path, url: str, early: int = 0) -> tuple[int, int]:
    """What somebody who says nothing hears of a bot that was restored with letters waiting, one of them kept since.

    How many messages before the bot was told to go on, once the new letter came `early` times, and how many old ones after.
    """
    code = house.open(ENGAGEMENT)
    silent = house.telegram.person()
    begin(silent, Plan("work", (), "", "", ""), code)
    house.settle()
    house.stop()
    with indoors(house.database, house.keys.parent, token=house.telegram.token) as inside:
        inside.do(_wait, inside, silent.id)
    backup = back_up(house)
    other = another_machine(house, folder, url)
    other.command("restore", str(backup))
    with at_desk(other) as desk:
        desk.keep([silent.id], first=100)
    before = len(silent.chat()["messages"])
    other.start()
    tap_through(house.telegram.person(), make_plans(1, seed=3)[0], code)
    other.settle()
    until(lambda: times_seen(silent) == early, other.said)
    heard = len(silent.chat()["messages"]) - before
    other.command("resume")
    until(lambda: times_seen(silent) == 1, other.said)
    return heard, sum(message.get("text") == CONTENT["text"] for message in silent.chat()["messages"])


@pytest.mark.promise("P20")
def test_a_restored_bot_starts_nothing_until_it_is_told_to_and_nothing_old_ever(
    make_house: MakeHouse, new_database: NewDatabase, tmp_path: Path
) -> None:
    house = make_house()
    assert heard_of_a_restored_bot(house, tmp_path / "other", new_database(the_other(house.database))) == (0, 0)


@pytest.mark.promise("P20", control=True)
def test_a_restore_that_leaves_letters_waiting_is_caught(
    make_house: MakeHouse, new_database: NewDatabase, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(restoring, "_settle_letters", lambda _db: (0, 0))
    house = make_house()
    _, old = heard_of_a_restored_bot(house, tmp_path / "other", new_database(the_other(house.database)))
    assert old > 0


@pytest.mark.promise("P20", control=True)
def test_a_restore_that_does_not_pause_is_caught(
    make_house: MakeHouse, new_database: NewDatabase, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pauses, "begin", lambda *_: True)
    house = make_house()
    assert heard_of_a_restored_bot(house, tmp_path / "other", new_database(the_other(house.database)), early=1) == (1, 0)


CONTENT = {"text": "Out of the past", "bold": [], "rows": []}


def _wait(db: Connection, inside: Indoors, chat_id: int) -> None:
    """A reply that was given back, and a reminder that is due."""
    house, now = inside.base.house, inside.base.clock.now()
    place = (house.organisation_id, int(house.bot_id))
    outbox.write(db, house.keys, place, [Letter(1, None, chat_id, "say", CONTENT)], "a dead process", now)
    started = Letter(2, None, chat_id, "say", CONTENT, outbox.REMINDER, outbox.NEVER_TWICE)
    outbox.keep(db, house.keys, place, [started], now)
