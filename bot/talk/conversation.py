"""One person's conversation about one engagement, in memory: what they type or tap goes in, what they see comes out."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace

from bot import speech
from conversations import flow as flows
from conversations import reception, understanding
from conversations.effects import Complete, Effect, Erase, Facts, Mark, Offer, Person, Rows, Say, Show, Toast, Turn
from conversations.flow import Flow, Step
from conversations.inputs import Age, Back, Done, Input, Language, Leave, Link, Look, Open, Outcome, Refused, Skip, Tap, Words
from conversations.session import Answer, Session
from conversations.text import choose

LINK = "LINK"
"""The code of the only link there is; transcripts write it the same way."""

ORGANISATION = "Your organisation"
RECEIPT = "000-000"

_TAP = re.compile(r"tap (?:(\d+)\.)?(.+)")
_SEND = re.compile(r"send (photo|voice|contact|location|document|sticker|video)")


@dataclass(frozen=True, slots=True)
class Button:
    """A button as it is seen, and the input it brings."""

    label: str
    brings: Input


@dataclass(frozen=True, slots=True)
class Heard:
    """What somebody sees next: `kind` is says, picture, toast, or mark for new buttons under an earlier message.

    `question` is the step it asks; None for what belongs to no question. `bold` is as in `speech.Spoken`.
    """

    kind: str
    text: str
    bold: tuple[tuple[int, int], ...] = ()
    buttons: tuple[Button, ...] = ()
    question: Step | None = None


@dataclass(frozen=True, slots=True)
class Act:
    """What somebody did, as transcripts write it: words typed, a button tapped (under an earlier question), a thing sent."""

    words: str = ""
    label: str = ""
    under: str = ""
    sent: str = ""


@dataclass
class Conversation:
    """Where one person stands; `now` is the time of all that happens. `seen` holds every message with buttons."""

    flow: Flow
    now: dt.datetime
    minimum_age: int = 16
    person: Person = field(default_factory=Person)
    session: Session | None = None
    under_way: bool = False
    language_used: str = "en"
    seen: list[Heard] = field(default_factory=list)

    def read(self, line: str) -> tuple[Act, list[Heard]]:
        """A line as it is typed: words, or `tap 3`, `tap Done`, `tap 2.3` (button 3 under question 2), `send photo`."""
        sent = _SEND.fullmatch(line)
        if sent:
            return Act(sent=sent[1]), self.do(Refused(sent[1]))
        wanted = _TAP.fullmatch(line)
        found = self._button(wanted[2].strip(), wanted[1]) if wanted else None
        if found:
            message, button = found
            under = "" if message is self.seen[-1] else self._words_of(message)
            return Act(label=button.label, under=under), self.do(button.brings, tapped=message)
        return Act(words=line), self.do(Words(line))

    def do(self, given: Input, tapped: Heard | None = None) -> list[Heard]:
        """What is seen after one input; a tap also changes its own message and says a few words over the chat."""
        effects = self._respond(given)
        if self.person.age_band and self.person.opening:  # the age question is answered: on to the link that was waiting
            link, self.person = Link(self.person.opening), replace(self.person, opening="")
            effects = (*effects, *self._respond(link))
        return list(self._express(effects, tapped))

    @property
    def finished(self) -> bool:
        return self.session is not None and self.session.finished

    @property
    def path(self) -> list[Step]:
        """The steps met so far."""
        return flows.path(self.flow, self.session.answers, self.person.facts()) if self.session else []

    def answers(self) -> dict[str, Answer]:
        """The answers given so far, in order."""
        given = self.session.answers if self.session else {}
        return {step.id: given[step.id] for step in self.path if step.id in given}

    def number(self, step: Step) -> int:
        """The number a question has on the screen."""
        given = self.session.answers if self.session else {}
        return flows.progress(self.flow, step, given, self.person.facts())[0] if step in self.path else 0

    def _button(self, wanted: str, question: str | None) -> tuple[Heard, Button] | None:
        """A button by its place or label, in the newest message with buttons or under the question with that number."""
        at = [one for one in self.seen if not question or (one.question and self.number(one.question) == int(question))]
        for message in reversed(at if question or not wanted.isdecimal() else at[-1:]):
            if wanted.isdecimal() and 1 <= int(wanted) <= len(message.buttons):
                return message, message.buttons[int(wanted) - 1]
            said = wanted.casefold()
            for fits in (str.__eq__, str.endswith):
                named = [button for button in message.buttons if fits(button.label.casefold(), said)]
                if len(named) == 1:
                    return message, named[0]
        return None

    def _words_of(self, message: Heard) -> str:
        """A few words that tell a message from others."""
        step = message.question
        return choose(step.ask, self.language_used).partition("{")[0][:40].strip() if step else message.text[:40]

    def _facts(self) -> Facts:
        state = "finished" if self.finished else "begun" if self.session else "new"
        fits = reception.admits(self.flow.audience, self.person.age_band)
        offers = (Offer(self.flow.id, self.flow.edition, self.flow.title, state),) if fits else ()
        languages = tuple(dict.fromkeys(("en", *self.flow.languages)))
        return Facts(self.now, self.person, offers, languages, self.minimum_age, ORGANISATION, RECEIPT)

    def _respond(self, given: Input) -> tuple[Effect, ...]:
        facts, editions = self._facts(), {self.flow.edition: self.flow}
        meant = understanding.understand(editions, self.session if self.under_way else None, given, facts)
        meant, before = self._address(meant)
        turn = reception.receive(editions, before, meant, facts)
        effects = turn.effects
        for complete in [effect for effect in turn.effects if isinstance(effect, Complete)]:
            after = reception.receive(editions, turn.session, Outcome(complete.action, "kept"), facts)
            effects += after.effects
            turn = replace(after, person=after.person or turn.person)
        self._carry(turn, effects)
        return effects

    def _carry(self, turn: Turn, effects: Sequence[Effect]) -> None:
        self.person = turn.person or self.person
        self.session = turn.session or self.session
        self.under_way = turn.session is not None and not (turn.session.finished or turn.session.closed)
        if any(isinstance(effect, Erase) for effect in effects):
            self.person, self.session, self.under_way = Person(language=self.person.language), None, False

    def _address(self, given: Input) -> tuple[Input, Session | None]:
        """The session an input is about; a link, or the menu, opens one."""
        if not self.person.age_band:
            return given, None
        match given:
            case Tap(code) | Back(code) | Skip(code) | Done(code) | Look(code) | Leave(code) if code:
                return (given, self.session) if self.session else (Refused("gone"), None)
            case Link(code) if code == LINK:
                return self._open()
            case Open(slug) if slug == self.flow.id:
                return self._open()
            case _:
                return given, self.session if self.under_way else None

    def _open(self) -> tuple[Input, Session | None]:
        if not reception.admits(self.flow.audience, self.person.age_band):
            return Open(self.flow.id), None
        return Open(self.flow.id), self.session or Session("talk", self.flow.edition)

    def _express(self, effects: Sequence[Effect], tapped: Heard | None) -> Iterator[Heard]:
        self.language_used = language = self.person.language
        for effect in effects:
            match effect:
                case Say():
                    spoken = speech.speak(effect, language)
                    heard = Heard("says", spoken.text, spoken.bold, self._buttons(effect.rows), self._asked(effect.rows))
                    self.seen += [heard] if heard.buttons else []
                    yield heard
                case Show(picture):
                    yield Heard("picture", choose(picture.alt, language))
                case Toast(line) if tapped:
                    yield Heard("toast", speech.toast(line, language))
                case Mark(rows) if tapped:
                    marked = replace(tapped, kind="mark", buttons=self._buttons(rows))
                    self.seen = [marked if one is tapped else one for one in self.seen]
                    yield marked

    def _buttons(self, rows: Rows) -> tuple[Button, ...]:
        language = self.person.language
        return tuple(Button(speech.phrase(button.label, language), button.brings) for row in rows for button in row)

    def _asked(self, rows: Rows) -> Step | None:
        """The step whose question these buttons stand under."""
        brought = (button.brings for row in rows for button in row)
        place = next((each.step for each in brought if isinstance(each, Tap | Back | Skip | Done | Look)), None)
        return None if place is None else self.flow.steps[place]


BEFORE_ANY = (Age, Open, Language)
"""What buttons bring that belong to no engagement: what else is open, and in which languages, differs from place to place."""
