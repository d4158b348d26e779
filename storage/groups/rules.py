"""How a reference group works: its quorum, when papers and minutes are due, who looks after it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import asdict, dataclass

from sqlalchemy import Connection, insert, select, update

from conversations import bank_holidays
from conversations.quorum import Rule
from storage.broadcasting.groups import Group, GroupError
from storage.schema import group_rules, groups
from storage.staffing import preferences

LONGEST = 300
MOST_SEATS, MOST_DAYS = 50, 60
LONGEST_NUMBER = 6  # digits
DAY = dt.timedelta(days=1)
_SATURDAY = 5


class RefusedError(GroupError):
    """It cannot be done to a group; `field` is the field of the form that is wrong, if one is."""

    def __init__(self, words: str, field: str = "") -> None:
        super().__init__(words)
        self.field = field


class ClashError(GroupError):
    """Somebody else saved meanwhile."""

    def __init__(self) -> None:
        super().__init__("Somebody saved this while you were writing. What you wrote is still here: compare, and save again.")


@dataclass(frozen=True, slots=True)
class Rules:
    """All of it; `secretary` is a colleague's code. `version` 0: the group does not meet."""

    key: bool = False
    quorum: int = 0
    quorum_lived: int = 0
    few_why: str = ""
    papers_days: int = 7
    minutes_days: int = 10
    secretary: str = ""
    version: int = 0

    @property
    def rule(self) -> Rule:
        """Its quorum."""
        return Rule(self.quorum, self.quorum_lived)


def read(db: Connection, group_id: int) -> Rules:
    """Of one group."""
    row = db.execute(select(*_COLUMNS).where(group_rules.c.group_id == group_id)).first()
    return Rules(*row) if row else Rules()


def of_all(db: Connection, organisation_id: int) -> dict[int, Rules]:
    """Group id -> rules, of those that meet."""
    mine = select(group_rules.c.group_id, *_COLUMNS).join_from(group_rules, groups)
    return {row[0]: Rules(*row[1:]) for row in db.execute(mine.where(groups.c.organisation_id == organisation_id))}


def write(db: Connection, group: Group, typed: Mapping[str, str], secretaries: Mapping[str, str], version: int) -> Rules:
    """Keep what a form says, from which it becomes a group that meets; `secretaries` are those who can be one, by code.

    Raises RefusedError, ClashError when it is no longer version `version`.
    """
    new = _parse(typed, secretaries)
    values = {name: value for name, value in asdict(new).items() if name != "version"}
    if version:
        mine = (group_rules.c.group_id == group.id, group_rules.c.version == version)
        if not db.execute(update(group_rules).where(*mine).values(version=version + 1, **values)).rowcount:
            raise ClashError
    else:
        if read(db, group.id).version:
            raise ClashError
        db.execute(insert(group_rules).values(group_id=group.id, version=1, **values))
    return read(db, group.id)


def _parse(typed: Mapping[str, str], secretaries: Mapping[str, str]) -> Rules:
    quorum = _number(typed, "quorum", MOST_SEATS)
    lived = _number(typed, "quorum_lived", MOST_SEATS)
    if lived > quorum:
        msg = "Of the seats a quorum needs, so many cannot be of lived experience. Write a smaller number, or a larger quorum."
        raise RefusedError(msg, "quorum_lived")
    secretary = typed.get("secretary", "")
    if secretary and secretary not in secretaries:
        msg = "Nobody of that name can look after a group. Choose from the list."
        raise RefusedError(msg, "secretary")
    why = " ".join(typed.get("few_why", "").split())
    if len(why) > LONGEST:
        msg = f"Say why in at most {LONGEST} letters."
        raise RefusedError(msg, "few_why")
    papers, after = _number(typed, "papers_days", MOST_DAYS), _number(typed, "minutes_days", MOST_DAYS)
    return Rules(typed.get("key") == "yes", quorum, lived, why, papers, after, secretary)


def _number(typed: Mapping[str, str], field: str, most: int) -> int:
    word = typed.get(field, "").strip() or "0"
    if not (word.isascii() and word.isdecimal() and len(word) <= LONGEST_NUMBER and int(word) <= most):
        msg = f"Write a number from 0 to {most}."
        raise RefusedError(msg, field)
    return int(word)


def working_days_after(db: Connection, organisation_id: int, day: dt.date, days: int) -> dt.date:
    """The day so many working days after another, by the bank holidays of the organisation's nation."""
    nation = preferences.read(db, organisation_id).nation
    while days:
        day += DAY
        days -= is_working(nation, day)
    return day


def last_working_day(nation: str, day: dt.date) -> dt.date:
    """The day itself; where nobody works on it, the last before it on which somebody does."""
    while not is_working(nation, day):
        day -= DAY
    return day


def is_working(nation: str, day: dt.date) -> bool:
    """Whether it is neither a weekend nor a bank holiday of the nation."""
    return day.weekday() < _SATURDAY and day not in bank_holidays.find(nation, day.year)


_COLUMNS = tuple(
    group_rules.c[name]
    for name in ("key", "quorum", "quorum_lived", "few_why", "papers_days", "minutes_days", "secretary", "version")
)
