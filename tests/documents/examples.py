"""Examples in the prose: each a whole engagement file in the end, checked, answered, and shown on a phone.

A block of ```toml is an example without fault, ```toml bad is followed by what `check` says of it. ```answers turns what
people type, a line each, into what becomes of it under the last example, and ```picture shows how a phone shows that.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator
from pathlib import Path

from bot import speech
from conversations import checking
from conversations.checking import approvals
from conversations.checking.care.examples import whole
from conversations.checking.problems import Problem
from conversations.questions import KINDS, Misread
from conversations.text import choose
from tests.documents.screens import Screen, flow_of

WRITTEN = Path(__file__).parent / "written"
TODAY = dt.date(2027, 2, 26)
FENCE = re.compile(r"^```(\w+)(?: (\w+))?\n(.*?)^```$", re.MULTILINE | re.DOTALL)


def every(name: str) -> Iterator[tuple[str, bool, int]]:
    """The examples of a document: each as a whole file, whether it is a good one, and the line it stands on."""
    prose = (WRITTEN / name).read_text("utf-8")
    for found in FENCE.finditer(prose):
        if found[1] == "toml":
            yield as_file(found[3]), found[2] != "bad", prose.count("\n", 0, found.start()) + 1


def as_file(piece: str) -> str:
    """A whole engagement file of an example: a piece is set into one without fault."""
    return piece if re.search(r"^format\b", piece, re.MULTILINE) else whole(piece)


def review(text: str) -> list[Problem]:
    """What `check` says of an example; who approved its words matters only where it says so."""
    found = checking.review(text, "example.toml")
    return found if "\n[approved." in text else [problem for problem in found if problem.rule != approvals.RULE]


def fill(prose: str) -> str:
    """The prose with each example followed by what is to be shown of it."""
    last = ""

    def render(found: re.Match[str]) -> str:
        nonlocal last
        language, sort, inside = found[1], found[2], found[3]
        if language in RENDERED:
            return RENDERED[language](last, inside)
        if language != "toml":
            return found[0]
        last = inside
        return f"```toml\n{inside}```" + (f"\n\n{_findings(inside)}" if sort == "bad" else "")

    return FENCE.sub(render, prose)


def _findings(piece: str) -> str:
    said = "\n".join(map(finding, review(as_file(piece))))
    return f"```text\n{said}\n```"


def finding(problem: Problem) -> str:
    """A finding without the place where it stands."""
    return f"{problem.level}: {problem.what}; {problem.do}"


def _answers(piece: str, typed: str) -> str:
    """What becomes of what people type under the last question of an example."""
    step = next(step for step in reversed(flow_of(as_file(piece)).steps) if step.asks and not step.other_of)
    rows = ["| someone types | what becomes of it |", "| --- | --- |"]
    for words in typed.splitlines():
        read = KINDS[step.kind].read(step, step.options, words, TODAY)
        if isinstance(read, Misread):
            became = f"asked again: *{speech.phrase(read.why, 'en')}*"
        else:
            labels = {option.id: choose(option.label, "en") for option in step.options}
            became = ", ".join(f"{labels.get(one, '')} `{one}`".strip() for one in read.chosen) or "kept as it is"
        rows.append(f"| {words} | {became} |")
    return "\n".join(rows)


def screens(name: str) -> Iterator[Screen]:
    """The pictures in a document: each of the example before it."""
    last = ""
    for found in FENCE.finditer((WRITTEN / name).read_text("utf-8")):
        if found[1] == "toml":
            last = found[3]
        elif found[1] == "picture":
            yield _screen(last, found[3])


def _screen(piece: str, inside: str) -> Screen:
    """The first line of a picture's block names it and its language, the others are typed."""
    first, *typed = inside.splitlines()
    name, _, language = first.partition(" ")
    return Screen(name, language or "en", tuple(typed), as_file(piece))


def _picture(piece: str, inside: str) -> str:
    screen = _screen(piece, inside)
    return f"![{_plain(screen.told())}](pictures/kinds/{screen.name}.png)"


def _plain(words: str) -> str:
    return re.sub(r"[\[\]\\*_`<>]", lambda found: f"\\{found[0]}", words)


RENDERED = {"answers": _answers, "picture": _picture}
"""Blocks about the example before them."""
