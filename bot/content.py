"""Engagement files: the shipped ones and a folder's, checked, and adopted as editions. A broken file harms no good one."""

from __future__ import annotations

import datetime as dt
import io
import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path

from sqlalchemy import Connection

from bot import pictures, regular
from conversations import checking, library
from conversations.checking.places import locate
from conversations.checking.problems import Findings, Problem, quote
from conversations.flow import Flow
from storage import editions, engagements
from storage.engagements import Adoption

LARGEST = 1 << 20  # bytes of an engagement file


@dataclass(frozen=True, slots=True)
class Shelf:
    """The texts that can be used, by engagement id, and what is wrong with the others.

    `files` names the file of each; `pictures` holds what each shows, by file name; `shipped` are the ids of the library's.
    """

    sources: Mapping[str, str]
    problems: tuple[Problem, ...]
    files: Mapping[str, str] = field(default_factory=dict)
    pictures: Mapping[str, Mapping[str, bytes]] = field(default_factory=dict)
    shipped: frozenset[str] = frozenset()


def read(folder: Path | None) -> Shelf:
    """Every engagement file that is shipped or in `folder`. A folder's file wins over a shipped one of the same id."""
    problems: list[Problem] = []
    return shelve(_read_folder(folder, problems), problems)


def shelve(texts: Mapping[str, str], problems: list[Problem]) -> Shelf:
    """The shelf with the library and these texts (path -> text) on it; `problems` are those met in reading them.

    Of two files with the same id neither is used: nobody can know which is meant.
    """
    shown: dict[str, Mapping[str, bytes]] = {}
    shipped = _good(library.SHIPPED, problems)
    own = _good(texts, problems)
    for name, one in list(own.items()):
        faults: list[Problem] = []
        shown[one.id] = pictures.read(Path(name), texts[name], one, faults)
        problems += faults
        if faults:
            del own[name]
    own = _without_doubles(own, texts, problems)
    files = {one.id: name for good in (shipped, own) for name, one in good.items()}
    sources = {slug: texts.get(name) or library.SHIPPED[name] for slug, name in files.items()}
    ours = frozenset(files) - {one.id for one in own.values()}
    return Shelf(sources, tuple(problems), files, {slug: shown[slug] for slug in files if shown.get(slug)}, ours)


def _good(texts: Mapping[str, str], problems: list[Problem]) -> dict[str, Flow]:
    """The texts that have no fault, read, by file name."""
    good = {}
    for name, text in texts.items():
        faults = _faults(text, name)
        problems += faults
        if not faults:
            good[name] = editions.read(text)
    return good


@lru_cache(maxsize=256)  # a folder is looked over again whenever one of its files changes
def _faults(text: str, name: str) -> tuple[Problem, ...]:
    return tuple(checking.check(text, name))


def _without_doubles(good: Mapping[str, Flow], texts: Mapping[str, str], problems: list[Problem]) -> dict[str, Flow]:
    owners: dict[str, list[str]] = {}
    for name, one in good.items():
        owners.setdefault(one.id, []).append(name)
    for slug, names in owners.items():
        for name in names if len(names) > 1 else ():
            other = next(each for each in names if each != name)
            findings = Findings(name, locate(texts[name].removeprefix("\ufeff")))
            findings.add(("id",), f"{quote(slug)} is the id of {other} too", "give each its own id; until then neither is used")
            problems += findings.found
    return {name: one for name, one in good.items() if len(owners[one.id]) == 1}


def _read_folder(folder: Path | None, problems: list[Problem]) -> dict[str, str]:
    if folder is None:
        return {}
    if not folder.is_dir():
        problems.append(missing(folder))
        return {}
    return {str(file): text for file in sorted(folder.glob("*.toml")) if (text := read_file(file, problems)) is not None}


def missing(folder: Path) -> Problem:
    """What is said of a folder that is none."""
    return Problem(str(folder), 1, "content.folder is not a folder", "make it, or change the setting")


def read_file(file: Path, problems: list[Problem]) -> str | None:
    """The text of one file, or None with the problem noted."""
    try:
        if file.is_symlink() and not Path(os.path.realpath(file)).is_relative_to(os.path.realpath(file.parent)):
            problems.append(Problem(str(file), 1, "is a link out of its folder", "put the file itself there"))
            return None
        content = regular.read(file, LARGEST)
        if content is None:
            problems.append(Problem(str(file), 1, "is no file", "take it out of the folder"))
        elif len(content) > LARGEST:
            problems.append(Problem(str(file), 1, "is larger than any engagement", "keep it under 1 MB"))
        else:
            return io.StringIO(content.decode("utf-8-sig"), newline=None).read()  # every line end as one
    except UnicodeDecodeError as error:
        line = error.object.count(b"\n", 0, error.start) + 1
        problems.append(Problem(str(file), line, f"is not UTF-8 text ({error.reason})", "save it as UTF-8"))
    except OSError as error:
        problems.append(Problem(str(file), 1, f"cannot be read ({error.strerror})", "look at its permissions"))
    return None


def adopt(db: Connection, organisation_id: int, shelf: Shelf, now: dt.datetime) -> Adoption:
    """Make editions of what is new or changed: the library's first, which gives way to everybody."""
    done = Adoption()
    for origin, sources in _by_origin(shelf).items():
        more = engagements.adopt(db, organisation_id, sources, now, origin, shelf.pictures, shelf.files)
        done = Adoption(done.changed + more.changed, done.apart + more.apart, done.problems + more.problems)
    return done


def foresee(db: Connection, organisation_id: int, shelf: Shelf) -> list[Problem]:
    """What would be refused, and what is worth a thought, were the shelf adopted now."""
    new = [
        slug
        for origin, sources in _by_origin(shelf).items()
        for slug in engagements.news(db, organisation_id, sources, origin, shelf.pictures)
    ]
    return compare_with_kept(db, organisation_id, {shelf.files[slug]: shelf.sources[slug] for slug in new})


def without_file(db: Connection, organisation_id: int, shelf: Shelf) -> set[str]:
    """The ids of engagements that came from a file, which no file has any more."""
    gone = {one.slug for one in engagements.load(db, organisation_id).values()} - shelf.sources.keys()
    kept = editions.find(db, organisation_id, gone)
    return {slug for slug, one in kept.items() if one.file_edition_id is not None}


def _by_origin(shelf: Shelf) -> dict[str, dict[str, str]]:
    shipped = {slug: text for slug, text in shelf.sources.items() if slug in shelf.shipped}
    own = {slug: text for slug, text in shelf.sources.items() if slug not in shelf.shipped}
    return {engagements.LIBRARY: shipped, engagements.FILE: own}


def compare_with_kept(db: Connection, organisation_id: int, texts: Mapping[str, str]) -> list[Problem]:
    """What checked texts (file name -> text) would do to answers already given, by file and line."""
    named = {editions.read(text).id: file for file, text in texts.items()}
    known = editions.find(db, organisation_id, named, whole=True)
    return [problem for slug, file in named.items() for problem in editions.compare(known.get(slug), texts[file], file)]
