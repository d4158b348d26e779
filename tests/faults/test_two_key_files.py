"""Two machines share a database and not their keys, against all advice: neither destroys what the other was told."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from sqlalchemy import Connection, select

from bot import turns, upkeep
from bot.doctor import inside
from bot.doctor.findings import Finding
from bot.telegram.reader import read
from conversations.phrases import PHRASES
from storage import keys, schema, sessions, unlinking
from storage.engagements import Engagement
from storage.keys import Keys, KeysError
from storage.letters import outbox
from storage.unlinking import Freed
from storage.unopened import GoneError, ShutError
from tests.road.indoors import Indoors, Visitor, indoors

SORRY = PHRASES["lost"]["en"]


@dataclass
class Machines:
    """Both machines; on the first ten people have finished, and `person` is half way."""

    first: Indoors
    second: Indoors
    engagement: Engagement
    person: Visitor

    def sealed(self) -> set[bytes]:
        return set(self.first.do(lambda db: db.scalars(select(schema.sessions.c.sealed)).all()))

    def letters(self) -> set[bytes]:
        return set(self.first.do(lambda db: db.scalars(select(schema.outbox.c.sealed)).all()))

    def meet_second(self, words: str) -> list[str]:
        """What the person hears when the second machine takes their words."""
        before = len(self.second.letters)
        self.second.take([self.person.types(words)])
        return [letter.content["text"] for letter in self.second.letters[before:]]


@pytest.fixture(params=["it has no key of today", "it made one of its own"])
def machines(request: pytest.FixtureRequest, database: str, tmp_path: Path) -> Iterator[Machines]:
    with indoors(database, tmp_path / "first") as first:
        engagement, code = first.open("tests-hidden")
        people = [first.person() for _ in range(11)]
        first.base.house.keys.copy_lasting(_second(tmp_path))
        for words in (f"/start {code}", "18 or over", "Not well"):
            first.take([person.types(words) for person in people])
        first.take([person.types("Less light") for person in people[1:]])
        with indoors(database, _second(tmp_path).parent) as second:
            second.numbers = first.numbers
            if request.param == "it made one of its own":
                second.base.house.keys.seal_for_days("a.b", "1", b"", first.base.clock.now().date())
            yield Machines(first, second, engagement, people[0])


def _second(folder: Path) -> Path:
    (folder / "second").mkdir(exist_ok=True)
    return folder / "second" / "keys.json"


def check(both: Machines) -> None:
    """Raises AssertionError unless all that the first machine was told is there after the second did all its work."""
    before, letters = both.sealed(), both.letters()
    both.meet_second("It is too loud")
    house, now, do = both.second.base.house, both.second.base.clock.now(), both.second.do
    do(sessions.reseal, house.keys, now.date() + dt.timedelta(days=1))
    do(upkeep.destroy_old_keys, house, now + dt.timedelta(days=5))
    for forget in upkeep.PIECES:
        do(forget, house, now)
    do(upkeep.release, house, both.engagement, now)
    do(outbox.recover, house.keys, house.bot_id, house.claimer, {both.first.base.house.claimer})
    assert (both.sealed(), letters - both.letters()) == (before, set())
    assert both.first.do(unlinking.free, both.first.base.house.keys, both.engagement, both.first.base.clock.now()) == Freed(10)


def test_nothing_that_another_machine_was_told_is_destroyed(machines: Machines) -> None:
    check(machines)


def test_a_bot_that_takes_every_locked_answer_for_destroyed_is_caught(
    machines: Machines, monkeypatch: pytest.MonkeyPatch
) -> None:
    opens = Keys.open

    def give_up(self: Keys, where: str, row: str, sealed: bytes) -> bytes:
        try:
            return opens(self, where, row, sealed)
        except ShutError:
            raise GoneError(where) from None

    with monkeypatch.context() as broken:
        broken.setattr(Keys, "open", give_up)
        with pytest.raises(AssertionError, match="assert "):
            check(machines)


def test_the_person_hears_of_trouble_and_is_answered_once_the_keys_are_one(machines: Machines) -> None:
    assert machines.meet_second("It is too loud") == [SORRY]
    assert machines.meet_second("It is too loud") == [SORRY]  # and they are still in that conversation
    first = machines.first
    arrivals = [read(json.loads(failure.update), first.base.house.keys.sign) for failure in first.failures()]
    first.do(turns.take_again, first.base.house, arrivals[0], first.base.clock.now())
    assert first.do(_finished, machines.engagement.id) == 11


def _finished(db: Connection, engagement_id: int) -> int:
    done = select(schema.sessions.c.id).where(schema.sessions.c.engagement_id == engagement_id, schema.sessions.c.finished)
    return len(db.scalars(done).all())


def test_help_and_deletion_need_no_key(machines: Machines) -> None:
    assert machines.meet_second("/help") != [SORRY]
    machines.meet_second("/delete")
    machines.meet_second("yes")
    assert len(machines.sealed()) == 10


def test_the_second_machine_and_its_doctor_say_so(machines: Machines) -> None:
    house = machines.second.base.house
    assert not house.keys.lacks
    machines.meet_second("It is too loud")
    assert house.keys.lacks
    assert [str(one) for one in _examined(machines.second)] == [
        "MEND  11 of the last conversations do not open: this machine's key file lacks keys that another machine made. "
        + inside.ONE_FOLDER
    ]
    assert not _examined(machines.first)


def _examined(house: Indoors) -> list[Finding]:
    found = house.do(lambda db: inside._of_keys(house.base.config, db))
    return [one for one in found if one.do]


def test_nothing_is_closed_on_a_machine_that_cannot_open_it(machines: Machines) -> None:
    second = machines.second
    with pytest.raises(KeysError, match="It stays open: 10 people's answers"):
        second.do(
            lambda db: unlinking.free(db, second.base.house.keys, machines.engagement, second.base.clock.now(), closing=True)
        )
    assert len(machines.sealed()) == 11


def test_a_day_that_is_over_is_over_on_a_machine_that_never_had_its_key(tmp_path: Path) -> None:
    first, day = keys.make(tmp_path / "first.keys"), dt.date(2027, 2, 1)
    sealed = first.seal_for_days("a.b", "1", b"words", day)
    first.copy_lasting(tmp_path / "second.keys")
    second = keys.load(tmp_path / "second.keys")
    with pytest.raises(ShutError):
        second.open("a.b", "1", sealed)
    assert second.lacks
    second.destroy_days_before(day + dt.timedelta(days=1))
    for one in (second, keys.load(second.path)):
        with pytest.raises(GoneError):
            one.open("a.b", "1", sealed)
    assert not second.lacks
