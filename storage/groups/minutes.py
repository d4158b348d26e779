"""The minutes of a meeting in plain words: drafted, shared, corrected by members, agreed."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection
from dataclasses import dataclass

from sqlalchemy import Connection, insert, select, update

from storage import codes
from storage.groups import rules, seats
from storage.groups.quorum import Meeting
from storage.groups.rules import ClashError, RefusedError
from storage.groups.telling import tell
from storage.keys import Keys
from storage.schema import corrections, minutes, occasions, places
from storage.unopened import words as opened

LONGEST, LONGEST_CORRECTION, LONGEST_ANSWER = 20_000, 1000, 600
DRAFT, SHARED, AGREED = "draft", "shared", "agreed"
STATES = {DRAFT: "Draft", SHARED: "Shared, can be corrected", AGREED: "Agreed"}
ANSWERED = {"made": "Put right", "not-made": "Left as it is"}


@dataclass(frozen=True, slots=True)
class Minutes:
    """Of one meeting; `version` 0: nobody has begun them."""

    words: str
    state: str
    due_on: dt.date
    shared_at: dt.datetime | None = None
    version: int = 0


@dataclass(frozen=True, slots=True)
class Correction:
    """What a member says is not right; `state` is open, made or not-made, `answer` what they were told.

    `words` are empty where they do not open here.
    """

    code: str
    words: str
    state: str
    answer: str
    person_id: int | None
    sent_at: dt.datetime


def read(db: Connection, organisation_id: int, meeting: Meeting) -> Minutes:
    """As they stand."""
    columns = [minutes.c[name] for name in Minutes.__slots__]
    row = db.execute(select(*columns).where(minutes.c.occasion_id == meeting.id)).first()
    return Minutes(*row) if row else Minutes("", DRAFT, due_on(db, organisation_id, meeting))


def due_on(db: Connection, organisation_id: int, meeting: Meeting) -> dt.date:
    """By when they are promised: so many working days after the meeting."""
    days = rules.read(db, meeting.group_id).minutes_days
    return rules.working_days_after(db, organisation_id, meeting.day, days)


def write(db: Connection, organisation_id: int, meeting: Meeting, words: str, version: int, by: str, now: dt.datetime) -> Minutes:
    """Keep the words, written from that version. Raises RefusedError, ClashError."""
    tidy = words.replace("\r\n", "\n").strip()
    if not tidy or len(tidy) > LONGEST:
        msg = f"Write the minutes in at most {LONGEST} letters."
        raise RefusedError(msg, "minutes")
    before = read(db, organisation_id, meeting)
    if before.version != version:
        raise ClashError
    if before.state == AGREED:
        msg = "These minutes were agreed. Note what has changed since at the next meeting."
        raise RefusedError(msg, "minutes")
    values = {"words": tidy, "changed_by": by, "changed_at": now}
    if not version:
        first = {"occasion_id": meeting.id, "state": DRAFT, "due_on": before.due_on, "version": 1}
        db.execute(insert(minutes).values(**first, **values))
    else:
        mine = (minutes.c.occasion_id == meeting.id, minutes.c.version == version)
        if not db.execute(update(minutes).where(*mine).values(version=version + 1, **values)).rowcount:
            raise ClashError
    return read(db, organisation_id, meeting)


def share(db: Connection, meeting: Meeting, now: dt.datetime) -> int:
    """Send them to the members, and to deputies who came; returns to how many. Raises RefusedError."""
    _step(db, meeting, DRAFT, SHARED, shared_at=now)
    members = [seat.holder_id for seat in seats.load(db, [meeting.group_id]) if seat.holder_id]
    came = db.scalars(select(places.c.person_id).where(places.c.occasion_id == meeting.id, places.c.came)).all()
    return tell(db, [*members, *came], "minutes", meeting.code, now, meeting)


def agree(db: Connection, meeting: Meeting) -> None:
    """The group has agreed them. Raises RefusedError while a correction is not answered."""
    waiting = (corrections.c.occasion_id == meeting.id, corrections.c.state == "open")
    if db.scalar(select(corrections.c.id).where(*waiting)):
        msg = "Somebody sent a correction that has no answer yet. Answer it first."
        raise RefusedError(msg)
    _step(db, meeting, SHARED, AGREED)


def _step(db: Connection, meeting: Meeting, before: str, after: str, **more: dt.datetime) -> None:
    mine = (minutes.c.occasion_id == meeting.id, minutes.c.state == before)
    changed = update(minutes).where(*mine).values(state=after, version=minutes.c.version + 1, **more)
    if not db.execute(changed).rowcount:
        msg = "Somebody did this meanwhile, or the minutes are not written yet."
        raise RefusedError(msg)


# --- Corrections


def correct(db: Connection, keys: Keys, occasion_id: int, person_id: int, words: str, now: dt.datetime) -> str:
    """A member says what is not right in shared minutes; returns the code of it. Raises RefusedError."""
    tidy = words.strip()
    if not tidy or len(tidy) > LONGEST_CORRECTION:
        msg = f"Write it in at most {LONGEST_CORRECTION} letters."
        raise RefusedError(msg, "correction")
    if db.scalar(select(minutes.c.state).where(minutes.c.occasion_id == occasion_id)) != SHARED:
        msg = "These minutes cannot be corrected now."
        raise RefusedError(msg)
    code = codes.make()
    row = {"code": code, "occasion_id": occasion_id, "person_id": person_id, "state": "open", "sent_at": now}
    db.execute(insert(corrections).values(sealed=keys.seal("corrections.sealed", code, tidy.encode()), **row))
    return code


def load_corrections(db: Connection, keys: Keys, occasion_id: int) -> list[Correction]:
    """Of one meeting, oldest first."""
    rows = db.execute(select(corrections).where(corrections.c.occasion_id == occasion_id).order_by(corrections.c.id))
    return [
        Correction(
            row.code,
            opened(keys, "corrections.sealed", row.code, row.sealed),
            row.state,
            row.answer,
            row.person_id,
            row.sent_at,
        )
        for row in rows
    ]


def answer(db: Connection, meeting: Meeting, code: str, typed: tuple[str, str], now: dt.datetime) -> bool:
    """Answer a correction with a key of ANSWERED and words; returns whether somebody is told. Raises RefusedError."""
    state, words = typed[0], typed[1].strip()
    if state not in ANSWERED:
        msg = "Choose whether it was put right."
        raise RefusedError(msg, "state")
    if not words or len(words) > LONGEST_ANSWER:
        msg = f"Write what they are told, in at most {LONGEST_ANSWER} letters."
        raise RefusedError(msg, "answer")
    mine = (corrections.c.occasion_id == meeting.id, corrections.c.code == code, corrections.c.state == "open")
    changed = update(corrections).where(*mine).values(state=state, answer=words).returning(corrections.c.person_id)
    people: Collection[int | None] = db.scalars(changed).all()
    if not people:
        msg = "This was answered already."
        raise RefusedError(msg)
    known = [person for person in people if person is not None]
    return bool(tell(db, known, "corrected", code, now, meeting))


def overdue(db: Connection, organisation_id: int, meetings: Collection[Meeting], today: dt.date) -> list[tuple[Meeting, dt.date]]:
    """Of these meetings, those whose minutes were promised before today and are not shared.

    Once they are begun the day stays as it was promised, whatever the group's rules are now.
    """
    begun = select(minutes.c.occasion_id, minutes.c.state, minutes.c.due_on)
    written = {row.occasion_id: row for row in db.execute(begun.where(minutes.c.occasion_id.in_([one.id for one in meetings])))}
    waiting = [one for one in meetings if one.id not in written or written[one.id].state == DRAFT]
    late = [(one, written[one.id].due_on if one.id in written else due_on(db, organisation_id, one)) for one in waiting]
    return [(one, due) for one, due in late if due < today]


def told(db: Connection, keys: Keys, about: str) -> tuple[str, str, str] | None:
    """What a letter `corrected` says, by the code of the correction: what they wrote, the state, and the answer.

    What they wrote is empty where it does not open here.
    """
    row = db.execute(select(corrections).join(occasions).where(corrections.c.code == about)).first()
    if row is None:
        return None
    return opened(keys, "corrections.sealed", row.code, row.sealed), row.state, row.answer
