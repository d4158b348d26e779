"""What comes before any engagement: help, age, language, the menu, stopping, deleting. The rest goes to `engine`.

Help answers before everything else, even the age question.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace

from conversations import engine, reading, screens
from conversations.asking import has_more
from conversations.effects import Effect, Erase, Facts, Person, Say, Toast, Turn
from conversations.faces import line
from conversations.flow import Flow, offered, present
from conversations.inputs import (
    Age,
    Ask,
    Delete,
    Done,
    Input,
    Language,
    Leave,
    Link,
    Look,
    Open,
    Outcome,
    Refused,
    Silence,
    Words,
)
from conversations.phrases import PHRASES
from conversations.questions import KINDS
from conversations.session import Session
from conversations.text import clean, fold

ADULT = "18"
ALWAYS = ("help", "privacy", "stop", "delete")
"""What can be asked before the age question is answered, and after the chat was ended for someone too young."""

_DIGITS = re.compile(r"\d{1,3}")


def receive(flows: Mapping[str, Flow], session: Session | None, given: Input, facts: Facts) -> Turn:
    """What follows from `given`, whoever it comes from. `session` is the one it is about, or the one under way."""
    person = facts.person
    if isinstance(given, Silence) and (session is None or person.stopped or person.turned_away or not person.age_band):
        return Turn(session)  # nothing is sent to someone who left, and nobody is asked their age out of the blue
    given = understand(flows, session, given, facts)
    if isinstance(given, Ask) and given.topic in ALWAYS:
        return _reply(session, given, facts)
    if isinstance(given, Delete):
        return _delete(session, facts, sure=given.sure)
    if person.turned_away:
        return Turn(None, (screens.too_young(facts.minimum_age),))
    if not person.age_band:
        return _choose_first(session, given, facts) or _ask_age(given, facts)
    return _admitted(flows, session, given, facts)


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


def _choose_first(session: Session | None, given: Input, facts: Facts) -> Turn | None:
    """The one thing that comes before the age question, where there is a choice: the language it is asked in."""
    if isinstance(given, Language) and given.tag in facts.languages:
        chosen = replace(facts, person=replace(facts.person, language=given.tag, asking=""))
        return _ask_age(Ask("menu"), chosen)
    if given == Ask("language") and len(facts.languages) > 1:
        return _reply(session, Ask("language"), facts)
    return None


def _ask_age(given: Input, facts: Facts) -> Turn:
    """Nothing is kept before the age is known but the link that led here, and the language, if they chose one."""
    person = facts.person
    if isinstance(given, Age):
        return _take_age(given, facts)
    link = given.code if isinstance(given, Link) else person.opening
    heard_before = isinstance(given, Words | Refused)
    others = [tag for tag in facts.languages if tag != person.language]
    asked = screens.age(link, "age-again" if heard_before and person.asking == "age" else "age", others)
    return Turn(None, (asked,), replace(person, opening=link, asking="age"))


def _take_age(given: Age, facts: Facts) -> Turn:
    if given.band not in screens.AGE_BANDS:
        return _ask_age(Words(""), facts)
    link = given.link or facts.person.opening
    least = {"under-13": 0, "13-15": 13, "16-17": 16}.get(given.band)
    if least is not None and least < facts.minimum_age:
        return Turn(None, (screens.too_young(facts.minimum_age),), replace(facts.person, turned_away=True, opening=""))
    person = replace(facts.person, age_band=given.band, opening="", asking="menu")
    if link:
        return Turn(None, (), replace(person, opening=link))  # the caller looks the link up and comes again with Open
    return Turn(None, (screens.menu(facts.offers),), person)


def _admitted(flows: Mapping[str, Flow], session: Session | None, given: Input, facts: Facts) -> Turn:
    person = facts.person
    match given:
        case Ask():
            return _reply(session, given, facts)
        case Age():
            return Turn(session, (Toast(line("age-kept")), Say((line("age-kept"),))))
        case Language(tag):
            return _set_language(flows, session, tag, facts)
        case Link():
            return _menu(session, facts, "unknown-link")
    if session is None:
        return _without_session(given, facts)
    turn = engine.respond(flows, session, given, facts)
    if isinstance(given, Outcome):
        return turn
    if isinstance(given, Leave):  # what they type next is no answer
        return replace(turn, session=None, person=replace(person, asking="menu"))
    stopped = person.stopped and not isinstance(given, Open)  # who opens something again wants to hear from us again
    if (person.asking, person.stopped) == ("", stopped):
        return turn
    return replace(turn, person=replace(person, asking="", stopped=stopped))


def _without_session(given: Input, facts: Facts) -> Turn:
    match given:
        case Open():
            return _menu(None, facts, "not-for-you")
        case Words():
            return _menu(None, facts, "not-understood")
        case Refused(kind):
            return _menu(None, facts, REFUSALS.get(kind, "no-media"))
        case _:
            return _menu(None, facts)


def _reply(session: Session | None, given: Ask, facts: Facts) -> Turn:
    person = facts.person
    match given.topic:
        case "help":
            return Turn(session, (screens.helping(person.language),))
        case "privacy":
            return Turn(session, (screens.privacy(facts),))
        case "stop":
            return Turn(session, (Say((line("stop"),)),), replace(person, stopped=True))
        case "delete" if person.turned_away:
            return Turn(None, (Say((line("nothing-held"),)),))
        case "delete":
            return Turn(session, (screens.deletion(),), replace(person, asking="delete"))
        case "language" if len(facts.languages) > 1:
            return Turn(session, (screens.languages(facts.languages),), replace(person, asking="language"))
        case "language":
            return Turn(session, (Say((line("language-only"),)),))
        case "menu":
            return _menu(None, replace(facts, person=replace(person, stopped=False)))
        case _:
            return Turn(session, (Say((line("unknown-command"),)),))


def _menu(session: Session | None, facts: Facts, *before: str) -> Turn:
    opened = screens.menu(facts.offers, *(line(key) for key in before))
    return Turn(session, (opened,), _asked(facts.person, "menu"))


def _set_language(flows: Mapping[str, Flow], session: Session | None, tag: str, facts: Facts) -> Turn:
    if tag not in facts.languages:
        return _reply(session, Ask("language"), facts)
    person = replace(facts.person, language=tag, asking="" if session else "menu")
    done: tuple[Effect, ...] = (Say((line("language-set"),)),)
    changed = replace(facts, person=person)
    if session is None:
        return Turn(None, (*done, screens.menu(facts.offers)), person)
    again = engine.respond(flows, session, Language(tag), changed)  # asks the present question once more
    return Turn(session, (*done, *again.effects[-1:]), person)


def _delete(session: Session | None, facts: Facts, *, sure: bool) -> Turn:
    if facts.person.turned_away:
        return _reply(None, Ask("delete"), facts)
    if not sure:
        return Turn(session, (Say((line("not-deleted"),)),), _asked(facts.person, "" if session else "menu"))
    gone = Say((line("deleted", receipt=facts.receipt), line("deleted-stays")))
    return Turn(None, (Erase(), gone))


def _asked(person: Person, asking: str) -> Person:
    """The person now asked `asking`."""
    return replace(person, asking=asking)


def admits(audience: str, age_band: str) -> bool:
    """Whether an audience takes in an age band; someone who would rather not say counts as under 18."""
    return audience == "everyone" or (audience == "adults") == (age_band == ADULT)


REFUSALS = {
    "forged": "forged",
    "closed": "closed",
    "finished": "already-finished",
    "gone": "gone",
    "expired": "expired",
}
"""Why something could not be opened or taken -> the phrase that says so, above the menu."""
