"""P21: databases made by every program that landed are upgraded with a backup first, and nothing in them is lost."""

from __future__ import annotations

import asyncio
import datetime as dt
import gzip
import json
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import AsyncExitStack, contextmanager
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select, text

from bot import config_file
from bot.clock import Clock
from bot.foundation import foundation
from storage import database, engagements, schema
from storage.keeping import backups, copying
from storage.keeping.engines import open_plainly
from tests.keeping.conftest import NewDatabase
from tests.keeping.installation import Installation
from tests.keeping.people import say_nothing
from tests.keeping.storing import STORED, TALKS
from tests.road.conftest import MakeHouse
from tests.road.indoors import Indoors, Visitor

NAMES = {"first-landed": "0001", "words-and-questions": "0002", "road-proved": "0003"}
"""Stored database -> the schema it has."""


class Old(Installation):
    """An installation of an older program; `told` is what that program said."""

    def lay(self, name: str, folder: Path) -> None:
        self.key_file.parent.mkdir(exist_ok=True)
        self.key_file.write_bytes((STORED / f"{name}.keys").read_bytes())
        self.told = json.loads((STORED / f"{name}.json").read_text())
        file = folder / "stored.db"
        file.write_bytes(gzip.decompress((STORED / f"{name}.db.gz").read_bytes()))
        if self.url.startswith("sqlite"):
            file.rename(self.url.removeprefix("sqlite:///"))
            return
        with (
            open_plainly(f"sqlite:///{file}") as source,
            open_plainly(self.url) as target,
            copying.snapshot(source) as ours,
            target.begin() as theirs,
        ):
            theirs.execute(text("DROP SCHEMA public CASCADE"))  # the tables of this program
            theirs.execute(text("CREATE SCHEMA public"))
            database.migrate(theirs, NAMES[name])
            copying.copy(ours, theirs)
            had = ours.scalar(text("SELECT version_num FROM alembic_version"))
            theirs.execute(text("UPDATE alembic_version SET version_num = :had"), {"had": had})

    def count(self) -> dict[str, copying.Tally]:
        with open_plainly(self.url) as engine, copying.snapshot(engine) as db:
            return copying.count(db)

    def revision(self) -> str | None:
        with open_plainly(self.url) as engine, copying.snapshot(engine) as db:
            return database.revision(db)

    @contextmanager
    def indoors(self) -> Iterator[Indoors]:
        """The road without its doors, an hour after the old program stopped."""
        then = dt.datetime.fromisoformat(self.told["made_at"]) + dt.timedelta(hours=1)
        moved_by = self.folder / "clock"
        moved_by.write_text(str((then - dt.datetime.now(dt.UTC)).total_seconds()))
        config = config_file.read(self.settings, {"WITHUS_TELEGRAM__TOKEN": "123456789:local"})
        with asyncio.Runner() as runner:
            stack = AsyncExitStack()
            base = runner.run(stack.enter_async_context(foundation(config, Clock(moved_by))))
            try:
                yield Indoors(base, runner)
            finally:
                runner.run(stack.aclose())


@pytest.fixture(params=NAMES)
def old(request: pytest.FixtureRequest, database: str, tmp_path: Path) -> Old:
    """Give each stored database on each kind of database."""
    made = Old(tmp_path / "home", database)
    made.lay(request.param, tmp_path)
    return made


FIRST = pytest.mark.parametrize("old", ["first-landed"], indirect=True)


def figures(results: Mapping[str, Any]) -> dict[str, Any]:
    """What results say of people, in whatever words they say it."""
    steps = {
        step["id"]: (
            step["answered"],
            {one["id"]: one["count"] for one in step["options"] if one["count"]},
            sorted(step["texts"]),
        )
        for step in results["steps"]
    }
    return {"people": results["people"], "steps": {step: told for step, told in steps.items() if any(told)}}


@pytest.mark.promise("P21")
def test_every_row_of_an_old_database_is_there_after_upgrading(old: Old) -> None:
    before = old.count()
    said = old.command("upgrade")
    assert "Upgraded the database" in said
    assert old.revision() == database.revisions()[-1]
    after = old.count()
    assert {name: tally.rows for name, tally in before.items()}.items() <= {name: one.rows for name, one in after.items()}.items()
    altered = {"wishes", "engagements", "editions", "outbox", "people", "links", "responses"}  # they gain columns
    assert {name for name in before if before[name] != after[name]} <= altered
    (backup,) = backups.find(old.backups)
    assert f"Backed up first, into {backup}" in said
    assert backups.verify(backup, say_nothing).tables == before


@pytest.mark.promise("P21")
def test_results_say_the_same_and_half_done_conversations_go_on(old: Old) -> None:
    old.command("upgrade")
    with old.indoors() as house:
        house.renumber()
        for slug, told in old.told["engagements"].items():
            one = house.do(engagements.find, 1, slug)
            before = figures(told["results"])
            assert figures(house.results(one)) == before
            talk = TALKS[told["name"]]
            person = Visitor(house, old.told["half"][told["name"]])
            for word in talk[len(talk) // 2 :]:
                house.take([person.types(word.format("half way"))])
            after = house.results(one)
            if one.identity != "anonymous":  # there, one more waits for nine others
                assert after["people"]["finished"] == before["people"]["finished"] + 1
                assert after["people"]["started"] == before["people"]["started"]
            assert "That was the last question" in person.said[-1] or "Thank you" in person.said[-1], person.said


@pytest.mark.promise("P21")
def test_wishes_know_the_wording_they_answered(old: Old) -> None:
    old.command("upgrade")
    with open_plainly(old.url) as engine, engine.begin() as db:
        wishes = schema.wishes.c
        found = Counter(map(tuple, db.execute(select(wishes.step, wishes.language, wishes.chosen))))
        strange = select(wishes.person_id).join(schema.editions, wishes.edition_id == schema.editions.c.id)
        strange = strange.where(schema.editions.c.engagement_id != wishes.engagement_id)
        assert found == {("tell-me", "en", "yes"): 11}
        assert db.execute(strange).all() == []


@pytest.mark.promise("P21")
@FIRST
def test_a_database_that_is_up_to_date_is_left_alone(old: Old) -> None:
    old.command("upgrade")
    before = old.count()
    assert "up to date" in old.command("upgrade")
    assert len(backups.find(old.backups)) == 1
    assert old.count() == before


@pytest.mark.promise("P21")
@FIRST
def test_other_commands_say_what_to_do_and_upgrade_nothing(old: Old) -> None:
    before = old.count()
    for command in (("engagement", "list"), ("results", "x"), ("move", f"sqlite:///{old.folder / 'new.db'}")):
        assert "python3 -m bot upgrade" in old.refused(*command)
    assert "python3 -m bot upgrade" in old.refused("doctor")
    assert old.count() == before


@pytest.mark.promise("P21")
@FIRST
def test_nothing_is_upgraded_when_no_backup_can_be_made(old: Old) -> None:
    before = old.count()
    old.backups.write_text("a file where the folder should be")
    assert "Nothing half done is left" in old.refused("upgrade")
    assert old.count() == before


@pytest.mark.promise("P21")
def test_a_backup_of_an_old_database_is_restored_and_upgraded(old: Old, tmp_path: Path, new_database: NewDatabase) -> None:
    old.command("upgrade")
    (backup,) = backups.find(old.backups)
    away = Old(tmp_path / "away", new_database("sqlite"))
    away.take_keys(old)
    away.told = old.told
    assert "Restored 31 people" in away.command("restore", str(backup))
    assert away.revision() == database.revisions()[-1]
    with away.indoors() as house:
        for slug, told in old.told["engagements"].items():
            found = house.results(house.do(engagements.find, 1, slug))
            assert figures(found) == figures(told["results"])
    assert list(away.backups.iterdir()) == []


@pytest.mark.promise("P21")
def test_run_upgrades_by_itself_after_a_backup(make_house: MakeHouse, database: str, tmp_path: Path) -> None:
    house = make_house(begin=False)
    old = Old(tmp_path / "old", database)
    old.lay("first-landed", tmp_path)
    house.keys.write_bytes(old.key_file.read_bytes())
    house.start()
    assert "Backed up first" in house.said()
    assert house.stop() == 0
    assert "up to date" in house.command("upgrade")


@pytest.mark.promise("P21")
@FIRST
def test_an_older_program_refuses_a_newer_schema(old: Old) -> None:
    old.command("upgrade")
    _make_newer(old)
    before = old.count()
    for command in (("upgrade",), ("engagement", "list")):
        assert "newer version" in old.refused(*command)
    assert old.count() == before


@pytest.mark.promise("P21", control=True)
@FIRST
def test_a_program_that_does_not_look_at_the_schema_is_caught(old: Old, monkeypatch: pytest.MonkeyPatch) -> None:
    old.command("upgrade")
    _make_newer(old)
    monkeypatch.setattr(database, "pending", lambda _db: [])
    with pytest.raises(AssertionError, match="did not fail"):
        old.refused("upgrade")


def _make_newer(old: Old) -> None:
    with open_plainly(old.url) as engine, engine.begin() as db:
        db.execute(text("UPDATE alembic_version SET version_num = '9999'"))
