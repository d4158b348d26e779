"""Every way in which a database or a key file does not open: it says what happened and what to do, and leaves nothing."""

from __future__ import annotations

import asyncio
import json
import os
import re
import sqlite3
import threading
from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy.exc import OperationalError

from storage import keys
from storage.database import connect
from tests.faults.disks import file_of, inside, is_sqlite
from tests.faults.test_broken_database import damage
from tests.road.conftest import MakeHouse
from tests.road.house import House, run_command

COMMANDS = (("engagement", "list"), ("results", "tests-five"), ("run",))


def refuse(house: House, arguments: tuple[str, ...]) -> str:
    """What a command says that must fail; nothing may be made or changed by it."""
    before = _files(house.folder)
    code, said = run_command(*arguments, "--config", str(house.settings))
    assert code == 1, said
    assert "Traceback" not in said
    assert _files(house.folder) == before
    return said


def _files(folder: Path) -> dict[str, bytes]:
    """Everything in a folder; -wal and -shm come and go with any look at a database."""
    return {
        str(file.relative_to(folder)): file.read_bytes()
        for file in sorted(folder.rglob("*"))
        if file.is_file() and not file.name.endswith(("-wal", "-shm", ".use")) and not file.name.startswith("log-")
    }


@pytest.fixture
def installed(make_house: MakeHouse) -> House:
    """An installation that has been used, its bot stopped."""
    house = make_house(begin=False)
    house.open("tests-five")
    return house


def lose(house: House) -> str:
    file_of(house).unlink()
    return "It is not there. Check storage.url, or put the file back, or restore a backup"


def empty(house: House) -> str:
    file_of(house).write_bytes(b"")
    return "is empty, and there is a key file"


def replace_by_folder(house: House) -> str:
    file_of(house).unlink()
    file_of(house).mkdir()
    return "It is a folder. Check storage.url"


def replace_by_words(house: House) -> str:
    file_of(house).write_text("Dear all, this is a letter and no database. " * 200)
    return "is damaged.*restore the last backup"


def replace_by_another(house: House) -> str:
    file_of(house).unlink()
    with sqlite3.connect(file_of(house)) as db:
        db.execute("CREATE TABLE moz_places (url TEXT)")
    db.close()
    return "belongs to another program"


def spoil(house: House) -> str:
    damage(file_of(house))
    return "is damaged.*restore the last backup"


FILES: list[Callable[[House], str]] = [lose, empty, replace_by_folder, replace_by_words, replace_by_another, spoil]


@pytest.mark.parametrize("arguments", COMMANDS, ids=lambda arguments: arguments[0])
@pytest.mark.parametrize("breaking", FILES)
def test_a_file_that_is_not_the_database_is_named_and_nothing_is_made(
    make_plain_house: MakeHouse, breaking: Callable[[House], str], arguments: tuple[str, ...]
) -> None:
    house = make_plain_house(begin=False)
    house.open("tests-five")
    words = breaking(house)
    said = refuse(house, arguments)
    assert str(file_of(house)) in said
    assert re.search(words, said), said


def test_an_empty_database_beside_a_key_file_is_not_taken_for_a_beginning(installed: House) -> None:
    if is_sqlite(installed):
        file_of(installed).write_bytes(b"")
    else:
        with inside(installed) as db:
            db.execute("DROP SCHEMA public CASCADE; CREATE SCHEMA public")
    assert "has been used before" in refuse(installed, ("engagement", "list"))
    installed.keys.unlink()
    assert "tests-five" in installed.command("engagement", "list")  # without the key file it is one


def test_tables_of_another_program_are_left_as_they_are(make_pg_house: MakeHouse) -> None:
    installed = make_pg_house(begin=False)
    installed.open("tests-five")
    with inside(installed) as db:
        db.execute("DROP SCHEMA public CASCADE; CREATE SCHEMA public; CREATE TABLE sessions (theirs int)")
    assert "belongs to another program" in refuse(installed, ("engagement", "list"))


@pytest.mark.parametrize("change", ["database", "password", "host"])
def test_a_server_that_cannot_be_used_is_named_without_its_password(make_pg_house: MakeHouse, change: str) -> None:
    installed = make_pg_house(begin=False)
    url = {
        "database": installed.database.replace("/withus_", "/nobody_"),
        "password": installed.database.replace("postgres@", "nobody:secret-word@"),
        "host": "postgresql+psycopg://postgres:secret-word@127.0.0.1:9/withus",
    }[change]
    installed.settings.write_text(installed.settings.read_text().replace(installed.database, url))
    said = refuse(installed, ("engagement", "list"))
    assert "does not open" in said
    assert "Check storage.url" in said
    assert "secret-word" not in said


# --- The key file


def cut_off(file: Path) -> None:
    file.write_bytes(file.read_bytes()[:200])


def blank(file: Path) -> None:
    file.write_bytes(b"")


def shorten_a_key(file: Path) -> None:
    held = json.loads(file.read_text())
    file.write_text(json.dumps({**held, "lookup": held["lookup"][:8]}))


def put_a_folder(file: Path) -> None:
    file.unlink()
    file.mkdir()


def put_noise(file: Path) -> None:
    file.write_bytes(os.urandom(500))


def lead_nowhere(file: Path) -> None:
    file.unlink()
    file.symlink_to(file.with_name("nowhere"))


def take_away(file: Path) -> None:
    file.unlink()


def put_another(file: Path) -> None:
    file.unlink()
    keys.make(file)


KEY_FILES: dict[Callable[[Path], None], str] = {
    cut_off: "damaged, or no key file",
    blank: "it is empty",
    shorten_a_key: "damaged, or no key file",
    put_a_folder: "is a folder. Check storage.keys",
    put_noise: "damaged, or no key file",
    lead_nowhere: "is missing. Put it back from your own copy",
    take_away: "is missing. Put it back from your own copy",
    put_another: "belongs to another database",
}


@pytest.mark.parametrize("breaking", list(KEY_FILES))
def test_a_key_file_that_is_not_the_right_one_is_named_and_never_made_anew(
    make_plain_house: MakeHouse, breaking: Callable[[Path], None]
) -> None:
    house = make_plain_house(begin=False)
    house.open("tests-five")
    breaking(house.keys)
    for arguments in COMMANDS:
        said = refuse(house, arguments)
        assert KEY_FILES[breaking] in said
        assert str(house.keys) in said


def test_a_key_file_that_others_can_read_is_told_at_the_start(make_plain_house: MakeHouse) -> None:
    house = make_plain_house(begin=False)
    house.open("tests-five")
    house.keys.chmod(0o644)
    house.start()
    assert f"chmod 600 {house.keys}" in house.said()


def test_a_database_lost_in_the_middle_of_the_first_start_is_begun_again(make_plain_house: MakeHouse) -> None:
    house = make_plain_house(begin=False)
    file_of(house).touch()
    assert "tests" not in house.command("engagement", "list")


def test_a_file_that_does_not_open_leaves_no_thread_behind_the_loop(tmp_path: Path) -> None:
    async def attempt() -> int:
        engine = connect(f"sqlite:///{tmp_path}")
        with pytest.raises(OperationalError):
            await engine.connect()
        return threading.active_count()

    before = threading.active_count()
    assert {asyncio.run(attempt()) for _ in range(20)} == {before}
