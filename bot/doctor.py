"""Looks the installation over: each finding is good, or says what to do about it."""

from __future__ import annotations

import os
import shutil
import stat
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from bot import content, launch
from bot.config import Config, ConfigError
from bot.foundation import Foundation, foundation
from bot.telegram.wire import NotSentError, UnknownOutcomeError, Wire
from conversations import directory
from conversations.checking.problems import ERROR
from storage import engagements, failures, outbox, sqlite_build
from storage.database import DatabaseError
from storage.keys import KeysError

LEAST_DISK = 200 << 20  # bytes

REFUSED = "an engagement file is refused, and the words people know stay in use"
DOUBTFUL = "an engagement file that is not in use yet may change what answers mean"
NO_FILE = "Was its file deleted, or its id changed? It stays as people know it; put the file back, or close it."
APART = "Both are kept; people get the console's words. Let both say the same, and the file leads again."


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing looked at; `do` says what to do when it is not good."""

    good: bool
    what: str
    do: str = ""

    def __str__(self) -> str:
        return f"ok    {self.what}" if self.good else f"MEND  {self.what}. {self.do}"


async def examine(settings: Callable[[], Config]) -> list[Finding]:
    """Everything that can be looked at, as far as the first thing that stops the rest."""
    try:
        config = settings()
    except ConfigError as error:
        return [Finding(False, "the settings are wrong", str(error))]
    findings = [Finding(True, "the settings are complete"), *_surroundings(config)]
    try:
        async with foundation(config) as base:
            findings += [Finding(True, "the database opens, and its key file is the right one"), *await _inside(base)]
    except (DatabaseError, KeysError) as error:
        findings.append(Finding(False, "the database or its key file does not open", str(error)))
    return [*findings, await _telegram(config)]


def _surroundings(config: Config) -> list[Finding]:
    found = []
    keys = config.storage.keys
    if keys.exists():
        open_to_others = stat.S_IMODE(keys.stat().st_mode) & 0o077
        found.append(Finding(not open_to_others, "the key file is readable by its owner alone", f"Run: chmod 600 {keys}"))
    version = sqlite_build.choose()
    if config.storage.url.startswith("sqlite"):
        do = "Nothing is wrong yet; upgrade SQLite to 3.51.3 or later when you can, and keep to one bot a file."
        found.append(Finding(sqlite_build.is_safe(), f"SQLite {version} is free of the write-ahead-log bug", do))
        folder = Path(config.storage.url.removeprefix("sqlite:///")).parent
        if folder.exists():
            free = shutil.disk_usage(folder).free
            found.append(
                Finding(
                    free > LEAST_DISK, f"{free >> 20} MB are free on the disk", "Make room: answers are refused when it is full."
                )
            )
            found.append(
                Finding(
                    os.access(folder, os.W_OK), "the data folder can be written", f"Give yourself the right to write in {folder}"
                )
            )
    return found


async def _inside(base: Foundation) -> list[Finding]:
    house = base.house
    async with base.engine.connect() as connection:
        shelf = await connection.run_sync(engagements.load, house.organisation_id)
        flows = await connection.run_sync(house.know, {one.edition_id for one in shelf.values()})
        broken = await connection.run_sync(failures.count, house.bot_id)
        states = await connection.run_sync(outbox.count, house.bot_id)
        coming = await connection.run_sync(content.foresee, house.organisation_id, base.shelf)
        apart = await connection.run_sync(engagements.kept_apart, house.organisation_id)
        left = await connection.run_sync(content.without_file, house.organisation_id, base.shelf)
    opened = [one for one in shelf.values() if one.state == engagements.OPEN]
    number = f"{len(opened)} engagements are open" if len(opened) != 1 else "1 engagement is open"
    found = [Finding(bool(opened), number, "Open one: python3 -m bot engagement open ID")]
    found += [Finding(False, "an engagement file is left out", str(problem)) for problem in base.shelf.problems]
    found += [Finding(False, REFUSED if one.level == ERROR else DOUBTFUL, str(one)) for one in coming]
    found += [Finding(False, f"{slug} was edited in the console, and its file has changed since", APART) for slug in apart]
    for one in opened:
        if one.slug in left:
            found.append(Finding(False, f"{one.slug} is open, and no engagement file that can be used has its id", NO_FILE))
        why = launch.obstacle(flows[one.edition_id], local=house.local)
        if why:
            found.append(Finding(False, f"{one.slug} is open but not served", why))
    found.append(
        Finding(not broken, f"{broken} updates could not be dealt with in the last week", "Look at the log from that time.")
    )
    unknown = states.get(outbox.UNKNOWN, 0)
    found.append(Finding(not unknown, f"{unknown} messages whose sending is uncertain", "They are not sent again by themselves."))
    stale = [entry.id for entry in directory.ENTRIES if entry.is_stale(base.clock.now().date())]
    do = f"Before real people come, try each and note the day in conversations/directory/england.toml: {', '.join(stale)}."
    found.append(Finding(not stale, "every number in /help was checked by a person within 60 days", do))
    return found


async def _telegram(config: Config) -> Finding:
    async with Wire(config.telegram.api_url, config.telegram.token.get_secret_value()) as lines:
        try:
            reply = await lines.call("getMe", patience=10.0)
        except (NotSentError, UnknownOutcomeError) as error:
            return Finding(False, "Telegram does not answer", f"Check telegram.api_url and this computer's network ({error}).")
    if reply.ok:
        return Finding(True, f"Telegram knows this bot as @{reply.result.get('username', '')}")
    return Finding(False, "Telegram does not know this token", "Check telegram.token with @BotFather.")
