"""What an organisation settled in the console about what the bot starts: quiet hours, budgets, approval."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace

import orjson
from sqlalchemy import Connection, select

from conversations.hours import NATIONS, Budget, Quiet, read_hour
from storage import upserts
from storage.schema import preferences

Value = str | int | bool


@dataclass(frozen=True, slots=True)
class Preferences:
    """All of it; FIELDS says what each is. The defaults hold until somebody settles something else."""

    quiet_from: str = "20:00"
    quiet_until: str = "09:00"
    sundays: bool = False
    nation: str = "ENG"
    school_hours: bool = False
    week: int = 2
    month: int = 6
    young_week: int = 1
    young_month: int = 3
    nudges: int = 2
    young_nudges: int = 1
    undo_seconds: int = 600
    approval_above: int = 50
    late_hours: int = 24
    reading_days: int = 1

    def quiet(self, nation: str = "", narrower: str = "", *, young: bool = False) -> Quiet:
        """When one person is left in peace: `nation` and `narrower` are of `people`. Raises HourError if they are broken."""
        at_school = young and self.school_hours
        return Quiet(self.quiet_from, self.quiet_until, self.sundays, nation or self.nation, narrower, at_school)

    def budget(self, *, young: bool = False) -> Budget:
        """How much may be started for one person."""
        return Budget(self.young_week, self.young_month) if young else Budget(self.week, self.month)


class PreferenceError(ValueError):
    """What cannot be settled so; `faults` has, by the name of a field, what is wrong with it and what to do."""

    def __init__(self, faults: Mapping[str, str]) -> None:
        super().__init__(" ".join(f"{FIELDS[name].label}: {why}" for name, why in faults.items()))
        self.faults = dict(faults)


@dataclass(frozen=True, slots=True)
class Field:
    """What a preference is called on the screen, and what it does. A number is from `least` to `most`."""

    label: str
    hint: str
    least: int = 0
    most: int = 0
    choices: Mapping[str, str] | None = None


def read(db: Connection, organisation_id: int) -> Preferences:
    """What holds now. What was kept and can no longer be read is as if nobody had settled it."""
    kept = select(preferences.c.name, preferences.c.value).where(preferences.c.organisation_id == organisation_id)
    values: dict[str, Value] = {}
    for name, value in db.execute(kept):
        try:
            values[name] = parse(name, _tell(orjson.loads(value)))
        except (KeyError, ValueError):
            continue
    settled = replace(Preferences(), **values)  # type: ignore[arg-type]
    return settled if not _conflicts(settled) else Preferences()


def write(db: Connection, organisation_id: int, changes: Mapping[str, str]) -> Preferences:
    """Settle the fields in `changes`, as a form has them, and leave the rest; returns what holds now. Raises PreferenceError."""
    values: dict[str, Value] = {}
    faults = {}
    for name in (name for name in FIELDS if name in changes):
        try:
            values[name] = parse(name, changes[name])
        except ValueError as error:
            faults[name] = str(error)
    settled = replace(read(db, organisation_id), **values)  # type: ignore[arg-type]
    faults = faults or _conflicts(settled)
    if faults:
        raise PreferenceError(faults)
    if values:
        rows = [{"organisation_id": organisation_id, "name": name, "value": _dump(value)} for name, value in values.items()]
        kept = upserts.insert(db, preferences)
        db.execute(
            kept.on_conflict_do_update(index_elements=["organisation_id", "name"], set_={"value": kept.excluded.value}), rows
        )
    return settled


def parse(name: str, told: str) -> Value:
    """The value of a field as a form has it: 18:00, 6, yes or no. Raises ValueError with a remedy, KeyError for no such field."""
    field, default, told = FIELDS[name], DEFAULTS[name], told.strip()
    if isinstance(default, bool):
        if told not in SWITCH:
            msg = "Choose yes or no."
            raise ValueError(msg)
        return SWITCH[told]
    if isinstance(default, int):
        if not (told.isascii() and told.isdigit() and len(told) <= MOST_DIGITS and field.least <= int(told) <= field.most):
            msg = f"Write a whole number from {field.least} to {field.most}."
            raise ValueError(msg)
        return int(told)
    if field.choices is not None:
        if told not in field.choices:
            msg = f"Choose one of these: {', '.join(field.choices.values())}."
            raise ValueError(msg)
        return told
    read_hour(told)
    return told


def _conflicts(one: Preferences) -> dict[str, str]:
    """What does not go together."""
    faults = {}
    if one.quiet_from == one.quiet_until:
        faults["quiet_until"] = "Choose another time than the one at which quiet hours begin: else they never end."
    for month, week in (("month", one.week), ("young_month", one.young_week)):
        if getattr(one, month) < week:
            faults[month] = f"Write {week} or more: as many may go out in a week."
    return faults


def _tell(value: object) -> str:
    return {True: "yes", False: "no"}[value] if isinstance(value, bool) else str(value)


def _dump(value: Value) -> str:
    return orjson.dumps(value).decode()


DEFAULTS: Mapping[str, Value] = asdict(Preferences())
SWITCH = {"yes": True, "on": True, "no": False, "": False}  # as a form has them
MOST_DIGITS = 6

FIELDS: Mapping[str, Field] = {
    "quiet_from": Field("Quiet hours begin", "By each person’s own clock, like 20:00. After this the bot only answers."),
    "quiet_until": Field("Quiet hours end", "Like 09:00. What came due in the night goes out from then on."),
    "sundays": Field("Send on Sundays", "If not, what comes due on a Sunday goes out on the next open day."),
    "nation": Field(
        "Bank holidays", "Nothing goes out on them. People who told us a postcode get their own nation’s.", choices=NATIONS
    ),
    "school_hours": Field("Wait for school to end", "Nothing goes to under-18s from 08:30 to 15:30, Monday to Friday."),
    "week": Field("Messages in a week", "The most the bot starts for one adult in any 7 days, all engagements together.", 0, 7),
    "month": Field("Messages in a month", "The same in any 30 days.", 0, 31),
    "young_week": Field("Messages in a week, under 18", "The most for one young person in any 7 days.", 0, 7),
    "young_month": Field("Messages in a month, under 18", "The same in any 30 days.", 0, 31),
    "nudges": Field("Reminders", "How often somebody who has not answered is reminded.", 0, 2),
    "young_nudges": Field("Reminders, under 18", "The same for young people.", 0, 1),
    "undo_seconds": Field(
        "Time to undo, in seconds", "How long an approved broadcast waits before it goes. 600 are ten minutes.", 60, 86_400
    ),
    "approval_above": Field(
        "Second person above",
        "A broadcast to more people than this needs a colleague’s approval. One to under-18s always does.",
        0,
        50,
    ),
    "late_hours": Field(
        "Too late after, in hours",
        "What could not go out for so long waits until one of you says whether it still should.",
        1,
        168,
    ),
    "reading_days": Field("Read free text within, in working days", "What is not read by then is shown as overdue.", 1, 20),
}
"""What each preference is, in the order of the settings page."""
