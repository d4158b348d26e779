"""Plays transcripts with the real bot: people and engagements are a transcript's own, the house is everybody's.

`tests.road.script` tells how they are written.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from conversations.phrases import DRAFTS
from conversations.text import clean
from emulator.client import Heard, Someone
from tests.road import dates
from tests.road.house import PATIENCE, House, until
from tests.road.script import expected_figures, fits, flatten, read


@dataclass
class Player:
    """Plays one transcript in a house that others use too: people and engagements are its own."""

    house: House
    folder: Path = Path()  # of the transcript
    people: dict[str, Someone] = field(default_factory=dict)
    crowd: list[Someone] = field(default_factory=list)
    engagements: dict[str, str] = field(default_factory=dict)  # as written -> as opened
    groups: dict[str, int] = field(default_factory=dict)
    sent: dict[str, int] = field(default_factory=dict)  # person -> their last message
    away: set[str] = field(default_factory=set)  # who blocked the bot
    last: str = ""
    heard: Heard | None = None
    told: dict[str, list[str]] = field(default_factory=dict)  # person -> every message they heard
    again: dict[str, set[str]] = field(default_factory=dict)  # person -> what a crash may have said once more
    read: str = ""
    figures: dict[tuple[str, ...], dict[str, str]] = field(default_factory=dict)  # as last read, until somebody acts

    def play(self, file: Path) -> None:
        """Raises AssertionError, with file, line and the chat, at the first thing that is not as written."""
        self.folder = file.parent
        try:
            for line in read(file):
                try:
                    self._act(line.words)
                except AssertionError as problem:
                    raise AssertionError(f"{file.name}:{line.number}: {line.words}\n{problem}\n{self._chat()}") from None
            self._expect_no_more(file)
        finally:
            for engagement in self.engagements.values():
                self.house.command("engagement", "close", engagement)

    def _act(self, words: str) -> None:
        for pattern, act in ACTS.items():
            found = re.fullmatch(pattern, words, re.DOTALL)
            if found:
                if act not in {Player.see_results, Player.see_released}:
                    self.figures.clear()
                act(self, *found.groups())
                return
        raise AssertionError("nobody knows how to play this line")

    def _chat(self) -> str:
        return self.people[self.last].transcript() if self.last in self.people else ""

    def _expect_no_more(self, file: Path) -> None:
        """Ask everyone's chat for something known, so that a message nobody wrote down shows before it."""
        for name in self.people.keys() - self.away:
            self.people[name].says("/privacy")
            heard = self._next(name)
            assert heard.text.startswith(PRIVACY), f"{file.name}: {name} also heard: {heard.text}"

    # --- People

    def someone(self, name: str) -> Someone:
        self.last = name
        if name not in self.people:
            self.people[name] = self.house.telegram.person(name)
        return self.people[name]

    def say(self, name: str, words: str) -> None:
        person, words = self.someone(name), self._linked(words)
        if re.fullmatch(r"/start *[\w-]*", words):  # what a link can carry; anything else has to be typed
            person.starts(words.removeprefix("/start").strip())
        else:
            self.sent[name] = person.says(words)

    def _linked(self, words: str) -> str:
        first = next(iter(self.engagements), "")
        return re.sub(r"\bLINK(?::([\w-]+))?", lambda found: self.house.links[self.engagements[found[1] or first]], words)

    def tap(self, name: str, label: str) -> None:
        person = self.someone(name)
        person.taps(_as_shown(person, label), wait=PATIENCE)

    def tap_under(self, name: str, words: str, label: str) -> None:
        person = self.someone(name)
        person.taps(label, message_id=_find_message(person, words), wait=PATIENCE)

    def tap_of_another(self, name: str, other: str, label: str) -> None:
        heard = next(heard for heard in _messages(self.people[other]) if any(label in one for one in heard.labels))
        data = next(data for one, data in heard.data.items() if label in one)
        self.forge(name, data)

    def forge(self, name: str, data: str) -> None:
        """Tap a button that is not there, as a changed program can."""
        person = self.someone(name)
        under = next(heard for heard in _messages(person) if heard.buttons)
        person.taps_data(data, message_id=under.message_id, force=True)

    def send(self, name: str, kind: str) -> None:
        self.someone(name).sends(kind)

    def edit(self, name: str, words: str) -> None:
        self.someone(name).edits(self.sent[name], words)

    def join_staff(self, name: str, role: str) -> None:
        """They are a colleague, and link their chat."""
        self.say(name, f"/link {self.house.take_in(role, name)}")

    def block(self, name: str) -> None:
        self.someone(name).blocks()
        self.away.add(name)

    def unblock(self, name: str) -> None:
        self.someone(name).unblocks()
        self.away.discard(name)

    def many_say(self, count: str, words: str) -> None:
        said = [self._linked(one.strip()) for one in words.split(" / ")]
        self.crowd = [self.house.telegram.person() for _ in range(int(count))]
        for person in self.crowd:
            for one in said:
                person.says(one)

    def each_hears(self, expected: str) -> None:
        for person in self.crowd:
            while not fits(expected, person.hears(wait=PATIENCE).text):
                pass

    # --- The bot

    def hear(self, expected: str) -> None:
        self.hear_as(self.last, expected)

    def hear_as(self, name: str, expected: str) -> None:
        self.last = name
        self.heard = self._next(name)
        assert not self.heard.picture, f"The bot showed a picture: {self.heard.text}"
        assert fits(expected, self.heard.text), f"The bot said instead: {self.heard.text}"

    def see_picture(self, alt: str) -> None:
        """A picture comes next, with these words beneath it."""
        self.heard = self._next(self.last)
        assert self.heard.picture, f"The bot said instead: {self.heard.text}"
        assert fits(alt, self.heard.text), f"The words beneath the picture are: {self.heard.text}"

    def _next(self, name: str) -> Heard:
        """The next message to somebody; what was in flight when the bot was killed may come again, once."""
        heard = self.people[name].hears(wait=PATIENCE)
        while heard.text in self.again.get(name, ()):
            self.again[name].remove(heard.text)
            heard = self.people[name].hears(wait=PATIENCE)
        self.told.setdefault(name, []).append(heard.text)
        return heard

    def see_buttons(self, labels: str) -> None:
        assert self.heard
        shown = clean(" | ".join(self.heard.labels))
        assert shown == labels, f"The buttons are: {shown}"

    def see_buttons_under(self, words: str, labels: str) -> None:
        person = self.people[self.last]

        def shown() -> str:
            return clean(" | ".join(person.shows(_find_message(person, words)).labels))

        until(lambda: shown() == labels, lambda: f"The buttons are: {shown()}")

    def see_toast(self, expected: str) -> None:
        """Wait for this toast; those nobody wrote down are passed over, for they are gone in a moment anyway."""
        while not fits(expected, self.people[self.last].toast(wait=PATIENCE)):
            pass

    def make_group(self, name: str, title: str) -> None:
        self.groups[title] = self.house.telegram.group(self.someone(name), title)

    def leave_group(self, title: str, words: str) -> None:
        """The bot says so in a group and goes."""
        chat = self.groups[title]
        left = self.house.telegram.await_log("call", method="leaveChat", chat=chat, wait=PATIENCE)
        said = self.house.telegram.calls("sendMessage", chat=chat, applied=True)
        assert [fits(words, call["parameters"]["text"]) for call in said] == [True], said
        assert len(left) == 1

    # --- The house

    def open(self, engagement: str) -> None:
        """Open one of the tests' engagements, a shipped one, or the file that stands there, seen from the transcript."""
        file = self.folder / engagement if engagement.endswith(".toml") else None
        self.engagements[engagement] = self.house.open_copy(engagement, file)

    def close(self, engagement: str) -> None:
        self.read = self.house.close(self.engagements[engagement])

    def see_read(self, words: str) -> None:
        assert words in self.read, self.read

    def restart(self) -> None:
        self.house.restart()

    def kill(self) -> None:
        self.again = {name: set(heard[-2:]) for name, heard in self.told.items()}  # a turn says two things at most
        self.house.kill()
        self.house.start()

    def move_clock(self, count: str, unit: str) -> None:
        self.house.move_clock(int(count) * SECONDS[unit])

    def see_results(self, engagement: str | None, expected: str) -> None:
        self._await_figures(engagement, expected, "results")

    def see_released(self, engagement: str | None, expected: str) -> None:
        self._await_figures(engagement, expected, "results", "--release")

    def _await_figures(self, engagement: str | None, expected: str, *command: str) -> None:
        slug = self.engagements[engagement or next(iter(self.engagements))]
        key, wanted = (slug, *command), dict(expected_figures(expected))

        def fit() -> bool:
            figures = self.figures.get(key, {})
            return wanted.items() <= figures.items() if wanted else not any("." in name for name in figures)

        def look() -> bool:
            self.figures[key] = flatten(json.loads(self.house.command(*command, slug, "--format", "json")))
            return fit()

        if not (key in self.figures and fit()):
            until(look, lambda: f"The figures are: {self.figures[key]}")


def _messages(person: Someone) -> list[Heard]:
    """The bot's messages in a chat, newest first."""
    found = [view["message_id"] for view in person.chat()["messages"] if view["from"] == "bot"]
    return [person.shows(message_id) for message_id in reversed(found)]


def _as_shown(person: Someone, label: str) -> str:
    """The label of a button with its marks of direction, which nobody writes into a transcript."""
    shown = (each for heard in _messages(person) for each in heard.labels)
    return next((each for each in shown if clean(each) == clean(label)), label)


def _find_message(person: Someone, words: str) -> int:
    return next(heard.message_id for heard in _messages(person) if words in heard.text)


PRIVACY = tuple(words["privacy"] for words, _ in DRAFTS.values())
"""How the notice begins, in every language a transcript may end in."""

SECONDS = {"day": 86_400, "hour": 3_600, "minute": 60, "second": 1}

_NAME = r"([A-Z]\w*)"

ACTS: dict[str, Callable[..., None]] = {
    **dates.ACTS,
    r"engagement: ([\w./-]+)": Player.open,
    r"(\d+) people: (.+)": Player.many_say,
    r"bot: (.+)": Player.hear,
    r"bot to each: (.+)": Player.each_hears,
    rf"bot to {_NAME}: (.+)": Player.hear_as,
    r"bot leaves ([^:]+): (.+)": Player.leave_group,
    r"picture: (.+)": Player.see_picture,
    r"buttons: (.+)": Player.see_buttons,
    r'buttons under "([^"]+)": (.*)': Player.see_buttons_under,
    r"toast: (.+)": Player.see_toast,
    r"clock: \+(\d+) (day|hour|minute|second)s?": Player.move_clock,
    r"restart": Player.restart,
    r"kill": Player.kill,
    rf"{_NAME} is staff: ([a-z]+)": Player.join_staff,
    r"staff close: ([\w-]+)": Player.close,
    r"staff read: (.+)": Player.see_read,
    r"results(?: of ([\w-]+))?: (.+)": Player.see_results,
    r"released(?: of ([\w-]+))?: (.+)": Player.see_released,
    rf"{_NAME} taps: (.+)": Player.tap,
    rf'{_NAME} taps under "([^"]+)": (.+)': Player.tap_under,
    rf"{_NAME} taps {_NAME}'s: (.+)": Player.tap_of_another,
    rf"{_NAME} forges: (.+)": Player.forge,
    rf"{_NAME} sends: (\w+)": Player.send,
    rf"{_NAME} edits: (.+)": Player.edit,
    rf"{_NAME} blocks the bot": Player.block,
    rf"{_NAME} unblocks the bot": Player.unblock,
    rf"{_NAME} makes a group: (.+)": Player.make_group,
    rf"{_NAME}: (.+)": Player.say,
}
"""How a line reads -> what is done."""
