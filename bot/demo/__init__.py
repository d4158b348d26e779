"""The demo: a pretend Telegram, the real bot on a throw-away database, a crowd, and one page to see it all on."""

from __future__ import annotations

import asyncio
import contextlib
import signal
import sys

from bot.demo.progress import Progress
from bot.demo.show import Show
from bot.demo.trouble import Trouble

__all__ = ["play"]


def play(*, browser: bool) -> None:
    """Run the demo until Ctrl-C, and leave nothing behind. Ends the program with a plain sentence when it cannot start."""
    try:
        asyncio.run(_play(browser=browser))
    except Trouble as trouble:
        sys.exit(str(trouble))


async def _play(*, browser: bool) -> None:
    stop = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):  # the last is a terminal's window being closed
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    progress = Progress()
    show = asyncio.create_task(Show(progress, browser=browser).run())
    stopping = asyncio.create_task(stop.wait())
    await asyncio.wait({show, stopping}, return_when=asyncio.FIRST_COMPLETED)
    stopping.cancel()
    if not stop.is_set():
        await show  # it has ended by itself, and raises why
    show.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await show
    progress.over()
