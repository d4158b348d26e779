"""P14: a PostgreSQL server that comes and goes under a bot loses nothing of what people say."""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest

from tests import postgres
from tests.faults.outage import health, is_well
from tests.road.conftest import _builder
from tests.road.crowd import ENGAGEMENT, Crowd, check, make_plans
from tests.road.house import until
from tests.road.nursery import Nursery


class Restarting(postgres.Server):
    """A server of a test's own, that can be stopped and started again."""

    def halt(self) -> None:
        assert self.process
        self.process.send_signal(3)  # SIGQUIT: at once, as when the machine is switched off
        self.process.wait(postgres.PATIENCE)


@contextmanager
def own_server() -> Iterator[Restarting]:
    for binaries in postgres._binaries():
        server = Restarting(binaries)
        try:
            with suppress(OSError, postgres.Unavailable):
                server.start()
                yield server
                return
        finally:
            server.stop()
    pytest.skip("PostgreSQL cannot be started here")


def answer_while_the_server_comes_and_goes(
    nursery: Nursery, folder: Path, rests: Callable[[random.Random], float], times: int
) -> None:
    chance = random.Random(4)
    with own_server() as server, postgres.fresh_database(server.url) as url, _builder(nursery, folder, url) as make:
        house = make()
        code = house.open(ENGAGEMENT)
        plans = make_plans(times * 8, seed=14)
        groups = [plans[at : at + 8] for at in range(0, len(plans), 8)]
        with Crowd(house.telegram, code) as crowd:
            for group in groups:
                crowd.add(group)
                time.sleep(rests(chance) / 4)  # the chance of a moment is what is tested
                server.halt()
                until(lambda: not is_well(house), lambda: f"{health(house)} {house.said()}")
                time.sleep(rests(chance))
                server.go_on()
        house.settle()
        check(house, plans)
        until(lambda: is_well(house), lambda: f"{health(house)} {house.said()}")
        assert house.stop() == 0


@pytest.mark.promise("P14")
def test_a_server_that_is_stopped_and_started_again_loses_nothing(nursery: Nursery, tmp_path: Path) -> None:
    answer_while_the_server_comes_and_goes(nursery, tmp_path, lambda chance: chance.uniform(0.1, 0.6), 2)


@pytest.mark.long
@pytest.mark.promise("P14")
def test_a_server_that_is_gone_for_up_to_forty_seconds_again_and_again_loses_nothing(nursery: Nursery, tmp_path: Path) -> None:
    answer_while_the_server_comes_and_goes(nursery, tmp_path, lambda chance: chance.uniform(5, 40), 6)
