"""People and the addresses they are reached at."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from sqlalchemy import Connection, bindparam, delete, select, tuple_, update

from storage import codes
from storage.keys import Keys
from storage.schema import addresses, people, turned_away, wishes
from storage.upserts import insert

TURNED_AWAY_FOR = dt.timedelta(days=30)
_AT_ONCE = 5_000


class Known(NamedTuple):  # a tuple: made for every tap, straight from a row
    """One person at one address, as the turn road needs them."""

    id: int
    code: str
    address_id: int
    lookup: bytes
    age_band: str
    language: str
    asking: str
    session_id: int | None
    stopped: bool
    sealed: bool  # whether the address itself is kept yet
    state: str
    opening: str
    about: str  # what `asking` is about


_WANTED = select(
    people.c.id, people.c.code, addresses.c.id.label("address_id"), addresses.c.lookup, people.c.age_band,
    people.c.language, people.c.asking, people.c.session_id, people.c.stopped,
    addresses.c.sealed.is_not(None).label("sealed"), addresses.c.state, addresses.c.opening,
    people.c.asking_about,
).join_from(addresses, people)  # fmt: skip


def find(db: Connection, bot_id: int, door: str, lookups: Collection[bytes]) -> dict[bytes, Known]:
    """The people at these addresses, locked in order of id until the transaction ends."""
    chosen = (
        _WANTED.where(addresses.c.bot_id == bot_id, addresses.c.door == door, addresses.c.lookup.in_(lookups))
        .order_by(people.c.id)
        .with_for_update(of=people, key_share=True)  # others may plan something for them meanwhile
    )
    return {row.lookup: Known._make(row) for row in db.execute(chosen)}


def meet(db: Connection, place: tuple[int, int, str], lookups: Collection[bytes], today: dt.date) -> dict[bytes, Known]:
    """The people at these addresses; someone new is met now, with nothing kept about them but the lookup.

    `place` is (organisation id, bot id, door).
    """
    organisation_id, bot_id, door = place
    known = find(db, bot_id, door, lookups)
    new = sorted(set(lookups) - known.keys())
    if not new:
        return known
    made = dict(zip(_new_people(db, organisation_id, len(new), today), new, strict=True))
    rows = [{"person_id": person, "bot_id": bot_id, "door": door, "lookup": lookup} for person, lookup in made.items()]
    taken = insert(db, addresses).on_conflict_do_nothing().returning(addresses.c.lookup)
    ours = set(db.scalars(taken, rows))
    beaten = [person for person, lookup in made.items() if lookup not in ours]
    if beaten:  # another process met them a moment ago
        db.execute(delete(people).where(people.c.id.in_(beaten)))
    return known | find(db, bot_id, door, new)


def _new_people(db: Connection, organisation_id: int, count: int, today: dt.date) -> list[int]:
    rows = [{"code": codes.make(), "organisation_id": organisation_id, "met_on": today} for _ in range(count)]
    return sorted(db.scalars(insert(db, people).returning(people.c.id), rows))


def save(db: Connection, changes: Sequence[Mapping[str, object]]) -> None:
    """Write people back; each change has `id`, `age_band`, `language`, `asking`, `asking_about`, `stopped` and `session_id`."""
    if changes:
        names = ("age_band", "language", "asking", "asking_about", "stopped", "session_id")
        values: dict[str, Any] = {name: bindparam(f"new_{name}") for name in names}
        rows = [{f"new_{name}": change[name] for name in (*names, "id")} for change in changes]
        db.execute(update(people).where(people.c.id == bindparam("new_id")).values(values), rows)


def wait_for_age(db: Connection, openings: Mapping[int, str]) -> None:
    """Keep the link that waits for the age question, by address id."""
    if openings:
        rows = [{"address": address, "link": link} for address, link in openings.items()]
        statement = update(addresses).where(addresses.c.id == bindparam("address")).values(opening=bindparam("link"))
        db.execute(statement, rows)


def keep_address(db: Connection, keys: Keys, chats: Mapping[bytes, tuple[int, int]]) -> None:
    """Keep addresses, sealed, once the age question is answered: lookup -> (address id, chat id)."""
    if chats:
        rows = [
            {"address": address, "chat": keys.seal("addresses.sealed", lookup.hex(), str(chat).encode())}
            for lookup, (address, chat) in chats.items()
        ]
        values: dict[str, Any] = {"sealed": bindparam("chat"), "opening": ""}
        db.execute(update(addresses).where(addresses.c.id == bindparam("address")).values(values), rows)


def set_states(db: Connection, bot_id: int, door: str, states: Mapping[bytes, str]) -> None:
    """Mark addresses open, blocked or gone, by lookup."""
    if states:
        where = (addresses.c.bot_id == bot_id, addresses.c.door == door, addresses.c.lookup == bindparam("at"))
        rows = [{"at": lookup, "now": state} for lookup, state in states.items()]
        db.execute(update(addresses).where(*where).values(state=bindparam("now")), rows)


def turn_away(db: Connection, bot_id: int, away: Mapping[bytes, int], now: dt.datetime) -> None:
    """Forget people too young for this door (lookup -> person id), but for a marker that ends by itself."""
    if away:
        db.execute(delete(addresses).where(addresses.c.person_id.in_(away.values())))
        db.execute(delete(people).where(people.c.id.in_(away.values())))
        rows = [{"bot_id": bot_id, "lookup": lookup, "until": now + TURNED_AWAY_FOR} for lookup in away]
        kept = insert(db, turned_away)
        anew = {"until": kept.excluded.until}  # one that has ended may not be pruned yet
        db.execute(kept.on_conflict_do_update(index_elements=["bot_id", "lookup"], set_=anew), rows)


def find_turned_away(db: Connection, bot_id: int, lookups: Collection[bytes], now: dt.datetime) -> set[bytes]:
    """Which of these addresses were turned away and are still remembered."""
    where = (turned_away.c.bot_id == bot_id, turned_away.c.lookup.in_(lookups), turned_away.c.until > now)
    return set(db.scalars(select(turned_away.c.lookup).where(*where)))


def prune_turned_away(db: Connection, now: dt.datetime) -> int:
    """Forget some markers that have ended; returns how many: 0 when none is left."""
    ended = select(*turned_away.primary_key).where(turned_away.c.until <= now).limit(_AT_ONCE)
    return db.execute(delete(turned_away).where(tuple_(*turned_away.primary_key).in_(ended))).rowcount


def wish(db: Connection, rows: Iterable[Mapping[str, object]]) -> None:
    """Keep answers about the person themselves; a later one replaces an earlier one."""
    for row in rows:
        kept = insert(db, wishes).values(row)
        changed = {name: row[name] for name in ("edition_id", "language", "chosen", "sealed")}
        db.execute(kept.on_conflict_do_update(index_elements=["person_id", "engagement_id", "step"], set_=changed))
