"""The results of an engagement: exact for the core team, or as a release that may leave it, and either as a table."""

from __future__ import annotations

import secrets
import textwrap
from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Any

from sqlalchemy import ColumnElement, Connection, Table, func, select

from conversations import questions
from conversations.flow import Flow, Step
from conversations.text import FALLBACK, choose
from storage import releases, small_numbers
from storage.answers import read_answer
from storage.engagements import Engagement, read_editions
from storage.keys import GoneError, Keys
from storage.releases import ANSWERED, Release
from storage.schema import answers, editions, participations, wishes

UNREADABLE = "(this answer can no longer be read)"

# --- Exact


def exact(db: Connection, keys: Keys, engagement: Engagement, flow: Flow) -> dict[str, Any]:
    """Every figure and every word, for the core team only: whoever calls this notes it in the audit log.

    `flow` is the present edition; steps and options of older ones follow where someone answered them. Answers about the
    person come as figures alone. Texts are in random order, another for each step.
    """
    wished = (wishes.c.chosen != "") | wishes.c.sealed.is_not(None)
    tally = _tally(db, answers, engagement.id, ~answers.c.skipped) | _tally(db, wishes, engagement.id, wished)
    steps = _steps(db, engagement, flow, tally)
    texts = _texts(db, keys, engagement.id)
    people = participations.c.engagement_id == engagement.id
    started, finished = (
        db.scalars(select(func.count()).select_from(participations).where(*which)).one()
        for which in ((people,), (people, participations.c.finished))
    )
    return {
        "engagement": engagement.slug,
        "people": {"started": started, "finished": finished},
        "steps": [_exact_step(step, tally.get(step.id, Counter()), texts.get(step.id, [])) for step in steps],
    }


def _exact_step(step: Step, counts: Counter[str], texts: list[str]) -> dict[str, Any]:
    others = sorted(counts.keys() - {ANSWERED, *_known(step)})
    told = {
        "id": step.id,
        "kind": step.kind,
        "answered": counts[ANSWERED],
        "options": [{"id": option, "count": counts[option]} for option in (*_known(step), *others)],
        "texts": texts,
    }
    return told | {"texts": []} if step.about == "me" else told


def _tally(db: Connection, table: Table, engagement_id: int, *said: ColumnElement[bool]) -> dict[str, Counter[str]]:
    """Counted where the rows are; only the distinct sets of ticks come here, to be told apart."""
    columns = (table.c.step, table.c.chosen)
    wanted = select(*columns, func.count()).where(table.c.engagement_id == engagement_id, *said).group_by(*columns)
    tally: dict[str, Counter[str]] = {}
    for step, chosen, people in db.execute(wanted):
        tally.setdefault(step, Counter()).update(dict.fromkeys((ANSWERED, *chosen.split()), people))
    return tally


def _texts(db: Connection, keys: Keys, engagement_id: int) -> dict[str, list[str]]:
    texts: dict[str, list[str]] = {}
    for row in db.execute(select(answers).where(answers.c.engagement_id == engagement_id, answers.c.sealed.is_not(None))):
        try:
            text = read_answer(keys, row).text
        except GoneError:
            text = UNREADABLE
        texts.setdefault(row.step, []).append(text)
    for said in texts.values():
        secrets.SystemRandom().shuffle(said)
    return texts


def _steps(db: Connection, engagement: Engagement, flow: Flow, answered: Iterable[str]) -> list[Step]:
    """The asking steps of the present edition, then those that only older editions had and someone answered."""
    steps = {step.id: step for step in flow.steps if step.asks}
    gone = set(answered) - steps.keys()
    if gone:
        ids = db.scalars(select(editions.c.id).where(editions.c.engagement_id == engagement.id)).all()
        for _, older in sorted(read_editions(db, ids).items(), reverse=True):
            steps |= {step.id: step for step in older.steps if step.id in gone - steps.keys()}
    return list(steps.values())


# --- As released


def released(db: Connection, engagement: Engagement, flow: Flow) -> dict[str, Any]:
    """What may leave the team: the newest release by the small-numbers rule, in the shape of `exact` but no texts.

    Figures are words: "25", "0", "*", "fewer than 10"; `percent` is a whole number, or None where it is not shown.
    `release` and `day` are None, and there are no steps, until 10 people have finished.
    """
    release = releases.latest(db, engagement.id)
    told: dict[str, Any] = {
        "engagement": engagement.slug,
        "release": release.number if release else None,
        "day": release.day.isoformat() if release else None,
        "people": {"finished": small_numbers.total(release.respondents if release else 0)},
    }
    steps = _steps(db, engagement, flow, release.counts) if release else []
    return told | {"steps": [_released_step(step, release) for step in steps if release and step.about != "me"]}


def _released_step(step: Step, release: Release) -> dict[str, Any]:
    counts = release.counts.get(step.id, {})
    answered = counts.get(ANSWERED, 0)
    picked = {option: counts.get(option, 0) for option in (*_known(step), *sorted(counts.keys() - {ANSWERED, *_known(step)}))}
    cells = small_numbers.row(picked, answered, exclusive=not questions.KINDS[step.kind].many) or {}
    options = [{"id": option, "count": cell.shown, "percent": cell.percent} for option, cell in cells.items()]
    return {"id": step.id, "kind": step.kind, "answered": small_numbers.total(answered), "options": options}


def _known(step: Step) -> list[str]:
    return [option.id for option in step.options]


# --- As a table

_WIDTH = 80
_INDENT = "   "


def table(results: Mapping[str, Any], flow: Flow) -> str:
    """Either kind of results as plain text of 80 columns, in English."""
    lines = [*textwrap.wrap(choose(flow.title, FALLBACK), _WIDTH), _people(results), ""]
    for number, told in enumerate(results["steps"], 1):
        lines += [*_table_step(number, told, flow.find(told["id"])), ""]
    if not results["steps"]:
        lines += [f"Nothing to show yet. Results appear when at least {small_numbers.FEWEST} people have finished.", ""]
    elif "release" in results:
        lines += [*textwrap.wrap(small_numbers.NOTE, _WIDTH), ""]
    return "\n".join(lines)


def _people(results: Mapping[str, Any]) -> str:
    people = results["people"]
    if "started" in people:
        return f"Started: {people['started']}. Finished: {people['finished']}."
    until = f", up to {results['day']}" if results["day"] else ""
    return f"Finished: {people['finished']}{until}."


def _table_step(number: int, told: Mapping[str, Any], step: Step | None) -> list[str]:
    asked = choose(step.ask, FALLBACK) if step else told["id"]
    lines = textwrap.wrap(f"{number}. {asked}", _WIDTH, subsequent_indent=_INDENT)
    where = " (kept with each person's own record)" if step and step.about == "me" else ""
    lines.append(f"{_INDENT}Answered: {told['answered']}{where}")
    labels = {option.id: choose(option.label, FALLBACK) for option in step.options} if step else {}
    for option in told["options"]:
        percent = f"{option['percent']}%" if option.get("percent") is not None else ""
        lines += _table_option(labels.get(option["id"], option["id"]), f"{option['count']:>12}{percent:>6}")
    for text in told.get("texts", ()):
        lines += textwrap.wrap(text, _WIDTH, initial_indent=f"{_INDENT}- ", subsequent_indent=f"{_INDENT}  ")
    return lines


def _table_option(label: str, figures: str) -> list[str]:
    """The label over as many lines as it needs, its figures at the end of the first."""
    room = _WIDTH - len(_INDENT) - len(figures)
    first, *more = textwrap.wrap(label, room) or [""]
    return [f"{_INDENT}{first:<{room}}{figures}".rstrip(), *(f"{_INDENT}{line}" for line in more)]
