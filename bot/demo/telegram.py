"""The pretend Telegram, as the demo deals with it: everything over HTTP, at the door for people."""

from __future__ import annotations

from typing import Any

import aiohttp

Json = dict[str, Any]


class Telegram:
    """A client of the emulator's `/sim/`; give it an open session for the emulator's address."""

    def __init__(self, session: aiohttp.ClientSession) -> None:
        self._session = session

    async def invite(self, first_name: str | None = None) -> int:
        """A new person with a phone; returns their number."""
        person = await self.post("/sim/people", {"first_name": first_name})
        return int(person["id"])

    async def state(self) -> Json:
        """How many updates wait (`pending`), which is next (`next_update`), up to which the bot has confirmed (`offset`)."""
        state: Json = await self.get("/sim/state")
        return state

    async def log(self, after: int, wait: float = 0) -> list[Json]:
        """The history after entry `after`; waits up to `wait` seconds for there to be any."""
        entries: list[Json] = await self.get("/sim/log", after=after, wait=wait)
        return entries

    async def get(self, path: str, **query: float) -> Any:
        async with self._session.get(path, params={name: str(value) for name, value in query.items()}) as response:
            response.raise_for_status()
            return await response.json()

    async def post(self, path: str, given: Json) -> Any:
        async with self._session.post(path, json=given) as response:
            response.raise_for_status()
            return await response.json()
