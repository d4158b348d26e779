"""Figures of groups as they may leave the team: one group, groups side by side, or two questions crossed."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import combinations
from typing import Any

from sqlalchemy import Connection, select

from conversations.conditions import comparisons
from conversations.figures import MONTHS
from conversations.flow import Flow, Step
from conversations.questions import KINDS
from conversations.screens import LANGUAGE_NAMES
from conversations.text import FALLBACK, choose
from storage.engagements import Engagement
from storage.figures import cells, crossing, results, small_numbers
from storage.figures.cells import ALL, NOBODY, Questions
from storage.figures.crossing import Crossed
from storage.figures.small_numbers import STAR
from storage.schema import editions, partners


@dataclass(frozen=True, slots=True)
class Group:
    """A group and what it is called."""

    id: str
    label: str


@dataclass(frozen=True, slots=True)
class Side:
    """One question told of several groups; `cells` of a group are None where there are too few of it to say."""

    step: str
    kind: str
    ask: str
    options: tuple[Group, ...]
    groups: tuple[Group, ...]
    answered: Mapping[str, str]
    cells: Mapping[str, Mapping[str, small_numbers.Cell] | None]

    def one(self, group: str) -> dict[str, Any]:
        """What is told of one group, in the shape of a step of `results.released`."""
        shown = self.cells.get(group) or {}
        options = [
            {"id": option.id, "label": option.label, "count": shown[option.id].shown, "percent": shown[option.id].percent}
            for option in self.options
            if option.id in shown
        ]
        told = {"id": self.step, "kind": self.kind, "ask": self.ask, "about": "answers"}
        return told | {"answered": self.answered.get(group, STAR), "options": options}


@dataclass
class Comparison:
    """What may be told of the groups of one engagement. Tables are looked up once."""

    db: Connection
    engagement: Engagement
    flow: Flow
    known: Questions
    steps: Mapping[str, Step]  # those that may be told at all, in their order
    _tables: dict[tuple[str, str], Crossed] = field(default_factory=dict)

    def sides(self, by: str, only: str = "") -> list[Side]:
        """Every question of the groups by language, door and so on; of one group when `only` is given.

        It is one table all the same: which group is asked for changes no star.
        """
        groups = self._named(by, cells.read(self.db, self.engagement.id, by, ALL))
        if only:
            groups = [group for group in groups if group.id == only]
        return [self._side(by, groups, step) for step in self.steps.values()]

    def groups(self, by: str) -> list[tuple[Group, str]]:
        """The groups, each with how many are in it as it may be said."""
        sizes = cells.read(self.db, self.engagement.id, by, ALL)
        shown = crossing.hide(sizes, (), apart=True, exclusive=True, least=self.least).answered
        return [(group, shown[group.id]) for group in self._named(by, sizes)]

    def cross(self, one: str, other: str) -> Side | None:
        """Two questions: the groups are of the one whose answers part people; None when they cannot be crossed."""
        if one == other or one not in self.steps or other not in self.steps or self._hang_together(one, other):
            return None
        by, step = self.known.pair(one, other)
        return self._side(by, self._options(self.steps[by], self._table(by, step).groups), self.steps[step])

    def everything(self) -> Iterator[tuple[str, Side]]:
        """All that can be told of groups: by what, and a question."""
        for by in cells.ATTRIBUTES:
            if len(self.groups(by)) > 1:
                yield from ((by, side) for side in self.sides(by))
        for one, other in combinations(self.steps, 2):
            side = self.cross(one, other)
            if side:
                yield (one if side.step == other else other), side

    @property
    def least(self) -> int:
        """How many people can be named without a star."""
        return small_numbers.threshold(self.engagement.audience)

    def _side(self, by: str, groups: Iterable[Group], step: Step) -> Side:
        table = self._table(by, step.id)
        options = self._options(step, {option for group in table.groups.values() for option in group or ()})
        ask = choose(step.ask, FALLBACK)
        return Side(step.id, step.kind, ask, tuple(options), tuple(groups), table.answered, table.groups)

    def _table(self, by: str, step: str) -> Crossed:
        if (by, step) not in self._tables:
            self._tables[by, step] = self._hide(by, step)
        return self._tables[by, step]

    def _hide(self, by: str, step: str) -> Crossed:
        counts = {group: said for group, said in cells.read(self.db, self.engagement.id, by, step).items() if said.get(ALL)}
        everyone = counts.pop(ALL, None) if by in self.steps else None
        options = {option: None for said in counts.values() for option in said if option != ALL}
        options |= dict.fromkeys(option.id for option in self.steps[step].options)
        return crossing.hide(
            counts,
            sorted(options),
            apart=by not in self.steps or not KINDS[self.steps[by].kind].many,
            exclusive=not KINDS[self.steps[step].kind].many,
            everyone=everyone[ALL] if everyone else None,
            shut=self._shut(by, self.steps[step], counts),
            least=self.least,
        )

    def _shut(self, by: str, step: Step, groups: Iterable[str]) -> set[str]:
        """Groups in which how many answered `step` would tell a star of a question that it hangs on."""
        gates = {compare.subject for compare in comparisons(step.when)} if step.when else set()
        shut = set[str]()
        for gate in (gates & self.steps.keys()) - {by}:
            if by in self.steps and self.known.pair(by, gate)[0] != by:
                return set(groups)
            table = self._table(by, gate).groups
            shut |= {group for group in groups if _has_star(table.get(group))}
        return shut

    def _hang_together(self, one: str, other: str) -> bool:
        """Whether what is offered in one depends on the other: then it is known beforehand who can have said nothing."""
        for asked, heard in ((one, other), (other, one)):
            conditions = [option.when for option in self.steps[asked].options if option.when]
            if any(compare.subject == heard for condition in conditions for compare in comparisons(condition)):
                return True
        return False

    def _options(self, step: Step, met: Iterable[str]) -> list[Group]:
        known = {option.id: choose(option.label, FALLBACK) for option in step.options}
        return [Group(*pair) for pair in (known | {option: option for option in sorted(set(met) - known.keys())}).items()]

    def _named(self, by: str, met: Iterable[str]) -> list[Group]:
        names = NAMES[by](self.db, self.engagement) if by in NAMES else {}
        return [Group(one, names.get(one) or _name(by, one)) for one in sorted(met)]


def size(db: Connection, engagement: Engagement, by: str, value: str) -> str:
    """How many are in a group, as it may be said."""
    sizes = cells.read(db, engagement.id, by, ALL)
    shown = crossing.hide(sizes, (), apart=True, exclusive=True, least=small_numbers.threshold(engagement.audience))
    return shown.answered.get(value, STAR)


def compare(db: Connection, engagement: Engagement, flow: Flow) -> Comparison:
    """What may be told of groups: only of closed questions whose own figures are told."""
    told = {step["id"] for step in results.released(db, engagement, flow)["steps"] if step["options"]}
    known = cells.questions(db, engagement.id)
    steps = {step.id: step for step in flow.steps if step.id in told and cells.is_closed(step)}
    return Comparison(db, engagement, flow, known, steps)


def everything(db: Connection, engagement: Engagement, flow: Flow) -> list[tuple[str, Side]]:
    """All that can be told of groups: by what, and a question. Nothing while cells are being built."""
    return list(compare(db, engagement, flow).everything()) if cells.is_whole(db, engagement.id) else []


def _has_star(group: Mapping[str, small_numbers.Cell] | None) -> bool:
    return group is None or any(cell.shown == STAR for cell in group.values())


# --- What groups are called


def _name(by: str, value: str) -> str:
    if value == NOBODY:
        return {"partner": "No partner", "language": "Not known"}.get(by, value)
    if by == "language":
        return LANGUAGE_NAMES.get(value, value)
    if by == "month":
        day = dt.date.fromisoformat(f"{value}-01")
        return f"{MONTHS[day.month - 1]} {day.year}"
    return {"telegram": "Telegram", "web": "Web page", "paper": "Paper", "staff": "Entered by staff"}.get(value, value)


def _partner_names(db: Connection, engagement: Engagement) -> dict[str, str]:
    wanted = select(partners.c.code, partners.c.name).where(partners.c.organisation_id == engagement.organisation_id)
    return {row.code: row.name for row in db.execute(wanted)}


def _edition_names(db: Connection, engagement: Engagement) -> dict[str, str]:
    """By the day since when people could begin with it."""
    wanted = select(editions.c.id, editions.c.served_at, editions.c.made_at).where(editions.c.engagement_id == engagement.id)
    days = {str(row.id): (row.served_at or row.made_at) for row in db.execute(wanted.order_by(editions.c.id))}
    return {
        edition: f"Edition {number}, from {day.day} {MONTHS[day.month - 1]} {day.year}"
        for number, (edition, day) in enumerate(days.items(), 1)
    }


NAMES = {"partner": _partner_names, "edition": _edition_names}
"""Groups that have names of their own -> where those are found."""
