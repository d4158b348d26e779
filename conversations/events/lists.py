"""What is asked on the way to a place, and what somebody has coming up."""

from __future__ import annotations

from collections.abc import Sequence

from conversations.effects import Facts
from conversations.events.screens import LONGEST_KIND, NO_KIND, SHOWN, Choice, Screen, room, when
from conversations.events.views import GONE, Date, Event, Need, Paper, Point
from conversations.faces import line
from conversations.inputs import Ask, Attend, Open
from conversations.records import MOST_COMPANIONS
from conversations.text import FALLBACK, NEXT_LINE, SAME_LINE, Line


def kinds(event: Event, date: Date) -> Screen:
    """Which kind of kept place, if any."""
    kept = {kind: label for kind, label in event.kinds.items() if kind in date.kinds}
    found = [Choice(Line(label), Attend("take", date.code, kind[:LONGEST_KIND])) for kind, label in kept.items()]
    none = Choice(line("event-kind-none"), Attend("take", date.code, NO_KIND))
    return (line("event-kind"), line("event-kind-why")), (*found, none)


def companions(date: Date) -> Screen:
    """How many come with them."""
    labels = [line(f"event-bring-{count}") for count in range(MOST_COMPANIONS + 1)]
    return (line("event-bring-how"), line("event-bring-why")), tuple(
        Choice(label, Attend("bring", date.code, str(count))) for count, label in enumerate(labels)
    )


def words_for(asked: str, date: Date) -> Screen:
    """Words of their own, for the group that meets then; or none after all."""
    return (line(asked), line("point-who-reads")), (Choice(line("point-nothing"), Attend("see", date.code)),)


def papers(date: Date, files: Sequence[Paper]) -> tuple[Choice, ...]:
    """Each paper that has a file."""
    return tuple(Choice(line("paper-open", title=one.title), Attend("paper", date.code, one.code)) for one in files)


def minutes(date: Date) -> Screen:
    """What can be said about the notes of a meeting."""
    return (line("minutes-wrong-how"),), (Choice(line("minutes-wrong"), Attend("correct", date.code)),)


def points(raised: Sequence[Point]) -> Screen:
    """What somebody raised with their group, newest first, and what became of each."""
    told = [part for one in raised[:SHOWN] for part in _point(one)]
    return (line("points" if told else "points-none"), *told, *((line("points-how"),) if told else ())), ()


def _point(one: Point) -> list[Line]:
    lines = [line("point-words", words=one.words) if one.words else line("point-shut"), line(f"point-is-{one.state}", NEXT_LINE)]
    lines += [line("point-owner", NEXT_LINE, owner=one.owner)] if one.owner else []
    lines += [line("point-due", NEXT_LINE, day=one.due)] if one.due and one.state not in OVER else []
    return [*lines, *([Line({FALLBACK: one.became}, parting=NEXT_LINE)] if one.became else [])]


OVER = frozenset({"done", "not-done"})


def needs(kept: Sequence[Need], asks: str) -> Screen:
    """What is kept of what helps somebody, and whether it is still right; `asks` is the engagement that asks for it, if open."""
    if not kept:
        return (line("needs-none"),), ()
    told = (line("needs-are"), *(part for one in kept for part in _need(one)), line("needs-ask"))
    change = (Choice(line("needs-change"), Open(asks)),) if asks else ()
    return told, (Choice(line("needs-right"), Ask("needs-right")), *change, Choice(line("needs-forget"), Ask("needs-forget")))


def _need(one: Need) -> list[Line]:
    own = [Line({FALLBACK: one.words}, parting=NEXT_LINE)] if one.words else []
    return [line(f"need-{one.code}", NEXT_LINE), *own]


def diary(events: Sequence[Event], facts: Facts) -> Screen:
    """What somebody has coming up, soonest first."""
    dates = ((date, event) for event in events for date in event.dates if _comes_up(event, date) and date.is_ahead(facts.now))
    mine = sorted(dates, key=lambda pair: pair[0].starts)[:SHOWN]
    choices = tuple(_entry(event, date, facts) for date, event in mine)
    return ((line("event-diary"), line("feed-how")) if choices else (line("event-diary-empty"),)), choices


def _comes_up(event: Event, date: Date) -> bool:
    """Whether they have to do with it: a meeting of theirs too that they have not replied to."""
    return date.standing not in GONE or (event.meeting and date.state == "planned" and not date.standing)


def _entry(event: Event, date: Date, facts: Facts) -> Choice:
    hidden = date.standing == "asked"
    name = line("event-stand-in-short", NEXT_LINE) if hidden else line("event-titled", NEXT_LINE, title=event.flow.title)
    stands = room(date, facts.now) if date.standing else (line("meeting-no-reply", SAME_LINE),)
    return Choice(line("event-date", starts=date.starts), Attend("see", date.code), (when(date), name, *stands))
