"""P20 and P21: whatever moment a command dies in, what was there is there, and the same command does it the next time."""

from __future__ import annotations

from collections.abc import Collection
from pathlib import Path

import pytest
from sqlalchemy import inspect

from storage import database as databases
from storage.keeping import backups, copying
from storage.keeping.copying import Tally
from storage.keeping.engines import open_plainly
from tests.crashes.conftest import Ground
from tests.crashes.loop import Account, for_every_point, run_command
from tests.crashes.points import COMMIT, EVERYTHING
from tests.keeping.conftest import NewDatabase
from tests.keeping.installation import Installation
from tests.keeping.people import fill, say_nothing
from tests.keeping.test_upgrading import Old
from tests.road.nursery import Nursery
from tests.storage.world import World, pick

Tallies = dict[str, Tally]

MOMENTS = [pytest.param((COMMIT,), 3, id="commits"), pytest.param(EVERYTHING, 1, id="everything", marks=pytest.mark.long)]
"""Which moments a command dies in: every third commit each time, and whatever there is in the nightly tier."""


def count(url: str) -> Tallies:
    """What is in a database; nothing when it is empty."""
    if url.startswith("sqlite") and not Path(url.removeprefix("sqlite:///")).exists():
        return {}
    with open_plainly(url) as engine, copying.snapshot(engine) as db:
        return copying.count(db) if inspect(db).get_table_names() else {}


def check_backups(home: Installation) -> None:
    """Every backup there is, is whole."""
    for backup in backups.find(home.backups):
        backups.verify(backup, say_nothing)


def dying(home: Installation, nursery: Nursery, variant: str, *arguments: str) -> int:
    return run_command(nursery, (*arguments, "--config", str(home.settings)), home.folder / "log", variant)


def filled(folder: Path, url: str) -> Installation:
    home = Installation(folder, url)
    with World(url, home.keys) as world:
        fill(world)
    return home


@pytest.mark.promise("P20")
@pytest.mark.parametrize("every", [4, pytest.param(1, marks=pytest.mark.long)])
def test_a_backup_that_dies_leaves_whole_ones_only(database: str, nursery: Nursery, tmp_path: Path, every: int) -> None:
    home = filled(tmp_path / "home", database)
    before = count(home.url)

    def run(variant: str, _account: Account) -> int:
        code = dying(home, nursery, variant, "backup", "--to", str(home.backups), "--keep", "1")
        check_backups(home)
        return code

    assert len(for_every_point(run, every=every).deaths) > 2
    home.back_up()
    assert [one.name for one in home.backups.iterdir() if one.name.endswith(backups.UNFINISHED)] == []
    assert count(home.url) == before


@pytest.mark.promise("P20")
@pytest.mark.timeout(900)
@pytest.mark.parametrize("kinds, every", MOMENTS)
def test_a_restore_that_dies_leaves_all_as_it_was_or_all_as_it_should_be(
    database: str, nursery: Nursery, tmp_path: Path, kinds: Collection[str], every: int
) -> None:
    home = filled(tmp_path / "home", database)
    backup = home.back_up()
    with World(home.url, home.keys) as world:
        world.answer(world.engage(), {"who": pick("care")})
    before, people = count(home.url), {13, 12}
    ground = Ground(home.url)

    def run(variant: str, account: Account) -> int:
        folder = tmp_path / str(len(account.deaths))
        folder.mkdir()
        with ground.lay(folder) as url:
            away = Installation(folder / "away", url)
            away.take_keys(home)
            code = dying(away, nursery, variant, "restore", str(backup), "--replace")
            found = count(url)
            assert found == before or found["people"].rows == min(people)
            check_backups(away)
            away.command("restore", str(backup), "--replace")
            assert count(url)["people"].rows == min(people)
        return code

    assert for_every_point(run, kinds, every=every).deaths


@pytest.mark.promise("P21")
@pytest.mark.timeout(900)
@pytest.mark.parametrize("kinds, every", MOMENTS)
def test_an_upgrade_that_dies_goes_on_where_it_was(
    database: str, nursery: Nursery, tmp_path: Path, kinds: Collection[str], every: int
) -> None:
    first = Old(tmp_path / "first", database)
    first.lay("first-landed", tmp_path)
    before = {name: tally.rows for name, tally in first.count().items()}
    ground = Ground(first.url)

    def run(variant: str, account: Account) -> int:
        folder = tmp_path / str(len(account.deaths))
        folder.mkdir()
        with ground.lay(folder) as url:
            old = Old(folder / "old", url)
            old.take_keys(first)
            code = dying(old, nursery, variant, "upgrade")
            began = old.revision() != "0001"
            check_backups(old)
            assert not began or backups.find(old.backups)
            old.command("upgrade")
            assert old.revision() == databases.revisions()[-1]
            assert before.items() <= {name: tally.rows for name, tally in old.count().items()}.items()
        return code

    assert for_every_point(run, kinds, every=every).deaths


@pytest.mark.promise("P20")
@pytest.mark.timeout(900)
@pytest.mark.parametrize("kinds, every", MOMENTS)
def test_a_move_that_dies_leaves_nothing_half_there(
    database: str, nursery: Nursery, tmp_path: Path, new_database: NewDatabase, kinds: Collection[str], every: int
) -> None:
    home = filled(tmp_path / "home", database)
    before = count(home.url)
    kind = "postgresql" if database.startswith("sqlite") else "sqlite"

    def run(variant: str, _account: Account) -> int:
        new = new_database(kind)
        code = dying(home, nursery, variant, "move", new)
        found = count(new)
        assert found in ({}, before)
        if not found:
            home.command("move", new)
        now = count(home.url)
        assert count(new) == before == now | {"settings": before["settings"]}
        return code

    assert for_every_point(run, kinds, every=every).deaths
