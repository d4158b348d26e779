"""The emulator put together: one web server for bots, people and the phone page."""

import asyncio
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from contextlib import contextmanager

from aiohttp import web

from emulator.api import Api
from emulator.client import Telegram
from emulator.controls import Controls
from emulator.crowds import Crowds
from emulator.faults import Faults
from emulator.phone import routes as phone_routes
from emulator.sim import Sim
from emulator.witness import Witness
from emulator.world import World

TOKEN = "123456789:local-telegram-needs-no-secret"  # noqa: S105  opens nothing but this emulator
USERNAME = "local_with_us_bot"
WITNESS: Witness | None = None  # whom every emulator of this program shows what it does, unless it is told another


class Emulator:
    """One local Telegram for one bot; `start` and `stop` belong to a running event loop."""

    def __init__(
        self, token: str = TOKEN, username: str = USERNAME, *, seed: int = 0, retry_scale: float = 1.0,
        witness: Witness | None = None,
    ) -> None:  # fmt: skip
        self.token = token
        self.world = World(token, username, seed, retry_scale)
        self.world.witness = witness or WITNESS
        self.faults = Faults(self.world.clock, self.world.random)
        self.world.webhook.repeats = lambda: self.faults.strike("accepted", None) is not None
        self.world.webhook.lateness = lambda: self.faults.strike_seconds("webhook", None, 1.0)
        self.world.disorder = lambda chat: self.faults.strike_seconds("update", chat, 5.0)
        self._crowds = Crowds()
        self.url = ""
        self._runner: web.AppRunner | None = None

    def application(self) -> web.Application:
        application = web.Application(client_max_size=LARGEST_BODY)
        api = Api(self.world, self.faults)
        application.router.add_route("*", "/bot{token:[^/]+}/{method}", api.handle)
        application.router.add_get("/file/bot{token:[^/]+}/{path:.+}", api.fetch)
        application.router.add_routes(Sim(self.world).routes())
        application.router.add_routes(Controls(self.world, self.faults, self._crowds).routes())
        application.router.add_routes(phone_routes())
        return application

    async def start(self, host: str = "127.0.0.1", port: int = 0) -> str:
        """Listen, on any free port when `port` is 0; return the address."""
        self._runner = web.AppRunner(self.application(), access_log=None, shutdown_timeout=0.1, keepalive_timeout=3600)
        await self._runner.setup()
        site = web.TCPSite(self._runner, host, port, backlog=1024)
        await site.start()
        bound = self._runner.addresses[0]
        self.url = f"http://{f'[{host}]' if ':' in host else host}:{bound[1]}"
        return self.url

    async def stop(self) -> None:
        await self._crowds.close()
        await self.world.close()
        if self._runner is not None:
            await self._runner.cleanup()


@contextmanager
def running(
    token: str = TOKEN,
    username: str = USERNAME,
    *,
    port: int = 0,
    seed: int = 0,
    retry_scale: float = 1.0,
    witness: Witness | None = None,
) -> Iterator[Telegram]:
    """Run an emulator in a thread of its own for the length of a `with`, and give a client for it."""
    emulator = Emulator(token, username, seed=seed, retry_scale=retry_scale, witness=witness)
    started: Future[Callable[[], None]] = Future()
    thread = threading.Thread(target=lambda: asyncio.run(_serve(emulator, port, started)), name="emulator", daemon=True)
    thread.start()
    stop = started.result(START_WITHIN)
    try:
        with Telegram(emulator.url, token, username) as telegram:
            yield telegram
    finally:
        stop()
        thread.join()


async def _serve(emulator: Emulator, port: int, started: "Future[Callable[[], None]]") -> None:
    """Serve until the function handed out through `started` is called from any thread."""
    loop, over = asyncio.get_running_loop(), asyncio.Event()
    try:
        await emulator.start(port=port)
    except OSError as problem:
        started.set_exception(problem)
        return

    def stop() -> None:
        loop.call_soon_threadsafe(over.set)

    started.set_result(stop)
    await over.wait()
    await emulator.stop()


LARGEST_BODY = 50 * 1024 * 1024
START_WITHIN = 20
