"""A conversation written down so that it can be played again with the real bot: the lines `tests/transcripts` is made of."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from bot.talk.conversation import BEFORE_ANY, ORGANISATION, RECEIPT, Act, Conversation, Heard
from conversations.flow import Step
from conversations.questions import KINDS
from conversations.session import Answer
from conversations.text import clean

NAME = "Sam"
ANY = "…"
_LATER = "     "  # before lines that go on


@dataclass
class Transcript:
    """What was played so far. `engagement` is an id, or where its file stands seen from the transcript."""

    engagement: str
    lines: list[str] = field(default_factory=list)

    def note(self, act: Act, heard: Sequence[Heard]) -> None:
        """Write down one act and all that followed."""
        self.lines.append(_act(act))
        for one in heard:
            self.lines += _told(one)

    def finish(self, conversation: Conversation) -> str:
        """The whole text, with the figures that must come of it."""
        head = ["# Played in the terminal and written down by `talk --record`.", f"engagement: {self.engagement}", ""]
        return "\n".join([*head, *self.lines, *_figures(conversation)]) + "\n"


def _act(act: Act) -> str:
    if act.sent:
        return f"{NAME} sends: {act.sent}"
    if act.under:
        return f'{NAME} taps under "{act.under}": {act.label}'
    return f"{NAME} taps: {act.label}" if act.label else f"{NAME}: {act.words}"


def _told(heard: Heard) -> Iterator[str]:
    text = "\n".join(line for line in _known(heard.text).splitlines() if line.strip())
    match heard.kind:
        case "toast":
            yield f"toast: {text}"
        case "picture":
            yield f"picture: {text}"
        case "mark":
            if heard.question:  # else the message is not there to be looked at
                yield f'buttons under "{_first_words(heard)}": {_labels(heard)}'
        case _ if any(isinstance(button.brings, BEFORE_ANY) for button in heard.buttons):
            yield f"bot: {text.splitlines()[0]} {ANY}"
        case _:
            yield f"bot: {text}".replace("\n", f"\n{_LATER}")
            if heard.buttons:
                yield f"buttons: {_labels(heard)}"


def _known(text: str) -> str:
    """Words without what differs from place to place, and without marks of direction."""
    return clean(text).replace(ORGANISATION, ANY).replace(RECEIPT, ANY)


def _labels(heard: Heard) -> str:
    return " | ".join(clean(button.label) for button in heard.buttons)


def _first_words(heard: Heard) -> str:
    """A line of a message that only it has: its bold one."""
    units = heard.text.encode("utf-16-le")
    at, length = heard.bold[0] if heard.bold else (0, len(units) // 2)
    return units[2 * at : 2 * (at + length)].decode("utf-16-le").partition("\n")[0].partition('"')[0][:60].strip()


def _figures(conversation: Conversation) -> Iterator[str]:
    """What `results` must show; for an anonymous engagement only who took part, for few of its answers can be looked at."""
    if conversation.session is None:
        return
    yield ""
    yield f"results: people started=1 finished={int(conversation.finished)}"
    if conversation.flow.identity == "anonymous":
        return
    for step in conversation.flow.steps:
        answer = conversation.answers().get(step.id)
        if answer and not step.other_of:
            yield f"results: {step.id} {_figure(step, answer)}"


def _figure(step: Step, answer: Answer) -> str:
    if answer.skipped:
        return "answered=0"
    kind = KINDS[step.kind]
    if answer.text and not set('|"\n') & set(answer.text):
        return f'says "{answer.text}"'
    counted = kind.picks and not kind.ordered
    return " ".join(f"{option}=1" for option in answer.chosen) if counted else "answered=1"
