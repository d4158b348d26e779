"""The pages on which an engagement is written: why it is asked, its questions one by one, and its whole text."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from starlette.exceptions import HTTPException
from starlette.responses import Response

from bot.manuscript import changes, spelling
from bot.manuscript.manuscripts import NotChangedError, at, parse
from bot.web.console import charter_form, fields, step_form, step_view, works
from bot.web.console.step_form import Fault
from bot.web.console.visits import Form, Page, Visit
from bot.web.console.works import LIST, ClashError, Work
from conversations.checking.places import Path
from conversations.questions import KINDS
from storage.staffing import staff

STEPS: Path = ("steps",)
Told = Mapping[str, Any]

# --- Why it is asked: all that stands around the steps


async def show_charter(
    visit: Visit, work: Work | None = None, typed: Mapping[str, str] | None = None, fault: Fault | None = None
) -> Response:
    """The charter, and whom it is for."""
    work = work or await works.fetch(visit)
    problems = await works.look_over(visit, work)
    values = charter_form.fields_of(work.table) if typed is None else typed
    sheet = fields.Sheet(values, works.around(problems), languages(visit, work), {fault.field: str(fault)} if fault else {})
    told = {"groups": list(charter_form.groups(sheet)), "rest": sheet.rest(), "was": fingerprint_of(work, ())}
    told |= {"more": step_view.other_languages(sheet.languages), "fault": fault}
    return visit.page(
        "engagements/charter.html", {**works.told(work, problems, "/charter", visit), **told}, 422 if fault else 200
    )


async def save_charter(visit: Visit) -> Response:
    """Keep it."""
    form, work = await visit.form(), await works.fetch(visit)
    typed = typed_in(form)
    try:
        table = charter_form.table_of(typed, work.table)
    except Fault as fault:
        return await show_charter(visit, work, typed, fault)
    head = {key: value for key, value in table.items() if key not in works.APART}

    def put(text: str, _path: Path) -> str:
        now = parse(text) or {}
        apart = {key: now[key] for key in works.APART if key in now}
        return changes.put(text, (), {**head, **apart})

    return await _change(visit, work, (), put, head, "/charter", "Saved.")


# --- The list of questions


async def show_steps(visit: Visit) -> Response:
    """The steps in order, with what can be done to each."""
    work = await works.fetch(visit)
    problems = await works.look_over(visit, work)
    told = {"steps": step_view.rows(work, problems), "kinds": list(fields.KIND_WORDS.items())}
    told |= {"rest": [problem for problem in problems if problem.path == STEPS]}
    return visit.page("engagements/steps.html", {**works.told(work, problems, "/steps", visit), **told})


async def change_steps(visit: Visit) -> Response:
    """Add a step, take one out, move it, or make another like it."""
    form, work = await visit.form(), await works.fetch(visit)
    act, place = form.one("act"), _place(form.one("place", "0"))
    path: Path = (*STEPS, place)
    if act == "add" and form.one("kind") in KINDS:
        return await _add_step(visit, work, form.one("kind"))
    how = STEP_ACTS.get(act)
    if how is None:
        raise HTTPException(400)
    there = at(work.table, path)
    return await _change(visit, work, path, how, there, "/steps", SAID[act])


async def _add_step(visit: Visit, work: Work, kind: str) -> Response:
    made = step_form.new_step(kind, [str(step.get("id")) for step in work.steps], work.languages)

    def add(text: str, path: Path) -> str:
        many = at(parse(text), path)
        return changes.add(text, STEPS, len(many) if isinstance(many, list) else 0, made)

    was = works.fingerprint(at(work.table, STEPS))
    return await _change(visit, work, STEPS, add, made, f"/steps/{len(work.steps) + 1}", "A new step stands at the end.", was)


def _remove(text: str, path: Path) -> str:
    return changes.remove(text, path[:-1], int(path[-1]))


def _move(by: int) -> Callable[[str, Path], str]:
    def move(text: str, path: Path) -> str:
        many, place = at(parse(text), path[:-1]), int(path[-1])
        if not 0 <= place + by < len(many):
            return text
        return changes.move(text, path[:-1], place, place + by)

    return move


def _copy(text: str, path: Path) -> str:
    many = at(parse(text), path[:-1])
    ids = {str(each.get("id")) for each in many if isinstance(each, dict)}
    like = many[int(path[-1])]
    base = str(like.get("id", "copy"))[:30]
    name = next(f"{base}-{number}" for number in range(2, 10_000) if f"{base}-{number}" not in ids)
    return changes.add(text, path[:-1], int(path[-1]) + 1, {**like, "id": name})


STEP_ACTS: Mapping[str, Callable[[str, Path], str]] = {"up": _move(-1), "down": _move(1), "remove": _remove, "copy": _copy}
SAID = {"up": "Moved up.", "down": "Moved down.", "remove": "Taken out.", "copy": "A copy stands below it."}

# --- One question


async def show_step(
    visit: Visit, work: Work | None = None, typed: Mapping[str, str] | None = None, fault: Fault | None = None
) -> Response:
    """One step: the fields of its kind, its options, who is asked."""
    work = work or await works.fetch(visit)
    place = _place(visit.part("place")) - 1
    if not 0 <= place < len(work.steps):
        raise HTTPException(404)
    problems = await works.look_over(visit, work)
    told = step_view.whole(work, place, problems, languages(visit, work), typed, fault)
    told = {**told, "was": fingerprint_of(work, (*STEPS, place)), "fault": fault}
    return visit.page("engagements/step.html", {**works.told(work, problems, "/steps", visit), **told}, 422 if fault else 200)


async def save_step(visit: Visit) -> Response:
    """Keep a step, and then do to its options what the button says."""
    form, work = await visit.form(), await works.fetch(visit)
    place = _place(visit.part("place")) - 1
    path: Path = (*STEPS, place)
    typed, act = typed_in(form), form.one("act")
    before = at(work.table, works.locate(work, path, form.one("was")) or path)
    if not isinstance(before, dict):  # somebody took it out: what was typed is not lost
        return await _clash(visit, work, [f"{name}: {words}" for name, words in typed.items() if words], "/steps", path)
    try:
        step = step_form.step_of(typed, before, form.all("pick"), step_view.kinds_before(work, place))
    except Fault as fault:
        return await show_step(visit, work, typed, fault)

    def put(text: str, there: Path) -> str:
        return _with_option(changes.put(text, there, step), there, act, work.languages)

    anchor = "#options" if act not in {"", "save"} else ""
    return await _change(visit, work, path, put, step, f"/steps/{place + 1}{anchor}", "Saved.")


def _with_option(text: str, path: Path, act: str, tags: list[str]) -> str:
    """The text with what a button beside an option does: `option-up-3`, or `option-add`."""
    _, _, told = act.partition("option-")
    what, _, number = told.partition("-")
    options = step_form.options_of(at(parse(text), path))
    place, here = _place(number or "0"), (*path, "options")
    if what == "add":
        made = step_form.new_option([str(option.get("id")) for option in options], tags)
        return changes.add(text, here, len(options), made)
    if what in STEP_ACTS and place < len(options):
        return STEP_ACTS[what](text, (*here, place))
    return text


# --- The whole text


async def show_text(visit: Visit, work: Work | None = None, typed: str | None = None, fault: str = "") -> Response:
    """The text as it stands in the file, with what is wrong by line."""
    work = work or await works.fetch(visit)
    problems = await works.look_over(visit, work)
    lines = work.text.splitlines()
    beside = [(problem, lines[problem.line - 1] if problem.line <= len(lines) else "") for problem in problems]
    told = {"source": work.text if typed is None else typed, "beside": beside, "problems": {"text": fault} if fault else {}}
    return visit.page("engagements/text.html", {**works.told(work, problems, "/text", visit), **told}, 422 if fault else 200)


async def save_text(visit: Visit) -> Response:
    """Keep the text, whatever is wrong with it: only publishing asks for more."""
    form, work = await visit.form(), await works.fetch(visit)
    typed = works.tidy(form.raw("text"))
    if form.one("version") != str(work.version):
        return await _clash(visit, work, typed.splitlines(), "/text")
    try:
        kept = await works.keep(visit, work, typed)
    except NotChangedError as why:
        return await show_text(visit, work, typed, str(why))
    if kept is None:
        return await _clash(visit, await works.fetch(visit), typed.splitlines(), "/text")
    return visit.go(f"{LIST}/{work.slug}/text", "Saved.")


# --- Shared by these pages


def typed_in(form: Form) -> dict[str, str]:
    """What was typed, by field; of what may be ticked several times the first."""
    return {name: form.one(name).replace("\r\n", "\n") for name in form.data if name not in HIDDEN}


LONGEST_PLACE = 5  # digits
HIDDEN = {"csrf", "was", "act", "pick", "place"}


def languages(visit: Visit, work: Work) -> list[str]:
    """The languages whose words are written here: those of the title, its variants, and one that is being added."""
    asked = visit.asked("language")
    more = [asked] if asked in dict(step_view.other_languages([])) else []
    return list(dict.fromkeys((*work.languages, *step_view.variants(work), *more)))


def fingerprint_of(work: Work, path: Path) -> str:
    return works.fingerprint(works.piece(work.table, path))


def _place(said: str) -> int:
    return int(said) if said.isascii() and said.isdecimal() and len(said) <= LONGEST_PLACE else 0


async def _change(
    visit: Visit, work: Work, path: Path, how: Callable[[str, Path], str], mine: Any, then: str, said: str, was: str = ""
) -> Response:
    """Change a piece and go on, or say why it could not be."""
    form = await visit.form()
    try:
        await works.change(visit, work, path, was or form.one("was"), how)
    except ClashError as clash:
        return await _clash(visit, clash.theirs, list(spelling.lines(mine or {})), then, path)
    except NotChangedError as why:
        return visit.page("engagements/by-hand.html", {**works.told(work, (), None, visit), "why": str(why)}, 422)
    return visit.go(f"{LIST}/{work.slug}{then}", said)


async def _clash(visit: Visit, theirs: Work, mine: list[str], then: str, path: Path | None = None) -> Response:
    """Both versions side by side: nothing is kept before somebody has seen both."""
    form = await visit.form()
    there = None if path is None else works.piece(theirs.table, path)
    yours = theirs.text.splitlines() if path is None else list(spelling.lines(there)) if isinstance(there, dict) else []
    names = await visit.read(lambda db: staff.names(db, visit.organisation_id))
    fresh = {"version": str(theirs.version), "was": works.fingerprint(there)}
    again = [(name, value) for name, value in form.data.multi_items() if isinstance(value, str) and name not in {"csrf", *fresh}]
    told = {
        "who": names.get(theirs.changed_by, "Somebody else"),
        "theirs": yours,
        "mine": mine,
        "again": again + list(fresh.items()),
        "gone": path is not None and there is None,
        "action": visit.request.url.path,
        "then": f"{LIST}/{theirs.slug}{then}",
    }
    return visit.page("engagements/clash.html", {**works.told(theirs, (), None, visit), **told}, 409)


ROUTES = (
    Page("GET", f"{LIST}/{{slug}}/charter", show_charter, "edit-engagements"),
    Page("POST", f"{LIST}/{{slug}}/charter", save_charter, "edit-engagements"),
    Page("GET", f"{LIST}/{{slug}}/steps", show_steps, "edit-engagements"),
    Page("POST", f"{LIST}/{{slug}}/steps", change_steps, "edit-engagements"),
    Page("GET", f"{LIST}/{{slug}}/steps/{{place}}", show_step, "edit-engagements"),
    Page("POST", f"{LIST}/{{slug}}/steps/{{place}}", save_step, "edit-engagements"),
    Page("GET", f"{LIST}/{{slug}}/text", show_text, "edit-engagements"),
    Page("POST", f"{LIST}/{{slug}}/text", save_text, "edit-engagements"),
)
