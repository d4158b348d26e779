"""Themes: what staff find that people write about, put on their words by hand. They count people, not texts."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterable
from dataclasses import dataclass

from sqlalchemy import Connection, delete, func, literal, select, true, tuple_, update

from storage import codes, upserts
from storage.engagements import CLOSED, Engagement
from storage.figures import small_numbers
from storage.figures.small_numbers import Cell
from storage.reading import readings
from storage.reading.handles import Place
from storage.schema import reading_themes, responses, themes
from storage.schema import readings as read

LONGEST = 80
MOST = 200


class ThemeError(ValueError):
    """A theme that cannot be; the message says why and what to do."""


@dataclass(frozen=True, slots=True)
class Theme:
    """One theme, and how many people wrote about it: for the core team only."""

    code: str
    name: str
    people: int = 0


def of(db: Connection, engagement_id: int) -> list[Theme]:
    """The themes of an engagement by name, with exact figures."""
    people = func.count(reading_themes.c.respondent.distinct())
    wanted = select(themes.c.code, themes.c.name, people).outerjoin(reading_themes).where(themes.c.engagement_id == engagement_id)
    rows = db.execute(wanted.group_by(themes.c.id, themes.c.code, themes.c.name))
    return sorted((Theme(*row) for row in rows), key=lambda theme: theme.name.casefold())


def names(db: Connection, engagement_id: int) -> dict[str, str]:
    """Code -> name, by name: without figures, for at many texts these take a while."""
    wanted = select(themes.c.code, themes.c.name).where(themes.c.engagement_id == engagement_id)
    return {row.code: row.name for row in sorted(db.execute(wanted), key=lambda row: row.name.casefold())}


def released(db: Connection, engagement: Engagement) -> dict[str, Cell] | None:
    """Name -> figure, as they may leave the team; None before the engagement is closed and all of it has been read.

    Until then each text that staff put a theme on would show as a step of one, and tell what one person wrote about.
    """
    waits = select(responses.c.respondent).where(responses.c.engagement_id == engagement.id, responses.c.unread == true())
    if engagement.state != CLOSED or db.execute(waits.limit(1)).first():
        return None
    wrote = select(func.count(read.c.respondent.distinct())).where(read.c.engagement_id == engagement.id)
    counts = {theme.name: theme.people for theme in of(db, engagement.id)}
    return small_numbers.row(counts, db.scalars(wrote).one(), exclusive=False)


def add(db: Connection, engagement_id: int, name: str) -> str:
    """A new theme; returns its code. Raises ThemeError."""
    known = names(db, engagement_id)
    if len(known) >= MOST:
        raise ThemeError(f"There are {MOST} themes already. Put some together first.")
    row = {"code": codes.make(), "engagement_id": engagement_id, "name": _clean(name, known.values())}
    made = db.execute(upserts.insert(db, themes).on_conflict_do_nothing().returning(themes.c.code), row).first()
    if made is None:  # a colleague was a moment faster
        raise ThemeError(TWICE)
    return str(made.code)


def rename(db: Connection, engagement_id: int, code: str, name: str) -> None:
    """Call a theme something else. Raises ThemeError."""
    wanted = _clean(name, [other for key, other in names(db, engagement_id).items() if key != code])
    db.execute(update(themes).where(themes.c.id == _find(db, engagement_id, code)).values(name=wanted))


def merge(db: Connection, engagement_id: int, code: str, into: str) -> None:
    """Put one theme into another: what was under it is under that, and it is gone. Raises ThemeError."""
    old, new = _find(db, engagement_id, code), _find(db, engagement_id, into)
    if old == new:
        raise ThemeError("Choose another theme to put it into.")
    key = [reading_themes.c[name] for name in ("engagement_id", "respondent", "step")]
    under = select(*key, literal(new)).where(reading_themes.c.theme_id == old)
    fresh = upserts.insert(db, reading_themes).from_select([*(column.name for column in key), "theme_id"], under)
    db.execute(fresh.on_conflict_do_nothing())
    remove(db, engagement_id, code)


def remove(db: Connection, engagement_id: int, code: str) -> None:
    """Take a theme away, off every text. Raises ThemeError."""
    db.execute(delete(themes).where(themes.c.id == _find(db, engagement_id, code)))


def put_on(db: Connection, engagement: Engagement, code: str, places: Collection[Place], who: str, now: dt.datetime) -> int:
    """Put a theme on texts, which `who` of staff has read by that; returns on how many. Raises ThemeError."""
    theme = _find(db, engagement.id, code)
    read = readings.mark(db, engagement, places, who, now)
    if read:
        rows = [{"engagement_id": engagement.id, "respondent": each, "step": step, "theme_id": theme} for each, step in read]
        db.execute(upserts.insert(db, reading_themes).on_conflict_do_nothing(), rows)
    return len(read)


def take_off(db: Connection, engagement: Engagement, code: str, places: Collection[Place]) -> int:
    """Take a theme off texts; returns off how many. Raises ThemeError."""
    key = tuple_(reading_themes.c.respondent, reading_themes.c.step).in_(list(places))
    mine = (reading_themes.c.engagement_id == engagement.id, reading_themes.c.theme_id == _find(db, engagement.id, code))
    return db.execute(delete(reading_themes).where(*mine, key)).rowcount


def _find(db: Connection, engagement_id: int, code: str) -> int:
    found = db.scalar(select(themes.c.id).where(themes.c.engagement_id == engagement_id, themes.c.code == code))
    if found is None:
        raise ThemeError("This theme is not there any more. A colleague may have put it into another one.")
    return int(found)


def _clean(name: str, others: Iterable[str]) -> str:
    wanted = " ".join(name.split())
    if not wanted or len(wanted) > LONGEST or not wanted.isprintable():
        raise ThemeError(f"Write a name for the theme, of at most {LONGEST} letters.")
    if wanted.casefold() in map(str.casefold, others):
        raise ThemeError(TWICE)
    return wanted


TWICE = "There is a theme with this name already. Use that one, or choose another name."
