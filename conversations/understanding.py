"""Typed words read as a command, a control, or an answer to what was asked outside any engagement."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from conversations import choices, reading, screens
from conversations.asking import has_more
from conversations.effects import Facts, Person
from conversations.events import answers
from conversations.flow import Flow, offered, present
from conversations.inputs import Age, Ask, Delete, Done, Input, Language, Look, Open, Words
from conversations.phrases import PHRASES
from conversations.questions import KINDS
from conversations.session import Session
from conversations.text import clean, fold

_DIGITS = re.compile(r"\d{1,3}")


def understand(flows: Mapping[str, Flow], session: Session | None, given: Input, facts: Facts) -> Input:
    """Typed words read as a command, a control, or an answer to what was asked outside any engagement.

    The whole words of an option of the present question win over a control, but never over help.
    """
    person = facts.person
    if not isinstance(given, Words):
        return given
    named = None if fold(given.text).isdecimal() else _read_language(given.text, facts)
    told = reading.interpret(clean(given.text)) or named
    if told and (told == Ask("help") or not _is_answer(flows, session, given, told, person)):
        return told
    if not person.age_band and person.asking != "language":
        return _read_age(given.text, person) or _read_language(given.text, facts) or given
    match person.asking or ("menu" if session is None else ""):
        case "language":
            return _read_language(given.text, facts) or given
        case "choices" | "pause" | "quiet":
            return choices.understand(person.asking, given.text, facts.attention) or given
        case asking if asking in answers.SCREENS:
            return answers.understand(given.text, facts) or given
        case "delete":
            sure = _pick(given.text, ("yes", "no"), [_all("delete-yes", "yes"), _all("delete-no", "no")])
            return Delete(sure == "yes") if sure else given
        case "menu":
            codes = [offer.engagement for offer in facts.offers]
            found = _pick(given.text, codes, ["|".join(offer.title.values()) for offer in facts.offers])
            return Open(found) if found else given
    return given


def _is_answer(flows: Mapping[str, Flow], session: Session | None, given: Words, told: Input, person: Person) -> bool:
    """Whether words that could be a control answer the present question: its option, or "done" where nothing is ticked.

    A language's name is an answer where people write.
    """
    flow = flows.get(session.edition) if session and not session.finished else None
    step = present(flow, session.answers, person.facts()) if flow and session else None
    if session is None or step is None or clean(given.text).startswith("/"):
        return False
    if told == Done() and not KINDS[step.kind].many:
        return True
    if isinstance(told, Language) and KINDS[step.kind].free:
        return True
    if isinstance(told, Look) and not has_more(step, offered(step, session.answers, person.facts())):
        return True
    return reading.names_option(offered(step, session.answers, person.facts()), given.text)


def _read_language(words: str, facts: Facts) -> Language | None:
    """A language by its number in the list, or its own name."""
    names = [screens.LANGUAGE_NAMES.get(tag, tag) for tag in facts.languages]
    tag = _pick(words, facts.languages, names)
    return Language(tag) if tag else None


def _read_age(words: str, person: Person) -> Age | None:
    """An age band by its number in the list, its words, or the age itself."""
    bands = screens.AGE_BANDS
    found = _pick(words, bands, [_all(f"age-{band}") for band in bands])
    if found:
        return Age(found, person.opening)
    years = _years(words)
    if years is None or not len(bands) < years < 130:  # noqa: PLR2004 - older than anyone
        return None
    return Age(next(name for name, least in _FROM if years >= least), person.opening)


def _years(words: str) -> int | None:
    """The age someone says they are; "under 18" or "16 soon" is none, so that nobody is let in by a misreading."""
    numbers = _DIGITS.findall(words)
    said = fold(_DIGITS.sub("{years}", words))
    ways = {fold(way) for ways in PHRASES["typed-age"].values() for way in ways.split("|")}
    return int(numbers[0]) if len(numbers) == 1 and said in ways else None


_FROM = (("18", 18), ("16-17", 16), ("13-15", 13), ("under-13", 0))


def _all(*keys: str) -> str:
    return "|".join(words for key in keys for words in PHRASES[key].values())


def _pick(words: str, values: Sequence[str], names: Sequence[str]) -> str | None:
    """The value whose place in the list, or one of whose names (apart by |), is what was typed."""
    said = fold(words)
    if said.isdecimal() and len(said) <= len(str(len(values))) and 1 <= int(said) <= len(values):
        return values[int(said) - 1]
    return next((v for v, name in zip(values, names, strict=True) if said in map(fold, name.split("|"))), None)
