"""`pause`, `resume` and `letters`: what each says, and what a running bot does about it at once."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from bot.telegram.dispatch import MOST
from storage.letters import outbox
from storage.letters.outbox import PENDING, REMINDER, SENDING, SENT, Settled
from tests.road.conftest import MakeHouse
from tests.road.house import PATIENCE, House, run_command, until
from tests.sending.desk import Desk, at_desk, meet, times_seen


@pytest.fixture
def desk(make_house: MakeHouse) -> Iterator[Desk]:
    """Give an installation with two letters waiting and one that nobody knows of; its bot does not run."""
    house: House = make_house(begin=False)
    with at_desk(house) as made:
        made.keep([person.id for person in meet(house, 3)])
        made.do(lambda db: outbox.settle(db, [Settled(1, outbox.UNKNOWN, "502", REMINDER)], made.base.clock.now()))
        yield made


def test_pausing_says_what_it_did_and_what_waits_and_so_does_going_on(desk: Desk) -> None:
    say = desk.house.command
    assert say("pause", "--why", "The date moved").strip() == (
        "Paused. Nothing goes out by itself; people who write are answered. 2 letters wait. To go on: withus resume"
    )
    again = say("pause")
    assert again.startswith("Paused already, since ")
    assert ": The date moved. 2 letters wait." in again
    assert "Paused since" in say("letters")
    assert "The date moved. 2 letters wait." in say("resume")
    assert say("resume").strip() == "Nothing was paused. 2 letters wait."


def test_letters_are_told_by_what_became_of_them(desk: Desk) -> None:
    desk.do(lambda db: outbox.settle(db, [Settled(2, outbox.FAILED, "blocked", REMINDER)], desk.base.clock.now()))
    assert desk.house.command("letters").splitlines() == [
        "Waiting: 1 (1 reminder)",
        "On their way: 0",
        "May or may not have gone out: 1 (1 reminder)",
        "Failed: 1 (1 blocked the bot)",
    ]
    listed = desk.house.command("letters", "--unknown")
    assert "  1  reminder  since 20" in listed
    assert "UTC  502" in listed
    assert "1 letter may or may not have gone out." in listed


def test_unknown_letters_are_left_or_sent_again_by_number(desk: Desk) -> None:
    settings = ("--config", str(desk.house.settings))
    for wrong in (["leave"], ["leave", "--all", "1"], ["leave", "2"], ["resend", "77"]):
        code, said = run_command("letters", *wrong, *settings)
        assert code == 1, said
    assert "1 letter waits to be sent again." in desk.house.command("letters", "resend", "1", "--yes")
    assert desk.house.command("letters", "--unknown").strip() == "No letter is unknown."
    desk.do(lambda db: outbox.settle(db, [Settled(1, outbox.UNKNOWN, "502", REMINDER)], desk.base.clock.now()))
    assert "left as it is" in desk.house.command("letters", "leave", "--all")
    assert "Waiting: 2" in desk.house.command("letters")


@pytest.mark.promise("P4")
def test_a_pause_holds_a_running_bot_at_once_and_people_who_write_are_answered(make_house: MakeHouse) -> None:
    house: House = make_house()
    with at_desk(house) as desk:
        people = meet(house, 30)
        house.command("pause")
        desk.keep([person.id for person in people])
        somebody = house.telegram.person()
        somebody.starts()
        assert "how old" in somebody.hears(wait=PATIENCE).text
        assert desk.states() == dict.fromkeys(range(1, 31), PENDING)
        house.command("resume")
        until(lambda: SENT in desk.states().values(), house.said)
        house.command("pause")
        gone = sum(state != PENDING for state in desk.states().values())
        until(lambda: SENDING not in desk.states().values(), house.said)
        assert sum(state != PENDING for state in desk.states().values()) <= gone + MOST
        house.command("resume")
        until(lambda: set(desk.states().values()) == {SENT}, house.said)
    assert list(map(times_seen, people)) == [1] * 30
