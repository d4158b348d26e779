"""The shape of an engagement file: which keys each table takes, what they hold, and which must be there."""

from __future__ import annotations

import datetime as dt
import math
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from conversations.charter import LONGEST_WITHIN
from conversations.checking.places import Path
from conversations.checking.problems import Findings, nearest, quote, suggest
from conversations.flow import AUDIENCES, ENGAGEMENT_KINDS, IDENTITIES, MEETS, OTHER
from conversations.questions import KINDS, TODAY
from conversations.records import RECORDS

Table = dict[str, Any]

LARGEST = 1_000_000
LONGEST_ID = 40
ID = re.compile(r"[a-z][a-z0-9-]*")
RESERVED = ("all", "any", "not", "person")
"""Step ids that mean something else inside a `when`."""


@dataclass(frozen=True, slots=True)
class Key:
    """`fits` says whether a value is of the right type; `write` shows one; `known` lists the words it may be."""

    fits: Callable[[Any], bool]
    write: str
    needed: bool = False
    known: Sequence[str] = ()


def read(table: Mapping[str, Any], findings: Findings) -> Table:
    """The engagement with only what has the right shape; everything else is noted. Lists keep their positions."""
    engagement = _sound(table, MEETING if table.get("kind") in MEETS else ENGAGEMENT, (), "the file", findings)
    if "format" in engagement and engagement["format"] != 1:
        findings.add(("format",), f"format {quote(engagement['format'])} is not known here", "write format = 1")
    _read_tables(engagement, findings)
    for key, rules in (("charter", CHARTER), ("reading", READING)):
        if key in engagement:
            engagement[key] = _sound(engagement[key], rules, (key,), f"the {key}", findings)
    if "event" in engagement:
        engagement["event"] = _event(engagement["event"], findings)
    steps = enumerate(engagement.get("steps", []))
    engagement["steps"] = [_step(step, ("steps", place), findings) for place, step in steps]
    _check_ids([engagement], (), "engagement", findings)
    _check_ids(engagement["steps"], ("steps",), "step", findings)
    return engagement


def _read_tables(engagement: Table, findings: Findings) -> None:
    """What is noted beside the texts: who approved them, and which findings were answered."""
    if "approved" in engagement:
        tables = {tag: table if isinstance(table, dict) else {} for tag, table in engagement["approved"].items()}
        engagement["approved"] = {
            tag: _sound(table, APPROVED, ("approved", tag), "the approval", findings) for tag, table in tables.items()
        }
    overrides = enumerate(engagement.get("overrides", ()))
    engagement["overrides"] = [_sound(one, OVERRIDE, ("overrides", place), "the override", findings) for place, one in overrides]


def _event(table: Table, findings: Findings) -> Table:
    event = _sound(table, EVENT, ("event",), "the event", findings)
    kinds = enumerate(event.get("kinds", ()))
    event["kinds"] = [_sound(kind, KIND, ("event", "kinds", place), "the kind", findings) for place, kind in kinds]
    _check_ids(event["kinds"], ("event", "kinds"), "kind", findings)
    return event


def _step(table: Table, path: Path, findings: Findings) -> Table:
    step = _sound(table, STEP, path, "the step", findings)
    if "options" in step:
        options = enumerate(step["options"])
        step["options"] = [_sound(option, OPTION, (*path, "options", place), "the option", findings) for place, option in options]
        _check_ids(step["options"], (*path, "options"), "option", findings)
    if "picture" in step:
        step["picture"] = _sound(step["picture"], PICTURE, (*path, "picture"), "the picture", findings)
    name = step.get("id", "")
    if name in RESERVED:
        findings.add((*path, "id"), f"{quote(name)} means something else in a `when`", "pick another id")
    if name.endswith(OTHER):
        findings.add((*path, "id"), f"ids that end in {quote(OTHER)} are made by options with `other`", "pick another id")
    return step


def _sound(table: Mapping[str, Any], keys: Mapping[str, Key], path: Path, name: str, findings: Findings) -> Table:
    """The entries of `table` that are what they should be."""
    missing = {key for key, rule in keys.items() if rule.needed and key not in table}
    for key in table.keys() - keys.keys():
        meant = nearest(key, keys)
        missing.discard(meant or "")
        findings.mistaken.add((*path, meant or key))
        findings.add((*path, key), f"{quote(key)} is not known here", suggest(key, keys, "take it out"))
    for key in sorted(missing):
        findings.add(path, f"{name} has no `{key}`", f"write {keys[key].write}")
    sound = {}
    for key, rule in keys.items():
        if key in table and _fits(table[key], rule, key, (*path, key), findings):
            sound[key] = table[key]
    return sound


def _fits(value: Any, rule: Key, key: str, path: Path, findings: Findings) -> bool:
    if not rule.fits(value):
        findings.mistaken.add(path)
        findings.add(path, f"`{key}` does not hold what it should", f"write {rule.write}")
        return False
    if rule.known and value not in rule.known:
        findings.add(
            path, f"{quote(value)} is not a known `{key}`", suggest(value, rule.known, f"write {rule.write}", len(rule.known))
        )
        return False
    return True


def _check_ids(tables: Sequence[Table], path: Path, name: str, findings: Findings) -> None:
    seen: set[str] = set()
    for place, table in enumerate(tables):
        if "id" not in table:
            continue
        most = LONGEST_ID - len(OTHER) if any(option.get("other") for option in table.get("options", ())) else LONGEST_ID
        at: Path = (*path, place, "id") if path else ("id",)
        if not ID.fullmatch(table["id"]) or len(table["id"]) > most:
            todo = f"use up to {most} small letters, digits and hyphens, and begin with a letter"
            findings.add(at, f"the {name} id {quote(table['id'])} is not a plain name", todo)
        if table["id"] in seen:
            findings.add(at, f"the {name} id {quote(table['id'])} is given twice", "give each its own id")
        seen.add(table["id"])


def asks(step: Table) -> bool:
    """Whether a step waits for an answer; one of a kind nobody knows counts as if it did."""
    return step.get("kind") not in KINDS or KINDS[step["kind"]].asks


def is_words(value: Any) -> bool:
    """Some text on its own."""
    return isinstance(value, str)


def is_text(value: Any) -> bool:
    """Words for each of one or more languages."""
    return isinstance(value, dict) and bool(value) and all(isinstance(words, str) for words in value.values())


def is_number(value: Any) -> bool:
    """A whole number someone may count to; TOML's true and false are none."""
    return isinstance(value, int) and not isinstance(value, bool) and abs(value) < LARGEST


def is_wait(value: Any) -> bool:
    """A number of working days."""
    return is_number(value) and 1 <= value <= LONGEST_WITHIN


def is_flag(value: Any) -> bool:
    """True or false."""
    return isinstance(value, bool)


def is_day(value: Any) -> bool:
    """A day without a time."""
    return isinstance(value, dt.date) and not isinstance(value, dt.datetime)


def is_bound(value: Any) -> bool:
    """A number, a day, or the word for the day it is asked."""
    part = isinstance(value, float) and math.isfinite(value) and abs(value) <= LARGEST
    return part or is_number(value) or is_day(value) or value == TODAY


def is_file(value: Any) -> bool:
    """The plain name of a picture."""
    return isinstance(value, str) and re.fullmatch(r"[\w][\w .-]*\.(png|jpe?g)", value, re.IGNORECASE) is not None


def is_table(value: Any) -> bool:
    """A table, in brackets or in braces."""
    return isinstance(value, dict)


def is_list(value: Any) -> bool:
    """One word or more."""
    return isinstance(value, list) and bool(value) and all(isinstance(one, str) for one in value)


def is_tables(value: Any) -> bool:
    """One table or more."""
    return isinstance(value, list) and bool(value) and all(isinstance(one, dict) for one in value)


ENGAGEMENT: dict[str, Key] = {
    "format": Key(is_number, "format = 1", needed=True),
    "id": Key(is_words, 'id = "a-short-name"', needed=True),
    "kind": Key(is_words, 'kind = "consultation"', needed=True, known=ENGAGEMENT_KINDS),
    "title": Key(is_text, 'title.en = "…"', needed=True),
    "identity": Key(is_words, 'identity = "anonymous", "confidential" or "named"', needed=True, known=IDENTITIES),
    "audience": Key(is_words, 'audience = "everyone", "adults" or "under-18s"', needed=True, known=AUDIENCES),
    "charter": Key(is_table, "a [charter] table: what it settles, who decides, what can change", needed=True),
    "steps": Key(is_tables, "a [[steps]] table for each question", needed=True),
    "welcome": Key(is_text, 'welcome.en = "…"'),
    "thanks": Key(is_text, 'thanks.en = "…"'),
    "event": Key(is_table, "an [event] table: who comes, access, payment"),
    "reading": Key(is_table, "a [reading] table: who reads what people write, and how soon"),
    "invited": Key(is_number, "invited = 40, how many people you will ask, about"),
    "approved": Key(is_table, "an [approved.cy] table, as `words approve` writes it"),
    "overrides": Key(is_tables, "an [[overrides]] table: rule, at, why"),
}

MEETING = ENGAGEMENT | {
    "steps": replace(ENGAGEMENT["steps"], needed=False),
    "event": replace(ENGAGEMENT["event"], needed=True),
}
"""What people come to may ask them nothing, and has to say what it is like."""

EVENT: dict[str, Key] = {
    "why_you": Key(is_text, 'why_you.en = "You told us that …"'),
    "who_comes": Key(is_text, 'who_comes.en = "About 12 people who …"'),
    "access": Key(is_text, 'access.en = "No steps. A quiet room. …"'),
    "payment": Key(is_text, 'payment.en = "We pay your travel and …", or plainly that there is none', needed=True),
    "kinds": Key(is_tables, 'kinds = [{ id = "carer", label.en = "I look after somebody" }]'),
    "offers": Key(is_list, 'offers = ["accept", "voucher", "donate", "decline"]'),
}

KIND: dict[str, Key] = {
    "id": Key(is_words, 'id = "a-short-name"', needed=True),
    "label": Key(is_text, 'label.en = "I look after somebody"', needed=True),
}

READING: dict[str, Key] = {
    "by": Key(is_words, 'by = "The participation team"', needed=True),
    "within_days": Key(is_wait, f"within_days = 2, working days, 1 to {LONGEST_WITHIN}"),
}

APPROVED: dict[str, Key] = {
    "by": Key(is_words, 'by = "who read it"', needed=True),
    "on": Key(is_day, "on = 2026-11-20, a day without quotes", needed=True),
    "texts": Key(is_text, 'texts = { title = "1a2b3c4d" }', needed=True),
}

OVERRIDE: dict[str, Key] = {
    "rule": Key(is_words, 'rule = "reading-age"', needed=True),
    "at": Key(is_words, 'at = "steps.who.ask"'),
    "why": Key(is_words, 'why = "…"', needed=True),
}

CHARTER: dict[str, Key] = {
    "settles": Key(is_text, 'settles.en = "…"', needed=True),
    "decided_by": Key(is_text, 'decided_by.en = "…"', needed=True),
    "can_change": Key(is_text, 'can_change.en = "…"', needed=True),
    "cannot_change": Key(is_text, 'cannot_change.en = "…"', needed=True),
    "feedback_by": Key(is_day, "feedback_by = 2027-02-26, a day without quotes", needed=True),
}

STEP: dict[str, Key] = {
    "id": Key(is_words, 'id = "a-short-name"', needed=True),
    "kind": Key(is_words, 'kind = "choice"', needed=True, known=tuple(KINDS)),
    "ask": Key(is_text, 'ask.en = "…"'),
    "options": Key(is_tables, 'options = [{ id = "a", label.en = "…" }, …]'),
    "when": Key(is_table, 'when = { earlier-step = "option" }'),
    "optional": Key(is_flag, "optional = true"),
    "at_least": Key(is_bound, "at_least = 1, or a day like 2027-02-26"),
    "at_most": Key(is_bound, "at_most = 2, or a day like 2027-02-26"),
    "about": Key(is_words, 'about = "me"', known=("answers", "me")),
    "record": Key(is_words, 'record = "results"', known=tuple(RECORDS)),
    "title": Key(is_text, 'title.en = "…"'),
    "hint": Key(is_text, 'hint.en = "…"'),
    "sensitive": Key(is_text, 'sensitive.en = "The next question may be hard. You can skip it. It is about …"'),
    "says": Key(is_text, 'says.en = "I agree that …"'),
    "low": Key(is_text, 'low.en = "Not at all"'),
    "high": Key(is_text, 'high.en = "Very much"'),
    "unit": Key(is_text, 'unit.en = "hours"'),
    "whole": Key(is_flag, "whole = false"),
    "picture": Key(is_table, 'picture = { file = "map.png", alt.en = "…" }'),
    "instrument": Key(is_words, 'instrument = "nhs-fft"'),
    "quotes": Key(is_flag, "quotes = true"),
}

PICTURE: dict[str, Key] = {
    "file": Key(is_file, 'file = "map.png", a picture in the same folder', needed=True),
    "alt": Key(is_text, 'alt.en = "…", what the picture shows', needed=True),
}

OPTION: dict[str, Key] = {
    "id": Key(is_words, 'id = "a-short-name"', needed=True),
    "label": Key(is_text, 'label.en = "…"', needed=True),
    "when": Key(is_table, 'when = { earlier-step = "option" }'),
    "alone": Key(is_flag, "alone = true"),
    "other": Key(is_flag, "other = true"),
    "ask": Key(is_text, 'ask.en = "What is it?"'),
}
