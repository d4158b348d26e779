"""What goes wrong on purpose: rules that a call, a delivery or an update meets, counted, timed, by chance, in a plan."""

import random
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from typing import Any

from emulator.clock import Clock
from emulator.refusals import ActRefusedError


@dataclass
class Rule:
    """One fault. `seconds`: how long a delay or hang lasts; for every other kind, how long the rule stands.

    `method` may be "*" (every call) or "webhook" (deliveries); `chat` None means any; `count` how often it strikes yet.
    It stands from `since` to `until` of the emulator's clock; `struck`: how often it has struck; `plan`: what it is part of.
    """

    kind: str
    method: str = "*"
    chat: int | None = None
    seconds: float | None = None
    retry_after: int = 1
    count: int | None = None
    probability: float = 1.0
    since: float = 0.0
    until: float | None = None
    struck: int = 0
    plan: str = ""

    def meets(self, method: str, chat: int | None) -> bool:
        """Say whether the call is one the rule is about."""
        if self.kind in ELSEWHERE:
            return method == ELSEWHERE[self.kind] and self.chat in {None, chat}
        wanted = self.method.lower()
        return ((wanted == "*" and method not in NO_CALLS) or wanted == method) and self.chat in {None, chat}

    def is_over(self, now: float) -> bool:
        return self.count == 0 or (self.until is not None and self.until <= now)


class Faults:
    """The rules in force or yet to come; the first that strikes wins. Those that are over are kept to be looked at."""

    def __init__(self, clock: Clock, chance: random.Random) -> None:
        self.rules: list[Rule] = []
        self.past: list[Rule] = []
        self._clock = clock
        self._chance = chance

    def add(self, rules: Iterable[dict[str, Any]], plan: str = "") -> None:
        """Add rules given as JSON. Raises ActRefusedError on a kind or key nobody knows."""
        self.rules.extend([self._read(rule, plan) for rule in rules])

    def clear(self) -> None:
        self.rules.clear()
        self.past.clear()

    def listed(self, *, past: bool = False) -> list[dict[str, Any]]:
        """The rules as JSON, with what they did; those that are over come first, if they are asked for."""
        self._retire()
        return [asdict(rule) for rule in ([*self.past, *self.rules] if past else self.rules)]

    def strike(self, method: str, chat: int | None) -> Rule | None:
        """Return the rule that strikes this call, counting it, or None."""
        if not self.rules:
            return None
        now = self._retire()
        for rule in self.rules:
            if rule.since > now or not rule.meets(method, chat):
                continue
            if rule.probability >= 1 or self._chance.random() < rule.probability:
                rule.struck += 1
                rule.count = None if rule.count is None else rule.count - 1
                return rule
        return None

    def strike_seconds(self, method: str, chat: int | None, otherwise: float) -> float:
        """Return how long the rule that strikes lasts, 0 when none does."""
        rule = self.strike(method, chat)
        return 0.0 if rule is None else rule.seconds or otherwise

    def _retire(self) -> float:
        """Put away the rules that are over; return the time."""
        now = self._clock.now()
        if any(rule.is_over(now) for rule in self.rules):
            self.past += [rule for rule in self.rules if rule.is_over(now)]
            self.rules = [rule for rule in self.rules if not rule.is_over(now)]
        return now

    def _read(self, given: dict[str, Any], plan: str) -> Rule:
        if unknown := set(given) - FIELDS:
            raise ActRefusedError(f"unknown in a fault rule: {', '.join(sorted(unknown))}")
        now = self._clock.now()
        begin, stands = now + float(given.get("at", 0)), given.get("for")
        plain = {name: value for name, value in given.items() if name not in {"at", "for"}}
        rule = Rule(**{**plain, "kind": str(given.get("kind"))}, since=begin, plan=plan)
        if rule.kind not in KINDS:
            raise ActRefusedError(f"unknown fault kind {rule.kind!r}; known: {', '.join(KINDS)}")
        if rule.method.lower() == "webhook" and rule.kind not in OF_DELIVERIES:
            raise ActRefusedError(f"the only faults of a delivery are {', '.join(OF_DELIVERIES)}; a webhook can fail by itself")
        if stands is None and rule.kind not in LASTING:
            stands = rule.seconds
        rule.until = None if stands is None else begin + float(stands)
        return rule


FIELDS = frozenset({"kind", "method", "chat", "seconds", "retry_after", "count", "probability", "at", "for"})
LASTING = frozenset({"delay", "hang", "late", "disorder"})
OF_DELIVERIES = ("duplicate", "late")
ELSEWHERE = {"duplicate": "accepted", "disorder": "update"}
NO_CALLS = frozenset({"webhook", "accepted", "update"})
KINDS = {
    "429": "Too Many Requests, with retry_after; not applied",
    "500": "Internal Server Error; not applied",
    "502": "Bad Gateway; not applied",
    "html": "status 200 with a page instead of JSON; applied",
    "401": "Unauthorized; not applied",
    "404": "Not Found; not applied",
    "409": "Conflict; not applied",
    "cut-before": "connection reset; not applied",
    "cut-after": "applied, then connection reset",
    "delay": "applied after `seconds`, then answered",
    "late": "applied at once, answered after `seconds`; with the method webhook: delivered after `seconds`",
    "hang": "never applied; connection reset after `seconds` (an hour if not given)",
    "duplicate": "an accepted webhook delivery is made once more",
    "disorder": "a message reaches the bot after what the same person did next, or after `seconds` (5 if not given)",
    "outage": "connection reset on everything, not applied, for `seconds`",
}
