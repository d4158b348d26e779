"""Workbooks taken in, for tests to look at: the steps of the file that is written, and what is told."""

import datetime as dt
import tomllib
from collections.abc import Mapping
from typing import Any

from bot.xlsform import importing, writing
from bot.xlsform.importing import Imported
from conversations import checking
from tests.xlsform.workbooks import Rows, choices, workbook

WISHES = writing.Wishes("clinic survey.xlsx", dt.date(2027, 1, 4))
LISTS = [*choices("who", "have", "care", "other"), *choices("yn", "yes", "no"), *choices("hard", "pain", "mood", "none")]
WHO = {"type": "select_one who", "name": "who", "label": "Who are you?", "required": "yes"}


def imported(*survey: Mapping[str, object], lists: Rows = LISTS, settings: Rows = ({"form_title": "A form"},)) -> Imported:
    return importing.read(workbook(survey, lists, settings))


def steps(*survey: Mapping[str, object], lists: Rows = LISTS) -> list[dict[str, Any]]:
    """The steps as the file has them; everything about it is as `check` wants it."""
    text = writing.write(imported(*survey, lists=lists), WISHES)
    assert checking.check(text, "made.toml") == []
    made: list[dict[str, Any]] = tomllib.loads(text)["steps"]
    return made


def told(*survey: Mapping[str, object], lists: Rows = LISTS) -> list[str]:
    return [str(note) for note in imported(*survey, lists=lists).notes]
