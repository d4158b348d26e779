"""One meeting of a reference group: who has said what, whether it will be quorate, its agenda, who came, what it decided."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from sqlalchemy import Connection
from starlette.responses import Response

from bot import tongues
from bot.web.console import group_scope as scope
from bot.web.console.group_scope import HERE
from bot.web.console.inbox import today
from bot.web.console.visits import Page, Visit
from conversations import quorum as arithmetic
from conversations.text import FALLBACK
from storage.broadcasting.groups import GroupError
from storage.events import registers
from storage.events.registers import Deed
from storage.groups import decisions, minutes, papers, points, quorum, rules
from storage.groups.quorum import Meeting, Sitting
from storage.groups.rules import RefusedError

Told = dict[str, Any]

REPLIES = {
    "room": ("Coming", "good"),
    "online": ("Coming online", "good"),
    "deputy": ("Their deputy is coming", "good"),
    "asked": ("Their deputy is asked", "warn"),
    "unsure": ("Not sure", "warn"),
    "silent": ("No answer yet", "quiet"),
    "no": ("Not this time", "bad"),
    "vacant": ("The seat is empty", "bad"),
}
"""What a seat answered -> how it is called, and its colour."""

ASKABLE = ("unsure", "silent", "no", "vacant")
"""Answers after which a deputy can be asked."""


async def show(visit: Visit) -> Response:
    """One meeting."""
    return await show_with(visit)


async def show_with(visit: Visit, problems: Mapping[str, str] | None = None, typed: Mapping[str, str] | None = None) -> Response:
    """The same, with what was wrong with a form on it."""
    told = await visit.write(lambda db: _look(db, visit))
    told |= {"problems": problems or {}, "typed": typed or {}}
    return visit.page("groups/meeting.html", told, 422 if problems else 200)


def _look(db: Connection, visit: Visit) -> Told:
    group, meeting = scope.find_meeting(db, visit)
    visit.note(db, "read-meeting", meeting.code)
    over = meeting.ends_at <= visit.now
    begun = meeting.starts_at <= visit.now
    held = quorum.sit(db, [meeting], ended=over)[meeting.id]
    forecast = quorum.forecast(db, meeting, visit.now)
    written = minutes.read(db, visit.organisation_id, meeting)
    return {
        "group": group,
        "code": meeting.code,
        "place": f"{HERE}/{group.code}/meetings/{meeting.code}",
        "when": scope.when(visit, meeting),
        "state": meeting.state,
        "begun": begun,
        "over": over,
        "seats": [_row(one, meeting, begun=begun) for one in held if not one.seat.ended or one.came],
        "told": arithmetic.tell(forecast),
        "warns": forecast.warns,
        "recorded": meeting.recorded_at is not None,
        "came": quorum.count(held),
        "rule": rules.read(db, group.id).rule,
        "met": quorum.was_met(db, meeting),
        "quorate": meeting.quorate,
        "agenda": points.agenda(db, visit.house.keys, meeting.id),
        "papers": papers.load(db, meeting.id),
        "papers_due": tongues.day(papers.due_on(db, meeting), FALLBACK),
        "papers_late": today(visit) > papers.due_on(db, meeting),
        "decisions": decisions.load(db, meeting.id),
        "minutes": minutes.STATES[written.state] if written.version else "Not begun",
        "minutes_due": tongues.day(written.due_on, FALLBACK),
        "minutes_late": over and written.state == minutes.DRAFT and written.due_on < today(visit),
    }


def _row(one: Sitting, meeting: Meeting, *, begun: bool) -> Told:
    words, tone = REPLIES[one.reply]
    askable = not begun and meeting.state == "planned" and one.reply in ASKABLE and bool(one.seat.deputy)
    told = {"code": one.seat.code, "name": one.seat.name, "lived": one.seat.lived, "holder": one.seat.holder}
    return told | {"deputy": one.seat.deputy, "reply": words, "tone": tone, "askable": askable, "came": one.came, "who": one.who}


def _act(what: str, work: Callable[[Connection, Visit, Meeting, Mapping[str, str]], str]) -> Callable[[Visit], Any]:
    """A form of the page of a meeting: what it does, and how that is noted."""

    async def act(visit: Visit) -> Response:
        form = await visit.form()
        typed = {name: form.one(name) for name in form.data}
        try:
            said = await scope.change_meeting(visit, what, lambda db, meeting: work(db, visit, meeting, typed))
        except RefusedError as error:
            return await show_with(visit, {error.field: str(error)}, typed)
        except GroupError as error:
            return await show_with(visit, {"": str(error)}, typed)
        return visit.go(f"{HERE}/{visit.part('code')}/meetings/{visit.part('meeting')}", said)

    return act


def _ask_deputy(db: Connection, visit: Visit, meeting: Meeting, typed: Mapping[str, str]) -> str:
    """Ask the deputy of a seat whether they can come; they learn the rest when they say yes."""
    held = quorum.sit(db, [meeting])[meeting.id]
    one = next((one for one in held if one.seat.code == typed.get("seat", "")), None)
    if one is None or one.seat.deputy_id is None or one.reply not in ASKABLE:
        msg = "There is no deputy to ask, or they were asked already."
        raise RefusedError(msg)
    register = registers.lock(db, [meeting.code], [one.seat.deputy_id], visit.now)
    done = register.do(Deed(one.seat.deputy_id, meeting.code, "ask", seat_id=one.seat.id))
    register.write()
    if done.result not in {registers.DEPUTY_ASKED, registers.KEPT}:
        msg = "The deputy cannot be asked now: they have answered already, the member comes, or the meeting does not take place."
        raise RefusedError(msg)
    return "The deputy is asked. They hear of the meeting when they may be written to."


def _record(db: Connection, visit: Visit, meeting: Meeting, typed: Mapping[str, str]) -> str:
    """Note which seats were filled, by whom, and that this is all."""
    if visit.now < meeting.starts_at or meeting.state != "planned":
        msg = "This meeting has not begun. Note who came when it has."
        raise RefusedError(msg)
    said: dict[int, bool] = {}
    held = quorum.sit(db, [meeting])[meeting.id]
    for one in held:
        who = typed.get(f"came-{one.seat.code}", "")
        for role, person in (("holder", one.seat.holder_id), ("deputy", one.seat.deputy_id)):
            if person is not None:
                said[person] = who == role
    quorum.record(db, visit.organisation_id, meeting, said, visit.now)
    return "Who came is recorded."


def _confirm(db: Connection, _visit: Visit, meeting: Meeting, typed: Mapping[str, str]) -> str:
    """Say for the minutes whether it was quorate."""
    if meeting.recorded_at is None:
        msg = "Record who came first."
        raise RefusedError(msg)
    quorum.confirm(db, meeting, quorate=typed.get("quorate") == "yes")
    return "It is noted for the minutes."


def _decide(db: Connection, visit: Visit, meeting: Meeting, typed: Mapping[str, str]) -> str:
    decisions.add(db, meeting, typed.get("decision", ""), visit.who.code, visit.now)
    return "The decision is noted."


def _undo_decision(db: Connection, _visit: Visit, meeting: Meeting, typed: Mapping[str, str]) -> str:
    decisions.remove(db, meeting.id, typed.get("decision", ""))
    return "The decision is taken out."


_MEETING = f"{HERE}/{{code}}/meetings/{{meeting}}"

ROUTES = (
    Page("GET", _MEETING, show, "see-groups"),
    Page("POST", f"{_MEETING}/ask-deputy", _act("ask-deputy", _ask_deputy), "edit-groups"),
    Page("POST", f"{_MEETING}/came", _act("record-meeting", _record), "edit-groups"),
    Page("POST", f"{_MEETING}/quorate", _act("confirm-quorum", _confirm), "edit-groups"),
    Page("POST", f"{_MEETING}/decisions", _act("note-decision", _decide), "edit-groups"),
    Page("POST", f"{_MEETING}/decisions/remove", _act("remove-decision", _undo_decision), "edit-groups"),
)
