"""Whole engagement files made of a piece: for the documents, and for the tests that hold the examples to their rules."""

from __future__ import annotations


def whole(piece: str) -> str:
    """A file that holds `piece`, lines at the top and `[[steps]]`, and is without fault where `piece` says nothing."""
    top, steps, rest = piece.partition("[[steps]]")
    given = {line.split("=")[0].strip() for line in top.splitlines()}
    kept = [line for line in TOP.splitlines() if line.split("=")[0].strip() not in given]
    return "\n".join([*kept, top, CHARTER, steps + rest if steps else STEP])


def question(ask: str, name: str = "one", kind: str = "yes-no", *more: str) -> str:
    """A step of a file; `more` are whole lines of it, and it can be skipped unless they say otherwise."""
    lines = ["[[steps]]", f'id = "{name}"', f'kind = "{kind}"', f'ask.en = "{ask}"', *more]
    if not any(line.startswith("optional") for line in more):
        lines.append("optional = true")
    return "\n".join(lines) + "\n\n"


def options(*labels: str) -> str:
    """The line with the options that say `labels`."""
    written = (f'  {{ id = "o{place}", label.en = "{label}" }},' for place, label in enumerate(labels, 1))
    return "\n".join(["options = [", *written, "]"])


def event(*lines: str, kind: str = "event") -> str:
    """The top of a file about something people come to; `lines` are those of its `[event]`."""
    return "\n".join([f'kind = "{kind}"', 'identity = "named"', "", "[event]", *lines]) + "\n\n"


def payment(condition: str) -> str:
    """A step that asks how somebody would like to be paid; `condition` is put to the offer of money."""
    money = f'  {{ id = "accept", label.en = "Yes, please pay me"{condition} }},'
    others = ('  { id = "voucher", label.en = "A voucher" },', '  { id = "decline", label.en = "Nothing" },')
    chosen = question("What would you like?", "pay", "choice", 'about = "me"', 'record = "payment"')
    return chosen.rstrip() + "\n" + "\n".join(["options = [", money, *others, "]"]) + "\n"


WELCOMING = 'who_comes.en = "About 12 people."\naccess.en = "No steps."'
FAIR = "You get £25. It may change your benefits: ask us where to get advice. Under 18 you can have a voucher."


TOP = """\
format = 1
id = "garden-days"
kind = "consultation"
title.en = "When should the garden be open?"
identity = "confidential"
audience = "everyone\""""

CHARTER = """\
[charter]
settles.en = "which days the garden opens next year"
decided_by.en = "The garden group"
can_change.en = "the days and the hours"
cannot_change.en = "the budget"
feedback_by = 2027-06-30
"""

STEP = """\
[[steps]]
id = "days"
kind = "choice"
ask.en = "Which days suit you?"
optional = true
options = [
  { id = "week", label.en = "Weekdays" },
  { id = "weekend", label.en = "Weekends" },
]
"""
