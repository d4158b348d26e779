"""Somebody who is forgotten is in no table any more, and a restored backup does not bring them back."""

from __future__ import annotations

import datetime as dt

import pytest
from sqlalchemy import Connection, Table, func, insert, select

from storage import erasure, failures, organisations, people, register, schema, unlinking
from storage.broadcasting import switches
from storage.engagements import Engagement
from storage.failures import Failure
from storage.figures import releases
from storage.letters import outbox
from storage.letters.outbox import Letter
from storage.reading import readings, themes
from tests.keeping.gatherings import gather
from tests.storage.world import NOON, World, pick, write

BOT = 7
LATER = NOON + dt.timedelta(days=8)


def someone(world: World, engagement: Engagement, chat: int, *, finished: bool = True) -> int:
    """A person with a row wherever one can be; returns their id."""
    person = world.answer(engagement, {"who": pick("have"), "wrong": write("secret"), "tell-me": pick("yes")}, finished=finished)
    lookup = world.keys.lookup(BOT, "telegram", str(chat))

    def more(db: Connection) -> None:
        organisations.introduce(db, BOT, world.organisation_id)
        row = {"person_id": person, "bot_id": BOT, "door": "telegram", "lookup": lookup}
        made = db.scalars(insert(schema.addresses).values(row).returning(schema.addresses.c.id)).one()
        people.keep_address(db, world.keys, {lookup: (made, chat)})
        wish = {"person_id": person, "engagement_id": engagement.id, "step": "tell-me", "chosen": "yes", "sealed": None}
        wish |= {"edition_id": engagement.edition_id, "language": "en"}
        people.wish(db, [wish])
        letter = Letter(chat, person, chat, "say", {"text": "Thank you"})
        outbox.write(db, world.keys, (world.organisation_id, BOT), [letter], "me", NOON)
        row = {"organisation_id": world.organisation_id, "person_id": person, "kind": "nudge", "rule": "after-a-day"}
        row |= {"local_day": NOON.date(), "due_at": NOON}
        db.execute(insert(schema.followups).values(row))
        failures.keep(db, world.keys, BOT, [Failure("deciding", b"{}", "trace", lookup)], NOON)
        row = {"person_id": person, "purpose": "news", "given": True, "source": "chat", "language": "en"}
        switches.turn(db, [{**row, "on_day": NOON.date()}])
        theme = themes.add(db, engagement.id, f"Theme {chat}")
        group = db.scalar(select(schema.groups.c.id)) or _add_group(db, world)
        gather(db, world, engagement.id, person, group)
        written = [one.place for one in readings.to_read(db, world.keys, engagement).said]
        themes.put_on(db, engagement, theme, written, "ada", NOON)

    world.do(more)
    return person


def _add_group(db: Connection, world: World) -> int:
    row = {"code": "group", "organisation_id": world.organisation_id, "name": "Reference group"}
    return int(db.scalars(insert(schema.groups).values(row).returning(schema.groups.c.id)).one())


def forget(world: World, person: int, *where: Engagement) -> None:
    code = world.do(lambda db: db.scalars(select(schema.people.c.code).where(schema.people.c.id == person)).one())
    world.do(lambda db: erasure.forget(db, world.keys, {person: code}, where, NOON))


def tables_with(*fates: str) -> list[Table]:
    names = {column.partition(".")[0] for column, fate in register.PERSONAL.items() if fate in fates}
    return [schema.metadata.tables[name] for name in sorted(names)]


def rows(world: World, *fates: str) -> dict[str, int]:
    return {table.name: world.count(table) for table in tables_with(*fates)}


@pytest.mark.parametrize("finished", [True, False])
@pytest.mark.parametrize("identity", ["anonymous", "confidential", "named"])
def test_the_only_person_there_is_leaves_no_personal_row(world: World, identity: str, finished: bool) -> None:  # noqa: FBT001
    clinic = world.engage(identity)
    person = someone(world, clinic, 1, finished=finished)
    forget(world, person, clinic)
    assert set(rows(world, "erase", "unlink").values()) == {0}
    assert world.count(schema.outbox) == world.count(schema.participations) == 0


def test_a_person_who_is_not_forgotten_has_a_row_in_every_personal_table(world: World) -> None:
    someone(world, world.engage(), 1)
    held = rows(world, "erase", "unlink")
    assert {name for name, number in held.items() if not number} == set()


def test_others_keep_what_is_theirs(world: World) -> None:
    clinic = world.engage()
    first, second = someone(world, clinic, 1), someone(world, clinic, 2)
    forget(world, first, clinic)
    assert second
    assert set(rows(world, "erase").values()) == {1}
    assert world.exact(clinic)["steps"][0]["answered"] == 1


def test_freed_anonymous_answers_and_released_figures_stay(world: World) -> None:
    clinic = world.engage("anonymous")
    first, *_ = [someone(world, clinic, number) for number in range(10)]
    world.do(lambda db: unlinking.free(db, world.keys, clinic, NOON))
    world.do(lambda db: releases.make(db, clinic, NOON))
    forget(world, first, clinic)
    assert world.count(schema.responses) == 10
    assert world.released(clinic)["people"] == {"finished": "10"}


def test_a_forgotten_person_who_comes_back_with_a_backup_is_forgotten_again(world: World) -> None:
    clinic = world.engage()
    person, code = world.meet()
    world.do(lambda db: erasure.forget(db, world.keys, {person: code}, [clinic], NOON))
    back = {"code": code, "organisation_id": world.organisation_id, "met_on": NOON.date()}
    world.do(lambda db: db.execute(insert(schema.people), [back]).rowcount)
    world.meet()
    assert world.do(lambda db: erasure.replay(db, world.keys, [clinic])) == 1
    assert world.count(schema.people) == 1
    assert world.do(lambda db: erasure.replay(db, world.keys, [clinic])) == 0


def test_the_list_of_the_forgotten_names_nobody(world: World) -> None:
    person, code = world.meet()
    world.do(lambda db: erasure.forget(db, world.keys, {person: code}, [], NOON))
    written = erasure.list_beside(world.keys.path).read_text()
    assert written.startswith("2027-02-01 ")
    assert code not in written


@pytest.mark.parametrize("identity, kept", [("anonymous", dt.timedelta(hours=24)), ("confidential", dt.timedelta(days=7))])
def test_part_answers_die_when_their_time_is_up(world: World, identity: str, kept: dt.timedelta) -> None:
    clinic = world.engage(identity)
    someone(world, clinic, 1, finished=False)
    just_before, then = (NOON + kept - dt.timedelta(seconds=1), NOON + kept)
    assert world.do(lambda db: erasure.expire(db, world.keys, {clinic.id: clinic}, just_before)) == 0
    assert world.do(lambda db: erasure.expire(db, world.keys, {clinic.id: clinic}, then)) == 1
    assert world.count(schema.sessions) == world.count(schema.answers) == 0


def test_finished_conversations_do_not_expire(world: World) -> None:
    clinic = world.engage()
    someone(world, clinic, 1)
    assert world.do(lambda db: erasure.expire(db, world.keys, {clinic.id: clinic}, LATER)) == 0
    assert world.count(schema.answers) == 2


def test_more_part_answers_than_one_statement_takes_expire_in_pieces(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(erasure, "_AT_ONCE", 2)
    clinic = world.engage()
    world.answer_all(clinic, [{"who": pick("have")}] * 5, finished=False)
    gone = [world.do(lambda db: erasure.expire(db, world.keys, {clinic.id: clinic}, LATER)) for _ in range(4)]
    assert gone == [2, 2, 1, 0]
    assert world.do(lambda db: db.scalar(select(func.count()).select_from(schema.answers))) == 0
