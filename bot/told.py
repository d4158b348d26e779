"""What people tell of themselves in one batch that is about coming to something: their needs, and details of their places."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from conversations.effects import Remember
from conversations.event_words import MONEY, OF_AGE
from conversations.flow import MEETS, Flow
from conversations.records import COMPANIONS, KEEP_NEEDS, OF_A_PLACE, OF_NEEDS, OTHER_NEED, PAYMENT, WORDED
from storage.engagements import Engagement
from storage.events.events import Event
from storage.events.needs import GONE, Said
from storage.events.registers import Deed, Registers
from storage.people import Known
from storage.sessions import Held

Offers = Callable[[int], Collection[str]]
"""The id of an engagement -> what people can do with the payment there."""


@dataclass(slots=True)
class Told:
    """`needs` by person; `places` by person and engagement: the details that hold for all they have there.

    `payments` are by person: how they would like to be paid wherever they have a place and it is offered.
    """

    needs: dict[int, Said] = field(default_factory=dict)
    places: dict[tuple[int, int], dict[str, Any]] = field(default_factory=dict)
    payments: dict[int, str] = field(default_factory=dict)

    def take(self, known: Known, engagement: Engagement, effect: Remember, today: dt.date) -> None:
        """Note what an answer sets; leaving it out sets nothing."""
        if effect.answer.skipped:
            return
        if effect.record in OF_NEEDS:
            self._take_need(known, engagement, effect, today)
        elif effect.record in OF_A_PLACE and (detail := _detail(known, effect)):
            if engagement.kind not in MEETS:
                self.payments[known.id] = detail[PAYMENT]
                return
            self.places.setdefault((known.id, engagement.id), {}).update(detail)

    def renew(self, known: Known, today: dt.date, *, still: bool) -> None:
        """What is kept of what helps somebody is still right, or is to be forgotten."""
        said = Said(known.id, known.code, None, today)
        self.needs[known.id] = said if still else replace(said, chosen=(), keep=False)

    def _take_need(self, known: Known, engagement: Engagement, effect: Remember, today: dt.date) -> None:
        event = engagement.id if engagement.kind in MEETS else None
        said = self.needs.get(known.id) or Said(known.id, known.code, event, today)
        answer = effect.answer
        if effect.record == KEEP_NEEDS:
            said = replace(said, keep=answer.chosen == ("yes",))
        elif effect.record in WORDED or answer.text:
            need = effect.record if effect.record in WORDED else OTHER_NEED
            said = replace(said, words={**said.words, need: answer.text})
        else:
            said = replace(said, chosen=answer.chosen)
        self.needs[known.id] = said

    def note(self, register: Registers | None, events: Mapping[int, Event], offers: Offers) -> None:
        """Settle the details of the places in a register; `events` by the id of their engagement."""
        if register is None:
            return
        offered = {event.id: offers(engagement_id) for engagement_id, event in events.items()}
        for person_id, payment in self.payments.items():
            for code, place in register.mine(person_id).items():
                date = register.dates[code]
                if payment in offered.get(date.event_id, ()) and date.ends_at > register.now and place.state not in GONE:
                    register.do(Deed(person_id, code, "note", payment=payment))
        for (person_id, engagement_id), details in self.places.items():
            event = events[engagement_id].id if engagement_id in events else None
            for code, place in register.mine(person_id).items():
                if register.dates[code].event_id == event and place.state not in GONE:
                    register.do(Deed(person_id, code, "note", **details))


def speaks_of_money(flows: Mapping[int, Flow], held: Iterable[Held]) -> bool:
    """Whether somebody is asked how they would like to be paid wherever they have a place."""
    going = (one for one in held if not (one.session.finished or one.session.closed))
    found = (flow for one in going if (flow := flows.get(one.edition_id)) and flow.kind not in MEETS)
    return any(step.record == PAYMENT for flow in found for step in flow.steps)


def under_way(flows: Mapping[int, Flow], held: Iterable[Held]) -> set[int]:
    """The engagements whose questions somebody is at, if an answer there settles something of their places."""
    found = set()
    for one in held:
        flow = flows.get(one.edition_id)
        if flow and flow.kind in MEETS and not (one.session.finished or one.session.closed):
            found |= {one.engagement.id} if any(step.record in OF_A_PLACE for step in flow.steps) else set()
    return found


def _detail(known: Known, effect: Remember) -> Mapping[str, Any]:
    """What of a place an answer sets; nobody under age is paid in money."""
    chosen = effect.answer.chosen
    if effect.record == COMPANIONS:
        return {COMPANIONS: int(chosen[0])}
    if effect.record == PAYMENT and chosen[0] in MONEY and known.age_band != OF_AGE:
        return {}
    return {effect.record: chosen[0]}
