"""Letting answers go: anonymous ones are freed from the people who gave them, and figures are counted in releases.

A release counts each whole set of answers once. The first is made from 10 sets, the next from 8 more, so that no two
releases of one engagement, or of one question in it, tell what a few people said. Counts are exact and cumulative;
`storage.small_numbers` decides what of them is shown.
"""

from __future__ import annotations

import datetime as dt
import secrets
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import Connection, Row, Select, delete, func, insert, select, tuple_, update

from conversations.figures import tally
from conversations.session import Answer
from storage.answers import answer_row, read_answer
from storage.engagements import Engagement, mark_too_few, read_editions
from storage.keys import Keys, KeysError
from storage.schema import answers, editions, engagements, release_counts, releases, responses, sessions
from storage.sessions import drop, unseal
from storage.small_numbers import FEWEST, may_renew
from storage.unopened import ONE_FOLDER, GoneError, ShutError

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
    """Part finished anonymous answers from the people who gave them: at least 10 sets at a time, or at close.

    At close unfinished conversations are forgotten; when fewer than 10 finished in all, so are the finished ones, and
    the engagement is marked. Other identity modes are left as they are. What does not open here stays; with any of it
    nothing can be closed (KeysError), for those that open might be too few by themselves.
    """
    mine = sessions.c.engagement_id == engagement.id
    if engagement.identity != "anonymous" or not (closing or _enough_wait(db, engagement.id)):
        return Freed()
    _lock(db, engagement.id)
    rows = db.execute(select(sessions).where(mine, sessions.c.finished)).all()
    waiting, lost, shut = _open(db, keys, rows)
    if closing and shut:
        raise KeysError(NOT_CLOSED.format(len(shut), ONE_FOLDER))
    if closing:
        db.execute(delete(sessions).where(mine, ~sessions.c.finished))
    drop(db, lost)
    if len(waiting) < FEWEST and not closing:
        return Freed(0, len(lost))
    freed = _free(db, keys, engagement, waiting, now.date())
    drop(db, [row.id for row in rows if row.id not in shut])
    return Freed(freed, len(lost))


def _enough_wait(db: Connection, engagement_id: int) -> bool:
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
        for table in (answers, responses):
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
        whole.append({**row, "door": "", "day": today})
        place = (engagement.id, who, edition)
        parts += [answer_row(keys, place, step, replace(answer, language="und")) for step, answer in one.answers.items()]
    db.execute(insert(responses), whole)
    if parts:
        db.execute(insert(answers), parts)


NOT_CLOSED = "It stays open: {} people's answers in it do not open with this machine's key file, and would be lost. {}"

# --- Releasing figures


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
    """Count what no release has counted yet, if that is enough people; returns the number of the release, or None."""
    if not closing and not _is_due(db, engagement.id):
        return None
    _lock(db, engagement.id)
    number = _renew(db, engagement.id, now.date()) if _is_due(db, engagement.id) else None
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
        or (one.identity == "anonymous" and _enough_wait(db, one.id))
    ]


def _by_engagement(db: Connection, wanted: Select[Any]) -> dict[int, int]:
    return {row[0]: row[1] for row in db.execute(wanted.group_by(wanted.selected_columns[0]))}


def _is_due(db: Connection, engagement_id: int) -> bool:
    newest = _newest(db, engagement_id)
    before = newest.respondents if newest else 0
    waiting = db.scalars(select(func.count()).select_from(_uncounted(engagement_id).subquery())).one()
    return may_renew(before if newest else None, before + waiting)


def _renew(db: Connection, engagement_id: int, today: dt.date) -> int:
    newest, held = _newest(db, engagement_id), _held(db, engagement_id)
    totals = {step: Counter(by[max(by)]) for step, by in held.items()}
    for step, fresh in _count(db, engagement_id).items():
        totals.setdefault(step, Counter()).update(fresh)
    number = newest.number + 1 if newest else 1
    values = {"engagement_id": engagement_id, "number": number, "day": today, "respondents": 0}
    made = db.scalars(insert(releases).values(values).returning(releases.c.id)).one()
    these = (responses.c.engagement_id == engagement_id, responses.c.respondent.in_(_uncounted(engagement_id)))
    counted = db.execute(update(responses).where(*these).values(release_id=made)).rowcount
    respondents = counted + (newest.respondents if newest else 0)
    db.execute(update(releases).where(releases.c.id == made).values(respondents=respondents))
    rows = [
        {"release_id": made, "step": step, "option": option, "count": count}
        for step, counts in totals.items()
        for option, count in counts.items()
    ]
    if rows:
        db.execute(insert(release_counts), rows)
    _forget_counts(db, held, totals)
    return number


def _count(db: Connection, engagement_id: int) -> dict[str, Counter[str]]:
    """The answers of sets not counted yet. Ticks are kept together in `chosen`, so they come apart here."""
    theirs = (answers.c.engagement_id == engagement_id, answers.c.respondent.in_(_uncounted(engagement_id)))
    columns = (answers.c.step, answers.c.chosen)
    found = db.execute(select(*columns, func.count()).where(*theirs, ~answers.c.skipped).group_by(*columns)).all()
    return come_apart(db, engagement_id, found)


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


def _lock(db: Connection, engagement_id: int) -> None:
    """Wait for turns under way and for anyone else who counts, and keep both out until the transaction ends."""
    db.execute(select(engagements.c.id).where(engagements.c.id == engagement_id).with_for_update())
