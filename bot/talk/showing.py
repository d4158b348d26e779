"""A conversation shown in a terminal: bold and grey only where there is one, right-to-left words at the right."""

from __future__ import annotations

from rich.console import Console, JustifyMethod
from rich.text import Text

from bot import tongues
from bot.talk.conversation import Button, Conversation, Heard
from conversations.flow import Step
from conversations.session import Answer
from conversations.text import choose

PROMPT = "you> "


def show(console: Console, heard: Heard, language: str) -> None:
    """One thing heard, an empty line before each message."""
    justify: JustifyMethod = "right" if console.is_terminal and tongues.of(language).right_to_left else "left"
    match heard.kind:
        case "toast":
            _print(console, Text(f"  ({heard.text})", style="italic", justify=justify))
        case "mark":
            _print(console, Text(f"  {_brackets(heard.buttons)}", style="dim", justify=justify))
        case "picture":
            _print(console, Text(f"\n  [Picture: {heard.text}]", style="italic", justify=justify))
        case _:
            console.print()
            _print(console, _indented(_styled(heard), justify))
            beside = tuple(button for button in heard.buttons if button.label not in heard.text.splitlines())
            if beside:
                _print(console, Text(f"  {_brackets(beside)}", style="dim", justify=justify))


def _print(console: Console, words: Text) -> None:
    console.print(words, soft_wrap=not console.is_terminal)


def _styled(heard: Heard) -> Text:
    """The words, bold where they are; positions are told in UTF-16 units."""
    units = heard.text.encode("utf-16-le")
    whole, at = Text(), 0
    for start, length in heard.bold:
        whole.append(units[2 * at : 2 * start].decode("utf-16-le"))
        whole.append(units[2 * start : 2 * (start + length)].decode("utf-16-le"), style="bold")
        at = start + length
    whole.append(units[2 * at :].decode("utf-16-le"))
    return whole


def _indented(words: Text, justify: JustifyMethod) -> Text:
    lines = [Text("  ").append_text(line) if line else line for line in words.split("\n")]
    return Text("\n", justify=justify).join(lines)


def _brackets(buttons: tuple[Button, ...]) -> str:
    return " ".join(f"[{button.label}]" for button in buttons)


def kept(conversation: Conversation) -> list[str]:
    """What would be kept of a conversation, a line an answer."""
    if conversation.session is None:
        return ["Nothing would be kept: no question was answered."]
    given = conversation.answers()
    state = "This is" if conversation.finished else "It was not finished. Until then this is"
    lines = [f"{state} what would be kept ({conversation.flow.identity}):"] if given else ["No question was answered."]
    for step_id, answer in given.items():
        step = conversation.flow.find(step_id)
        if step:
            about = "  (with their own record)" if step.about == "me" else ""
            lines.append(f"  {step_id}: {answer_in_words(step, answer, conversation.person.language)}{about}")
    return lines


def answer_in_words(step: Step, answer: Answer, language: str) -> str:
    """An answer as its giver would say it."""
    if answer.skipped:
        return "(skipped)"
    labels = {option.id: choose(option.label, language) for option in step.options}
    return answer.text or ", ".join(labels.get(chosen, chosen) for chosen in answer.chosen)
