"""Renewing the keys: everything opens afterwards, nothing lies under the old ones, and no moment to die in loses anything."""

from __future__ import annotations

import json
import shutil
from dataclasses import dataclass
from pathlib import Path

import pytest
from sqlalchemy import Connection, LargeBinary, delete, select, text, update

from bot import foundation
from storage import key_file, people, schema
from storage.engagements import Engagement
from storage.keeping import resealing
from storage.keeping.engines import open_plainly
from storage.letters import outbox
from storage.letters.outbox import Letter
from storage.unopened import UnopenedError
from tests.crashes.conftest import Ground
from tests.crashes.loop import Account, for_every_point, run_command
from tests.crashes.points import COMMIT, FILE
from tests.keeping.conftest import ONCE, NewDatabase
from tests.keeping.installation import Installation
from tests.keeping.opened import numbers, read
from tests.keeping.people import BOT, fill
from tests.keeping.test_restoring import bot_running
from tests.road.nursery import Nursery
from tests.storage.world import NOON, World, pick, write

LASTING = [name for name in resealing.SEALED if name != "sessions.sealed"]
"""Columns of which something lies under a lasting key."""

FEW = 5
WORDS = "what they said of themselves"


@dataclass
class Filled:
    """An installation in which something lies in every sealed column, and what can be read of it."""

    home: Installation
    world: World
    clinic: Engagement


@pytest.fixture
def filled(home: Installation, world: World) -> Filled:
    clinic = fill(world)
    world.answer(clinic, {"who": pick("care"), "tell-me": pick("yes")}, finished=False)
    world.do(lambda db: _fill_more(db, world, clinic))
    return Filled(home, world, clinic)


def _fill_more(db: Connection, world: World, clinic: Engagement) -> None:
    person, code = db.execute(select(schema.people.c.id, schema.people.c.code).limit(1)).one()
    sealed = world.keys.seal("wishes.sealed", f"{code}.{clinic.id}.wrong", WORDS.encode())
    wish = {"person_id": person, "engagement_id": clinic.id, "step": "wrong", "edition_id": clinic.edition_id, "language": "en"}
    people.wish(db, [wish | {"chosen": "", "sealed": sealed}])
    letters = [Letter(each, person, each, "say", {"text": WORDS}, outbox.REMINDER) for each in range(100, 120)]
    outbox.keep(db, world.keys, (world.organisation_id, BOT), letters, NOON)


def check(home: Installation, before: dict[str, list[str]], number: int = 2) -> None:
    """Raises AssertionError or UnopenedError unless all opens as before, under this one lasting key."""
    assert list(home.keys.lasting.values()) == [number]
    assert numbers(home) == {number}
    assert read(home) == before


def test_everything_opens_afterwards_and_nothing_lies_under_the_old_key(filled: Filled) -> None:
    before = read(filled.home)
    assert all(before.values())
    said = filled.home.command("keys", "renew")
    assert "Sealed afresh under it: 55." in said
    assert "Nothing lies under key 1 any more. It is destroyed." in said
    check(filled.home, before)
    filled.home.command("keys", "renew")
    check(filled.home, before, 3)


@ONCE
@pytest.mark.parametrize("forgotten", LASTING)
def test_a_column_that_was_forgotten_would_be_caught(filled: Filled, monkeypatch: pytest.MonkeyPatch, forgotten: str) -> None:
    before = read(filled.home)
    with monkeypatch.context() as broken:
        broken.delitem(resealing.SEALED, forgotten)
        filled.home.command("keys", "renew")
    with pytest.raises((AssertionError, UnopenedError)):
        check(filled.home, before)


def test_every_sealed_column_is_named_with_what_names_its_rows() -> None:
    bytes_of_any_length = {
        str(column)
        for table in schema.metadata.sorted_tables
        for column in table.columns
        if isinstance(column.type, LargeBinary) and column.type.length is None
    }
    assert bytes_of_any_length - {"pictures.content", "papers.content"} == resealing.SEALED.keys()


def test_nothing_of_before_is_left_in_the_files(filled: Filled) -> None:
    old = filled.world.do(lambda db: [bytes(row) for row in db.scalars(select(schema.addresses.c.sealed)) if row])
    filled.world.do(lambda db: db.execute(delete(schema.addresses).where(schema.addresses.c.id < FEW)).rowcount)
    assert [one for one in old if one in stands(filled.home)] == old
    filled.home.command("keys", "renew")
    assert [one for one in old if one in stands(filled.home)] == []


def stands(home: Installation) -> bytes:
    """The bytes on the disk in which addresses stand, or stood."""
    if home.url.startswith("sqlite"):
        file = Path(home.url.removeprefix("sqlite:///"))
        return b"".join(one.read_bytes() for one in file.parent.glob(f"{file.name}*"))
    with open_plainly(home.url) as engine, engine.connect().execution_options(isolation_level="AUTOCOMMIT") as db:
        db.execute(text("CHECKPOINT"))
        return bytes(db.execute(text("SELECT pg_read_binary_file(pg_relation_filepath('addresses'))")).scalar_one())


# --- Dying and going on


def in_small_steps() -> None:
    """Have a renewal of few rows take many transactions; a variant of the nursery."""
    resealing._AT_ONCE = 12


@pytest.mark.timeout(300)
@pytest.mark.parametrize("every", [7, pytest.param(1, marks=pytest.mark.long)])
def test_a_renewal_that_dies_leaves_all_to_be_read_and_goes_on(
    filled: Filled, nursery: Nursery, tmp_path: Path, every: int
) -> None:
    before, ground = read(filled.home), Ground(filled.home.url)
    filled.world.run(filled.world.engine.dispose)
    half = []

    def run(variant: str, account: Account) -> int:
        folder = tmp_path / str(len(account.deaths))
        folder.mkdir()
        with ground.lay(folder) as url:
            home = Installation(folder / "home", url)
            home.take_keys(filled.home)
            arguments = ("keys", "renew", "--config", str(home.settings))
            code = run_command(nursery, arguments, folder / "log", f"{__name__}:in_small_steps+{variant}")
            assert read(home) == before
            half.append(len(numbers(home)))
            there = home.keys.lasting.values()
            home.command("keys", "renew")
            check(home, before, max(there) + (len(there) == 1))
        return code

    account = for_every_point(run, (COMMIT, FILE), every=every)
    assert len(account.deaths) * every > len(LASTING)
    assert 2 in half, "none died between two steps"


def test_what_is_damaged_keeps_the_old_key_until_somebody_lets_it_go(filled: Filled) -> None:
    sealed = bytearray(
        filled.world.do(lambda db: db.scalars(select(schema.wishes.c.sealed).where(schema.wishes.c.sealed.is_not(None))).one())
    )
    sealed[-1] ^= 1
    damaged = update(schema.wishes).where(schema.wishes.c.sealed.is_not(None)).values(sealed=bytes(sealed))
    filled.world.do(lambda db: db.execute(damaged).rowcount)
    assert "1 under old keys are damaged" in filled.home.refused("keys", "renew")
    assert "run it again" in filled.home.command("keys", "show")
    assert list(filled.home.keys.lasting.values()) == [1, 2]
    said = filled.home.command("keys", "renew", "--let-go")
    assert "Sealed afresh under it: 0." in said
    assert "1 that were damaged" in said
    assert list(filled.home.keys.lasting.values()) == [2]


# --- Who else is there


def test_keys_are_not_renewed_under_a_running_bot_or_another_command(filled: Filled) -> None:
    before = filled.home.key_file.read_bytes()
    with bot_running(filled.home.url):
        assert "A bot is running on this database" in filled.home.refused("keys", "renew")
    with key_file.lock_use(filled.home.key_file):
        assert "another command is using the keys" in filled.home.refused("keys", "renew")
    assert filled.home.key_file.read_bytes() == before
    with key_file.lock_use(filled.home.key_file, against_all=True):
        assert foundation.BEING_RENEWED in filled.home.refused("engagement", "list")


def test_a_copy_of_the_key_file_from_before_is_refused(filled: Filled) -> None:
    old = filled.home.key_file.read_bytes()
    filled.home.command("keys", "renew")
    new = filled.home.key_file.read_bytes()
    filled.home.key_file.write_bytes(old)
    for command in (["engagement", "list"], ["keys", "renew"], ["keys", "show"]):
        assert "a copy from before the keys were renewed" in filled.home.refused(*command)
    filled.home.key_file.write_bytes(new)
    filled.home.command("engagement", "list")


@ONCE
def test_the_keys_are_not_renewed_on_a_database_that_was_moved_away_from(filled: Filled, new_database: NewDatabase) -> None:
    filled.home.command("move", new_database("sqlite"))
    before = filled.home.key_file.read_bytes()
    assert "Everything was moved from this database" in filled.home.refused("keys", "renew")
    assert filled.home.key_file.read_bytes() == before


# --- Backups of before


def test_an_old_backup_is_refused_in_words_and_restored_with_the_kept_old_file(filled: Filled, tmp_path: Path) -> None:
    before, backup, apart = read(filled.home), filled.home.back_up(), tmp_path / "apart"
    filled.home.command("keys", "renew", "--keep-old", str(apart))
    filled.world.answer(filled.clinic, {"who": pick("have"), "wrong": write("later")})
    now = numbers(filled.home)
    said = filled.home.refused("restore", str(backup), "--replace")
    assert "does not open with the key file" in said
    assert numbers(filled.home) == now
    (kept,) = apart.iterdir()
    filled.world.run(filled.world.engine.dispose)
    shutil.copy(kept, filled.home.key_file)
    filled.home.command("restore", str(backup), "--replace")
    there = before.keys() - {"sessions.sealed", "outbox.sealed"}  # keys of days are not kept, and nothing that waited is sent
    assert read(filled.home, there) == {where: before[where] for where in there}


def test_the_old_keys_are_not_kept_beside_the_new_ones_or_the_backups(filled: Filled) -> None:
    before = filled.home.key_file.read_bytes()
    for folder in (filled.home.key_file.parent, filled.home.backups, filled.home.backups / "inside"):
        assert "Choose another folder" in filled.home.refused("keys", "renew", "--keep-old", str(folder))
    assert filled.home.key_file.read_bytes() == before


def test_keys_are_shown_by_number_and_never_themselves(filled: Filled) -> None:
    assert "Key 1, since the beginning, in use: 55 sealed" in filled.home.command("keys", "show")
    filled.home.command("keys", "renew")
    said = filled.home.command("keys", "show")
    assert "Key 2, since 20" in said
    held = json.loads(filled.home.key_file.read_text())
    secrets = [
        held["lookup"],
        held["buttons"],
        *(one for kind in ("lasting", "daily", "pseudonyms") for one in held[kind].values()),
    ]
    assert [one for one in secrets if one in said] == []
