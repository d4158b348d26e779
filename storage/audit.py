"""What staff read and changed, in the transaction that did it: rows chained by hash, so that none can be altered unseen."""

from __future__ import annotations

import datetime as dt
import hashlib
import json

from sqlalchemy import Connection, insert, select

from storage.schema import audit, organisations

_BEFORE_ALL = bytes(32)


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
