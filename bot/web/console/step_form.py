"""One step of an engagement as the fields of a form, and back."""

from __future__ import annotations

import copy
import datetime as dt
import math
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from bot.manuscript import spelling
from bot.manuscript.manuscripts import parse
from bot.web.console.fields import Sheet, step_fields
from conversations.approval import STEP_TEXTS
from conversations.questions import KINDS, TODAY
from conversations.records import RECORDS

Table = dict[str, Any]
Fields = Mapping[str, str]

FLAGS: Mapping[str, Any] = {"optional": True, "quotes": True, "whole": False, "about": "me"}
"""What is ticked or not, and what it then says."""

TICKED = {"whole": "no", "about": "me"}
OPTION_FLAGS = ("alone", "other")
BOUNDS = ("at_least", "at_most")
MOST_OPTIONS = 60  # more have too many fields for one form

EVERYONE, PICKED, WRITTEN = "all", "picked", "toml"
"""Who is asked: everyone, those who picked something before, or a condition written by hand."""

ANSWERED = "*"
"""In place of an option: that there was an answer at all."""


# --- From a step to the fields


def fields_of(step: Table) -> dict[str, str]:
    """What stands in the fields of a step's form; what has not the shape it should have is left out."""
    fields = {key: str(step[key]) for key in ("id", "kind", "instrument", "record") if isinstance(step.get(key), str)}
    fields |= {flag: TICKED.get(flag, "yes") for flag, value in FLAGS.items() if step.get(flag) == value}
    fields |= {bound: _tell(step[bound]) for bound in BOUNDS if bound in step}
    fields |= {f"{key}.{tag}": words for key in STEP_TEXTS for tag, words in _words(step.get(key))}
    picture = step.get("picture")
    if isinstance(picture, dict):
        fields["picture.file"] = str(picture.get("file", ""))
        fields |= {f"picture.alt.{tag}": words for tag, words in _words(picture.get("alt"))}
    for place, option in enumerate(options_of(step)):
        fields |= {f"options.{place}.{key}": words for key, words in _option_fields(option)}
    return fields | _when_fields(step)


def _option_fields(option: Table) -> Iterator[tuple[str, str]]:
    yield "id", str(option.get("id", ""))
    yield from ((flag, "yes") for flag in OPTION_FLAGS if option.get(flag) is True)
    yield from ((f"{key}.{tag}", words) for key in ("label", "ask") for tag, words in _words(option.get(key)))
    if "when" in option:
        yield "when", spelling.spell(option["when"])


def _when_fields(step: Table) -> dict[str, str]:
    if "when" not in step:
        return {"when-mode": EVERYONE}
    mode = PICKED if picks_of(step["when"]) is not None else WRITTEN
    return {"when-mode": mode, "when": spelling.spell(step["when"])}


def options_of(step: Table) -> list[Table]:
    """The options of a step, as far as they are such."""
    found = step.get("options")
    return found if isinstance(found, list) and all(isinstance(each, dict) for each in found) else []


def _words(text: Any) -> Iterator[tuple[str, str]]:
    return ((tag, words) for tag, words in text.items() if isinstance(words, str)) if isinstance(text, dict) else iter(())


def _tell(bound: Any) -> str:
    return bound.isoformat() if isinstance(bound, dt.date) else str(bound)


# --- And back


class Fault(Exception):
    """A field cannot be read; the message says what to do."""

    def __init__(self, field: str, words: str) -> None:
        super().__init__(words)
        self.field = field


def step_of(fields: Fields, before: Table, picks: Sequence[str], kinds: Mapping[str, str]) -> Table:
    """The step that the fields say. What they do not speak of stays as it was. Raises Fault.

    `picks` are the answers ticked under "who is asked", as `subject:option`; `kinds` tell of each subject what it is.
    """
    step, kind = copy.deepcopy(before), str(before.get("kind", ""))
    for key in ("id", "record"):
        if key in fields:
            _put(step, key, fields[key] or None)
    shown = {field.key for field in step_fields(kind, Sheet({}, {}, ()))}
    for flag, value in FLAGS.items():
        if flag in shown:  # what is not ticked is not sent
            _put(step, flag, value if flag in fields else None)
    for bound in BOUNDS:
        if bound in fields:
            _put(step, bound, _bound(bound, fields[bound], kind))
    for key in STEP_TEXTS:
        _put_words(step, key, fields, f"{key}.")
    _put_picture(step, fields)
    _put_options(step, fields)
    same = fields.get("when-mode") == PICKED and "when" in step and set(picks_of(step["when"]) or ()) == set(picks)
    if not same:
        _put(step, "when", _when(fields, picks, kinds))
    return step


def _put(table: Table, key: str, value: Any) -> None:
    if value is None:
        table.pop(key, None)
    else:
        table[key] = value


def _put_words(table: Table, key: str, fields: Fields, before: str) -> None:
    """Set a text as the fields have it, each language where it stood; languages that no field speaks of stay."""
    held = dict(_words(table.get(key)))
    for name, words in fields.items():
        if name.startswith(before):
            _put(held, name.removeprefix(before), words or None)
    if held or isinstance(table.get(key), dict):
        _put(table, key, held or None)


def _put_picture(step: Table, fields: Fields) -> None:
    if "picture.file" not in fields:
        return
    picture = dict(step["picture"]) if isinstance(step.get("picture"), dict) else {}
    _put(picture, "file", fields["picture.file"] or None)
    _put_words(picture, "alt", fields, "picture.alt.")
    _put(step, "picture", picture if picture.get("file") else None)


def _put_options(step: Table, fields: Fields) -> None:
    """Set the options in the order of the form; those that only the step has stay behind them."""
    many = next(place for place in range(len(fields) + 1) if f"options.{place}.id" not in fields)
    there = options_of(step)
    said = [fields[f"options.{place}.id"] for place in range(many)]
    unsaid = [option for option in there if str(option.get("id", "")) not in said]
    found = []
    for place, name in enumerate(said):
        same = [option for option in there if str(option.get("id", "")) == name]
        renamed = there[place] if place < len(there) and there[place] in unsaid else None
        option = copy.deepcopy(same[0] if same else renamed or {})
        if not same and renamed:
            unsaid.remove(renamed)
        _put_option(option, fields, f"options.{place}.")
        found.append(option)
    if found:
        step["options"] = [*found, *unsaid]


def _put_option(option: Table, fields: Fields, before: str) -> None:
    _put(option, "id", fields[f"{before}id"] or None)
    for flag in OPTION_FLAGS:
        _put(option, flag, True if fields.get(f"{before}{flag}") else None)
    for key in ("label", "ask"):
        _put_words(option, key, fields, f"{before}{key}.")
    if f"{before}when" in fields:
        _put(option, "when", _condition(fields[f"{before}when"], f"{before}when"))


def _bound(name: str, said: str, kind: str) -> Any:
    if not said:
        return None
    if kind == "date":
        if said == TODAY:
            return TODAY
        try:
            return dt.date.fromisoformat(said)
        except ValueError:
            raise Fault(name, "Write a day like 2027-02-26, or the word today.") from None
    try:
        return int(said)
    except ValueError:
        pass
    try:
        part = float(said)
    except ValueError:
        part = math.nan
    if not math.isfinite(part):
        raise Fault(name, "Write a number in digits, like 2.")
    return part


def _when(fields: Fields, picks: Sequence[str], kinds: Mapping[str, str]) -> Table | None:
    mode = fields.get("when-mode", EVERYONE)
    if mode == WRITTEN:
        return _condition(fields.get("when", ""), "when")
    if mode != PICKED:
        return None
    chosen: dict[str, list[str]] = {}
    for pick in picks:
        subject, _, option = pick.partition(":")
        if subject in kinds:
            chosen.setdefault(subject, []).append(option)
    if not chosen:
        raise Fault("when", "Tick at least one answer, or choose everyone.")
    when: Table = {}
    for subject, options in chosen.items():
        *around, name = subject.split(".")
        held = when.setdefault(around[0], {}) if around else when
        held[name] = _compared(options, kinds[subject])
    return when


def _compared(options: list[str], kind: str) -> Any:
    if ANSWERED in options:
        return {"answered": True}
    values = [int(option) if kind == "scale" and option.lstrip("-").isdecimal() else option for option in options]
    one = values[0] if len(values) == 1 else values
    return {"includes": one} if kind == "rank" else one


def _condition(said: str, field: str) -> Table | None:
    """A condition as it is written in a file, or nothing."""
    if not said.strip():
        return None
    table = parse(f"when = {said.strip()}")
    if table is None or list(table) != ["when"] or not isinstance(table["when"], dict):
        raise Fault(field, 'Write it like { who = ["have", "care"] }, in braces and in one line.')
    return table["when"]


def picks_of(when: Any) -> list[str] | None:
    """The answers that a condition asks for, as they can be ticked; None when it is more than that."""
    if not isinstance(when, dict):
        return None
    found: list[str] = []
    for subject, wanted in when.items():
        if subject in {"all", "any", "not"}:
            return None
        if subject == "person" and isinstance(wanted, dict) and list(wanted) == ["age_band"]:
            more = _picked("person.age_band", wanted["age_band"])
        else:
            more = _picked(subject, wanted)
        if more is None:
            return None
        found += more
    return found


def _picked(subject: str, wanted: Any) -> list[str] | None:
    if isinstance(wanted, dict) and len(wanted) == 1:
        how, inner = next(iter(wanted.items()))
        if how == "answered" and inner is True:
            return [f"{subject}:{ANSWERED}"]
        wanted = inner if how == "includes" else wanted
    values = wanted if isinstance(wanted, list) else [wanted]
    if any(isinstance(each, dict | list | bool | float) for each in values):
        return None
    return [f"{subject}:{each}" for each in values]


def new_step(kind: str, ids: Sequence[str], languages: Sequence[str]) -> Table:
    """A step to begin from, of a kind, with an id of its own."""
    name = next(f"question-{number}" for number in range(1, 10_000) if f"question-{number}" not in ids)
    step: Table = {"id": name, "kind": kind, "ask": {languages[0]: PLEASE_WRITE}}
    if KINDS[kind].asks:
        step["optional"] = True
    if "options" in KINDS[kind].needs:
        step["options"] = [new_option([], languages), new_option(["option-1"], languages)]
    if "says" in KINDS[kind].needs:
        step["says"] = {languages[0]: PLEASE_WRITE}
    return step


def new_option(ids: Sequence[str], languages: Sequence[str]) -> Table:
    """An option to begin from."""
    number = next(number for number in range(1, 10_000) if f"option-{number}" not in ids)
    return {"id": f"option-{number}", "label": {languages[0]: f"TO DO: answer {number}"}}


PLEASE_WRITE = "TO DO: write this"
"""The checker knows these words, and lets nothing be published that still holds them."""

RECORD_WORDS = {"": "Only to the answers", **{name: f"Their own record: {name}" for name in RECORDS}}
