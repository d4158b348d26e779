"""The minutes of a meeting: written, shared with members, put right, agreed."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from sqlalchemy import Connection
from starlette.responses import Response

from bot import tongues
from bot.web.console import group_scope as scope
from bot.web.console.group_scope import HERE
from bot.web.console.visits import Form, Page, Visit
from conversations.text import FALLBACK
from storage.broadcasting.groups import GroupError
from storage.groups import minutes
from storage.groups.quorum import Meeting
from storage.groups.rules import ClashError, RefusedError


async def show(visit: Visit) -> Response:
    """As they stand, with what members say is not right."""
    return await _show(visit)


async def _show(
    visit: Visit, problems: Mapping[str, str] | None = None, typed: Mapping[str, str] | None = None, *, clash: bool = False
) -> Response:
    def look(db: Connection) -> dict[str, Any]:
        group, meeting = scope.find_meeting(db, visit)
        visit.note(db, "read-minutes", meeting.code)
        written = minutes.read(db, visit.organisation_id, meeting)
        return {
            "group": group,
            "when": scope.when(visit, meeting),
            "meeting": f"{HERE}/{group.code}/meetings/{meeting.code}",
            "written": written,
            "state": minutes.STATES[written.state],
            "due": tongues.day(written.due_on, FALLBACK),
            "corrections": minutes.load_corrections(db, visit.house.keys, meeting.id),
        }

    told = await visit.write(look)
    words = (typed or {}).get("minutes", told["written"].words)
    told |= {"problems": problems or {}, "typed": typed or {}, "words": words, "clash": clash, "answered": minutes.ANSWERED}
    told["answering"] = visit.request.path_params.get("correction", "") if problems else ""
    return visit.page("groups/minutes.html", told | {"advice": scope.advice(words)}, 422 if problems else 200)


def _act(what: str, work: Callable[[Connection, Visit, Meeting, Form], str]) -> Callable[[Visit], Any]:
    async def act(visit: Visit) -> Response:
        form = await visit.form()
        typed = form.words()
        try:
            said = await scope.change_meeting(visit, what, lambda db, meeting: work(db, visit, meeting, form))
        except ClashError as error:
            return await _show(visit, {"minutes": str(error)}, typed, clash=True)
        except RefusedError as error:
            return await _show(visit, {error.field: str(error)}, typed)
        except GroupError as error:
            return await _show(visit, {"": str(error)}, typed)
        return visit.go(f"{HERE}/{visit.part('code')}/meetings/{visit.part('meeting')}/minutes", said)

    return act


def _write(db: Connection, visit: Visit, meeting: Meeting, form: Form) -> str:
    minutes.write(db, visit.organisation_id, meeting, form.one("minutes"), form.version(), visit.who.code, visit.now)
    return "Saved."


def _share(db: Connection, visit: Visit, meeting: Meeting, _form: Form) -> str:
    number = minutes.share(db, meeting, visit.now)
    return f"The minutes go to {'1 person' if number == 1 else f'{number} people'}."


def _agree(db: Connection, _visit: Visit, meeting: Meeting, _form: Form) -> str:
    minutes.agree(db, meeting)
    return "The minutes are agreed."


def _answer(db: Connection, visit: Visit, meeting: Meeting, form: Form) -> str:
    told = minutes.answer(db, meeting, visit.part("correction"), (form.one("state"), form.one("answer")), visit.now)
    return "They are told." if told else "It is noted. Whoever sent it is not here any more."


_MINUTES = f"{HERE}/{{code}}/meetings/{{meeting}}/minutes"

ROUTES = (
    Page("GET", _MINUTES, show, "see-groups"),
    Page("POST", _MINUTES, _act("write-minutes", _write), "edit-groups"),
    Page("POST", f"{_MINUTES}/share", _act("share-minutes", _share), "edit-groups"),
    Page("POST", f"{_MINUTES}/agree", _act("agree-minutes", _agree), "edit-groups"),
    Page("POST", f"{_MINUTES}/corrections/{{correction}}", _act("answer-correction", _answer), "edit-groups"),
)
