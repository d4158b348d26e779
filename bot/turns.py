"""Turns: all arrivals waiting at a moment, at most one a chat, taken in one transaction.

Load by set, decide each purely, write by set. Everything here is synchronous and runs inside the caller's transaction;
the caller commits, and only then is anything acknowledged or sent.
"""

from __future__ import annotations

import datetime as dt
import traceback
from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, replace

from sqlalchemy import Connection
from sqlalchemy.exc import DBAPIError

from bot import agenda, backstage, doorstep, facts, letters, packing, speech, voices
from bot.actions import act
from bot.addressing import address, stand
from bot.arrivals import TELEGRAM, Arrival
from bot.desk import Desk, Outgoing, Tapped
from bot.house import House
from conversations import reception
from conversations.effects import Calendar, Deed, Document, Effect, Erase, Go, Mark, Person, Say, Show, Toast
from conversations.inputs import Input, Invited, Link, Refused, Staff
from conversations.understanding import understand
from storage import engagements, erasure, people, seen, sessions
from storage.broadcasting import attention
from storage.events import feeds
from storage.failures import Failure
from storage.keys import KeysError
from storage.letters import outbox, proofs
from storage.letters.outbox import Settled
from storage.people import Known
from storage.sessions import Change, Held


def take_turns(
    db: Connection, house: House, arrivals: Sequence[Arrival], settled: Sequence[Settled], now: dt.datetime
) -> Outgoing:
    """Take `arrivals` (at most one a chat), record what became of letters; returns what may go out after the commit."""
    outbox.settle(db, settled, now)
    lost = {house.keys.lookup(house.bot_id, TELEGRAM, str(one.lost)): one.reason for one in settled if one.lost}
    people.set_states(db, house.bot_id, TELEGRAM, lost)
    marks = [one.mark for one in arrivals if one.mark]
    fresh = seen.take(db, house.bot_id, [one.update_id for one in arrivals] + marks, now.date())
    waiting = [one for one in arrivals if one.update_id in fresh and (not one.mark or one.mark in fresh)]
    return _take(db, house, waiting, now) if waiting else Outgoing()


def take_again(db: Connection, house: House, one: Arrival, now: dt.datetime) -> Outgoing:
    """Take an arrival that failed before, though its update has been seen."""
    return _take(db, house, [one], now)


def _take(db: Connection, house: House, waiting: Sequence[Arrival], now: dt.datetime) -> Outgoing:
    spoken = {house.keys.lookup(house.bot_id, TELEGRAM, str(one.chat_id)): one for one in waiting if one.given}
    desk = _load(db, house, spoken, now)
    for one in waiting:
        _attend(desk, one)
    for lookup, one in spoken.items():
        _try(db, desk, lookup, one)
    desk.write(db)
    return desk.out


def _load(db: Connection, house: House, spoken: Mapping[bytes, Arrival], now: dt.datetime) -> Desk:
    """Everything the batch may need, in as few statements as there are nouns."""
    desk = Desk(house, now)
    if not spoken:
        return desk
    desk.known = people.find(db, house.bot_id, TELEGRAM, list(spoken))
    new = [lookup for lookup in spoken if lookup not in desk.known]
    if new:
        desk.away = people.find_turned_away(db, house.bot_id, new, now)
        met = [lookup for lookup in new if lookup not in desk.away]
        place = (house.organisation_id, house.bot_id, TELEGRAM)
        desk.known |= people.meet(db, place, met, now.date())
    shelf = engagements.load(db, house.organisation_id, lock=True)
    house.know(db, {one.edition_id for one in shelf.values()})
    desk.shelf = house.serves(shelf)
    desk.languages = house.languages(desk.shelf)
    codes_met = {facts.link_in(one.given) for one in spoken.values()} | {one.opening for one in desk.known.values()}
    if codes_met - {""}:
        desk.links = engagements.follow(db, house.organisation_id, codes_met - {""})
    invited = {one.given.broadcast for one in spoken.values() if isinstance(one.given, Invited)}
    if invited:
        desk.invitations = proofs.follow(db, house.organisation_id, invited)
    settling = {one.id for lookup, one in desk.known.items() if facts.needs_attention(spoken[lookup].given, one)}
    if settling:
        desk.attention = attention.find(db, settling)
    _load_sessions(db, desk)
    desk.at_menu = {
        one.id for lookup, one in desk.known.items() if facts.needs_menu(spoken[lookup].given, one, desk.held.get(one.id, ()))
    }
    if desk.at_menu:
        desk.finished = sessions.finished_by(db, desk.at_menu)
    desk.agenda = agenda.load(db, desk, spoken)
    voices.recall(db, desk, spoken)
    return desk


def _load_sessions(db: Connection, desk: Desk) -> None:
    ids = {one.id: one.code for one in desk.known.values() if one.age_band}
    rows = sessions.read_rows(db, ids) if ids else ()
    if not rows:
        return
    editions = desk.house.know(db, {row.edition_id for row in rows})
    by = desk.now if desk.house.is_certain() else _LONG_AGO  # a wrong clock must not throw answers away
    held, expired, desk.shut = sessions.load(db, desk.house.keys, rows, ids, desk.shelf, editions, by)
    erasure.let_go(db, desk.house.keys, expired, desk.shelf)
    for one in held:
        desk.held.setdefault(one.person_id, []).append(one)


_LONG_AGO = dt.datetime(1970, 1, 2, tzinfo=dt.UTC)


def _attend(desk: Desk, one: Arrival) -> None:
    """What needs no turn: groups, blocking, taps to answer, and what could not be read."""
    if one.group and desk.house.leaves(one.chat_id, desk.now):
        desk.out.letters += letters.leave_group(desk.house, one.chat_id, desk.now)
    if one.state:
        desk.states[desk.house.keys.lookup(desk.house.bot_id, TELEGRAM, str(one.chat_id))] = one.state
    if one.query_id and not one.given:
        desk.out.tapped.append(Tapped(one.query_id))
    if one.trace:
        _fail(desk, one, "reading", one.trace)


def _fail(desk: Desk, one: Arrival, where: str, trace: str) -> None:
    lookup = desk.house.keys.lookup(desk.house.bot_id, TELEGRAM, str(one.chat_id)) if one.chat_id else b""
    desk.failed.append(Failure(where, packing.pack(one.update), trace, lookup))
    desk.out.failed += 1
    if one.chat_id:
        desk.out.letters.append(letters.apology(desk.house, one.chat_id, desk.now))
    if one.query_id:
        desk.out.tapped.append(Tapped(one.query_id))


def set_aside(db: Connection, house: House, one: Arrival, trace: str, now: dt.datetime) -> Outgoing:
    """Keep an arrival that cannot be written, sealed, so that it never blocks another person; they hear an apology."""
    desk = Desk(house, now)
    seen.take(db, house.bot_id, [one.update_id], now.date())
    _fail(desk, one, "writing", trace)
    desk.write(db)
    return desk.out


@dataclass(frozen=True, slots=True)
class _Taken:
    """One person's turn, decided: who they are now, where they stood and stand, and what to do."""

    person: Person
    before: Held | None
    after: Held | None
    effects: tuple[Effect, ...]


def _try(db: Connection, desk: Desk, lookup: bytes, one: Arrival) -> None:
    """One turn. What fails in deciding drops only this member, and nothing of theirs is written."""
    known = desk.known.get(lookup)
    try:
        with _undone_on_failure(db, desk, known, one):
            told = backstage.answer(db, desk.house, (lookup, one.chat_id), one.given, desk.now)
            person = facts.person(known, turned_away=lookup in desk.away)
            taken = _Taken(person, None, None, tuple(told)) if told else _decide(db, desk, known, person, one)
            if places := [effect.place for effect in taken.effects if isinstance(effect, Calendar)]:
                desk.entries = {**desk.entries, **feeds.find(db, desk.house.organisation_id, places)}
            sent = _express(desk, known, one, taken)
    except (DBAPIError, OSError, KeysError):
        raise  # the transaction is spoilt for all of them, or a key cannot be kept
    except Exception:  # noqa: BLE001 - a fault in one conversation must not stop the others
        _fail(desk, one, "deciding", traceback.format_exc())
        return
    desk.out.letters += sent.letters
    desk.out.tapped += sent.tapped
    if known and not told:
        _record(desk, lookup, known, one, taken)


def _undone_on_failure(db: Connection, desk: Desk, known: Known | None, one: Arrival) -> AbstractContextManager[object]:
    """What a turn does to others' places or to staff's business is undone with it; most turns do neither, and pay nothing."""
    if known and desk.agenda and known.id in desk.agenda.concerned:
        return desk.agenda.trying(db)
    return db.begin_nested() if backstage.read(one.given) else nullcontext()


def _decide(db: Connection, desk: Desk, known: Known | None, person: Person, one: Arrival) -> _Taken:
    given = one.given or Refused("nothing")
    if isinstance(given, Staff):  # of somebody who is no colleague, or none any more
        given = Refused("forged")
    taken = _respond(db, desk, known, person, given)
    if taken.person.age_band and taken.person.opening:  # the age question is answered: on to the link that was waiting
        link, grown = Link(taken.person.opening), replace(taken.person, opening="")
        then = _respond(db, desk, known, grown, link)
        taken = replace(then, effects=taken.effects + then.effects)
    onward = next((effect for effect in taken.effects if isinstance(effect, Go)), None) if desk.agenda else None
    if onward:
        then = _respond(db, desk, known, taken.person, onward.brings)
        return replace(then, effects=taken.effects + then.effects)
    return taken


def _respond(db: Connection, desk: Desk, known: Known | None, person: Person, given: Input) -> _Taken:
    who = stand(desk, known, person)
    if said := doorstep.come_in(desk, known, person, given):
        return _Taken(person, who.current, who.current, said)
    told = facts.gather(desk, who, given)
    flows = desk.house.by_hash
    meant = understand(flows, who.current.session if who.current else None, given, told)
    meant, before = address(desk, meant, who)
    if desk.agenda:
        told = facts.gather(desk, who, meant)
    turn = reception.receive(flows, before.session if before else None, meant, told)
    effects, session, grown = list(turn.effects), turn.session, turn.person or person
    for deed in [effect for effect in turn.effects if isinstance(effect, Deed)]:
        outcome = act(db, desk, replace(who, person=grown), before, deed)
        if outcome is None:
            break
        told = replace(told, person=grown) if desk.agenda is None else facts.gather(desk, replace(who, person=grown), meant)
        after = reception.receive(flows, session, outcome, told)
        effects += after.effects
        session, grown = after.session, after.person or grown
    after_held = sessions.moved(before, session) if before and session else None
    return _Taken(grown, before, after_held, tuple(effects))


def _express(desk: Desk, known: Known | None, one: Arrival, taken: _Taken) -> Outgoing:
    """What the person sees of a turn. Someone being erased or turned away leaves no row a letter could name."""
    stays = known and not taken.person.turned_away and not any(isinstance(effect, Erase) for effect in taken.effects)
    to = (known.id if known and stays else None, one.chat_id)
    language = taken.person.language
    out, toast = Outgoing(), None
    for effect in taken.effects:
        match effect:
            case Say():
                out.letters.append(letters.say(desk.house, to, effect, language, desk.now))
            case Show():
                out.letters.append(letters.photo(desk.house, to, effect, language, desk.now))
            case Mark() if one.message_id:
                out.letters.append(letters.mark(desk.house, to, one.message_id, effect, language, desk.now))
            case Calendar(place) if place in desk.entries:
                out.letters.append(letters.calendar(desk.house, to, desk.entries[place], language, desk.now))
            case Document(date, code):
                sent = voices.find_paper(desk, date, code)
                out.letters += [letters.paper(desk.house, to, *sent, language, desk.now)] if sent else []
            case Toast():
                toast = effect
    if one.query_id:
        out.tapped.append(Tapped(one.query_id, speech.toast(toast.line, language) if toast else ""))
    elif toast and not out.letters:  # it was typed, and something must answer
        out.letters.append(letters.say(desk.house, to, Say((toast.line,)), language, desk.now))
    return out


def _record(desk: Desk, lookup: bytes, known: Known, one: Arrival, taken: _Taken) -> None:
    """Everything of one turn that is to be written."""
    if any(isinstance(effect, Erase) for effect in taken.effects):
        desk.erased[known.id] = known.code
        return
    if taken.person.turned_away:
        desk.turned[lookup] = known.id
        return
    if isinstance(one.given, Invited) and (invitation := desk.invitations.get(one.given.broadcast)):
        desk.proven.append((invitation.broadcast_id, known.id))
    if known.state != "open":
        desk.states[lookup] = "open"
    if taken.person.age_band and not known.sealed:
        desk.addresses[lookup] = (known.address_id, one.chat_id)
    elif taken.person.opening != known.opening:
        desk.openings[known.address_id] = taken.person.opening
    if taken.after:
        flow = desk.house.flows[taken.after.edition_id]
        aside = frozenset(step.id for step in flow.steps if step.about == "me")
        before = taken.before if taken.before and taken.before.id is not None else None
        if before is None and (pair := (known.id, taken.after.engagement.id)) in desk.finished:
            desk.renewed.append(pair)
        desk.changes.append(Change(before, taken.after, aside))
    desk.keep(known, taken.after, taken.effects, taken.person.language)
    if taken.person.age_band and not known.age_band and (link := desk.links.get(known.opening or facts.link_in(one.given))):
        desk.settle(known, partner_id=link.partner_id)
    desk.change_person(known, taken.person, _under_way(known, taken))


def _under_way(known: Known, taken: _Taken) -> Held | int | None:
    """The conversation that typed words belong to from here on: none at the menu, else the one whose question stands last."""
    after = taken.after
    if after is None or after.session.finished or after.session.closed:
        return None
    asked = any(isinstance(effect, Say) and effect.rows for effect in taken.effects)
    return after if asked or after.id == known.session_id else known.session_id
