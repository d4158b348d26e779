"""Restoring: what is refused before anything is touched, what does not come back, and what is held until somebody says so."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection, func, insert, select, text

from storage import database, erasure, keys, presence, schema
from storage.keeping import backups, manifests
from storage.keeping.engines import open_plainly
from storage.keeping.manifests import Manifest
from storage.letters import outbox, pauses
from storage.letters.outbox import Letter
from tests.keeping.conftest import KINDS, ONCE, NewDatabase
from tests.keeping.installation import Installation
from tests.keeping.people import BOT, fill, say_nothing
from tests.storage.world import NOON, World, pick


def look(home: Installation, work: Callable[[Connection], Any]) -> Any:
    with open_plainly(home.url) as engine, engine.begin() as db:
        return work(db)


def count(home: Installation) -> object:
    return look(home, lambda db: db.execute(select(func.count()).select_from(schema.people)).scalar_one())


@pytest.fixture
def away(tmp_path: Path, new_database: NewDatabase, home: Installation, world: World) -> Installation:
    """Give another machine with an empty database of the other kind, and the same key file."""
    kind = "postgresql" if world.engine.dialect.name == "sqlite" and os.environ.get("WITHUS_TEST_PG_URL") else "sqlite"
    made = Installation(tmp_path / "away", new_database(kind))
    made.take_keys(home)
    return made


# --- What is refused


def test_a_database_that_holds_people_is_replaced_only_when_asked_and_after_a_backup(home: Installation, world: World) -> None:
    clinic = fill(world)
    made = home.back_up()
    world.answer(clinic, {"who": pick("have")})
    assert "--replace" in home.refused("restore", str(made))
    assert count(home) == 13
    said = home.command("restore", str(made), "--replace")
    assert count(home) == 12
    before = Path(said.partition("backed up into ")[2].partition(".\n")[0])
    assert backups.verify(before, say_nothing).tables["people"].rows == 13


@ONCE
def test_the_key_file_of_another_installation_is_refused(home: Installation, world: World, away: Installation) -> None:
    fill(world)
    made = home.back_up()
    away.key_file.unlink()
    assert "missing. Put it back" in away.refused("restore", str(made))
    keys.make(away.key_file)
    assert "does not belong to this backup" in away.refused("restore", str(made))
    away.take_keys(home)
    away.command("restore", str(made))


@ONCE
@pytest.mark.promise("P20")
def test_an_older_copy_of_the_key_file_is_refused(home: Installation, world: World, away: Installation) -> None:
    away.take_keys(home)
    fill(world)
    made = home.back_up()
    assert "an older copy: it does not know the people of clinic" in away.refused("restore", str(made))
    away.take_keys(home)
    away.command("restore", str(made))


@ONCE
def test_a_backup_from_a_newer_program_is_refused(home: Installation, world: World, away: Installation) -> None:
    fill(world)
    made = home.back_up()
    away.take_keys(home)
    old = Manifest.read(made)
    newer = {name: getattr(old, name) for name in Manifest.__slots__} | {"schema": "9999", "program": "9.9"}
    Manifest(**newer).write(made)
    assert "newer version of With Us (9.9)" in away.refused("restore", str(made))
    held = json.loads((made / manifests.NAME).read_text())
    del held["checksum"]
    for strange in ({"format": 2}, {"also": "this"}):
        (made / manifests.NAME).write_bytes(manifests._render(held | strange))
        assert "another version of With Us, newer" in away.refused("restore", str(made))


@ONCE
def test_a_folder_that_is_no_backup_is_said_to_be_none(home: Installation, world: World, tmp_path: Path) -> None:
    fill(world)
    for place in (tmp_path, tmp_path / "nowhere", home.settings):
        assert "is no backup" in home.refused("restore", str(place), "--replace")


def test_a_database_of_another_program_is_left_alone(home: Installation, world: World, away: Installation) -> None:
    fill(world)
    made = home.back_up()
    away.take_keys(home)
    with open_plainly(away.url, begin=True) as engine, engine.begin() as db:
        db.execute(text("CREATE TABLE people (name TEXT)"))
    assert "another program" in away.refused("restore", str(made), "--replace")


@ONCE
def test_a_damaged_database_is_moved_away_before_it_is_replaced(home: Installation, world: World) -> None:
    fill(world)
    made = home.back_up()
    world.run(world.engine.dispose)
    file = Path(home.url.removeprefix("sqlite:///"))
    whole = file.read_bytes()
    for harmed in (b"no database " * 1000, whole[:8192] + b"!" * 40_000 + whole[48_192:]):
        file.write_bytes(harmed)
        assert "Move it away" in home.refused("restore", str(made), "--replace")
        assert file.read_bytes() == harmed
    file.unlink()
    home.command("restore", str(made))


@ONCE
def test_a_changed_backup_changes_nothing(home: Installation, world: World, away: Installation) -> None:
    fill(world)
    made = home.back_up()
    away.take_keys(home)
    file = made / backups.DATABASE
    file.write_bytes(file.read_bytes()[:-1] + b"!")
    assert backups.DATABASE in away.refused("restore", str(made))
    assert not Path(away.url.removeprefix("sqlite:///")).exists() or "postgresql" in away.url


@pytest.mark.promise("P20")
@pytest.mark.parametrize("command", ["restore", "upgrade", "move"])
def test_no_database_is_replaced_under_a_running_bot(
    home: Installation, world: World, new_database: NewDatabase, command: str
) -> None:
    fill(world)
    made = home.back_up()
    if command == "upgrade":
        world.do(lambda db: db.execute(text("UPDATE alembic_version SET version_num = '0002'")).rowcount)
    arguments = {"restore": [str(made), "--replace"], "move": [new_database("sqlite")], "upgrade": []}[command]
    with bot_running(home.url):
        assert "A bot is running on this database" in home.refused(command, *arguments)
    if command != "upgrade":
        home.command(command, *arguments)


@contextmanager
def bot_running(url: str) -> Iterator[None]:
    """Hold what a running bot holds."""
    with open_plainly(url) as engine:
        if engine.dialect.name == "sqlite":
            with presence.alone(engine):
                yield
            return
        with engine.connect() as db:
            db.execute(text("SELECT pg_advisory_lock_shared(:key)"), {"key": presence.ALONE})
            yield


# --- What does not come back


@pytest.mark.promise("P20")
def test_people_deleted_since_stay_deleted(home: Installation, world: World, away: Installation) -> None:
    clinic = fill(world)
    made = home.back_up()
    first = world.do(lambda db: db.execute(select(schema.people.c.id, schema.people.c.code).limit(1)).one())
    world.do(lambda db: erasure.forget(db, world.keys, {first.id: first.code}, [clinic], NOON))
    away.take_keys(home)
    assert "are forgotten again: 1\n" in away.command("restore", str(made))
    assert count(away) == 11
    assert look(away, lambda db: db.execute(select(schema.people.c.id).where(schema.people.c.code == first.code)).first()) is None


@pytest.mark.promise("P20")
def test_whoever_is_on_the_list_of_either_the_keys_or_the_backup_stays_deleted(
    home: Installation, world: World, away: Installation
) -> None:
    clinic = fill(world)
    old = home.back_up()
    away.take_keys(home)
    first, second = world.do(lambda db: db.execute(select(schema.people.c.id, schema.people.c.code).limit(2)).all())
    world.do(lambda db: erasure.forget(db, world.keys, {first.id: first.code}, [clinic], NOON))
    newer = home.back_up()  # its list holds the first, and the one beside the copied keys nobody
    world.do(lambda db: erasure.forget(db, world.keys, {second.id: second.code}, [clinic], NOON))
    away.command("restore", str(newer))
    assert count(away) == 11
    listed = erasure.read(erasure.list_beside(away.key_file))
    assert "are forgotten again: 1\n" in away.command("restore", str(old), "--replace")
    assert erasure.read(erasure.list_beside(away.key_file)) == listed == erasure.read(newer / backups.ERASED)
    away.take_keys(home)
    assert "are forgotten again: 1\n" in away.command("restore", str(newer), "--replace")
    assert count(away) == 10


@pytest.mark.promise("P20")
@pytest.mark.parametrize("identity", ["anonymous", "confidential"])
def test_conversations_that_no_key_opens_any_more_are_let_go(
    home: Installation, world: World, away: Installation, identity: str
) -> None:
    clinic = world.engage(identity)
    world.answer_all(clinic, [{"who": pick("have"), "tell-me": pick("yes")}] * 3, finished=False)
    world.answer(clinic, {"who": pick("care")})
    made = home.back_up()
    away.take_keys(home)
    away.keys.destroy_days_before(NOON.date().replace(year=2030))
    said = away.command("restore", str(made))
    anonymous = identity == "anonymous"
    assert ("those people can answer anew: 4\n" in said) == anonymous
    left = [look(away, lambda db, t=t: db.execute(select(func.count()).select_from(t)).scalar_one()) for t in BEGUN]  # type: ignore[misc]
    assert left == ([0, 0, 4] if anonymous else [4, 4, 4])


BEGUN = (schema.sessions, schema.participations, schema.people)


# --- What is held


@pytest.mark.promise("P20")
def test_nothing_that_waited_is_sent_and_nothing_is_started_until_somebody_says_so(
    home: Installation, world: World, away: Installation
) -> None:
    fill(world)
    away.take_keys(home)

    def wait(db: Connection) -> None:
        row = {"organisation_id": world.organisation_id, "bot_id": BOT, "lane": "broadcast", "policy": outbox.NEVER_TWICE}
        row |= {"created_at": NOON, "due_at": NOON, "claimer": "", "attempts": 0, "reason": ""}
        states = {100: outbox.PENDING, 101: outbox.SENDING, 102: outbox.SENT}
        db.execute(insert(schema.outbox), [row | {"id": letter, "state": state} for letter, state in states.items()])
        given_back = Letter(103, None, 5, "say", {"text": "a reply"})
        outbox.write(db, world.keys, (world.organisation_id, BOT), [given_back], "someone", NOON)

    world.do(wait)
    said = away.command("restore", str(home.back_up()))
    assert "are not sent now: 2\n" in said
    assert "marked as unknown: 2\n" in said
    kept = schema.outbox.c
    left = look(away, lambda db: {row.id: row.state for row in db.execute(select(kept.id, kept.state))})
    assert left == {100: outbox.UNKNOWN, 101: outbox.UNKNOWN, 102: outbox.SENT}
    held = look(away, lambda db: pauses.held(db, world.organisation_id))
    assert [one.what for one in held if "restored from" in one.why] == [pauses.EVERYTHING]


# --- What is restored


@pytest.mark.promise("P20")
@pytest.mark.parametrize("kind", KINDS)
def test_every_row_is_back_and_new_rows_follow_on(
    home: Installation, world: World, tmp_path: Path, new_database: NewDatabase, kind: str
) -> None:
    clinic = fill(world)
    told = world.exact(clinic)
    made = home.back_up()
    away = Installation(tmp_path / "away", new_database(kind))
    away.take_keys(home)
    away.command("restore", str(made))
    with World(away.url, away.keys) as other:
        again = other.exact(clinic)
        for told_of in (told, again):
            for step in told_of["steps"]:
                step["texts"].sort()
        assert again == told
        other.answer(clinic, {"who": pick("care")})
        assert other.count(schema.people) == 13
    assert {
        name: tally
        for name, tally in backups.verify(away.back_up(), say_nothing).tables.items()
        if name in {"editions", "links", "failures", "pictures", "addresses", "followups", "release_counts"}
    }.items() <= Manifest.read(made).tables.items()


def test_the_schema_is_this_programs_afterwards(home: Installation, world: World, away: Installation) -> None:
    fill(world)
    away.take_keys(home)
    away.command("restore", str(home.back_up()))
    assert look(away, database.pending) == ()
