"""The first command of an installation dies at any moment; the next one finds all in order."""

from __future__ import annotations

from pathlib import Path

import pytest

from emulator.server import running
from tests.crashes.conftest import Ground
from tests.crashes.loop import Account, for_every_point, run_command
from tests.road.house import House
from tests.road.nursery import Nursery


@pytest.mark.promise("P1")
def test_an_installation_begun_anew_after_dying_at_any_moment_is_whole(ground: Ground, nursery: Nursery, tmp_path: Path) -> None:
    with running() as telegram:

        def begin(variant: str, account: Account) -> int:
            folder = tmp_path / str(len(account.deaths))
            folder.mkdir()
            with ground.lay(folder, copy=False) as database:
                house = House(folder, telegram, nursery, database)
                house.lay("tests-adults")
                asked = ("engagement", "open", "tests-adults", "--config", str(house.settings))
                code = run_command(nursery, asked, house.log, variant)
                house.command("engagement", "open", "tests-adults")
                assert house.results("tests-adults")["people"] == {"started": 0, "finished": 0}
            return code

        account = for_every_point(begin, every=4)
    assert len(account.deaths) > 3, account
