"""A crowd put before whatever bot runs on this emulator, started and watched over `/sim/crowd`."""

import asyncio
from typing import Any

from emulator.crowd import answer
from emulator.refusals import ActRefusedError
from emulator.verdict import Verdict


class Crowds:
    """At most one crowd at a time."""

    def __init__(self) -> None:
        self._going: asyncio.Task[Verdict] | None = None

    def start(self, url: str, given: dict[str, Any]) -> None:
        """Begin a crowd. Raises ActRefusedError when one is going or something about it is unknown."""
        if self._going is not None and not self._going.done():
            raise ActRefusedError("a crowd is still going")
        if unknown := set(given) - set(USUAL):
            raise ActRefusedError(f"unknown of a crowd: {', '.join(sorted(unknown))}")
        settings = {name: type(usual)(given.get(name, usual)) for name, usual in USUAL.items()}
        self._going = asyncio.get_running_loop().create_task(answer(url, **settings))

    async def wait(self, seconds: float) -> None:
        if self._going is not None:
            await asyncio.wait([self._going], timeout=seconds)

    def describe(self) -> dict[str, Any]:
        """`going`, and once it is over the `verdict`, or the `problem` that ended it."""
        going = self._going
        if going is None or not going.done():
            return {"going": going is not None, "verdict": None}
        problem = None if going.cancelled() else going.exception()
        if problem is not None or going.cancelled():
            return {"going": False, "verdict": None, "problem": str(problem or "cancelled")}
        return {"going": False, "verdict": going.result().describe()}

    async def close(self) -> None:
        if self._going is not None:
            self._going.cancel()
            await asyncio.gather(self._going, return_exceptions=True)


USUAL: dict[str, Any] = {
    "code": "",
    "people": 20,
    "seconds": 10.0,
    "band_labels": (),
    "seed": 0,
    "avoid": (),
    "quiet": 3.0,
    "most_steps": 40,
}
