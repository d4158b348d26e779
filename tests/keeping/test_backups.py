"""Making backups: what is in them and what is not, and what happens when one cannot be made."""

from __future__ import annotations

import base64
import datetime as dt
import json
import resource
import stat
import tomllib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from sqlalchemy import select

import bot
from bot.clock import Clock
from storage import erasure, schema
from storage.keeping import backups
from storage.keeping.backups import UNFINISHED
from storage.keeping.engines import open_plainly
from storage.keeping.manifests import BackupError
from tests.keeping.conftest import KINDS, ONCE, NewDatabase
from tests.keeping.installation import Installation
from tests.keeping.people import fill, maker, say_nothing
from tests.storage.world import NOON, World, pick


def content(backup: Path) -> bytes:
    return b"".join(file.read_bytes() for file in sorted(backup.iterdir()))


def test_a_backup_is_verified_and_says_what_it_is(home: Installation, world: World) -> None:
    fill(world)
    made = home.back_up()
    manifest = backups.verify(made, say_nothing)
    assert (manifest.organisation, manifest.bots, manifest.keys) == ("The clinic", (7,), world.keys.fingerprint)
    assert manifest.tables["people"].rows == 12


def test_the_version_in_a_backup_is_the_programs_own() -> None:
    pyproject = Path(bot.__file__).parents[1] / "pyproject.toml"
    assert tomllib.loads(pyproject.read_text("utf-8"))["project"]["version"] == bot.VERSION


@ONCE
def test_a_backup_is_for_its_owner_alone(home: Installation, world: World) -> None:
    fill(world)
    made = home.back_up()
    assert {stat.S_IMODE(one.stat().st_mode) for one in made.iterdir()} == {0o600}
    assert stat.S_IMODE(made.stat().st_mode) == stat.S_IMODE(home.backups.stat().st_mode) == 0o700


@pytest.mark.promise("P20")
def test_no_key_is_in_a_backup(home: Installation, world: World) -> None:
    fill(world, "anonymous")
    held = json.loads(home.key_file.read_text())
    texts = [held["lookup"], held["buttons"], *held["lasting"].values(), *held["daily"].values(), *held["pseudonyms"].values()]
    assert held["daily"]
    inside = content(home.back_up())
    assert [text for text in texts if text.encode() in inside or base64.b64decode(text) in inside] == []


def test_who_was_deleted_leaves_no_trace_in_the_next_backup(home: Installation, world: World) -> None:
    clinic = fill(world)
    person = world.answer(clinic, {"who": pick("have")})
    code = world.do(lambda db: db.execute(select(schema.people.c.code).where(schema.people.c.id == person)).scalar_one())
    assert code.encode() in content(home.back_up())
    world.do(lambda db: erasure.forget(db, world.keys, {person: code}, [clinic], NOON))
    assert code.encode() not in content(home.back_up())


@ONCE
def test_lasting_keys_are_copied_when_asked_without_the_daily_ones(home: Installation, world: World, tmp_path: Path) -> None:
    fill(world, "anonymous")
    said = home.command("backup", "--with-keys", str(tmp_path / "safe"))
    copy, held = (json.loads(file.read_text()) for file in (tmp_path / "safe" / "withus.keys", home.key_file))
    assert copy == held | {"daily": {}} != held
    assert "whoever has both can read everything" in said


@ONCE
def test_the_list_of_erasures_is_copied_with_the_keys_for_its_owner_alone(
    home: Installation, world: World, tmp_path: Path
) -> None:
    clinic = fill(world)
    safe = tmp_path / "safe" / "withus.keys"
    person = world.answer(clinic, {"who": pick("have")})
    code = world.do(lambda db: db.execute(select(schema.people.c.code).where(schema.people.c.id == person)).scalar_one())
    world.do(lambda db: erasure.forget(db, world.keys, {person: code}, [clinic], NOON))
    home.command("backup", "--with-keys", str(safe.parent))
    copied = erasure.list_beside(safe)
    assert stat.S_IMODE(copied.stat().st_mode) == 0o600
    erasure.list_beside(home.key_file).unlink()  # what the copy alone knows, it goes on knowing
    erasure.note(home.key_file, [b"somebody" * 2], NOON)
    home.command("backup", "--with-keys", str(safe.parent))
    assert len(erasure.read(copied)) == 2


@ONCE
def test_keys_are_not_copied_to_where_the_backups_lie(home: Installation, world: World) -> None:
    fill(world)
    (home.folder / "link").symlink_to(home.backups)
    for place in (home.backups / "keys", home.folder, home.folder / "link"):
        assert "must lie apart" in home.refused("backup", "--with-keys", str(place))


@ONCE
def test_only_so_many_are_kept_when_asked(home: Installation, world: World) -> None:
    fill(world)
    made = [home.back_up() for _ in range(3)]
    assert backups.find(home.backups) == made
    assert "2 older ones were removed" in home.command("backup", "--keep", "2")
    assert len(backups.find(home.backups)) == 2
    assert made[2].exists()
    assert not made[0].exists()


@ONCE
def test_a_backup_made_while_the_clock_is_behind_is_the_last_all_the_same(
    home: Installation, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    fill(world)
    before = home.back_up()
    monkeypatch.setattr(Clock, "now", lambda _clock: dt.datetime(1970, 1, 2, tzinfo=dt.UTC))
    made = home.back_up("--keep", "1")
    assert backups.find(home.backups) == [made]
    assert not before.exists()


@ONCE
def test_none_is_removed_while_another_is_being_made(home: Installation, world: World) -> None:
    fill(world)
    made = [home.back_up() for _ in range(2)]
    with backups._only_one(home.backups), pytest.raises(BackupError, match="Another backup is being made"):
        backups.prune(home.backups, 1)
    assert backups.find(home.backups) == made


@ONCE
def test_what_was_interrupted_is_no_backup_and_goes_with_the_next(home: Installation, world: World) -> None:
    fill(world)
    made = home.back_up()
    broken = made.rename(made.with_name(made.name + UNFINISHED))
    assert backups.find(home.backups) == []
    after = home.back_up()
    assert not broken.exists()
    assert backups.find(home.backups) == [after]


@contextmanager
def no_room_for_more_than(size: int) -> Iterator[None]:
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


@pytest.mark.promise("P20")
def test_a_full_disk_is_said_to_be_full_and_nothing_is_left(home: Installation, world: World) -> None:
    fill(world)
    with no_room_for_more_than(50_000):
        said = home.refused("backup")
    assert "full" in said
    assert list(home.backups.iterdir()) == []
    home.back_up()


@ONCE
def test_a_place_that_is_no_folder_is_said_to_be_none(home: Installation, world: World) -> None:
    fill(world)
    for place in (home.settings, home.settings / "backups"):
        assert "that is no folder" in home.refused("backup", "--to", str(place))


@ONCE
def test_a_backup_does_not_go_into_another(home: Installation, world: World) -> None:
    fill(world)
    made = home.back_up()
    for place in (made, made / "deeper"):
        assert "lies inside a backup" in home.refused("backup", "--to", str(place))
    backups.verify(made, say_nothing)


@ONCE
def test_two_backups_into_one_folder_wait_for_each_other(home: Installation, world: World, tmp_path: Path) -> None:
    fill(world)
    with backups._only_one(tmp_path):
        assert "Another backup is being made" in home.refused("backup", "--to", str(tmp_path))


@pytest.mark.parametrize("kind", KINDS)
def test_there_is_nothing_to_back_up_where_nothing_is(tmp_path: Path, new_database: NewDatabase, kind: str) -> None:
    home = Installation(tmp_path / "home", new_database(kind))
    said = home.refused("backup")
    assert "nothing to back up" in said or "not there" in said
    assert not home.backups.exists() or list(home.backups.iterdir()) == []


@ONCE
def test_progress_is_told_of_a_large_table(world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    fill(world)
    monkeypatch.setattr("storage.keeping.copying._EVERY", 10)
    told: list[tuple[str, int]] = []
    with open_plainly(world.url) as engine:
        backups.make(engine, tmp_path / "backups", maker(world), lambda table, rows: told.append((table, rows)))
    assert ("people", 12) in told
