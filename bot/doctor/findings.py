"""What the doctor can find. All of its lines stand here: when it is well, when it is not, and what to do then."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple


class Line(NamedTuple):
    """The words of one finding, with places for what was seen; `well` may be empty where nothing is worth a word."""

    well: str
    ill: str
    do: str
    urgent: bool = True  # otherwise it is told, but nothing has to be mended


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing looked at; `do` says what to do when it is not well."""

    good: bool
    what: str
    do: str = ""

    def __str__(self) -> str:
        if not self.do:
            return f"ok    {self.what}"
        return f"{'note' if self.good else 'MEND'}  {self.what}. {self.do}"


def find(name: str, /, well: object, **seen: object) -> list[Finding]:
    """The finding of that name as a list of one; of none when it is well and there is nothing to say."""
    line = LINES[name]
    if well:
        return [Finding(True, line.well.format(**seen))] if line.well else []
    return [Finding(not line.urgent, line.ill.format(**seen), line.do.format(**seen))]


LINES: dict[str, Line] = {
    # --- Settings and files
    "settings": Line("the settings are complete", "the settings are wrong", "{why}"),
    "secret twice": Line("", "{what}", "Take one of them away, so that the next change is made in the right place."),
    "secret file": Line(
        "", "other users of this computer can read {file}, which holds a secret", "Run: chmod 600 {file}",
    ),
    "keys open": Line(
        "the key file is readable by its owner alone", "other users of this computer can use the key file",
        "Run: chmod 600 {file}",
    ),
    "keys gone": Line(
        "", "the key file {file} is missing, and the database was made with one",
        "Put it back from your own copy: without it nothing sealed can be read.",
    ),
    "keys broken": Line("", "the key file does not open", "{why}"),
    "keys lacking": Line(
        "", "{n} of the last conversations do not open: this machine's key file lacks keys that another machine made", "{do}",
    ),
    "keys beside data": Line(
        "", "the key file lies in the same folder as the database",
        "Move it to a folder of its own and set storage.keys, so that one copy of a folder never holds both.", urgent=False,
    ),
    "list of erasures": Line(
        "", "the list of people who asked to be forgotten, {file}, can be read by others", "Run: chmod 600 {file}",
    ),
    "erasures lost": Line(
        "", "the list of erasures, {file}, is shorter than when the last backup was made ({n} of {before} lines)",
        "Put it back from your own copy of the key folder, or a restore would bring back people who asked to be forgotten.",
    ),
    # --- The computer
    "sqlite": Line(
        "Python {python}, SQLite {version}, which is free of the write-ahead-log bug",
        "Python {python}, and SQLite {version} has the write-ahead-log bug",
        "Nothing is wrong yet. Upgrade SQLite to 3.51.3 or later when you can, and keep to one bot a file.", urgent=False,
    ),
    "disk": Line(
        "{free} MB are free for {what}", "only {free} MB are free for {what}, in {folder}",
        "Make room there: answers are refused when the disk is full.",
    ),
    "folder": Line(
        "the data folder can be written", "the data folder {folder} cannot be written by this user",
        "Give this user the right to write there, or run the doctor as the user the bot runs as.",
    ),
    # --- The database
    "no database": Line(
        "", "there is no database yet", "Open an engagement, which makes it: python3 -m bot engagement open ID",
    ),
    "database gone": Line(
        "", "the key file has been used, but its database {where} is not there",
        "Check storage.url. If the database is lost, restore the last backup: python3 -m bot restore",
    ),
    "database": Line("the database opens, and its key file is the right one", "the database does not open", "{why}"),
    "schema": Line(
        "", "the database was made by an older version (its schema is {at}, this program's is {head})",
        "Stop the bot and run: python3 -m bot upgrade",
    ),
    "alive": Line(
        "the bot runs: it last wrote on {at}", "the bot does not run, or cannot write: it last wrote on {at}",
        "Start it: python3 -m bot run", urgent=False,
    ),
    "bot says": Line("the running bot says that it is ready", "the running bot says: {what}", "{do}"),
    "old copy": Line(
        "", "{why}",
        "Put the newest one back. If this is the right one, start the bot, which answers people and sends nothing by itself, "
        "and then run: python3 -m bot resume",
    ),
    "paused": Line(
        "", "what the bot starts by itself has been held since {since} ({why})",
        "When you are sure that it may go on, run: python3 -m bot resume",
    ),
    "unknown": Line(
        "no message is uncertain", "{n} messages may or may not have arrived",
        "They are not sent again by themselves. See which, and leave them or send them again: python3 -m bot letters --unknown",
    ),
    "failures": Line(
        "every update could be dealt with in the last week", "{n} updates could not be dealt with in the last week",
        "Look at why, and try them again: python3 -m bot failures list",
    ),
    "no backup": Line("", "there is no backup in {folder}", "Make one: python3 -m bot backup"),
    "no backup yet": Line("", "there is no backup yet", "Make one soon: python3 -m bot backup", urgent=False),
    "backup": Line(
        "the last backup is {days} days old", "the last backup is {days} days old",
        "Make one now, and let it be made each night: python3 -m bot backup",
    ),
    # --- Engagements
    "open": Line("{n} open", "no engagement is open", "Open one: python3 -m bot engagement open ID"),
    "left out": Line("", "an engagement file is left out", "{why}"),
    "refused": Line("", "an engagement file is refused, and the words people know stay in use", "{why}"),
    "doubtful": Line("", "an engagement file that is not in use yet may change what answers mean", "{why}"),
    "apart": Line(
        "", "{slug} was edited in the console, and its file has changed since",
        "Both are kept; people get the console's words. Let both say the same, and the file leads again.",
    ),
    "no file": Line(
        "", "{slug} is open, and no engagement file that can be used has its id",
        "Was its file deleted, or its id changed? It stays as people know it; put the file back, or close it.",
    ),
    "not served": Line("", "{slug} is open but not served", "{why}"),
    "help numbers": Line(
        "every number in /help was checked by a person within 60 days",
        "not every number in /help was checked by a person within 60 days",
        "Before real people come, try each and note the day in conversations/directory/england.toml: {names}.",
    ),
    "ages": Line("the bot talks with people of {age} and over", "", ""),
    # --- Telegram
    "silent": Line(
        "", "Telegram does not answer", "Check telegram.api_url and this computer's network ({why}).",
    ),
    "token": Line(
        "Telegram knows this bot as @{name}", "Telegram does not know this token",
        "Check telegram.token with @BotFather. Then stop the bot and start it again.",
    ),
    "api url": Line(
        "", "messages go to {url}, not to Telegram itself",
        "If that is not a Bot API server of your own, take telegram.api_url out of the settings.", urgent=False,
    ),
    "clock": Line("this computer's clock agrees with Telegram's", "the clock is wrong", "{why}"),
    "no webhook": Line(
        "Telegram calls this bot's webhook", "Telegram knows no webhook of this bot, so no news comes",
        "Start the bot: it tells Telegram. If it runs, stop it and start it again.",
    ),
    "other webhook": Line(
        "", "the webhook that Telegram calls is another one ({url})",
        "Stop the program that set it, then stop this bot and start it again.",
    ),
    "webhook left": Line(
        "", "a webhook is set ({url}), so no news can be fetched",
        "Stop the program that set it, then start this bot: it takes the webhook away.",
    ),
    "certificate": Line(
        "", "Telegram does not accept the certificate of {url}: {why}",
        "Renew it on the proxy in front of the bot; Caddy does so by itself if ports 80 and 443 reach it.",
    ),
    "delivery": Line(
        "", "Telegram could not deliver to {url} on {at}: {why}",
        "See that the proxy runs and passes {url} on to the bot at {listen}.",
    ),
    "pending": Line(
        "", "{n} updates wait at Telegram, and taps live only 150 seconds",
        "See that the bot runs: python3 -m bot run. If it does, look at its log.",
    ),
    # --- The way in from outside
    "public": Line(
        "{url} leads to this bot", "{url} does not lead to this bot: {why}",
        "Let the proxy pass it on to {listen}, and see that its certificate is valid.",
    ),
    "listens": Line(
        "", "the pages listen on {listen}, so others may reach them past the proxy",
        'Unless the bot runs in a container, set web.listen = "127.0.0.1:8080".', urgent=False,
    ),
}  # fmt: skip
"""Every line by its name."""
