"""The desk of one batch: what was loaded for it, what it will write, and what goes out afterwards."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection, Row

from bot.arrivals import TELEGRAM
from bot.house import House
from bot.told import Told
from conversations import hours, reading
from conversations.effects import Attention, Effect, Person, Quieten, Remember, Renew, Rest, Switch
from conversations.inputs import Input, Words
from conversations.records import NAME, OF_NEEDS, PLACE
from conversations.text import clean
from storage import engagements, erasure, failures, people, sessions
from storage.broadcasting import attention, switches
from storage.engagements import Engagement
from storage.events import needs
from storage.events.feeds import Entry
from storage.failures import Failure
from storage.groups.papers import Paper
from storage.groups.points import Point
from storage.letters import outbox, proofs
from storage.letters.outbox import Letter
from storage.letters.proofs import Invitation
from storage.people import Known
from storage.sessions import Change, Held

if TYPE_CHECKING:
    from bot.agenda import Agenda


CHAT = "chat"
"""Where a switch was turned that no engagement asked about."""


@dataclass(frozen=True, slots=True)
class Tapped:
    """A tap to be answered, with a few words or none. It is not kept: after a crash nobody waits for it."""

    query_id: str
    words: str = ""


@dataclass(slots=True)
class Outgoing:
    """What is to go out once the transaction is committed."""

    letters: list[Letter] = field(default_factory=list)
    tapped: list[Tapped] = field(default_factory=list)
    failed: int = 0  # arrivals that could not be dealt with


@dataclass(slots=True)
class Desk:
    """Loaded: known to finished. To be written: the rest, in the order of `write`."""

    house: House
    now: dt.datetime
    known: dict[bytes, Known] = field(default_factory=dict)
    away: Collection[bytes] = ()
    shelf: Mapping[int, Engagement] = field(default_factory=dict)
    languages: tuple[str, ...] = ("en",)
    links: Mapping[str, engagements.Link] = field(default_factory=dict)
    invitations: Mapping[str, Invitation] = field(default_factory=dict)  # broadcast code -> what its button opens
    attention: Mapping[int, Attention] = field(default_factory=dict)  # of those whose input is about it
    held: dict[int, list[Held]] = field(default_factory=dict)
    shut: Sequence[Row[Any]] = ()  # conversations that do not open here
    at_menu: Collection[int] = ()  # people whose input may need the menu
    finished: Collection[tuple[int, int]] = ()  # (person id, engagement id), of those at the menu
    entries: Mapping[str, Entry] = field(default_factory=dict)  # place code -> what somebody wants for their calendar
    agenda: Agenda | None = None  # of a batch with an input about an event
    papers: Mapping[str, Sequence[Paper]] = field(default_factory=dict)  # code of a date -> those whose files may be sent
    points: Mapping[int, Sequence[Point]] = field(default_factory=dict)  # of people who ask for those they raised
    needs: Mapping[int, Sequence[tuple[str, str]]] = field(default_factory=dict)  # kept of people who are asked about them

    changes: list[Change] = field(default_factory=list)
    renewed: list[tuple[int, int]] = field(default_factory=list)  # (person id, engagement id) of what is answered once more
    persons: list[tuple[Known, Person, Held | int | None]] = field(default_factory=list)
    openings: dict[int, str] = field(default_factory=dict)
    addresses: dict[bytes, tuple[int, int]] = field(default_factory=dict)
    wishes: list[dict[str, object]] = field(default_factory=list)
    switched: list[dict[str, object]] = field(default_factory=list)
    told: Told = field(default_factory=Told)
    settled: list[tuple[int, dict[str, object]]] = field(default_factory=list)  # person id, columns of theirs -> values
    states: dict[bytes, str] = field(default_factory=dict)
    turned: dict[bytes, int] = field(default_factory=dict)
    erased: dict[int, str] = field(default_factory=dict)
    proven: list[tuple[int, int]] = field(default_factory=list)  # (broadcast id, person id) of invitations that arrived
    failed: list[Failure] = field(default_factory=list)
    out: Outgoing = field(default_factory=Outgoing)
    _readings: dict[Words, Input | None] = field(default_factory=dict)

    def keep(self, known: Known, held: Held | None, effects: Sequence[Effect], language: str) -> None:
        """What somebody said or settled about themselves."""
        for effect in effects:
            match effect:
                case Remember() if held:
                    self.wish(known, held, effect)
                case Switch(given):
                    self.switch(known, given, CHAT, language, self.today)
                case Rest(until):
                    self.settle(known, paused_until=until)
                case Renew(still):
                    self.told.renew(known, self.today, still=still)
                case Quieten(hours):
                    self.settle(known, quiet=hours)

    def wish(self, known: Known, held: Held, effect: Remember) -> None:
        """Keep an answer about the person with their record; what helps them has a place of its own there, and may go sooner."""
        self._set_record(known, held, effect)
        if effect.record in OF_NEEDS:
            return
        row = f"{known.code}.{held.engagement.id}.{effect.step}"
        text = effect.answer.text
        self.wishes.append(
            {
                "person_id": known.id,
                "engagement_id": held.engagement.id,
                "step": effect.step,
                "edition_id": held.edition_id,
                "language": effect.answer.language,
                "chosen": " ".join(effect.answer.chosen),
                "sealed": self.house.keys.seal("wishes.sealed", row, text.encode()) if text else None,
            }
        )

    def _set_record(self, known: Known, held: Held, effect: Remember) -> None:
        """What else an answer about the person sets; leaving it out sets nothing."""
        answer, source = effect.answer, f"{held.engagement.slug}.{effect.step}"
        today = self.today.replace(day=1) if held.engagement.identity == "anonymous" else self.today  # not when they finished
        self.switch(known, effect.switches, source, answer.language, today)
        self.told.take(known, held.engagement, effect, today)
        if effect.record == NAME and answer.text:
            name = " ".join(answer.text.split())
            self.settle(known, name=self.house.keys.seal("people.name", known.code, name.encode()))
        if effect.record == PLACE and answer.chosen:
            self.settle(known, place=answer.chosen[0], nation=hours.nation_of(answer.chosen[0]))

    def switch(self, known: Known, given: Mapping[str, bool], source: str, language: str, on_day: dt.date) -> None:
        """Note what somebody wants to hear about and what not, and where they said so."""
        shared = {"person_id": known.id, "source": source, "language": language, "on_day": on_day}
        self.switched += [{**shared, "purpose": purpose, "given": wanted} for purpose, wanted in given.items()]

    def read(self, given: Words) -> Input | None:
        """The command or control in what somebody typed, read once however many ask."""
        if given not in self._readings:
            self._readings[given] = reading.interpret(clean(given.text))
        return self._readings[given]

    def settle(self, known: Known, **values: object) -> None:
        """Note columns of a person that are none of the turn's business."""
        self.settled.append((known.id, values))

    def offers(self, engagement_id: int) -> Collection[str]:
        """What people can do with the payment at an event, by the id of its engagement."""
        engagement = self.shelf.get(engagement_id)
        words = self.house.flows[engagement.edition_id].event if engagement else None
        return words.offers if words else ()

    @property
    def today(self) -> dt.date:
        """By the organisation's clock."""
        return self.now.astimezone(self.house.zone).date()

    def change_person(self, known: Known, person: Person, under_way: Held | int | None) -> None:
        """Note what is different about a person now; nothing when nothing is.

        `under_way` is the conversation typed words belong to, by its row where it has one.
        """
        new = isinstance(under_way, Held) and under_way.id is None
        at = under_way.id if isinstance(under_way, Held) else under_way
        was = (known.age_band, known.language, known.asking, known.about, known.stopped, known.session_id)
        if new or was != (person.age_band, person.language, person.asking, person.about, person.stopped, at):
            self.persons.append((known, person, under_way))

    def write(self, db: Connection) -> None:
        """Write everything, by set."""
        house, bot = self.house, self.house.bot_id
        if self.agenda:
            self.told.note(self.agenda.register, self.agenda.known, self.offers)
            self.agenda.write()
        needs.settle(db, house.keys, list(self.told.needs.values()), self.now)
        sessions.drop_finished(db, self.renewed)
        made = sessions.save(db, house.keys, self.changes, self.now)
        people.save(db, [_row(known, person, held, made) for known, person, held in self.persons])
        people.wait_for_age(db, self.openings)
        people.keep_address(db, house.keys, self.addresses)
        people.wish(db, self.wishes)
        switches.turn(db, self.switched)
        attention.settle(db, self.settled)
        people.set_states(db, bot, TELEGRAM, self.states)
        people.turn_away(db, bot, self.turned, self.now)
        erasure.forget(db, house.keys, self.erased, list(self.shelf.values()), self.now)
        proofs.note(db, self.proven)
        failures.keep(db, house.keys, bot, self.failed, self.now)
        outbox.write(db, house.keys, (house.organisation_id, bot), self.out.letters, house.claimer, self.now)


def _row(known: Known, person: Person, at: Held | int | None, made: Mapping[str, int]) -> dict[str, object]:
    if isinstance(at, Held):
        at = at.id if at.id is not None else made[at.session.code]
    return {
        "id": known.id,
        "age_band": person.age_band,
        "language": person.language,
        "asking": person.asking,
        "asking_about": person.about,
        "stopped": person.stopped,
        "session_id": at,
    }
