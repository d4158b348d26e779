"""What the bot could not deal with is kept for a week, can be read, and is taken again once the cause is mended."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import pytest
from sqlalchemy import Connection, insert, select

from bot.commands import failing
from bot.desk import Desk
from conversations import reception
from emulator.client import Someone
from storage import schema
from tests.road.conftest import MakeHouse
from tests.road.house import PATIENCE, House, run_command
from tests.road.indoors import indoors


def stumble() -> None:
    """Fail to decide whatever holds the word banana: a fault that somebody mends later."""
    receive = reception.receive

    def fail_at_bananas(*given: object, **named: object) -> object:
        if any("banana" in repr(one) for one in given):
            raise ZeroDivisionError("a fault in the program")
        return receive(*given, **named)  # type: ignore[arg-type]

    reception.receive = fail_at_bananas  # type: ignore[assignment]


@dataclass
class Stumbled:
    """A house whose bot failed at one message and has been mended since, and who sent that."""

    house: House
    person: Someone

    def code(self) -> str:
        return self.house.command("failures", "list").split()[0]


@pytest.fixture
def stumbled(make_house: MakeHouse) -> Stumbled:
    house = make_house(variant=f"{__name__}:stumble")
    person = house.telegram.person()
    person.starts()
    person.hears(wait=PATIENCE)
    person.says("What about banana?")
    assert "That did not work on our side" in person.hears(wait=PATIENCE).text
    house.variant = ""
    house.restart()
    return Stumbled(house, person)


def test_what_failed_is_listed_and_shown_with_its_traceback(stumbled: Stumbled) -> None:
    assert "deciding  ZeroDivisionError" in stumbled.house.command("failures", "list")
    shown = stumbled.house.command("failures", "show", stumbled.code())
    assert "fail_at_bananas" in shown
    assert "What about banana?" in shown


def test_what_failed_is_answered_when_it_is_taken_again(stumbled: Stumbled) -> None:
    assert stumbled.house.command("failures", "retry").strip() == "1 of 1 went well."
    assert "Please pick one of these" in stumbled.person.hears(wait=PATIENCE).text
    stumbled.person.hears_nothing()
    assert "Nothing has failed" in stumbled.house.command("failures", "list")


def test_what_fails_again_is_kept_under_a_new_code(stumbled: Stumbled, monkeypatch: pytest.MonkeyPatch) -> None:
    code = stumbled.code()
    monkeypatch.setattr(reception, "receive", lambda *_given, **_named: 1 / 0)
    exit_code, said = run_command("failures", "retry", "--config", str(stumbled.house.settings))
    assert exit_code == 1
    assert "0 of 1 went well" in said
    assert stumbled.code() != code


def test_a_code_nobody_gave_is_refused_in_words(stumbled: Stumbled) -> None:
    exit_code, said = run_command("failures", "show", "nonsense", "--config", str(stumbled.house.settings))
    assert exit_code == 1
    assert "See `failures list`" in said


def test_one_that_still_cannot_be_written_is_kept_anew_and_the_others_are_taken(
    database: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with indoors(database, tmp_path) as house:
        unlucky, lucky = house.person(), house.person()
        refused, write = {unlucky.chat_id, lucky.chat_id}, Desk.write

        def refuse(self: Desk, db: Connection) -> None:
            """Refuse what is for some, as a database does; but not that it failed."""
            write(self, db)
            if not self.failed and refused & {letter.chat_id for letter in self.out.letters}:
                db.execute(insert(schema.settings), [{"name": "twice", "value": ""}] * 2)

        monkeypatch.setattr(Desk, "write", refuse)
        house.take([unlucky.types("/start"), lucky.types("/start")])
        before = house.failures()
        assert [one.where for one in before] == ["writing", "writing"]
        refused.remove(lucky.chat_id)
        well = house.do(lambda db: [failing._take_again(house.base, db, one) for one in before])
        after = house.failures()
        assert (sorted(well), [one.where for one in after]) == ([False, True], ["writing"])
        assert after[0].update in {one.update for one in before}
        assert "twice" not in house.do(lambda db: db.scalars(select(schema.settings.c.name)).all()), "half of it was written"
        assert after[0].code not in {one.code for one in before}
