"""A byte changed anywhere in a backup is found, named and refused before anything is touched."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from storage import erasure
from storage.keeping import backups, engines, manifests
from storage.keeping.backups import DATABASE, ERASED
from storage.keeping.manifests import BackupError
from tests.keeping.people import fill, maker, say_nothing
from tests.storage.world import NOON, World, make_keys


@pytest.fixture(scope="module")
def backup(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    folder = tmp_path_factory.mktemp("changed")
    with World(f"sqlite:///{folder / 'withus.db'}", make_keys(folder)) as world:
        fill(world)
        erasure.note(world.keys.path, [b"somebody" * 2], NOON)
        with engines.open_plainly(world.url) as engine:
            yield backups.make(engine, folder / "backups", maker(world), say_nothing)


@pytest.mark.promise("P20")
@settings(max_examples=60, deadline=None)
@given(data=st.data(), flip=st.integers(1, 255))
@pytest.mark.parametrize("name", [DATABASE, ERASED, manifests.NAME])
def test_a_byte_changed_anywhere_is_named(backup: Path, name: str, data: st.DataObject, flip: int) -> None:
    file = backup / name
    whole = file.read_bytes()
    place = data.draw(st.integers(0, len(whole) - 1))
    try:
        file.write_bytes(whole[:place] + bytes([whole[place] ^ flip]) + whole[place + 1 :])
        with pytest.raises(BackupError, match=name):
            backups.verify(backup, say_nothing)
    finally:
        file.write_bytes(whole)


@pytest.mark.promise("P20")
@settings(max_examples=20, deadline=None)
@given(data=st.data())
@pytest.mark.parametrize("name", [DATABASE, ERASED, manifests.NAME])
def test_a_file_cut_short_anywhere_is_named(backup: Path, name: str, data: st.DataObject) -> None:
    file = backup / name
    whole = file.read_bytes()
    try:
        file.write_bytes(whole[: data.draw(st.integers(0, len(whole) - 1))])
        with pytest.raises(BackupError, match=name):
            backups.verify(backup, say_nothing)
    finally:
        file.write_bytes(whole)


@pytest.mark.parametrize("name", [DATABASE, ERASED, manifests.NAME])
def test_a_missing_file_is_named(backup: Path, name: str) -> None:
    file = (backup / name).rename(backup / "elsewhere")
    try:
        with pytest.raises(BackupError, match=name):
            backups.verify(backup, say_nothing)
    finally:
        file.rename(backup / name)


@pytest.mark.promise("P20")
def test_rows_that_are_not_those_of_the_manifest_are_found_even_in_a_whole_file(
    backup: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = (backup / DATABASE).read_bytes()
    try:
        with backups.writing(backup / DATABASE) as db:
            db.exec_driver_sql("UPDATE people SET language = 'cy' WHERE id = (SELECT min(id) FROM people)")
        monkeypatch.setattr(backups, "_hash", lambda file: manifests.Manifest.read(backup).sha256[file.name])
        with pytest.raises(BackupError, match="people"):
            backups.verify(backup, say_nothing)
    finally:
        (backup / DATABASE).write_bytes(whole)
