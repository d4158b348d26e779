"""Quotes: what somebody wrote, redacted, that may be shown outside the team: if they agreed, and staff have looked twice.

They stand by themselves: nothing is told of who said it (rule 8 of the small numbers).
"""

from __future__ import annotations

import datetime as dt
import hashlib
import secrets
from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, Select, func, literal_column, select, update

from conversations.charter import OF_AGE
from conversations.questions import LONGEST_TEXT
from storage.engagements import Engagement, read_editions
from storage.keys import Keys
from storage.reading import readings
from storage.reading.handles import Place
from storage.schema import answers, editions, engagements, responses
from storage.schema import readings as rows
from storage.unopened import UnopenedError

ASKED, APPROVED, REFUSED = "asked", "approved", "refused"

QUOTED = rows.c.quote != literal_column("''")
"""Put like this SQLite knows the index by it."""


class QuoteError(ValueError):
    """What cannot be quoted, or not by this member of staff; the message says why."""


@dataclass(frozen=True, slots=True)
class Quote:
    """Words that may be shown, and the question they answer."""

    step: str
    words: str


@dataclass(frozen=True, slots=True)
class Draft:
    """Redacted words as staff work on them; `seen` names exactly these, for whoever approves them."""

    words: str
    state: str
    redacted_by: str
    approved_by: str
    seen: str


def needs_second(engagement: Engagement) -> bool:
    """Whether a second member of staff has to read it: wherever somebody under 18 may have written it."""
    return engagement.audience != OF_AGE


def permitted(db: Connection, engagement_id: int, who: Collection[bytes]) -> set[bytes]:
    """Which of these respondents said that they may be quoted, and nowhere that they may not."""
    asked = _asking(db, engagement_id)
    if not asked or not who:
        return set()
    told = select(answers.c.respondent, answers.c.edition_id, answers.c.step, answers.c.chosen)
    found = told.where(answers.c.engagement_id == engagement_id, answers.c.respondent.in_(who))
    said: dict[bytes, set[bool]] = {}
    for row in db.execute(found.where(answers.c.step.in_({step for _, step in asked}))):
        if (row.edition_id, row.step) in asked:
            said.setdefault(bytes(row.respondent), set()).add(row.chosen == YES)
    return {each for each, given in said.items() if given == {True}}


def _asking(db: Connection, engagement_id: int) -> set[tuple[int, str]]:
    """(edition id, step) of the questions whether somebody may be quoted."""
    ids = db.scalars(select(editions.c.id).where(editions.c.engagement_id == engagement_id)).all()
    return {(edition, step.id) for edition, flow in read_editions(db, ids).items() for step in flow.steps if step.quotes}


def approved(db: Connection, keys: Keys, engagement: Engagement) -> list[Quote]:
    """What may be shown of an engagement, in random order: of people whom a release has counted, while they permit it."""
    wanted = _kept(engagement).where(rows.c.quote == APPROVED, responses.c.release_id.is_not(None))
    if needs_second(engagement):
        wanted = wanted.where(rows.c.approved_by != rows.c.redacted_by)
    found = db.execute(wanted.where(rows.c.approved_by != "", rows.c.redacted.is_not(None))).all()
    free = permitted(db, engagement.id, {bytes(row.respondent) for row in found})
    told = [Quote(row.step, words) for row in found if bytes(row.respondent) in free and (words := _open(keys, row))]
    secrets.SystemRandom().shuffle(told)
    return told


def draft(db: Connection, keys: Keys, engagement: Engagement, place: Place) -> Draft | None:
    """What staff have made of one text so far."""
    row = db.execute(_kept(engagement).where(*_is(engagement, place))).first()
    if row is None or row.quote == "":
        return None
    words = _open(keys, row)
    return Draft(words, row.quote, row.redacted_by, row.approved_by, _mark(words))


def propose(db: Connection, keys: Keys, engagement: Engagement, place: Place, words: str, who: str, now: dt.datetime) -> str:
    """Keep redacted words as `who` would have them quoted; returns the state they are in. Raises QuoteError."""
    text = words.strip()
    if not text or len(text) > LONGEST_TEXT:
        raise QuoteError(f"Write the words to be quoted, at most {LONGEST_TEXT} letters.")
    if not readings.mark(db, engagement, [place], who, now):
        raise QuoteError(GONE)
    if place[0] not in permitted(db, engagement.id, {place[0]}):
        raise QuoteError("This person has not agreed to be quoted, so their words stay with the team.")
    state = ASKED if needs_second(engagement) else APPROVED
    sealed = keys.seal("readings.redacted", f"{engagement.id}.{place[0].hex()}.{place[1]}", text.encode())
    by = {"redacted_by": who, "approved_by": "" if state == ASKED else who}
    db.execute(update(rows).where(*_is(engagement, place)).values(redacted=sealed, quote=state, **by))
    return state


def approve(db: Connection, keys: Keys, engagement: Engagement, place: Place, seen: str, who: str) -> None:
    """Let words be shown, as the second who read them; `seen` is the mark of what they had before them. Raises QuoteError."""
    row = db.execute(_kept(engagement).where(*_is(engagement, place)).with_for_update(of=rows)).first()
    if row is None or row.quote != ASKED:
        raise QuoteError(GONE)
    if row.redacted_by == who:
        raise QuoteError("You chose these words. Somebody else has to read them before they are shown.")
    if _mark(_open(keys, row)) != seen:
        raise QuoteError("A colleague changed these words while you read them. Read them again.")
    if place[0] not in permitted(db, engagement.id, {place[0]}):
        raise QuoteError("This person has not agreed to be quoted, so their words stay with the team.")
    asked = (*_is(engagement, place), rows.c.quote == ASKED, rows.c.redacted_by != who)
    db.execute(update(rows).where(*asked).values(quote=APPROVED, approved_by=who))


def refuse(db: Connection, engagement: Engagement, place: Place) -> None:
    """Do not show it, or not any longer. Raises QuoteError."""
    mine = (*_is(engagement, place), rows.c.quote.in_((ASKED, APPROVED)))
    if not db.execute(update(rows).where(*mine).values(quote=REFUSED, approved_by="")).rowcount:
        raise QuoteError(GONE)


def waiting(db: Connection, organisation_id: int) -> dict[int, int]:
    """Engagement id -> how many quotes wait there for a second reader."""
    mine = select(engagements.c.id).where(engagements.c.organisation_id == organisation_id)
    asked = (rows.c.quote == ASKED, QUOTED, rows.c.engagement_id.in_(mine))
    counted = select(rows.c.engagement_id, func.count()).where(*asked).group_by(rows.c.engagement_id)
    return {row[0]: row[1] for row in db.execute(counted)}


def _kept(engagement: Engagement) -> Select[Any]:
    """Readings whose words are still there."""
    same = [
        (other.c.engagement_id == rows.c.engagement_id) & (other.c.respondent == rows.c.respondent)
        for other in (answers, responses)
    ]
    joined = select(rows).join(answers, same[0] & (answers.c.step == rows.c.step)).join(responses, same[1])
    return joined.where(rows.c.engagement_id == engagement.id, QUOTED)


def _is(engagement: Engagement, place: Place) -> tuple[ColumnElement[bool], ...]:
    return rows.c.engagement_id == engagement.id, rows.c.respondent == place[0], rows.c.step == place[1]


def _open(keys: Keys, row: Row[Any]) -> str:
    """Redacted words; none where they do not open here."""
    try:
        return keys.open("readings.redacted", f"{row.engagement_id}.{row.respondent.hex()}.{row.step}", row.redacted).decode()
    except UnopenedError:
        return ""


def _mark(words: str) -> str:
    return hashlib.sha256(words.encode()).hexdigest()


YES = "yes"
GONE = "This is not there any more, or a colleague has dealt with it. Load the page again."
