"""What goes wrong on purpose: rules that a call or a delivery meets, counted, timed or by chance."""

import random
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from typing import Any

from emulator.clock import Clock
from emulator.refusals import ActRefusedError


@dataclass
class Rule:
    """One fault. `seconds`: how long a delay or hang lasts; for every other kind, how long the rule stands.

    `method` may be "*" (every call) or "webhook" (deliveries); `chat` None means any; `count` how often it strikes.
    """

    kind: str
    method: str = "*"
    chat: int | None = None
    seconds: float | None = None
    retry_after: int = 1
    count: int | None = None
    probability: float = 1.0
    until: float | None = None

    def meets(self, method: str, chat: int | None) -> bool:
        """Say whether the call is one the rule is about."""
        if self.kind == "duplicate":
            return method == "webhook"
        wanted = self.method.lower()
        return ((wanted == "*" and method != "webhook") or wanted == method) and self.chat in {None, chat}


class Faults:
    """The rules in force; the first that strikes wins."""

    def __init__(self, clock: Clock, chance: random.Random) -> None:
        self.rules: list[Rule] = []
        self._clock = clock
        self._chance = chance

    def add(self, rules: Iterable[dict[str, Any]]) -> None:
        """Add rules given as JSON. Raises ActRefusedError on a kind or key nobody knows."""
        self.rules.extend([self._read(rule) for rule in rules])

    def clear(self) -> None:
        self.rules.clear()

    def listed(self) -> list[dict[str, Any]]:
        return [asdict(rule) for rule in self.rules]

    def strike(self, method: str, chat: int | None) -> Rule | None:
        """Return the rule that strikes this call, counting it, or None."""
        if not self.rules:
            return None
        now = self._clock.now()
        self.rules = [rule for rule in self.rules if rule.until is None or rule.until > now]
        for rule in self.rules:
            if rule.meets(method, chat) and (rule.probability >= 1 or self._chance.random() < rule.probability):
                self._count(rule)
                return rule
        return None

    def _count(self, rule: Rule) -> None:
        if rule.count is not None:
            rule.count -= 1
            if rule.count <= 0:
                self.rules.remove(rule)

    def _read(self, given: dict[str, Any]) -> Rule:
        if unknown := set(given) - FIELDS:
            raise ActRefusedError(f"unknown in a fault rule: {', '.join(sorted(unknown))}")
        rule = Rule(**{**given, "kind": str(given.get("kind"))})
        if rule.kind not in KINDS:
            raise ActRefusedError(f"unknown fault kind {rule.kind!r}; known: {', '.join(KINDS)}")
        if (rule.method.lower() == "webhook") and rule.kind != "duplicate":
            raise ActRefusedError("the only fault of a delivery is a duplicate; a webhook can fail by itself")
        if rule.kind not in LASTING and rule.seconds is not None:
            rule.until = self._clock.now() + rule.seconds
        return rule


FIELDS = frozenset({"kind", "method", "chat", "seconds", "retry_after", "count", "probability"})
LASTING = frozenset({"delay", "hang", "late"})
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
    "late": "applied at once, answered after `seconds`",
    "hang": "never applied; connection reset after `seconds` (an hour if not given)",
    "duplicate": "an accepted webhook delivery is made once more",
    "outage": "connection reset on everything, not applied, for `seconds`",
}
