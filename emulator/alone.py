"""The emulator by itself, for whoever writes a bot: `python3 -m emulator`."""

import argparse
import asyncio
import errno
import ipaddress
import json
import os
import re
import signal
import socket
import sys
import webbrowser
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from emulator.refusals import ActRefusedError
from emulator.server import TOKEN, USERNAME, Emulator


def main() -> None:
    given = _arguments()
    _check(given)
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # being told to end is as good as Ctrl-C
    try:
        asyncio.run(serve(given))
    except KeyboardInterrupt:
        _print("Stopped.")


async def serve(given: argparse.Namespace) -> None:
    """Serve until cancelled, and say where, one address a line."""
    emulator = Emulator(given.token, given.username, seed=given.seed)
    emulator.faults.add(*given.plan)
    emulator.world.flood.set({"enforce": given.limits})
    try:
        url = await emulator.start(given.host, given.port)
    except OSError as problem:
        sys.exit(_explain(problem, given))
    try:
        for line in _addresses(emulator, url, given.people):
            _print(line)
        if not given.no_browser and _has_screen():
            webbrowser.open(f"{url}/")
        await asyncio.Event().wait()
    finally:
        await emulator.stop()


def _addresses(emulator: Emulator, url: str, people: int) -> Iterator[str]:
    yield from (f"Phones: {url}/", f"Bot API: {url}/bot", f"Token: {emulator.token}", f"Acts and history: {url}/sim/state")
    for _ in range(people):
        person = emulator.world.new_person()
        yield f"{person.first_name}’s phone: {url}/phone?person={person.id}"


def _arguments() -> argparse.Namespace:
    reader = argparse.ArgumentParser(prog="python3 -m emulator", description=DESCRIPTION, epilog="More in docs/emulator.md.")
    reader.add_argument("--port", type=_port, default=0, help="the port to listen on; without it, any that is free")
    reader.add_argument("--host", default="127.0.0.1", help="the address to listen on (127.0.0.1)")
    reader.add_argument("--anywhere", action="store_true", help="allow a --host that other machines can reach")
    reader.add_argument("--token", default=TOKEN, help="the bot's token, such as 42:anything")
    reader.add_argument("--username", default=USERNAME, help="the bot's name after the @")
    reader.add_argument("--people", type=int, default=0, metavar="N", help="begin with N people, each with a phone")
    reader.add_argument("--plan", type=_plan, default=([], ""), metavar="FILE", help="faults as JSON, as /sim/faults takes them")
    reader.add_argument(
        "--limits", action="store_true", help="refuse what is too fast for Telegram; otherwise it is only counted"
    )
    reader.add_argument("--seed", type=int, default=0, metavar="N", help="another number gives faults by chance another order")
    reader.add_argument("--no-browser", action="store_true", help="do not open the phones in a browser")
    return reader.parse_args()


def _check(given: argparse.Namespace) -> None:
    """End with a sentence where what was given cannot be."""
    if not TOKENS.fullmatch(given.token):
        sys.exit(f"{given.token!r} is no token. A token is a number, a colon and some letters, such as 42:anything.")
    if not USERNAMES.fullmatch(given.username):
        sys.exit(f"{given.username!r} cannot be a bot's username. Use letters, digits and _, with bot at the end.")
    if not given.anywhere and not _is_loopback(given.host):
        sys.exit(
            f"{given.host} can be reached from other machines, and whoever reaches the emulator can do everything in it."
            " If that is what you want, add --anywhere."
        )
    try:
        Emulator(given.token, given.username).faults.add(*given.plan)
    except (ActRefusedError, TypeError, ValueError) as problem:
        sys.exit(f"The plan cannot be used: {problem}. docs/emulator.md tells what a plan may say.")


def _port(text: str) -> int:
    if not text.isdecimal() or int(text) > MOST_PORT:
        raise argparse.ArgumentTypeError(f"{text!r} is no port; a port is a number up to {MOST_PORT}")
    return int(text)


def _plan(name: str) -> tuple[list[Any], str]:
    """The rules of a plan, and its name."""
    try:
        plan = json.loads(Path(name).read_text("utf-8"))
    except OSError as problem:
        raise argparse.ArgumentTypeError(f"{name} cannot be read ({problem.strerror}); check the name") from None
    except ValueError as problem:
        raise argparse.ArgumentTypeError(f"{name} is not JSON: {problem}") from None
    rules, called = (plan.get("rules"), str(plan.get("plan", ""))) if isinstance(plan, dict) else (plan, "")
    if not isinstance(rules, list) or not all(isinstance(rule, dict) for rule in rules):
        raise argparse.ArgumentTypeError(f"{name} must hold a list of faults: [{{...}}, {{...}}]")
    return rules, called


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _explain(problem: OSError, given: argparse.Namespace) -> str:
    if isinstance(problem, socket.gaierror) or problem.errno == errno.EADDRNOTAVAIL:
        return f"This machine has no address {given.host}. Leave --host out, or give one that it has."
    if problem.errno == errno.EADDRINUSE:
        return f"Port {given.port} is taken by another program. Choose another, or leave --port out to get a free one."
    if problem.errno == errno.EACCES:
        return f"Port {given.port} is for administrators. Choose one above 1023, or leave --port out to get a free one."
    return f"Cannot listen on {given.host}, port {given.port}: {problem.strerror}."


def _has_screen() -> bool:
    """Without a screen, Python would open a text browser in this very terminal."""
    return sys.platform in {"darwin", "win32"} or bool(os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"))


def _print(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


DESCRIPTION = "A local Telegram for one bot: the Bot API, people with phones, and faults when you want them."
TOKENS = re.compile(r"\d{1,18}:[A-Za-z0-9_-]+")
USERNAMES = re.compile(r"[A-Za-z]\w{1,28}bot", re.IGNORECASE | re.ASCII)
MOST_PORT = 65535
