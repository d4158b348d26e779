"""What the bot could not deal with is kept for a week, can be read, and is taken again once the cause is mended."""

from __future__ import annotations

from dataclasses import dataclass

import pytest

from conversations import reception
from emulator.client import Someone
from tests.road.conftest import MakeHouse
from tests.road.house import PATIENCE, House, run_command


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
