"""What the pages of a broadcast show: words throughout, made from rows."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any, TypeVar
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, select

from bot import campaigns, tongues
from bot.web.console.visits import Visit
from conversations import hours
from conversations.screens import LANGUAGE_NAMES
from conversations.text import FALLBACK, choose
from storage.broadcasting import audiences, broadcasts, criteria, reports
from storage.broadcasting.broadcast_rows import (
    DONE,
    FREEZING,
    HELD,
    PAUSED,
    RETURNED,
    RUNNING,
    SCHEDULED,
    SORTS,
    STATES,
    WAITING,
    Broadcast,
)
from storage.broadcasting.criteria import CriteriaError
from storage.broadcasting.switches import PURPOSES
from storage.schema import engagements, segments
from storage.staffing import staff

T = TypeVar("T")

MOVING = {SCHEDULED, FREEZING, RUNNING}
"""States in which the page renews itself."""

TONES = {WAITING: "warn", RETURNED: "warn", SCHEDULED: "good", RUNNING: "good", PAUSED: "warn", HELD: "bad", DONE: "good"}
NAMES = {
    "draft": "Draft",
    "waiting": "Waiting for approval",
    "returned": "Sent back",
    "scheduled": "Scheduled",
    "freezing": "Starting",
    "sending": "Going out",
    "paused": "Paused",
    "held": "Held",
    "done": "Done",
    "cancelled": "Stopped",
}
"""State -> its name in a list."""


def line(one: Broadcast) -> dict[str, str]:
    """One row of the list."""
    return {
        "code": one.code,
        "title": one.title or "Without a title",
        "state": NAMES[one.state],
        "tone": TONES.get(one.state, "quiet"),
        "when": when(one),
        "purpose": PURPOSES.get(one.purpose, one.purpose),
    }


def whole(db: Connection, visit: Visit, one: Broadcast) -> dict[str, Any]:
    """Everything on the page of one."""
    language = visit.asked("language") or FALLBACK
    language = language if language in one.texts else FALLBACK
    written = [tag for tag, _ in english_first(one.texts)] or [FALLBACK]
    return {
        "one": one,
        "state": NAMES[one.state],
        "tone": TONES.get(one.state, "quiet"),
        "sentence": _sentence(one, visit.now),
        "own": one.state == WAITING and one.written_by == visit.who.code,
        "may_change": broadcasts.can(one, "save") and visit.may("write-broadcasts"),
        "audience": _audience(db, visit, one),
        "progress": _progress(db, visit, one),
        "pairs": _pairs(db, visit, one),
        "language": language,
        "languages": [(tag, LANGUAGE_NAMES.get(tag, tag)) for tag in written],
        "unread": language != FALLBACK and language in one.texts and not one.texts[language].approved_by,
        "may_read": broadcasts.can(one, "read"),
        "seen": seen(db, visit, one, language),
        "advice": advise(one.texts[FALLBACK].words, _opens(db, visit, one)) if FALLBACK in one.texts else [],
    }


def seen(db: Connection, visit: Visit, one: Broadcast, language: str) -> dict[str, Any]:
    """The message as it comes, in the chat and on a locked screen."""
    shown = campaigns.preview(db, visit.house, one, language)
    return {
        "text": shown.text,
        "buttons": [shown.button] if shown.button else [],
        "locked": shown.lock_screen,
        "right_to_left": tongues.of(language).right_to_left,
    }


def advise(words: str, title: str) -> list[str]:
    """What a kind colleague would say about these English words, in sentences; `title` stands for {engagement}."""
    return list(dict.fromkeys(f"{one.what}; {one.do}" for one in campaigns.advise(words, title)))


def english_first(texts: Mapping[str, T]) -> list[tuple[str, T]]:
    """Texts by language, the one they are all held against before the others."""
    return sorted(texts.items(), key=lambda one: (one[0] != FALLBACK, one[0]))


def has_own_audience(one: Broadcast) -> bool:
    """Whether it goes to some people only, by criteria that no segment has, or has any more."""
    return one.segment_id is None and criteria.read(one.criteria) != criteria.Criteria()


OWN_AUDIENCE = "An audience of its own, which is not saved as a segment"


def moment(at: dt.datetime, zone: str) -> str:
    """An instant on somebody's clock: "Fri 26 Feb 2027, 18:00"."""
    local = at.astimezone(ZoneInfo(zone))
    return f"{tongues.day(local.date(), FALLBACK)}, {local:%H:%M}"


def when(one: Broadcast) -> str:
    """When it goes, went, or ended."""
    if one.ended_at:
        return moment(one.ended_at, one.zone)
    if one.due_at:
        return moment(one.due_at, one.zone)
    return _planned(one)


def _planned(one: Broadcast) -> str:
    day, _, hour = one.local_at.partition("T")
    return f"{tongues.day(dt.date.fromisoformat(day), FALLBACK)}, {hour}" if hour else "As soon as it may"


def _sentence(one: Broadcast, now: dt.datetime) -> str:
    """What state it is in, and what that means, as a sentence or two."""
    if one.state == SCHEDULED and one.due_at:
        left = max(0, round((one.due_at - now).total_seconds() / 60))
        soon = f" That is in {left} minute{'' if left == 1 else 's'}." if left <= _SOON else ""
        return f"It goes out on {moment(one.due_at, one.zone)}.{soon} Until then you can take it back."
    return f"It is {STATES[one.state]}."


_SOON = 90  # minutes


def _audience(db: Connection, visit: Visit, one: Broadcast) -> dict[str, Any]:
    """Whom it would go to now, or, once it is frozen, whom it was for."""
    if one.started_at:
        return _told_afterwards(db, one)
    try:
        sending, wanted = audiences.read(db, one.id, visit.now)
        tally = audiences.tally(db, wanted, sending)
    except CriteriaError as error:
        return {"words": str(error), "people": "0", "unit": "people", "note": "", "left_out": []}
    notes = []
    if tally.shifted:
        notes.append(f"{tally.shifted:,} of them get it later, after their quiet hours.")
    if tally.young:
        notes.append(f"{tally.young:,} of them are under 18 or did not say, so a colleague has to approve it.")
    return {
        "words": "As it stands now; it is counted again when it goes out.",
        "people": f"{tally.to_send:,}",
        "unit": "person" if tally.to_send == 1 else "people",
        "note": " ".join(notes),
        "left_out": [(_why(why), f"{people:,}") for why, people in tally.left_out.items()],
    }


def _told_afterwards(db: Connection, one: Broadcast) -> dict[str, Any]:
    account = reports.account(db, one)
    people = sum(account.states.values())
    return {
        "words": "As it was when it went out.",
        "people": f"{people:,}",
        "unit": "person" if people == 1 else "people",
        "note": "",
        "left_out": [(_why(why), f"{number:,}") for why, number in account.left_out.items()],
    }


def _why(reason: str) -> str:
    known = audiences.REASONS.get(reason)
    words = known.label if known else reason
    return words[:1].upper() + words[1:]


def _progress(db: Connection, visit: Visit, one: Broadcast) -> dict[str, Any] | None:
    """How far it is, and what became of everybody so far."""
    if not one.started_at:
        return None
    found, account = reports.progress(db, one, visit.now), reports.account(db, one)
    pairs = [("Sent", f"{found.sent:,}"), ("Waiting", f"{found.waiting + found.under_way:,}")]
    if found.later:
        pairs.append(("Of them, later", f"{found.later:,}, after their quiet hours"))
    pairs += [
        (f"Not sent: {reports.REASONS.get(why, f'Telegram said {why}')}", f"{people:,}") for why, people in account.failed.items()
    ]
    pairs += [("Nobody knows", f"{found.unknown:,}")] if found.unknown else []
    pairs += [("Left unsent", f"{found.left:,}")] if found.left else []
    pairs += [("Tapped the button", f"{account.tapped:,}")] if one.engagement_id else []
    pairs += [("Answered", f"{account.answered:,}")] if account.answered is not None else []
    if one.state == RUNNING:
        pairs += [("Pace", f"{found.pace:.0f} a second"), ("Time left", _span(found.seconds_left))]
    return {
        "through": f"{found.through:,}",
        "all": f"{found.total:,}",
        "most": max(found.total, 1),
        "value": found.through,
        "unknown": found.unknown,
        "pairs": pairs,
    }


def _span(seconds: float | None) -> str:
    """How long it may take, in words."""
    if seconds is None:
        return "not known yet"
    minutes = round(seconds / 60)
    return "less than a minute" if minutes < 1 else f"about {minutes} minute{'' if minutes == 1 else 's'}"


def _opens(db: Connection, visit: Visit, one: Broadcast) -> str:
    """The title of what its button opens; empty when it has none."""
    opened = db.scalar(select(engagements.c.edition_id).where(engagements.c.id == one.engagement_id))
    return choose(visit.house.know(db, [opened])[opened].title, FALLBACK) if opened else ""


def _pairs(db: Connection, visit: Visit, one: Broadcast) -> list[tuple[str, str]]:
    """What staff settled about it."""
    names = staff.names(db, visit.organisation_id)
    title = _opens(db, visit, one) or "Nothing"
    segment = db.scalar(select(segments.c.name).where(segments.c.id == one.segment_id))
    pairs = [
        ("Its button opens", title + (" (only for those who have not answered)" if one.reminds else "")),
        ("Audience", segment or (OWN_AUDIENCE if has_own_audience(one) else "Everybody who may be written to")),
        ("Sort", SORTS[one.sort]),
        ("For those who want", PURPOSES.get(one.purpose, one.purpose)),
        ("When", when(one)),
        ("How often", hours.REPEATS[one.repeats].name),
        ("Written by", names.get(one.written_by, "the bot itself")),
    ]
    if one.approved_by:
        pairs.append(("Approved by", names.get(one.approved_by, one.approved_by)))
    return pairs
