"""The demo's clock goes where its buttons say."""

import datetime as dt

import pytest

from bot.demo.hours import MOVES, ZONE


@pytest.mark.parametrize(
    "by, now, then",
    [
        ("hour", "2026-11-23T23:30", "2026-11-24T00:30"),
        ("morning", "2026-11-23T23:30", "2026-11-24T09:00"),
        ("morning", "2026-11-23T00:10", "2026-11-24T09:00"),
        ("morning", "2027-03-27T12:00", "2027-03-28T09:00"),  # the night the clocks go forward
        ("days", "2027-10-30T12:00", "2027-11-02T11:00"),  # three days are 72 hours, also when the clocks go back
        ("week", "2027-10-27T12:00", "2027-11-03T12:00"),  # but a week leads to the same hour
    ],
)
def test_a_move_leads_to(by: str, now: str, then: str) -> None:
    moved = MOVES[by](dt.datetime.fromisoformat(now).replace(tzinfo=ZONE))
    assert moved.astimezone(ZONE).replace(tzinfo=None) == dt.datetime.fromisoformat(then)
