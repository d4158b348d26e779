"""`check`: what is wrong in engagement files, what could be better, and what to do about it."""

from __future__ import annotations

import datetime as dt
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Annotated

import typer

from bot import content, pictures
from bot.commands.workplace import DEFAULT, ConfigOption, settings, within
from conversations import checking, flow, library, walks
from conversations.checking.problems import ADVICE, ERROR, Problem, count


def check(
    paths: Annotated[
        list[Path] | None, typer.Argument(help="Files or folders; none means the shipped library and content.folder.")
    ] = None,
    config_file: ConfigOption = None,
    *,
    strict: Annotated[bool, typer.Option("--strict", help="Let advice count like an error.")] = False,
    verbose: Annotated[bool, typer.Option("--verbose", help="Tell how long each engagement is.")] = False,
) -> None:
    """Check engagement files, and say what is wrong where, and what could be better."""
    problems: list[Problem] = []
    texts = _texts(paths, config_file, problems)
    problems += checking.review_all(texts, dt.datetime.now(dt.UTC).date(), lasting=library.SHIPPED)
    _look_at_pictures(texts, problems)
    problems += _against_the_kept(texts, config_file, problems)
    for problem in problems:
        typer.echo(str(problem))
    if verbose:
        for line in _lengths(texts):
            typer.echo(line)
    typer.echo(_summary(len(texts), problems))
    if any(strict or problem.level == ERROR for problem in problems):
        sys.exit(1)


def _look_at_pictures(texts: Mapping[str, str], problems: list[Problem]) -> None:
    """Note what is wrong with the pictures of files that have no other error."""
    bad = {problem.file for problem in problems if problem.level == ERROR}
    for file, text in texts.items():
        if file not in bad:
            pictures.read(Path(file), text, flow.read(text), problems)


def _against_the_kept(texts: Mapping[str, str], config_file: Path | None, problems: Sequence[Problem]) -> list[Problem]:
    """What the files would do to answers already given, where there is a database to compare them with."""
    if config_file is None and not DEFAULT.exists():
        return []
    url = settings(config_file).storage.url
    if url.startswith("sqlite") and not Path(url.removeprefix("sqlite:///")).exists():
        return []
    bad = {problem.file for problem in problems if problem.level == ERROR}
    good = {file: text for file, text in texts.items() if file not in bad}
    return within(config_file, lambda base, db: content.compare_with_kept(db, base.house.organisation_id, good))


def _summary(files: int, problems: Sequence[Problem]) -> str:
    advice = sum(problem.level == ADVICE for problem in problems)
    errors = len(problems) - advice
    counted = [count(errors, "error")] * bool(errors) + [f"{count(advice, 'piece')} of advice"] * bool(advice)
    return f"{count(files, 'engagement file')} checked: {' and '.join(counted) or 'nothing wrong'}."


def _lengths(texts: Mapping[str, str]) -> list[str]:
    """The least and most questions, taps and minutes of each file that can be used."""
    lines = []
    for file, text in texts.items():
        if not checking.check(text, file):
            long = walks.measure(flow.read(text))
            questions = _range(long.questions_least, long.questions_most, "question")
            taps = _range(long.taps_least, long.taps_most, "tap")
            minutes = _range(long.minutes_least, long.minutes_most, "minute")
            lines.append(f"{file}: {questions}, {taps}, about {minutes}")
    return lines


def _range(least: int, most: int, name: str) -> str:
    return count(most, name) if least == most else f"{least} to {count(most, name)}"


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
