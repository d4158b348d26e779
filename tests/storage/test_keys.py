"""The key file: what is sealed opens with it, only where it belongs, and never again once its key is destroyed."""

import datetime as dt
import json
import stat
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from storage import keys, organisations
from storage.keys import Keys, KeysError
from storage.unopened import GoneError, ShutError
from tests.storage.world import NOON, World

DAY = NOON.date()


@pytest.fixture
def held(tmp_path: Path) -> Keys:
    return keys.make(tmp_path / "withus.keys")


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.binary(max_size=200), row=st.text(max_size=20))
def test_what_is_sealed_opens_as_it_was(held: Keys, data: bytes, row: str) -> None:
    assert held.open("answers.sealed", row, held.seal("answers.sealed", row, data)) == data
    assert held.open("sessions.sealed", row, held.seal_for_days("sessions.sealed", row, data, DAY)) == data


def test_the_same_words_are_never_sealed_alike(held: Keys) -> None:
    assert held.seal("a.b", "1", b"words") != held.seal("a.b", "1", b"words")


@pytest.mark.parametrize("where, row", [("answers.sealed", "2"), ("people.sealed", "1")])
def test_what_is_sealed_does_not_open_elsewhere(held: Keys, where: str, row: str) -> None:
    with pytest.raises(ShutError):
        held.open(where, row, held.seal("answers.sealed", "1", b"words"))


@pytest.mark.parametrize("place", [0, 1, 2, 5, 20, -1])
def test_what_was_changed_does_not_open(held: Keys, place: int) -> None:
    sealed = bytearray(held.seal("answers.sealed", "1", b"some words"))
    sealed[place] ^= 1
    with pytest.raises(ShutError):
        held.open("answers.sealed", "1", bytes(sealed))


def test_the_file_is_for_its_owner_alone_and_opens_what_it_sealed(held: Keys) -> None:
    sealed = held.seal("a.b", "1", b"words"), held.seal_for_days("a.b", "1", b"words", DAY)
    assert stat.S_IMODE(held.path.stat().st_mode) == stat.S_IRUSR | stat.S_IWUSR
    again = keys.load(held.path)
    assert [again.open("a.b", "1", one) for one in sealed] == [b"words", b"words"]
    assert again.fingerprint == held.fingerprint
    assert again.lookup(1, "telegram", "7") == held.lookup(1, "telegram", "7")
    assert again.pseudonym("clinic", "someone") == held.pseudonym("clinic", "someone")


def test_what_lay_under_a_destroyed_day_is_gone_for_good(held: Keys) -> None:
    old, new = (held.seal_for_days("a.b", "1", b"words", day) for day in (DAY, DAY + dt.timedelta(days=1)))
    assert held.destroy_days_before(DAY + dt.timedelta(days=1)) == 1
    for one in (held, keys.load(held.path)):
        with pytest.raises(GoneError):
            one.open("a.b", "1", old)
        assert one.open("a.b", "1", new) == b"words"


def test_a_pseudonym_is_one_engagements_own(held: Keys) -> None:
    assert held.pseudonym("clinic", "someone") == held.pseudonym("clinic", "someone")
    assert len({held.pseudonym(slug, who) for slug in ("clinic", "ward") for who in ("someone", "another")}) == 4


def test_two_processes_with_one_file_share_every_key(held: Keys) -> None:
    other = keys.load(held.path)
    sealed = held.seal_for_days("a.b", "1", b"words", DAY)
    assert other.open("a.b", "1", sealed) == b"words"
    assert other.pseudonym("clinic", "someone") == held.pseudonym("clinic", "someone")
    other.destroy_days_before(DAY + dt.timedelta(days=1))
    assert held.pseudonym("ward", "someone") == keys.load(held.path).pseudonym("ward", "someone")
    assert json.loads(held.path.read_text())["daily"] == {}


def test_a_new_file_never_takes_the_place_of_another(held: Keys) -> None:
    with pytest.raises(KeysError, match="there already"):
        keys.make(held.path)


def test_a_missing_key_file_is_said_to_be_missing(tmp_path: Path) -> None:
    with pytest.raises(KeysError, match=r"missing\. Put it back"):
        keys.load(tmp_path / "nothing.keys")


@pytest.mark.parametrize("broken", ["", "{", "[]", "{}", '{"lasting": {"1": "no key"}}'])
def test_a_broken_key_file_is_said_to_be_broken(tmp_path: Path, broken: str) -> None:
    path = tmp_path / "withus.keys"
    path.write_text(broken)
    with pytest.raises(KeysError, match="cannot be read"):
        keys.load(path)


def test_the_key_file_of_another_database_is_refused(world: World, held: Keys) -> None:
    assert world.do(organisations.is_new)
    world.do(lambda db: organisations.match(db, world.keys))
    world.do(lambda db: organisations.match(db, world.keys))
    assert not world.do(organisations.is_new)
    with pytest.raises(KeysError, match="belongs to another database"):
        world.do(lambda db: organisations.match(db, held))
