"""What the inputs of a batch are about, as far as that is an event."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from bot import doors, facts, told
from bot.desk import Desk
from conversations.events import answers
from conversations.inputs import Ask, Attend, Begin, Dates, Input, Invited, Open, Words
from storage.engagements import Engagement
from storage.people import Known


@dataclass(slots=True)
class Wanted:
    """What inputs are about: dates by code, engagements by id, and people's own diaries."""

    desk: Desk
    meets: Mapping[str, Engagement]
    codes: set[str] = field(default_factory=set)
    engagements: set[int] = field(default_factory=set)
    diarists: set[int] = field(default_factory=set)
    people: set[int] = field(default_factory=set)

    def any(self) -> bool:
        return bool(self.codes or self.engagements or self.diarists)

    def note(self, known: Known, given: Input | None) -> None:
        """What one person's input is about, if it is about an event; others of the batch may want the same."""
        one = Wanted(self.desk, self.meets)
        one._look(known, given)
        if one.any():
            self.people.add(known.id)
            self.codes |= one.codes
            self.engagements |= one.engagements
            self.diarists |= one.diarists

    def _look(self, known: Known, given: Input | None) -> None:
        match given:
            case Attend(_, code):
                self.codes.add(code)
            case Dates(slug) | Open(slug) | Begin(slug):
                self._note_slug(slug)
            case Invited(code) if invitation := self.desk.invitations.get(code):
                self._note_id(invitation.engagement_id)
            case Ask("events"):
                self.diarists.add(known.id)
            case Words() if known.asking in answers.SCREENS:
                self._note_screen(known)
        self.engagements |= told.under_way(self.desk.house.flows, self.desk.held.get(known.id, ()))
        if told.speaks_of_money(self.desk.house.flows, self.desk.held.get(known.id, ())):
            self.diarists.add(known.id)
        code = facts.link_in(given) or known.opening
        if door := doors.read(self.desk.house.keys.sign, code, self.desk.now).occasion:
            self.codes.add(door)
        link = self.desk.links.get(code)
        self._note_id(link.engagement_id if link else None)
        if isinstance(given, Words) and self.desk.read(given) == Ask("events"):
            self.diarists.add(known.id)

    def _note_screen(self, known: Known) -> None:
        if known.about in self.meets:
            self._note_slug(known.about)
        elif known.about:
            self.codes.add(known.about)
        else:
            self.diarists.add(known.id)

    def _note_slug(self, slug: str) -> None:
        if slug in self.meets:
            self.engagements.add(self.meets[slug].id)

    def _note_id(self, engagement_id: int | None) -> None:
        if any(one.id == engagement_id for one in self.meets.values()):
            self.engagements.add(int(engagement_id or 0))
