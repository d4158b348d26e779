"""Messages to many: the list of them, one with what may be done with it now, and each step of its life."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

from sqlalchemy import Connection
from starlette.exceptions import HTTPException
from starlette.responses import Response

from bot import campaigns
from bot.access import Permission
from bot.web.console import broadcast_views as views
from bot.web.console.visits import Answer, Form, Page, Visit
from conversations.text import FALLBACK
from storage.broadcasting import broadcasts, compositions
from storage.broadcasting.broadcast_rows import Broadcast
from storage.broadcasting.broadcasts import Reach, Refusal
from storage.broadcasting.criteria import CriteriaError
from storage.staffing import preferences

PAGE = 50
LIST = "/console/broadcasts"


async def show_all(visit: Visit) -> Response:
    """All of them, newest first."""
    before = visit.asked("before")
    if before and (not before.isdecimal() or int(before) >= 1 << 63):
        raise HTTPException(404)
    rows = await visit.read(
        lambda db: broadcasts.all_of(db, visit.organisation_id, most=PAGE + 1, before=int(before) if before else None)
    )
    shown = rows[:PAGE]
    told = {
        "rows": [views.line(one) for one in shown],
        "later": f"{LIST}?before={shown[-1].id}" if len(rows) > PAGE else "",
        "first": not before,
    }
    return visit.page("broadcasts.html", told)


async def show(visit: Visit) -> Response:
    """One of them: its words as people will see them, whom it reaches, how far it is, and what can be done."""
    told = await visit.read(lambda db: views.whole(db, visit, find(db, visit)))
    told |= {"steps": steps_of(visit, told["one"]), "live": told["one"].state in views.MOVING}
    return visit.page("broadcast.html", told)


def find(db: Connection, visit: Visit) -> Broadcast:
    """The one in the address. Raises HTTPException 404 when this organisation has none of that code."""
    one = broadcasts.find(db, visit.organisation_id, visit.part("code"))
    if one is None:
        raise HTTPException(404)
    return one


# --- What can be done with it


@dataclass(frozen=True, slots=True)
class Asked:
    """Somebody asks for a step: by whom, of what, and what they wrote with it."""

    visit: Visit
    one: Broadcast
    form: Form
    reach: Reach | None  # measured beforehand, off the writer's road, where it is needed


Do = Callable[[Connection, Asked], object]


@dataclass(frozen=True, slots=True)
class Step:
    """Something that can be done with a broadcast: its button, what it needs, and what is said afterwards."""

    label: str
    need: Permission
    do: Do
    said: str
    tone: str = "second"
    measured: bool = False


def _submit(db: Connection, asked: Asked) -> object:
    visit, reach = asked.visit, asked.reach or Reach(0, 0)
    return broadcasts.submit(db, asked.one, reach, preferences.read(db, visit.organisation_id), visit.who.code, visit.now)


def _approve(db: Connection, asked: Asked) -> object:
    visit = asked.visit
    return broadcasts.approve(db, asked.one, preferences.read(db, visit.organisation_id), visit.who.code, visit.now)


def _send_back(db: Connection, asked: Asked) -> object:
    return broadcasts.send_back(db, asked.one, asked.form.one("why"), asked.visit.who.code, asked.visit.now)


def _undo(db: Connection, asked: Asked) -> object:
    return broadcasts.undo(db, asked.one, asked.visit.who.code, asked.visit.now)


def _pause(db: Connection, asked: Asked) -> object:
    why = asked.form.one("why") or f"{asked.visit.who.name} paused it."
    return broadcasts.pause(db, asked.one, why, asked.visit.who.code, asked.visit.now)


def _resume(db: Connection, asked: Asked) -> object:
    visit = asked.visit
    return broadcasts.resume(db, asked.one, preferences.read(db, visit.organisation_id), visit.who.code, visit.now)


def _cancel(db: Connection, asked: Asked) -> object:
    return broadcasts.cancel(db, asked.one, asked.visit.who.code, asked.visit.now)


STEPS: Mapping[str, Step] = {
    "submit": Step("Hand it in", "write-broadcasts", _submit, "Handed in.", tone="", measured=True),
    "approve": Step("Approve", "approve-broadcasts", _approve, "Approved.", tone=""),
    "return": Step("Send it back", "approve-broadcasts", _send_back, "Sent back, with your reason."),
    "undo": Step("Take it back", "write-broadcasts", _undo, "Taken back. Nobody was sent anything."),
    "pause": Step("Pause", "control-broadcasts", _pause, "Paused. What was on its way arrives; nothing more goes out."),
    "resume": Step("Go on", "control-broadcasts", _resume, "It goes on.", tone=""),
    "cancel": Step("Stop it for good", "control-broadcasts", _cancel, "Stopped for good.", tone="danger"),
}
"""What can be done, in the order of the buttons."""


def steps_of(visit: Visit, one: Broadcast) -> list[tuple[str, Step]]:
    """What whoever looks may do with it now. Nobody approves their own words."""
    own = one.written_by == visit.who.code
    return [
        (name, step)
        for name, step in STEPS.items()
        if broadcasts.can(one, name) and visit.may(step.need) and not (own and name in {"approve", "return"})
    ]


def _taking(step: Step) -> Answer:
    """A form that does one thing with a broadcast, if it is still as it was when the form was shown."""

    async def take(visit: Visit) -> Response:
        form = await visit.form()
        here = f"{LIST}/{visit.part('code')}"
        one = _seen(await visit.read(lambda db: find(db, visit)), form)
        try:
            reach = await visit.read(lambda db: broadcasts.measure(db, one, visit.now)) if step.measured else None
            await visit.write(lambda db: step.do(db, Asked(visit, one, form, reach)))
        except (Refusal, CriteriaError) as error:
            return visit.go(here, said=str(error))
        return visit.go(here, said=step.said)

    return take


def _seen(one: Broadcast, form: Form) -> Broadcast:
    """The one that was looked at, by its version: whoever changed it since makes every step a StaleError."""
    return replace(one, version=form.version())


async def copy(visit: Visit) -> Response:
    """A new draft with the same words and the same audience."""
    made = await visit.write(lambda db: compositions.copy(db, find(db, visit), visit.who.code, visit.now))
    return visit.go(f"{LIST}/{made.code}/edit", said="Copied. This is the copy.")


async def remind(visit: Visit) -> Response:
    """A new draft for those who have not answered what this one asked."""
    try:
        made = await visit.write(lambda db: compositions.remind(db, find(db, visit), visit.who.code, visit.now))
    except (Refusal, CriteriaError) as error:
        return visit.go(f"{LIST}/{visit.part('code')}", said=str(error))
    return visit.go(f"{LIST}/{made.code}/edit", said=REMINDER_MADE)


async def send_to_me(visit: Visit) -> Response:
    """The message as it comes, to the chats that whoever asks has linked."""
    one = await visit.read(lambda db: find(db, visit))
    language = (await visit.form()).one("language")
    language = language if language in one.texts else FALLBACK

    def send(db: Connection) -> int:
        visit.note(db, "test-broadcast", f"{one.code} {language}")
        return campaigns.send_to_self(db, visit.house, one, visit.who.id, language, visit.now)

    chats = await visit.write(send) if one.texts else 0
    here = f"{LIST}/{one.code}?language={language}"
    return visit.go(here, said=SENT_TO_ME if chats else NO_CHAT)


REMINDER_MADE = (
    "This goes only to those who were invited and have not answered, 3 days after the last message about it at the soonest. "
    "Change its words."
)
SENT_TO_ME = "It is on its way to your own chat. It counts for nobody."
NO_CHAT = "You have not linked a chat of your own yet, or there are no words. Link one under your name, at the top."


async def have_read(visit: Visit) -> Response:
    """Somebody has read the words in one language, and says that they may go out."""
    language = visit.part("language")
    here = f"{LIST}/{visit.part('code')}?language={language}"
    try:
        await visit.write(lambda db: compositions.have_read(db, find(db, visit), language, visit.who.code, visit.now))
    except Refusal as error:
        return visit.go(here, said=str(error))
    return visit.go(here, said="Noted that you have read these words.")


ROUTES = (
    Page("GET", LIST, show_all, "see-broadcasts"),
    Page("GET", f"{LIST}/{{code}}", show, "see-broadcasts"),
    Page("POST", f"{LIST}/{{code}}/copy", copy, "write-broadcasts"),
    Page("POST", f"{LIST}/{{code}}/test", send_to_me, "write-broadcasts"),
    Page("POST", f"{LIST}/{{code}}/remind", remind, "write-broadcasts"),
    Page("POST", f"{LIST}/{{code}}/read/{{language}}", have_read, "write-broadcasts"),
    *(Page("POST", f"{LIST}/{{code}}/{name}", _taking(step), step.need) for name, step in STEPS.items()),
)
