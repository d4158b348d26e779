"""The words of an engagement: in every language, not empty, with gaps that can be filled, short enough to send."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from conversations import event_words
from conversations.approval import STEP_TEXTS
from conversations.asking import LONGEST_REPEAT, PAGE, pages
from conversations.checking.places import Path
from conversations.checking.problems import Findings, nearest, quote, suggest
from conversations.checking.shapes import Table, asks
from conversations.phrases import PHRASES
from conversations.questions import KINDS
from conversations.reading import number_in
from conversations.screens import LANGUAGE_NAMES
from conversations.text import FALLBACK, GAP, Text, clean, fold, units

LONGEST_MESSAGE = 4096
LONGEST_LABEL = 200
"""UTF-16 units, the first by Telegram's rule; a longer label cannot be read on a button."""

LONGEST_TAG = 35
"""Letters of a language tag: as many as the longest that is registered, and as a button can carry."""

_TAG = re.compile(r"[a-z]{2,3}(-[A-Z][a-z]{3})?(-([A-Z]{2}|[0-9]{3}))?(-x(-[a-z0-9]{1,8})+)?")
_BRACES = re.compile(r"\{([^{}\n]*)\}")


@dataclass(frozen=True, slots=True)
class _Place:
    """A text, where it stands, and the steps its gaps may repeat."""

    path: Path
    text: Text
    earlier: Sequence[str] = ()
    gaps: bool = False  # whether gaps are filled at all


def check(engagement: Table, findings: Findings) -> None:
    """Note what is wrong with any text of an engagement whose shape has been read."""
    declared = tuple(engagement.get("title", ()))
    asking = {step["id"]: asks(step) for step in engagement["steps"] if "id" in step}
    for place in _texts(engagement):
        _check_languages(place, declared, findings)
        _check_gaps(place, asking, findings)
        for language, words in place.text.items():
            _check_words((*place.path, language), words, findings)
    _check_titles(engagement, findings)
    _check_labels(engagement.get("event", {}), ("event",), findings, "kinds")
    before = max((_weight([*_labels(step)]) for step in engagement["steps"]), default=0)
    for position, step in enumerate(engagement["steps"]):
        _check_labels(step, ("steps", position), findings)
        _check_length(step, ("steps", position), before, findings)


def _texts(engagement: Table) -> Iterator[_Place]:
    for key in ("title", "welcome", "thanks"):
        if key in engagement:
            yield _Place((key,), engagement[key])
    for key, text in engagement.get("charter", {}).items():
        if key != "feedback_by":
            yield _Place(("charter", key), text)
    event = engagement.get("event", {})
    yield from (_Place(("event", key), event[key]) for key in event_words.TEXTS if key in event)
    kinds = enumerate(event.get("kinds", ()))
    yield from (_Place(("event", "kinds", place, "label"), kind["label"]) for place, kind in kinds if "label" in kind)
    earlier: list[str] = []
    for position, step in enumerate(engagement["steps"]):
        path: Path = ("steps", position)
        if "ask" in step:
            yield _Place((*path, "ask"), step["ask"], tuple(earlier), gaps=True)
        yield from (_Place((*path, key), step[key]) for key in STEP_TEXTS if key in step and key != "ask")
        if "alt" in step.get("picture", {}):
            yield _Place((*path, "picture", "alt"), step["picture"]["alt"])
        for place, option in enumerate(step.get("options", ())):
            yield from (_Place((*path, "options", place, key), option[key]) for key in ("label", "ask") if key in option)
        if "id" in step and asks(step):
            earlier.append(step["id"])


def _check_languages(place: _Place, declared: Sequence[str], findings: Findings) -> None:
    title = place.path == ("title",)
    if title and all("-x-" in tag for tag in declared):
        findings.add(place.path, "the title is in no whole language", "write title.en, or another language, as well")
    for tag in place.text:
        base, variant, _ = tag.partition("-x-")
        if not _TAG.fullmatch(tag) or len(tag) > LONGEST_TAG:
            todo = suggest(tag, LANGUAGE_NAMES, "write a tag like en, cy or en-x-easy")
            findings.add((*place.path, tag), f"{quote(tag)} is not a language tag", todo)
        elif not title and declared and tag not in declared and not (variant and base in declared):
            near = nearest(tag, declared)
            todo = f"did you mean {quote(near)}?" if near else f"take it out, or write title.{tag} too"
            findings.add((*place.path, tag), f"the title is not in {quote(tag)}", todo)
    source = FALLBACK if FALLBACK in declared else next((tag for tag in declared if "-x-" not in tag), None)
    if source and source not in place.text:
        name = place.path[-1]
        findings.add(place.path, f"`{name}` has no words in {quote(source)}", f"write {name}.{source}")


def _check_gaps(place: _Place, asking: Mapping[str, bool], findings: Findings) -> None:
    for language, words in place.text.items():
        path = (*place.path, language)
        for name in dict.fromkeys(GAP.findall(words)):
            if not place.gaps:
                findings.add(path, f"the gap {{{name}}} is not filled in here", "only the words of a step can repeat")
            elif asking.get(name) is False:
                findings.add(path, f"the gap {{{name}}} names a step that asks nothing", "name an earlier question")
            elif name in asking and name not in place.earlier:
                findings.add(path, f"the gap {{{name}}} names this step or a later one", "name an earlier question")
            elif name not in asking:
                todo = suggest(name, place.earlier, "name an earlier question, or take it out")
                findings.add(path, f"no step is called {quote(name)}", todo)
        for inside in _BRACES.findall(words):
            meant = inside.strip().lower()
            if meant != inside and meant in asking:
                findings.add(path, f"{{{inside}}} is shown as it stands", f"write {{{meant}}} to repeat that answer")


def _check_words(path: Path, words: str, findings: Findings) -> None:
    if not words.strip():
        findings.add(path, "there are no words here", "write some, or take the key out")
    if "".join(clean(_plain(words)).split()) != "".join(_plain(words).split()):
        findings.add(path, "these words hold a letter that cannot be seen or sent", "write them again by hand")


def _plain(words: str) -> str:
    """`words` without the marks that order right-to-left text: there they may well be meant."""
    return re.sub("[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]", "", words)


def _check_titles(engagement: Table, findings: Findings) -> None:
    for language, words in engagement.get("title", {}).items():
        _check_button(("title", language), words, findings)
    charter = [text for key, text in engagement.get("charter", {}).items() if key != "feedback_by"]
    opening = [engagement.get("title", {}), engagement.get("welcome", {}), *charter, *_OPENING]
    _check_sum(("title",), opening, "the opening message", findings)
    _check_sum(("thanks",), [engagement.get("thanks", {}), PHRASES["thanks-until"]], "the thanks", findings)


def _check_button(path: Path, words: str, findings: Findings) -> None:
    if units(words) > LONGEST_LABEL:
        findings.add(path, f"these {units(words)} letters do not fit a button", f"use at most {LONGEST_LABEL}")


def _check_labels(table: Table, path: Path, findings: Findings, key: str = "options") -> None:
    """Every option must be reachable by typing what it says, as well as by tapping."""
    seen: set[tuple[str, str]] = set()
    conditional = any("when" in option for option in table.get(key, ()))
    for place, option in enumerate(table.get(key, ())):
        for language, words in option.get("label", {}).items():
            at, said = (*path, key, place, "label", language), fold(words)
            _check_button(at, words, findings)
            if (language, said) in seen:
                findings.add(at, f"two options say {quote(words)}", "give each its own words")
            seen.add((language, said))
            wrong = _cannot_be_typed(words, None if conditional else place + 1, len(table[key]))
            if wrong and words.strip():
                findings.add(at, f"typing {quote(words)} {wrong}", "use other words")


def _cannot_be_typed(words: str, own: int | None, of: int) -> str | None:
    """Why typing `words` would not pick the option in place `own` (None: its place may vary) of `of`."""
    said = fold(words)
    number = number_in(said)
    if not any(letter.isalnum() for letter in said):
        return "is not possible for everyone: it holds no letter or digit"
    if words.lstrip().startswith("/"):
        return "is read as a command"
    if said in _HELP_WORDS:
        return "always brings help"
    if number is not None and number <= of and number != own:
        return "means the option with that number"
    return None


def _check_length(step: Table, path: Path, before: int, findings: Findings) -> None:
    """The longest message this step can become; repeated answers and a change confirmed `before` it count too."""
    labels = [option["label"] for option in step.get("options", ()) if "label" in option]
    if pages(len(labels)) > 1:
        labels = sorted(labels, key=_longest)[-PAGE:]
    own = [step[key] for key in ("hint", "says", "low", "high", "unit") if key in step]
    frame = [*_FRAME, *own, *labels] if asks(step) else [step.get("title", {})]
    room = NUMBERS * len(labels) + LONGEST_REPEAT * _repeats(step.get("ask", {})) + (before if asks(step) else 0)
    _check_sum((*path, "ask"), [step.get("ask", {}), *frame], "this message", findings, room)


def _labels(step: Table) -> Iterator[Text]:
    many = step.get("kind") in KINDS and KINDS[step["kind"]].many
    labels = [option["label"] for option in step.get("options", ()) if "label" in option]
    most = step.get("at_most", len(labels)) if many else 1
    yield from sorted(labels, key=_longest, reverse=True)[: most if isinstance(most, int) and most > 0 else None]


def _repeats(text: Text) -> int:
    return max((len(GAP.findall(words)) for words in text.values()), default=0)


def _check_sum(path: Path, texts: Sequence[Text], name: str, findings: Findings, room: int = 0) -> None:
    total = _weight(texts) + room
    if total > LONGEST_MESSAGE:
        what = f"{name} can be {total} letters long and Telegram takes {LONGEST_MESSAGE}"
        findings.add(path, what, f"take out at least {total - LONGEST_MESSAGE}")


def _weight(texts: Sequence[Text]) -> int:
    return sum(_longest(text) + BREAK for text in texts)


def _longest(text: Mapping[str, str]) -> int:
    return max((units(words) for words in text.values()), default=0)


NUMBERS = len("90. ")
BREAK = 2  # the empty line between paragraphs

_OPENING = tuple(
    PHRASES[key] for key in ("intro", "intro-settles", "intro-decides", "intro-identity-anonymous", "intro-until", "intro-more")
)
_FRAME = tuple(
    PHRASES[key] for key in ("changed", "banner-most", "confidential", "about-me", "before-text", "how-to-tick", "how-to-skip")
)
"""What stands around the words of a question at most."""

_HELP_WORDS = {fold(word) for words in PHRASES["typed-help"].values() for word in words.split("|")}
