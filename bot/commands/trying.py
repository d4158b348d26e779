"""`talk`, `paths` and `draw`: an engagement tried and read without a phone, a token or a database."""

from __future__ import annotations

import datetime as dt
import io
import os
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from bot import content, phrasebook, translations
from bot.commands.workplace import DEFAULT, ConfigOption, fail, settings
from bot.config_file import nearest
from bot.talk.conversation import LINK, Conversation
from bot.talk.paths import read_aloud
from bot.talk.showing import PROMPT, kept, show
from bot.talk.transcript import Transcript
from conversations import checking, drawing, flow, phrases
from conversations.checking.problems import Problem
from conversations.flow import Flow
from conversations.phrases import PHRASES
from conversations.screens import AGE_BANDS, LANGUAGE_NAMES

EngagementArgument = Annotated[str, typer.Argument(help="A file, or the id of an engagement that is shipped or in your folder.")]
LanguageOption = Annotated[str, typer.Option("--language", help="The language, by its tag: en, cy, ur and so on.")]
UnapprovedOption = Annotated[bool, typer.Option("--unapproved", help="Show words that nobody has approved yet, too.")]
OutOption = Annotated[Path | None, typer.Option("--out", help="The file to write. Left out: printed here.")]


@dataclass(frozen=True, slots=True)
class _Chosen:
    """An engagement and, when it is not a shipped one, its file."""

    flow: Flow
    file: Path | None


def talk(
    engagement: EngagementArgument,
    language: LanguageOption = "en",
    age: Annotated[str, typer.Option("--age", help=f"Answer the age question: {', '.join(AGE_BANDS)}.")] = "",
    record: Annotated[Path | None, typer.Option("--record", help="Write what was played as a transcript test.")] = None,
    config_file: ConfigOption = None,
    *,
    unapproved: UnapprovedOption = False,
) -> None:
    """Try an engagement here, as people meet it. Nothing is kept. `tap 2` taps the second button, `tap 1.2` under question 1."""
    chosen = _choose(engagement, language, config_file, unapproved=unapproved)
    if age and age not in AGE_BANDS:
        fail(f"{age!r} is no age group here. Write one of {', '.join(AGE_BANDS)}.")
    if record and unapproved:
        fail("What nobody has approved is never said, so it cannot be recorded. Leave out --unapproved, or --record.")
    if record and record.exists():
        fail(f"{record} is there already. Move it away first, or choose another name.")
    conversation = Conversation(chosen.flow, dt.datetime.now(dt.UTC))
    transcript = Transcript(_name(chosen, record))
    first = [f"/start {LINK}", *([LANGUAGE_NAMES.get(language, language)] if language != "en" else [])]
    first += [PHRASES[f"age-{age}"]["en"]] if age else []
    _play(conversation, transcript, first)
    for line in ("", *kept(conversation)):
        typer.echo(line)
    if record:
        record.write_text(transcript.finish(conversation), "utf-8")
        typer.echo(f"\nWritten to {record}. It is played with the real bot by the tests when it lies in tests/transcripts.")


def _play(conversation: Conversation, transcript: Transcript, first: Sequence[str]) -> None:
    """Take lines until the engagement is finished or nothing more comes."""
    console = Console(highlight=False, markup=False, emoji=False)
    for line in _lines(first):
        act, heard = conversation.read(line)
        transcript.note(act, heard)
        for one in heard:
            show(console, one, conversation.person.language)
        if conversation.finished:
            return
    console.print("\nThat is fine. You can come back any time.")


def _lines(first: Sequence[str]) -> Iterator[str]:
    """The lines typed: `first` those that the options say, then from the keyboard or a pipe."""
    for line in first:
        typer.echo(f"\n{PROMPT}{line}")
        yield line
    piped = not sys.stdin.isatty()
    if piped and isinstance(sys.stdin, io.TextIOWrapper):
        sys.stdin.reconfigure(errors="replace")
    while True:
        try:
            line = input("" if piped else f"\n{PROMPT}").strip()
        except (EOFError, KeyboardInterrupt):
            return
        if piped:
            typer.echo(f"\n{PROMPT}{line}")
        if line:
            yield line


def paths(
    engagement: EngagementArgument,
    language: LanguageOption = "en",
    out: OutOption = None,
    config_file: ConfigOption = None,
    *,
    unapproved: UnapprovedOption = False,
) -> None:
    """Read an engagement path by path, each as a conversation, with the answers that lead there."""
    chosen = _choose(engagement, language, config_file, unapproved=unapproved)
    _give("\n".join(read_aloud(chosen.flow, language)) + "\n", out)


def draw(
    engagement: EngagementArgument,
    language: LanguageOption = "en",
    out: OutOption = None,
    config_file: ConfigOption = None,
    *,
    unapproved: UnapprovedOption = False,
) -> None:
    """Draw an engagement as a diagram (SVG) to read, print or put before a committee."""
    chosen = _choose(engagement, language, config_file, unapproved=unapproved)
    _give(drawing.draw(chosen.flow, language), out)


def _give(text: str, out: Path | None) -> None:
    if out is None:
        typer.echo(text, nl=False)
        return
    try:
        out.write_text(text, "utf-8")
    except OSError as error:
        fail(f"{out} cannot be written ({error.strerror}). Choose another place with --out.")
    typer.echo(f"Written to {out}.")


def _choose(engagement: str, language: str, config_file: Path | None, *, unapproved: bool) -> _Chosen:
    """The engagement meant; what is wrong with its file is printed, and then nothing goes on."""
    folder = settings(config_file).content.folder if config_file or DEFAULT.exists() else None
    phrasebook.take(folder)
    source, file = _from_file(Path(engagement)) if _is_file(engagement) else _by_id(engagement, folder)
    chosen = flow.read(_approve(source, language) if unapproved else source)
    known = dict.fromkeys(("en", *chosen.languages))
    if language not in known:
        hint = "" if unapproved else " Add --unapproved for those nobody has approved yet."
        fail(f"{chosen.id} cannot be read in {language!r}. Its languages are {', '.join(known)}.{hint}")
    return _Chosen(chosen, file)


def _approve(source: str, language: str) -> str:
    """The text as if somebody had approved every word in a language, and the bot's own words with it."""
    book, own = translations.engagement(source, language), translations.phrases("", language)
    today = dt.datetime.now(dt.UTC).date()
    phrases.take({language: translations.rewrite("", own, translations.approve(own, "", today))})
    return translations.rewrite(source, book, translations.approve(book, "", today))


def _is_file(engagement: str) -> bool:
    return engagement.endswith(".toml") or Path(engagement).is_file()


def _from_file(file: Path) -> tuple[str, Path]:
    problems: list[Problem] = []
    text = content.read_file(file, problems)
    problems += checking.check(text, str(file)) if text is not None else []
    if problems or text is None:
        fail("\n".join(map(str, problems)))
    return text, file


def _by_id(slug: str, folder: Path | None) -> tuple[str, Path | None]:
    """An engagement of the library or of the folder in the settings."""
    shelf = content.read(folder)
    if slug not in shelf.sources:
        near = nearest(slug, shelf.sources)
        hint = f"Did you mean {near}?" if near else f"There are: {', '.join(sorted(shelf.sources))}."
        fail("\n".join([f"There is no engagement {slug!r}. {hint}", *map(str, shelf.problems)]))
    return shelf.sources[slug], None if slug in shelf.shipped else Path(shelf.files[slug])


def _name(chosen: _Chosen, record: Path | None) -> str:
    """How a transcript names its engagement: by id, or by where its file stands from there."""
    if chosen.file is None or record is None:
        return chosen.flow.id
    return Path(os.path.relpath(chosen.file.resolve(), record.resolve().parent)).as_posix()
