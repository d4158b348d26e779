"""Whom staff want to have heard from: how many people there are of each option of a question, by a list they uploaded.

What is said of the difference is honest about chance: of a random sample this large, and nobody claims that this is one,
the share could be off by about so many in 100.
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import ceil, sqrt
from typing import Any

from sqlalchemy import Connection, delete, insert, select

from storage import codes
from storage.engagements import Engagement
from storage.figures.small_numbers import PERCENT_FROM, STAR
from storage.schema import populations

_SURE = 1.96  # of 20 random samples 19 lie within so many standard errors
_ROUNDED = 2  # how far a rounded figure can be from the true one


@dataclass(frozen=True, slots=True)
class Population:
    """One uploaded list: option -> people."""

    code: str
    name: str
    step: str
    totals: Mapping[str, int]
    source: str
    uploaded_at: dt.datetime


@dataclass(frozen=True, slots=True)
class Share:
    """One option: of 100 people who answered and of 100 who live there; `heard` is None where it may not be told."""

    option: str
    label: str
    there: int
    heard: int | None
    off: int  # by how many in 100 chance alone could move it, either way
    words: str


def keep(db: Connection, engagement: Engagement, population: Population, who: str) -> None:
    """Keep a list in place of an earlier one of the same question."""
    mine = (populations.c.engagement_id == engagement.id, populations.c.step == population.step)
    db.execute(delete(populations).where(*mine))
    row = {
        "code": population.code,
        "organisation_id": engagement.organisation_id,
        "name": population.name,
        "engagement_id": engagement.id,
        "step": population.step,
        "totals": json.dumps(population.totals),
        "source": population.source,
        "uploaded_by": who,
        "uploaded_at": population.uploaded_at,
    }
    db.execute(insert(populations).values(row))


def of(db: Connection, engagement_id: int) -> list[Population]:
    """The lists of an engagement, a question each."""
    rows = db.execute(select(populations).where(populations.c.engagement_id == engagement_id).order_by(populations.c.id))
    return [Population(row.code, row.name, row.step, json.loads(row.totals), row.source, row.uploaded_at) for row in rows]


def remove(db: Connection, engagement_id: int, code: str) -> bool:
    """Forget one; whether there was such a list."""
    mine = (populations.c.engagement_id == engagement_id, populations.c.code == code)
    return db.execute(delete(populations).where(*mine)).rowcount > 0


def compare(told: Mapping[str, Any], totals: Mapping[str, int]) -> list[Share]:
    """Each option of a released step that the list knows, by its share among those who answered one of them and in the list.

    Only from figures as they may be shown.
    """
    known = [option for option in told["options"] if option["id"] in totals]
    shown = {option["id"]: int(option["count"]) for option in known if option["count"] != STAR}
    answered = told["answered"]
    heard = sum(shown.values()) if len(shown) == len(known) else int(answered) if answered.isdecimal() else 0
    return [_share(option, shown.get(option["id"]), heard, totals, len(shown)) for option in known]


def _share(option: Mapping[str, Any], count: int | None, heard: int, totals: Mapping[str, int], options: int) -> Share:
    there = round(100 * totals[option["id"]] / sum(totals.values()))
    if count is None or heard < PERCENT_FROM:
        return Share(option["id"], option["label"], there, None, 0, "Too few to say.")
    of_100 = min(round(100 * count / heard), 100)
    off = _off(of_100, heard, options)
    return Share(option["id"], option["label"], there, of_100, off, _say(there, of_100, off))


def _off(of_100: int, heard: int, options: int) -> int:
    """How far the share may be from the true one, in 100: by chance, and by rounding of both figures."""
    share = min(max(of_100 / 100, 1 / heard), 1 - 1 / heard)
    chance = _SURE * sqrt(share * (1 - share) / heard)
    rounding = _ROUNDED * (1 + options * share) / heard
    return max(1, ceil(100 * (chance + rounding)))


def _say(there: int, heard: int, off: int) -> str:
    if abs(heard - there) <= off:
        return "About as many as there are, as far as we can tell."
    many = "more" if heard > there else "fewer"
    return f"We heard from {many} of them: {heard} in 100 who answered, {there} in 100 of this population."


def make(name: str, step: str, totals: Mapping[str, int], source: str, now: dt.datetime) -> Population:
    """A list not kept yet."""
    return Population(codes.make(), name, step, totals, source, now)


class TotalsError(Exception):
    """A list that cannot be used; the message says why and what to do."""


def match(rows: Sequence[tuple[str, int]], options: Mapping[str, str]) -> dict[str, int]:
    """Option id -> people, from rows of (what it is called, people). Raises TotalsError.

    `options` is id -> label; a row may name either, in letters of any size.
    """
    known = {name.casefold().strip(): option for option, label in options.items() for name in (option, label)}
    found: dict[str, int] = {}
    for name, people in rows:
        option = known.get(name.casefold().strip())
        if option is None:
            raise TotalsError(
                f"There is no answer {name[:60]!r} to this question. Its answers are: {', '.join(options.values())}."
            )
        if option in found:
            raise TotalsError(f"{name[:60]!r} stands there twice. Keep one line for each answer.")
        if not 0 <= people <= MOST_PEOPLE:
            raise TotalsError(f"The number beside {name[:60]!r} is not a number of people.")
        found[option] = people
    if len(found) < 2 or sum(found.values()) == 0:  # noqa: PLR2004 - one alone has nothing to be compared with
        raise TotalsError("The list needs at least two answers with people beside them.")
    return found


MOST_PEOPLE = 10**10

LABEL = "This is not a random sample. It is not representative; do not generalise from it."
"""What always stands beside such a comparison."""
