"""The settings: one model that checks the TOML file and the environment, and says what each key means."""

from __future__ import annotations

import difflib
import json
import os
import re
import tomllib
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, Literal
from urllib.parse import urlsplit
from zoneinfo import available_timezones

from pydantic import BaseModel, ConfigDict, Field, SecretStr, ValidationError, field_validator

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
    paid_broadcasts: bool = Field(default=False, description="Pay Telegram Stars to send broadcasts faster.")
    minimum_age: Literal[13, 16, 18] = Field(
        16,
        description="The youngest age the bot talks with in Telegram. Telegram's terms for the UK said 16 when this was written (November 2026).",
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


class Content(Section):
    """Where engagements come from."""

    folder: Path | None = Field(None, description="A folder with engagement files of your own, beside the shipped ones.")


class Web(Section):
    """The pages, and the address the webhook is heard on."""

    listen: str = Field("127.0.0.1:8080", description="Address and port of pages, health and webhook.")
    public_url: str = Field("", description="The address people reach those pages at, when a proxy stands in front.")

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
    time_zone: str = Field("Europe/London", description="The clock that days and quiet hours go by.")

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


SECTIONS: dict[str, type[Section]] = {
    "telegram": Telegram,
    "storage": Storage,
    "content": Content,
    "web": Web,
    "organisation": Organisation,
}


def is_loopback(host: str) -> bool:
    """Whether a host name means this computer."""
    return host == "localhost" or host == "::1" or re.fullmatch(r"127(\.\d{1,3}){3}", host) is not None


def read(path: Path | None, environment: Mapping[str, str] = os.environ) -> Config:
    """The settings in a file (if one is given) and the environment, which wins. Raises ConfigError with every problem.

    Relative paths in the file are meant from the folder the file is in.
    """
    table = _load(path) if path else {}
    problems = _unknown(table)
    given, wrong = _environment(environment)
    problems += wrong
    for section, key, value in given:
        if isinstance(table.setdefault(section, {}), dict):
            table[section][key] = value
    table, wrong = _secrets(table, path)
    problems += wrong
    if problems:
        raise ConfigError("\n".join(problems))
    try:
        config = Config.model_validate(table)
    except ValidationError as error:
        raise ConfigError("\n".join(_explain(one) for one in error.errors())) from None
    return _placed(_settled(config), path)


def _load(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text("utf-8-sig"))
    except FileNotFoundError:
        msg = f"There is no file {path}. Make one with `python3 -m bot init`, or copy config.example.toml."
        raise ConfigError(msg) from None
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        msg = f"{path} cannot be read: {error}. Mend that line, or start again from config.example.toml."
        raise ConfigError(msg) from None


def _unknown(table: Mapping[str, Any]) -> list[str]:
    problems = []
    for section, keys in table.items():
        if section not in SECTIONS:
            problems.append(_no_such(section, SECTIONS, f"[{section}]"))
        elif not isinstance(keys, dict):
            problems.append(f"{section} is a table: write [{section}] on a line of its own, and its keys below.")
        else:
            known = [*SECTIONS[section].model_fields, *(f"{name}_file" for name in _secret_keys(section))]
            problems += [_no_such(key, known, f"{section}.{key}") for key in keys if key not in known]
    return problems


def nearest(name: str, known: Iterable[str]) -> str:
    """The known name most like `name`, or nothing when none is."""
    return next(iter(difflib.get_close_matches(name, list(known), 1)), "")


def _no_such(name: str, known: Any, whole: str) -> str:
    near = nearest(name, known)
    return f"There is no setting {whole}. " + (f"Did you mean {near}?" if near else f"Known: {', '.join(known)}.")


def _secret_keys(section: str) -> list[str]:
    fields = SECTIONS[section].model_fields
    return [name for name, field in fields.items() if field.annotation is SecretStr]


def _environment(environment: Mapping[str, str]) -> tuple[list[tuple[str, str, str]], list[str]]:
    """(section, key, value) of every WITHUS_SECTION__KEY, and what is wrong with the rest."""
    given, problems = [], []
    for name, value in sorted(environment.items()):
        section, double, key = name.removeprefix(PREFIX).lower().partition("__")
        if not name.startswith(PREFIX) or not double:
            continue
        if section not in SECTIONS:
            problems.append(f"{name}: " + _no_such(section, SECTIONS, f"[{section}]"))
            continue
        known = [*SECTIONS[section].model_fields, *(f"{one}_file" for one in _secret_keys(section))]
        if key in known:
            given.append((section, key, value))
        else:
            problems.append(f"{name}: " + _no_such(key, known, f"{section}.{key}"))
    return given, problems


def _secrets(table: dict[str, Any], path: Path | None) -> tuple[dict[str, Any], list[str]]:
    """The table with every `…_file` key replaced by what that file holds."""
    problems = []
    read_in = {section: dict(keys) if isinstance(keys, dict) else keys for section, keys in table.items()}
    for section in [name for name in SECTIONS if isinstance(read_in.get(name), dict)]:
        for name in _secret_keys(section):
            where = read_in[section].pop(f"{name}_file", None)
            if where is None:
                continue
            if name in read_in[section]:
                problems.append(f"{section}.{name} and {section}.{name}_file are both set. Keep one of them.")
                continue
            try:
                read_in[section][name] = _beside(path, Path(str(where))).read_text("utf-8").strip()
            except (OSError, UnicodeDecodeError) as error:
                problems.append(f"{section}.{name}_file: {where} cannot be read ({error}).")
    return read_in, problems


def _explain(error: Any) -> str:
    where = ".".join(str(part) for part in error["loc"])
    if error["type"] == "missing":
        extra = (
            " Get one from @BotFather, or try `python3 -m bot demo`, which needs none."
            if "token" in where or where == "telegram"
            else ""
        )
        return f"{'telegram.token' if where == 'telegram' else where} is missing.{extra}"
    said = error["msg"].removeprefix("Value error, ")
    if error["type"] == "value_error":
        return f"{where} {said}."
    return f"{where}: {said[0].lower()}{said[1:]}."


def _settled(config: Config) -> Config:
    """Checks that need more than one key."""
    telegram = config.telegram
    if telegram.receive == "webhook":
        if not telegram.webhook_url:
            msg = 'telegram.webhook_url is missing: with receive = "webhook" Telegram must know where to call.'
            raise ConfigError(msg)
        if not telegram.webhook_secret.get_secret_value():
            msg = "telegram.webhook_secret is missing: without it anyone could pretend to be Telegram. Write 40 random letters and digits."
            raise ConfigError(msg)
        local = is_loopback(urlsplit(telegram.webhook_url).hostname or "")
        if urlsplit(telegram.webhook_url).scheme != "https" and not local:
            msg = "telegram.webhook_url begins with http://; Telegram only calls https:// addresses."
            raise ConfigError(msg)
    return config


def _placed(config: Config, path: Path | None) -> Config:
    """Relative paths made whole."""
    storage = config.storage.model_copy(
        update={"keys": _beside(path, config.storage.keys), "url": _place_url(config.storage.url, path)}
    )
    folder = config.content.folder
    content = config.content.model_copy(update={"folder": _beside(path, folder) if folder else None})
    return config.model_copy(update={"storage": storage, "content": content})


def _place_url(url: str, path: Path | None) -> str:
    head = "sqlite:///"
    return head + str(_beside(path, Path(url.removeprefix(head)))) if url.startswith(head) else url


def _beside(path: Path | None, other: Path) -> Path:
    folder = path.resolve().parent if path else Path.cwd()
    return (folder / other.expanduser()).absolute()


def example(values: Mapping[str, str] = {}) -> str:
    """A settings file with every key and what it means; those not in `values` are commented out with their default."""
    lines = ["# Settings of With Us. Every key can also be given as WITHUS_SECTION__KEY in the environment.", ""]
    for section, model in SECTIONS.items():
        lines.append(f"[{section}]")
        for key, field in model.model_fields.items():
            value = values.get(f"{section}.{key}")
            lines.append(f"# {field.description}")
            lines.append(f"{key} = {_toml(value)}" if value is not None else f"# {key} = {_toml(_default(field))}")
        lines.append("")
    return "\n".join(lines)


def _default(field: Any) -> Any:
    value = "" if field.is_required() or field.default is None else field.default
    return value.get_secret_value() if isinstance(value, SecretStr) else value


def _toml(value: Any) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    return str(value) if isinstance(value, int | float) else json.dumps(str(value), ensure_ascii=False)
