"""P11: a database that was put back, or belongs to another machine, starts nothing by itself until somebody says so."""

from __future__ import annotations

import datetime as dt
import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack
from pathlib import Path

import pytest
from sqlalchemy import make_url

from bot.clock import Clock
from bot.heart import Heart
from bot.telegram.pile import Pile
from storage.keeping import heartbeat
from storage.letters import outbox, pauses
from storage.letters.outbox import NEVER_TWICE, REMINDER, SENT, Letter
from tests import postgres
from tests.faults.outage import is_well
from tests.road.conftest import MakeHouse
from tests.road.house import House, run_command, until
from tests.road.indoors import Indoors, indoors
from tests.sending.desk import at_desk, meet, times_seen

SAY = {"text": "Tomorrow at ten", "bold": [], "rows": []}
MINUTE, HOUR, DAY = dt.timedelta(minutes=1), dt.timedelta(hours=1), dt.timedelta(days=1)

Copy = Callable[[str], str]


@pytest.fixture
def copy(tmp_path: Path) -> Iterator[Copy]:
    """Copy a database that nobody uses just now as its owner would; gives the URL of the copy."""
    with ExitStack() as made:

        def copy_it(url: str) -> str:
            name = str(make_url(url).database)
            if url.startswith("sqlite"):
                new = tmp_path / f"copy-{len(list(tmp_path.iterdir()))}.db"
                shutil.copyfile(name, new)
                return f"sqlite:///{new}"
            return made.enter_context(postgres.fresh_database(os.environ[postgres.GIVEN], like=name))

        yield copy_it


def keep(inside: Indoors, *numbers: int) -> None:
    """A letter for each number, due now."""
    house, now = inside.base.house, inside.base.clock.now()
    letters = [Letter(number, None, 1000 + number, "say", SAY, REMINDER, NEVER_TWICE) for number in numbers]
    inside.do(lambda db: outbox.keep(db, house.keys, (house.organisation_id, house.bot_id), letters, now))


def start(inside: Indoors) -> list[int]:
    """What goes out by itself when a bot starts."""
    base = inside.base

    async def work() -> list[int]:
        heart = Heart(base.engine, base.house, base.clock.now)
        await heart.begin()
        letters = await Pile(base.engine, base.house, base.clock.now).claim(50, 50)
        await heart.beat()
        return [letter.id for letter in letters]

    went = inside.runner.run(work())
    inside.do(outbox.settle, [outbox.Settled(number, SENT, "", REMINDER) for number in went], base.clock.now())
    return went


def held(inside: Indoors) -> str:
    return " ".join(pause.why for pause in inside.do(pauses.held, inside.base.house.organisation_id))


def put_back(url: str, copy: Copy, folder: Path, what: str) -> tuple[list[int], str]:
    """A bot sends two letters, then finds itself with the database from before: what it sends, and why it holds the rest."""
    keys, old = folder / "keys", folder / "old-keys"
    keys.mkdir()
    with at(NOON, url, keys) as inside:
        start(inside)
        keep(inside, 1, 2)
    before = copy(url)
    shutil.copytree(keys, old)
    with at(NOON + MINUTE, url, keys) as inside:
        assert start(inside) == [1, 2]
    if what == DATABASE_ALONE:
        heartbeat.beside(keys / "keys.json").unlink()
    with at(NOON + LATER[what], before, old if what == MACHINE else keys) as inside:
        return start(inside), held(inside)


def at(now: dt.datetime, url: str, keys: Path) -> AbstractContextManager[Indoors]:
    return indoors(url, keys, Clock(wall=lambda: now))


NOON = dt.datetime(2027, 2, 1, 12, tzinfo=dt.UTC)
DATABASE, DATABASE_ALONE, MACHINE = "its database", "a database without the note beside the keys", "the whole machine"
LATER = {DATABASE: 2 * MINUTE, DATABASE_ALONE: 2 * MINUTE, MACHINE: 2 * HOUR}
WHY = {DATABASE: "an older copy", DATABASE_ALONE: "another machine's", MACHINE: "did not run from 1 February 2027, 12:00"}


@pytest.mark.promise("P11")
@pytest.mark.parametrize("what", LATER)
def test_what_was_put_back_starts_nothing_until_somebody_says_so(database: str, tmp_path: Path, copy: Copy, what: str) -> None:
    started, why = put_back(database, copy, tmp_path, what)
    assert started == []
    assert WHY[what] in why


@pytest.mark.promise("P11", control=True)
@pytest.mark.parametrize("what", LATER)
def test_a_bot_that_does_not_look_at_its_heartbeat_is_caught(
    database: str, tmp_path: Path, copy: Copy, what: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(heartbeat, "doubt", lambda *_: "")
    monkeypatch.setattr(heartbeat, "silence", lambda *_: "")
    assert put_back(database, copy, tmp_path, what) == ([1, 2], "")


@pytest.mark.promise("P11")
def test_once_somebody_has_said_so_it_goes_on_and_is_not_asked_again(database: str, tmp_path: Path, copy: Copy) -> None:
    assert put_back(database, copy, tmp_path, DATABASE)[0] == []
    with at(NOON + 3 * MINUTE, database, tmp_path / "keys") as inside:
        # Of the two copies the other one has the higher number now.
        assert "an older copy" in (start(inside), held(inside))[1]
        inside.do(pauses.end, inside.base.house.organisation_id, pauses.EVERYTHING)
        keep(inside, 3)
        assert start(inside) == [3]
    with at(NOON + 4 * MINUTE, database, tmp_path / "keys") as inside:
        keep(inside, 4)
        assert start(inside) == [4]


def test_a_bot_that_rested_while_nothing_came_due_just_goes_on(database: str, tmp_path: Path) -> None:
    for days in range(3):
        with at(NOON + days * DAY, database, tmp_path) as inside:
            assert start(inside) == []
            assert not held(inside)
    with at(NOON + 3 * DAY, database, tmp_path) as inside:
        start(inside)
        keep(inside, 1)
    with at(NOON + 3 * DAY + 10 * MINUTE, database, tmp_path) as inside:
        assert start(inside) == [1]  # a restart is no reason to hold anything


def test_where_no_note_can_be_written_beside_the_keys_nothing_is_compared_or_held(tmp_path: Path) -> None:
    url, beside = f"sqlite:///{tmp_path / 'withus.db'}", heartbeat.beside(tmp_path / "keys.json")
    beside.mkdir()  # no file can lie there
    for minutes in range(3):
        with at(NOON + minutes * MINUTE, url, tmp_path) as inside:
            keep(inside, minutes)
            assert start(inside) == [minutes]


@pytest.mark.promise("P11")
def test_a_running_bot_says_that_it_holds_everything_and_goes_on_answering(make_plain_house: MakeHouse) -> None:
    house: House = make_plain_house()
    file = Path(str(make_url(house.database).database))
    (person,) = meet(house, 1)
    house.settle()
    house.stop()
    with at_desk(house) as desk:
        desk.keep([person.id])
    old = file.read_bytes()
    house.start()
    until(lambda: times_seen(person) == 1, house.said)
    house.stop()
    file.write_bytes(old)
    assert "MEND  the database is an older copy" in run_command("doctor", "--config", str(house.settings))[1]
    house.start()
    until(lambda: "nothing is sent by itself until you say so" in house.said(), house.said)
    assert "an older copy" in house.command("letters")
    person.says("/help")
    house.settle()
    until(lambda: is_well(house), house.said)
    assert times_seen(person) == 1
    house.command("resume")
    until(lambda: times_seen(person) == 2, house.said)


def test_a_clock_that_was_set_ahead_while_the_bot_ran_is_not_taken_for_a_silence(database: str, tmp_path: Path) -> None:
    hands = [NOON]
    with indoors(database, tmp_path, Clock(wall=lambda: hands[0])) as inside:
        heart = Heart(inside.base.engine, inside.base.house, inside.base.clock.now)
        inside.runner.run(heart.begin())
        hands[0] += 3 * DAY
        inside.runner.run(heart.look())
        keep(inside, 1)
    with at(NOON + 3 * DAY + MINUTE, database, tmp_path) as inside:
        assert start(inside) == [1]
        assert not held(inside)
