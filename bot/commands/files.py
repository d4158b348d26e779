"""`check`: what is wrong in engagement files, and what to do about it."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from bot import content
from bot.commands.workplace import DEFAULT, ConfigOption, settings
from conversations import checking, library
from conversations.problems import Problem


def check(
    paths: Annotated[
        list[Path] | None, typer.Argument(help="Files or folders; none means the shipped library and content.folder.")
    ] = None,
    config_file: ConfigOption = None,
) -> None:
    """Check engagement files, and say what is wrong where."""
    problems: list[Problem] = []
    texts = _texts(paths, config_file, problems)
    problems += checking.check_all(texts)
    for problem in problems:
        typer.echo(str(problem))
    if problems:
        sys.exit(1)
    typer.echo(f"{len(texts)} engagement file{'s' if len(texts) != 1 else ''} checked: nothing wrong.")


def _texts(paths: list[Path] | None, config_file: Path | None, problems: list[Problem]) -> dict[str, str]:
    if not paths:
        folder = _content_folder(config_file)
        paths = [folder] if folder else []
        texts = dict(library.SHIPPED)
    else:
        texts = {}
    for path in paths:
        if not path.exists():
            problems.append(Problem(str(path), 1, "is not there", "look at the name"))
        files = sorted(path.glob("*.toml")) if path.is_dir() else [path] if path.exists() else []
        for file in files:
            text = content.read_file(file, problems)
            if text is not None:
                texts[str(file)] = text
    return texts


def _content_folder(config_file: Path | None) -> Path | None:
    """The folder of the settings, if there are settings: checking files needs no token."""
    if config_file is None and not DEFAULT.exists():
        return None
    return settings(config_file).content.folder
