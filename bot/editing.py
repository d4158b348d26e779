"""Live editing: engagement files that change while the bot runs are taken in, all at once; a broken one changes nothing."""

from __future__ import annotations

import asyncio
import datetime as dt
import sys
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import NamedTuple, TypeVar

import structlog
from sqlalchemy.ext.asyncio import AsyncEngine

from bot import content
from bot.content import Shelf
from bot.house import House
from conversations import flow
from conversations.checking.problems import ERROR, Problem
from storage import editions
from storage.database import READING
from storage.engagements import Adoption

T = TypeVar("T")

log = structlog.get_logger()

LOOK_EVERY = 0.6  # seconds; a file counts once it is the same for two looks
PATIENCE = 5  # looks; so long the others wait for a file that never comes to rest
GIVING_WAY = 0.0002  # seconds
WATCHED = (".toml", ".png", ".jpg", ".jpeg")


Read = tuple[str | None, tuple[Problem, ...]]
"""The text of a file, or None, and what is wrong with it."""


class Stamp(NamedTuple):
    """What tells one state of a file from another without reading it."""

    inode: int
    size: int
    written: int  # ns
    changed: int  # ns; unlike `written`, nobody can set it back


class Watch:
    """A folder of engagement files, looked at again and again; `gone` are the files the last shelf lost."""

    def __init__(self, folder: Path | None) -> None:
        self.gone: frozenset[str] = frozenset()
        self._folder = folder
        self._seen = _stamps(folder) if folder else {}
        self._taken: dict[Path, Stamp] = {}
        self._again = False
        self._patience = PATIENCE
        self._texts: dict[Path, Read] = {}

    def look(self) -> Shelf | None:
        """The shelf when something has changed since it was last taken, and has come to rest: the same for two looks."""
        if self._folder is None:
            return None
        now, before = _stamps(self._folder), self._taken
        moving = {file for file in now.keys() | self._seen.keys() if now.get(file) != self._seen.get(file)}
        self._seen = now
        self._patience = self._patience - 1 if moving else PATIENCE
        if moving and self._patience > 0:  # files that change together are taken together
            return None
        held = {file: stamp for file, stamp in before.items() if file in moving}
        resting = held | {file: stamp for file, stamp in now.items() if file not in moving}
        if resting == before and not self._again:
            return None
        read = self._texts | _read([file for file, stamp in resting.items() if stamp != before.get(file)])
        if not resting.items() - held.items() <= _stamps(self._folder).items():
            return None  # somebody wrote while it was read
        self._texts = {file: text for file, text in read.items() if file in resting}
        lost = self.gone if self._again else frozenset()
        self.gone = (lost | {str(file) for file in before.keys() - resting.keys()}) - {str(file) for file in resting}
        self._taken, self._again = resting, False
        return self._shelve()

    def look_again(self) -> None:
        """Bring the last shelf once more: what was made of it was not kept."""
        self._again = True

    def _shelve(self) -> Shelf:
        problems = [problem for _, found in self._texts.values() for problem in found]
        if self._folder and not self._folder.is_dir():
            problems.append(content.missing(self._folder))
        return content.shelve({str(file): text for file, (text, _) in sorted(self._texts.items()) if text is not None}, problems)


def _read(files: Iterable[Path]) -> dict[Path, Read]:
    """The texts of engagement files, each with what is wrong with it."""
    found = {}
    for file in files:
        if file.suffix == ".toml":
            problems: list[Problem] = []
            found[file] = (content.read_file(file, problems), tuple(problems))
    return found


def _stamps(folder: Path) -> dict[Path, Stamp]:
    """The files of a folder that count; one that goes while it is looked at does not."""
    found = {}
    try:
        files = sorted(folder.iterdir())
    except OSError:
        return {}
    for file in files:
        if file.suffix.lower() in WATCHED and not file.name.startswith("."):
            try:
                state = file.stat()
            except OSError:
                continue
            found[file] = Stamp(state.st_ino, state.st_size, state.st_mtime_ns, state.st_ctime_ns)
    return found


class Editing:
    """Takes in what authors change while people answer."""

    def __init__(
        self, engine: AsyncEngine, house: House, shelf: Shelf, folder: Path | None, clock: Callable[[], dt.datetime]
    ) -> None:
        self._engine = engine
        self._house = house
        self._shelf = shelf
        self._clock = clock
        self._watch = Watch(folder)
        self._told: Collection[Problem] = shelf.problems
        self._looking = False

    async def look(self) -> None:
        """Look once, and take in what has changed. Reading and checking keep nobody waiting: they have their own thread."""
        if self._looking:  # a large folder takes longer than the time between two looks
            return
        self._looking = True
        try:
            shelf = await _aside(self._watch.look)
            if shelf:
                await self._take(shelf)
        except BaseException:
            self._watch.look_again()
            raise
        finally:
            self._looking = False

    async def _take(self, shelf: Shelf) -> None:
        news = _news(self._shelf, shelf)
        done = await self._adopt(news) if news.sources else Adoption()
        problems = (*shelf.problems, *done.problems)
        tell([problem for problem in problems if problem not in self._told])
        tell_changes(done)
        for file in self._watch.gone:
            slug = next((slug for slug, name in self._shelf.files.items() if name == file), "")
            if slug not in shelf.files or slug in shelf.shipped:
                log.warning("an engagement file is gone; what was made of it stays as it is", file=file, engagement=slug)
        self._told, self._shelf = problems, shelf

    async def _adopt(self, news: Shelf) -> Adoption:
        organisation_id = self._house.organisation_id
        async with self._engine.connect() as connection:
            await connection.execution_options(**READING)
            known = await connection.run_sync(lambda db: editions.find(db, organisation_id, news.sources, whole=True))
        await _aside(_prepare, known, news)
        async with self._engine.begin() as connection:
            return await connection.run_sync(content.adopt, organisation_id, news, self._clock())


async def _aside(work: Callable[..., T], *arguments: object) -> T:
    """Do work in a thread that lets taps come between: Python would let it run 5 ms on at each of a tap's many steps."""
    usual = sys.getswitchinterval()
    sys.setswitchinterval(GIVING_WAY)
    try:
        return await asyncio.to_thread(work, *arguments)
    finally:
        sys.setswitchinterval(usual)


def _news(before: Shelf, after: Shelf) -> Shelf:
    """What of a shelf says or shows something else than before."""
    same = {
        slug
        for slug, source in after.sources.items()
        if source == before.sources.get(slug) and after.pictures.get(slug) == before.pictures.get(slug)
    }
    return replace(after, sources={slug: source for slug, source in after.sources.items() if slug not in same})


def _prepare(known: Mapping[str, editions.Kept], shelf: Shelf) -> None:
    """Read and compare ahead, so that the transaction finds everything done."""
    for slug, source in shelf.sources.items():
        editions.read(source, flow.edition_of(source, shelf.pictures.get(slug)))
        editions.compare(known.get(slug), source, shelf.files[slug])


def tell(problems: Iterable[Problem]) -> None:
    """Say in the log what was left out, and what is worth a thought."""
    for problem in problems:
        if problem.level == ERROR:
            log.error("an engagement file was left out; the old version stays in use", problem=str(problem))
        else:
            log.warning("a change to an engagement is worth a thought", problem=str(problem))


def tell_changes(done: Adoption) -> None:
    """Say in the log what people see from now on."""
    if done.changed:
        log.info("engagements changed; whoever has begun keeps the words they began with", engagements=done.changed)
    for slug in done.apart:
        log.warning("a file changed after the console had edited its engagement; both are kept", engagement=slug)
