"""Taking files in holds nobody up, and is done whole or not at all."""

from __future__ import annotations

import asyncio
import os
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from bot import content
from bot.content import Shelf
from bot.editing import Editing
from bot.telegram import polling
from bot.waiting import Waiting
from conversations import checking
from storage import editions
from storage.engagements import Adoption
from tests.road.author import FIVE, NEW, REWORDED, Author
from tests.road.indoors import Indoors, Visitor, indoors


@pytest.fixture
def home(database: str, tmp_path: Path) -> Iterator[Indoors]:
    with indoors(database, tmp_path) as made:
        yield made


@pytest.fixture
def author(home: Indoors, tmp_path: Path) -> Author:
    return Author(home, tmp_path / "author")


def test_a_pipe_or_a_device_among_the_files_is_told_and_holds_nobody_up(author: Author) -> None:
    os.mkfifo(author.folder / "pipe.toml")
    (author.folder / "zero.toml").symlink_to("/dev/zero")
    (author.folder / "folder.toml").mkdir()
    five = author.write("five", FIVE)
    said = author.look()
    odd = [author.folder / f"{name}.toml" for name in ("folder", "pipe", "zero")]
    told = [f"{file}:1: is no file; take it out of the folder" for file in odd[:2]]
    told.append(f"{odd[2]}:1: is a link out of its folder; put the file itself there")
    assert [entry["problem"] for entry in said if "problem" in entry] == told
    assert [entry["engagements"] for entry in said if "engagements" in entry] == [("tests-five",)]
    shelf = content.read(author.folder)
    assert (shelf.files["tests-five"], [str(problem) for problem in shelf.problems]) == (str(five), told)


def test_a_file_that_is_a_link_to_another_is_taken_in(author: Author) -> None:
    (author.folder / "five.toml").symlink_to(author.write("five", FIVE).rename(author.folder / "five.held"))
    assert [entry["engagements"] for entry in author.look()] == [("tests-five",)]


def test_no_tap_waits_while_files_are_read_checked_and_compared(author: Author, monkeypatch: pytest.MonkeyPatch) -> None:
    author.write("five", FIVE)
    author.look()
    link = author.open("tests-five")
    where: set[bool] = set()
    check, adopt = checking.check, content.adopt

    def note(*given: Any) -> Any:
        where.add(threading.current_thread() is threading.main_thread())
        return check(*given)

    def compare_effort(*given: Any) -> Adoption:
        before = effort()
        done = adopt(*given)
        assert effort() == before
        return done

    def effort() -> int:
        """How many texts have been parsed or compared."""
        return editions.read.cache_info().misses + editions._compared.cache_info().misses

    monkeypatch.setattr(checking, "check", note)
    monkeypatch.setattr(content, "adopt", compare_effort)
    author.write("five", REWORDED.replace("Thank you.", "Thank you all."))
    assert [entry["event"][:19] for entry in author.look()] == ["engagements changed"]
    before = effort()
    assert NEW in author.answers(f"/start {link}", "18", "I work there").said[-1]
    assert (where, effort()) == ({False}, before)


TOGETHER = 8


def swap_under_load(home: Indoors, author: Author) -> None:
    """Change several files at once while somebody looks at the menu again and again. Raises AssertionError for a mixed one."""
    for number in range(TOGETHER):
        author.write(f"one-{number}", text(number, "before"))
    author.look()
    for number in range(TOGETHER):
        author.open(f"one-{number}")
    person = author.answers("/start", "18")
    for number in range(TOGETHER):
        author.write(f"one-{number}", text(number, "after"))
    author.look(1)
    home.runner.run(_menus(home, author, person))
    for menu in person.said[1:]:
        assert menu.count("before") in {0, TOGETHER}, menu
    assert person.said[-1].count("after") == TOGETHER


async def _menus(home: Indoors, author: Author, person: Visitor) -> None:
    waiting = Waiting(home.base.engine, home.base.house, home.base.clock.now, home._keep, home._regain)
    taking = asyncio.create_task(waiting.run())
    looking = asyncio.create_task(author.editing.look())
    after = 0
    while after < 2:
        after += looking.done()
        await waiting.take(polling.read_all([person.types("/menu")], home.base.house.keys.sign))
        if isinstance(author.editing, OneByOne):
            author.editing.heard.set()
    waiting.stop()
    await asyncio.gather(taking, looking)


def text(number: int, when: str) -> str:
    return FIVE.replace('"tests-five"', f'"one-{number}"', 1).replace("Tell us about the new clinic", f"Tell us {when} {number}")


class OneByOne(Editing):
    """An editing broken on purpose: each file has a transaction of its own, and somebody comes between two of them."""

    def __init__(self, *parts: Any) -> None:
        super().__init__(*parts)
        self.heard = asyncio.Event()

    async def _adopt(self, news: Shelf) -> Adoption:
        for slug, source in news.sources.items():
            await super()._adopt(Shelf({slug: source}, (), news.files))
            self.heard.clear()
            if "after" in source:
                await self.heard.wait()
        return Adoption()


def test_files_that_change_together_are_swapped_together_under_load(home: Indoors, author: Author) -> None:
    swap_under_load(home, author)


def test_files_swapped_one_by_one_are_caught(home: Indoors, tmp_path: Path) -> None:
    with pytest.raises(AssertionError, match="Tell us before"):
        swap_under_load(home, Author(home, tmp_path / "author", OneByOne))
