"""What a person sees: each question, opening and ending as lines and buttons, in all languages at once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from conversations import directory
from conversations.conditions import met
from conversations.effects import Button, Facts, Offer, Rows, Say
from conversations.flow import Flow, Option, Step, offered, progress
from conversations.inputs import Age, Ask, Back, Delete, Done, Input, Language, Open, Skip, Tap
from conversations.phrases import PHRASES
from conversations.questions import KINDS
from conversations.session import Answer, Session
from conversations.text import NEXT_LINE, PARAGRAPH, SAME_LINE, Field, Line, Text, gaps, shorten

AGE_BANDS = ("under-13", "13-15", "16-17", "18", "unsaid")
"""Age bands of DP-01, in the order they are shown. "unsaid" is treated as under 18."""

LANGUAGE_NAMES = {
    "ar": "العربية",
    "bn": "বাংলা",
    "cy": "Cymraeg",
    "en": "English",
    "en-x-easy": "Easy English",
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

LONGEST_REPEAT = 200
"""UTF-16 units of someone's own words that are repeated to them; more would crowd out the question."""


def line(key: str, parting: str = PARAGRAPH, *, bold: bool = False, **fields: Field) -> Line:
    """Some of the bot's own words."""
    return Line(PHRASES[key], fields, bold, parting)


def _listed(entries: Sequence[Line]) -> list[Line]:
    """Entries as a list of their own, one a line."""
    return [*entries[:1], *(replace(entry, parting=NEXT_LINE) for entry in entries[1:])]


def intro(flow: Flow) -> tuple[Line, ...]:
    """What is asked and why, in three lines under a neutral first one that may show on a lock screen."""
    charter = flow.charter
    welcome = (Line(flow.welcome),) if flow.welcome else ()
    return (
        line("intro"),
        line("intro-settles", title=flow.title, settles=_unstopped(charter.settles)),
        line(
            "intro-decides",
            decided_by=_unstopped(charter.decided_by),
            can_change=_unstopped(charter.can_change),
            cannot_change=_unstopped(charter.cannot_change),
        ),
        *welcome,
        line(f"intro-identity-{flow.identity}", feedback_by=charter.feedback_by),
    )


def _unstopped(text: Text) -> Text:
    """A text without its full stop: it stands within a sentence."""
    return {tag: words.rstrip().rstrip(".۔。") for tag, words in text.items()}


def tell(flow: Flow, step: Step, session: Session) -> tuple[Line, ...]:
    """Something said between questions."""
    return (Line(step.ask, repeated(flow, step.ask, session)),)


def ask(flow: Flow, step: Step, session: Session, person: Mapping[str, str], before: tuple[Line, ...] = ()) -> Say:
    """A question: banner, words, numbered options, how to answer; buttons repeat number and words."""
    number, of, certain = progress(flow, step, session.answers, person)
    options = offered(step, session.answers, person)
    banner = line("banner" if certain else "banner-most", number=number, of=of, identity=PHRASES[_identity(flow, step)])
    lines = [*before, banner, Line(step.ask, repeated(flow, step.ask, session), bold=True, parting=NEXT_LINE)]
    lines += [line("option-line", NEXT_LINE, number=place, label=option.label) for place, option in enumerate(options, 1)]
    lines += _hints(step, options, first=not session.answers)
    return Say(tuple(lines), buttons(flow, step, session, person))


def _identity(flow: Flow, step: Step) -> str:
    return "own-record" if step.about == "me" else flow.identity


def _hints(step: Step, options: Sequence[Option], *, first: bool) -> list[Line]:
    kind = KINDS[step.kind]
    hints = []
    if step.about == "me":
        hints.append(line("about-me"))
    if kind.free:
        hints.append(line("before-text"))
    elif kind.many and step.at_most and step.at_most < len(options):
        hints.append(line("how-to-tick", most=step.at_most))
    elif kind.many:
        hints.append(line("how-to-tick-any"))
    elif first:
        hints.append(line("how-to-answer"))
    if step.optional and (first or kind.free):
        hints.append(line("how-to-skip"))
    return hints[:1] + [replace(hint, parting=SAME_LINE) for hint in hints[1:]]


def buttons(flow: Flow, step: Step, session: Session, person: Mapping[str, str]) -> Rows:
    """One row an option, then Done, Back and Skip as they apply; help beside every place to write."""
    place = flow.positions[step.id]
    picked = session.answers[step.id].chosen if step.id in session.answers else session.ticked
    rows: list[tuple[Button, ...]] = [
        (_option_button(Tap(session.code, place, position), option, number, picked=option.id in picked),)
        for number, (position, option) in enumerate(_placed(step, session, person), 1)
    ]
    controls: list[tuple[str, Input]] = []
    if session.answers:
        controls.append(("back", Back(session.code, place)))
    if step.optional:
        controls.append(("skip", Skip(session.code, place)))
    if KINDS[step.kind].many:
        controls.append(("done", Done(session.code, place)))
    if controls:
        rows.append(tuple(Button(line(key), brings) for key, brings in controls))
    if KINDS[step.kind].free:
        rows.append((Button(line("get-help"), Ask("help")),))
    return tuple(rows)


def _placed(step: Step, session: Session, person: Mapping[str, str]) -> list[tuple[int, Option]]:
    """The options offered, each with its position in the edition."""
    return [
        (position, option)
        for position, option in enumerate(step.options)
        if option.when is None or met(option.when, session.answers, person)
    ]


def _option_button(brings: Tap, option: Option, number: int, *, picked: bool) -> Button:
    return Button(line("button-ticked" if picked else "button", number=number, label=option.label), brings)


def repeated(flow: Flow, text: Text, session: Session) -> dict[str, Field]:
    """What earlier answers put into the gaps of `text`."""
    found: dict[str, Field] = {}
    for name in gaps(text):
        step, answer = flow.find(name), session.answers.get(name)
        found[name] = spoken(step, answer) if step and answer else ""
    return found


def spoken(step: Step, answer: Answer) -> Field:
    """An answer as it is repeated to its giver: labels in all languages, or their own words."""
    if not answer.chosen:
        return shorten(answer.text, LONGEST_REPEAT)
    return tuple(option.label for option in step.options if option.id in answer.chosen)


def thank(flow: Flow) -> tuple[Line, ...]:
    """The end: thanks, and when they hear back."""
    own = Line(flow.thanks) if flow.thanks else line("thanks")
    return (own, line("thanks-until", feedback_by=flow.charter.feedback_by))


def age(link: str, first: str = "age") -> Say:
    """The age question; each button carries the waiting link, so that nothing needs keeping before the answer."""
    labels = [PHRASES[f"age-{band}"] for band in AGE_BANDS]
    lines = [line(first), line("age-why")] if first == "age" else [line(first)]
    lines += _listed([line("option-line", number=place, label=label) for place, label in enumerate(labels, 1)])
    rows = tuple(
        (Button(line("button", number=place, label=label), Age(band, link)),)
        for place, (band, label) in enumerate(zip(AGE_BANDS, labels, strict=True), 1)
    )
    return Say(tuple(lines), rows)


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
    rows.append((Button(line("get-help"), Ask("help")),))
    return Say((*lines, *_listed(entries), line("menu-foot")), tuple(rows))


def helping() -> Say:
    """The help card: first a line that is safe on a lock screen, then who to talk to."""
    return Say((line("help"), *_help_lines()))


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
