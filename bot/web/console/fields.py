"""The fields of the editor: what each key of an engagement file is called, and what to know of it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from bot import tongues
from conversations.checking.problems import Problem
from conversations.questions import KINDS
from conversations.screens import LANGUAGE_NAMES

Found = Mapping[str, Sequence[Problem]]


@dataclass(frozen=True, slots=True)
class Entry:
    """One language of a text."""

    name: str
    language: str
    tag: str
    right_to_left: bool
    value: str


@dataclass(frozen=True, slots=True)
class Field:
    """One key: `sort` is text, short, day, flag or choice; `options` are pairs of value and words."""

    key: str
    label: str
    hint: str
    sort: str
    value: str = ""
    entries: tuple[Entry, ...] = ()
    options: tuple[tuple[str, str], ...] = ()
    rows: int = 2
    findings: tuple[Problem, ...] = ()
    fault: str = ""


@dataclass(slots=True)
class Sheet:
    """The values of a form, what was found of each, and in which languages its texts are."""

    values: Mapping[str, str]
    found: Found
    languages: Sequence[str]
    faults: Mapping[str, str] = field(default_factory=dict)
    shown: set[str] = field(default_factory=set)

    def text(self, key: str, label: str, hint: str = "", rows: int = 2) -> Field:
        """A text with its languages side by side."""
        entries = tuple(
            Entry(
                f"{key}.{tag}",
                LANGUAGE_NAMES.get(tag, tag),
                tag,
                tongues.of(tag).right_to_left,
                self.values.get(f"{key}.{tag}", ""),
            )
            for tag in self.languages
        )
        findings = self.take(key, *(f"{key}.{tag}" for tag in self.languages))
        return Field(key, label, hint, "text", entries=entries, rows=rows, findings=findings)

    def one(self, key: str, label: str, hint: str = "", sort: str = "short", options: Iterable[tuple[str, str]] = ()) -> Field:
        """Any other key."""
        value, fault = self.values.get(key, ""), self.faults.get(key, "")
        return Field(key, label, hint, sort, value, (), tuple(options), 2, self.take(key), fault)

    def take(self, *keys: str) -> tuple[Problem, ...]:
        """The findings of these keys, which are then shown."""
        self.shown |= set(keys)
        return tuple(problem for key in keys for problem in self.found.get(key, ()))

    def rest(self) -> list[Problem]:
        """The findings that belong to no field on the page."""
        return [problem for key, problems in self.found.items() if key not in self.shown for problem in problems]


def words_of(problem: Problem) -> str:
    """A finding as it stands on a page."""
    return " ".join(f"{words[:1].upper()}{words[1:]}{'' if words[-1:] in '.?!' else '.'}" for words in (problem.what, problem.do))


def step_fields(kind: str, sheet: Sheet) -> Iterator[Field]:
    """The fields of a step of this kind, in the order of its page, without options and `when`."""
    known = KINDS.get(kind)
    own = {*known.takes, *known.needs} if known else set()
    asks = known is None or known.asks
    if "title" in own:
        yield sheet.text("title", *TEXTS["title"], rows=1)
    yield sheet.text("ask", *(TEXTS["ask"] if asks else ("What is said", "One idea, in one or two short sentences.")))
    for key in ("hint", "says", "low", "high", "unit"):
        if key in own or (key == "hint" and asks):
            yield sheet.text(key, *TEXTS[key], rows=1 if key in {"low", "high", "unit"} else 2)
    if asks:
        yield sheet.text("sensitive", *TEXTS["sensitive"])
        yield sheet.one("optional", "People can skip this question", sort="flag")
    for key in ("at_least", "at_most"):
        if key in own:
            yield sheet.one(key, *BOUNDS[key], sort="short")
    if "whole" in own:
        yield sheet.one("whole", "Takes parts of a number, like 2.5", sort="part")
    if asks:
        yield sheet.one("about", *ABOUT, sort="about")
        if "quotes" in own:
            yield sheet.one("quotes", "Who says yes here may be quoted", sort="flag")


TEXTS = {
    "title": ("Heading", "Above the first line of this part."),
    "ask": ("The question", "One idea, in one or two short sentences. Nothing private in the first few words."),
    "hint": ("A short explanation", "Under the question. Leave it empty if the question says enough."),
    "says": ("What they agree to", "The exact words."),
    "low": ("What the low end means", ""),
    "high": ("What the high end means", ""),
    "unit": ("What the number counts", "Like hours, or visits."),
    "sensitive": (
        "A note before a hard question",
        "Said first, in a message of its own: what comes, and that it can be skipped.",
    ),
}
"""Key of a text -> its label, and what to know."""

BOUNDS = {
    "at_least": ("The least", "How many answers, the lowest number, or the first day. Leave it empty for none."),
    "at_most": ("The most", "How many answers, the highest number, or the last day. Leave it empty for none."),
}

ABOUT = (
    "This answer is about the person, not the subject",
    "It goes to their own record, apart from all other answers, and they are told so.",
)

CHARTER = {
    "settles": (
        "What the answers help settle",
        "It stands behind “helps settle this:”. Begin small, and leave out the full stop.",
    ),
    "decided_by": ("Who decides", "It stands behind “Who decides:”."),
    "can_change": ("What the answers can change", ""),
    "cannot_change": ("What they cannot change", "Be honest: it is what people thank you for."),
}

TOP = {
    "title": ("Title", "What it is called in the menu."),
    "welcome": ("Welcome", "A few words of your own in the opening message: how many questions, and how long it takes."),
    "thanks": ("Thanks", "Said at the end. Leave it empty for “Thank you. That was the last question.”"),
}

KIND_WORDS = {
    "say": "Say something, and ask nothing",
    "section": "Begin a part",
    "choice": "Pick one",
    "choices": "Pick several",
    "yes-no": "Yes or no",
    "agree": "Agree, disagree or pass",
    "consent": "Agree to exact words",
    "scale": "A place on a line of numbers",
    "rank": "Put in order",
    "number": "A number",
    "date": "A day",
    "place": "The first part of a postcode",
    "text": "Their own words",
}
"""Kind of step -> what it is called in the editor."""

IDENTITY_WORDS = (
    ("anonymous", "Anonymous: nobody can tell which answers are whose"),
    ("confidential", "Confidential: answers carry a code instead of a name"),
    ("named", "Named: answers are kept with the person"),
)
AUDIENCE_WORDS = (("everyone", "Everyone"), ("adults", "Adults"), ("under-18s", "Under-18s"))
PURPOSE_WORDS = (("consultation", "A consultation"), ("poll", "A quick poll of five questions at most"))
