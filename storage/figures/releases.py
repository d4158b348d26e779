"""Figures that may leave the team, counted in releases.

A release counts each whole set of answers once. The first is made from 10 sets, the next from 8 more, so that no two
releases of one engagement, or of one question in it, tell what a few people said. Counts are exact and cumulative;
`storage.figures.small_numbers` decides what of them is shown.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Row, Select, delete, func, insert, select, tuple_, update

from conversations.figures import tally
from storage.engagements import Engagement, lock, read_editions
from storage.figures import cells
from storage.figures.small_numbers import FEWEST, STEP, may_renew
from storage.schema import editions, release_counts, releases, responses
from storage.unlinking import enough_wait

ANSWERED = ""
"""The option under which a release counts how many answered a step at all."""

Counts = Mapping[str, Mapping[str, int]]
"""Step -> option -> how many chose it; under ANSWERED, how many answered."""


@dataclass(frozen=True, slots=True)
class Release:
    """The figures that may be shown, by the small-numbers rule, out of so many `respondents`."""

    number: int
    day: dt.date
    respondents: int
    counts: Counts


def latest(db: Connection, engagement_id: int) -> Release | None:
    """The newest release, or None before the first.

    A question keeps its older figures until 8 more people have answered it.
    """
    newest = _newest(db, engagement_id)
    if newest is None:
        return None
    held = _held(db, engagement_id)
    return Release(newest.number, newest.day, newest.respondents, {step: by[min(by)] for step, by in held.items()})


def make(db: Connection, engagement: Engagement, now: dt.datetime, *, closing: bool = False) -> int | None:
    """Count what no release has counted yet, if that is enough people; returns the number of the release, or None.

    One release counts so many at once that no turn waits; at close they are made until nothing is due.
    """
    number = None
    if closing or is_due(db, engagement.id):
        lock(db, engagement.id)
        while is_due(db, engagement.id):
            number = _renew(db, engagement.id, now.date())
            if not closing:
                break
    if closing and engagement.identity == "anonymous":
        _forget_who_was_last(db, engagement.id)
    return number


def due(db: Connection, engagements: Iterable[Engagement]) -> list[Engagement]:
    """Those of which anything waits to be freed or counted: asked every few seconds, so of all of them at once."""
    counted = _by_engagement(db, select(releases.c.engagement_id, func.max(releases.c.respondents)))
    uncounted = select(responses.c.engagement_id, func.count()).where(responses.c.release_id.is_(None))
    waiting = _by_engagement(db, uncounted)
    return [
        one
        for one in engagements
        if may_renew(counted.get(one.id), counted.get(one.id, 0) + waiting.get(one.id, 0))
        or (one.identity == "anonymous" and enough_wait(db, one.id))
    ]


def _by_engagement(db: Connection, wanted: Select[Any]) -> dict[int, int]:
    return {row[0]: row[1] for row in db.execute(wanted.group_by(wanted.selected_columns[0]))}


def is_due(db: Connection, engagement_id: int) -> bool:
    """Whether enough wait for a release."""
    newest = _newest(db, engagement_id)
    before = newest.respondents if newest else 0
    return may_renew(before if newest else None, before + _count_waiting(db, engagement_id))


def _count_waiting(db: Connection, engagement_id: int) -> int:
    return db.scalars(select(func.count()).select_from(_uncounted(engagement_id).subquery())).one()


def _renew(db: Connection, engagement_id: int, today: dt.date) -> int:
    newest, held = _newest(db, engagement_id), _held(db, engagement_id)
    known = cells.questions(db, engagement_id)
    rows = _fresh(db, engagement_id, known.at_once)
    sets = cells.open_sets(db, engagement_id, rows, known)
    totals = {step: Counter(by[max(by)]) for step, by in held.items()}
    for step, fresh in _count(sets).items():
        totals.setdefault(step, Counter()).update(fresh)
    whole = cells.begin(db, engagement_id, newest.id if newest else None)
    number = newest.number + 1 if newest else 1
    respondents = len(rows) + (newest.respondents if newest else 0)
    values = {"engagement_id": engagement_id, "number": number, "day": today, "respondents": respondents}
    made = db.scalars(insert(releases).values(values).returning(releases.c.id)).one()
    these = (responses.c.engagement_id == engagement_id, responses.c.respondent.in_([row.respondent for row in rows]))
    db.execute(update(responses).where(*these).values(release_id=made))
    counted = [
        {"release_id": made, "step": step, "option": option, "count": count}
        for step, counts in totals.items()
        for option, count in counts.items()
    ]
    if counted:
        db.execute(insert(release_counts), counted)
    _forget_counts(db, held, totals)
    cells.add(db, engagement_id, sets, known, show=whole)
    return number


def _fresh(db: Connection, engagement_id: int, most: int) -> Sequence[Row[Any]]:
    """The sets to count now: all that wait, or so many of them that what is left is enough for another release."""
    waiting = _count_waiting(db, engagement_id)
    these = (responses.c.engagement_id == engagement_id, responses.c.respondent.in_(_uncounted(engagement_id)))
    return db.execute(select(responses).where(*these).limit(waiting if waiting < most + STEP else most)).all()


def _count(sets: Iterable[cells.Whole]) -> dict[str, Counter[str]]:
    counts: dict[str, Counter[str]] = {}
    for one in sets:
        for step, values in one.said.items():
            counts.setdefault(step, Counter()).update((ANSWERED, *values))
    return counts


def come_apart(db: Connection, engagement_id: int, found: Iterable[Row[Any]]) -> dict[str, Counter[str]]:
    """Rows of (step, chosen, people) -> step -> value -> people. A step is of one kind in all editions."""
    ids = db.scalars(select(editions.c.id).where(editions.c.engagement_id == engagement_id)).all()
    kinds = {step.id: step.kind for flow in read_editions(db, ids).values() for step in flow.steps}
    counts: dict[str, Counter[str]] = {}
    for step, chosen, people in map(tuple, found):
        counts.setdefault(step, Counter()).update(dict.fromkeys((ANSWERED, *tally(kinds[step], chosen.split())), people))
    return counts


def _forget_counts(db: Connection, held: Mapping[str, Mapping[int, Mapping[str, int]]], totals: Counts) -> None:
    """Of each step keep the newest counts, to add to, and those that are shown until enough more have answered it."""
    stale = []
    for step, by in held.items():
        shown = by[min(by)][ANSWERED]
        renewed = may_renew(shown if shown >= FEWEST else None, totals[step][ANSWERED])
        stale += [(release, step) for release in by if renewed or release != min(by)]
    if stale:
        db.execute(delete(release_counts).where(tuple_(release_counts.c.release_id, release_counts.c.step).in_(stale)))


def _forget_who_was_last(db: Connection, engagement_id: int) -> None:
    """At close the mark of what was counted when has done its work, and would tell the last few sets from the rest."""
    newest = _newest(db, engagement_id)
    if newest:
        db.execute(update(responses).where(responses.c.engagement_id == engagement_id).values(release_id=newest.id))


def _newest(db: Connection, engagement_id: int) -> Row[Any] | None:
    wanted = select(releases).where(releases.c.engagement_id == engagement_id)
    return db.execute(wanted.order_by(releases.c.number.desc()).limit(1)).first()


def _held(db: Connection, engagement_id: int) -> dict[str, dict[int, dict[str, int]]]:
    """Step -> release id -> option -> count, of all counts that are kept."""
    kept = release_counts.c
    wanted = select(kept.step, kept.release_id, kept.option, kept["count"]).join(releases)
    held: dict[str, dict[int, dict[str, int]]] = {}
    for step, release, option, count in db.execute(wanted.where(releases.c.engagement_id == engagement_id)):
        held.setdefault(step, {}).setdefault(release, {})[option] = count
    return held


def _uncounted(engagement_id: int) -> Select[tuple[bytes]]:
    """The respondents no release has counted: found by their own index, however many have been counted."""
    some = responses.alias()
    return select(some.c.respondent).where(some.c.engagement_id == engagement_id, some.c.release_id.is_(None))
