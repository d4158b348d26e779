"""`run` and `demo`."""

from __future__ import annotations

import asyncio
import signal
from collections.abc import Coroutine
from pathlib import Path
from typing import Annotated, Any

import typer

from bot import logs
from bot.clock import Clock
from bot.commands import keeping
from bot.commands.workplace import ConfigOption, fail, settings
from storage.database import OlderSchemaError


def run(
    config_file: ConfigOption = None,
    clock: Annotated[Path | None, typer.Option(hidden=True, help="A file with seconds to move the clock ahead by.")] = None,
) -> None:
    """Run the bot until it is told to stop."""
    from bot import app  # noqa: PLC0415 - Telegram and the web take a second to load, and only this command needs them

    chosen = settings(config_file)
    logs.configure()
    try:
        try:
            _loop(app.run(chosen, Clock(clock, checked=True)))
        except OlderSchemaError:
            keeping.bring_up(chosen)
            _loop(app.run(chosen, Clock(clock, checked=True)))
    except app.AddressError as error:
        fail(str(error))


def _loop(work: Coroutine[Any, Any, Any]) -> Any:
    """Run `work` on uvloop where there is one. A signal that comes afterwards ends the program: no loop hears it any more."""
    try:
        import uvloop  # noqa: PLC0415 - not on every platform
    except ImportError:
        return asyncio.run(work)
    try:
        return uvloop.run(work)
    finally:  # it leaves the handlers of its dead loop behind, and they swallow what comes
        signal.signal(signal.SIGTERM, signal.SIG_DFL)
        signal.signal(signal.SIGINT, signal.default_int_handler)


def demo(
    browser: Annotated[bool, typer.Option("--browser/--no-browser", help="Open the browser.")] = True,
) -> None:
    """Try everything: a pretend Telegram on this computer, a crowd, a phone and the results. Nothing leaves it."""
    from bot import demo as show  # noqa: PLC0415 - brings the emulator along, which nothing else may

    show.play(browser=browser)
