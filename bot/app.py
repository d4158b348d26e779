"""Assembles the parts of a running bot, and owns the clock, the start and the end."""

from __future__ import annotations

import asyncio
import contextlib
import gc
import signal
from collections.abc import Callable
from contextlib import AsyncExitStack
from socket import socket

import structlog
from starlette.applications import Starlette

from bot import editing, launch
from bot.campaigns import Press
from bot.clock import Clock
from bot.config import Config
from bot.desk import Outgoing
from bot.editing import Editing
from bot.foundation import Foundation, foundation
from bot.heart import Heart
from bot.presence import Presence
from bot.recovery import Recovery
from bot.telegram import dispatch, polling, webhook
from bot.telegram.album import Album
from bot.telegram.dispatch import Dispatch
from bot.telegram.greeting import greet
from bot.telegram.pacer import Pacer
from bot.telegram.pile import TROUBLE, Pile
from bot.telegram.replies import Replies
from bot.telegram.sender import Sender
from bot.telegram.wire import NotSentError, UnknownOutcomeError, Wire
from bot.upkeep import Upkeep
from bot.vitals import Vitals
from bot.waiting import Waiting
from bot.web import pages, server
from bot.web.console.visits import Console
from bot.web.server import AddressError
from storage import engagements, keys, organisations
from storage.letters.outbox import REPLY, Settled

log = structlog.get_logger()

__all__ = ["AddressError", "run"]

PATIENCE = 4.0  # seconds for what is in flight when the bot is told to stop; it must be gone in ten


async def run(config: Config, clock: Clock | None = None, ready: Callable[[int], None] = lambda _port: None) -> None:
    """Run the bot until SIGTERM, SIGINT or cancelled; `ready` is told the port of the pages.

    Raises DatabaseError or KeysError when it cannot begin.
    """
    stop = asyncio.Event()
    for name in (signal.SIGTERM, signal.SIGINT):  # before anything can be in flight
        asyncio.get_running_loop().add_signal_handler(name, stop.set)
    async with AsyncExitStack() as stack:
        clock = clock or Clock(checked=True)
        base = await stack.enter_async_context(foundation(config, clock, adopt=True))
        here = await stack.enter_async_context(Presence(base.engine, base.house.claimer))
        place = (config.telegram.api_url, config.telegram.token.get_secret_value())
        out = await stack.enter_async_context(Wire(*place, hear=clock.hear))
        # News must not queue behind what is sent.
        back = await stack.enter_async_context(Wire(*place, connections=1, hear=clock.hear))
        bot = Running(base, here, out, back, stop)
        stack.callback(bot.upkeep.stop)  # when it is cancelled too
        await bot.serve(ready)


class Running:
    """One running bot."""

    def __init__(self, base: Foundation, here: Presence, out: Wire, back: Wire, stop: asyncio.Event) -> None:
        self._base = base
        self._here = here
        self._wire = out
        self._config = base.config
        self._waiting = Waiting(base.engine, base.house, base.clock.now, self._post, self._regain)
        pacer = Pacer(base.config.telegram.messages_per_second)
        album = Album(out, base.engine, base.house.organisation_id, base.house.bot_id)
        self._sender = Sender(out, pacer, self._record, album)
        paid = base.config.telegram.paid_broadcasts
        pile = Pile(base.engine, base.house, base.clock.now, Press(base.house, paid).write)
        most = dispatch.MOST_PAID if paid else dispatch.MOST
        self._dispatch = Dispatch(pile, self._sender, pacer, self._waiting.settle, most)
        self._replies = Replies(out, base.engine, base.house)
        self._poller = polling.Poller(back, self._waiting, base.house.keys.sign, self._replies)
        self._recovery = Recovery(base.engine, base.house, base.clock.now, self._sender, self._waiting)
        self._editing = Editing(base.engine, base.house, base.shelf, base.config.content.folder, base.clock.now)
        self._vitals = Vitals(base, self._waiting.pulse, out, back, pacer, self._health)
        self._heart = Heart(base.engine, base.house, base.clock.now)
        looks = (here.keep, self._keep_up, self._editing.look, self._vitals.measure, self._heart.look)
        self.upkeep = Upkeep(base.engine, base.house, base.clock.now, *looks)
        self._stop = stop
        self._doubted = False

    async def serve(self, ready: Callable[[int], None]) -> None:
        """Begin, serve until told to stop, and end within ten seconds."""
        if self._stop.is_set():
            return
        self._tell_problems()
        await self._refuse_unready()
        with server.listen(self._config.web.host, self._config.web.port) as door:
            _settle_memory()
            await self._serve(door, ready)

    async def _serve(self, door: socket, ready: Callable[[int], None]) -> None:
        page_server = server.make(self._pages(), self._config.web.proxies)
        async with asyncio.TaskGroup() as tasks:
            taking = tasks.create_task(self._waiting.run())
            await self._recovery.take_over()
            await self.upkeep.look()
            self.upkeep.start()
            serving = tasks.create_task(page_server.serve(sockets=[door]))
            greeting = tasks.create_task(self._greet())
            receiving = tasks.create_task(self._receive())
            starting = tasks.create_task(self._here.alone(self._here.may_send, self._base.house.bot_id, self._start))
            port = door.getsockname()[1]
            log.info("ready", receive=self._config.telegram.receive, port=port)
            ready(port)
            await self._stop.wait()
            log.info("stopping")
            self._vitals.stopping = True
            receiving.cancel()
            greeting.cancel()
            starting.cancel()
            await asyncio.wait({starting}, timeout=1)  # what it claimed and did not send is given back
            page_server.should_exit = True
            await asyncio.gather(self._sender.close(PATIENCE), self.upkeep.close(PATIENCE))
            self._waiting.stop()
            await asyncio.wait({taking}, timeout=2)
            taking.cancel()  # nothing can be written: what waits is refused, while the server can still say so
            await asyncio.wait({taking, serving}, timeout=1)
            serving.cancel()

    def _pages(self) -> Starlette:
        telegram = self._config.telegram
        house = self._base.house
        console = Console(self._base.engine, house, self._base.clock.now, self._config.web.public_url)
        routes = pages.routes(self._vitals, public=self._config.is_public, console=console)
        if telegram.receive == "webhook":
            secret = telegram.webhook_secret.get_secret_value()
            routes.insert(0, webhook.route(telegram.webhook_url, secret, self._waiting, house.keys.sign, self._replies))
        return Starlette(routes=routes, exception_handlers=pages.ERRORS)

    def _health(self) -> str:
        """What is wrong, in words; empty when nothing is."""
        return self._waiting.trouble or self.upkeep.trouble or self._poller.trouble or self._base.clock.doubt

    def _post(self, out: Outgoing) -> None:
        self._sender.post(out.letters)  # first: the next question matters more than the end of a spinner
        self._sender.answer(out.tapped)

    def _record(self, settled: Settled) -> None:
        """Write down what became of a letter; `dispatch` hears of those that were its own."""
        (self._waiting.settle if settled.lane == REPLY else self._dispatch.settled)(settled)

    async def _keep_up(self) -> None:
        await self._compare_clocks()
        await self._recovery.take_over()

    async def _compare_clocks(self) -> None:
        """Ask for the time when nobody told it for long, and say when it is in doubt, and when no longer."""
        clock = self._base.clock
        if clock.wants_to_ask():
            with contextlib.suppress(NotSentError, UnknownOutcomeError):
                await self._wire.call("getMe", patience=10)
        if bool(clock.doubt) != self._doubted:
            self._doubted = not self._doubted
            log.warning("the clock cannot be trusted" if self._doubted else "the clock is right again", why=clock.doubt)

    async def _regain(self) -> None:
        await self._recovery.find_lost()

    def _tell_problems(self) -> None:
        if keys.is_open_to_others(self._base.house.keys.path):
            log.warning("others on this computer can use the key file", do=f"chmod 600 {self._base.house.keys.path}")
        editing.tell((*self._base.shelf.problems, *self._base.adopted.problems))
        editing.tell_changes(self._base.adopted)

    async def _refuse_unready(self) -> None:
        """Say which open engagements are not served here, and why."""
        house = self._base.house
        async with self._base.engine.connect() as connection:
            shelf = await connection.run_sync(engagements.load, house.organisation_id)
            flows = await connection.run_sync(house.know, {one.edition_id for one in shelf.values()})
        for one in shelf.values():
            why = launch.obstacle(flows[one.edition_id], local=house.local)
            if one.state == engagements.OPEN and why:
                log.error("an open engagement is not served", why=why)

    async def _greet(self) -> None:
        """Greet Telegram, whether or not the database can be written: the bot must not end over it."""
        await greet(self._wire, self._config.telegram, self._introduce)
        with contextlib.suppress(*TROUBLE):
            await self._vitals.measure()

    async def _introduce(self, username: str) -> None:
        house = self._base.house
        with contextlib.suppress(*TROUBLE):  # it is told again at the next start
            async with self._base.engine.begin() as connection:
                await connection.run_sync(organisations.introduce, house.bot_id, house.organisation_id, username)

    async def _start(self) -> None:
        """Send what waits by itself, once it is sure that this is no old copy, or it is held."""
        await self._heart.begin()
        await self._dispatch.run()

    async def _receive(self) -> None:
        """Poll, if this bot polls and this process is the one that does."""
        if self._config.telegram.receive != "polling":
            return
        await self._here.alone(self._here.may_poll, self._base.house.bot_id, self._poll)

    async def _poll(self) -> None:
        self._vitals.polls = True
        try:
            await self._poller.run()
        finally:
            self._vitals.polls = False


def _settle_memory() -> None:
    """Keep the collector from walking, again and again, what was loaded at the start and stays: a tenth of a tap's time."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 20)
