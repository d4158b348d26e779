"""What comes before any engagement: help, age, language, the menu, stopping, deleting. The rest goes to `engine`.

Help answers before everything else, even the age question.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from conversations import choices, engine, screens
from conversations.effects import Effect, Erase, Facts, Person, Remember, Say, Toast, Turn
from conversations.events import answers
from conversations.faces import line
from conversations.flow import Flow
from conversations.inputs import (
    Age,
    Ask,
    Delete,
    Input,
    Language,
    Leave,
    Link,
    Open,
    Outcome,
    Refused,
    Silence,
    Words,
)
from conversations.session import Session
from conversations.understanding import understand

ADULT = "18"
ALWAYS = ("help", "privacy", "stop", "delete")
"""What can be asked before the age question is answered, and after the chat was ended for someone too young."""


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
    settled = choices.receive(session, given, facts) or answers.receive(session, given, facts)
    if settled:
        return settled
    match given:
        case Ask():
            return _reply(session, given, facts)
        case Age(band, link):
            return _know_age(flows, session, replace(facts, person=replace(person, opening=link)), band)
        case Language(tag):
            return _set_language(flows, session, tag, facts)
        case Link():
            return _menu(session, facts, "unknown-link")
    if session is None:
        return _without_session(given, facts)
    turn = engine.respond(flows, session, given, facts)
    if isinstance(given, Outcome):
        hears = person.stopped and any(isinstance(effect, Remember) and any(effect.switches.values()) for effect in turn.effects)
        return replace(turn, person=replace(person, stopped=False)) if hears else turn
    if isinstance(given, Leave):  # what they type next is no answer
        return replace(turn, session=None, person=replace(person, asking="menu"))
    return replace(turn, person=replace(person, asking="")) if person.asking else turn


def _know_age(flows: Mapping[str, Flow], session: Session | None, facts: Facts, band: str) -> Turn:
    """The age question answered once more, as after a lost reply: on to the link behind it, or to where they stand."""
    told = line("age-kept")
    said = () if band == facts.person.age_band else (Say((told,)),)
    if facts.person.opening:
        return Turn(None, (Toast(told), *said), facts.person)  # the caller looks the link up and comes again with Open
    if session is None:
        return Turn(None, (Toast(told), *said, screens.menu(facts.offers)), _asked(facts.person, "menu"))
    return Turn(session, (Toast(told), *said, *engine.respond(flows, session, Refused("nothing"), facts).effects))


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
            return choices.stop(session, facts)
        case "delete" if person.turned_away:
            return Turn(None, (Say((line("nothing-held"),)),))
        case "delete":
            return Turn(session, (screens.deletion(),), replace(person, asking="delete"))
        case "language" if len(facts.languages) > 1:
            return Turn(session, (screens.languages(facts.languages),), replace(person, asking="language"))
        case "language":
            return Turn(session, (Say((line("language-only"),)),))
        case "menu":
            return _menu(None, facts)
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
    "members": "meeting-members-only",
    "calendar": "calendar-reply-unread",
    "calendar-old": "calendar-replied-old",
    "door-old": "door-old",
}
"""Why something could not be opened or taken -> the phrase that says so, above the menu."""
