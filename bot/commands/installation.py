"""`init` and `doctor`: making an installation, and looking it over."""

from __future__ import annotations

import asyncio
import contextlib
import os
import secrets
import shlex
import sys
import tempfile
from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from bot import config_file as settings_file
from bot.clock import Clock
from bot.commands.workplace import DEFAULT, ConfigOption, fail, settings
from bot.config import ConfigError

if TYPE_CHECKING:
    from bot.telegram.acquaintance import Acquaintance

TOKEN, SECRET = "telegram.token", "webhook.secret"
FIRST = Path(__file__).with_name("first-question.toml")
LATER = timedelta(days=120)  # by then the first engagement has told people what came of it


def examine(config_file: ConfigOption = None) -> None:
    """Look over the installation, and say what to mend."""
    from bot import doctor  # noqa: PLC0415 - as in `run`

    chosen = config_file or (DEFAULT if DEFAULT.exists() else None)
    findings = asyncio.run(doctor.examine(lambda: settings(config_file), chosen))
    for finding in findings:
        typer.echo(str(finding))
    if not all(finding.good for finding in findings):
        sys.exit(1)


def init(
    file: Annotated[Path, typer.Argument(help="Where to write the settings.")] = DEFAULT,
    token: Annotated[
        str, typer.Option(envvar="WITHUS_TELEGRAM__TOKEN", help="The token. As an option, others here may see it for a moment.")
    ] = "",
    token_file: Annotated[
        Path | None, typer.Option(envvar="WITHUS_TELEGRAM__TOKEN_FILE", help="A file that holds the token. It stays there.")
    ] = None,
    name: Annotated[str, typer.Option(envvar="WITHUS_ORGANISATION__NAME", help="Your organisation's name.")] = "",
    time_zone: Annotated[str, typer.Option(envvar="WITHUS_ORGANISATION__TIME_ZONE", help="Like Europe/London.")] = "",
    receive: Annotated[str, typer.Option(envvar="WITHUS_TELEGRAM__RECEIVE", help="polling or webhook.")] = "",
    webhook_url: Annotated[str, typer.Option(envvar="WITHUS_TELEGRAM__WEBHOOK_URL", help="The address Telegram calls.")] = "",
    database: Annotated[str, typer.Option(envvar="WITHUS_STORAGE__URL", help="SQLite or PostgreSQL.")] = "",
    content: Annotated[str, typer.Option(envvar="WITHUS_CONTENT__FOLDER", help="The folder for engagement files.")] = "",
    api_url: Annotated[str, typer.Option(envvar="WITHUS_TELEGRAM__API_URL", help="The Bot API server to use.")] = "",
    example: Annotated[bool, typer.Option(help="Put a first engagement into that folder.")] = True,
    check: Annotated[bool, typer.Option(help="Ask Telegram whose the token is.")] = True,
) -> None:
    """Make a settings file with comments, readable by you alone. What is not given is asked."""
    from bot.commands.interview import Interview  # noqa: PLC0415 - as in `run`

    _refuse_to_write_over(file, TOKEN, SECRET)
    given = {
        "telegram.token": _held(token_file) if token_file else token,
        "telegram.api_url": api_url,
        "telegram.receive": receive,
        "telegram.webhook_url": webhook_url,
        "organisation.name": name,
        "organisation.time_zone": time_zone,
        "storage.url": database,
        "content.folder": content,
    }
    asking = Interview({key: value for key, value in given.items() if value}, sys.stdin.isatty())
    answers, met = asking.hold(check=check)
    if api_url:
        answers["telegram.api_url"] = api_url
    _write(file, answers, token_file)
    folder = _open_folder(file.absolute().parent / answers["content.folder"], example=example)
    _tell(file, answers, met, folder)


def _refuse_to_write_over(file: Path, *beside: str) -> None:
    for one in (file, *(file.with_name(name) for name in beside)):
        if one.exists():
            fail(f"{one} is there already. Move it away first, or choose another place.")
    if not os.access(file.absolute().parent, os.W_OK):
        fail(f"{file.absolute().parent} cannot be written to, or is not there. Make it first, or choose another place.")


def _held(token_file: Path) -> str:
    try:
        return token_file.read_text("utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        fail(f"--token-file: {token_file} cannot be read ({error}).")


def _write(file: Path, answers: Mapping[str, str], token_file: Path | None) -> None:
    """Secrets go into files of their own, so that the settings can be shown to somebody who helps."""
    values = dict(answers)
    files = {}
    if token_file:
        values["telegram.token_file"] = str(token_file.absolute())
    else:
        files[file.with_name(TOKEN)] = answers["telegram.token"]
        values["telegram.token_file"] = TOKEN
    del values["telegram.token"]
    if answers["telegram.receive"] == "webhook":
        files[file.with_name(SECRET)] = secrets.token_urlsafe(30)
        values["telegram.webhook_secret_file"] = SECRET
    files[file] = settings_file.example(values)
    laid: list[Path] = []
    try:
        for path, text in files.items():
            _lay(path, text)
            laid.append(path)
        settings_file.read(file, {})
    except (ConfigError, OSError) as error:
        for path in laid:
            path.unlink()
        fail(str(error))


def _lay(path: Path, text: str) -> None:
    """Write a file whole or not at all, readable by its owner alone, never over another."""
    handle, name = tempfile.mkstemp(dir=path.absolute().parent)  # 0600
    rough = Path(name)
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as out:
            out.write(text)
            out.flush()
            os.fsync(out.fileno())
        path.hardlink_to(rough)
    finally:
        rough.unlink()


def _open_folder(folder: Path, *, example: bool) -> Path:
    """The folder of engagement files, with one to begin with if it was empty."""
    folder.mkdir(parents=True, exist_ok=True)
    if example and not any(folder.iterdir()):
        day = (Clock().now() + LATER).date().isoformat()
        (folder / FIRST.name).write_text(FIRST.read_text("utf-8").replace("2027-06-30", day), "utf-8")
    return folder


def _tell(file: Path, answers: Mapping[str, str], met: Acquaintance | None, folder: Path) -> None:
    """What was written, what to beware of, and what to do next."""
    typer.echo(f"{file} is written. Only you can read it.")
    if met and met.webhook and met.webhook != answers.get("telegram.webhook_url"):
        typer.echo(f"Beware: its messages go to {met.webhook_host} now. When this bot starts, they come here instead.")
    if met and met.rival:
        typer.echo("Beware: another program listens to this bot now. Stop it first, or the two take messages from each other.")
    if met is None:
        typer.echo("Telegram was not asked whose the token is. `doctor` does so.")
    ourselves = "python3 -m bot" if Path(sys.argv[0]).name == "__main__.py" else "withus"
    more = "" if file == DEFAULT else f" --config {shlex.quote(str(file))}"
    written = (folder / FIRST.name).exists()
    steps = [f"check {shlex.quote(str(_near(folder)))}"]
    steps += [f"engagement open {FIRST.stem}{more}"] if written else []
    typer.echo("Next:")
    for step in (*steps, f"doctor{more}", f"run{more}"):
        typer.echo(f"  {ourselves} {step}")


def _near(folder: Path) -> Path:
    with contextlib.suppress(ValueError):
        return folder.relative_to(Path.cwd())
    return folder
