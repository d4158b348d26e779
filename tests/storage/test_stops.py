"""Where people stop is counted when an unfinished conversation is let go, and told only of enough people."""

from __future__ import annotations

import datetime as dt

import pytest

from conversations.session import Answer
from storage import erasure, unlinking
from storage.engagements import Engagement
from storage.figures import stops
from tests.storage.world import NOON, SKIPPED, World, pick, write

LATER = NOON + dt.timedelta(days=8)


def stop(world: World, engagement: Engagement, people: int, said: dict[str, Answer]) -> None:
    """So many stop after saying this, and are let go."""
    world.answer_all(engagement, [said] * people, finished=False, now=LATER - dt.timedelta(days=7, hours=1))
    world.do(lambda db: erasure.expire(db, world.keys, {engagement.id: engagement}, LATER))


def told(world: World, engagement: Engagement) -> tuple[str, dict[str, str]]:
    total, cells = world.do(lambda db: stops.read(db, engagement.id))
    return total, {step: cell.shown for step, cell in cells.items()}


@pytest.mark.parametrize("identity", ["confidential", "named"])
def test_where_people_stopped_is_told_when_ten_have(world: World, identity: str) -> None:
    clinic = world.engage(identity)
    stop(world, clinic, 9, {"who": pick("have")})
    assert told(world, clinic) == ("fewer than 10", {})
    stop(world, clinic, 14, {"who": pick("care"), "first": SKIPPED, "wrong": write("a secret")})
    assert told(world, clinic) == ("25", {"first": "10", "tell-me": "15"})


def test_an_anonymous_conversation_is_counted_while_its_key_is_there(world: World) -> None:
    clinic = world.engage("anonymous")
    world.answer_all(clinic, [{"who": pick("have")}] * 22, finished=False)
    world.do(lambda db: erasure.expire(db, world.keys, {clinic.id: clinic}, NOON + dt.timedelta(hours=25)))
    assert told(world, clinic) == ("20", {"first": "20"})


def test_at_close_those_on_their_way_have_stopped(world: World) -> None:
    clinic = world.engage("anonymous")
    world.answer_all(clinic, [{"who": pick("have")}] * 22, finished=False)
    world.do(lambda db: unlinking.free(db, world.keys, clinic, NOON, closing=True))
    assert told(world, clinic) == ("20", {"first": "20"})


def test_stops_are_told_anew_after_eight_more(world: World) -> None:
    clinic = world.engage()
    stop(world, clinic, 20, {"who": pick("have")})
    stop(world, clinic, 7, {})
    assert told(world, clinic) == ("20", {"first": "20", "who": "0"})
    stop(world, clinic, 1, {})
    assert told(world, clinic) == ("30", {"first": "20", "who": "10"})
