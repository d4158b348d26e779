"""The form of an audience: what can be chosen, what somebody chose, and how it is told in plain words."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from sqlalchemy import Connection

from bot.web.console.visits import Form
from conversations.flow import Flow, Step
from conversations.questions import KINDS
from conversations.records import OF_NEEDS
from conversations.screens import LANGUAGE_NAMES
from conversations.text import FALLBACK, choose, shorten
from storage import directory, engagements
from storage.broadcasting import broadcasts, groups
from storage.broadcasting.criteria import (
    ADULTS,
    BEGUN,
    FINISHED,
    LONGER,
    MOST_DAYS,
    NEVER,
    NOT,
    TOOK,
    WITHIN,
    YOUNG,
    Contacted,
    Criteria,
    CriteriaError,
    Invited,
    Said,
    TookPart,
)
from storage.broadcasting.selection import NAMED
from storage.broadcasting.switches import PURPOSES
from storage.staffing import staff as colleagues

Pairs = Sequence[tuple[str, str]]

MOST_BROADCASTS = 100
LONGEST = 90  # letters of a question's words
_APART = "/"


@dataclass(frozen=True, slots=True)
class Question:
    """A question of an engagement with the answers that can be ticked, as value and words."""

    engagement: str
    title: str
    words: str
    options: Pairs


@dataclass(frozen=True, slots=True)
class Offer:
    """All that can be chosen here now."""

    languages: Pairs
    groups: Pairs
    partners: Pairs
    broadcasts: Pairs
    engagements: Pairs
    wishes: Sequence[Question]  # asked about the person
    answers: Sequence[Question]  # answered under a name

    ages: Pairs = field(default=(("", "Any age"), (ADULTS, "Adults"), (YOUNG, "Under 18, or would rather not say")))
    wants: Pairs = field(default=tuple((key, label.capitalize()) for key, label in PURPOSES.items()))
    got: Pairs = field(default=(("yes", "got"), ("no", "did not get")))
    took: Pairs = field(
        default=(
            (TOOK, "took part"),
            (FINISHED, "finished"),
            (BEGUN, "began and did not finish"),
            (NOT, "did not begin"),
        )
    )
    contacted: Pairs = field(
        default=(
            ("", "Does not matter"),
            (NEVER, "Never"),
            (WITHIN, "Within the last days"),
            (LONGER, "Not within the last days"),
        )
    )


@dataclass(frozen=True, slots=True)
class Typed:
    """What stands in the form, whether it can be asked or not."""

    name: str = ""
    places: str = ""
    languages: Sequence[str] = ()
    age: str = ""
    wants: Sequence[str] = ()
    wishes: Sequence[str] = ()
    answers: Sequence[str] = ()
    groups: Sequence[str] = ()
    partners: Sequence[str] = ()
    invited: Pairs = ()  # broadcast, yes or no
    took_part: Pairs = ()  # engagement, how
    contacted: str = ""
    days: str = ""


def offer(db: Connection, organisation_id: int) -> Offer:
    """What can be chosen. Of questions only those of engagements whose answers carry names, or about the person."""
    shelf = engagements.load(db, organisation_id).values()
    flows = engagements.read_editions(db, {one.edition_id for one in shelf})
    named = [flows[one.edition_id] for one in shelf if one.identity == NAMED]
    sent = broadcasts.all_of(db, organisation_id, most=MOST_BROADCASTS)
    return Offer(
        languages=[(tag, LANGUAGE_NAMES.get(tag, tag)) for tag in directory.languages(db, organisation_id)],
        groups=[(group.code, group.name) for group in groups.load(db, organisation_id)],
        partners=[(code, name) for code, (_, name) in colleagues.partners_of(db, organisation_id).items()],
        broadcasts=[(one.code, one.title) for one in sent if one.started_at],
        engagements=[(one.slug, choose(flows[one.edition_id].title, FALLBACK)) for one in shelf],
        wishes=list(_questions(flows.values(), about_them=True)),
        answers=list(_questions(named, about_them=False)),
    )


def _questions(flows: Iterable[Flow], *, about_them: bool) -> Iterator[Question]:
    for flow in flows:
        for step in flow.steps:
            asks = step.options and KINDS[step.kind].picks and step.record not in OF_NEEDS
            if asks and (step.about == "me") == about_them:
                words = shorten(choose(step.ask, FALLBACK), LONGEST)
                yield Question(flow.id, choose(flow.title, FALLBACK), words, _options(flow, step))


def _options(flow: Flow, step: Step) -> Pairs:
    return [(_APART.join((flow.id, step.id, option.id)), choose(option.label, FALLBACK)) for option in step.options]


# --- What was chosen


def typed(form: Form) -> Typed:
    """What a form that was sent holds."""
    ticked = ("languages", "wants", "wishes", "answers", "groups", "partners")
    words = ("name", "places", "age", "contacted", "days")
    rows = {name: tuple(zip(form.all(name), form.all(f"{name}-how"), strict=False)) for name in ("invited", "took_part")}
    return Typed(**{name: form.all(name) for name in ticked}, **{name: form.one(name) for name in words}, **rows)  # type: ignore[arg-type]


def spelled(name: str, wanted: Criteria) -> Typed:
    """What the form holds for an audience that is there."""
    contacted = wanted.contacted or Contacted("")
    return Typed(
        name,
        ", ".join(wanted.places),
        wanted.languages,
        wanted.age,
        wanted.wants,
        _spell_said(wanted.wishes),
        _spell_said(wanted.answers),
        wanted.groups,
        wanted.partners,
        [(one.broadcast, "yes" if one.yes else "no") for one in wanted.invited],
        [(one.engagement, one.how) for one in wanted.took_part],
        contacted.how,
        str(contacted.days or ""),
    )


def _spell_said(said: Iterable[Said]) -> Sequence[str]:
    return [_APART.join((one.engagement, one.step, option)) for one in said for option in one.options]


def read(held: Typed) -> Criteria:
    """The criteria a form means. Raises CriteriaError."""
    return Criteria(
        partners=tuple(held.partners),
        places=tuple(dict.fromkeys(place.upper() for place in held.places.replace(",", " ").split())),
        languages=tuple(held.languages),
        age=held.age,
        wants=tuple(held.wants),
        wishes=_read_said("wishes", held.wishes),
        answers=_read_said("answers", held.answers),
        groups=tuple(held.groups),
        invited=tuple(Invited(code, how == "yes") for code, how in held.invited if code),
        took_part=tuple(TookPart(slug, how) for slug, how in held.took_part if slug),
        contacted=_read_contacted(held),
    )


def _read_said(name: str, ticked: Iterable[str]) -> tuple[Said, ...]:
    said: dict[tuple[str, str], list[str]] = {}
    for value in ticked:
        parts = value.split(_APART)
        if len(parts) != 3:  # noqa: PLR2004 - engagement, step, option
            raise CriteriaError(name, "Choose answers from the list.")
        said.setdefault((parts[0], parts[1]), []).append(parts[2])
    return tuple(Said(slug, step, tuple(options)) for (slug, step), options in said.items())


def _read_contacted(held: Typed) -> Contacted | None:
    if not held.contacted:
        return None
    if held.contacted == NEVER:
        return Contacted(NEVER)
    days = held.days if held.days.isascii() and held.days.isdigit() and len(held.days) <= len(str(MOST_DAYS)) else "0"
    return Contacted(held.contacted, int(days))


# --- In plain words


def describe(wanted: Criteria, offered: Offer) -> list[tuple[str, str]]:
    """Each criterion as a label and words."""
    got = {True: "Got the message", False: "Did not get the message"}
    asked = [
        ("Lives in", ", ".join(wanted.places)),
        ("Speaks", _tell(wanted.languages, offered.languages)),
        ("Age", dict(offered.ages)[wanted.age] if wanted.age else ""),
        ("Wants to hear about", _tell(wanted.wants, tuple(PURPOSES.items()), " and ")),
        *(("Told us", words) for words in _tell_said(wanted.wishes, offered.wishes)),
        *(("Answered, under their name", words) for words in _tell_said(wanted.answers, offered.answers)),
        ("Group", _tell(wanted.groups, offered.groups)),
        ("Came by", _tell(wanted.partners, offered.partners)),
        *((got[one.yes], _tell([one.broadcast], offered.broadcasts)) for one in wanted.invited),
        *((dict(offered.took)[one.how].capitalize(), _tell([one.engagement], offered.engagements)) for one in wanted.took_part),
        ("Last heard from us", _tell_contacted(wanted.contacted)),
    ]
    return [(label, words) for label, words in asked if words]


def _tell(values: Iterable[str], known: Pairs, apart: str = " or ") -> str:
    names = dict(known)
    return apart.join(names.get(value, "something that is gone") for value in values)


def _tell_said(said: Iterable[Said], known: Sequence[Question]) -> Iterator[str]:
    words = {value: (question.words, label) for question in known for value, label in question.options}
    for one in said:
        found = [words[value] for value in _spell_said([one]) if value in words]
        yield f"{found[0][0]} {' or '.join(f'“{label}”' for _, label in found)}" if found else "something that is gone"


def _tell_contacted(one: Contacted | None) -> str:
    if one is None:
        return ""
    if one.how == NEVER:
        return "never"
    return f"{'within' if one.how == WITHIN else 'not within'} the last {one.days} days"
