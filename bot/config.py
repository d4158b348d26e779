"""The settings: one model that says what each key means and checks its value. `config_file` reads them."""

from __future__ import annotations

import difflib
import re
from ipaddress import ip_network
from pathlib import Path
from typing import Literal
from urllib.parse import urlsplit
from zoneinfo import available_timezones

from pydantic import BaseModel, ConfigDict, Field, SecretStr, field_validator

PREFIX = "WITHUS_"
TELEGRAM = "https://api.telegram.org"


class ConfigError(Exception):
    """A setting is wrong; the message names it and says what to write. One problem a line."""


class Section(BaseModel):
    """A table of the file: nothing unknown in it, nothing changed later."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Telegram(Section):
    """How the bot talks with Telegram."""

    token: SecretStr = Field(
        description="The bot's token, from @BotFather. Better kept in a file: token_file, or WITHUS_TELEGRAM__TOKEN_FILE."
    )
    api_url: str = Field(TELEGRAM, description="The Bot API server to use.")
    receive: Literal["polling", "webhook"] = Field(
        "polling", description="polling asks Telegram for news; webhook lets Telegram call us and needs a public https address."
    )
    webhook_url: str = Field("", description="The public address Telegram calls, like https://bot.example.org/telegram.")
    webhook_secret: SecretStr = Field(
        SecretStr(""), description="A secret Telegram sends with every call: 1-256 letters, digits, _ or -."
    )
    messages_per_second: float = Field(
        25, gt=0, le=1000, description="How fast the bot sends what it starts itself. Replies are not held to it."
    )
    paid_broadcasts: bool = Field(default=False, description="Pay Telegram to send faster than 30 a second.")
    minimum_age: Literal[13, 16, 18] = Field(
        16,
        description="The youngest age the bot talks with in Telegram: 16 by its terms for the UK (seen November 2026).",
    )

    @field_validator("token")
    @classmethod
    def _token(cls, value: SecretStr) -> SecretStr:
        if not re.fullmatch(r"\d{1,18}:[A-Za-z0-9_-]{3,}", value.get_secret_value()):
            msg = "is not a bot token; it looks like 123456:ABC-DEF and comes from @BotFather"
            raise ValueError(msg)
        return value

    @field_validator("api_url", "webhook_url")
    @classmethod
    def _url(cls, value: str) -> str:
        if value and urlsplit(value).scheme not in {"http", "https"}:
            msg = "is not a web address; it begins with https://"
            raise ValueError(msg)
        return value.rstrip("/")

    @field_validator("webhook_secret")
    @classmethod
    def _secret(cls, value: SecretStr) -> SecretStr:
        if value.get_secret_value() and not re.fullmatch(r"[A-Za-z0-9_-]{1,256}", value.get_secret_value()):
            msg = "may hold 1 to 256 letters, digits, _ and - only"
            raise ValueError(msg)
        return value

    @property
    def bot_id(self) -> int:
        """The bot's number, the part of its token before the colon."""
        return int(self.token.get_secret_value().partition(":")[0])

    @property
    def is_local(self) -> bool:
        """Whether the Bot API server runs on this computer, so that no message leaves it."""
        return is_loopback(urlsplit(self.api_url).hostname or "")


class Storage(Section):
    """Where things are kept."""

    url: str = Field(
        "sqlite:///data/withus.db", description="The database: a SQLite file, or postgresql+psycopg://user:password@host/name."
    )
    keys: Path = Field(
        Path("keys/withus.keys"),
        description="The key file. Back it up apart from the database: what is sealed opens only with it.",
    )
    backups: Path = Field(Path("backups"), description="The folder `backup` and `upgrade` put backups in.")

    @field_validator("url")
    @classmethod
    def _database(cls, value: str) -> str:
        kind, _, rest = value.partition("://")
        if kind in {"postgres", "postgresql"}:
            msg = f"begins with {kind}://; write postgresql+psycopg://"
            raise ValueError(msg)
        if kind not in {"sqlite", "postgresql+psycopg"} or not rest:
            msg = "is not a database's address, like sqlite:///data/withus.db or postgresql+psycopg://user:password@host/name"
            raise ValueError(msg)
        return value


class Content(Section):
    """Where engagements come from."""

    folder: Path | None = Field(None, description="A folder with engagement files of your own, beside the shipped ones.")


class Web(Section):
    """The pages, and the address the webhook is heard on."""

    listen: str = Field("127.0.0.1:8080", description="Address and port of pages, health and webhook.")
    public_url: str = Field(
        "", description="Its address from outside, if a proxy stands in front, like https://bot.example.org. Staff sign in there."
    )

    proxies: str = Field(
        "127.0.0.1", description="Addresses or networks of proxies in front, apart by commas. They say where visitors come from."
    )

    @field_validator("proxies")
    @classmethod
    def _proxies(cls, value: str) -> str:
        try:
            for one in value.split(",") if value else ():
                ip_network(one.strip())
        except ValueError:
            msg = "is a list of addresses and networks, like 127.0.0.1, 172.16.0.0/12"
            raise ValueError(msg) from None
        return value

    @field_validator("listen")
    @classmethod
    def _listen(cls, value: str) -> str:
        host, _, port = value.rpartition(":")
        if not host or not port.isdecimal() or int(port) > 65535:  # noqa: PLR2004 - the last port
            msg = "is an address and a port, like 127.0.0.1:8080"
            raise ValueError(msg)
        return value

    @property
    def host(self) -> str:
        """The address without its port."""
        return self.listen.rpartition(":")[0].strip("[]")

    @property
    def port(self) -> int:
        """The port; 0 takes any free one."""
        return int(self.listen.rpartition(":")[2])


class Organisation(Section):
    """Who is asking."""

    name: str = Field("Our organisation", min_length=1, description="The name people see in the privacy notice.")
    time_zone: str = Field(
        "Europe/London",
        description="The clock by which it is “today” when someone types a date.",
    )

    @field_validator("time_zone")
    @classmethod
    def _zone(cls, value: str) -> str:
        if value not in available_timezones():
            near = difflib.get_close_matches(value, available_timezones(), 1)
            msg = "is not a time zone" + (f"; did you mean {near[0]}?" if near else ", like Europe/London")
            raise ValueError(msg)
        return value


class Config(Section):
    """All settings."""

    telegram: Telegram
    storage: Storage = Storage()
    content: Content = Content()
    web: Web = Web()
    organisation: Organisation = Organisation()

    @property
    def is_public(self) -> bool:
        """Whether the pages are reached from outside this computer, as far as the settings tell."""
        addresses = (self.web.public_url, self.telegram.webhook_url if self.telegram.receive == "webhook" else "")
        named = [urlsplit(address).hostname or "" for address in addresses if address]
        return not is_loopback(self.web.host) or not all(map(is_loopback, named))


SECTIONS: dict[str, type[Section]] = {
    "telegram": Telegram,
    "storage": Storage,
    "content": Content,
    "web": Web,
    "organisation": Organisation,
}


SECRETS = {"telegram": ("token", "webhook_secret"), "storage": ("url",)}
"""Section -> its keys that may hold a secret: each may also be given as the name of a file, KEY_file, that holds it."""

RETIRED: dict[str, str] = {}
"""section.key of an earlier version -> what to write instead, as a sentence. None has gone yet."""


def is_loopback(host: str) -> bool:
    """Whether a host name means this computer."""
    return host in {"localhost", "::1"} or re.fullmatch(r"127(\.\d{1,3}){3}", host) is not None
