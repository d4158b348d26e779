"""What the history says about a bot's conduct: lost nothing, sent nothing twice, answered every tap, kept to the pace."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from typing import Any

import orjson

Entry = dict[str, Any]


@dataclass(frozen=True)
class Verdict:
    """Numbers of people and of what was done; then what was done wrong, as `seq` numbers in the history.

    `twice`: the same message to the same chat with nothing done there in between. `invited_twice`: the same message that
    nobody had asked for, to the same chat, ever again. `unanswered`: taps without an answer, though they reached the bot
    or still wait. `lost`: what people did that the bot threw away unread. `expired` and `dropped`: updates that Telegram
    forgot because they waited too long or were too many; `pending`: updates that wait. `busiest_second`: most messages
    sent within one second of the emulator's clock; `violations`: flood rules broken, by rule.
    """

    people: int
    acts: int
    sent: int
    refused: int
    busiest_second: int
    twice: tuple[int, ...]
    unanswered: tuple[int, ...]
    invited_twice: tuple[int, ...] = ()
    lost: tuple[int, ...] = ()
    pending: int = 0
    expired: int = 0
    dropped: int = 0
    violations: tuple[tuple[str, int], ...] = ()

    @property
    def good(self) -> bool:
        return not (self.twice or self.unanswered or self.invited_twice or self.lost)

    def describe(self) -> dict[str, Any]:
        return {**asdict(self), "violations": dict(self.violations), "good": self.good}


def judge(entries: Iterable[Entry]) -> Verdict:
    """Judge a stretch of the history, in order."""
    entries = list(entries)
    calls = [entry for entry in entries if entry["what"] == "call"]
    sent = [call for call in calls if call["applied"] and call["method"] in SENDING]
    seconds = Counter(int(call["at"]) for call in sent)
    fates = _follow(entries)
    return Verdict(
        people=sum(entry["what"] == "person" for entry in entries),
        acts=sum(entry["what"] in ACTS for entry in entries),
        sent=len(sent),
        refused=sum(not call["applied"] for call in calls),
        busiest_second=max(seconds.values(), default=0),
        twice=tuple(_find_repeated(entries)),
        unanswered=tuple(_find_unanswered(entries, calls)),
        invited_twice=tuple(_find_invited_twice(sent)),
        lost=tuple(fates.lost),
        pending=len(fates.waiting),
        expired=sum(entry["what"] == "expired" for entry in entries),
        dropped=sum(entry["what"] == "dropped" for entry in entries),
        violations=tuple(sorted(Counter(entry["rule"] for entry in entries if entry["what"] == "flood").items())),
    )


@dataclass
class _Fates:
    """What became of the updates: those that wait, by id, and the acts whose update was thrown away, by `seq`."""

    waiting: dict[int, int]
    lost: list[int]


def _follow(entries: list[Entry]) -> _Fates:
    """Follow each update from the act that made it until the bot confirms it, in whatever way."""
    fates, newest = _Fates({}, []), 0
    for entry in entries:
        what, update = entry["what"], int(entry.get("update_id") or 0)
        if what in MAKING and update:
            fates.waiting[update] = entry["seq"]
            newest = max(newest, update)
        elif what == "expired" or (what == "delivery" and entry["accepted"]):
            fates.waiting.pop(update, None)
        elif what == "thrown away":
            fates.lost += [fates.waiting.pop(one) for one in entry["updates"] if one in fates.waiting]
        elif what == "call" and entry["method"] == "getUpdates" and entry["applied"]:
            _confirm(fates.waiting, entry["parameters"].get("offset"), newest)
    return fates


def _confirm(waiting: dict[int, int], offset: Any, newest: int) -> None:
    """Take out those below an offset, unless it lies so far ahead that Telegram takes it for a mistake."""
    below = int(offset or 0)
    if below <= newest + FUTURE:
        while waiting and (first := next(iter(waiting))) < below:
            del waiting[first]


def _find_repeated(entries: list[Entry]) -> Iterable[int]:
    said: dict[int, set[bytes]] = {}
    for entry in entries:
        if entry["what"] in ACTS:
            said.pop(entry["chat"], None)
        elif entry["what"] == "call" and entry["applied"] and entry["method"] in SENDING:
            words, before = _words(entry), said.setdefault(entry["chat"], set())
            if words in before:
                yield entry["seq"]
            before.add(words)


def _find_invited_twice(sent: list[Entry]) -> Iterable[int]:
    invited: set[bytes] = set()
    for call in sent:
        if call.get("asked", True):
            continue
        words = _words(call)
        if words in invited:
            yield call["seq"]
        invited.add(words)


def _find_unanswered(entries: list[Entry], calls: list[Entry]) -> Iterable[int]:
    answered = {
        str(call["parameters"].get("callback_query_id"))
        for call in calls
        if call["method"] == "answerCallbackQuery" and call["applied"]
    }
    expired = {entry["update_id"] for entry in entries if entry["what"] == "expired"}
    return (
        entry["seq"]
        for entry in entries
        if entry["what"] == "tap" and entry["query_id"] not in answered and entry.get("update_id") not in expired
    )


def _words(call: Entry) -> bytes:
    return orjson.dumps([call["method"], call["parameters"]], option=orjson.OPT_SORT_KEYS, default=str)


FUTURE = 10
ACTS = frozenset({"send", "tap", "edit", "vote"})
MAKING = frozenset({*ACTS, "status", "released"})
SENDING = frozenset(
    {"sendMessage", "sendPhoto", "sendDocument", "sendVideo", "sendAnimation", "sendAudio", "sendVoice", "sendVideoNote",
     "sendSticker", "sendMediaGroup", "sendLocation", "sendVenue", "sendContact", "sendDice", "sendPoll", "copyMessage",
     "copyMessages", "forwardMessage", "forwardMessages"}
)  # fmt: skip
