"""An engagement played on a pretended phone by the real engine: what was done is kept as a list, and done again each time."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from itertools import pairwise

from bot import tongues
from bot.manuscript import changes
from bot.manuscript.manuscripts import NotChangedError, parse
from bot.talk.conversation import Button, Conversation, Heard
from bot.talk.paths import typed
from conversations import approval, checking, walks
from conversations import flow as flows
from conversations.effects import Person
from conversations.flow import Flow, offered, present
from conversations.inputs import Open, Skip, Words
from conversations.reception import admits
from conversations.screens import AGE_BANDS, LANGUAGE_NAMES
from conversations.text import shorten
from conversations.walks import Route

MOST_ACTS = 80
LONGEST_WORDS = 500  # letters of something typed
ROUNDS = 5  # of leaving out what has a fault
MOST_FAULTY = 60  # steps; where more are left out, what is left is not what was written
ON_A_LOCK = 60  # letters

TAP, SAY = "b", "w"
"""How an act begins: a button by its message and place, "b2.0", or words, "wHello"."""


@dataclass(frozen=True, slots=True)
class Wish:
    """What is to be seen: in which language, as how old, from which step on (its id), and what was done there."""

    language: str = "en"
    band: str = ""
    step: str = ""
    acts: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Bubble:
    """One thing on the phone: `side` is bot, you, picture or toast; `parts` are words, and whether they are bold."""

    side: str
    parts: tuple[tuple[str, bool], ...]
    keys: tuple[tuple[str, str], ...] = ()  # act, label


@dataclass(frozen=True, slots=True)
class Phone:
    """What the phone shows; `lock` is what shows of the newest message while it is locked."""

    bubbles: tuple[Bubble, ...]
    lock: str
    language: str
    right_to_left: bool
    takes_words: bool
    full: bool = False  # nothing more is taken
    missed: bool = False  # no way was found to the step that was wanted


@dataclass(frozen=True, slots=True)
class Reel:
    """What of a text can be played: the flow, which steps a fault keeps out, and whether words in it wait to be approved."""

    flow: Flow | None
    left_out: tuple[str, ...] = ()
    unapproved: bool = False
    too_faulty: bool = False


@lru_cache(maxsize=64)
def load(text: str, *, unapproved: bool = True) -> Reel:
    """The flow in a text without the steps that have faults; no flow where the fault is in what stands around them."""
    left_out: list[str] = []
    for _ in range(ROUNDS):
        found = checking.check(text, "draft") if parse(text) is not None else None
        if found is None:
            break
        if not found:
            return _built(text, tuple(left_out), unapproved=unapproved)
        places = sorted({int(one.path[1]) for one in found if one.path[:1] == ("steps",) and len(one.path) > 1})
        if len(left_out) + len(places) > MOST_FAULTY:
            return Reel(None, too_faulty=True)
        if not places:
            break
        try:
            steps = (parse(text) or {})["steps"]
            left_out += [str(steps[place].get("id", place + 1)) for place in places]
            text = changes.remove(text, ("steps",), *places)
        except (NotChangedError, LookupError, AttributeError):
            break
    return Reel(None, tuple(left_out))


def _built(text: str, left_out: tuple[str, ...], *, unapproved: bool) -> Reel:
    table = parse(text) or {}
    waiting = any(not approval.approved(table, words, tag) for words in approval.texts(table) for tag in words.text)
    if unapproved and waiting:
        table = {**table, "approved": _approvals(table)}
    return Reel(flows.build(table, flows.edition_of(text)), left_out, waiting)


def _approvals(table: approval.Table) -> dict[str, object]:
    """An approval of every word there is, for the eyes of its author."""
    source = approval.source_language(table)
    given: dict[str, dict[str, dict[str, str]]] = {}
    for words in approval.texts(table):
        for tag in words.text:
            held = given.setdefault(tag, {"texts": {}})["texts"]
            held[words.name] = approval.fingerprint(words.text.get(source, ""), words.text[tag])
    return dict(given)


def bands(flow: Flow) -> list[str]:
    """The age groups an engagement admits, oldest first."""
    return [band for band in reversed(AGE_BANDS[:-1]) if admits(flow.audience, band)]


def languages(flow: Flow) -> list[tuple[str, str]]:
    """The languages it can be played in, each by its own name."""
    return [(tag, LANGUAGE_NAMES.get(tag, tag)) for tag in dict.fromkeys(("en", *flow.languages))]


def play(flow: Flow, wish: Wish, now: dt.datetime, minimum_age: int) -> Phone:
    """What the phone shows after all that was done. What cannot be done is passed over."""
    band = wish.band if wish.band in bands(flow) else next(iter(bands(flow)), "18")
    language = wish.language if wish.language in dict(languages(flow)) else flow.languages[0]
    route = _route(flow, wish.step, now) if wish.step else None
    if route:
        band, language = route.person.get("age_band") or band, route.person.get("language") or language
    talk = Conversation(flow, now, minimum_age, Person(age_band=band, language=language))
    bubbles = list(_seen(talk, talk.do(Open(flow.id))))
    if route:
        bubbles += _go(talk, route, wish.step)
    missed = bool(wish.step) and wish.step not in {step.id for step in talk.path}
    for act in wish.acts[:MOST_ACTS]:
        bubbles += _act(talk, act)
    said = [bubble for bubble in bubbles if bubble.side == "bot"]
    lock = shorten("".join(words for words, _ in said[-1].parts).replace("\n", " ").strip(), ON_A_LOCK) if said else ""
    spoken = talk.person.language
    full = len(wish.acts) >= MOST_ACTS
    return Phone(_live(talk, bubbles), lock, spoken, tongues.of(spoken).right_to_left, not full, full, missed)


def _route(flow: Flow, step: str, now: dt.datetime) -> Route | None:
    return next((route for route in walks.routes(flow, today=now.date()) if step in route.steps), None)


def _go(talk: Conversation, route: Route, step_id: str) -> Iterator[Bubble]:
    """Answer along a route until a step is met; nothing of it is shown but the end."""
    last: list[Bubble] = []
    for answered, answer in route.answers.items():
        step = talk.flow.find(answered)
        if step_id in {each.id for each in talk.path} or step is None:
            break
        if present(talk.flow, talk.answers(), talk.person.facts()) != step:
            break
        options = offered(step, talk.answers(), talk.person.facts())
        given = Skip() if answer.skipped else Words(typed(step, answer, options))
        last = list(_seen(talk, talk.do(given)))
    yield from last


def _act(talk: Conversation, act: str) -> Iterator[Bubble]:
    """Something done: what the person is seen to say, and what is seen next."""
    sort, what = act[:1], act[1:]
    if sort == SAY and what.strip():
        words = what.strip()[:LONGEST_WORDS]
        yield Bubble("you", ((words, False),))
        yield from _seen(talk, talk.do(Words(words)))
    elif sort == TAP and (found := _find(talk, what)):
        message, button = found
        heard = talk.do(button.brings, tapped=message)
        if any(one.kind == "says" for one in heard):
            yield Bubble("you", ((button.label, False),))
        yield from _seen(talk, heard)


def _find(talk: Conversation, named: str) -> tuple[Heard, Button] | None:
    message, _, place = named.partition(".")
    if not (message.isdecimal() and place.isdecimal()) or len(named) > len("999.999"):
        return None
    if int(message) >= len(talk.seen) or int(place) >= len(talk.seen[int(message)].buttons):
        return None
    return talk.seen[int(message)], talk.seen[int(message)].buttons[int(place)]


def _seen(talk: Conversation, heard: Sequence[Heard]) -> Iterator[Bubble]:
    for one in heard:
        if one.kind == "says":
            at = next((place for place, each in enumerate(talk.seen) if each is one), None)
            yield Bubble("bot", tuple(_parts(one)), () if at is None else (("", str(at)),))
        elif one.kind != "mark":
            yield Bubble(one.kind, ((one.text, False),))


def _live(talk: Conversation, bubbles: Sequence[Bubble]) -> tuple[Bubble, ...]:
    """The bubbles with the buttons they have by now: a tap changes those of its own message."""

    def shown(bubble: Bubble) -> Bubble:
        if bubble.side != "bot" or not bubble.keys:
            return bubble
        at = int(bubble.keys[0][1])
        keys = tuple((f"{TAP}{at}.{place}", button.label) for place, button in enumerate(talk.seen[at].buttons))
        return replace(bubble, keys=keys)

    return tuple(map(shown, bubbles))


def _parts(heard: Heard) -> Iterator[tuple[str, bool]]:
    """The words in pieces, bold and not; where bold begins and how long it is, is told in UTF-16 units."""
    units = heard.text.encode("utf-16-le", "surrogatepass")
    edges = [0, *(edge for start, length in heard.bold for edge in (start, start + length)), len(units) // 2]
    for place, (start, end) in enumerate(pairwise(edges)):
        if end > start:
            yield units[2 * start : 2 * end].decode("utf-16-le", "replace"), place % 2 == 1
