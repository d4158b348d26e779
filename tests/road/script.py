"""How staff write a conversation down, so that it can be played with the real bot.

A line is what somebody does or hears; lines that begin with a space go on with the one above; `#` begins a remark.

    engagement: tests-five              opened for this transcript alone; LINK stands for its link. Shipped ones too, or
                                        a file, seen from the transcript: ../road/engagements/tests-five.toml
    Aisha: /start LINK                  Aisha types; LINK:tests-tongues is the link of that engagement
    bot: Hello. First, one …            the next message of the bot's to whoever acted last; … is any words
    bot to Ben: …                       the same, to Ben
    picture: A map of …                 the same, when it is a picture: the words beneath it
    buttons: 1. Yes | 2. No             the buttons under that message, all of them
    Aisha taps: Yes                     under the newest message with such a button
    Aisha taps under "How old": 18      under the newest message with these words
    toast: You picked: …                the few words shown over the chat
    Aisha sends: photo                  or voice, contact, location, document, sticker, video, poll, dice
    12 people: /start LINK / 18 / 1     twelve more people type this, one after the other
    bot to each: Thank you. …           what each of them hears in the end
    clock: +1 day                       hours, minutes and seconds too
    results: who have=1 care=0          counts, as the command line shows them; also `answered=1`, `people finished=1`
    results: wrong says "Listen"        every text there is, apart by |; `says nothing` when there is none
    released: sleep well=10             the same of what may leave the team; `released: nothing` before that
    date: tests-workshop in 40 days at 18:00, 90 minutes, 12 places, at Town Hall, online
    cancel date 1 of tests-workshop: …  and why
    seat of tests-meeting: Noor, deputy Sol
    paper for tests-meeting: Title | What it says, in plain words.
    newest point of tests-meeting is doing, by The clinic lead: What its member is told.
    minutes of tests-meeting: What was decided.
    first correction of tests-meeting is made: What they are told.
    clock: to Tuesday 10:00             the next: no quiet hours
    Meg is staff: officer               Meg is a colleague with that role, and links her chat
    staff close: tests-five             and `staff read: …` what the command line prints then

ACTS in `tests.road.transcripts` has all of them. Every message must be written down: one that is not fails the transcript.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from conversations.text import clean


@dataclass(frozen=True)
class Line:
    """One act: where it stands, and its words."""

    number: int
    words: str


def read(file: Path) -> Iterator[Line]:
    """The acts of a transcript; lines that go on are joined by line ends."""
    acts: list[Line] = []
    for number, line in enumerate(file.read_text("utf-8").splitlines(), 1):
        if not line.strip() or line.startswith("#"):
            continue
        if line[0].isspace():
            acts[-1] = Line(acts[-1].number, f"{acts[-1].words}\n{line.strip()}")
        else:
            acts.append(Line(number, line.strip()))
    yield from acts


def fits(expected: str, heard: str) -> bool:
    """Whether words are as expected, line by line; … stands for any words. Empty lines and marks of direction do not count."""
    wanted, said = (re.sub(r"\s*\n\s*", "\n", clean(words)) for words in (expected, heard))
    parts = re.split(r"\s*…\s*", wanted)
    return re.fullmatch(".*".join(map(re.escape, parts)), said, re.DOTALL) is not None


def flatten(told: dict[str, Any]) -> dict[str, str]:
    """Results flattened: "people.started", "who.have", "who.answered", "wrong.says"."""
    flat = {f"people {name}": str(count) for name, count in told["people"].items()}
    for step in told["steps"]:
        flat[f"{step['id']}.answered"] = str(step["answered"])
        flat |= {f"{step['id']}.{option['id']}": str(option["count"]) for option in step["options"]}
        flat[f"{step['id']}.says"] = "|".join(sorted(step.get("texts", ())))
    return flat


def expected_figures(words: str) -> Iterator[tuple[str, str]]:
    """The figures a line names, in the same form; none for "nothing"."""
    if words == "nothing":
        return
    subject, rest = words.split(maxsplit=1)
    if rest.startswith("says "):
        said = rest.removeprefix("says ")
        texts = [] if said == "nothing" else [text.strip().strip('"') for text in said.split("|")]
        yield f"{subject}.says", "|".join(sorted(texts))
        return
    for pair in rest.split():
        name, _, count = pair.partition("=")
        yield (f"people {name}" if subject == "people" else f"{subject}.{name}"), count
