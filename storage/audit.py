"""What staff read and changed, in the transaction that did it: rows chained by hash, so that none can be altered unseen."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Row, Select, insert, select

from storage.schema import audit, organisations

_BEFORE_ALL = bytes(32)


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which rows to show: an empty field takes all. `before` is an id; days are from midnight to midnight by `zone`."""

    who: str = ""
    what: str = ""
    day: dt.date | None = None
    zone: dt.tzinfo = dt.UTC
    before: int = 0


@dataclass(frozen=True, slots=True)
class Checked:
    """How far a chain was followed: to which row and link, over how many; `broken` is the first row that does not fit."""

    row: int = 0
    chain: bytes = _BEFORE_ALL
    rows: int = 0
    broken: int | None = None


def note(db: Connection, organisation_id: int, who: str, what: str, about: str, now: dt.datetime) -> None:
    """Add a row: `who` did `what` ("read-results") to `about` (an engagement's id, never an answer).

    Each organisation has its own chain; another writer waits until this transaction ends.
    """
    only_writer = select(organisations.c.id).where(organisations.c.id == organisation_id).with_for_update(key_share=True)
    db.execute(only_writer)
    mine = select(audit.c.chain).where(audit.c.organisation_id == organisation_id)
    before = db.scalars(mine.order_by(audit.c.id.desc()).limit(1)).first()
    entry = (organisation_id, who, what, about)
    chain = _link(before or _BEFORE_ALL, entry, now)
    values = {"organisation_id": organisation_id, "who": who, "what": what, "about": about, "at": now, "chain": chain}
    db.execute(insert(audit).values(values))


def find(db: Connection, organisation_id: int, wanted: Wanted, most: int) -> list[Row[Any]]:
    """Rows with id, at, who, what and about, newest first."""
    return list(db.execute(_chosen(organisation_id, wanted).order_by(audit.c.id.desc()).limit(most)))


def kinds(db: Connection, organisation_id: int) -> list[str]:
    """Everything that was ever done, in alphabetical order."""
    return list(
        db.scalars(select(audit.c.what).where(audit.c.organisation_id == organisation_id).distinct().order_by(audit.c.what))
    )


def _chosen(organisation_id: int, wanted: Wanted) -> Select[Any]:
    rows = select(audit).where(audit.c.organisation_id == organisation_id)
    if wanted.who:
        rows = rows.where(audit.c.who == wanted.who)
    if wanted.what:
        rows = rows.where(audit.c.what == wanted.what)
    if wanted.day:
        begins = dt.datetime.combine(wanted.day, dt.time(), wanted.zone)
        ends = dt.datetime.combine(wanted.day + dt.timedelta(days=1), dt.time(), wanted.zone)
        rows = rows.where(audit.c.at >= begins, audit.c.at < ends)
    return rows.where(audit.c.id < wanted.before) if wanted.before else rows


def check(db: Connection, organisation_id: int, since: Checked, most: int) -> Checked:
    """Follow one organisation's chain on from where it was followed to, over `most` rows: the same again at its end."""
    mine = select(audit).where(audit.c.organisation_id == organisation_id, audit.c.id > since.row)
    for row in db.execute(mine.order_by(audit.c.id).limit(most)):
        if since.broken is not None:
            break
        fits = row.chain == _link(since.chain, (row.organisation_id, row.who, row.what, row.about), row.at)
        since = Checked(row.id, row.chain, since.rows + 1, None if fits else row.id)
    return since


def verify(db: Connection) -> int | None:
    """The id of the first row that does not follow from the one before it, or None when every chain is whole.

    Rows taken off the end of a chain leave no trace in the database: keep the newest `chain` elsewhere to see that.
    """
    before: dict[int, bytes] = {}
    for row in db.execute(select(audit).order_by(audit.c.id)):
        entry = (row.organisation_id, row.who, row.what, row.about)
        expected = _link(before.get(row.organisation_id, _BEFORE_ALL), entry, row.at)
        if row.chain != expected:
            return int(row.id)
        before[row.organisation_id] = expected
    return None


def _link(before: bytes, entry: tuple[int, str, str, str], at: dt.datetime) -> bytes:
    packed = json.dumps([*entry, at.astimezone(dt.UTC).isoformat(timespec="microseconds")])
    return hashlib.sha256(before + packed.encode()).digest()
