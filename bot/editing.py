"""Live editing: files of engagements and phrases that change while the bot runs are taken in; a broken one changes nothing."""

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

from bot import content, phrasebook
from bot.content import Shelf
from bot.house import House
from conversations import flow, phrases
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
    """A folder of engagement files, looked at again and again.

    `gone` are the files the last shelf lost, `changed` those that are not as they were; `spoken` is what may be sent with
    the phrases beside them.
    """

    def __init__(self, folder: Path | None) -> None:
        self.gone: frozenset[str] = frozenset()
        self.changed: frozenset[str] = frozenset()
        self.spoken: phrases.Spoken | None = None
        self._phrases: dict[str, str] = {}
        self._folder = folder
        self._seen = _stamps(folder) if folder else {}
        self._taken: dict[Path, Stamp] = {}
        self._known = self._seen
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
        lost, changed = (self.gone, self.changed) if self._again else (frozenset(), frozenset())
        self.gone = (lost | {str(file) for file in before.keys() - resting.keys()}) - {str(file) for file in resting}
        self.changed = changed | {str(file) for file, stamp in resting.items() if stamp != self._known.get(file)}
        self._taken = self._known = resting
        self._again = False
        return self._shelve()

    def look_again(self) -> None:
        """Bring the last shelf once more: what was made of it was not kept."""
        self._again = True

    def _shelve(self) -> Shelf:
        problems = [problem for _, found in self._texts.values() for problem in found]
        texts = {file: text for file, (text, _) in sorted(self._texts.items()) if text is not None}
        self._gather({file: text for file, text in texts.items() if file.parent != self._folder}, problems)
        if self._folder and not self._folder.is_dir():
            problems.append(content.missing(self._folder))
        return content.shelve({str(file): text for file, text in texts.items() if file.parent == self._folder}, problems)

    def _gather(self, texts: Mapping[Path, str], problems: list[Problem]) -> None:
        """Read the phrases. Where a file cannot be used, what it last said stays in use until the file is gone."""
        there = {file.stem for file in self._taken if file.parent != self._folder}
        before = {tag: text for tag, text in self._phrases.items() if tag in there}
        self._phrases = before | phrasebook.sift(texts, problems)
        self.spoken = phrases.gather(self._phrases)


def _read(files: Iterable[Path]) -> dict[Path, Read]:
    """The texts of engagement files, each with what is wrong with it."""
    found = {}
    for file in files:
        if file.suffix == ".toml":
            problems: list[Problem] = []
            found[file] = (content.read_file(file, problems), tuple(problems))
    return found


def _stamps(folder: Path) -> dict[Path, Stamp]:
    """The files of a folder that count, and its phrases; one that goes while it is looked at does not."""
    found = {}
    for file in (*_listed(folder), *_listed(folder / phrasebook.FOLDER)):
        counts = file.suffix == ".toml" if file.parent != folder else file.suffix.lower() in WATCHED
        if counts and not file.name.startswith("."):
            try:
                state = file.stat()
            except OSError:
                continue
            found[file] = Stamp(state.st_ino, state.st_size, state.st_mtime_ns, state.st_ctime_ns)
    return found


def _listed(folder: Path) -> list[Path]:
    try:
        return sorted(folder.iterdir())
    except OSError:
        return []


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
        self._owned = dict(shelf.files)  # engagement id -> the file that last had it
        self._spoken: phrases.Spoken | None = None
        self._looking = False

    async def look(self) -> None:
        """Look once, and take in what has changed. Reading and checking keep nobody waiting: they have their own thread."""
        if self._looking:  # a large folder takes longer than the time between two looks
            return
        self._looking = True
        try:
            shelf = await aside(self._watch.look)
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
        self._speak()
        problems = (*shelf.problems, *done.problems)
        tell([problem for problem in problems if problem not in self._told or self._is_new(problem)])
        tell_changes(done)
        self._tell_left(shelf)
        self._told, self._shelf = problems, shelf
        self._owned |= shelf.files

    def _speak(self) -> None:
        """Take the phrases in, here where people are answered, so that no turn finds half of them."""
        spoken, before = self._watch.spoken, self._spoken
        if spoken is None or spoken == before:
            return
        phrases.speak(spoken)
        self._spoken = spoken
        if before is not None:
            log.info("the bot's own words changed; they are in use from now on")

    def _is_new(self, problem: Problem) -> bool:
        """Whether its file, or the picture it names, was saved again and is still wrong."""
        if problem.level != ERROR:
            return False
        shown = (Path(name) for name in self._watch.changed if not name.endswith(".toml"))
        return problem.file in self._watch.changed or any(f'"{picture.name}"' in problem.what for picture in shown)

    def _tell_left(self, shelf: Shelf) -> None:
        """Say which engagements no file stands for any more."""
        ids = {name: slug for slug, name in shelf.files.items()}
        for slug, file in list(self._owned.items()):
            if slug in shelf.files and slug not in shelf.shipped:
                continue
            if file in self._watch.gone:
                log.warning("an engagement file is gone; what was made of it stays as it is", file=file, engagement=slug)
            elif file in ids and ids[file] != slug:
                told = "an engagement file has another id; what was made of the one before stays as it is, without a file"
                log.warning(told, file=file, engagement=slug, id=ids[file])
            else:
                continue
            del self._owned[slug]

    async def _adopt(self, news: Shelf) -> Adoption:
        organisation_id = self._house.organisation_id
        async with self._engine.connect() as connection:
            await connection.execution_options(**READING)
            known = await connection.run_sync(lambda db: editions.find(db, organisation_id, news.sources, whole=True))
        await aside(_prepare, known, news)
        async with self._engine.begin() as connection:
            return await connection.run_sync(content.adopt, organisation_id, news, self._clock())


async def aside(work: Callable[..., T], *arguments: object) -> T:
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
