"""Effects as letters for the outbox: words in one language, buttons signed for one chat."""

from __future__ import annotations

import datetime as dt
from typing import Any

from bot import buttons, calendars, isolates, speech, tickets
from bot.house import House
from conversations.effects import Mark, Rows, Say, Show
from conversations.phrases import PHRASES
from conversations.text import Line
from storage.events.feeds import CANCELLED, Entry
from storage.groups.papers import Paper
from storage.letters.outbox import Letter

LONGEST_CAPTION = 1024  # UTF-16 units


def say(house: House, to: tuple[int | None, int], message: Say, language: str, now: dt.datetime) -> Letter:
    """A new message; `to` is (person id, chat id)."""
    spoken = speech.speak(message, language)
    content: dict[str, Any] = {"text": spoken.text, "bold": spoken.bold, "rows": _rows(house, to[1], message.rows, language)}
    if spoken.moments:
        content["moments"] = spoken.moments
    return Letter(house.numbers.next(now), to[0], to[1], "say", content)


def photo(house: House, to: tuple[int | None, int], shown: Show, language: str, now: dt.datetime) -> Letter:
    """A picture, its words beneath it; the words alone when it is not kept here."""
    instead = Say((Line(PHRASES["picture"], {"alt": shown.picture.alt}),))
    picture = house.pictures.get((shown.edition, shown.picture.file))
    if picture is None:
        return say(house, to, instead, language, now)
    caption = isolates.cut(speech.phrase(Line(shown.picture.alt), language), LONGEST_CAPTION)
    content = {"picture": picture, "caption": caption, "instead": speech.speak(instead, language).text}
    return Letter(house.numbers.next(now), to[0], to[1], "photo", content)


def calendar(house: House, to: tuple[int | None, int], entry: Entry, language: str, now: dt.datetime) -> Letter:
    """The file that puts a date into somebody's calendar, or takes it out when it was cancelled or their place is gone."""
    lines = [Line(PHRASES["calendar-file-gone" if entry.kept == CANCELLED else "calendar-file"])]
    if link := tickets.calendar(house, entry.place):
        lines.append(Line(PHRASES["calendar-page"], {"link": link}))
    caption = speech.speak(Say(tuple(lines)), language).text
    content = {"file": "date.ics", "text": calendars.write(entry, now, language).decode(), "caption": caption}
    return Letter(house.numbers.next(now), to[0], to[1], "file", content)


def paper(house: House, to: tuple[int | None, int], occasion_id: int, one: Paper, language: str, now: dt.datetime) -> Letter:
    """The file of a paper, fetched when it is sent: it may be large, and its row here should not be."""
    instead = speech.speak(Say((Line(PHRASES["paper-gone"]),)), language).text
    content = {"paper": (occasion_id, one.code), "caption": one.title, "instead": instead}
    return Letter(house.numbers.next(now), to[0], to[1], "paper", content)


def mark(house: House, to: tuple[int | None, int], message_id: int, change: Mark, language: str, now: dt.datetime) -> Letter:
    """New buttons under a message that was tapped."""
    content = {"message": message_id, "rows": _rows(house, to[1], change.rows, language)}
    return Letter(house.numbers.next(now), to[0], to[1], "mark", content)


def apology(house: House, chat_id: int, now: dt.datetime) -> Letter:
    """What someone hears when something failed on our side. English: what they speak may be what could not be read."""
    return say(house, (None, chat_id), Say((Line(PHRASES["lost"]),)), "en", now)


def leave_group(house: House, chat_id: int, now: dt.datetime) -> list[Letter]:
    """In a group the bot says that it only talks one to one, and leaves."""
    told = say(house, (None, chat_id), Say((Line(PHRASES["group"]),)), "en", now)
    return [told, Letter(house.numbers.next(now), None, chat_id, "leave", {})]


def _rows(house: House, chat_id: int, rows: Rows, language: str) -> list[list[tuple[str, Any]]]:
    sign = house.keys.sign
    return [
        [(speech.phrase(button.label, language), buttons.encode(button.brings, chat_id, sign)) for button in row] for row in rows
    ]
