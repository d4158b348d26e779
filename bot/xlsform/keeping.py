"""Conditions XPath has no words for, such as those on the person: kept as TOML in a column of our own, and read back."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from typing import Any

import tomlkit

from bot.xlsform.cells import Column, Row
from bot.xlsform.joining import When
from bot.xlsform.notes import NotCarried
from conversations import conditions

KEPT = ("withus", "when")
KEPT_CHOICE = ("withus_when",)
"""The column on the survey, and on the choices sheet: pyxform takes no columns in parts there."""


def kept(when: Mapping[str, Any]) -> str:
    """A `when` table in one line."""
    table = tomlkit.inline_table()
    table.update(when)
    return table.as_string()


def restored(row: Row, column: Column = KEPT) -> When | bool:
    """The `when` that a row keeps, or True. Raises NotCarried when it is none any more."""
    words = row.code(*column)
    if not words:
        return True
    try:
        when = tomllib.loads(f"when = {words}")["when"]
        conditions.parse(when)
    except (ValueError, AttributeError):
        raise NotCarried(f"the column {'::'.join(column)} holds no condition") from None
    return dict(when)
