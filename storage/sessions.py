"""Conversations under way and what was said in them, kept as each identity mode promises.

Anonymous: every answer is inside the session row, sealed under a daily key, until it is released. Confidential: rows in
`answers` under a pseudonym. Named: rows in `answers` under the person's code. Answers about the person themselves, and
ticks not sent yet, are always inside the sealed part of the session row.
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

from sqlalchemy import Connection, Row, bindparam, delete, func, insert, select, tuple_, update

from conversations.flow import Flow
from conversations.session import Answer, Session
from storage import answers
from storage.answers import Answered
from storage.engagements import Engagement
from storage.keys import Keys
from storage.schema import participations, people, responses, sessions
from storage.unopened import GoneError, ShutError, UnopenedError
from storage.upserts import insert as upsert

PART_ANSWERS = {"anonymous": dt.timedelta(hours=24), "confidential": dt.timedelta(days=7), "named": dt.timedelta(days=7)}
"""How long an unfinished conversation is kept after the last answer."""

_AT_ONCE = 2_000  # rows sealed afresh in one go: some 20 ms in which nobody else writes
_TOUCH_AFTER = dt.timedelta(minutes=10)  # how stale `touched_at` may be before it is worth a write


@dataclass(frozen=True, slots=True)
class Held:
    """A conversation as it is held: the pure session with its row. `id` is None until it is saved."""

    id: int | None
    person_id: int
    engagement: Engagement
    edition_id: int
    respondent: bytes  # empty in anonymous mode
    session: Session
    touched_at: dt.datetime
    door: str = "telegram"
    link_id: int | None = None


def respondent(keys: Keys, engagement: Engagement, person_code: str) -> bytes:
    """The name a person's answers carry in one engagement; nothing in anonymous mode."""
    match engagement.identity:
        case "anonymous":
            return b""
        case "confidential":
            return keys.pseudonym(engagement.slug, person_code)
        case _:
            return person_code.encode()


def read_rows(db: Connection, people: Collection[int]) -> Sequence[Row[Any]]:
    """The rows of these people's conversations, for `load`."""
    return db.execute(select(sessions).where(sessions.c.person_id.in_(people))).all()


def load(
    db: Connection,
    keys: Keys,
    rows: Sequence[Row[Any]],
    people: Mapping[int, str],
    engagements: Mapping[int, Engagement],
    editions: Mapping[int, Flow],
    now: dt.datetime,
) -> tuple[list[Held], list[Row[Any]], list[Row[Any]]]:
    """The conversations in `rows`, those of `rows` that have expired, and those under way that do not open here.

    `people` gives the code of each person by id; `editions` must hold the flow of every edition met. What is finished and
    does not open is in none: it waits as if it had been freed already.
    """
    live, expired = [], list[Row[Any]]()
    for row in rows:
        engagement = engagements[row.engagement_id]
        if not row.finished and row.touched_at <= now - PART_ANSWERS[engagement.identity]:
            expired.append(row)
        else:
            live.append((row, engagement, respondent(keys, engagement, people[row.person_id])))
    said = answers.read(db, keys, [(e.id, who) for row, e, who in live if who and not row.finished])
    held, shut = [], list[Row[Any]]()
    for row, engagement, who in live:
        try:
            inside = unseal(keys, row)
        except ShutError:
            shut += [row] if not row.finished else []
            continue
        except GoneError:
            if not who:
                expired.append(row)
                continue
            inside = ((), {}, 0)  # only ticks and answers about the person are lost: they are asked again
        session = Session(
            code=row.code,
            edition=editions[row.edition_id].edition if row.edition_id in editions else "",
            answers=said.get((engagement.id, who), {}) | inside[1],
            ticked=inside[0],
            at=inside[2],
            finished=row.finished,
            closed=engagement.state != "open",
        )
        place = (row.edition_id, who, session, row.touched_at, row.door, row.link_id)
        held.append(Held(row.id, row.person_id, engagement, *place))
    return held, expired, shut


def unseal(keys: Keys, row: Row[Any]) -> tuple[tuple[str, ...], dict[str, Answer], int]:
    """Ticks, answers, and how far they looked, in a row of `sessions`. Raises UnopenedError."""
    if row.sealed is None:
        return (), {}, 0
    inside = json.loads(keys.open("sessions.sealed", row.code, row.sealed))
    said = {step: Answer(tuple(chosen), text, skipped, tag) for step, chosen, text, skipped, tag in inside["answers"]}
    return tuple(inside["ticked"]), said, inside.get("at", 0)


def _seal(keys: Keys, held: Held, inside: Mapping[str, Answer], today: dt.date) -> bytes | None:
    if not inside and not held.session.ticked and not held.session.at:
        return None
    said = [(step, one.chosen, one.text, one.skipped, one.language) for step, one in inside.items()]
    looked = {"at": held.session.at} if held.session.at else {}
    packed = json.dumps({"ticked": held.session.ticked, "answers": said} | looked, separators=(",", ":")).encode()
    return keys.seal_for_days("sessions.sealed", held.session.code, packed, today)


def _inside(held: Held, aside: Collection[str]) -> dict[str, Answer]:
    """The answers that stay within the session row: all in anonymous mode, else those their record does not have yet."""
    said, aside = held.session.answers, () if held.session.finished else aside
    return dict(said) if not held.respondent else {step: said[step] for step in said if step in aside}


@dataclass(frozen=True, slots=True)
class Change:
    """A conversation before (None when it is new) and after a turn; `aside` are its steps about the person."""

    before: Held | None
    after: Held
    aside: frozenset[str] = frozenset()


def save(db: Connection, keys: Keys, changes: Sequence[Change], now: dt.datetime) -> dict[str, int]:
    """Write what turns changed; returns session code -> row id of the new ones."""
    made = _insert(db, keys, [change for change in changes if change.before is None], now)
    _update(db, keys, [change for change in changes if change.before is not None], now)
    answers.write(db, keys, [_answered(change) for change in changes if change.after.respondent])
    _finish(db, [change for change in changes if _finishes(change)], now.date())
    return made


def _finishes(change: Change) -> bool:
    return change.after.session.finished and not (change.before and change.before.session.finished)


def _insert(db: Connection, keys: Keys, new: Sequence[Change], now: dt.datetime) -> dict[str, int]:
    if not new:
        return {}
    rows = [
        {
            "code": held.session.code,
            "person_id": held.person_id,
            "engagement_id": held.engagement.id,
            "edition_id": held.edition_id,
            "door": held.door,
            "link_id": held.link_id,
            "finished": held.session.finished,
            "sealed": _seal(keys, held, _inside(held, change.aside), now.date()),
            "touched_at": now,
        }
        for change in new
        for held in (change.after,)
    ]
    began = [{"person_id": row["person_id"], "engagement_id": row["engagement_id"]} for row in rows]
    db.execute(upsert(db, participations).on_conflict_do_nothing(), began)
    made = db.execute(insert(sessions).returning(sessions.c.code, sessions.c.id), rows)
    return {row.code: row.id for row in made}


def _update(db: Connection, keys: Keys, changes: Sequence[Change], now: dt.datetime) -> None:
    rows = []
    for change in changes:
        before, after = change.before, change.after
        stale = before is not None and before.touched_at < now - _TOUCH_AFTER
        if before and _outside(before, change.aside) == _outside(after, change.aside) and not stale:
            continue  # only rows of `answers` changed
        sealed = _seal(keys, after, _inside(after, change.aside), now.date())
        rows.append({"row": after.id, "now": now, "done": after.session.finished, "inside": sealed})
    if rows:
        values: dict[str, Any] = {"touched_at": bindparam("now"), "finished": bindparam("done"), "sealed": bindparam("inside")}
        db.execute(update(sessions).where(sessions.c.id == bindparam("row")).values(values), rows)


def _outside(held: Held, aside: Collection[str]) -> tuple[object, ...]:
    """What of a conversation lies in its session row."""
    return (_inside(held, aside), held.session.ticked, held.session.at, held.session.finished)


def _answered(change: Change) -> Answered:
    """What a change means for the rows of `answers`; what is about the person is none of their business."""
    before = change.before.session.answers if change.before else {}
    after = change.after
    place = (after.engagement.id, after.respondent, after.edition_id)
    return Answered(place, _apart(before, change.aside), _apart(after.session.answers, change.aside))


def _apart(said: Mapping[str, Answer], aside: Collection[str]) -> Mapping[str, Answer]:
    return {step: answer for step, answer in said.items() if step not in aside} if aside else said


def _finish(db: Connection, finished: Sequence[Change], today: dt.date) -> None:
    """Note who has finished, and, outside anonymous mode, that there is a whole response to count."""
    if not finished:
        return
    who = [{"p": change.after.person_id, "e": change.after.engagement.id} for change in finished]
    mine = (participations.c.person_id == bindparam("p"), participations.c.engagement_id == bindparam("e"))
    db.execute(update(participations).where(*mine).values(finished=True), who)
    rows = [
        {"engagement_id": held.engagement.id, "respondent": held.respondent, "edition_id": held.edition_id, "door": held.door}
        | {"day": today, "person": held.person_id}
        | {"unread": any(answer.text for answer in _apart(held.session.answers, aside).values())}
        for held, aside in ((change.after, change.aside) for change in finished)
        if held.respondent
    ]
    if rows:
        theirs = select(people.c.partner_id).where(people.c.id == bindparam("person")).scalar_subquery()
        db.execute(upsert(db, responses).values(partner_id=theirs).on_conflict_do_nothing(), rows)


def finished_by(db: Connection, people: Collection[int]) -> set[tuple[int, int]]:
    """(person id, engagement id) of everything these people have finished."""
    done = select(participations.c.person_id, participations.c.engagement_id).where(participations.c.finished)
    return {(row.person_id, row.engagement_id) for row in db.execute(done.where(participations.c.person_id.in_(people)))}


def drop_finished(db: Connection, pairs: Collection[tuple[int, int]]) -> None:
    """Forget the finished conversations of these (person id, engagement id): others take their place."""
    if pairs:
        mine = tuple_(sessions.c.person_id, sessions.c.engagement_id).in_(pairs)
        db.execute(delete(sessions).where(mine, sessions.c.finished))


def drop(db: Connection, ids: Sequence[int]) -> None:
    """Forget session rows."""
    for at in range(0, len(ids), _AT_ONCE):
        db.execute(delete(sessions).where(sessions.c.id.in_(ids[at : at + _AT_ONCE])))


def find_shut(db: Connection, keys: Keys) -> int:
    """How many conversations of the last ones begun do not open here, though their day is not over."""
    wanted = select(sessions.c.code, sessions.c.sealed).where(sessions.c.sealed.is_not(None))
    return sum(map(partial(_is_shut, keys), db.execute(wanted.order_by(sessions.c.id.desc()).limit(_AT_ONCE))))


def _is_shut(keys: Keys, row: Row[Any]) -> bool:
    try:
        keys.open("sessions.sealed", row.code, row.sealed)
    except UnopenedError as error:
        return isinstance(error, ShutError)
    return False


def reseal(db: Connection, keys: Keys, today: dt.date, after: int = 0) -> tuple[int, int | None]:
    """Seal afresh, under today's key, what must outlive the key it lies under, in some rows `after` that one.

    Returns how many were sealed, and after which row to go on; None when there are no more.
    """
    until = after + _AT_ONCE
    here = (sessions.c.id > after, sessions.c.id <= until, sessions.c.sealed.is_not(None))
    rows = db.execute(select(sessions).where(*here).with_for_update(skip_locked=True)).all()
    changed = []
    for row in rows:
        if keys.sealed_on(row.sealed) in {None, today}:
            continue
        try:
            inside = keys.open("sessions.sealed", row.code, row.sealed)
        except UnopenedError:
            continue
        changed.append({"row": row.id, "fresh": keys.seal_for_days("sessions.sealed", row.code, inside, today)})
    if changed:
        db.execute(update(sessions).where(sessions.c.id == bindparam("row")).values(sealed=bindparam("fresh")), changed)
    last = db.scalar(select(func.max(sessions.c.id))) or 0
    return len(changed), until if until < last else None


def oldest_day(db: Connection, keys: Keys) -> dt.date | None:
    """The oldest day whose key finished answers still lie under; None when none do."""
    rows = db.scalars(select(sessions.c.sealed).where(sessions.c.finished, sessions.c.sealed.is_not(None)))
    return min((day for day in map(keys.sealed_on, rows) if day), default=None)


def moved(held: Held, session: Session) -> Held:
    """The same conversation, further on."""
    return replace(held, session=session)
