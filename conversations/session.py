"""What one person has said so far in one edition; where they stand follows from it, so nothing else is kept."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from conversations.values import swift


@swift
@dataclass(frozen=True, slots=True)
class Answer:
    """One answer: words for text; for every other kind `chosen`, values without spaces; neither when it was skipped.

    A value is an option's id, a number, a day as 2027-02-26, or the first part of a postcode. The order is that of the
    options; of a ranking, best first.
    """

    chosen: tuple[str, ...] = ()
    text: str = ""
    skipped: bool = False
    language: str = "en"  # the language the question was asked in: with the edition it gives the exact wording


@swift
@dataclass(frozen=True, slots=True)
class Session:
    """`code` is its random name outside; `edition` the hash of the exact text it began with.

    `ticked` holds the options ticked, but not yet sent with Done, under the present question; `at` is how far they have
    looked into it: the page of its options, or the year, or year and month, of its date.
    """

    code: str
    edition: str
    answers: Mapping[str, Answer] = field(default_factory=dict)
    ticked: tuple[str, ...] = ()
    at: int = 0
    finished: bool = False
    closed: bool = False  # the engagement was closed, or its edition withdrawn, while this was open
