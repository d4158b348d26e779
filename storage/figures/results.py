"""The results of an engagement: exact for the core team, or as a release that may leave it."""

from __future__ import annotations

import datetime as dt
import secrets
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from decimal import Decimal
from typing import Any

from sqlalchemy import ColumnElement, Connection, Table, func, select

from conversations import figures
from conversations.conditions import comparisons
from conversations.figures import BANDED, MEASURES, MONTHS, Counts
from conversations.flow import Flow, Step
from conversations.questions import KINDS
from conversations.text import FALLBACK, choose
from storage.answers import read_answer
from storage.engagements import Engagement, read_editions
from storage.figures import releases, small_numbers
from storage.figures.releases import ANSWERED, Release
from storage.figures.small_numbers import Cell
from storage.keys import Keys
from storage.schema import answers, editions, participations, wishes
from storage.unopened import UnopenedError

UNREADABLE = "(this answer can no longer be read)"
OTHER_PLACES = "Other places"
_SHARE = 20  # the team sees bands of at least one in so many, for the last few of a long tail need no bar each

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
        "title": choose(flow.title, FALLBACK),
        "people": {"started": started, "finished": finished},
        "steps": [
            _exact_step(step, tally.get(step.id, Counter()), [*texts.get(step.id, []), *_said_apart(step, steps, texts)])
            for step in steps
            if not step.other_of
        ],
    }


def _said_apart(step: Step, steps: Iterable[Step], texts: Mapping[str, list[str]]) -> list[str]:
    """What was written for "something else" among the options of `step`."""
    return [text for each in steps if each.other_of == step.id for text in texts.get(each.id, [])]


def _exact_step(step: Step, counts: Counter[str], texts: list[str]) -> dict[str, Any]:
    told = _told(step, counts[ANSWERED]) | {"options": _EXACT.get(step.kind, _picked)(step, counts)} | _middle(step, counts)
    return told | {"texts": [] if step.about == "me" else texts}


def _told(step: Step, answered: int | str) -> dict[str, Any]:
    """What is told of a step in either kind of results."""
    ends = {name: choose(end, FALLBACK) for name, end in (("low", step.low), ("high", step.high), ("unit", step.unit)) if end}
    return {"id": step.id, "kind": step.kind, "ask": choose(step.ask, FALLBACK), "about": step.about, "answered": answered} | ends


def _picked(step: Step, counts: Counts) -> list[dict[str, Any]]:
    return [{"id": option, "label": label, "count": counts.get(option, 0)} for option, label in _labels(step, counts).items()]


def _ranking(step: Step, counts: Counts) -> list[dict[str, Any]]:
    """Options, the one liked best first; `count` is of those who put it first."""
    labels, average, first = _in_order(step, counts)
    return [
        {"id": option, "label": labels[option], "count": first[option]}
        | ({"average_place": float(round(average[option], 2))} if average else {})
        for option in sorted(labels, key=lambda option: average.get(option, 0))
    ]


def _values(step: Step, counts: Counts) -> list[dict[str, Any]]:
    """Every value given, in order; places by how many gave them."""
    measure = MEASURES.get(step.kind)
    given = sorted(
        counts.keys() - {ANSWERED}, key=lambda value: (measure(value) or 0, value) if measure else (-counts[value], value)
    )
    return [{"id": value, "label": _value(step, value), "count": counts[value]} for value in given]


def _value(step: Step, value: str) -> str:
    if step.kind != "date":
        return value
    day = dt.date.fromisoformat(value)
    return f"{day.day} {MONTHS[day.month - 1]} {day.year}"


def _middle(step: Step, counts: Counts) -> dict[str, Any]:
    """The least, the most, the middle, and bands of what can be measured; without answers nothing."""
    amounts = figures.spread(counts, MEASURES[step.kind]) if step.kind in MEASURES else []
    if not amounts:
        return {}
    if step.kind not in BANDED:
        return {"mean": _number(figures.mean(amounts))}
    parting = figures.part(step, amounts, max(1, sum(people for _, people in amounts) // _SHARE))
    told = [{"id": band.id, "label": band.label, "count": band.count} for band in parting.bands(step)] if parting else []
    bands = {"bands": told} if told else {}
    if step.kind == "date":
        days = sorted(day for day in counts if day)
        return {"least": days[0], "most": days[-1]} | bands
    ends = {"least": _number(amounts[0][0]), "most": _number(amounts[-1][0])}
    return ends | {"mean": _number(figures.mean(amounts)), "median": _number(figures.median(amounts))} | bands


def _number(value: Decimal) -> float:
    """A number as JSON has it: to two places, or as many as keep two figures of it."""
    return int(value) if value == value.to_integral_value() else float(round(value, max(2, 1 - value.adjusted())))


def _labels(step: Step, counts: Counts) -> dict[str, str]:
    """The options of a step in its order, then those that only older editions had and someone picked."""
    known = {option.id: choose(option.label, FALLBACK) for option in step.options}
    return known | {option: option for option in sorted(counts.keys() - {ANSWERED, *known})}


def _in_order(step: Step, counts: Counts) -> tuple[dict[str, str], dict[str, Decimal], dict[str, int]]:
    """Of a ranking: option -> label, its average place, how many put it first."""
    labels = _labels(step, dict.fromkeys(figures.ranked(counts), 0))
    return labels, figures.average_places(counts, list(labels), counts.get(ANSWERED, 0)), figures.first_places(counts, labels)


def _tally(db: Connection, table: Table, engagement_id: int, *said: ColumnElement[bool]) -> dict[str, Counter[str]]:
    """Counted where the rows are; only the distinct answers come here, to be told apart."""
    columns = (table.c.step, table.c.chosen)
    wanted = select(*columns, func.count()).where(table.c.engagement_id == engagement_id, *said).group_by(*columns)
    return releases.come_apart(db, engagement_id, db.execute(wanted))


def _texts(db: Connection, keys: Keys, engagement_id: int) -> dict[str, list[str]]:
    texts: dict[str, list[str]] = {}
    for row in db.execute(select(answers).where(answers.c.engagement_id == engagement_id, answers.c.sealed.is_not(None))):
        try:
            text = read_answer(keys, row).text
        except UnopenedError:
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
        "title": choose(flow.title, FALLBACK),
        "release": release.number if release else None,
        "day": release.day.isoformat() if release else None,
        "people": {"finished": small_numbers.total(release.respondents if release else 0)},
    }
    steps = _steps(db, engagement, flow, release.counts) if release else []
    least = small_numbers.threshold(engagement.audience)
    return told | {"steps": _released_steps([step for step in steps if _may_leave(step)], release, least) if release else []}


def _released_steps(steps: Iterable[Step], release: Release, least: int) -> list[dict[str, Any]]:
    """Each question's figures; none where its number of answers would tell what is hidden in a question it hangs on."""
    told, hiding = [], set[str]()
    for step in steps:
        telling = step.when is not None and any(compare.subject in hiding for compare in comparisons(step.when))
        one = _told(step, small_numbers.STAR) | {"options": []} if telling else _released_step(step, release, least)
        if telling or _has_star(one["options"]):
            hiding.add(step.id)
        told.append(one)
    return told


def _may_leave(step: Step) -> bool:
    """Answers about oneself stay; and how many wrote something else would tell what a star beside it hides."""
    return step.about != "me" and not step.other_of


def _released_step(step: Step, release: Release, least: int) -> dict[str, Any]:
    counts = release.counts.get(step.id, {})
    answered = counts.get(ANSWERED, 0)
    told = _told(step, small_numbers.total(answered))
    return told | _RELEASED.get(step.kind, _released_options)(step, counts, answered, least)


def _released_options(step: Step, counts: Counts, answered: int, least: int) -> dict[str, Any]:
    labels = _labels(step, counts)
    return _row({option: counts.get(option, 0) for option in labels}, labels, answered, least, many=KINDS[step.kind].many)


def _released_ranking(step: Step, counts: Counts, answered: int, least: int) -> dict[str, Any]:
    """How often each was put first, liked best first by half places; beside a star that order would tell what it hides."""
    labels, average, first = _in_order(step, counts)
    shown = _row(first, labels, answered, least)["options"]
    in_order = not _has_star(shown)
    ordered = sorted(shown, key=lambda option: round(2 * average[option["id"]])) if in_order else shown
    return {"options": ordered, "in_order": in_order}


def _has_star(shown: Iterable[Mapping[str, Any]]) -> bool:
    return any(option["count"] == small_numbers.STAR for option in shown)


def _row(counts: Counts, labels: Mapping[str, str], answered: int, least: int, *, many: bool = False) -> dict[str, Any]:
    cells = small_numbers.row(counts, answered, exclusive=not many, least=least) or {}
    return {"options": [_shown(option, labels[option], cell) for option, cell in cells.items()]}


def _released_bands(step: Step, counts: Counts, answered: int, least: int) -> dict[str, Any]:
    """Bands of which none is small, and those that the median is in: told by these counts alone."""
    amounts = figures.spread(counts, MEASURES[step.kind])
    if answered < small_numbers.FEWEST or not amounts:
        return {"options": []}
    parting = figures.part(step, amounts, least, lambda parts: small_numbers.is_loose(parts, answered))
    if parting is None:
        return {"options": []}
    bands = parting.bands(step)
    told = {"options": [_shown(band.id, band.label, small_numbers.figure(band.count, answered)) for band in bands]}
    middle = small_numbers.find_middle(parting.counts)
    if middle is None:
        return told
    return told | {"median": parting.name(step, bands[middle.start].low, bands[middle.stop - 1].high)}


def _released_places(step: Step, counts: Counts, answered: int, least: int) -> dict[str, Any]:  # noqa: ARG001  as the others
    districts = {place: count for place, count in counts.items() if place != ANSWERED}
    cells = small_numbers.gather_rare(districts, answered, least) or {}
    return {
        "options": [
            _shown(place, OTHER_PLACES if place == small_numbers.OTHERS else place, cell) for place, cell in cells.items()
        ]
    }


def _shown(option: str, label: str, cell: Cell) -> dict[str, Any]:
    return {"id": option, "label": label, "count": cell.shown, "percent": cell.percent}


_EXACT: dict[str, Callable[[Step, Counts], list[dict[str, Any]]]] = {
    "rank": _ranking,
    "number": _values,
    "date": _values,
    "place": _values,
    "text": lambda _step, _counts: [],
}
_RELEASED: dict[str, Callable[[Step, Counts, int, int], dict[str, Any]]] = {
    "rank": _released_ranking,
    "number": _released_bands,
    "date": _released_bands,
    "place": _released_places,
    "text": lambda *_: {"options": []},
}
"""Kinds whose figures are not just how many picked each option."""
