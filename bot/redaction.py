"""What in someone's words could tell who they or others are: found by rule, to be looked through by a person.

It finds what has a form: numbers, addresses, days, a name behind "my name is" or a title. Most names have none.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

import phonenumbers
from stdnum import luhn
from stdnum.gb import nhs

MISSES = "This finds numbers, addresses and days. It misses most names, places and schools. Read every word yourself."
"""What staff are told beside every suggestion."""


@dataclass(frozen=True, slots=True)
class Span:
    """A stretch of a text, and what it seems to be."""

    start: int
    end: int
    kind: str


@dataclass(frozen=True, slots=True)
class Piece:
    """A part of a text as it is shown: `kind` is empty where nothing was found."""

    words: str
    kind: str = ""


def find(text: str) -> list[Span]:
    """What was found, in order, none over another; of two in the same place the longer, then the one first in RULES."""
    kept: list[Span] = []
    found = [span for rule in RULES for span in rule(text)]
    for span in sorted(found, key=lambda one: one.start - one.end):
        if all(span.end <= other.start or span.start >= other.end for other in kept):
            kept.append(span)
    return sorted(kept, key=lambda one: one.start)


def pieces(text: str) -> list[Piece]:
    """The whole text, in parts."""
    parts, at = [], 0
    for span in find(text):
        parts += [Piece(text[at : span.start]), Piece(text[span.start : span.end], span.kind)]
        at = span.end
    return [part for part in (*parts, Piece(text[at:])) if part.words]


def suggest(text: str) -> str:
    """The text with what was found taken out: "[phone number]" in its place."""
    return "".join(f"[{part.kind}]" if part.kind else part.words for part in pieces(text))


# --- Rules

Rule = Callable[[str], Iterable[Span]]


def _pattern(kind: str, pattern: str, flags: re.RegexFlag = re.IGNORECASE, proof: Callable[[str], bool] | None = None) -> Rule:
    """Whatever the pattern finds and the proof holds for; with a group, only that."""
    compiled = re.compile(pattern, flags)

    def rule(text: str) -> Iterator[Span]:
        for match in compiled.finditer(text):
            if proof is None or proof(match[0]):
                yield Span(*match.span(compiled.groups), kind)

    return rule


def _phones(text: str) -> Iterator[Span]:
    for match in phonenumbers.PhoneNumberMatcher(text, "GB"):
        yield Span(match.start, match.end, PHONE)


def _is_card(digits: str) -> bool:
    return bool(luhn.is_valid(re.sub(r"\D", "", digits)))


PHONE = "phone number"
_TITLES = r"Mr|Mrs|Ms|Miss|Mx|Dr|Doctor|Prof|Professor|Nurse|Sister|Sir|Rev|Auntie|Uncle"
_NAMES = r"[A-Z][\w’'-]+(?: [A-Z][\w’'-]+){0,2}"
_CALLED = r"my (?:full |first |last )?name(?: is|['’]?s)|(?:I am|I['’]m|(?:he|she|they)(?: is| are|['’](?:s|re))) called"
_NO_NAMES = r"(?:a|an|the|in|on|by|to|up|out|back|for|not|too|so|at|all|it|my|what|always|never|often)\b"
_MONTHS = (
    r"Jan(?:uary)?|Feb(?:ruary)?|Mar(?:ch)?|Apr(?:il)?|May|June?|July?|Aug(?:ust)?|Sept?(?:ember)?|Oct(?:ober)?|Nov(?:ember)?"
    r"|Dec(?:ember)?"
)
_STREETS = r"Street|St|Road|Rd|Lane|Avenue|Ave|Close|Drive|Way|Court|Gardens|Terrace|Crescent|Place|Hill|Grove|Walk|Mews|House"

RULES: tuple[Rule, ...] = (
    _pattern("email address", r"[\w.+'’-]+@[\w-]+(?:\.[\w-]+)+"),
    _pattern("NHS number", r"(?<!\d)\d{3}[ -]?\d{3}[ -]?\d{4}(?!\d)", proof=lambda digits: bool(nhs.is_valid(digits))),
    _phones,
    _pattern(PHONE, r"(?<!\w)(?:\+44|0044|0)[ .\-()]{0,2}\d(?:[ .\-()]{0,2}\d){8,9}(?!\d)"),
    _pattern("card number", r"(?<!\d)\d(?:[ -]?\d){12,18}(?!\d)", proof=_is_card),
    _pattern("insurance number", r"\b[A-Z]{2} ?\d{2} ?\d{2} ?\d{2} ?[A-D]\b"),
    _pattern("postcode", r"\b(?:[A-Z]{1,2}\d[A-Z\d]?|GIR) ?\d[ABD-HJLNP-UW-Z]{2}\b"),
    _pattern("date", r"(?<!\d)(?:[0-3]?\d[/.\-][01]?\d[/.\-](?:19|20)?\d\d|(?:19|20)\d\d[/.\-][01]?\d[/.\-][0-3]?\d)(?!\d)"),
    _pattern("date", rf"\b[0-3]?\d(?:st|nd|rd|th)?(?: of)? (?:{_MONTHS}),? (?:19|20)\d\d\b"),
    _pattern("date", rf"\b(?:{_MONTHS}) [0-3]?\d(?:st|nd|rd|th)?,? (?:19|20)\d\d\b"),
    _pattern("date", rf"\b(?:born|dob|birthday)\b.{{0,20}}?\b([0-3]?\d(?:st|nd|rd|th)?(?: of)? (?:{_MONTHS}))\b"),
    _pattern("address", rf"\b\d{{1,4}}[A-Za-z]? (?:[A-Z][\w’'-]+ ){{1,3}}(?:{_STREETS})\b", re.NOFLAG),
    _pattern(
        "name", rf"(?:(?i:\b(?:{_CALLED})))\s+((?:(?i:dr|mr|mrs|ms|miss) )?(?:{_NAMES}|(?!{_NO_NAMES})[\w’'-]+))", re.NOFLAG
    ),
    _pattern("name", rf"(?i:\bcall me) ({_NAMES})", re.NOFLAG),
    _pattern("name", rf"\b(?:{_TITLES})\.? ({_NAMES})", re.NOFLAG),
    _pattern("name", r"\b(?:mr|mrs)\b\.? ([\w’'-]+)"),
    _pattern("username", r"(?<![\w.])@\w{3,}"),
    _pattern("number", r"(?<!\w)[A-Z]{0,2}\d{7,}(?!\w)"),
)
"""What is looked for. The name of each stands in the text in place of what it found."""
