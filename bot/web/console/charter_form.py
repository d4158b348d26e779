"""What stands around the steps of an engagement, as the fields of a form, and back."""

from __future__ import annotations

import copy
import datetime as dt
from collections.abc import Iterator, Mapping
from typing import Any

from bot.web.console import event_form, fields
from bot.web.console.fields import Field, Sheet
from bot.web.console.step_form import Fault
from conversations.flow import MEETS

Table = dict[str, Any]

TOP_TEXTS = ("title", "welcome", "thanks")
CHOSEN = ("kind", "identity", "audience")
CHARTER_TEXTS = tuple(fields.CHARTER)


def fields_of(table: Mapping[str, Any]) -> dict[str, str]:
    """What stands in the fields."""
    charter = table.get("charter")
    held = charter if isinstance(charter, dict) else {}
    found = {key: str(table[key]) for key in CHOSEN if isinstance(table.get(key), str)}
    found |= {f"{key}.{tag}": words for key in TOP_TEXTS for tag, words in _words(table.get(key))}
    found |= {f"charter.{key}.{tag}": words for key in CHARTER_TEXTS for tag, words in _words(held.get(key))}
    day, invited = held.get("feedback_by"), table.get("invited")
    found |= {"charter.feedback_by": day.isoformat()} if isinstance(day, dt.date) else {}
    found |= {"invited": str(invited)} if isinstance(invited, int) else {}
    reading = table.get("reading")
    if isinstance(reading, dict):
        found |= {f"reading.{key}": str(reading[key]) for key in ("by", "within_days") if key in reading}
    return found | event_form.fields_of(table)


def _words(text: Any) -> Iterator[tuple[str, str]]:
    return ((tag, words) for tag, words in text.items() if isinstance(words, str)) if isinstance(text, dict) else iter(())


def table_of(said: Mapping[str, str], before: Mapping[str, Any]) -> Table:
    """The engagement as the fields have it; what they do not speak of stays. Raises Fault."""
    table = copy.deepcopy(dict(before))
    for key in CHOSEN:
        if said.get(key):
            table[key] = said[key]
    charter = table.get("charter")
    held: Table = charter if isinstance(charter, dict) else {}
    for key in TOP_TEXTS:
        _put_words(table, key, said, f"{key}.")
    for key in CHARTER_TEXTS:
        _put_words(held, key, said, f"charter.{key}.")
    day = said.get("charter.feedback_by", "")
    _put(held, "feedback_by", _day("charter.feedback_by", day) if day else None)
    table["charter"] = held
    _put(table, "invited", _number("invited", said["invited"]) if said.get("invited") else None)
    by, within = said.get("reading.by", ""), said.get("reading.within_days", "")
    if "reading.by" in said:
        reading = {**({"by": by} if by else {}), **({"within_days": _number("reading.within_days", within)} if within else {})}
        _put(table, "reading", reading or None)
    event_form.put(table, said)
    return table


def _put(table: Table, key: str, value: Any) -> None:
    if value is None:
        table.pop(key, None)
    else:
        table[key] = value


def _put_words(table: Table, key: str, said: Mapping[str, str], before: str) -> None:
    text = dict(_words(table.get(key)))
    for name, words in said.items():
        if name.startswith(before):
            _put(text, name.removeprefix(before), words or None)
    _put(table, key, text or None)


def _day(name: str, said: str) -> dt.date:
    try:
        return dt.date.fromisoformat(said)
    except ValueError:
        raise Fault(name, "Write a day like 2027-02-26.") from None


def _number(name: str, said: str) -> int:
    if not (said.isascii() and said.isdecimal() and len(said) <= LONGEST_NUMBER):
        raise Fault(name, "Write a number in digits, like 40.")
    return int(said)


def groups(sheet: Sheet) -> Iterator[tuple[str, list[Field]]]:
    """The fields of the page, under headings."""
    sorts = event_form.MEETS_WORDS if sheet.values.get("kind") in MEETS else fields.PURPOSE_WORDS
    yield (
        "What it is",
        [
            sheet.text("title", *fields.TOP["title"], rows=1),
            sheet.one("kind", "What sort it is", sort="choice", options=sorts),
            sheet.one("audience", "Who may take part", sort="choice", options=fields.AUDIENCE_WORDS),
            sheet.one("identity", "What people are promised", IDENTITY_HINT, "choice", fields.IDENTITY_WORDS),
            sheet.one("invited", "How many people you will ask, about", "We say when they are too few to be anonymous."),
        ],
    )
    charter = [sheet.text(f"charter.{key}", *words) for key, words in fields.CHARTER.items()]
    yield (
        "Why you ask",
        [*charter, sheet.one("charter.feedback_by", "When people hear what happened", "They are told it.", "day")],
    )
    yield from event_form.groups(sheet)
    yield "Words around the questions", [sheet.text(key, *fields.TOP[key]) for key in ("welcome", "thanks")]
    yield (
        "Who reads what people write",
        [
            sheet.one("reading.by", "Who reads it", "A name or a team, for your colleagues."),
            sheet.one(
                "reading.within_days", "Within how many working days", "Leave it empty for what your organisation has settled."
            ),
        ],
    )


LONGEST_NUMBER = 6  # digits
IDENTITY_HINT = "It cannot be changed once people have answered."
