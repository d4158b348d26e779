"""Screens of the gallery: what a phone shows after somebody has typed some lines, in words."""

from __future__ import annotations

import datetime as dt
import tomllib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from bot import translations
from bot.talk.conversation import LINK, Conversation, Heard
from conversations import approval, flow, phrases
from conversations.flow import Flow
from conversations.screens import LANGUAGE_NAMES
from tests.road import tongues

NOW = dt.datetime(2027, 2, 26, 10, tzinfo=dt.UTC)


@dataclass(frozen=True, slots=True)
class Screen:
    """A picture: its name, the language, the lines that lead to it, and the whole engagement file."""

    name: str
    language: str
    typed: tuple[str, ...]
    source: str

    def lines(self, code: str) -> tuple[str, ...]:
        """All that is typed or tapped, from the link on."""
        chosen = () if self.language == "en" else (LANGUAGE_NAMES[self.language],)
        return (f"/start {code}", *chosen, "18", *self.typed)

    def shown(self) -> list[Heard]:
        """The messages of the bot in the picture: those behind the last line, without the words of welcome."""
        with approved_phrases():
            conversation = Conversation(flow_of(self.source), NOW)
            heard = [conversation.read(line)[1] for line in self.lines(LINK)][-1]
        taken = [one for one in heard if one.kind in {"says", "picture", "mark"}]
        return taken if self.typed else taken[1:]

    def told(self) -> str:
        """The picture in words, for whoever does not see it."""
        return " ".join(" ".join(_told(one).split()) for one in self.shown())


def _told(heard: Heard) -> str:
    beside = [button.label for button in heard.buttons if button.label not in heard.text.splitlines()]
    words = f"A picture: {heard.text}." if heard.kind == "picture" else heard.text
    return f"{words} [{' | '.join(beside)}]" if beside else words


@contextmanager
def approved_phrases() -> Iterator[None]:
    """The drafts of the bot's own words as if somebody had approved them."""
    phrases.take({language: tongues.approved(language) for language in tongues.LANGUAGES})
    try:
        yield
    finally:
        phrases.take({})


def approve(source: str) -> str:
    """A file with all its words approved."""
    table = tomllib.loads(source)
    own = approval.source_language(table)
    for tag in sorted({tag for words in approval.texts(table) for tag in words.text} - {own}):
        book = translations.engagement(source, tag)
        source = translations.rewrite(source, book, translations.approve(book, "The tests", NOW.date()))
    return source


def flow_of(source: str) -> Flow:
    """The flow in a file, with every language it is written in."""
    return flow.read(approve(source))
