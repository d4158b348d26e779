"""The simulated people: each starts the survey, taps buttons it was really sent, and says one thing in its own words."""

import asyncio
from collections import Counter
from collections.abc import Callable
from random import Random
from time import perf_counter
from typing import Any

from benchmarks.api import Api
from benchmarks.survey import Question, Survey
from benchmarks.updates import Tap

FIRST_PERSON = 700_000_000
TICKS_EACH = 2
DONE = "Done"
OLD_ENOUGH = "18"
GO_ON = ("Start", "Begin", "Yes", "Continue", "Agree", "Finish", "Send")
Message = dict[str, Any]
Button = dict[str, str]


class Tally:
    """What the people said, kept to hold the bot to it."""

    def __init__(self) -> None:
        self.options: Counter[tuple[str, str]] = Counter()
        self.texts: Counter[str] = Counter()


class Person:
    """One person's way through the survey. `tap` is what they did last, until it is replied to."""

    __slots__ = ("_chat", "_crowd", "_message", "_question", "_said", "_ticked", "heard", "tap")

    def __init__(self, chat: int, crowd: "Crowd") -> None:
        self._chat = chat
        self._crowd = crowd
        self._said: set[str] = set()
        self._question: Question | None = None
        self._message: Message = {}
        self._ticked: list[str] = []
        self.heard = ""
        self.tap: Tap = crowd.say(chat, f"/start {crowd.code}")

    def hear(self, message: Message) -> None:
        """Answer a new message, if it asks for something."""
        self.heard = message["text"]
        question = self._crowd.survey.asked_by(message["text"])
        if question is not None and question.id not in self._said:
            self._message, self._question = message, question
            self._replied()
            self._answer(question)
        elif question is None:
            self._reply_to_other(message)

    def see(self, message: Message) -> None:
        """Notice that a tick was set on the question in hand, and tick the next option or finish."""
        question = self._question
        if question and self._ticked and message["message_id"] == self._message["message_id"]:
            self._message = message
            self._replied()
            self._answer(question)

    def _reply_to_other(self, message: Message) -> None:
        onward = [button for button in _buttons(message) if _leads_on(button["text"])]
        if onward:
            self._message = message
            self._replied()
            self._tap(onward[0])
        elif len(self._said) == len(self._crowd.survey.questions):
            self._replied()
            self._crowd.leave(self._chat)

    def _answer(self, question: Question) -> None:
        ANSWERS[question.kind](self, question)

    def choose(self, question: Question) -> None:
        button, option = self._crowd.random.choice(_options(self._message, question))
        self._crowd.tally.options[question.id, option] += 1
        self._finish(question)
        self._tap(button)

    def tick(self, question: Question) -> None:
        left = [pair for pair in _options(self._message, question) if pair[1] not in self._ticked]
        if len(self._ticked) < TICKS_EACH:
            button, option = self._crowd.random.choice(left)
            self._ticked.append(option)
            self._tap(button)
        else:
            self._crowd.tally.options.update((question.id, option) for option in self._ticked)
            self._finish(question)
            self._tap(next(button for button in _buttons(self._message) if DONE in button["text"]))

    def write(self, question: Question) -> None:
        words = sentence(self._chat - FIRST_PERSON)
        self._crowd.tally.texts[words] += 1
        self._finish(question)
        self.tap = self._crowd.say(self._chat, words)

    def _finish(self, question: Question) -> None:
        self._said.add(question.id)
        self._question, self._ticked = None, []

    def _tap(self, button: Button) -> None:
        self.tap = self._crowd.press(self._chat, self._message, button)

    def _replied(self) -> None:
        self.tap.replied = perf_counter()
        self._crowd.replied(self.tap)


class Crowd:
    """All the people: some at once, each one who is through replaced by a new one until all have come."""

    def __init__(self, api: Api, survey: Survey, random: Random, code: str) -> None:
        self.survey, self.random, self.code = survey, random, code
        self.tally = Tally()
        self.begun = 0
        self.finished = 0
        self.replied: Callable[[Tap], None] = lambda _tap: None
        self.changed: Callable[[], None] = lambda: None
        self.through = asyncio.Event()
        self.here: dict[int, Person] = {}
        self._api = api
        self._people = 0
        api.listener = self

    def come(self, people: int, at_once: int) -> None:
        """Let the first of `people` in."""
        self._people = people
        for _ in range(at_once):
            self._enter()

    def everyone_came(self) -> bool:
        """Tell whether nobody is left to come in."""
        return self.begun == self._people

    def _enter(self) -> None:
        self.begun += 1
        chat = FIRST_PERSON + self.begun
        self.here[chat] = Person(chat, self)

    def leave(self, chat: int) -> None:
        """See a person off who is through, and let the next one in."""
        del self.here[chat]
        self.finished += 1
        if self.begun < self._people:
            self._enter()
        elif not self.here:
            self.through.set()
        self.changed()

    def hear(self, chat: int, message: Message) -> None:
        """Pass a new message to the person it is for."""
        if person := self.here.get(chat):
            person.hear(message)

    def see(self, chat: int, message: Message) -> None:
        """Show a changed message to the person who has it."""
        if person := self.here.get(chat):
            person.see(message)

    def say(self, chat: int, text: str) -> Tap:
        """Write to the bot."""
        message = {
            "message_id": self._api.number(),
            "from": _sender(chat),
            "chat": {"id": chat, "first_name": "Sam", "type": "private"},
            "date": 1_790_000_000,
            "text": text,
        }
        if text.startswith("/"):
            message["entities"] = [{"offset": 0, "length": len(text.split(maxsplit=1)[0]), "type": "bot_command"}]
        return self._api.post(chat, {"message": message})

    def press(self, chat: int, message: Message, button: Button) -> Tap:
        """Tap a button under a message."""
        query = {
            "id": str(self._api.number()),
            "from": _sender(chat),
            "message": message,
            "chat_instance": str(chat),
            "data": button["callback_data"],
        }
        return self._api.post(chat, {"callback_query": query})


def sentence(number: int) -> str:
    """Make one of 4,096 sentences, all without digits, which could be taken for a way to reach someone."""
    words = [column[number // len(column) ** place % len(column)] for place, column in enumerate(WORDS)]
    return "Please think of {} {} on {} {}.".format(*words)


def _sender(chat: int) -> dict[str, Any]:
    return {"id": chat, "is_bot": False, "first_name": "Sam", "language_code": "en"}


def _buttons(message: Message) -> list[Button]:
    rows = message.get("reply_markup", {}).get("inline_keyboard", ())
    return [button for row in rows for button in row if "callback_data" in button]


def _options(message: Message, question: Question) -> list[tuple[Button, str]]:
    pairs = ((button, question.option(button["text"])) for button in _buttons(message))
    return [(button, option) for button, option in pairs if option]


def _leads_on(label: str) -> bool:
    return OLD_ENOUGH in label or any(words in label for words in GO_ON)


WORDS = (
    ("the", "every", "each", "our", "that", "this", "one", "any"),
    ("bus", "door", "chair", "light", "ramp", "lift", "sign", "bench"),
    ("dark", "cold", "early", "busy", "quiet", "rainy", "long", "short"),
    ("days", "mornings", "evenings", "walks", "waits", "visits", "trips", "nights"),
)

ANSWERS: dict[str, Callable[[Person, Question], None]] = {
    "choice": Person.choose,
    "choices": Person.tick,
    "text": Person.write,
}
