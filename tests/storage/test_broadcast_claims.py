"""At the claim it is asked again: whether a broadcast goes out, whether a person may still be written to, and at this hour."""

from __future__ import annotations

import datetime as dt
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection, event, select, update

from storage import organisations, schema
from storage.broadcasting.audiences import NOT_NOW
from storage.broadcasting.broadcast_rows import DONE, Broadcast
from storage.letters import claims, outbox
from storage.letters.outbox import FAILED, PENDING, SENDING, SENT, UNKNOWN, Letter
from tests.sending.mailing import enrol, launch, make_ready, say
from tests.storage.test_broadcasts import BOT, DAY, DRAFT_ONE, HOUR, Office
from tests.storage.world import NOON, World, make_keys

EVENING = NOON + 9 * HOUR
MORNING = dt.datetime(2027, 2, 2, 9, tzinfo=dt.UTC)


class Pile(Office):
    """What a bot claims of the broadcasts of an office."""

    turn = 0

    def begin(self, people: int, **draft: Any) -> int:
        """A broadcast to new people only, ready to go; its row."""
        self.do(lambda db: db.execute(update(schema.people).values(stopped=True)))
        first = self.do(lambda db: db.scalar(select(schema.people.c.id).order_by(schema.people.c.id.desc()).limit(1)) or 0)
        self.do(lambda db: enrol(db, self.world.keys, self.place, range(first + 1, first + people + 1), NOON.date()))
        one = self.do(lambda db: launch(db, self.place, NOON, replace(DRAFT_ONE, **draft)))
        make_ready(self.do, one, NOON)
        self.do(lambda db: db.execute(update(schema.people).values(stopped=False)))
        return one.id

    def take(self, wanted: int = 8, now: dt.datetime = NOON, write: claims.Write = say) -> list[Letter]:
        self.turn += 1
        asked: Any = (self.world.keys, self.place, "me", wanted, 8, now, write, self.turn)
        return self.do(lambda db: claims.take(db, *asked))

    def states(self) -> Counter[tuple[str, str]]:
        told = select(schema.outbox.c.state, schema.outbox.c.reason)
        return Counter(tuple(row) for row in self.do(lambda db: db.execute(told).all()))

    def look_up(self, row: int) -> Broadcast:
        """The broadcast of this row."""
        mine = select(schema.broadcasts.c.code).where(schema.broadcasts.c.id == row)
        return self.look(self.do(lambda db: db.scalars(mine).one()))

    def of(self, letter: Letter) -> int | None:
        """Which broadcast's it is."""
        mine = select(schema.outbox.c.broadcast_id).where(schema.outbox.c.id == letter.id)
        return self.do(lambda db: db.scalar(mine))

    def change(self, person: int, **values: Any) -> None:
        mine = update(schema.people).where(schema.people.c.id == person).values(**values)
        self.do(lambda db: db.execute(mine))


@pytest.fixture
def pile(database: str, tmp_path: Path) -> Iterator[Pile]:
    with World(database, make_keys(tmp_path)) as world:
        made = Pile(world)
        made.do(lambda db: organisations.introduce(db, BOT, world.organisation_id))
        yield made


def test_words_are_made_when_a_letter_is_claimed_and_kept_nowhere(pile: Pile) -> None:
    pile.begin(2)
    letters = pile.take()
    assert [letter.content["text"] for letter in letters] == [DRAFT_ONE.words["en"]] * 2
    assert sorted(letter.chat_id for letter in letters) == [1, 2]
    pile.do(lambda db: outbox.settle(db, [letter.became(UNKNOWN, "502") for letter in letters], NOON))
    assert pile.do(lambda db: db.scalars(select(schema.outbox.c.sealed)).all()) == [None, None]


def test_who_said_stop_or_turned_it_off_or_took_a_break_since_gets_nothing(pile: Pile) -> None:
    pile.begin(4)
    pile.change(1, stopped=True)
    pile.change(2, paused_until=NOON + DAY)
    pile.do(lambda db: db.execute(update(schema.switches).where(schema.switches.c.person_id == 3).values(given=False)))
    assert [letter.person_id for letter in pile.take()] == [4]
    assert pile.states() == {(FAILED, "stopped"): 1, (FAILED, "paused"): 1, (FAILED, "no-consent"): 1, (SENDING, ""): 1}


def test_for_whom_there_are_no_words_nothing_is_sent(pile: Pile) -> None:
    pile.begin(1)
    assert pile.take(write=lambda _db, _one, recipients: [None for _ in recipients]) == []
    assert pile.states() == {(FAILED, "no-words"): 1}


def test_what_could_not_go_before_quiet_hours_goes_after_them(pile: Pile, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(claims, "PUT_OFF", 3)
    one = pile.begin(7)
    pile.change(7, zone="America/New_York")
    pile.change(6, stopped=True)
    went = [letter.person_id for _ in range(6) for letter in pile.take(1, EVENING)]
    assert went == [7], "there it is afternoon"
    due = pile.do(lambda db: db.scalars(select(schema.outbox.c.due_at).where(schema.outbox.c.state == PENDING)).all())
    assert set(due) == {MORNING}
    late = pile.do(lambda db: db.scalars(select(schema.broadcasts.c.late_at).where(schema.broadcasts.c.id == one)).one())
    assert late == MORNING + DAY, "waiting for the morning makes nothing late"
    assert len(pile.take(8, MORNING)) == 5


def test_who_is_never_to_be_written_to_gets_nothing(pile: Pile) -> None:
    pile.begin(1)
    pile.change(1, quiet="09:00-20:00")
    assert pile.take() == []
    assert pile.states() == {(FAILED, "quiet"): 1}


@pytest.mark.parametrize("paused, went", [(2 * HOUR, 1), (8 * DAY, 0)])
def test_what_goes_late_goes_only_to_whom_less_was_sent_meanwhile_than_we_allow(
    pile: Pile, paused: dt.timedelta, went: int
) -> None:
    first = pile.begin(1)
    _hold_back(pile, first, until=NOON + paused)
    for _ in range(2):
        one = pile.do(lambda db: launch(db, pile.place, NOON + paused, DRAFT_ONE))
        make_ready(pile.do, one, NOON + paused)
    taken = pile.take(8, NOON + paused)
    assert [pile.of(letter) for letter in taken].count(first) == went
    assert len(taken) == 2, "the budget of a week"


def test_what_went_late_counts_by_when_it_went(pile: Pile) -> None:
    late = NOON + 8 * DAY
    for letter_of in (pile.begin(1), _another(pile)):
        _hold_back(pile, letter_of, until=late)
    assert len(pile.take(8, late)) == 2
    one = pile.do(lambda db: launch(db, pile.place, late, DRAFT_ONE))
    assert make_ready(pile.do, one, late) == DONE, "nobody is left who may get it"


def _another(pile: Pile) -> int:
    one = pile.do(lambda db: launch(db, pile.place, NOON, DRAFT_ONE))
    make_ready(pile.do, one, NOON)
    return one.id


def _hold_back(pile: Pile, one: int, until: dt.datetime) -> None:
    """As if it had been paused and let go on at `until`: its letters were due long ago."""
    mine = update(schema.broadcasts).where(schema.broadcasts.c.id == one)
    pile.do(lambda db: db.execute(mine.values(late_at=until + DAY)))


def test_who_has_answered_something_anonymous_is_told_apart_from_nobody_whom_a_reminder_passes_by(pile: Pile) -> None:
    clinic = pile.world.engage("anonymous")
    pile.begin(3, engagement="clinic", reminds=True)
    pile.change(1, stopped=True)
    done = {"person_id": 2, "engagement_id": clinic.id, "finished": True}
    pile.do(lambda db: db.execute(schema.participations.insert().values(done)))
    assert [letter.person_id for letter in pile.take()] == [3]
    assert pile.states() == {(FAILED, NOT_NOW): 2, (SENDING, ""): 1}


def test_several_broadcasts_share_the_way_and_each_comes_first_in_its_turn(pile: Pile) -> None:
    several = {pile.begin(20) for _ in range(3)}
    met: Counter[int] = Counter()
    for _ in range(6):
        [letter] = pile.take(1)
        mine = select(schema.outbox.c.broadcast_id).where(schema.outbox.c.id == letter.id)
        met.update(pile.do(partial(Connection.scalars, statement=mine)).all())
        pile.do(partial(outbox.settle, settled=[letter.became(SENT)], now=NOON))
    assert met == dict.fromkeys(several, 2)
    assert len(pile.take(8)) == 8


def test_what_is_late_is_not_claimed_whoever_has_not_held_it_yet(pile: Pile) -> None:
    pile.begin(1)
    assert pile.take(now=NOON + 2 * DAY) == []
    assert pile.states() == {(PENDING, ""): 1}


def test_a_claim_of_a_great_broadcast_looks_at_nothing_but_what_it_takes(pile: Pile) -> None:
    one = pile.begin(3)
    rows = [
        {"id": n, "organisation_id": pile.place[0], "bot_id": BOT, "lane": "broadcast", "policy": "never-twice", "state": PENDING,
         "broadcast_id": one, "person_id": -n, "due_at": NOON + HOUR, "created_at": NOON}
        for n in range(1, 3000)
    ]  # fmt: skip

    def plans(db: Connection) -> str:
        db.execute(schema.outbox.insert(), rows)
        asked: list[tuple[str, object]] = []
        event.listen(db, "before_cursor_execute", lambda _c, _u, words, given, *_: asked.append((words, given)))
        claims.take(db, pile.world.keys, pile.place, "me", 8, 8, NOON, say)
        claims.waits(db, *pile.place, NOON)
        kind = "EXPLAIN " if db.dialect.name == "postgresql" else "EXPLAIN QUERY PLAN "
        told = [db.exec_driver_sql(kind + words, given).all() for words, given in tuple(asked) if "outbox" in words]  # type: ignore[arg-type]
        return "\n".join(" ".join(map(str, row)) for lines in told for row in lines)

    told = pile.do(plans)
    assert "ix_outbox_broadcast" in re.findall(r"ix_\w+", told)
    for bad in ("SCAN outbox", "Seq Scan on outbox", "TEMP B-TREE FOR ORDER"):
        assert bad not in told, told
