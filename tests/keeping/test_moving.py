"""P20: moving to the other database keeps every row, and a rehearsal keeps nothing."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path

import pytest
from sqlalchemy import Connection, inspect, text

from bot.presence import Presence
from storage import database, presence, schema
from storage.database import DatabaseError
from storage.keeping import copying
from storage.keeping.copying import Row, Tally
from storage.keeping.engines import open_plainly
from tests.keeping.conftest import KINDS, NewDatabase, the_other
from tests.keeping.installation import Installation
from tests.keeping.people import fill
from tests.storage.world import World, pick


def count(url: str) -> dict[str, Tally]:
    with open_plainly(url) as engine, copying.snapshot(engine) as db:
        return copying.count(db)


def but_the_mark(found: dict[str, Tally], before: dict[str, Tally]) -> dict[str, Tally]:
    """What is in a database that was moved away from, but for the mark that says so."""
    assert found["settings"].rows == before["settings"].rows + 1
    return found | {"settings": before["settings"]}


def is_empty(url: str) -> bool:
    if url.startswith("sqlite"):
        return list(Path(url.removeprefix("sqlite:///")).parent.iterdir()) == []
    with open_plainly(url) as engine, engine.connect() as db:
        return inspect(db).get_table_names() == []


@pytest.mark.promise("P20")
@pytest.mark.parametrize("kind", KINDS)
def test_every_row_moves_and_new_ones_follow_on(home: Installation, world: World, new_database: NewDatabase, kind: str) -> None:
    clinic = fill(world)
    before = count(home.url)
    new = new_database(kind)
    said = home.command("move", new)
    assert f"Moved: {sum(tally.rows for tally in before.values())} rows" in said
    assert f"url = {new!r}" in said
    assert count(new) == before == but_the_mark(count(home.url), before)
    with World(new, world.keys) as other:
        other.answer(clinic, {"who": pick("care")})
        assert other.count(schema.people) == 13


def test_a_rehearsal_does_all_of_it_and_keeps_nothing(home: Installation, world: World, new_database: NewDatabase) -> None:
    fill(world)
    kind = the_other(home.url)
    new = new_database(kind)
    assert "nothing of it was kept" in home.command("move", new, "--rehearse")
    assert is_empty(new)
    home.command("move", new)


def test_a_database_that_is_not_empty_is_left_alone(home: Installation, world: World, new_database: NewDatabase) -> None:
    fill(world)
    kind = the_other(home.url)
    new = new_database(kind)
    home.command("move", new)
    before = count(new)
    assert "not empty" in home.refused("move", new)
    assert "not empty" in home.refused("move", home.url)
    assert count(new) == before


@pytest.mark.promise("P20")
def test_nothing_is_moved_when_one_value_would_change(
    home: Installation, world: World, new_database: NewDatabase, monkeypatch: pytest.MonkeyPatch
) -> None:
    fill(world)
    kind = the_other(home.url)
    new = new_database(kind)
    write = copying._INTO[kind]

    def lose_a_language(db: Connection, name: str, columns: Sequence[str], batches: Sequence[Sequence[Row]]) -> None:
        wrong = [["cy" if value == "en" else value for value in row] for batch in batches for row in batch]
        write(db, name, columns, [wrong] if wrong else [])

    monkeypatch.setitem(copying._INTO, kind, lose_a_language)
    said = home.refused("move", new)
    assert "Nothing was moved" in said
    assert "people" in said
    assert is_empty(new)


def test_an_address_that_leads_nowhere_is_said_to_lead_nowhere(home: Installation, world: World, tmp_path: Path) -> None:
    fill(world)
    (tmp_path / "file").write_text("")
    for address in ("postgresql://nobody@127.0.0.1:9/nothing", f"sqlite:///{tmp_path}/file/new.db", "mysql://x/y"):
        said = home.refused("move", address)
        assert "does not open" in said or "storage.url" in said


def test_nothing_is_done_on_a_database_that_was_moved_away_from(
    home: Installation, world: World, new_database: NewDatabase
) -> None:
    fill(world)
    new, newer, newest = (new_database(KINDS[0]) for _ in range(3))
    home.command("move", new)
    for command in ("results", "doctor"):
        said = home.refused(command, *(["clinic"] if command == "results" else []))
        assert f"moved from this database to {new}" in said
    home.command("move", newer)  # once more, for what was moved first was lost
    marked = home.back_up()
    away = Installation(home.folder / "away", newest)
    away.take_keys(home)
    away.command("restore", str(marked))
    for url in (new, newer, newest):
        assert "moved from this database" not in Installation(home.folder, url).command("results", "clinic")


def test_no_bot_starts_while_a_database_is_moved(home: Installation, world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    fill(world)
    monkeypatch.setattr(database, "_WAIT", 50)

    async def start() -> None:
        engine = database.connect(home.url)
        try:
            async with Presence(engine, "somebody"):
                pass
        finally:
            await engine.dispose()

    words = "Another bot is running" if home.url.startswith("sqlite") else "being moved"
    with open_plainly(home.url) as engine, presence.alone(engine), pytest.raises(DatabaseError, match=words):
        asyncio.run(start())
    asyncio.run(start())


@pytest.mark.parametrize("database", ["postgresql"], indirect=True)  # one process at a time has a SQLite file
def test_whoever_wants_to_be_alone_waits_for_another_and_not_for_another_program(
    home: Installation, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(database, "_WAIT", 50)
    with open_plainly(home.url) as first, open_plainly(home.url) as second, ThreadPoolExecutor(1) as pool, ExitStack() as stack:
        stranger = stack.enter_context(first.connect())
        stranger.execute(text("SELECT pg_advisory_lock(1)"))

        def wait() -> None:
            with presence.alone(second):
                pass

        with presence.alone(first):
            waiting = pool.submit(wait)
            with pytest.raises(TimeoutError):
                waiting.result(0.3)
        waiting.result(10)
