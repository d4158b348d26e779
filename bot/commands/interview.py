"""What a new installation must know: given by options and the environment, or asked of a person at a terminal."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass

import typer

from bot import config_file
from bot.commands.workplace import fail
from bot.config import TELEGRAM
from bot.telegram.acquaintance import Acquaintance, UnknownTokenError, UnreachableError, meet

UNKNOWN = "Telegram does not know this token. Copy it again from @BotFather, all of it, or ask @BotFather for a new one."
UNREACHABLE = "Telegram cannot be reached: {why}. Check this computer's network, or go on without asking Telegram: --no-check."


@dataclass(frozen=True, slots=True)
class Question:
    """One thing to know; without a default somebody has to say it. `option` gives it in a script."""

    option: str
    words: str
    default: str = ""
    hidden: bool = False


@dataclass(frozen=True, slots=True)
class Interview:
    """Answers by section.key: first those `given`, then what a `person` says, then defaults."""

    given: Mapping[str, str]
    person: bool

    def hold(self, *, check: bool) -> tuple[dict[str, str], Acquaintance | None]:
        """Every answer, and whose the token is if Telegram is to be asked. Ends the program when one cannot be had."""
        self._require()
        token, met = self._introduce(check=check)
        answers = {"telegram.token": token}
        for key in QUESTIONS:
            if key not in answers and (key != WEBHOOK or answers["telegram.receive"] == "webhook"):
                answers[key] = self._ask(key)
        return answers, met

    def confirm(self, words: str) -> bool:
        """Whether the person agrees; without one, always."""
        return not self.person or typer.confirm(words, default=True)

    def _require(self) -> None:
        """Where nobody can be asked, name everything that is missing at once."""
        needed = [key for key in QUESTIONS if key != WEBHOOK or self.given.get("telegram.receive") == "webhook"]
        missing = [QUESTIONS[key].option for key in needed if not (QUESTIONS[key].default or self.given.get(key))]
        if missing and not self.person:
            fail(f"Missing: {', '.join(missing)}. There is no terminal to ask at, so give options (see --help).")

    def _ask(self, key: str) -> str:
        question = QUESTIONS[key]
        given = self.given.get(key, "" if self.person else question.default)
        if given:
            if wrong := config_file.fault(key, given):
                fail(f"{question.option}: {wrong}")
            return given
        while True:
            said = str(typer.prompt(question.words, default=question.default or None, hide_input=question.hidden)).strip()
            wrong = config_file.fault(key, said)
            if not wrong:
                return said
            typer.echo(wrong)

    def _introduce(self, *, check: bool) -> tuple[str, Acquaintance | None]:
        while True:
            token = self._ask("telegram.token")
            if not check:
                return token, None
            try:
                met = asyncio.run(meet(self.given.get("telegram.api_url", TELEGRAM), token))
            except UnknownTokenError:
                self._again(UNKNOWN)
            except UnreachableError as error:
                why = UNREACHABLE.format(why=error)
                if not self.person:
                    fail(why)
                if typer.confirm(f"{why}\nGo on without checking?", default=False):
                    return token, None
                fail("Nothing was written.")
            else:
                if self.confirm(f"This is @{met.username}. Right?"):
                    return token, met
                self._again("Then this is the token of another bot.")

    def _again(self, why: str) -> None:
        """Ask for the token once more, or end when it was not typed here."""
        if not self.person or "telegram.token" in self.given:
            fail(why)
        typer.echo(why)


WEBHOOK = "telegram.webhook_url"

QUESTIONS: Mapping[str, Question] = {
    "telegram.token": Question("--token-file", "The bot's token, from @BotFather (it is not shown)", hidden=True),
    "organisation.name": Question("--name", "Your organisation's name, as people should read it"),
    "organisation.time_zone": Question("--time-zone", "Its time zone", "Europe/London"),
    "telegram.receive": Question("--receive", "polling works anywhere, webhook needs a public https address. Which", "polling"),
    WEBHOOK: Question("--webhook-url", "The address Telegram shall call, like https://bot.example.org/telegram"),
    "storage.url": Question(
        "--database", "The database: a SQLite file, or postgresql+psycopg://user:password@host/name", "sqlite:///data/withus.db"
    ),
    "content.folder": Question("--content", "The folder for your engagement files", "engagements"),
}
"""section.key -> what is asked, in this order."""
