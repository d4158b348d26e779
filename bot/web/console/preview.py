"""The phone beside the editor: the engagement as it is written at this moment, played by the real engine."""

from __future__ import annotations

from collections.abc import Mapping

from starlette.responses import Response

from bot.editing import aside
from bot.manuscript import changes
from bot.manuscript.manuscripts import NotChangedError, at, parse
from bot.web.console import charter_form, playing, step_form, step_view, works
from bot.web.console.editor import HIDDEN, typed_in
from bot.web.console.playing import MOST_ACTS, Reel, Wish
from bot.web.console.step_form import Fault
from bot.web.console.visits import Form, Page, Visit
from bot.web.console.works import LIST, Work
from conversations.phrases import PHRASES
from conversations.text import shorten

OWN = {"phone-language", "phone-band", "phone-step", "phone-acts", "phone-act", "phone-words", "phone-of"}
"""The fields of the phone itself; all others are those of the form beside it, not yet kept."""


async def show(visit: Visit) -> Response:
    """The phone with what is kept."""
    work = await works.fetch(visit)
    wish = Wish(visit.asked("phone-language"), visit.asked("phone-band"), visit.asked("phone-step"))
    return await _show(visit, work, work.text, wish, {})


async def play(visit: Visit) -> Response:
    """The phone after one more thing was done on it, or after something beside it was changed."""
    form, work = await visit.form(), await works.fetch(visit)
    unsaved = {name: form.one(name) for name in form.data if name not in OWN and name not in {"csrf", "act"}}
    text, why = _with_unsaved(work, form)
    acts = [act for act in form.one("phone-acts").split("\n") if act][:MOST_ACTS]
    if form.one("phone-act"):
        acts.append(form.one("phone-act"))
    elif form.one("phone-words"):
        acts.append(f"{playing.SAY}{form.one('phone-words')[: playing.LONGEST_WORDS]}".replace("\n", " "))
    wish = Wish(form.one("phone-language"), form.one("phone-band"), form.one("phone-step"), tuple(acts))
    return await _show(visit, work, text, wish, unsaved, form.all("pick"), why)


def _with_unsaved(work: Work, form: Form) -> tuple[str, str]:
    """The text with what is typed beside the phone, and why that could not be put in."""
    sort, _, number = form.one("phone-of").partition(":")
    typed = {name: words for name, words in typed_in(form).items() if name not in OWN}
    try:
        if sort == "text" and len(form.raw("text")) < works.LARGEST:
            return works.tidy(form.raw("text")), ""
        if sort == "step" and number.isdecimal() and 0 < int(number[:5]) <= len(work.steps):
            place = int(number) - 1
            before = at(work.table, ("steps", place))
            step = step_form.step_of(typed, before, form.all("pick"), step_view.kinds_before(work, place))
            return changes.put(work.text, ("steps", place), step), ""
        if sort == "charter":
            head = charter_form.table_of(typed, work.table)
            return changes.put(work.text, (), {**(parse(work.text) or {}), **head}), ""
    except Fault as fault:
        return work.text, f"The phone shows what was saved: {fault}"
    except NotChangedError:
        return work.text, "The phone shows what was saved."
    return work.text, ""


async def _show(
    visit: Visit, work: Work, text: str, wish: Wish, unsaved: Mapping[str, str], picks: list[str] | None = None, why: str = ""
) -> Response:
    reel: Reel = await aside(playing.load, text)
    phone = await aside(playing.play, reel.flow, wish, visit.now, visit.house.minimum_age) if reel.flow else None
    told = {
        "work": work,
        "reel": reel,
        "phone": phone,
        "wish": wish,
        "why": why,
        "bands": [(band, PHRASES[f"age-{band}"]["en"]) for band in playing.bands(reel.flow)] if reel.flow else [],
        "languages": playing.languages(reel.flow) if reel.flow else [],
        "steps": _steps(reel),
        "kept": [*((name, value) for name, value in unsaved.items() if name not in HIDDEN), *_picks(picks)],
        "of": (await visit.form()).one("phone-of") if visit.request.method == "POST" else "",
        "action": f"{LIST}/{work.slug}/phone",
    }
    return visit.page("engagements/phone.html", told)


def _steps(reel: Reel) -> list[tuple[str, str]]:
    """Where the phone can be taken to: the id and the first words of each step."""
    steps = [step for step in reel.flow.steps if not step.other_of] if reel.flow else []
    return [(step.id, shorten(step_view.words_of({"ask": step.ask, "title": step.title}), LONGEST_STEP)) for step in steps]


def _picks(picks: list[str] | None) -> list[tuple[str, str]]:
    return [("pick", pick) for pick in picks or ()]


LONGEST_STEP = 60  # letters

ROUTES = (
    Page("GET", f"{LIST}/{{slug}}/phone", show, "see-engagements"),
    Page("POST", f"{LIST}/{{slug}}/phone", play, "see-engagements"),
)
