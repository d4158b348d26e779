"""Who to turn to for help now: dated data, because numbers and hours change. Shown whole, in the order of the file."""

from __future__ import annotations

import datetime as dt
import tomllib
from dataclasses import dataclass
from importlib import resources

from conversations.text import Text

STALE_AFTER = dt.timedelta(days=60)
"""How long after a person last checked an entry it wants checking again."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One place to turn to. `checked_on` is None until a person has rung, texted or asked, and written the day down."""

    id: str
    says: Text
    source: str
    checked_on: dt.date | None = None
    checked_by: str = ""

    def is_stale(self, today: dt.date) -> bool:
        """Whether it wants checking by a person."""
        return self.checked_on is None or today - self.checked_on > STALE_AFTER


def load(nation: str = "england") -> tuple[Entry, ...]:
    """The entries for a nation."""
    table = tomllib.loads((resources.files(__name__) / f"{nation}.toml").read_text("utf-8"))
    return tuple(Entry(**entry) for entry in table["entries"])


ENTRIES = load()
