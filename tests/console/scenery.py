"""An office in the middle of its week: people, messages in every state, figures, words to be read, and codes for addresses."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from sqlalchemy import Connection, insert, select, update

from conversations.session import Answer
from storage import audit, codes, engagements, organisations, schema
from storage.broadcasting import broadcasts, compositions, departures, groups, segments
from storage.broadcasting.broadcast_rows import Broadcast
from storage.broadcasting.broadcasts import Reach
from storage.broadcasting.compositions import Draft
from storage.broadcasting.criteria import Criteria
from storage.engagements import Engagement
from storage.figures import populations, releases
from storage.reading import quotes, readings, themes
from storage.staffing import drafts, enrolments, preferences, staff
from storage.staffing.preferences import Preferences
from storage.staffing.staff import Newcomer
from tests.console import workshops
from tests.console.office import BOT, Browser, Office
from tests.keeping.gatherings import CODES, gather
from tests.sending.mailing import enrol, make_ready
from tests.storage.test_stops import stop
from tests.storage.world import NOON, World, pick, write

WITH_CARE = Preferences(approval_above=10, undo_seconds=0)
CLINIC = """format = 1
id = "clinic"
kind = "consultation"
title.en = "Where should the new clinic be?"
identity = "confidential"
audience = "everyone"
[charter]
settles.en = "where the clinic is, and when it is open"
decided_by.en = "The delivery group"
can_change.en = "where it is and when it is open"
cannot_change.en = "how much money there is this year"
feedback_by = 2027-03-01
[[steps]]
id = "who"
kind = "choice"
ask.en = "Which best describes you?"
options = [{ id = "have", label.en = "I have long covid" }, { id = "care", label.en = "I care for someone who has" }]
[[steps]]
id = "first"
kind = "choices"
ask.en = "What would help you most?"
options = [
  { id = "nearer", label.en = "Nearer to home" },
  { id = "later", label.en = "Open in the evening" },
  { id = "phone", label.en = "By phone or video" },
]
[[steps]]
id = "wrong"
kind = "text"
ask.en = "What should we not get wrong?"
optional = true
[[steps]]
id = "may-quote"
kind = "yes-no"
ask.en = "May we quote you?"
quotes = true
optional = true
[[steps]]
id = "tell-me"
kind = "yes-no"
about = "me"
ask.en = "Shall we tell you what happens next?"
"""
WROTE = (
    "Not everyone can travel at nine. My good hours are after two.",
    "Please do not move it to the hospital site. Two buses and then a hill.",
    "Tell us what happened last time. Nobody ever came back to us.",
    "A waiting room with somewhere to lie down, and no bright lights.",
    "I look after my sister. Ask the people who care for someone as well.",
    "Phone calls tire me less than a screen. Let me choose.",
)
PLACES = ("ME14", "ME14", "ME15", "TN1", "CT2")
INVITED = (
    "You asked to hear when we plan something new near you, and now we do.\n"
    "{name}, we would like to know where the new clinic should be. It takes two minutes."
)
DAY = dt.timedelta(days=1)


@dataclass
class Scenery:
    """The office, and what stands for each part of an address, by what the address begins with."""

    office: Office
    lead: Browser
    colleague: Browser
    admin: Browser
    codes: dict[str, str]
    messages: dict[str, str]  # state -> code


def furnish(office: Office) -> Scenery:
    """Fill an office that is empty."""
    world = office.world
    world.do(lambda db: organisations.introduce(db, BOT, world.organisation_id))
    lead, colleague = office.staff("officer", "Sam Lee"), office.staff("officer", "Alex Kim")
    admin = office.staff("admin", "Robin Shah")
    clinic = _ask(world)
    world.do(lambda db: _read(db, world, clinic, lead.me.code, colleague.me.code))
    made = world.do(lambda db: _settle(db, world, lead.me.code))
    messages = _write(world, made["segments"], lead.me.code, colleague.me.code)
    handle = world.do(lambda db: _a_text(db, world, clinic))
    known = {
        **made,
        **CODES,
        **workshops.furnish(world),
        "broadcasts": messages["sending"],
        "staff": colleague.me.code,
        "handle": handle,
    }
    return Scenery(office, lead, colleague, admin, known, messages)


def _ask(world: World) -> Engagement:
    """An engagement that 134 people answered, that was changed since, and one that is still being written."""
    clinic = world.engage(source=CLINIC)
    for week in range(4):
        for door in ("telegram", "web"):
            said = [_say(number) for number in range(23 if door == "telegram" else 9)]
            world.answer_all(clinic, said, now=NOON - DAY * (24 - 7 * week), door=door)
    world.answer_all(clinic, [_say(number) | {"wrong": write(words)} for number, words in enumerate(WROTE)], now=NOON - 3 * DAY)
    stop(world, clinic, 21, {"who": pick("have")})
    world.do(lambda db: releases.make(db, clinic, NOON))
    changed = CLINIC.replace("What would help you most?", "What would help you first?")
    world.engage(source=changed)

    def more(db: Connection) -> None:
        engagements.make_link(db, clinic, "The library", NOON)
        again = changed.replace("Where should the new clinic be?", "Where should our new clinic be?")
        drafts.save(db, world.organisation_id, "clinic", again, drafts.NEW, "ann", NOON)

    world.do(more)
    return replace(clinic, state=engagements.OPEN)


def _say(number: int) -> dict[str, Answer]:
    """What one of those who answered said."""
    first = (("nearer",), ("later", "phone"), ("phone",), ("nearer", "later"), ("phone",))[number % 5]
    said = {"who": pick("care" if number % 3 == 0 else "have"), "first": pick(*first)}
    return said | {"may-quote": pick("yes" if number % 2 else "no")}


def _read(db: Connection, world: World, clinic: Engagement, lead: str, colleague: str) -> None:
    """Staff have read one text, named a theme, quoted one, and uploaded a population."""
    code = themes.add(db, clinic.id, "Getting there")
    said = readings.to_read(db, world.keys, clinic).said
    themes.put_on(db, clinic, code, [said[0].place], lead, NOON)
    for one in said:
        if one.place[0] in quotes.permitted(db, clinic.id, {one.place[0]}):
            quotes.propose(db, world.keys, clinic, one.place, one.words, colleague, NOON)
            break
    totals = {"have": 900, "care": 600}
    kept = populations.Population(codes.make(), "Known to practices", "who", totals, "Practice list, 2026", NOON)
    populations.keep(db, clinic, kept, lead)


def _settle(db: Connection, world: World, lead: str) -> dict[str, str]:
    """People who can be written to, a group, a segment, preferences, an invited colleague; returns codes."""
    here = world.organisation_id
    preferences.write(db, here, {"approval_above": str(WITH_CARE.approval_above)})
    persons = enrol(db, world.keys, (here, BOT), range(1, 61), NOON.date())
    for number, person in enumerate(persons):
        code = db.scalars(select(schema.people.c.code).where(schema.people.c.id == person)).one()
        name = world.keys.seal("people.name", code, f"Łucja {number}".encode()) if number % 5 == 0 else None
        known = {"place": PLACES[number % 5], "name": name, "language": "cy" if number % 11 == 0 else "en"}
        db.execute(update(schema.people).where(schema.people.c.id == person).values(known))
    group = groups.make(db, here, "Reference group")
    found = groups.find(db, here, group)
    assert found
    groups.add(db, here, found, [code], NOON.date())
    clinic = engagements.find(db, here, "clinic")
    assert clinic
    gather(db, world, clinic.id, persons[0], found.id)
    wanted = Criteria(places=("ME14", "ME15"), wants=("invites",))
    segment = segments.make(db, here, "Maidstone, wants invitations", wanted, lead, NOON)
    for what, about in (
        ("open-engagement", "clinic"),
        ("reveal-name", f"{code}: they rang and asked"),
        ("export-results", "clinic"),
    ):
        audit.note(db, here, lead, what, about, NOON)
    db.execute(insert(schema.partners).values(code="hospice", organisation_id=here, name="Hillside Hospice"))
    newcomer = staff.invite(db, here, Newcomer("Jo Brand", "jo@example.org", "analyst"), "test", NOON)
    return {"people": code, "groups": group, "segments": segment, "enrol": enrolments.make(db, newcomer.id, NOON)}


def _write(world: World, segment: str, lead: str, colleague: str) -> dict[str, str]:
    """A message in every state that a message can rest in; returns state -> code."""
    here = world.organisation_id

    def look(code: str) -> Broadcast:
        found = world.do(lambda db: broadcasts.find(db, here, code))
        assert found
        return found

    def take(code: str, verb: str) -> None:
        one = look(code)
        if verb == "freeze":
            make_ready(world.do, one, NOON)
        else:
            world.do(lambda db: VERBS[verb](db, one, colleague if verb in {"approve", "return"} else lead))

    made = {}
    for title, verbs in MESSAGES.items():
        draft = Draft(
            title,
            {"en": INVITED},
            engagement="clinic",
            segment=segment if "freeze" in verbs else "",
            local_at=LATER if verbs == APPROVED else "",
        )
        one = world.do(lambda db, draft=draft: compositions.make(db, (here, BOT), draft, lead, NOON))  # type: ignore[misc]
        for verb in verbs:
            take(one.code, verb)
        made[look(one.code).state] = one.code
    return made


def _send(db: Connection, one: Broadcast, whole: bool) -> None:  # noqa: FBT001 - rows of a table say it
    """What Telegram made of its letters: all of them, or the first two thirds."""
    letters = db.scalars(
        select(schema.outbox.c.id).where(schema.outbox.c.broadcast_id == one.id).order_by(schema.outbox.c.id)
    ).all()
    for number, letter in enumerate(letters if whole else letters[: len(letters) * 2 // 3]):
        state, reason = ("unknown", "no-answer") if number == 3 else ("failed", "blocked") if number == 5 else ("sent", "")
        values = {"state": state, "reason": reason, "ended_at": NOON, "tapped": number % 2 == 0 and state == "sent"}
        db.execute(update(schema.outbox).where(schema.outbox.c.id == letter).values(values))
    if whole:
        departures.finish(db, BOT, NOON)


def _a_text(db: Connection, world: World, clinic: Engagement) -> str:
    return readings.of_quotes(db, world.keys, clinic, quotes.ASKED)[0].handle


MANY = Reach(40, 0)
VERBS: dict[str, Callable[[Connection, Broadcast, str], object]] = {
    "submit": lambda db, one, who: broadcasts.submit(db, one, MANY, WITH_CARE, who, NOON),
    "approve": lambda db, one, who: broadcasts.approve(db, one, WITH_CARE, who, NOON),
    "return": lambda db, one, who: broadcasts.send_back(db, one, "Say how long it takes.", who, NOON),
    "pause": lambda db, one, who: broadcasts.pause(db, one, "The building is shut today.", who, NOON),
    "cancel": lambda db, one, who: broadcasts.cancel(db, one, who, NOON),
    "refuse": lambda db, one, _: departures.refuse(db, one, broadcasts.SHUT, NOON),
    "send some": lambda db, one, _: _send(db, one, whole=False),
    "send all": lambda db, one, _: _send(db, one, whole=True),
}
LATER = "2027-02-04T18:00"
APPROVED = ("submit", "approve")
MESSAGES: dict[str, Sequence[str]] = {
    "Come and look at the plans": (),
    "What came of your answers": ("submit",),
    "The map, again": ("submit", "return"),
    "Tea and a talk": APPROVED,
    "Where should the new clinic be?": (*APPROVED, "freeze", "send some"),
    "A shorter walk": (*APPROVED, "freeze", "pause"),
    "What we heard in autumn": (*APPROVED, "freeze", "send all"),
    "An evening in March": (*APPROVED, "refuse"),
    "The old map": ("cancel",),
}
"""Title -> what was done with it, one after the other."""
