"""What a workbook holds that cannot be carried, where it stands, and what to do about it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Note:
    """One thing to tell; `row` 0 is the whole sheet. `grave`: until someone acts, other people would be asked."""

    sheet: str
    row: int
    what: str
    do: str
    grave: bool = False

    def __str__(self) -> str:
        at = f"{self.sheet} row {self.row}" if self.row else self.sheet
        return f"{at}: {self.what}; {self.do}"


class Refused(Exception):
    """A workbook that cannot be taken in at all; `notes` say why."""

    def __init__(self, notes: Sequence[Note]) -> None:
        super().__init__("\n".join(map(str, notes)))
        self.notes = tuple(notes)


def refuse(sheet: str, row: int, what: str, do: str) -> Refused:
    """The refusal for one reason."""
    return Refused([Note(sheet, row, what, do)])


class NotCarried(Exception):
    """A condition, or a part of one, for which there is no word here; its words say why."""
