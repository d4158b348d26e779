"""The demo put together: sets everything up, tells where it is, and goes on until it is cancelled."""

from __future__ import annotations

import asyncio
import os
import re
import sys
import webbrowser
from contextlib import AsyncExitStack

import aiohttp

from bot.demo import settings
from bot.demo.consultations import CONSULTATIONS, Consultation, Scene
from bot.demo.crowd import Crowd
from bot.demo.hours import Hours
from bot.demo.meetings import GATHERINGS, Gathering, Made, Meetings
from bot.demo.neighbours import Neighbours
from bot.demo.office import Office
from bot.demo.outage import Plug
from bot.demo.page import Page
from bot.demo.progress import Progress
from bot.demo.running import RunningBot
from bot.demo.settings import Settings
from bot.demo.shelter import Shelter
from bot.demo.telegram import Telegram
from bot.demo.trouble import Trouble
from emulator.server import Emulator

PEOPLE = "WITHUS_DEMO_PEOPLE"
"""How many adults to invite, in the environment; young people come in proportion. For tests and slow machines."""

NEIGHBOURS = "WITHUS_DEMO_NEIGHBOURS"
"""How many people join to be written to, in the environment."""

STEPS = 6


class Show:
    """One demo."""

    def __init__(self, progress: Progress, *, browser: bool) -> None:
        self._progress = progress
        self._browser = browser

    async def run(self) -> None:
        """Set up, tell the addresses, and play until cancelled. Raises Trouble when it cannot start."""
        try:
            async with AsyncExitStack() as stack, asyncio.TaskGroup() as tasks:
                await self._play(stack, tasks)
        except BaseExceptionGroup as group:
            trouble = group.subgroup(Trouble)
            raise trouble.exceptions[0] if trouble else group from None

    async def _play(self, stack: AsyncExitStack, tasks: asyncio.TaskGroup) -> None:
        with self._progress.steps(STEPS):
            self._progress.begin("Making a pretend Telegram")
            shelter = stack.enter_context(Shelter())
            place = settings.write(shelter.folder, await _start_telegram(stack))
            telegram = Telegram(await stack.enter_async_context(_client(place.telegram)))
            self._progress.begin("Opening two consultations")
            first, second = CONSULTATIONS
            code = await _open(shelter, place, first)
            self._progress.begin("Starting the bot")
            hours = Hours(place.clock, telegram)
            await hours.begin()
            running = RunningBot(shelter, place)
            tasks.create_task(running.keep())
            codes = {first: code, second: await _open(shelter, place, second)}  # while it starts
            await running.up()
            self._progress.begin("Opening the office")
            office = Office(shelter, place, hours)
            await office.open()
            self._progress.begin("Inviting to a workshop and a meeting")
            gathered = await Meetings(hours, office, telegram).open()
            neighbours = Neighbours(telegram, int(os.environ.get(NEIGHBOURS) or 10_000))
            crowds = [Crowd(telegram, one.manner(codes[one]), tasks) for one in CONSULTATIONS]
            guests = _guests()
            self._progress.begin(f"Inviting {sum(guests)} pretend people")
            for crowd, guest in zip(crowds, guests, strict=True):
                crowd.invite(guest)
            opened = [
                await _welcome(telegram, one, codes[one], crowd, place) for one, crowd in zip(CONSULTATIONS, crowds, strict=True)
            ]
            opened += [_gather(one, place, gathered[one.slug]) for one in GATHERINGS]
            tasks.create_task(neighbours.come())
            page = Page(place, opened, running, hours, Plug(running, telegram), tasks, office, neighbours)
            url = await page.serve()
        self._tell(url, place, opened)
        await asyncio.Event().wait()

    def _tell(self, url: str, place: Settings, opened: list[Scene]) -> None:
        shown = self._browser and _has_screen() and webbrowser.open(url)
        addresses = {
            "Demo": url,
            "Phone": f"{place.telegram}/?phones=1&start={opened[0].code}",
            "Console": f"{url}console/sam",
            "Results": opened[0].beside,
        }
        self._progress.ready(addresses, browser=shown)


async def _start_telegram(stack: AsyncExitStack) -> Emulator:
    emulator = Emulator()
    emulator.world.bot["first_name"] = settings.ORGANISATION
    stack.push_async_callback(emulator.stop)
    await emulator.start()
    return emulator


def _client(url: str) -> aiohttp.ClientSession:
    """A session for everybody at once, that outlasts a laptop's sleep."""
    return aiohttp.ClientSession(url, connector=aiohttp.TCPConnector(limit=0), timeout=aiohttp.ClientTimeout(total=None))


async def _open(shelter: Shelter, place: Settings, consultation: Consultation) -> str:
    """Open a consultation with the command staff use; returns the code of its link."""
    said = await shelter.ask("engagement", "open", consultation.slug, "--config", str(place.config))
    link = re.search(r"/start (\S+)", said)
    if link is None:
        raise Trouble(f"`engagement open` gave no link, so the demo cannot start:\n{said}")
    return link[1]


async def _welcome(telegram: Telegram, consultation: Consultation, code: str, crowd: Crowd, place: Settings) -> Scene:
    """Have the phones of a consultation ready, each with somebody's name on it."""
    phones = tuple([(name, await telegram.invite(name)) for name in consultation.phones])
    beside = place.beside(f"/console/results/{consultation.slug}?live=1")
    return Scene(consultation.slug, consultation.title, consultation.who, ANSWER, code, phones, beside, crowd)


ANSWER = "Press Start, then tap an answer."


def _gather(one: Gathering, place: Settings, made: Made) -> Scene:
    phones = tuple(zip(one.phones, made.phones, strict=True))
    beside = place.beside(made.pages[0][1])
    return Scene(one.slug, one.title, one.who, one.advice, made.code, phones, beside, date=made.date, pages=made.pages)


def _guests() -> list[int]:
    """How many people to invite to each consultation."""
    asked = os.environ.get(PEOPLE, "")
    share = int(asked) / CONSULTATIONS[0].crowd if asked.isdecimal() else 1
    return [round(one.crowd * share) for one in CONSULTATIONS]


def _has_screen() -> bool:
    """Whether a browser window can open: without a screen, Python would open a text browser in this very terminal."""
    return sys.platform == "darwin" or bool(os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"))
