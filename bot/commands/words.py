"""`words export|import|approve`: texts to translators and back, and who approved them."""

from __future__ import annotations

import os
import re
import shutil
import sys
import tempfile
from pathlib import Path
from typing import Annotated

import typer

from bot import phrasebook, translations, wordsheet
from bot.clock import Clock
from bot.commands.workplace import ConfigOption, fail, settings
from bot.content import LARGEST
from bot.translations import Book, Change, NotWrittenError
from conversations import checking
from conversations.text import FALLBACK

cli = typer.Typer(help="Give texts to translators, take them back, and say who approved them.", no_args_is_help=True)

_TAG = re.compile(r"[a-z]{2,3}(-[A-Za-z0-9]{1,8})*")
_NAMED = re.compile(r"[a-z]{2,3}(-x-[a-z]+)?")
_OWN = "# This installation's own words of the bot, and who approved them.\n"

FileArgument = Annotated[Path | None, typer.Argument(help="The engagement file.")]
PhrasesOption = Annotated[bool, typer.Option("--phrases", help="The bot's own words instead of an engagement.")]
LanguageOption = Annotated[str, typer.Option("--language", help="A language tag: cy, ur, en-x-easy.")]


@cli.command("export")
def export_words(
    file: FileArgument = None,
    language: LanguageOption = "",
    phrases: PhrasesOption = False,
    out: Annotated[Path | None, typer.Option(help="Where to write the table. Default: LANGUAGE.csv here.")] = None,
    config_file: ConfigOption = None,
) -> None:
    """Write a table for translators: each text in English, and the words there are so far."""
    tag = _language(language)
    _, book = _open(_path(file, tag, config_file, phrases=phrases), tag, phrases=phrases)
    target = out or Path(f"{tag}.csv")
    rows = list(translations.rows(book))
    _replace(target, wordsheet.write(rows))
    told = sum(1 for row in rows if row.words)
    approved = sum(1 for row in rows if row.approved_by)
    typer.echo(f"{target} is written: {len(rows)} texts, {told} with words in {tag}, {approved} of them approved.")


@cli.command("import")
def import_words(
    table: Annotated[Path, typer.Argument(help="The table, as `words export` wrote it and a translator filled it in.")],
    file: FileArgument = None,
    language: LanguageOption = "",
    phrases: PhrasesOption = False,
    by: Annotated[str, typer.Option(help="Who approves all words in the table. Without it, those its rows name.")] = "",
    config_file: ConfigOption = None,
) -> None:
    """Take the words of a table into the file, with who approved them."""
    tag = _language(language or (table.stem if _NAMED.fullmatch(table.stem) else ""))
    try:
        rows = wordsheet.read(_content(table))
    except wordsheet.SheetError as error:
        fail(f"{table}: {error}.")
    path = _path(file, tag, config_file, phrases=phrases)
    source, book = _open(path, tag, phrases=phrases)
    change = translations.compare(book, rows, by.strip(), Clock().now().date())
    _carry_out(path, source, book, change)


@cli.command("approve")
def approve_words(
    file: FileArgument = None,
    language: LanguageOption = "",
    phrases: PhrasesOption = False,
    by: Annotated[str, typer.Option(help="Who has read the words and approves them.")] = "",
    config_file: ConfigOption = None,
) -> None:
    """Note that a person has read and approved all the words there are in a language."""
    if not by.strip():
        fail("Say who has read them: --by NAME.")
    tag = _language(language)
    path = _path(file, tag, config_file, phrases=phrases)
    source, book = _open(path, tag, phrases=phrases)
    _carry_out(path, source, book, translations.approve(book, by.strip(), Clock().now().date()))


def _language(tag: str) -> str:
    if not _TAG.fullmatch(tag):
        fail("Say which language: --language ur, or cy, or en-x-easy.")
    if tag == FALLBACK:
        fail("English is what the others are made from; it is written in the file itself and needs no approval.")
    return tag


def _path(file: Path | None, tag: str, config_file: Path | None, *, phrases: bool) -> Path:
    """The TOML file the words belong to."""
    if phrases == bool(file):
        fail("Name an engagement file, or say --phrases for the bot's own words.")
    if file:
        return file
    folder = settings(config_file).content.folder
    if folder is None:
        fail("There is no place for words of your own yet. Set content.folder in the settings.")
    return folder / phrasebook.FOLDER / f"{tag}.toml"


def _open(path: Path, tag: str, *, phrases: bool) -> tuple[str, Book]:
    content = _content(path) if path.exists() or not phrases else _OWN.encode()
    read = translations.phrases if phrases else translations.engagement
    try:
        source = content.decode("utf-8")
        return source, read(source.removeprefix("\ufeff"), tag)
    except (ValueError, AttributeError, TypeError):
        fail(f"{path} cannot be read. Run `check` on it first.")


def _content(path: Path) -> bytes:
    try:
        if path.stat().st_size > LARGEST:
            fail(f"{path} is larger than any such file. Keep it under 1 MB.")
        return path.read_bytes()
    except OSError as error:
        fail(f"{path} cannot be read ({error.strerror}).")


def _carry_out(path: Path, source: str, book: Book, change: Change) -> None:
    for refused in change.refused:
        typer.echo(f"Not taken: {refused}.", err=True)
    try:
        written = translations.rewrite(source, book, change) if change.words or change.approved else source
    except NotWrittenError as error:
        fail(f"{path}: {error}. Nothing was changed.")
    if not book.one_language:
        _refuse_without_title(book, change)
        _refuse_faults(path, source, written)
    if written != source:
        path.parent.mkdir(parents=True, exist_ok=True)
        _replace(path, written.encode())
    done = f"{len(change.words)} changed, {len(change.approved)} approved" if written != source else "nothing to change"
    typer.echo(f"{path}, {book.language}: {done}{f', {len(change.refused)} not taken' if change.refused else ''}.")
    left = sum(1 for entry in book.entries if not entry.words and entry.name not in change.words)
    if left and change.words:
        typer.echo(f"{left} of {len(book.entries)} texts have no words in {book.language} yet; people see the source for those.")
    if change.refused:
        sys.exit(1)


def _refuse_without_title(book: Book, change: Change) -> None:
    """Leave a file alone that would have words in a language nobody can choose; a variant is chosen with its language."""
    title = next((entry for entry in book.entries if entry.name == "title"), None)
    if title and change.words and not title.words and "title" not in change.words and "-x-" not in book.language:
        fail(f"The title has no words in {book.language}, so nobody could choose it. Fill in that row too. Nothing was changed.")


def _refuse_faults(path: Path, source: str, written: str) -> None:
    """Leave a file alone that would be worse than before."""
    before = {problem.what for problem in checking.check(source, str(path))}
    faults = [problem for problem in checking.check(written, str(path)) if problem.what not in before]
    if faults:
        for fault in faults:
            typer.echo(f"{fault.what}; {fault.do}", err=True)
        fail(f"With these words {path} could not be used. Nothing was changed.")


def _replace(path: Path, content: bytes) -> None:
    """Put a whole file in the place of another, or leave that as it is."""
    target = path.resolve()
    try:
        handle, name = tempfile.mkstemp(dir=target.parent, prefix=f".{target.name}.")
        try:
            with os.fdopen(handle, "wb") as out:
                out.write(content)
            if target.exists():
                shutil.copymode(target, name)
            else:
                Path(name).chmod(0o644)
            Path(name).replace(target)
        except BaseException:
            Path(name).unlink(missing_ok=True)
            raise
    except OSError as error:
        fail(f"{path} cannot be written ({error.strerror}). Nothing was changed.")
