"""The words of a broadcast as one person gets them: their language, what is filled in, the button, and how to stop."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Connection

from bot import buttons, speech
from bot.house import House
from bot.speech import Spoken
from conversations.checking import review
from conversations.checking.care import safety
from conversations.checking.care.examples import STEP, TOP
from conversations.checking.problems import Problem
from conversations.effects import Button, Say
from conversations.inputs import Invited
from conversations.phrases import PHRASES
from conversations.text import FALLBACK, GAP, Field, Line, Text, nearest
from storage import engagements
from storage.broadcasting.broadcast_rows import Broadcast
from storage.letters import outbox
from storage.letters.claims import Content, Recipient
from storage.letters.outbox import Letter
from storage.staffing import staff_chats

_KEPT = 50  # broadcasts whose words are remembered


@dataclass(frozen=True, slots=True)
class Sheet:
    """What is the same for everybody who gets a broadcast; `nameless` are the words for those who gave no name."""

    words: Text
    nameless: Text
    fields: Mapping[str, Field]
    opens: bool


@dataclass(slots=True)
class Press:
    """Writes broadcasts for one bot. `paid` ones go out faster than Telegram lets others, and cost."""

    house: House
    paid: bool = False
    sheets: dict[tuple[int, int], Sheet] = field(default_factory=dict)

    def write(self, db: Connection, one: Broadcast, recipients: Sequence[Recipient]) -> list[Content | None]:
        """The content of each one's letter; None for whom there are no words."""
        key = one.id, one.version
        if key not in self.sheets:
            if len(self.sheets) >= _KEPT:
                self.sheets.clear()
            self.sheets[key] = lay_out(db, self.house, one)
        return [self._write(one, self.sheets[key], to) for to in recipients]

    def _write(self, one: Broadcast, sheet: Sheet, to: Recipient) -> Content | None:
        if not has_words(sheet.words, to.language, one):
            return None
        content = compose(self.house, one, sheet, to)
        return content | {"paid": True} if self.paid else content


def lay_out(db: Connection, house: House, one: Broadcast, texts: Text | None = None) -> Sheet:
    """What is the same for everybody; `texts` in place of those that may go out."""
    words = one.spoken if texts is None else texts
    fields: dict[str, Field] = {"organisation": house.organisation}
    opened = engagements.load(db, one.organisation_id).get(one.engagement_id) if one.engagement_id else None
    if opened:
        flow = house.know(db, {opened.edition_id})[opened.edition_id]
        fields |= {"engagement": flow.title, "feedback-day": flow.charter.feedback_by}
    return Sheet(words, {tag: _without_name(said) for tag, said in words.items()}, fields, opened is not None)


def has_words(words: Text, language: str, one: Broadcast) -> bool:
    """Whether somebody who reads this language gets it: in that, in the one it is a kind of, or in English if that is wanted."""
    tag = nearest(words, language)
    return tag in words and (language == tag or language.startswith(f"{tag}-") or (one.english_for_all and tag == FALLBACK))


def compose(house: House, one: Broadcast, sheet: Sheet, to: Recipient) -> dict[str, Any]:
    """One person's message as the content of a letter of kind say."""
    spoken = say(sheet, to)
    rows = []
    if sheet.opens:
        button = Button(Line(PHRASES["take-part"]), Invited(one.code))
        data = buttons.encode(button.brings, to.chat_id, house.keys.sign)
        rows = [[(speech.phrase(button.label, to.language), data)]]
    return {"text": spoken.text, "bold": spoken.bold, "rows": rows}


def say(sheet: Sheet, to: Recipient) -> Spoken:
    """The words for one person, and how to stop."""
    fields = {**sheet.fields, "name": to.name} if to.name else sheet.fields
    words = Line(sheet.words if to.name else sheet.nameless, fields)
    return speech.speak(Say((words, Line(PHRASES["how-to-stop"]))), to.language)


def _without_name(words: str) -> str:
    """Words for somebody whose name nobody knows: "Hello {name}, …" becomes "Hello, …"."""
    whole = _LEADING.sub(lambda found: found[1].upper(), words)
    return _NAME.sub("", whole)


_LEADING = re.compile(r"^\{name\}[\s,:;!.–-]*(\w?)", re.MULTILINE)
_NAME = re.compile(r"[^\S\n]*\{name\}")

# --- Before it goes out


@dataclass(frozen=True, slots=True)
class Preview:
    """A broadcast as somebody who reads `language` would see it; `lock_screen` is what shows on a locked phone."""

    language: str
    text: str
    button: str
    lock_screen: str


def preview(db: Connection, house: House, one: Broadcast, language: str, name: str = "") -> Preview:
    """How it looks in one of its languages, whether or not somebody has read that yet."""
    sheet = lay_out(db, house, one, {tag: text.words for tag, text in one.texts.items()})
    content = compose(house, one, sheet, Recipient(0, language, name))
    button = content["rows"][0][0][0] if content["rows"] else ""
    return Preview(language, content["text"], button, content["text"][: safety.LOCK_SCREEN].partition("\n")[0])


def advise(words: str, title: str = "") -> list[Problem]:
    """What a kind colleague would say about English words: reading age, pressure, promises, what shows on a locked phone.

    `title` is what stands for {engagement}.
    """
    said = GAP.sub(lambda gap: title if title and gap[1] == "engagement" else "it", words)
    if not said.strip():
        return []
    source = f"{TOP}\nthanks.en = {_quote(said)}\n{_CHARTER}\n{STEP}"
    return [problem for problem in review(source, "broadcast") if problem.rule and problem.line == TOP.count("\n") + 2]


def _quote(words: str) -> str:
    return '"' + words.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n").replace("\r", "") + '"'


def send_to_self(db: Connection, house: House, one: Broadcast, staff_id: int, language: str, now: dt.datetime) -> int:
    """Send it to a colleague's own linked chats, where it counts for nothing; returns how many there are."""
    sheet = lay_out(db, house, one, {tag: text.words for tag, text in one.texts.items()})
    chats = staff_chats.chats(db, house.keys, house.bot_id, staff_id)
    letters = [
        Letter(house.numbers.next(now), None, chat, "say", compose(house, one, sheet, Recipient(chat, language, "")))
        for chat in chats
    ]
    outbox.write(db, house.keys, (house.organisation_id, house.bot_id), letters, "", now)  # whoever runs the bot sends them
    return len(letters)


_CHARTER = """\
[charter]
settles.en = "this"
decided_by.en = "us"
can_change.en = "this"
cannot_change.en = "that"
feedback_by = 2099-12-31
"""
