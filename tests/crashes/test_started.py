"""P4: the bot dies at every point of a broadcast of twelve letters: none is doubled, none lost, at most three are unknown."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from emulator.client import Telegram
from emulator.server import running
from storage.letters import unknowns
from storage.letters.outbox import PENDING, SENDING, SENT, UNKNOWN
from tests.crashes.conftest import Ground
from tests.crashes.loop import DIED, Account, for_every_point
from tests.crashes.points import COMMIT, SEND
from tests.road.house import House, until
from tests.road.nursery import Nursery
from tests.sending.desk import Desk, at_desk, meet, times_seen
from tests.sending.variants import AT_ONCE

MANY = 12
THREE, AGAIN = (f"tests.sending.variants:{name}:" for name in ("three_at_once", "send_again"))


@dataclass
class Stage:
    """Where the same broadcast is begun again and again."""

    ground: Ground
    nursery: Nursery
    folder: Path
    telegram: Telegram
    variant: str = THREE
    plays: int = 0

    def play(self, variant: str, account: Account) -> int:  # noqa: ARG002 - as for_every_point calls it
        """One broadcast, its bot started again if it died; then what must hold."""
        self.plays += 1
        folder = self.folder / str(self.plays)
        folder.mkdir()
        with self.ground.lay(folder) as database:
            house = House(folder, self.telegram, self.nursery, database)
            try:
                return self._play(house, variant)
            finally:
                if house.pid:
                    house.kill()

    def _play(self, house: House, variant: str) -> int:
        people = meet(house, MANY)
        with at_desk(house) as desk:
            desk.keep([person.id for person in people])
            house.variant = self.variant + variant
            house.begin()
            died = _await_end(desk)
            if died:
                house.pid, house.variant = 0, self.variant
                house.begin()
                assert not _await_end(desk)
            states = desk.states()
            listed = desk.do(lambda db: unknowns.find(db, desk.base.house.bot_id))
        seen = [times_seen(person) for person in people]
        assert max(seen) <= 1, f"somebody got it twice, {seen}"
        unknown = {letter for letter, state in states.items() if state == UNKNOWN}
        assert {one.id for one in listed if one.can_resend} == unknown
        assert len(unknown) <= (AT_ONCE if died else 0), f"{len(unknown)} are unknown"
        lost = [letter for letter, times in enumerate(seen, 1) if not times and letter not in unknown]
        assert not lost, f"lost: {lost}"
        assert set(states.values()) <= {SENT, UNKNOWN}, states
        return DIED if died else 0


def _await_end(desk: Desk) -> bool:
    """Wait until every letter has come to an end, or the bot has; whether it died."""
    house, died = desk.house, False

    def over() -> bool:
        nonlocal died
        died = house.nursery.ended(house.pid)
        return died or not {PENDING, SENDING} & set(desk.states().values())

    until(over, house.said)
    return died


MakeStage = Callable[..., Stage]


@pytest.fixture
def make_stage(ground: Ground, nursery: Nursery, tmp_path: Path) -> Iterator[MakeStage]:
    with running(retry_scale=0.05) as telegram:
        yield lambda *more, **named: Stage(ground, nursery, tmp_path, telegram, *more, **named)


@pytest.mark.promise("P4")
@pytest.mark.timeout(300)
def test_wherever_the_bot_dies_no_letter_of_its_own_is_doubled_or_lost(make_stage: MakeStage) -> None:
    account = for_every_point(make_stage().play, first=3, every=13, kinds=(COMMIT, SEND))
    assert len(account.deaths) >= 6, account


@pytest.mark.long
@pytest.mark.promise("P4")
@pytest.mark.timeout(1800)
def test_at_every_single_point_no_letter_of_its_own_is_doubled_or_lost(make_stage: MakeStage) -> None:
    account = for_every_point(make_stage().play, kinds=(COMMIT, SEND))
    assert len(account.deaths) >= 50, account


@pytest.mark.promise("P4", control=True)
@pytest.mark.timeout(300)
def test_a_bot_that_takes_what_was_on_its_way_for_unsent_is_caught(make_stage: MakeStage) -> None:
    with pytest.raises(AssertionError, match="twice"):
        for_every_point(make_stage(variant=AGAIN).play, first=32, every=3, kinds=(SEND,))
