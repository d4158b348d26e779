"""P13: the key file and the list of erasures, when their disk is full or their folder fails under a bot that runs."""

from __future__ import annotations

import datetime as dt
import resource
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from storage import erasure, keys
from storage.keys import Keys, KeysError
from tests.faults.outage import health, health_says, is_well
from tests.road.conftest import MakeHouse
from tests.road.crowd import END, ENGAGEMENT, check, hear, make_plans, type_all
from tests.road.house import PATIENCE, House, until

DAY = dt.date(2026, 11, 23)
NOW = dt.datetime(2026, 11, 23, tzinfo=dt.UTC)


def changes(held: Keys) -> list[Callable[[], object]]:
    """What needs a key that is not there yet."""
    return [lambda: held.seal_for_days("a.b", "1", b"x", DAY), lambda: held.pseudonym("ward", "someone")]


@contextmanager
def full_disk(most: int = 1) -> Iterator[None]:
    """No file of this process grows beyond `most` bytes."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (most, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


@pytest.mark.promise("P13")
def test_a_key_that_cannot_be_kept_seals_nothing_and_leaves_the_file_as_it_was(tmp_path: Path) -> None:
    held = keys.make(tmp_path / "withus.keys")
    before = held.path.read_bytes()
    for change in changes(held):
        with full_disk(), pytest.raises(OSError, match=r"too large|No space"):
            change()
    assert held.path.read_bytes() == before
    assert not list(tmp_path.glob("*.new"))
    assert keys.load(held.path).open("a.b", "1", held.seal_for_days("a.b", "1", b"x", DAY)) == b"x"


@pytest.mark.promise("P13")
@pytest.mark.parametrize("room", [0, 1, 20, 43])
def test_an_erasure_is_noted_whole_or_not_at_all(tmp_path: Path, room: int) -> None:
    path = tmp_path / "withus.keys"
    erasure.note(path, [b"1" * 16], NOW)
    before = erasure.list_beside(path).read_bytes()
    with full_disk(len(before) + room), pytest.raises(OSError, match=r"too large|No space"):
        erasure.note(path, [b"2" * 16, b"3" * 16], NOW)
    assert erasure.list_beside(path).read_bytes() == before
    erasure.note(path, [b"4" * 16], NOW)
    assert [line.split()[1] for line in erasure.list_beside(path).read_text().splitlines()] == ["31" * 16, "34" * 16]


def test_half_a_line_that_a_power_cut_left_spoils_no_other(tmp_path: Path) -> None:
    path = tmp_path / "withus.keys"
    erasure.note(path, [b"1" * 16], NOW)
    with erasure.list_beside(path).open("a") as file:
        file.write("2026-11-")
    erasure.note(path, [b"2" * 16], NOW)
    assert f"\n2026-11-23 {'32' * 16}\n" in erasure.list_beside(path).read_text()


@contextmanager
def blocked(path: Path) -> Iterator[None]:
    """A folder in the way of a file that is to be written: as refused as on a full disk, for root too."""
    path.mkdir()
    try:
        yield
    finally:
        shutil.rmtree(path)


def begin_with_a_blocked_key_file(house: House) -> None:
    """Somebody answers while the key their answers need cannot be made. Raises when it is not kept until it can be."""
    code, plans = house.open(ENGAGEMENT), make_plans(3, seed=4)
    people = [house.telegram.person() for _ in plans]
    early = house.telegram.person()
    early.starts(code)
    hear(early, "how old")  # the key of the day is made, that of the engagement is not yet
    with blocked(house.keys.with_name("keys.json.new")):
        for person, plan in zip(people, plans, strict=True):
            type_all(person, plan, code)
        until(lambda: health_says(house, "keys.json.new"), lambda: f"{health(house)} {house.said()}", 5)
        assert house.telegram.state()["pending"], "it was acknowledged"
    for person in people:
        hear(person, END)
    house.settle()
    check(house, plans)
    until(lambda: is_well(house), lambda: str(health(house)))


@pytest.mark.promise("P13")
def test_nobody_hears_an_apology_while_the_key_file_cannot_be_written(make_house: MakeHouse) -> None:
    begin_with_a_blocked_key_file(make_house())


@pytest.mark.promise("P13", control=True)
def test_taking_it_for_a_fault_in_the_conversation_is_caught(make_plain_house: MakeHouse) -> None:
    house = make_plain_house("polling", "tests.faults.variants:blame_the_person")
    with pytest.raises(AssertionError, match=r"acknowledged|ready"):
        begin_with_a_blocked_key_file(house)


@pytest.mark.promise("P13")
def test_somebody_who_wants_to_be_forgotten_is_once_it_can_be_noted(make_house: MakeHouse) -> None:
    house = make_house()
    code, (plan,) = house.open(ENGAGEMENT), make_plans(1, seed=4)
    person = house.telegram.person()
    type_all(person, plan, code)
    hear(person, END)
    house.settle()
    person.says("/delete")
    hear(person, "delete")
    listed = house.keys.with_name("keys.json.erased")
    with blocked(listed):
        person.taps("Yes", wait=PATIENCE)
        until(lambda: health_says(house, "keys.json.erased"), lambda: f"{health(house)} {house.said()}")
        assert house.results(ENGAGEMENT)["people"]["finished"] == 1, "forgotten, though nothing would remember that"
    hear(person, "receipt")
    assert len(listed.read_text().splitlines()) == 1
    assert house.results(ENGAGEMENT)["people"]["finished"] == 0


def test_a_key_file_that_was_replaced_while_running_is_not_written_over(tmp_path: Path) -> None:
    held = keys.make(tmp_path / "withus.keys")
    held.path.unlink()
    keys.make(held.path)
    theirs = held.path.read_bytes()
    for change in changes(held):
        with pytest.raises(KeysError, match="replaced by another"):
            change()
    assert held.path.read_bytes() == theirs


def test_a_key_file_that_was_lost_while_running_is_written_again(tmp_path: Path) -> None:
    held = keys.make(tmp_path / "withus.keys")
    fingerprint = held.fingerprint
    held.path.unlink()
    held.pseudonym("ward", "someone")
    assert keys.load(held.path).fingerprint == fingerprint


def test_a_computer_that_has_lost_the_time_can_still_seal(tmp_path: Path) -> None:
    held = keys.make(tmp_path / "withus.keys")
    sealed = held.seal_for_days("a.b", "1", b"x", dt.date(1970, 1, 1))
    assert held.open("a.b", "1", sealed) == b"x"
