"""Letting answers go: anonymous ones are parted from the people who gave them, in tens and in random order."""

from __future__ import annotations

import datetime as dt
import secrets
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import Connection, Row, delete, insert, select

from conversations.session import Answer
from storage.answers import answer_row, read_answer
from storage.engagements import Engagement, lock, mark_too_few, read_editions
from storage.figures import cells, stops
from storage.figures.small_numbers import FEWEST
from storage.keys import Keys, KeysError
from storage.schema import answers, reading_themes, readings, responses, sessions
from storage.sessions import drop, unseal
from storage.unopened import ONE_FOLDER, GoneError, ShutError


@dataclass(frozen=True, slots=True)
class Freed:
    """How many sets of answers were freed, and how many could not be opened any more and were dropped."""

    sets: int = 0
    lost: int = 0


@dataclass(frozen=True, slots=True)
class _Set:
    """One person's finished answers, without the person."""

    edition_id: int
    answers: Mapping[str, Answer]
    release_id: int | None = None


def free(db: Connection, keys: Keys, engagement: Engagement, now: dt.datetime, *, closing: bool = False) -> Freed:
    """Part finished anonymous answers from the people who gave them: at least 10 sets at a time, or at close.

    At close unfinished conversations are forgotten; when fewer than 10 finished in all, so are the finished ones, and
    the engagement is marked. Other identity modes are left as they are. What does not open here stays; with any of it
    nothing can be closed (KeysError), for those that open might be too few by themselves.
    """
    mine = sessions.c.engagement_id == engagement.id
    if engagement.identity != "anonymous" or not (closing or enough_wait(db, engagement.id)):
        return Freed()
    lock(db, engagement.id)
    rows = db.execute(select(sessions).where(mine, sessions.c.finished)).all()
    waiting, lost, shut = _open(db, keys, rows)
    if closing and shut:
        raise KeysError(NOT_CLOSED.format(len(shut), ONE_FOLDER))
    if closing:
        unfinished = db.execute(select(sessions).where(mine, ~sessions.c.finished)).all()
        stops.count(db, keys, unfinished, {engagement.id: engagement}, {})
        db.execute(delete(sessions).where(mine, ~sessions.c.finished))
    drop(db, lost)
    if len(waiting) < FEWEST and not closing:
        return Freed(0, len(lost))
    freed = _free(db, keys, engagement, waiting, now.date())
    drop(db, [row.id for row in rows if row.id not in shut])
    return Freed(freed, len(lost))


def enough_wait(db: Connection, engagement_id: int) -> bool:
    """Whether ten or more anonymous sets wait to be freed."""
    wanted = select(sessions.c.id).where(sessions.c.engagement_id == engagement_id, sessions.c.finished).limit(FEWEST)
    return len(db.execute(wanted).all()) == FEWEST


def _open(db: Connection, keys: Keys, rows: Sequence[Row[Any]]) -> tuple[list[_Set], list[int], set[int]]:
    """What the rows of `sessions` hold, less what is about the person; the ids of rows whose day is over; of those shut here."""
    flows = read_editions(db, {row.edition_id for row in rows})
    opened, lost, shut = [], [], set[int]()
    for row in rows:
        try:
            _, said, _ = unseal(keys, row)
        except GoneError:
            lost.append(row.id)
            continue
        except ShutError:
            shut.add(row.id)
            continue
        kept = {step.id: said[step.id] for step in flows[row.edition_id].steps if step.about != "me" and step.id in said}
        opened.append(_Set(row.edition_id, kept))
    return opened, lost, shut


def _free(db: Connection, keys: Keys, engagement: Engagement, waiting: list[_Set], today: dt.date) -> int:
    """Write sets so that none stands out; returns how many.

    The few that are left at close are written anew together with some that were freed before: by themselves they would
    be known as those of the last to finish.
    """
    others = _some_freed(db, keys, engagement.id) if len(waiting) < FEWEST else {}
    if len(waiting) + len(others) < FEWEST:
        mark_too_few(db, engagement.id)
        return 0
    if waiting:
        cells.start_again(db, engagement.id)
        for table in (answers, responses, readings, reading_themes):  # if some had been read, the others would be the last few
            db.execute(delete(table).where(table.c.engagement_id == engagement.id, table.c.respondent.in_(others)))
        _write(db, keys, engagement, [*waiting, *others.values()], today)
    return len(waiting)


def _some_freed(db: Connection, keys: Keys, engagement_id: int) -> dict[bytes, _Set]:
    """Ten sets freed before, or as many as there are: any ten, for respondents are random."""
    wanted = select(responses).where(responses.c.engagement_id == engagement_id).order_by(responses.c.respondent)
    rows = {row.respondent: row for row in db.execute(wanted.limit(FEWEST))}
    said: dict[bytes, dict[str, Answer]] = {who: {} for who in rows}
    theirs = (answers.c.engagement_id == engagement_id, answers.c.respondent.in_(rows))
    for row in db.execute(select(answers).where(*theirs)):
        said[row.respondent][row.step] = read_answer(keys, row)
    return {who: _Set(row.edition_id, said[who], row.release_id) for who, row in rows.items()}


def _write(db: Connection, keys: Keys, engagement: Engagement, sets: list[_Set], today: dt.date) -> None:
    """Write sets in random order, under random respondents, with nothing that only some of them share.

    Door and language are left out, and the edition too unless 10 have it: the only person who wrote in Welsh, or who
    came before a text was changed, would be known by it.
    """
    secrets.SystemRandom().shuffle(sets)
    common = min(Counter(one.edition_id for one in sets).values()) >= FEWEST
    whole, parts = [], []
    for one in sets:
        who = secrets.token_bytes(16)
        edition = one.edition_id if common else engagement.edition_id
        row = {"engagement_id": engagement.id, "respondent": who, "edition_id": edition, "release_id": one.release_id}
        whole.append({**row, "door": "", "day": today, "unread": any(answer.text for answer in one.answers.values())})
        place = (engagement.id, who, edition)
        parts += [answer_row(keys, place, step, replace(answer, language="und")) for step, answer in one.answers.items()]
    db.execute(insert(responses), whole)
    if parts:
        db.execute(insert(answers), parts)


NOT_CLOSED = "It stays open: {} people's answers in it do not open with this machine's key file, and would be lost. {}"
