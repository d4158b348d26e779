"""Figures of groups: what was said by those of one language, door, partner, edition or month, or who said one thing elsewhere.

They are counted with each release, from the same whole sets of answers. What groups said to one question is renewed, of all
groups together, when 8 more of a group have answered it and of no other only a few; until then it stays as it was, so that
no few can be found by taking away. Of two questions only one table is kept, whichever of them is looked at first, for two
of different days would tell of those between.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Connection, Row, and_, case, delete, func, insert, select, tuple_, update

from conversations.figures import tally
from conversations.flow import Flow, Step
from conversations.questions import KINDS
from storage.engagements import read_editions
from storage.figures.small_numbers import FEWEST, STEP
from storage.schema import answers, editions, partners, release_cells, releases, responses
from storage.upserts import insert as upsert

ALL = ""
"""As a step: the people in a group at all; as an option: those who answered; as a value: anyone who answered."""

MOST_OPTIONS = 12
NOBODY = "-"
"""The value of a group for those who belong to none, such as no partner."""

_BUILT = "#"  # the `by` of the row that says how far cells are built, and with it that they are
_WHOLE = "~"  # its value when they are: after every respondent
MOST_AT_ONCE = 500
"""Sets of answers, fewer where there are many questions: it takes some 50 ms in which nobody else writes."""

_CELLS_AT_ONCE = 20_000

Key = tuple[str, str, str, str]
"""by, value, step, option."""


@dataclass(frozen=True, slots=True)
class Whole:
    """One person's finished answers, without the person: step -> what is counted of it, of what was not skipped."""

    groups: Mapping[str, str]  # by -> value
    said: Mapping[str, Sequence[str]]


@dataclass(frozen=True, slots=True)
class Questions:
    """The kind of every step of an engagement, and which of them are counted by group."""

    kinds: Mapping[str, str]
    closed: frozenset[str] = field(default_factory=frozenset)

    def pair(self, one: str, other: str) -> tuple[str, str]:
        """Of two questions the one whose answers make the groups: rather one that each person is in one group of."""
        return (one, other) if (self._many(one), one) < (self._many(other), other) else (other, one)

    @property
    def at_once(self) -> int:
        """How many sets are counted in one go."""
        return min(MOST_AT_ONCE, max(20, _CELLS_AT_ONCE // max(1, len(self.closed) ** 2)))

    def _many(self, step: str) -> bool:
        return KINDS[self.kinds[step]].many


def is_closed(step: Step) -> bool:
    """Whether it is counted by group: options to pick, and not too many."""
    kind = KINDS[step.kind]
    return kind.picks and not kind.ordered and step.about != "me" and len(step.options) <= MOST_OPTIONS


def questions(db: Connection, engagement_id: int) -> Questions:
    """The questions of all editions. A step is of one kind in all of them."""
    ids = db.scalars(select(editions.c.id).where(editions.c.engagement_id == engagement_id)).all()
    flows: Iterable[Flow] = read_editions(db, ids).values()
    steps = [step for flow in flows for step in flow.steps]
    return Questions({step.id: step.kind for step in steps}, frozenset(step.id for step in steps if is_closed(step)))


# --- Counting


def open_sets(db: Connection, engagement_id: int, rows: Sequence[Row[Any]], known: Questions) -> list[Whole]:
    """The sets of answers that rows of `responses` stand for."""
    said: dict[bytes, dict[str, Sequence[str]]] = {bytes(row.respondent): {} for row in rows}
    tongues: dict[bytes, Counter[str]] = {who: Counter() for who in said}
    columns = (answers.c.respondent, answers.c.step, answers.c.chosen, answers.c.language)
    theirs = (answers.c.engagement_id == engagement_id, answers.c.respondent.in_(said), ~answers.c.skipped)
    for who, step, chosen, language in db.execute(select(*columns).where(*theirs)):
        said[who][step] = tally(known.kinds[step], chosen.split())
        tongues[who][language] += 1
    names = _partners(db, {row.partner_id for row in rows} - {None})
    return [Whole(_groups(row, tongues[row.respondent], names), said[row.respondent]) for row in rows]


def _groups(row: Row[Any], tongues: Counter[str], names: Mapping[int, str]) -> dict[str, str]:
    """What somebody is in. Of an anonymous set only what at least ten share is known: the month, perhaps the edition."""
    shared = {"edition": str(row.edition_id), "month": row.day.strftime("%Y-%m")}
    if not row.door:
        return shared
    language = max(tongues, key=lambda tongue: (tongues[tongue], tongue), default=NOBODY)
    return shared | {"language": language, "door": row.door, "partner": names.get(row.partner_id, NOBODY)}


def _partners(db: Connection, ids: set[int]) -> dict[int, str]:
    wanted = select(partners.c.id, partners.c.code).where(partners.c.id.in_(ids))
    return {row.id: row.code for row in db.execute(wanted)} if ids else {}


def add(db: Connection, engagement_id: int, sets: Iterable[Whole], known: Questions, *, show: bool = True) -> None:
    """Count these sets by group, and show anew what enough more have answered."""
    counts: Counter[Key] = Counter()
    for one in sets:
        counts.update(_keys(one, known))
    if counts:
        rows = [{"engagement_id": engagement_id, **dict(zip(_KEY, key, strict=True)), "count": n} for key, n in counts.items()]
        fresh = upsert(db, release_cells)
        total = release_cells.c["count"] + fresh.excluded["count"]
        db.execute(fresh.on_conflict_do_update(index_elements=["engagement_id", *_KEY], set_={"count": total}), rows)
    if show:
        _show(db, engagement_id)


def _keys(one: Whole, known: Questions) -> Iterator[Key]:
    """Every cell that one set of answers is in."""
    said = {step: (ALL, *values) for step, values in one.said.items() if step in known.closed}
    for by, value in one.groups.items():
        yield by, value, ALL, ALL
        for step, options in said.items():
            for option in options:
                yield by, value, step, option
    steps = sorted(said)
    for place, first in enumerate(steps):
        for second in steps[place + 1 :]:
            by, step = known.pair(first, second)
            for value in said[by]:
                for option in said[step]:
                    yield by, value, step, option


def _show(db: Connection, engagement_id: int) -> None:
    """Show tables as they stand now of which enough more have come to a group, and to no group that is shown a few.

    All its groups are shown as of one moment: what hides a star in one group must not be told by an older figure of another.
    """
    cells, group = release_cells.c, release_cells.alias()
    more = group.c["count"] - group.c.shown
    one = (group.c.engagement_id == engagement_id, group.c.by != _BUILT, group.c.option == ALL)
    tables = select(group.c.by, group.c.step).where(*one)
    enough = tables.where(more >= case((group.c.shown == 0, FEWEST), else_=STEP))
    waits = tables.where(group.c.shown > 0, more > 0, more < STEP)
    large = select(group.c.by, group.c.value, group.c.step).where(*one, group.c["count"] >= FEWEST)
    renewed = (
        tuple_(cells.by, cells.step).in_(enough),
        tuple_(cells.by, cells.step).not_in(waits),
        tuple_(cells.by, cells.value, cells.step).in_(large),
    )
    db.execute(update(release_cells).where(cells.engagement_id == engagement_id, *renewed).values(shown=cells["count"]))


# --- Building what was counted before there were cells


def begin(db: Connection, engagement_id: int, newest: int | None) -> bool:
    """Before a release: from the next on they count cells. Returns whether cells hold all that was counted up to now.

    `newest` is the id of the release before, None when there is none.
    """
    if _find_mark(db, engagement_id) is None:
        _mark(db, engagement_id, _WHOLE if newest is None else ALL, newest or 0)
    return is_whole(db, engagement_id)


def is_whole(db: Connection, engagement_id: int) -> bool:
    """Whether the cells hold all that releases have counted."""
    mark = _find_mark(db, engagement_id)
    return mark is not None and mark[0] == _WHOLE


def build(db: Connection, engagement_ids: Iterable[int]) -> int:
    """Count some sets that were released before cells were kept; returns how many were looked at: 0 when all are counted."""
    for one in engagement_ids:
        mark = _find_mark(db, one)
        newest = db.scalar(select(func.max(releases.c.id)).where(releases.c.engagement_id == one))
        if newest is None or (mark and mark[0] == _WHOLE):
            continue
        after, last = mark or (ALL, newest)
        return _build(db, one, bytes.fromhex(after), last)
    return 0


def _build(db: Connection, engagement_id: int, after: bytes, last: int) -> int:
    """A slice of the sets up to the release `last`; those of later ones were counted with it."""
    here = (responses.c.engagement_id == engagement_id, responses.c.respondent > after)
    known = questions(db, engagement_id)
    rows = db.execute(select(responses).where(*here).order_by(responses.c.respondent).limit(known.at_once)).all()
    old = [row for row in rows if row.release_id is not None and row.release_id <= last]
    add(db, engagement_id, open_sets(db, engagement_id, old, known), known, show=len(rows) < known.at_once)
    _mark(db, engagement_id, rows[-1].respondent.hex() if len(rows) == known.at_once else _WHOLE, last)
    return max(len(rows), 1)


def start_again(db: Connection, engagement_id: int) -> None:
    """Forget cells half built: sets are about to be written under other names."""
    if not is_whole(db, engagement_id):
        db.execute(delete(release_cells).where(release_cells.c.engagement_id == engagement_id))


def _mark(db: Connection, engagement_id: int, value: str, last: int) -> None:
    cells = release_cells.c
    db.execute(delete(release_cells).where(cells.engagement_id == engagement_id, cells.by == _BUILT))
    row = {"engagement_id": engagement_id, "by": _BUILT, "value": value, "step": ALL, "option": ALL, "count": last}
    db.execute(insert(release_cells).values(row))


def _find_mark(db: Connection, engagement_id: int) -> tuple[str, int] | None:
    """After whom to go on, in hexadecimal, and the last release to look at."""
    cells = release_cells.c
    wanted = select(cells.value, cells["count"]).where(cells.engagement_id == engagement_id, cells.by == _BUILT)
    row = db.execute(wanted).first()
    return (row[0], row[1]) if row else None


# --- Reading


def read(db: Connection, engagement_id: int, by: str, step: str) -> dict[str, dict[str, int]]:
    """Value -> option -> how many, for `crossing.hide`; ALL: how many of the group answered.

    A group of which ten have not answered yet stands there as it is, to be hidden.
    """
    cells = release_cells.c
    mine = and_(cells.engagement_id == engagement_id, cells.by == by, cells.step == step)
    wanted = select(cells.value, cells.option, cells["count"], cells.shown).where(mine)
    found: dict[str, dict[str, tuple[int, int]]] = {}
    for value, option, count, shown in db.execute(wanted):
        found.setdefault(value, {})[option] = count, shown
    return {value: _figures(group) for value, group in found.items()}


def _figures(group: Mapping[str, tuple[int, int]]) -> dict[str, int]:
    """A group as it was last shown; one that never was as it is, but smaller than any that is shown."""
    if group[ALL][1]:
        return {option: shown for option, (_, shown) in group.items()}
    return {option: count for option, (count, _) in group.items()} | {ALL: min(group[ALL][0], FEWEST - 1)}


_KEY = ("by", "value", "step", "option")

ATTRIBUTES = ("language", "door", "partner", "edition", "month")
"""What groups people beside what they said."""
