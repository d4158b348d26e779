"""Who belongs to an audience, as staff say it: a value that reads and writes itself as JSON, and the SQL that finds them.

It asks people's own records and what they said under their name. What was said anonymously or in confidence is not
asked here, whoever wants it: the SQL itself finds nothing there.
"""

from __future__ import annotations

import datetime as dt
import json
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import asdict, dataclass, fields
from typing import Any, TypeVar

from sqlalchemy import ColumnElement, Connection, LargeBinary, Select, cast, exists, func, or_, select

from conversations.reception import ADULT
from storage.schema import answers, broadcasts, engagements, group_members, groups, outbox, participations, partners, people
from storage.schema import switches as switched
from storage.schema import wishes as wished
from storage.switches import PURPOSES

Condition = ColumnElement[bool]
Value = TypeVar("Value")

ADULTS, YOUNG = "adults", "under-18s"
FINISHED, BEGUN, NOT = "finished", "begun", "not"
NEVER, WITHIN, LONGER = "never", "within", "longer"
NAMED = "named"
MOST_DAYS = 365
MOST = 100  # of one thing

_PLACE = re.compile(r"[A-Z]{1,2}(\d[A-Z\d]?)?")
_SLUG = re.compile(r"[a-z][a-z0-9-]{0,39}")
_OPTION = re.compile(r"[A-Za-z0-9_-]{1,40}")
_CODE = re.compile(r"[a-z2-7]{16}")
_TAG = re.compile(r"[A-Za-z]{2,8}(-[A-Za-z0-9]{1,8})*")


class CriteriaError(ValueError):
    """A criterion that cannot be asked; `field` is its name, the message says what to do."""

    def __init__(self, field: str, message: str) -> None:
        """Keep whose fault it is."""
        super().__init__(message)
        self.field = field


@dataclass(frozen=True, slots=True)
class Said:
    """Who chose any of these options at a step of an engagement."""

    engagement: str
    step: str
    options: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Invited:
    """Who got a broadcast (by its code), or did not."""

    broadcast: str
    yes: bool = True


@dataclass(frozen=True, slots=True)
class TookPart:
    """Who finished an engagement, began and did not finish, or did not begin."""

    engagement: str
    how: str


@dataclass(frozen=True, slots=True)
class Contacted:
    """Whom the bot last wrote to by itself: never, within so many days, or longer ago than that (or never)."""

    how: str
    days: int = 0


@dataclass(frozen=True, slots=True)
class Criteria:
    """All that is said must hold; of places, languages, partners and groups one is enough. Nothing said: everybody.

    Raises CriteriaError.
    """

    partners: tuple[str, ...] = ()  # codes
    places: tuple[str, ...] = ()  # districts (ME14) and areas (ME)
    languages: tuple[str, ...] = ()
    age: str = ""  # adults | under-18s, with those who would rather not say
    wants: tuple[str, ...] = ()  # purposes, each switched on
    wishes: tuple[Said, ...] = ()  # said about themselves
    answers: tuple[Said, ...] = ()  # said under their name
    groups: tuple[str, ...] = ()  # codes
    invited: tuple[Invited, ...] = ()
    took_part: tuple[TookPart, ...] = ()
    contacted: Contacted | None = None

    def __post_init__(self) -> None:
        """Check everything that can be checked without a database."""
        for name, check in _CHECKS.items():
            value = getattr(self, name)
            if isinstance(value, tuple) and len(value) > MOST:
                raise CriteriaError(name, f"That is more than {MOST} at once. Take some away.")
            for one in value if isinstance(value, tuple) else [value]:
                wrong = check(one)
                if wrong:
                    raise CriteriaError(name, wrong)


def write(criteria: Criteria) -> str:
    """As it is kept: JSON of what is said."""
    said = {name: value for name, value in asdict(criteria).items() if value}
    return json.dumps(said, sort_keys=True, separators=(",", ":"))


def read(text: str) -> Criteria:
    """What `write` wrote. Raises CriteriaError for anything else."""
    try:
        told = json.loads(text)
    except ValueError:
        raise CriteriaError("criteria", _BROKEN) from None
    if not isinstance(told, dict) or told.keys() - _MAKERS.keys():
        raise CriteriaError("criteria", _BROKEN)
    try:
        return Criteria(**{name: _MAKERS[name](value) for name, value in told.items()})
    except (TypeError, KeyError, AttributeError):
        raise CriteriaError("criteria", _BROKEN) from None


def find(db: Connection, organisation_id: int, criteria: Criteria, now: dt.datetime) -> list[Condition]:
    """The conditions on `people` that `criteria` mean. Raises CriteriaError, among others for answers nobody gave by name."""
    _check_named(db, organisation_id, criteria.answers)
    asked = [ask(organisation_id, criteria, now) for ask in ASKED.values()]
    by_name = [_answered(db, organisation_id, said) for said in criteria.answers]
    return [people.c.organisation_id == organisation_id, *(one for many in asked for one in many), *by_name]


def _check_named(db: Connection, organisation_id: int, said: Iterable[Said]) -> None:
    for one in said:
        mine = (engagements.c.organisation_id == organisation_id, engagements.c.slug == one.engagement)
        identity = db.scalar(select(engagements.c.identity).where(*mine))
        if identity != NAMED:
            raise CriteriaError("answers", (_UNKNOWN if identity is None else _PRIVATE).format(one.engagement, identity))


def _answered(db: Connection, organisation_id: int, said: Said) -> Condition:
    name = func.convert_to(people.c.code, "UTF8") if db.dialect.name == "postgresql" else cast(people.c.code, LargeBinary)
    theirs = (answers.c.engagement_id == _engagement(organisation_id, said.engagement, named=True), answers.c.respondent == name)
    return exists().where(*theirs, answers.c.step == said.step, _any_of(answers.c.chosen, said.options))


def _engagement(organisation_id: int, slug: str, *, named: bool = False) -> Any:
    """The id of an engagement; with `named` nothing unless its answers carry names."""
    mine = [engagements.c.organisation_id == organisation_id, engagements.c.slug == slug]
    return select(engagements.c.id).where(*mine, *([engagements.c.identity == NAMED] if named else [])).scalar_subquery()


def _any_of(chosen: ColumnElement[str], options: Iterable[str]) -> Condition:
    spaced = " " + chosen + " "
    return or_(*(spaced.contains(f" {option} ", autoescape=True) for option in options))


def _live(organisation_id: int, criteria: Criteria, _now: dt.datetime) -> list[Condition]:
    """Where they live: whole districts by name, areas by the range of their districts in either database's order."""
    if not criteria.places:
        return []
    districts = [place for place in criteria.places if not place.isalpha()]
    areas = [place for place in criteria.places if place.isalpha()]
    within = [people.c.place.between(f"{area}0", f"{area}9Z") for area in areas]
    return [or_(*([people.c.place.in_(districts)] if districts else []), *within)]


def _speak(_organisation_id: int, criteria: Criteria, _now: dt.datetime) -> list[Condition]:
    return [people.c.language.in_(criteria.languages)] if criteria.languages else []


def _are_aged(_organisation_id: int, criteria: Criteria, _now: dt.datetime) -> list[Condition]:
    ages = {ADULTS: people.c.age_band == ADULT, YOUNG: people.c.age_band != ADULT}
    return [ages[criteria.age]] if criteria.age else []


def _came_by(organisation_id: int, criteria: Criteria, _now: dt.datetime) -> list[Condition]:
    theirs = (partners.c.organisation_id == organisation_id, partners.c.code.in_(criteria.partners))
    return [people.c.partner_id.in_(select(partners.c.id).where(*theirs))] if criteria.partners else []


def _want(_organisation_id: int, criteria: Criteria, _now: dt.datetime) -> list[Condition]:
    return [wants(purpose) for purpose in criteria.wants]


def wants(purpose: str) -> Condition:
    """Whether a person's switch for a purpose is on."""
    return exists().where(switched.c.person_id == people.c.id, switched.c.purpose == purpose, switched.c.given)


def _wish(organisation_id: int, criteria: Criteria, _now: dt.datetime) -> list[Condition]:
    return [
        exists().where(
            wished.c.person_id == people.c.id,
            wished.c.engagement_id == _engagement(organisation_id, said.engagement),
            wished.c.step == said.step,
            _any_of(wished.c.chosen, said.options),
        )
        for said in criteria.wishes
    ]


def _belong_to(organisation_id: int, criteria: Criteria, _now: dt.datetime) -> list[Condition]:
    if not criteria.groups:
        return []
    chosen = select(groups.c.id).where(groups.c.organisation_id == organisation_id, groups.c.code.in_(criteria.groups))
    return [exists().where(group_members.c.person_id == people.c.id, group_members.c.group_id.in_(chosen))]


def _were_invited(organisation_id: int, criteria: Criteria, _now: dt.datetime) -> list[Condition]:
    return [_agree(_got(organisation_id, one.broadcast), yes=one.yes) for one in criteria.invited]


def _got(organisation_id: int, code: str) -> Condition:
    mine = (broadcasts.c.organisation_id == organisation_id, broadcasts.c.code == code)
    broadcast = select(broadcasts.c.id).where(*mine).scalar_subquery()
    return exists().where(outbox.c.broadcast_id == broadcast, outbox.c.person_id == people.c.id, outbox.c.state.in_(COUNTED))


def _agree(condition: Condition, *, yes: bool) -> Condition:
    return condition if yes else ~condition


def _took_part(organisation_id: int, criteria: Criteria, _now: dt.datetime) -> list[Condition]:
    return [_parts(organisation_id, one) for one in criteria.took_part]


def _parts(organisation_id: int, one: TookPart) -> Condition:
    theirs = (
        participations.c.person_id == people.c.id,
        participations.c.engagement_id == _engagement(organisation_id, one.engagement),
    )
    how = {FINISHED: [participations.c.finished], BEGUN: [~participations.c.finished], NOT: []}[one.how]
    return _agree(exists().where(*theirs, *how), yes=one.how != NOT)


def _were_contacted(_organisation_id: int, criteria: Criteria, now: dt.datetime) -> list[Condition]:
    if criteria.contacted is None:
        return []
    how, days = criteria.contacted.how, criteria.contacted.days
    since = [outbox.c.due_at > now - dt.timedelta(days=days)] if how != NEVER else [outbox.c.due_at.is_not(None)]
    wrote = exists().where(outbox.c.person_id == people.c.id, outbox.c.state.in_(WRITTEN), *since)
    return [_agree(wrote, yes=how == WITHIN)]
