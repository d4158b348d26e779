"""Reads the settings from a TOML file and the environment, and says in plain words what is wrong with them."""

from __future__ import annotations

import difflib
import json
import os
import tomllib
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from pydantic import SecretStr, ValidationError

from bot.config import PREFIX, RETIRED, SECRETS, SECTIONS, TELEGRAM, Config, ConfigError, is_loopback

Table = dict[str, dict[str, Any]]
"""Section -> key -> value, not checked yet."""

PORTS = (443, 80, 88, 8443)  # those Telegram calls
CREDENTIALS = "CREDENTIALS_DIRECTORY"  # where systemd lays what LoadCredential= names


def read(path: Path | None, environment: Mapping[str, str] = os.environ) -> Config:
    """The settings in a file (if one is given), in systemd's credentials and in the environment, the later before the earlier.

    A secret in one place takes the place of both its forms, KEY and KEY_file, in the places before. Relative paths are meant
    from the folder the file is in. Raises ConfigError with every problem.
    """
    table: Table = {}
    problems: list[str] = []
    for level, wrong in _levels(path, environment):
        problems += [*wrong, *_twice(level)]
        _lay_over(table, level)
    if problems := problems + _open_files(table, path):
        raise ConfigError("\n".join(problems))
    return _placed(settle(table), path)


def doubled(path: Path | None, environment: Mapping[str, str] = os.environ) -> list[str]:
    """Secrets that are set in more than one place, a sentence each. Raises ConfigError when the file cannot be read."""
    places = (str(path), f"${CREDENTIALS}", "the environment")
    found: dict[str, list[str]] = {}
    for place, (level, _) in zip(places, _levels(path, environment), strict=True):
        for section, keys in level.items():
            for key in sorted({_bare(section, key) for key in keys} & set(SECRETS.get(section, ()))):
                found.setdefault(f"{section}.{key}", []).append(place)
    return [f"{key} is set in {' and in '.join(where)}. The last is used." for key, where in found.items() if len(where) > 1]


def secret_files(path: Path | None, environment: Mapping[str, str] = os.environ) -> list[Path]:
    """The files that hold a secret: those named by a KEY_file, and the settings themselves when they hold one."""
    found = []
    for number, (level, _) in enumerate(_levels(path, environment)):
        for section, names in SECRETS.items():
            given = level.get(section, {})
            found += [_beside(path, Path(str(given[f"{name}_file"]))) for name in names if f"{name}_file" in given]
            plain = any(not str(given.get(name, "sqlite:")).startswith("sqlite:") for name in names)
            found += [path] if path and number == 0 and plain else []
    return list(dict.fromkeys(found))


def fault(key: str, value: str) -> str:
    """What is wrong with the value of one setting, section.key; empty when nothing is."""
    section, _, name = key.partition(".")
    table: Table = {"telegram": {"token": "1:any"}}
    table.setdefault(section, {})[name] = value
    try:
        Config.model_validate(table)
    except ValidationError as error:
        return "\n".join(_explain(one) for one in error.errors())
    return ""


def settle(table: Mapping[str, Any]) -> Config:
    """The settings a table holds. Raises ConfigError with every problem."""
    try:
        config = Config.model_validate(table)
    except ValidationError as error:
        raise ConfigError("\n".join(_explain(one) for one in error.errors())) from None
    return _settled(config)


def _levels(path: Path | None, environment: Mapping[str, str]) -> Iterator[tuple[Table, list[str]]]:
    """What each place says, the weakest first, and what is wrong with it."""
    table = _load(path) if path else {}
    yield {section: keys for section, keys in table.items() if isinstance(keys, dict)}, _unknown(table)
    yield _credentials(environment.get(CREDENTIALS, ""))
    yield _environment(environment)


def _lay_over(table: Table, level: Table) -> None:
    for section, keys in level.items():
        under = table.setdefault(section, {})
        for key in keys:
            for form in _forms(section, _bare(section, key)):
                under.pop(form, None)
        under.update(keys)


def _twice(level: Table) -> list[str]:
    """A secret in both its forms in one place: nobody could tell which is meant."""
    return [
        f"{section}.{name} and {section}.{name}_file are both set. Keep one of them."
        for section, names in SECRETS.items()
        for name in names
        if {name, f"{name}_file"} <= level.get(section, {}).keys()
    ]


def _forms(section: str, key: str) -> list[str]:
    return [key, f"{key}_file"] if key in SECRETS.get(section, ()) else [key]


def _bare(section: str, key: str) -> str:
    """A key without the `_file` that says its value lies elsewhere."""
    name = key.removesuffix("_file")
    return name if name in SECRETS.get(section, ()) else key


def _known(section: str) -> list[str]:
    return [form for key in SECTIONS[section].model_fields for form in _forms(section, key)]


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
        if section in SECTIONS and not isinstance(keys, dict):
            problems.append(f"{section} is a table: write [{section}] on a line of its own, and its keys below.")
        else:
            problems += [wrong for key in (keys if section in SECTIONS else [""]) if (wrong := _no_such(section, key))]
    return problems


def nearest(name: str, known: Iterable[str]) -> str:
    """The known name most like `name`, or nothing when none is."""
    return next(iter(difflib.get_close_matches(name, list(known), 1)), "")


def _no_such(section: str, key: str) -> str:
    """Why there is no such setting; empty when there is."""
    if section not in SECTIONS:
        return _suggest(f"[{section}]", section, SECTIONS)
    if key in _known(section):
        return ""
    whole = f"{section}.{_bare(section, key)}"
    if whole in RETIRED:
        return f"There is no setting {whole} any more. {RETIRED[whole]}"
    return _suggest(f"{section}.{key}", key, _known(section))


def _suggest(whole: str, name: str, known: Iterable[str]) -> str:
    near = nearest(name, known)
    return f"There is no setting {whole}. " + (f"Did you mean {near}?" if near else f"Known: {', '.join(known)}.")


def _credentials(folder: str) -> tuple[Table, list[str]]:
    """Files named SECTION.KEY in the folder systemd made for this service; what is called otherwise is not ours."""
    level: Table = {}
    problems = []
    for file in sorted(Path(folder).iterdir()) if folder else ():
        section, _, key = file.name.partition(".")
        if section not in SECTIONS:
            continue
        if key in SECRETS.get(section, ()):
            level.setdefault(section, {})[f"{key}_file"] = str(file)
        else:
            secrets = [f"{one}.{name}" for one, names in SECRETS.items() for name in names]
            problems.append(f"LoadCredential={file.name}: it is called like none of {', '.join(secrets)}.")
    return level, problems


def _environment(environment: Mapping[str, str]) -> tuple[Table, list[str]]:
    """Every WITHUS_SECTION__KEY, and what is wrong with the rest."""
    level: Table = {}
    problems = []
    for name, value in sorted(environment.items()):
        section, double, key = name.removeprefix(PREFIX).lower().partition("__")
        if not name.startswith(PREFIX) or not double:
            continue
        if wrong := _no_such(section, key):
            problems.append(f"{name}: {wrong}")
        else:
            level.setdefault(section, {})[key] = value
    return level, problems


def _open_files(table: Table, path: Path | None) -> list[str]:
    """Replace every KEY_file with what that file holds; say which cannot be read."""
    problems = []
    for section, names in SECRETS.items():
        for name in names:
            where = table.get(section, {}).pop(f"{name}_file", None)
            if where is None:
                continue
            try:
                table[section][name] = _beside(path, Path(str(where))).read_text("utf-8").strip()
            except (OSError, ValueError) as error:  # ValueError: no text, or no path at all
                problems.append(f"{section}.{name}_file: {where} cannot be read ({error}).")
    return problems


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
        if telegram.api_url == TELEGRAM and (urlsplit(telegram.webhook_url).port or 443) not in PORTS:
            msg = f"telegram.webhook_url: Telegram calls the ports {', '.join(map(str, PORTS))} only. Put a proxy on one of them."
            raise ConfigError(msg)
    return config


def _placed(config: Config, path: Path | None) -> Config:
    """Relative paths made whole."""
    kept = config.storage
    whole = {"keys": _beside(path, kept.keys), "backups": _beside(path, kept.backups), "url": _place_url(kept.url, path)}
    storage = kept.model_copy(update=whole)
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
    """A settings file with every key and what it means; those not in `values` are commented out with their default.

    `values` has section.key, or section.key_file for a secret that lies in a file of its own.
    """
    lines = [HEAD, ""]
    for section, model in SECTIONS.items():
        lines.append(f"[{section}]")
        for key, field in model.model_fields.items():
            given = {form: values[f"{section}.{form}"] for form in _forms(section, key) if f"{section}.{form}" in values}
            lines.append(f"# {field.description}")
            lines += [f"{form} = {_toml(value)}" for form, value in given.items()] or [f"# {key} = {_toml(_default(field))}"]
        lines.append("")
    return "\n".join(lines)


HEAD = """# Settings of With Us. Every key can also be given as WITHUS_SECTION__KEY in the environment, which wins.
# token, webhook_secret and url can be kept in files of their own: token_file = "telegram.token"."""


def _default(field: Any) -> Any:
    value = "" if field.is_required() or field.default is None else field.default
    return value.get_secret_value() if isinstance(value, SecretStr) else value


def _toml(value: Any) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    return str(value) if isinstance(value, int | float) else json.dumps(str(value), ensure_ascii=False)
