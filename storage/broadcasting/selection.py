"""The people who meet the criteria of an audience, as SQL: by their own records and what they said under their name.

What was said anonymously or in confidence is not asked here, whoever wants it: the SQL itself finds nothing there.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from typing import Any

from sqlalchemy import ColumnElement, Connection, Text, cast, func, or_, select, true

from conversations.reception import ADULT
from storage.broadcasting.criteria import (
    ADULTS,
    FINISHED,
    NEVER,
    NOT,
    TOOK,
    WITHIN,
    YOUNG,
    Criteria,
    CriteriaError,
    Said,
    TookPart,
)
from storage.letters.outbox import PENDING, SENDING, SENT, UNKNOWN
from storage.schema import answers, broadcasts, engagements, group_members, groups, outbox, participations, partners, people
from storage.schema import switches as switched
from storage.schema import wishes as wished

Condition = ColumnElement[bool]

ANONYMOUS, NAMED = "anonymous", "named"
STARTED = (PENDING, SENDING, SENT, UNKNOWN)
"""Letters that went out, may have, or will."""


def find(
    db: Connection, organisation_id: int, criteria: Criteria, now: dt.datetime, within: tuple[int, int] | None = None
) -> list[Condition]:
    """The conditions on `people` that `criteria` mean, `within` (above one id, up to another) or among all.

    Raises CriteriaError, for what is not there (any more) and for answers that nobody gave by name.
    """
    _check_known(db, organisation_id, criteria)
    _check_named(db, organisation_id, criteria.answers)
    _check_told(db, organisation_id, criteria.took_part)
    asked = [condition for ask in ASKED for condition in ask(organisation_id, criteria, now)]
    asked += [_answered(db, organisation_id, said, whole=within is None) for said in criteria.answers]
    asked += [people.c.id > within[0], people.c.id <= within[1]] if within else []
    indexed = within is None and (criteria.places or criteria.partners or criteria.languages)
    return [_belongs(db, organisation_id, indexed=bool(indexed)), *asked]


def _belongs(db: Connection, organisation_id: int, *, indexed: bool) -> Condition:
    """Whether it is the organisation's. SQLite would rather use an index that begins with it, even where nearly all are."""
    mine = people.c.organisation_id if indexed or db.dialect.name == "postgresql" else people.c.organisation_id + 0
    return mine == organisation_id


def there(column: ColumnElement[Any], *conditions: Condition) -> Condition:
    """Whether there is such a row beside one of `people`. Naming a column lets an index do that holds no more."""
    return select(column).where(*conditions).correlate(people).exists()


def _check_known(db: Connection, organisation_id: int, criteria: Criteria) -> None:
    """Who is not in what is gone would be everybody."""
    wanted = {
        "partners": (partners.c.code, criteria.partners),
        "groups": (groups.c.code, criteria.groups),
        "invited": (broadcasts.c.code, tuple(one.broadcast for one in criteria.invited)),
        "took_part": (engagements.c.slug, tuple(one.engagement for one in criteria.took_part)),
        "wishes": (engagements.c.slug, tuple(one.engagement for one in criteria.wishes)),
        "answers": (engagements.c.slug, tuple(one.engagement for one in criteria.answers)),
    }
    for field, (name, names) in wanted.items():
        theirs = (name.table.c.organisation_id == organisation_id, name.in_(names))
        if names and set(names) - set(db.scalars(select(name).where(*theirs))):
            raise CriteriaError(field, GONE)


def _check_named(db: Connection, organisation_id: int, said: Iterable[Said]) -> None:
    for one in said:
        identity = _identity(db, organisation_id, one.engagement)
        if identity != NAMED:
            raise CriteriaError("answers", _PRIVATE.format(one.engagement, identity))


def _check_told(db: Connection, organisation_id: int, parts: Iterable[TookPart]) -> None:
    for one in parts:
        if one.how not in {TOOK, NOT} and _identity(db, organisation_id, one.engagement) == ANONYMOUS:
            raise CriteriaError("took_part", _UNTOLD.format(one.engagement))


def _identity(db: Connection, organisation_id: int, slug: str) -> str:
    mine = (engagements.c.organisation_id == organisation_id, engagements.c.slug == slug)
    return str(db.scalars(select(engagements.c.identity).where(*mine)).one())


def _answered(db: Connection, organisation_id: int, said: Said, *, whole: bool) -> Condition:
    """Whether somebody said so under their name. Of all people, SQLite is quicker from the answers to the names."""
    theirs = [answers.c.engagement_id == _engagement(organisation_id, said.engagement, named=True), answers.c.step == said.step]
    theirs.append(_any_of(answers.c.chosen, said.options))
    if db.dialect.name == "postgresql":
        return there(answers.c.step, *theirs, answers.c.respondent == func.convert_to(people.c.code, "UTF8"))
    if whole:
        return people.c.code.in_(select(cast(answers.c.respondent, Text)).where(*theirs))
    return there(answers.c.step, *theirs, answers.c.respondent == cast(people.c.code, answers.c.respondent.type))


def _engagement(organisation_id: int, slug: str, *, named: bool = False) -> Any:
    """The id of an engagement; with `named` nothing unless its answers carry names."""
    mine = [engagements.c.organisation_id == organisation_id, engagements.c.slug == slug]
    return select(engagements.c.id).where(*mine, *([engagements.c.identity == NAMED] if named else [])).scalar_subquery()


def _any_of(chosen: ColumnElement[str], options: Iterable[str]) -> Condition:
    spaced = " " + chosen + " "
    return or_(*(spaced.contains(f" {option} ", autoescape=True) for option in options))


def _live(_organisation_id: int, criteria: Criteria, _now: dt.datetime) -> list[Condition]:
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
    return there(
        switched.c.person_id, switched.c.person_id == people.c.id, switched.c.purpose == purpose, switched.c.given == true()
    )


def _wish(organisation_id: int, criteria: Criteria, _now: dt.datetime) -> list[Condition]:
    return [
        there(
            wished.c.step,
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
    return [there(group_members.c.person_id, group_members.c.person_id == people.c.id, group_members.c.group_id.in_(chosen))]


def _were_invited(organisation_id: int, criteria: Criteria, _now: dt.datetime) -> list[Condition]:
    return [_agree(_got(organisation_id, one.broadcast), yes=one.yes) for one in criteria.invited]


def _got(organisation_id: int, code: str) -> Condition:
    mine = (broadcasts.c.organisation_id == organisation_id, broadcasts.c.code == code)
    broadcast = select(broadcasts.c.id).where(*mine).scalar_subquery()
    return there(outbox.c.id, outbox.c.broadcast_id == broadcast, outbox.c.person_id == people.c.id, outbox.c.state.in_(STARTED))


def _agree(condition: Condition, *, yes: bool) -> Condition:
    return condition if yes else ~condition


def _took_part(organisation_id: int, criteria: Criteria, _now: dt.datetime) -> list[Condition]:
    return [_parts(organisation_id, one) for one in criteria.took_part]


def _parts(organisation_id: int, one: TookPart) -> Condition:
    theirs = (
        participations.c.person_id == people.c.id,
        participations.c.engagement_id == _engagement(organisation_id, one.engagement),
    )
    if one.how in {TOOK, NOT}:
        return _agree(there(participations.c.person_id, *theirs), yes=one.how == TOOK)
    return there(participations.c.person_id, *theirs, participations.c.finished == (one.how == FINISHED))


def _were_contacted(_organisation_id: int, criteria: Criteria, now: dt.datetime) -> list[Condition]:
    if criteria.contacted is None:
        return []
    how, days = criteria.contacted.how, criteria.contacted.days
    since = [outbox.c.due_at > now - dt.timedelta(days=days)] if how != NEVER else [outbox.c.due_at.is_not(None)]
    wrote = there(outbox.c.person_id, outbox.c.person_id == people.c.id, outbox.c.state.in_((SENT, UNKNOWN)), *since)
    return [_agree(wrote, yes=how == WITHIN)]


ASKED = (_came_by, _live, _speak, _are_aged, _want, _wish, _belong_to, _were_invited, _took_part, _were_contacted)
"""Every criterion but answers given by name, which `find` looks at itself."""


GONE = "Something chosen here is not there any more. Take it away, or choose another one."
_UNTOLD = "{} is anonymous: who finished it is not told. Choose that people took part, or that they did not begin."
_PRIVATE = (
    "Answers to {0} are {1}: nobody is chosen by what they said there. Choose an engagement in which people answer under "
    "their name, or something they told us about themselves."
)
