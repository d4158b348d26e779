"""Questions others have written: which may be asked here, which only word for word, and which not at all."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from importlib import resources

from conversations.checking.shapes import Table
from conversations.text import Text


@dataclass(frozen=True, slots=True)
class Instrument:
    """`ask` and `options` are the registered words. `forbidden` says why it may not be asked here; empty when it may.

    `telltale` holds sets of words: a text with all words of one set is taken for one of its items.
    `credit` must stand somewhere in a file that asks it. `last_checked` is the day a person looked the licence up; empty
    until one has.
    """

    id: str
    name: str
    licence: str
    source: str
    may_edit: bool
    attribution: str = ""
    last_checked: str = ""
    credit: str = ""
    forbidden: str = ""
    ask: Text = field(default_factory=dict)
    options: Sequence[Text] = ()
    telltale: Sequence[Sequence[str]] = ()


def _load() -> dict[str, Instrument]:
    folder = resources.files("conversations") / "instruments"
    files = sorted((file for file in folder.iterdir() if file.name.endswith(".toml")), key=lambda file: file.name)
    tables = [table for file in files for table in tomllib.loads(file.read_text("utf-8"))["instruments"]]
    return {table["id"]: Instrument(**table) for table in tables}


INSTRUMENTS: Mapping[str, Instrument] = _load()


def locked(step: Table) -> bool:
    """Whether a step asks something whose words must stay as they are."""
    instrument = INSTRUMENTS.get(str(step.get("instrument", "")))
    return instrument is not None and not instrument.may_edit


USABLE = tuple(instrument.id for instrument in INSTRUMENTS.values() if not instrument.forbidden)
