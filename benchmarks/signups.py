"""`python3 -m benchmarks signups`: a thousand people want one of fifty places at once, by the road their taps take.

Their updates wait as after a broadcast. The time runs until every one of them is taken, decided, written and answered in the
outbox; sending is not part of it. Then everybody who has a place gives it back, so that it is offered to the next.
"""

from __future__ import annotations

import argparse
import datetime as dt
import tempfile
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from statistics import median
from time import perf_counter
from typing import Any

from sqlalchemy import Connection, select

from benchmarks.database import describe_server, find_server
from benchmarks.modes import Goal
from benchmarks.report import describe_machine
from benchmarks.subject import Broken
from bot import buttons
from bot.clock import Clock
from conversations.inputs import Attend
from storage import engagements
from storage.database import take_stock
from storage.events import events, occasions
from storage.events.occasions import Occasion, Plan
from storage.schema import places
from tests import postgres
from tests.road.indoors import Indoors, Update, indoors
from tests.sending.mailing import enrol

SIGN_UPS = Goal(3.0)  # seconds

WORKSHOP = """
format = 1
id = "workshop"
kind = "event"
title.en = "A workshop"
identity = "named"
audience = "everyone"
[charter]
settles.en = "what we do first"
decided_by.en = "The delivery group"
can_change.en = "where and when"
cannot_change.en = "the budget"
feedback_by = 2030-03-01
[event]
payment.en = "Nothing is paid."
"""


def main(words: list[str]) -> int:
    """Measure on both databases, print the figures, and return the exit code."""
    parser = argparse.ArgumentParser("python3 -m benchmarks signups", description=__doc__.partition("\n")[0])
    parser.add_argument("--people", type=int, default=1_000, help="how many sign up (1,000)")
    parser.add_argument("--places", type=int, default=50, help="for how many places (50)")
    parser.add_argument("--rounds", type=int, default=3, help="so many rounds (3)")
    wanted = parser.parse_args(words)
    print(describe_machine(pinned=False))
    try:
        _tell("on SQLite", [_round(wanted.people, wanted.places, "") for _ in range(wanted.rounds)])
        with find_server(None) as server:
            if server:
                print(describe_server(server))
                _tell("on PostgreSQL", [_round(wanted.people, wanted.places, server) for _ in range(wanted.rounds)])
    except Broken as problem:
        print(f"\nBROKEN: {problem}")
        return 1
    return 0


def _tell(where: str, rounds: Sequence[tuple[float, float]]) -> None:
    joined, left = zip(*rounds, strict=True)
    met = "met" if SIGN_UPS.met_by(median(joined)) else "MISSED"
    print(
        f"{where}: signed up in {median(joined):.2f} s ({min(joined):.2f} to {max(joined):.2f}; goal {SIGN_UPS.bound:g}: {met})"
    )
    print(f"  all places given back and offered to the next in {median(left):.2f} s ({min(left):.2f} to {max(left):.2f})")


def _round(number: int, size: int, server: str) -> tuple[float, float]:
    """Seconds until all have signed up, and until all who had a place gave it back."""
    with _house(server) as house:
        chats = range(10_000, 10_000 + number)
        one = house.do(_prepare, house, chats, size)
        house.runner.run(take_stock(house.base.engine))
        joined = _seconds(house, [_tap(house, chat, Attend("take", one.code)) for chat in chats])
        _account(house, one, {"confirmed": size, "waiting": number - size})
        holders = chats[:size]  # taken in their order
        left = _seconds(house, [_tap(house, chat, Attend("leave", one.code)) for chat in holders])
        _account(house, one, {"withdrawn": size, "offered": size, "waiting": number - 2 * size})
        return joined, left


@contextmanager
def _house(server: str) -> Iterator[Indoors]:
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        url = stack.enter_context(postgres.fresh_database(server)) if server else f"sqlite:///{folder / 'withus.db'}"
        yield stack.enter_context(indoors(url, folder, Clock()))


def _prepare(db: Connection, house: Indoors, chats: Sequence[int], size: int) -> Occasion:
    here, now, keys = house.base.house.organisation_id, house.base.clock.now(), house.base.house.keys
    engagements.adopt(db, here, {"workshop": WORKSHOP}, now)
    found = engagements.find(db, here, "workshop")
    if found is None:
        raise Broken("the workshop was not taken in")
    engagements.set_state(db, found.id, engagements.OPEN, now)
    enrol(db, keys, (here, house.base.house.bot_id), chats, now.date())
    day = f"{now + dt.timedelta(days=30):%Y-%m-%d}"
    plan = Plan(f"{day}T18:00", "Europe/London", 90, "Town Hall", capacity=size)
    return occasions.make(db, keys, events.settle(db, found), plan, now)


def _tap(house: Indoors, chat: int, brings: Attend) -> Update:
    user: dict[str, Any] = {"id": chat, "is_bot": False, "first_name": "V"}
    message = {"message_id": 1, "date": 1, "chat": {"id": chat, "type": "private"}}
    number = next(house.numbers)
    data = buttons.encode(brings, chat, house.base.house.keys.sign)
    query = {"id": str(number), "from": user, "message": message, "chat_instance": "1", "data": data}
    return {"update_id": number, "callback_query": query}


def _seconds(house: Indoors, updates: Sequence[Update]) -> float:
    """How long the bot takes for updates that wait; everybody is answered."""
    before, begin = len(house.letters), perf_counter()
    house.take(updates)
    took = perf_counter() - begin
    told = len({letter.chat_id for letter in house.letters[before:]})
    if told != len(updates):
        raise Broken(f"{len(updates)} people tapped, and {told} were answered")
    return took


def _account(house: Indoors, one: Occasion, due: dict[str, int]) -> None:
    kept = select(places.c.state).where(places.c.occasion_id == one.id)
    found = Counter(house.do(lambda db: db.scalars(kept).all()))
    if found != due:
        raise Broken(f"there should be {due}, and there are {dict(found)}")
