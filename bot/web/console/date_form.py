"""The form of one date of an event: what was typed, what it means, and what is wrong with it beside its field."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, available_timezones

from bot.web.console.visits import Form
from conversations import hours
from conversations.hours import HourError
from storage.events.occasions import Occasion, OccasionError, Plan

Problems = dict[str, str]

LONGEST, LONGEST_LINK = 300, 500
KINDS = "kept-"
"""What the fields of places kept for a kind of person begin with."""


@dataclass(frozen=True, slots=True)
class Typed:
    """The fields as they were typed, so that they come back as they were when something is wrong."""

    day: str = ""
    at: str = ""
    zone: str = ""
    minutes: str = "90"
    place: str = ""
    online: bool = False
    link: str = ""
    phone: str = ""
    capacity: str = ""
    reserved: Mapping[str, str] = field(default_factory=dict)  # kind -> places
    reply_day: str = ""
    fold: str = ""  # which of an hour that comes twice: 0 | 1


def read(form: Form, kinds: Iterable[str]) -> Typed:
    """What was typed; `kinds` are those for whom places can be kept."""
    names = ("day", "at", "zone", "minutes", "place", "link", "phone", "capacity", "reply_day", "fold")
    told = {name: form.one(name)[:LONGEST_LINK] for name in names}
    return Typed(**told, online=form.one("online") == "yes", reserved={kind: form.one(f"{KINDS}{kind}")[:9] for kind in kinds})


def show(one: Occasion, joining: Mapping[str, str]) -> Typed:
    """A date as it stands in the form."""
    day, _, at = one.local_at.partition("T")
    zone = ZoneInfo(one.zone)
    first = dt.datetime.fromisoformat(one.local_at).replace(tzinfo=zone).astimezone(dt.UTC)
    fold = "1" if one.starts_at > first else ""
    return Typed(
        day, at, one.zone, str(one.minutes), one.place, one.online, joining.get("link", ""), joining.get("phone", ""),
        str(one.capacity or ""), {kind: str(number) for kind, number in one.reserved.items()},
        f"{one.reply_by.astimezone(zone):%Y-%m-%d}" if one.reply_by else "", fold,
    )  # fmt: skip


def plan(typed: Typed) -> tuple[Plan | None, Problems]:
    """What it means, or what is wrong by field. Whether it can be is for `occasions` to say; see `fault`."""
    problems: Problems = {}
    for name, words in NEEDED.items():
        if not getattr(typed, name):
            problems[name] = words
    if typed.zone not in available_timezones():
        problems["zone"] = "Choose a time zone of the list, like Europe/London."
    minutes = _number(typed.minutes, "minutes", "Say how long it takes, in minutes, like 90.", problems)
    capacity = _number(typed.capacity, "capacity", PLACES, problems) if typed.capacity else None
    kept = {kind: _number(told, KINDS + kind, KEPT, problems) for kind, told in typed.reserved.items() if told not in {"", "0"}}
    joining = _joining(typed, problems)
    reply_by = _reply_by(typed, problems)
    for name in ("place", "phone"):
        if len(getattr(typed, name)) > LONGEST:
            problems[name] = f"Keep it under {LONGEST} letters."
    if problems:
        return None, problems
    fold = int(typed.fold) if typed.fold in {"0", "1"} else None
    return Plan(
        f"{typed.day}T{typed.at}", typed.zone, minutes, typed.place, typed.online, joining, capacity, reply_by, kept, fold
    ), {}  # fmt: skip


def _number(told: str, name: str, words: str, problems: Problems) -> int:
    if told.isascii() and told.isdecimal() and len(told) <= LONGEST_NUMBER:
        return int(told)
    problems[name] = words
    return 0


def _joining(typed: Typed, problems: Problems) -> dict[str, str]:
    if typed.link and not _is_link(typed.link):
        problems["link"] = "This is no address that people can open. Copy it whole; it begins with https://"
    elif (typed.link or typed.phone) and not typed.online:
        problems["link"] = "There is a way to join, but nobody can join online. Tick that they can, or take it out."
    return {name: told for name in ("link", "phone") if (told := getattr(typed, name))}


def _is_link(told: str) -> bool:
    try:
        parts = urlsplit(told)
    except ValueError:
        return False
    return parts.scheme == "https" and "." in parts.netloc and not any(letter.isspace() for letter in told)


def _reply_by(typed: Typed, problems: Problems) -> dt.datetime | None:
    """The end of the last day on which people can say so, or its beginning where that is the day itself."""
    if not typed.reply_day or problems:
        return None
    last = f"{typed.day}T{typed.at}" if typed.reply_day == typed.day else f"{typed.reply_day}T23:59"
    try:
        return hours.instant(last, ZoneInfo(typed.zone))
    except HourError as error:
        problems["reply_day" if last.endswith("T23:59") else "at"] = str(error)
        return None


def fault(error: OccasionError, typed: Typed) -> Problems:
    """What a date that cannot be says, beside the field of the form that causes it."""
    first = next((f"{KINDS}{kind}" for kind, told in typed.reserved.items() if told not in {"", "0"}), "capacity")
    return {{**FIELDS, "reserved": first}.get(error.field, error.field): str(error)}


def zones(present: str) -> list[tuple[str, str]]:
    """The time zones to choose from, the one that is used here first."""
    return [(name, name) for name in dict.fromkeys((present, *COMMON))]


NEEDED = {"day": "Choose the day.", "at": "Say when it begins, like 18:00."}
FIELDS = {"local_at": "at", "reply_by": "reply_day"}
"""Field of a plan -> of the form, where they are called otherwise."""

PLACES = "Write how many places there are in all, or leave it empty for as many as like."
KEPT = "Write how many places are kept, or leave it empty."
LONGEST_NUMBER = 6  # digits
COMMON = (
    "Europe/London",
    "Europe/Dublin",
    "Europe/Paris",
    "Europe/Warsaw",
    "Europe/Bucharest",
    "Asia/Karachi",
    "Asia/Kolkata",
    "UTC",
)
