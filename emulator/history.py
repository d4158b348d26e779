"""The append-only history: every act of a person, every call of the bot, every delivery."""

from typing import Any

from emulator.clock import Bell, Clock


class History:
    """Entries are dictionaries with `seq` (from 1, without gaps), `at` (seconds since 1970) and `what`."""

    def __init__(self, clock: Clock) -> None:
        self.entries: list[dict[str, Any]] = []
        self.grown = Bell()
        self._clock = clock

    def write(self, what: str, **facts: object) -> dict[str, Any]:
        entry: dict[str, Any] = {"seq": len(self.entries) + 1, "at": self._clock.now(), "what": what, **facts}
        self.entries.append(entry)
        self.grown.ring()
        return entry

    def after(self, seq: int) -> list[dict[str, Any]]:
        return self.entries[max(seq, 0) :]
