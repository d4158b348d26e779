"""Engagement files: the shipped ones and a folder's, checked, and adopted as editions. A broken file harms no good one."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import Connection

from conversations import checking, flow, library
from conversations.problems import Problem
from storage import engagements

LARGEST = 1 << 20  # bytes of an engagement file


@dataclass(frozen=True, slots=True)
class Shelf:
    """The texts that can be used, by engagement id, and what is wrong with the others."""

    sources: Mapping[str, str]
    problems: tuple[Problem, ...]


def read(folder: Path | None) -> Shelf:
    """Every engagement file that is shipped or in `folder`. A folder's file wins over a shipped one of the same id."""
    problems: list[Problem] = []
    found = {}
    for group in (library.SHIPPED, _read_folder(folder, problems)):
        good = {name: text for name, text in group.items() if not _faults(name, text, problems)}
        doubled = checking.check_all(good)
        problems += doubled
        bad = {problem.file for problem in doubled}
        found.update({flow.read(text).id: text for name, text in good.items() if name not in bad})
    return Shelf(found, tuple(problems))


def _faults(name: str, text: str, problems: list[Problem]) -> bool:
    faults = checking.check(text, name)
    problems += faults
    return bool(faults)


def _read_folder(folder: Path | None, problems: list[Problem]) -> dict[str, str]:
    if folder is None:
        return {}
    if not folder.is_dir():
        problems.append(Problem(str(folder), 1, "content.folder is not a folder", "make it, or change the setting"))
        return {}
    return {str(file): text for file in sorted(folder.glob("*.toml")) if (text := read_file(file, problems)) is not None}


def read_file(file: Path, problems: list[Problem]) -> str | None:
    """The text of one file, or None with the problem noted."""
    try:
        if file.stat().st_size > LARGEST:
            problems.append(Problem(str(file), 1, "is larger than any engagement", "keep it under 1 MB"))
            return None
        return file.read_text("utf-8-sig")
    except UnicodeDecodeError as error:
        problems.append(Problem(str(file), 1, f"is not UTF-8 text ({error.reason})", "save it as UTF-8"))
    except OSError as error:
        problems.append(Problem(str(file), 1, f"cannot be read ({error.strerror})", "look at its permissions"))
    return None


def adopt(db: Connection, organisation_id: int, shelf: Shelf, now: dt.datetime) -> list[str]:
    """Make editions of what is new or changed; returns their ids."""
    return engagements.adopt(db, organisation_id, shelf.sources, now)
