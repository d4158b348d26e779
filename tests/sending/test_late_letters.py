"""Letters that could not go out in time wait for a person's word."""

from __future__ import annotations

import datetime as dt

from storage.letters import outbox
from storage.letters.outbox import LEFT, NEVER_TWICE, PENDING, REMINDER, Letter
from tests.road.conftest import MakeHouse
from tests.road.house import House, run_command
from tests.sending.desk import Desk, at_desk

LATE = "To send them: letters late --send. Or: letters late --leave."


def test_late_letters_are_told_and_sent_or_left_as_somebody_says(make_plain_house: MakeHouse) -> None:
    house: House = make_plain_house(begin=False)
    with at_desk(house) as desk:
        _keep(desk, 1, hours_ago=25)
        _keep(desk, 2, hours_ago=23)
        assert f"Late, and held: 1. {LATE}" in house.command("letters")
        assert run_command("letters", "late", "--config", str(house.settings))[0] == 1
        assert "1 letter will not go out." in house.command("letters", "late", "--leave")
        assert desk.states() == {1: LEFT, 2: PENDING}
        _keep(desk, 3, hours_ago=2500)
        assert "1 letter may go out now." in house.command("letters", "late", "--send")
        assert LATE not in house.command("letters")
        assert desk.states() == {1: LEFT, 2: PENDING, 3: PENDING}


def _keep(desk: Desk, number: int, hours_ago: int) -> None:
    house, now = desk.base.house, desk.base.clock.now()
    letter = Letter(number, None, 1000, "say", {"text": "Today", "bold": [], "rows": []}, REMINDER, NEVER_TWICE)
    place, due = (house.organisation_id, house.bot_id), now - dt.timedelta(hours=hours_ago)
    desk.do(lambda db: outbox.keep(db, house.keys, place, [letter], now, due))
