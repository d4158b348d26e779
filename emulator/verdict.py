"""What the history says about a bot's conduct: sent nothing twice, answered every tap, kept to the pace."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import orjson

Entry = dict[str, Any]


@dataclass(frozen=True)
class Verdict:
    """Numbers of people and of what was done; then what was done wrong, as `seq` numbers in the history.

    `twice`: the same message to the same chat with nothing done there in between. `unanswered`: taps without an answer.
    `busiest_second`: most messages sent within one second of the emulator's clock.
    """

    people: int
    acts: int
    sent: int
    refused: int
    busiest_second: int
    twice: tuple[int, ...]
    unanswered: tuple[int, ...]

    @property
    def good(self) -> bool:
        return not self.twice and not self.unanswered


def judge(entries: Iterable[Entry]) -> Verdict:
    """Judge a stretch of the history, in order."""
    entries = list(entries)
    calls = [entry for entry in entries if entry["what"] == "call"]
    sent = [call for call in calls if call["applied"] and call["method"] in SENDING]
    seconds = Counter(int(call["at"]) for call in sent)
    return Verdict(
        people=sum(entry["what"] == "person" for entry in entries),
        acts=sum(entry["what"] in ACTS for entry in entries),
        sent=len(sent),
        refused=sum(not call["applied"] for call in calls),
        busiest_second=max(seconds.values(), default=0),
        twice=tuple(_find_repeated(entries)),
        unanswered=tuple(_find_unanswered(entries, calls)),
    )


def _find_repeated(entries: list[Entry]) -> Iterable[int]:
    said: dict[int, set[bytes]] = {}
    for entry in entries:
        if entry["what"] in ACTS:
            said.pop(entry["chat"], None)
        elif entry["what"] == "call" and entry["applied"] and entry["method"] in SENDING:
            words = orjson.dumps(entry["parameters"], option=orjson.OPT_SORT_KEYS, default=str)
            before = said.setdefault(entry["chat"], set())
            if words in before:
                yield entry["seq"]
            before.add(words)


def _find_unanswered(entries: list[Entry], calls: list[Entry]) -> Iterable[int]:
    answered = {
        str(call["parameters"].get("callback_query_id"))
        for call in calls
        if call["method"] == "answerCallbackQuery" and call["applied"]
    }
    return (entry["seq"] for entry in entries if entry["what"] == "tap" and entry["query_id"] not in answered)


ACTS = frozenset({"send", "tap", "edit"})
SENDING = frozenset({"sendMessage", "sendPhoto", "sendDocument"})
