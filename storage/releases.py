"""Letting answers go: anonymous ones are freed from the people who gave them, and figures are counted in releases.

A release counts each whole set of answers once. The first is made from 10 sets, the next from 8 more, so that no two
releases of one engagement, or of one question in it, tell what a few people said. Counts are exact and cumulative;
`storage.small_numbers` decides what of them is shown.
"""

from __future__ import annotations

import datetime as dt
import secrets
from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, and_, delete, func, insert, select, tuple_, update

from conversations.session import Answer
from storage.engagements import Engagement, mark_too_few, read_editions
from storage.keys import GoneError, Keys
from storage.schema import answers, engagements, release_counts, releases, responses, sessions
from storage.sessions import answer_row, drop, read_answer, unseal
from storage.small_numbers import FEWEST, may_renew

ANSWERED = ""
"""The option under which a release counts how many answered a step at all."""

Counts = Mapping[str, Mapping[str, int]]
"""Step -> option -> how many chose it; under ANSWERED, how many answered."""


# --- Freeing anonymous answers


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
    """Part finished anonymous answers from the people who gave them, at least 10 sets at a time, or at close.

    At close unfinished conversations are forgotten; when fewer than 10 finished in all, so are the finished ones, and
    the engagement is marked. Other identity modes are left as they are.
    """
    if engagement.identity != "anonymous" or not (closing or _enough_wait(db, engagement.id)):
        return Freed()
    _lock(db, engagement.id)
    if closing:
        db.execute(delete(sessions).where(sessions.c.engagement_id == engagement.id, ~sessions.c.finished))
    rows = db.execute(select(sessions).where(*_waiting(engagement.id))).all()
    waiting, lost = _open(db, keys, rows)
    drop(db, lost)
    if closing and len(waiting) < FEWEST:
        before = _take_back(db, keys, engagement.id)
        if len(waiting) + len(before) < FEWEST:
            mark_too_few(db, engagement.id)
            waiting = []
        elif waiting:
            _write(db, keys, engagement, [*waiting, *before], now.date())
    elif len(waiting) < FEWEST:
        return Freed(0, len(lost))
    else:
        _write(db, keys, engagement, waiting, now.date())
    drop(db, [row.id for row in rows])
    return Freed(len(waiting), len(lost))
