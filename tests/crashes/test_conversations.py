"""P1, P4: three people talk, and at every point of it the bot dies: all they said is there once, and nobody waits in vain."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from emulator.client import Telegram
from emulator.server import running
from tests.crashes.conftest import Ground
from tests.crashes.loop import DIED, Account, for_every_point
from tests.crashes.people import Talked, check, copy, prepare, talk
from tests.crashes.points import armed
from tests.road import crowd
from tests.road.house import House
from tests.road.nursery import Nursery

MANY = 90  # deaths; fewer would mean that the points are not found any more
BROKEN = [
    ("sqlite", "acknowledge_first", 10),
    ("sqlite", "commit_twice", 16),
    ("sqlite", "send_from_memory", 16),
    ("postgresql", "acknowledge_first", 10),
]
"""Database, variant, and the first point at which anything can be forgotten."""
DOORS = pytest.mark.parametrize("receive", ["polling", "webhook"])


@dataclass
class Stage:
    """Where the same talk is begun again and again, each time with a copy of the same installation.

    `broken` is the variant of every bot here; `again` has every second bot die too, at a point that moves along.
    """

    ground: Ground
    nursery: Nursery
    folder: Path
    telegram: Telegram
    receive: str
    broken: str = ""
    again: bool = False
    houses: int = 0
    calm: Talked | None = None

    def __post_init__(self) -> None:
        first = House(self.folder, self.telegram, self.nursery, self.ground.first, self.receive)
        prepare(first)
        self.first = first
        with self.house() as house:
            self.calm = talk(house)
            check(house, self.calm, self.calm, Account())

    @contextmanager
    def house(self) -> Iterator[House]:
        """A copy of the first house that nobody has lived in yet."""
        self.houses += 1
        folder = self.folder / str(self.houses)
        folder.mkdir()
        with self.ground.lay(folder) as database:
            house = copy(House(folder, self.telegram, self.nursery, database, self.receive), self.first)
            try:
                yield house
            finally:
                if house.pid:
                    house.kill()

    def play(self, variant: str, account: Account) -> int:
        """One talk and all that must hold afterwards; DIED if the bot died in it."""
        assert self.calm
        with self.house() as house:
            second = [armed(house.folder / "second", self.houses % 23 + 1)] if self.again else []
            talked = talk(house, variant, *second, broken=self.broken)
            check(house, talked, self.calm, account)
        return DIED if talked.deaths else 0


MakeStage = Callable[..., Stage]


@pytest.fixture
def make_stage(ground: Ground, nursery: Nursery, tmp_path: Path) -> Iterator[MakeStage]:
    with running(retry_scale=0.01) as telegram:
        yield lambda *more, **named: Stage(ground, nursery, tmp_path, telegram, *more, **named)


@pytest.mark.promise("P1", "P4")
@pytest.mark.parametrize("first", [1, *(pytest.param(first, marks=pytest.mark.long) for first in (5, 9, 13))])
@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
@pytest.mark.timeout(300)
def test_at_every_16th_point_it_dies_and_all_is_there_once_and_nobody_waits_in_vain(make_stage: MakeStage, first: int) -> None:
    stage = make_stage("polling")
    account = for_every_point(stage.play, first=first, every=16)
    assert len(account.deaths) > MANY / 16, account


@pytest.mark.promise("P1", "P4")
@pytest.mark.parametrize("receive", ["polling", pytest.param("webhook", marks=pytest.mark.long)])
def test_at_each_50th_point_it_dies_and_dies_again_and_all_is_there_once(make_stage: MakeStage, receive: str) -> None:
    stage = make_stage(receive, again=True)
    account = for_every_point(stage.play, first=len(receive), every=50)
    assert len(account.deaths) > MANY / 50, account


@pytest.mark.long
@pytest.mark.promise("P1", "P4")
@DOORS
@pytest.mark.parametrize("again", [False, True])
@pytest.mark.timeout(1800)
def test_wherever_it_dies_by_every_door_all_is_there_once(make_stage: MakeStage, receive: str, *, again: bool) -> None:
    account = for_every_point(make_stage(receive, again=again).play)
    assert len(account.deaths) > MANY, account


@pytest.mark.promise("P1", "P4", control=True)
@pytest.mark.parametrize("database, broken, first", BROKEN, indirect=["database"])
def test_a_bot_that_forgets_at_some_point_is_caught(
    make_stage: MakeStage, monkeypatch: pytest.MonkeyPatch, broken: str, first: int
) -> None:
    stage = make_stage("polling", broken=f"tests.road.variants:{broken}")
    monkeypatch.setattr(crowd, "PATIENCE", 2.0)  # it does wait in vain
    with pytest.raises(AssertionError, match=r"heard nothing more|missed something"):
        for_every_point(stage.play, first=first)
