"""P13: a full disk stops writing cleanly, and work goes on once there is room."""

from __future__ import annotations

import pytest

from tests.faults.disks import FLAG, full, is_sqlite, nothing_fits, whole
from tests.faults.outage import answer_through, health_and_log_say, health_says
from tests.road.conftest import MakeHouse
from tests.road.house import House

VARIANTS = "tests.faults.variants"


def variant(name: str, folder: object) -> str:
    return f"{VARIANTS}:{name}:{folder}/house"


@pytest.mark.promise("P13")
@pytest.mark.parametrize("receive", ["polling", "webhook"])
def test_a_full_database_refuses_cleanly_and_goes_on_once_there_is_room(
    make_house: MakeHouse, receive: str, tmp_path: object
) -> None:
    house = make_house(receive, variant("fill", tmp_path))
    answer_through(house, full, "disk is full.*Make room", health_and_log_say)
    if receive == "webhook":
        assert house.telegram.log(0, "delivery", status=503)
    assert house.stop() == 0
    assert not is_sqlite(house) or whole(house) == "ok"


@pytest.mark.promise("P13")
def test_a_disk_that_takes_nothing_not_even_the_log_is_outlived(make_plain_house: MakeHouse) -> None:
    house: House = make_plain_house("polling", "tests.road.variants:give_up_soon")
    answer_through(house, nothing_fits, "Make room", health_says)
    assert house.stop() == 0
    assert whole(house) == "ok"


@pytest.mark.promise("P13", control=True)
def test_a_bot_that_acknowledges_with_a_full_disk_is_caught(make_house: MakeHouse, tmp_path: object) -> None:
    house = make_house("polling", variant("fill_and_acknowledge", tmp_path))
    with pytest.raises(AssertionError, match=r"assert 0 >= |words number"):
        answer_through(house, full, "disk is full")
    assert not (house.folder / FLAG).exists()
