"""Reads the settings from a TOML file and the environment, and says in plain words what is wrong with them."""

from __future__ import annotations

import difflib
import json
import os
import tomllib
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from pydantic import SecretStr, ValidationError

from bot.config import PREFIX, SECTIONS, Config, ConfigError, is_loopback


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
            msg = "telegram.webhook_secret is missing: without it anyone could pretend to be Telegram. Write 40 random letters."
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
