"""A plain client for tests: a running emulator, its people, its faults and its history."""

import json
import time
from collections.abc import Iterable
from typing import Any

from emulator.someone import Heard, Someone
from emulator.wire import Wire

Json = dict[str, Any]


class Telegram(Wire):
    """A running emulator: `url` for `telegram.api_url`, `token` for the bot."""

    def __init__(self, url: str, token: str, username: str = "") -> None:
        super().__init__(url)
        self.token, self.username = token, username

    def person(self, first_name: str | None = None, language_code: str = "en") -> Someone:
        """A new person with a phone, who has not yet met the bot."""
        given = self.post("/sim/people", {"first_name": first_name, "language_code": language_code})
        return Someone(self, int(given["id"]), str(given["first_name"]))

    def group(self, added_by: Someone, title: str = "A group") -> int:
        """Have someone make a group with the bot in it; return its chat id."""
        return int(self.post("/sim/groups", {"person": added_by.id, "title": title})["id"])

    def faults(self, rules: Iterable[Json]) -> None:
        """Set these faults and no others; an empty list ends all faults."""
        self.delete("/sim/faults")
        self.post("/sim/faults", list(rules))

    def plan(self, name: str, rules: Iterable[Json]) -> None:
        """Set a plan of faults, each with `at` and `for` in seconds, in place of all others."""
        self.delete("/sim/faults")
        self.post("/sim/faults", {"plan": name, "rules": list(rules)})

    def limits(self, **changes: object) -> Json:
        """Change the flood rules; return them with what was counted."""
        limits: Json = self.post("/sim/limits", changes) if changes else self.get("/sim/limits")
        return limits

    def log(self, after: int = 0, what: str | None = None, **facts: object) -> list[Json]:
        """The history after entry `after`, those entries that match."""
        return [entry for entry in self.get("/sim/log", after=after) if _matches(entry, what, facts)]

    def calls(self, method: str | None = None, **facts: object) -> list[Json]:
        """What the bot called, except getUpdates unless it is named."""
        return [
            call for call in self.log(0, "call", **facts)
            if (call["method"] == method if method else call["method"] != "getUpdates")
        ]  # fmt: skip

    def await_log(
        self, what: str | None = None, *, after: int = 0, count: int = 1, wait: float = 5, **facts: object
    ) -> list[Json]:
        """Wait until `count` entries match and return them. Raises AssertionError after `wait` seconds."""
        deadline, found, seen = time.monotonic() + wait, [], after
        while True:
            left = deadline - time.monotonic()
            for entry in self.get("/sim/log", after=seen, wait=max(left, 0.01)):
                seen = entry["seq"]
                if _matches(entry, what, facts):
                    found.append(entry)
            if len(found) >= count:
                return found
            if left <= 0:
                raise AssertionError(f"{len(found)} of {count} entries like {what} {facts} after {wait} s")

    def advance(self, seconds: float) -> None:
        """Move the emulator's clock forward."""
        self.post("/sim/clock", {"advance": seconds})

    def raw(self, update: Json | str | bytes, *, keep: bool = False) -> int:
        """Queue an update exactly as given, or any text; return the id it got."""
        if isinstance(update, dict):
            return int(self.post("/sim/raw", {**update, "keep": keep})["update_id"])
        body = update.encode() if isinstance(update, str) else update
        return int(self.request("POST", "/sim/raw", body)["update_id"])

    def repeat(self, last: int = 1) -> None:
        """Have the last updates delivered once more."""
        self.post("/sim/repeat", {"last": last})

    def renumber(self, next_id: int) -> None:
        self.post("/sim/renumber", {"next": next_id})

    def state(self) -> Json:
        state: Json = self.get("/sim/state")
        return state

    def await_state(self, wait: float = 5, **facts: object) -> Json:
        """Wait until the state shows these facts, such as `pending=0`. Raises AssertionError after `wait` seconds."""
        deadline = time.monotonic() + wait
        while not _matches(state := self.state(), None, facts):
            if time.monotonic() > deadline:
                raise AssertionError(f"the state after {wait} s, where {facts} was awaited: {state}")
            time.sleep(0.005)
        return state

    def bot(self, method: str, **parameters: object) -> Any:
        """Call the Bot API as the bot would; return the whole answer, refused or not."""
        return self.request("POST", f"/bot{self.token}/{method}", json.dumps(parameters).encode(), refused=True)


def _matches(entry: Json, what: str | None, facts: dict[str, object]) -> bool:
    return (what is None or entry["what"] == what) and all(entry.get(name) == value for name, value in facts.items())


__all__ = ["Heard", "Someone", "Telegram"]
