"""Where people stop: before which question those stood who did not finish, counted when their conversation is let go."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, and_, case, exists, select, update

from conversations.flow import Flow
from conversations.session import Answer
from storage.engagements import Engagement, read_editions
from storage.figures import small_numbers
from storage.figures.small_numbers import FEWEST, LEAST, STEP, Cell
from storage.keys import Keys
from storage.schema import answers, stops
from storage.sessions import respondent, unseal
from storage.unopened import UnopenedError
from storage.upserts import insert as upsert

ALL = ""
"""The step under which all are counted who stopped anywhere."""

Said = dict[str, Answer]


def count(
    db: Connection, keys: Keys, rows: Sequence[Any], engagements: Mapping[int, Engagement], codes: Mapping[int, str]
) -> None:
    """Count where the unfinished conversations in `rows` of `sessions` stand; `codes` is person id -> code."""
    unfinished = [row for row in rows if not row.finished]
    if not unfinished:
        return
    flows = read_editions(db, {row.edition_id for row in unfinished})
    names = {row.id: _respondent(keys, engagements[row.engagement_id], codes.get(row.person_id, "")) for row in unfinished}
    said = _read(db, {(row.engagement_id, names[row.id]) for row in unfinished if names[row.id]})
    found: Counter[tuple[int, str]] = Counter()
    for row in unfinished:
        given = said.get((row.engagement_id, names[row.id]), {}) | _inside(keys, row)
        step = _stand(flows[row.edition_id], given)
        found.update([(row.engagement_id, step), (row.engagement_id, ALL)] if step else ())
    _add(db, found)


def _respondent(keys: Keys, engagement: Engagement, code: str) -> bytes:
    """The name their answers carry. Where nobody has a pseudonym nobody has said anything; to look for it would make the key."""
    known = engagement.identity == "named" or keys.has_pseudonyms(engagement.slug)
    return respondent(keys, engagement, code) if known and code else b""


def _read(db: Connection, wanted: set[tuple[int, bytes]]) -> dict[tuple[int, bytes], Said]:
    """What they have said, without a word of it: what was picked, and which questions were passed over."""
    columns = (answers.c.engagement_id, answers.c.respondent, answers.c.step, answers.c.chosen, answers.c.skipped)
    here = and_(answers.c.engagement_id.in_({place for place, _ in wanted}), answers.c.respondent.in_([who for _, who in wanted]))
    found: dict[tuple[int, bytes], Said] = {}
    for place, who, step, chosen, skipped in db.execute(select(*columns).where(here)) if wanted else ():
        found.setdefault((place, bytes(who)), {})[step] = Answer(tuple(chosen.split()), skipped=skipped)
    return found


def _inside(keys: Keys, row: Any) -> Said:
    try:
        return unseal(keys, row)[1]
    except UnopenedError:
        return {}


def _stand(flow: Flow, said: Said) -> str:
    """The question that waited; empty when none did."""
    step = flow.at(flow.course.walk(said, {}).place)
    return step.id if step else ""


def _add(db: Connection, found: Mapping[tuple[int, str], int]) -> None:
    """Add to the counts, and show those of an engagement anew when enough more have stopped."""
    if not found:
        return
    rows = [{"engagement_id": place, "step": step, "count": number} for (place, step), number in found.items()]
    fresh = upsert(db, stops)
    more = {"count": stops.c["count"] + fresh.excluded["count"]}
    db.execute(fresh.on_conflict_do_update(index_elements=["engagement_id", "step"], set_=more), rows)
    total = stops.alias()
    enough = total.c["count"] - total.c.shown >= case((total.c.shown == 0, FEWEST), else_=STEP)
    renewed = exists().where(total.c.engagement_id == stops.c.engagement_id, total.c.step == ALL, enough)
    mine = stops.c.engagement_id.in_({place for place, _ in found})
    db.execute(update(stops).where(mine, renewed).values(shown=stops.c["count"]))


def read(db: Connection, engagement_id: int, least: int = LEAST) -> tuple[str, dict[str, Cell]]:
    """How many stopped, and at which step, as it may leave the team; no steps while there are too few."""
    wanted = select(stops.c.step, stops.c.shown).where(stops.c.engagement_id == engagement_id)
    counts = {row.step: row.shown for row in db.execute(wanted)}
    stopped = counts.pop(ALL, 0)
    return small_numbers.total(stopped), small_numbers.row(counts, stopped, exclusive=True, least=least) or {}
