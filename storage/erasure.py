"""Forgetting a person: their rows go, what a pseudonym leads to goes, and a list outside the database remembers it.

The list is replayed after a restore, so that a backup brings nobody back.
"""

from __future__ import annotations

import datetime as dt
import errno
import os
from collections.abc import Collection, Mapping, Sequence
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, and_, delete, or_, select, tuple_

from storage.engagements import Engagement
from storage.events import offers, remains
from storage.figures import stops
from storage.groups import seats
from storage.keys import Keys
from storage.letters.outbox import LETTERS
from storage.schema import (
    addresses,
    answers,
    corrections,
    failures,
    followups,
    outbox,
    people,
    points,
    reading_themes,
    readings,
    responses,
    sessions,
)
from storage.sessions import PART_ANSWERS, drop, respondent

_AT_ONCE = 1000  # conversations: in that time nobody else writes


def forget(db: Connection, keys: Keys, who: Mapping[int, str], engagements: Collection[Engagement], now: dt.datetime) -> None:
    """Erase people (id -> code) everywhere: addresses, conversations, wishes and participations go with their row.

    Anonymous answers already released stay: nothing leads to them. Totals already released stay.
    """
    if not who:
        return
    note(keys.path, [_mark(keys, code) for code in who.values()], now)
    offers.free(db, who, now)
    seats.leave_empty(db, who, now.date())
    _forget(db, keys, who, engagements)


def _forget(db: Connection, keys: Keys, who: Mapping[int, str], engagements: Collection[Engagement]) -> None:
    forget_answers(db, keys, [(person, engagement) for person in who for engagement in engagements], who)
    remains.keep(db, who)
    db.execute(delete(failures).where(failures.c.lookup.in_(select(addresses.c.lookup).where(addresses.c.person_id.in_(who)))))
    for kind in LETTERS:
        db.execute(delete(outbox).where(kind, outbox.c.person_id.in_(who)))
    db.execute(delete(followups).where(followups.c.person_id.in_(who)))
    db.execute(delete(sessions).where(sessions.c.person_id.in_(who)))
    for said in (points, corrections):
        db.execute(delete(said).where(said.c.person_id.in_(who)))
    db.execute(delete(people).where(people.c.id.in_(who)))  # the rest of PERSONAL goes by ON DELETE CASCADE


def forget_answers(
    db: Connection,
    keys: Keys,
    pairs: Sequence[tuple[int, Engagement]],
    codes: Mapping[int, str] | None = None,
) -> None:
    """Delete what people (by id) said in engagements, where a pseudonym or name leads to it.

    Where nobody has a pseudonym nobody has said anything; to look for it would make the key.
    """
    linked = [(person, one) for person, one in pairs if _leads_back(keys, one)]
    if not linked:
        return
    known = codes or _codes(db, {person for person, _ in linked})
    keyed = [(one.id, respondent(keys, one, known[person])) for person, one in linked if person in known]
    for table in (answers, responses, readings, reading_themes):
        db.execute(delete(table).where(tuple_(table.c.engagement_id, table.c.respondent).in_(keyed)))


def _leads_back(keys: Keys, one: Engagement) -> bool:
    return one.identity == "named" or (one.identity == "confidential" and keys.has_pseudonyms(one.slug))


def _codes(db: Connection, ids: Collection[int]) -> dict[int, str]:
    return {row.id: row.code for row in db.execute(select(people.c.id, people.c.code).where(people.c.id.in_(ids)))}


def expire(db: Connection, keys: Keys, engagements: Mapping[int, Engagement], now: dt.datetime) -> int:
    """Forget some unfinished conversations whose time is up, with their part-answers; returns how many: 0 when none is left."""
    late = [
        and_(sessions.c.engagement_id == one.id, sessions.c.touched_at <= now - PART_ANSWERS[one.identity])
        for one in engagements.values()
    ]
    if not late:
        return 0
    wanted = select(sessions).where(~sessions.c.finished, or_(*late)).limit(_AT_ONCE)
    rows = db.execute(wanted.with_for_update(skip_locked=True)).all()  # not one just answering
    let_go(db, keys, rows, engagements)
    return len(rows)


def let_go(db: Connection, keys: Keys, rows: Sequence[Any], engagements: Mapping[int, Engagement]) -> None:
    """Forget conversations (rows of `sessions`) that have expired, with what was said in them; where they stood is counted."""
    codes = _codes(db, {row.person_id for row in rows}) if rows else {}
    stops.count(db, keys, rows, engagements, codes)
    forget_answers(db, keys, [(row.person_id, engagements[row.engagement_id]) for row in rows], codes)
    drop(db, [row.id for row in rows])


def receipt(keys: Keys, code: str) -> str:
    """The number someone who deletes everything is given; in the list of erasures a mark begins with it."""
    return _mark(keys, code).hex()[:8].upper()


def _mark(keys: Keys, code: str) -> bytes:
    return keys.lookup(0, "person", code)


# --- The list


def note(keys: Path, erased: Sequence[bytes], now: dt.datetime) -> None:
    """Add to the list of erasures beside the key file, on disk before the database forgets, whole or not at all."""
    _add(list_beside(keys), [f"{now.date().isoformat()} {mark.hex()}" for mark in erased])


def merge(keys: Path, lines: Sequence[str]) -> None:
    """Add to the list beside a key file what it lacks of another; what only it holds stays."""
    file = list_beside(keys)
    known = {_marked(line) for line in read(file)}
    _add(file, [line for line in lines if _marked(line) not in known])


def list_beside(keys: Path) -> Path:
    """Where the list of erasures lies."""
    return keys.with_name(keys.name + ".erased")


def read(file: Path) -> list[str]:
    """The lines of a list of erasures; none when it is not there."""
    return file.read_text().splitlines() if file.exists() else []


def replay(db: Connection, keys: Keys, engagements: Collection[Engagement]) -> int:
    """Erase again everyone on the list who is back, after a restore; returns how many."""
    marks = {_marked(line): line for line in read(list_beside(keys.path))}
    rows = db.execute(select(people.c.id, people.c.code)) if marks else ()
    back = {row.id: row.code for row in rows if _mark(keys, row.code).hex() in marks}
    for person, code in back.items():
        seats.leave_empty(db, [person], dt.date.fromisoformat(marks[_mark(keys, code).hex()].partition(" ")[0]))
    if back:
        _forget(db, keys, back, engagements)
    return len(back)


def _marked(line: str) -> str:
    return line.partition(" ")[2]


def _add(file: Path, lines: Sequence[str]) -> None:
    if not lines:
        return
    written = "".join(f"{line}\n" for line in lines).encode()
    handle = os.open(file, os.O_RDWR | os.O_CREAT | os.O_APPEND, 0o600)
    try:
        end = os.fstat(handle).st_size
        if end and os.pread(handle, 1, end - 1) != b"\n":  # a power cut left half a line
            written = b"\n" + written
        if os.write(handle, written) < len(written):
            os.ftruncate(handle, end)
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), str(file))
        os.fsync(handle)
    finally:
        os.close(handle)
