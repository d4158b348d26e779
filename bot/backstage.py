"""What a colleague may do in their own chat: look, and hold a send. To anybody else none of it is known.

A chat is tied to a colleague by a one-time code from the console, and may do no more than their role. They are an ordinary
person besides: nothing here touches what they say as one.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from sqlalchemy import Connection

from bot import access, rounds, tongues
from bot.access import Permission
from bot.house import House
from conversations.effects import Button, Effect, Say
from conversations.inputs import Input, Staff, Words
from conversations.text import FALLBACK, NEXT_LINE, Field, Line, fold
from storage import audit, engagements
from storage.broadcasting import broadcasts
from storage.broadcasting.broadcast_rows import FREEZING, RUNNING, Broadcast, all_of
from storage.broadcasting.broadcasts import Refusal
from storage.engagements import DRAFT
from storage.figures import results
from storage.staffing import digests, staff_chats, today
from storage.staffing.staff import Staff as Colleague

TRIES = 5
TRIED_WITHIN = dt.timedelta(hours=1)
_CHATS = 1000  # whose tries are remembered at once
_LINES = 40  # of figures in one message
_TIME = re.compile(r"(?:at )?(\d{1,2})(?:[:. ]?(\d{2}))? ?(am|pm)?")


@dataclass(frozen=True, slots=True)
class Call:
    """A colleague in their chat, and what they ask about."""

    db: Connection
    house: House
    who: Colleague
    lookup: bytes
    now: dt.datetime
    about: str = ""

    def may(self, need: Permission) -> bool:
        """Whether their role holds it."""
        return access.allows(self.who.role, need)


def read(given: Input | None) -> Staff | None:
    """What a colleague would ask by this; None for what is no business of theirs."""
    if isinstance(given, Words) and given.text.startswith("/"):
        head, *rest = given.text.split(maxsplit=1)
        name = re.sub(r"[-_]", "", fold(head[1:].partition("@")[0]))
        return Staff(name, rest[0].strip() if rest else "") if name in {LINK, *COMMANDS} else None
    return given if isinstance(given, Staff) else None


def answer(db: Connection, house: House, chat: tuple[bytes, int], given: Input | None, now: dt.datetime) -> list[Effect] | None:
    """What a colleague hears; None for everybody else, who is answered as if there were no such thing.

    `chat` is its lookup and id.
    """
    asked = read(given)
    if asked is None:
        return None
    if asked.asks == LINK:
        return _link(db, house, chat, asked.about, now)
    who = staff_chats.find(db, chat[0])
    if who is None or who.is_locked(now) or asked.asks not in COMMANDS:
        return None
    need, do = COMMANDS[asked.asks]
    call = Call(db, house, who, chat[0], now, asked.about)
    return [do(call) if need is None or call.may(need) else _say("not-your-role")]


def _link(db: Connection, house: House, chat: tuple[bytes, int], code: str, now: dt.datetime) -> list[Effect] | None:
    lookup, chat_id = chat
    tried = [at for at in house.guesses.get(lookup, ()) if now - at < TRIED_WITHIN]
    if not code or len(tried) >= TRIES:
        return None
    if len(house.guesses) > _CHATS:
        house.guesses.clear()
    house.guesses[lookup] = [*tried, now]
    who = staff_chats.take_code(db, house.keys, code, house.bot_id, chat_id, now)
    if who is None:
        return [_say("no-such-code")]
    return [Say((_line("linked", name=who.name), _line("what-you-can-do")))]


# --- What can be asked


def tell_today(call: Call) -> Say:
    """What waits, and a button for each send that could be held."""
    day = call.now.astimezone(call.house.zone).date()
    found = today.find(call.db, call.house.organisation_id, call.house.bot_id, call.now, day)
    counts = {
        "unread": found.unread, "late": found.late, "quotes": found.quotes, "unknown": found.unknown,
    }  # fmt: skip
    lines = [
        *(_line("waiting", title=one.title) for one in found.waiting),
        *(_line("stuck", title=one.title) for one in found.stuck),
        *(_line("going-out", title=one.title) for one in found.moving if one.state in _GOING),
        *(_line("soon", title=one.title) for one in found.moving if one.state not in _GOING),
        *(_line("feedback", title=one.title, day=one.by) for one in found.feedback),
        *(_line(name, count=count) for name, count in counts.items() if count),
    ]
    head = _line("today", organisation=call.house.organisation, day=tongues.day(day, FALLBACK))
    return Say((head, *_listed(lines or [_line("nothing")])), _holding(call, found.moving))


def _counts(call: Call) -> Say:
    """Figures as they may leave the team; a partner's are narrower, and in the console."""
    if call.who.partner_id is not None:
        return _say("partners-figures")
    if not call.about:
        return _engagements(call)
    found = engagements.find(call.db, call.house.organisation_id, call.about.strip().lower())
    if found is None or found.state == DRAFT:
        return _say("no-such-engagement")
    flow = call.house.know(call.db, {found.edition_id})[found.edition_id]
    told = results.released(call.db, found, flow)
    if told["release"] is None:
        return Say((_line("of", title=flow.title), _line("no-release")))
    day = dt.date.fromisoformat(told["day"])
    lines = [_line("of", title=flow.title), _line("finished", people=told["people"]["finished"], day=day)]
    for step in told["steps"]:
        if step["options"] and len(lines) < _LINES:
            lines.append(_line("step", ask=step["ask"]))
            options = step["options"][: _LINES - len(lines)]
            lines += [_line("option", NEXT_LINE, label=one["label"], count=str(one["count"])) for one in options]
    return Say((*lines, _line("rounded")))


def _engagements(call: Call) -> Say:
    shelf = [one for one in engagements.load(call.db, call.house.organisation_id).values() if one.state != DRAFT]
    flows = call.house.know(call.db, {one.edition_id for one in shelf})
    rows = tuple((Button(_line("of", title=flows[one.edition_id].title), Staff("see", one.slug)),) for one in shelf[-_LINES:])
    return Say((_line("which-counts" if rows else "nothing-open"),), rows)


def _hold(call: Call) -> Say:
    """Hold a send, noted as theirs; without one named, those that could be held."""
    if not call.about:
        rows = _holding(call, all_of(call.db, call.house.organisation_id, _GOING))
        return Say((_line("which-send" if rows else "no-send"),), rows)
    one = broadcasts.find(call.db, call.house.organisation_id, call.about)
    if one is None:
        return _say("no-send")
    try:
        broadcasts.pause(call.db, one, "in a colleague's chat", call.who.code, call.now)
    except Refusal as why:
        return Say((_line("refused", why=str(why)),))
    return Say((_line("held", title=one.title),))


def _digest(call: Call) -> Say:
    if fold(call.about) in {"off", "stop", "never"}:
        staff_chats.set_digest(call.db, call.lookup, "")
        return _say("digest-off")
    at = read_time(call.about)
    if at is None:
        return _say("digest-how")
    staff_chats.set_digest(call.db, call.lookup, at)
    local = call.now.astimezone(call.house.zone)
    if f"{local:%H:%M}" >= at:  # the first is tomorrow's
        digests.take(call.db, call.house.bot_id, call.lookup, local.date())
    return Say((_line("digest-at", at=at),))


def read_time(typed: str) -> str | None:
    """A time of day as people type it, as 08:30; None for what is none."""
    found = _TIME.fullmatch(fold(typed)) if typed.isascii() else None
    if found is None:
        return None
    hour, minute, half = int(found[1]), int(found[2] or 0), found[3]
    if half and not 1 <= hour <= _NOON:
        return None
    hour = hour % _NOON + (_NOON if half == "pm" else 0) if half else hour
    return f"{hour:02}:{minute:02}" if hour <= 23 and minute <= 59 else None  # noqa: PLR2004


_NOON = 12


def _unlink(call: Call) -> Say:
    staff_chats.unlink(call.db, call.who.id, call.lookup)
    audit.note(call.db, call.house.organisation_id, call.who.code, "unlink-chat", call.who.code, call.now)
    return _say("unlinked")


# --- Words


def _holding(call: Call, some: Sequence[Broadcast]) -> tuple[tuple[Button, ...], ...]:
    """A button for each that goes out, for those who may press it."""
    going = [one for one in some if one.state in _GOING] if call.may("control-broadcasts") else []
    return tuple((Button(_line("hold", title=one.title), Staff("pausesend", one.code)),) for one in going)


_GOING = (FREEZING, RUNNING)


def _say(key: str) -> Say:
    return Say((_line(key),))


def _line(key: str, parting: str = "\n\n", **fields: Field) -> Line:
    return Line({FALLBACK: WORDS[key]}, fields, parting=parting)


def _listed(lines: Sequence[Line]) -> list[Line]:
    return [*lines[:1], *(replace(line, parting=NEXT_LINE) for line in lines[1:])]


LINK = "link"

COMMANDS: dict[str, tuple[Permission | None, Callable[[Call], Effect]]] = {
    "today": ("see-today", tell_today),
    "counts": ("see-results", _counts),
    "see": ("see-results", _counts),  # the same in a button, which has room for three letters beside the longest name
    "pausesend": ("control-broadcasts", _hold),
    "attendance": ("check-in", rounds.tell_attendance),
    "came": ("check-in", rounds.tick),  # in a button
    "quorum": ("see-groups", rounds.tell_quorum),
    "digest": ("see-today", _digest),
    "unlink": (None, _unlink),
    "staff": (None, lambda _call: _say("what-you-can-do")),
}
"""A command, hyphens left out -> what it needs, and what it does."""

WORDS = {
    "linked": "This chat is linked to {name}.",
    "what-you-can-do": (
        "/today shows what needs you. /counts shows figures that are released. /pause-send holds a message that is going out. "
        "/attendance shows who has a place today, to tick who came. /quorum shows how the next meetings stand. "
        "/digest 08:30 sends you /today every day at that time, and /digest off ends it. /unlink ends all this. "
        "For everything else, open the console."
    ),
    "no-such-code": (
        "That code does not work. It can be used once, within 15 minutes. Make a new one in the console, under your own name."
    ),
    "not-your-role": "Your role does not include this. Ask an administrator, if it should.",
    "today": "{organisation}, {day}",
    "nothing": "Nothing needs you today.",
    "waiting": "Waits for approval: {title}",
    "stuck": "On hold: {title}",
    "going-out": "Going out now: {title}",
    "soon": "Goes out soon: {title}",
    "feedback": "Feedback was due on {day}: {title}",
    "unread": "Answers in people’s own words that nobody has read: {count}",
    "late": "Of them, past their day to be read: {count}",
    "quotes": "Quotes that wait for a second reader: {count}",
    "unknown": "Messages nobody knows the end of: {count}",
    "hold": "Pause: {title}",
    "which-send": "Which one shall be paused?",
    "no-send": "Nothing is going out just now.",
    "held": "“{title}” is paused. A few messages that were on their way still arrive. To go on, open the console.",
    "refused": "{why}",
    "of": "{title}",
    "which-counts": "Which figures?",
    "nothing-open": "Nothing has been opened yet.",
    "no-such-engagement": "Nothing here has that name. Send /counts for a list.",
    "no-release": "No figures are released yet. That takes at least 10 people who have finished.",
    "finished": "Finished: {people}, as released on {day}.",
    "step": "{ask}",
    "option": "{label}: {count}",
    "rounded": "Figures are rounded to the nearest 5, and a star (*) hides a small one. More is in the console.",
    "partners-figures": "The figures of your own people are in the console.",
    "digest-at": "Done. You get /today every day at {at}, by the organisation’s clock. To end it, send /digest off.",
    "digest-off": "Done. There is no daily digest now.",
    "digest-how": "Say when, like /digest 08:30. To end it, send /digest off.",
    "unlinked": "Done. This chat is not linked any more.",
}
"""What colleagues are told. They read English: so does the console."""
