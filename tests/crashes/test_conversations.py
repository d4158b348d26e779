"""P1, P4: three people talk, and at every moment of it the bot dies: all they said is there once, and nobody waits in vain."""

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
from tests.road.house import House
from tests.road.nursery import Nursery


@dataclass
class Stage:
    """Where the same talk is begun again and again, each time with a copy of the same installation."""

    ground: Ground
    nursery: Nursery
    folder: Path
    telegram: Telegram
    receive: str
    broken: str = ""  # a variant for every start
    houses: int = 0
    calm: Talked | None = None

    def __post_init__(self) -> None:
        self.first = House(self.folder, self.telegram, self.nursery, self.ground.first, self.receive)
        prepare(self.first)

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

    def play(self, account: Account, *variants: str) -> int:
        """One talk, the bot started with each variant in turn, and all that must hold afterwards; DIED if it died."""
        with self.house() as house:
            talked = talk(house, *variants)
            assert house.stop() == 0
            check(house, talked, self.calm, account)
            self.calm = self.calm or talked
        return DIED if talked.deaths else 0


@pytest.fixture
def stage(ground: Ground, nursery: Nursery, tmp_path: Path) -> Iterator[Callable[[str], Stage]]:
    with running(retry_scale=0.05) as telegram:
        yield lambda receive, broken="": Stage(ground, nursery, tmp_path, telegram, receive, broken)


@pytest.mark.timeout(900)
def test_wherever_the_bot_dies_all_is_there_once_and_nobody_waits_in_vain(stage) -> None:
    here = stage("polling")
    here.play(Account())
    account = for_every_point(lambda variant, account: here.play(account, variant))
    print(account)
