"""What staff write of a broadcast: made, saved, copied, read in other languages, repeated, and followed by a reminder."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, delete, func, insert, or_, select, update

from conversations import hours, merge_fields
from conversations.hours import HourError
from storage import audit, codes
from storage.broadcasting import broadcasts, criteria
from storage.broadcasting.broadcast_rows import CANCELLED, DRAFT, SCHEDULED, SORTS, Broadcast, Words
from storage.broadcasting.broadcasts import SELF, Refusal, late_after, move
from storage.broadcasting.criteria import Invited
from storage.schema import broadcast_texts, engagements, segments
from storage.schema import broadcasts as table
from storage.staffing.preferences import Preferences

REMINDERS = 2
"""How often those who have not answered are reminded of one engagement (EV-03); people under 18 hear the first only."""


@dataclass(frozen=True, slots=True)
class Draft:
    """A broadcast as staff write it. `words` by language; `engagement` is a slug, `segment` a code, `criteria` JSON.

    With a `segment` the audience is what that says now, and `criteria` is not looked at.
    """

    title: str
    words: Mapping[str, str] = field(default_factory=dict)
    sort: str = "engagement"
    purpose: str = "invites"
    engagement: str = ""
    reminds: bool = False
    segment: str = ""
    criteria: str = "{}"
    english_for_all: bool = False
    local_at: str = ""
    repeats: str = ""
    zone: str = "Europe/London"


def faults(draft: Draft) -> list[str]:
    """What keeps it from being handed in, in sentences. A draft may be saved with them; it cannot be submitted."""
    found = [] if draft.title.strip() else ["Give it a title. Only staff see it."]
    found += merge_fields.faults(draft.words, opens=bool(draft.engagement))
    if draft.reminds and not draft.engagement:
        found.append("Choose what people are reminded of.")
    if draft.repeats and not draft.local_at:
        found.append("Choose when the first one goes out; the others follow it.")
    return found


def make(db: Connection, place: tuple[int, int], draft: Draft, staff: str, now: dt.datetime) -> Broadcast:
    """A new draft. `place` is (organisation id, bot id). Raises Refusal."""
    return _add(db, place, _columns(db, place[0], draft), _fresh(draft.words), staff, now, "make-broadcast")


def save(db: Connection, one: Broadcast, draft: Draft, staff: str, now: dt.datetime) -> Broadcast:
    """Write `draft` over what `one` was; any approval is void. Raises StaleError when somebody saved since `one` was read.

    Whoever saves one that is going out stops it: its new words go out once they are handed in and it is resumed.
    """
    wanted = _columns(db, one.organisation_id, draft)
    if one.started_at and any(wanted[name] != getattr(one, name) for name in wanted if name != "title"):
        raise Refusal("This has begun to go out. Its words can still be changed; who gets it, when and what it opens cannot.")
    whole = or_(table.c.started_at.is_not(None), table.c.frozen_to == 0)  # not while half of its audience is chosen
    void = {"approved_by": "", "approved_at": None, "why": ""}
    void |= {} if one.started_at else {"due_at": None, "late_at": None}
    values = wanted | void | {"version": one.version + 1, "written_by": staff}
    move(db, one, "save", staff, now, where=[whole], same_words=True, values=values)
    _write(db, one.id, _still_read(one, merge_fields.tidy(draft.words)))
    return _find(db, one.organisation_id, one.code)


def have_read(db: Connection, one: Broadcast, language: str, staff: str, now: dt.datetime) -> None:
    """Say, as a second person, that these words in another language tell what the English ones do; before, nobody gets them.

    Whoever was shown it before to approve it is shown it again.
    """
    if staff == one.written_by:
        raise Refusal("You wrote these words, so somebody else has to read them. Ask a colleague.")
    move(db, one, "read", staff, now, language, values={"version": table.c.version + 1})
    mine = (broadcast_texts.c.broadcast_id == one.id, broadcast_texts.c.language == language)
    same = broadcast_texts.c.words == (one.texts[language].words if language in one.texts else "")
    if not db.execute(update(broadcast_texts).where(*mine, same).values(approved_by=staff)).rowcount:
        raise Refusal("These words have changed meanwhile. Read them again.")


def copy(db: Connection, one: Broadcast, staff: str, now: dt.datetime, **changed: Any) -> Broadcast:
    """A draft with the same words and audience, to go out once, at a time to be chosen."""
    values = {name: getattr(one, name) for name in _COPIED} | {"title": f"{one.title} (copy)", "reminds": False} | changed
    return _add(db, (one.organisation_id, one.bot_id), values, one.texts, staff, now, "copy-broadcast")


def remind(db: Connection, one: Broadcast, staff: str, now: dt.datetime) -> Broadcast:
    """A draft for those whom `one` invited and who have not answered. Raises Refusal when they were reminded often enough."""
    if one.engagement_id is None:
        raise Refusal("Nobody was asked anything by this one, so there is nothing to remind people of.")
    before = (table.c.engagement_id == one.engagement_id, table.c.reminds, table.c.state != CANCELLED)
    if db.scalars(select(func.count()).select_from(table).where(*before)).one() >= REMINDERS:
        raise Refusal(f"People are reminded of one thing {REMINDERS} times at most, and they have been.")
    wanted = criteria.read(one.criteria)
    if not one.reminds:  # a second reminder is for those whom the first was for
        wanted = replace(wanted, invited=(*wanted.invited, Invited(one.code)))
    for_them = {"segment_id": None, "criteria": criteria.write(wanted)}
    return copy(db, one, staff, now, title=f"{one.title} (reminder)", reminds=True, purpose="reminders", **for_them)


def follow(db: Connection, one: Broadcast, wanted: Preferences, now: dt.datetime) -> Broadcast | None:
    """The next of a row, made when one of it is done; None when nothing follows, and then `why` says so if that is a fault.

    It goes by the approval there is: its words are the same, for whoever changes one voids that, and if it would go to more
    people than were approved `departures.begin` has it approved again.
    """
    if not one.repeats:
        return None
    row = one.repeat_of or one.id
    if db.scalar(select(table.c.id).where(table.c.repeat_of == row, table.c.id > one.id).limit(1)):
        return None  # it was done before, and went on for a letter nobody knew of
    first = db.scalar(select(table.c.local_at).where(table.c.id == row)) or one.local_at
    local, due = one.local_at, now
    try:
        while due <= now and local:
            local = hours.next_time(one.repeats, local, ZoneInfo(one.zone), first)
            due = hours.instant(local, ZoneInfo(one.zone)) if local else now
    except HourError as error:
        db.execute(update(table).where(table.c.id == one.id).values(why=ENDS_HERE.format(error)))
        return None
    if not local:
        return None
    values = {name: getattr(one, name) for name in (*_COPIED, *_OF_A_ROW)}
    values |= {"local_at": local, "due_at": due, "late_at": late_after(due, wanted), "repeat_of": row}
    return _add(db, (one.organisation_id, one.bot_id), values, one.texts, SELF, now, "repeat-broadcast", SCHEDULED)


# --- Rows


def _columns(db: Connection, organisation_id: int, draft: Draft) -> dict[str, Any]:
    """The columns that staff choose. Raises Refusal for what is none of the organisation's, and for an hour there is not."""
    if draft.sort not in SORTS:
        raise Refusal(f"Choose what sort of message it is: {', '.join(SORTS)}.")
    engagement = segment = None
    wanted = draft.criteria
    if draft.engagement:
        mine = (engagements.c.organisation_id == organisation_id, engagements.c.slug == draft.engagement)
        engagement = db.scalar(select(engagements.c.id).where(*mine))
        if engagement is None:
            raise Refusal("What the button was to open is not here any more. Choose something else.")
    if draft.segment:
        mine = (segments.c.organisation_id == organisation_id, segments.c.code == draft.segment)
        row = db.execute(select(segments.c.id, segments.c.criteria).where(*mine)).first()
        if row is None:
            raise Refusal("That saved audience is not here any more. Choose another.")
        segment, wanted = row
    try:
        zone = ZoneInfo(draft.zone)
        if draft.local_at:
            hours.instant(draft.local_at, zone)
            hours.next_time(draft.repeats, draft.local_at, zone)
    except HourError as error:
        raise Refusal(str(error)) from None
    return {
        "title": draft.title.strip()[:200], "sort": draft.sort, "purpose": draft.purpose, "engagement_id": engagement,
        "reminds": draft.reminds, "segment_id": segment, "criteria": wanted, "english_for_all": draft.english_for_all,
        "local_at": draft.local_at, "zone": draft.zone, "repeats": draft.repeats,
    }  # fmt: skip


ENDS_HERE = "Nothing follows this one: {} Copy it, and choose another time."
_COPIED = ("title", "sort", "purpose", "engagement_id", "reminds", "segment_id", "criteria", "english_for_all", "zone")
_OF_A_ROW = ("repeats", "written_by", "approved_by", "approved_at", "counted", "counted_young")


def _fresh(words: Mapping[str, str]) -> dict[str, Words]:
    return {tag: Words(said) for tag, said in merge_fields.tidy(words).items()}


def _still_read(one: Broadcast, words: Mapping[str, str]) -> dict[str, Words]:
    """Words with whoever has read them, where neither they nor the English ones are others now."""
    same_english = words.get("en") == one.texts.get("en", Words("")).words
    kept = {tag: was.approved_by for tag, was in one.texts.items() if same_english and words.get(tag) == was.words}
    return {tag: Words(said, kept.get(tag, "")) for tag, said in words.items()}


def _add(
    db: Connection,
    place: tuple[int, int],
    values: Mapping[str, Any],
    texts: Mapping[str, Words],
    staff: str,
    now: dt.datetime,
    verb: str,
    state: str = DRAFT,
) -> Broadcast:
    code = codes.make()
    row = {"written_by": staff, **values, "code": code, "organisation_id": place[0], "bot_id": place[1], "state": state}
    made = db.scalars(insert(table).values(**row, made_at=now).returning(table.c.id)).one()
    _write(db, made, texts)
    audit.note(db, place[0], staff, verb, code, now)
    return _find(db, place[0], code)


def _write(db: Connection, broadcast_id: int, texts: Mapping[str, Words]) -> None:
    db.execute(delete(broadcast_texts).where(broadcast_texts.c.broadcast_id == broadcast_id))
    rows = [{"broadcast_id": broadcast_id, "language": tag, **one._asdict()} for tag, one in texts.items()]
    if rows:
        db.execute(insert(broadcast_texts), rows)


def _find(db: Connection, organisation_id: int, code: str) -> Broadcast:
    found = broadcasts.find(db, organisation_id, code)
    if found is None:
        raise Refusal("There is no such broadcast any more.")
    return found
