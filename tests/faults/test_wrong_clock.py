"""A computer's clock a year wrong, at the start or all at once: nothing is thrown away by it, and staff are told."""

from __future__ import annotations

import datetime as dt
import json
import time
from email.utils import format_datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.clock import FAR, Clock
from emulator.client import Someone
from tests.faults.disks import WALL
from tests.faults.outage import health, health_says, is_well
from tests.faults.test_full_disk import variant
from tests.road.conftest import MakeHouse
from tests.road.crowd import hear
from tests.road.house import House, until

YEAR = 365 * 86400
ENGAGEMENT = "tests-hidden"


def wrong(house: House, seconds: float) -> None:
    """Set the wrong clock, whole at once."""
    fresh = house.folder / "wall.new"
    fresh.write_text(str(seconds))
    fresh.replace(house.folder / WALL)


def begin(house: House, code: str) -> Someone:
    """Somebody who has answered the first of two questions, which hide who answered."""
    person = house.telegram.person()
    person.starts(code)
    person.says("18 or over")
    person.says("Yes, well")
    hear(person, "What would help")
    return person


def live_through_a_wrong_clock(house: House, seconds: float, *, restart: bool) -> None:
    """People answer before, while and after the clock is wrong. Raises AssertionError when an answer or a key is lost."""
    house.start()
    code = house.open(ENGAGEMENT)
    people = [begin(house, code)]
    house.settle()
    days = set(json.loads(house.keys.read_text())["daily"])
    if restart:
        house.stop()
    wrong(house, seconds)
    if restart:
        house.start()
    people.append(begin(house, code))
    assert set(json.loads(house.keys.read_text())["daily"]) == days, "a key was destroyed, or made for a day that is not"
    until(lambda: "cannot be trusted" in house.said(), house.said)
    until(lambda: health_says(house, "clock says.*Telegram's says.*Set this computer's clock right"), lambda: str(health(house)))
    people.append(begin(house, code))
    assert set(json.loads(house.keys.read_text())["daily"]) == days, "a key was destroyed, or made for a day that is not"
    people[0].says("Less light")
    hear(people[0], "That was the last question")
    wrong(house, 0)
    until(lambda: "right again" in house.said(), house.said)
    house.move_clock(3700)  # an hour later everything is tidied up
    people.append(begin(house, code))
    until(lambda: is_well(house), lambda: str(health(house)))
    for person in people[1:]:
        person.says("Less noise")
        hear(person, "That was the last question")
    house.settle()
    assert house.results(ENGAGEMENT)["people"] == {"started": 4, "finished": 4}


@pytest.mark.parametrize("restart", [False, True], ids=["all at once", "from the start"])
@pytest.mark.parametrize("seconds", [YEAR, -YEAR], ids=["ahead", "behind"])
def test_nothing_is_thrown_away_by_a_clock_that_is_a_year_wrong(
    make_plain_house: MakeHouse, tmp_path: Path, seconds: float, *, restart: bool
) -> None:
    house = make_plain_house("polling", variant("wrong_wall", tmp_path), begin=False)
    live_through_a_wrong_clock(house, seconds, restart=restart)


@pytest.mark.parametrize("seconds", [YEAR, -YEAR], ids=["ahead", "behind"])
def test_a_bot_that_trusts_its_own_clock_is_caught(make_plain_house: MakeHouse, tmp_path: Path, seconds: float) -> None:
    house = make_plain_house("polling", variant("trust_the_wall", tmp_path), begin=False)
    with pytest.raises(AssertionError, match="a key was destroyed"):
        live_through_a_wrong_clock(house, seconds, restart=True)


# --- The clock by itself


def test_hours_in_which_the_computer_slept_raise_no_doubt(monkeypatch: pytest.MonkeyPatch) -> None:
    hands = Hands()
    monkeypatch.setattr(time, "clock_gettime", lambda which: hands.steady if which == time.CLOCK_BOOTTIME else 0.0)
    monkeypatch.setattr(time, "monotonic", lambda: 0.0)  # it stands still meanwhile
    clock = Clock(checked=True, wall=lambda: hands.wall)
    clock.hear(format_datetime(hands.theirs, usegmt=True))
    hands.go_on(8 * 3600)
    assert (clock.is_certain(), clock.now()) == (True, hands.theirs)


class Hands:
    """A computer's two clocks, and Telegram's, moved by hand."""

    def __init__(self) -> None:
        self.wall = self.theirs = dt.datetime(2026, 11, 23, 12, tzinfo=dt.UTC)
        self.steady = 1000.0

    def clock(self, moved_by: Path | None = None, *, checked: bool = True) -> Clock:
        return Clock(moved_by, checked=checked, wall=lambda: self.wall, steady=lambda: self.steady)

    def go_on(self, seconds: float) -> None:
        self.wall += dt.timedelta(seconds=seconds)
        self.theirs += dt.timedelta(seconds=seconds)
        self.steady += seconds

    @property
    def date(self) -> str:
        return format_datetime(self.theirs, usegmt=True)


def test_a_clock_is_certain_once_another_agreed() -> None:
    hands = Hands()
    clock = hands.clock()
    assert not clock.is_certain()
    clock.hear(hands.date)
    assert clock.is_certain()
    assert clock.now() == hands.wall
    assert hands.clock(checked=False).is_certain()


@pytest.mark.parametrize("date", [None, "", "tomorrow", "Mon, 99 Foo 2026 12:00:00 GMT", "Mon, 23 Nov 2026 12:00:00 -0000"])
def test_a_server_that_never_tells_the_time_is_not_waited_for(date: str | None) -> None:
    clock = Hands().clock()
    clock.hear(date)
    assert clock.is_certain()


@given(st.integers(-10 * YEAR, 10 * YEAR), st.floats(0, YEAR))
def test_time_goes_on_evenly_whatever_the_computers_clock_does(jump: int, later: float) -> None:
    hands = Hands()
    clock = hands.clock()
    clock.hear(hands.date)
    hands.wall += dt.timedelta(seconds=jump)
    hands.go_on(later)
    assert abs(clock.now() - hands.theirs) <= FAR
    assert clock.is_certain() == (abs(jump) <= FAR.total_seconds())
    assert bool(clock.doubt) != clock.is_certain()
    hands.wall = hands.theirs
    assert clock.is_certain()


def test_a_machine_that_slept_is_believed_as_soon_as_telegram_agrees() -> None:
    hands = Hands()
    clock = hands.clock()
    clock.hear(hands.date)
    hands.wall += dt.timedelta(hours=9)  # the steady clock stood still
    hands.theirs += dt.timedelta(hours=9)
    assert clock.doubt
    clock.hear(hands.date)
    assert clock.is_certain()
    assert clock.now() == hands.wall


@given(ahead=st.floats(0, YEAR), both=st.booleans())
def test_a_clock_that_is_moved_on_purpose_is_right(tmp_path_factory: pytest.TempPathFactory, ahead: float, *, both: bool) -> None:
    hands = Hands()
    moved_by = tmp_path_factory.getbasetemp() / "moved"
    moved_by.write_text(str(ahead))
    clock = hands.clock(moved_by)
    if both:
        hands.theirs += dt.timedelta(seconds=ahead)
    clock.hear(hands.date)
    moved_by.write_text(str(ahead + YEAR))  # once more, and the other has not been heard since
    assert clock.is_certain()
    assert clock.now() == hands.wall + dt.timedelta(seconds=ahead + YEAR)


def test_the_other_clock_is_asked_after_a_long_silence_and_once_a_minute_while_in_doubt() -> None:
    hands = Hands()
    clock = hands.clock()
    clock.hear(hands.date)
    asked = []
    for _ in range(40):
        hands.go_on(30)
        asked.append(clock.wants_to_ask())
    assert asked[:19] == [False] * 19
    assert asked[19:] == [True, False] * 10 + [True]
