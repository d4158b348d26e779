"""What a person sees beside questions: the opening, the end, the menu, help, as lines and buttons in all languages."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import replace

from conversations import directory
from conversations.effects import Button, Facts, Offer, Say
from conversations.faces import line
from conversations.flow import MEETS, Flow
from conversations.inputs import Age, Ask, Delete, Language, Open
from conversations.phrases import PHRASES
from conversations.text import FALLBACK, NEXT_LINE, SAME_LINE, Line, Text

AGE_BANDS = ("under-13", "13-15", "16-17", "18", "unsaid")
"""Age bands of DP-01, in the order they are shown. "unsaid" is treated as under 18."""

LANGUAGE_NAMES = {
    "ar": "العربية",
    "bn": "বাংলা",
    "cy": "Cymraeg",
    "en": "English",
    "en-x-carer": "English for carers",
    "en-x-easy": "Easy English",
    "en-x-pro": "English for staff",
    "en-x-young": "English for young people",
    "es": "Español",
    "gu": "ગુજરાતી",
    "pa": "ਪੰਜਾਬੀ",
    "pl": "Polski",
    "pt": "Português",
    "ro": "Română",
    "ur": "اردو",
}
"""How each language calls itself; one that is missing shows its tag."""


def _listed(entries: Sequence[Line]) -> list[Line]:
    """Entries as a list of their own, one a line."""
    return [*entries[:1], *(replace(entry, parting=NEXT_LINE) for entry in entries[1:])]


def intro(flow: Flow, language: str, until: dt.date | None = None) -> tuple[Line, ...]:
    """What is asked and why, under a neutral first line that may show on a lock screen; `until` people hear back."""
    charter = flow.charter
    kept = (
        line(f"intro-identity-{flow.identity}"),
        line("intro-until", SAME_LINE, feedback_by=until or charter.feedback_by),
        line("intro-more", SAME_LINE),
    )
    welcome = (Line(flow.welcome),) if flow.welcome else ()
    if flow.kind in MEETS:  # its card has said the rest
        return (line("event-begin"), *welcome, *kept)
    unready = () if _base(language) in {*flow.complete, FALLBACK} else (line("not-all-in-your-language"),)
    return (
        line("intro"),
        line("intro-settles", title=flow.title, settles=unstopped(charter.settles)),
        decides(flow),
        *welcome,
        *unready,
        *kept,
    )


def decides(flow: Flow) -> Line:
    """Who decides, and what that can change and what not."""
    charter = flow.charter
    return line(
        "intro-decides",
        decided_by=unstopped(charter.decided_by),
        can_change=unstopped(charter.can_change),
        cannot_change=unstopped(charter.cannot_change),
    )


def unstopped(text: Text) -> Text:
    """A text without the stop or comma at its end: it stands within a sentence."""
    return {tag: words.rstrip().rstrip(".,。۔،") for tag, words in text.items()}


def thank(flow: Flow) -> tuple[Line, ...]:
    """The end: thanks, and when they hear back; of an event its own day was told before, and may be another by now."""
    own = Line(flow.thanks) if flow.thanks else line("thanks")
    return (own,) if flow.kind in MEETS else (own, line("thanks-until", feedback_by=flow.charter.feedback_by))


def age(link: str, first: str = "age", others: Sequence[str] = ()) -> Say:
    """The age question; each button carries the waiting link, so that nothing needs keeping before the answer.

    Under it stand the `others`, the languages it could be asked in, each by its own name.
    """
    labels = [PHRASES[f"age-{band}"] for band in AGE_BANDS]
    lines = [line(first), line("age-why")] if first == "age" else [line(first)]
    lines += _listed([line("option-line", number=place, label=label) for place, label in enumerate(labels, 1)])
    rows: list[tuple[Button, ...]] = [
        (Button(line("button", number=place, label=label), Age(band, link)),)
        for place, (band, label) in enumerate(zip(AGE_BANDS, labels, strict=True), 1)
    ]
    names = [Button(Line({FALLBACK: LANGUAGE_NAMES.get(tag, tag)}), Language(tag)) for tag in others]
    rows += [tuple(names[at : at + _NAMES_A_ROW]) for at in range(0, len(names), _NAMES_A_ROW)]
    return Say(tuple(lines), tuple(rows))


_NAMES_A_ROW = 3


def too_young(minimum: int) -> Say:
    """The kind end for someone under the age Telegram is used from, with help in it."""
    return Say((line("too-young", minimum=minimum), line("too-young-other"), line("too-young-kept"), *_help_lines()))


def menu(offers: Sequence[Offer], *before: Line) -> Say:
    """What is open to this person, help always in it."""
    keys = {"new": "menu-open", "begun": "menu-carry-on", "finished": "menu-finished"}
    lines = [*before, line("menu" if offers else "menu-empty")]
    entries = [line(keys[offer.state], number=place, title=offer.title) for place, offer in enumerate(offers, 1)]
    rows: list[tuple[Button, ...]] = [
        (Button(entry, Open(offer.engagement)),) for entry, offer in zip(entries, offers, strict=True)
    ]
    if any(offer.meets for offer in offers):
        rows.append((Button(line("events-open"), Ask("events")),))
    rows += [(Button(line("choices-open"), Ask("choices")),), (Button(line("get-help"), Ask("help")),)]
    return Say((*lines, *_listed(entries), line("menu-foot")), tuple(rows))


def helping(language: str) -> Say:
    """The help card: first a line that is safe on a lock screen, then who to talk to, and in which language."""
    interpreter = () if _base(language) == FALLBACK else (line("help-interpreter"),)
    return Say((line("help"), *_help_lines(), *interpreter))


def _base(language: str) -> str:
    """The language a variant is made from: `en` of `en-x-easy`."""
    return language.partition("-x-")[0]


def _help_lines() -> tuple[Line, ...]:
    return (*(Line(entry.says) for entry in directory.ENTRIES), line("help-bot"))


def privacy(facts: Facts) -> Say:
    """The short privacy notice."""
    parts = ("what", "identity", "telegram", "choices")
    who = line("privacy-who", organisation=facts.organisation)
    return Say((line("privacy", bold=True), who, *(line(f"privacy-{part}") for part in parts)))


def languages(tags: Sequence[str]) -> Say:
    """The languages that can be picked, each in its own script."""
    names = [LANGUAGE_NAMES.get(tag, tag) for tag in tags]
    entries = [line("option-line", number=place, label={"en": name}) for place, name in enumerate(names, 1)]
    rows = tuple((Button(entry, Language(tag)),) for entry, tag in zip(entries, tags, strict=True))
    return Say((line("language"), *_listed(entries)), rows)


def deletion() -> Say:
    """The first of the two taps that delete: what goes and what stays."""
    choices = (("delete-yes", Delete(sure=True)), ("delete-no", Delete(sure=False)))
    entries = [line("option-line", number=place, label=PHRASES[key]) for place, (key, _) in enumerate(choices, 1)]
    rows = tuple((Button(entry, brings),) for entry, (_, brings) in zip(entries, choices, strict=True))
    return Say((line("delete"), line("delete-what"), line("delete-stays"), *_listed(entries)), rows)
