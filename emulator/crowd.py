"""A crowd of simulated people who answer a bot, seen and heard only over `/sim/`."""

import asyncio
import math
import random
from collections.abc import Collection
from dataclasses import dataclass, field
from typing import Any

import aiohttp

from emulator.verdict import Verdict, judge

Json = dict[str, Any]


@dataclass(frozen=True)
class Manner:
    """How the people of one crowd behave. Times are in seconds."""

    code: str
    bands: frozenset[str]
    avoid: frozenset[str]
    seed: int
    pause: float
    quiet: float
    most_steps: int


@dataclass
class Member:
    """One of the crowd: what they have seen, and the messages they have dealt with by typing."""

    id: int
    chance: random.Random
    seq: int = 0
    steps: int = 0
    typed: set[int] = field(default_factory=set)


async def answer(
    url: str,
    code: str,
    people: int,
    seconds: float,
    band_labels: Collection[str],
    seed: int = 0,
    *,
    avoid: Collection[str] = (),
    quiet: float = 3.0,
    most_steps: int = 40,
) -> Verdict:
    """Have `people` start with `code` over about half of `seconds` and answer what they are asked; then judge the log.

    An age question is known by its `band_labels`, of which they choose; a button in `avoid` is never tapped. Somebody
    to whom nothing new is said for `quiet` seconds, or who has done `most_steps` things, goes. At `seconds` all stop.
    """
    pause = seconds / (4 * most_steps)
    manner = Manner(code, frozenset(band_labels), frozenset(avoid), seed, pause, quiet, most_steps)
    async with aiohttp.ClientSession(url, connector=aiohttp.TCPConnector(limit=0)) as sim:
        before = int((await _get(sim, "/sim/state"))["log"])
        chance, places = random.Random(seed), asyncio.Semaphore(MOST_AT_ONCE)  # noqa: S311  must be repeatable, not secret
        arrivals = [chance.uniform(0, seconds / 2) for _ in range(people)]
        visits = [asyncio.create_task(_visit(sim, places, manner, number, at)) for number, at in enumerate(arrivals)]
        await _let_run(visits, seconds)
        return await _judge_when_settled(sim, before)


async def _let_run(visits: list[asyncio.Task[None]], seconds: float) -> None:
    """Wait for the visits, end those still going after `seconds`, and raise what went wrong in one."""
    if not visits:
        return
    _, late = await asyncio.wait(visits, timeout=seconds)
    for visit in late:
        visit.cancel()
    for problem in await asyncio.gather(*visits, return_exceptions=True):
        if isinstance(problem, Exception):
            raise problem


async def _judge_when_settled(sim: aiohttp.ClientSession, before: int) -> Verdict:
    """Judge the history since entry `before`, once the bot has answered all taps or has stopped answering them."""
    loop = asyncio.get_running_loop()
    entries: list[Json] = []
    fewest, until = math.inf, math.inf
    while True:
        entries += await _get(sim, "/sim/log", after=before + len(entries))
        verdict = judge(entries)
        if len(verdict.unanswered) < fewest:
            fewest, until = len(verdict.unanswered), loop.time() + GRACE
        if not fewest or loop.time() >= until:
            return verdict
        await asyncio.sleep(GRACE / 20)


async def _visit(sim: aiohttp.ClientSession, places: asyncio.Semaphore, manner: Manner, number: int, arrival: float) -> None:
    """One person's whole conversation, once it is their time and there is a place."""
    await asyncio.sleep(arrival)
    async with places:
        await _talk(sim, manner, number)


async def _talk(sim: aiohttp.ClientSession, manner: Manner, number: int) -> None:
    person = await _post(sim, "/sim/people", {})
    member = Member(person["id"], random.Random(f"{manner.seed}:{number}"))  # noqa: S311  as above
    await _post(sim, f"/sim/people/{member.id}/start", {"payload": manner.code})
    while member.steps < manner.most_steps:
        said = await _listen(sim, member, manner.quiet)
        if said is None:
            return
        await asyncio.sleep(member.chance.uniform(0, 2 * manner.pause))
        member.steps += 1
        if not await _respond(sim, member, manner, said):
            return


async def _listen(sim: aiohttp.ClientSession, member: Member, quiet: float) -> Json | None:
    """Wait for something new; return the chat as it is then, None after `quiet` seconds of silence."""
    path = f"/sim/people/{member.id}/chat"
    until = asyncio.get_running_loop().time() + quiet
    while (left := until - asyncio.get_running_loop().time()) > 0:
        view: Json = await _get(sim, path, after=member.seq, wait=left)
        member.seq = view["seq"]
        if any(event["type"] in {"message", "edit"} for event in view["events"]):
            return view
    return None


async def _respond(sim: aiohttp.ClientSession, member: Member, manner: Manner, view: Json) -> bool:
    """Tap or type; return False when there is nothing more to answer."""
    newest = next((message for message in reversed(view["messages"]) if message["from"] == "bot"), None)
    if newest is None:
        return False
    at = f"/sim/people/{member.id}"
    if newest["poll"] is not None:
        return await _vote(sim, member, newest)
    labels = [button["label"] for row in newest["buttons"] for button in row if button["data"] is not None]
    choices = [label for label in labels if label not in manner.avoid]
    if not choices or (not manner.bands & set(labels) and member.chance.random() < TYPED):
        return await _type(sim, member, newest["message_id"], len(choices))
    label = _choose(member, manner, choices)
    return await _try(sim, f"{at}/tap", {"message_id": newest["message_id"], "label": label})


async def _vote(sim: aiohttp.ClientSession, member: Member, message: Json) -> bool:
    """Vote once in each poll."""
    if message["message_id"] in member.typed or message["poll"]["closed"]:
        return False
    member.typed.add(message["message_id"])
    option = member.chance.randrange(len(message["poll"]["options"]))
    return await _try(sim, f"/sim/people/{member.id}/vote", {"message_id": message["message_id"], "options": [option]})


def _choose(member: Member, manner: Manner, choices: list[str]) -> str:
    bands = [label for label in choices if label in manner.bands]
    if bands:
        return member.chance.choice(bands)
    # A weight for each label, the same for the whole crowd: opinions lean one way, as people's do.
    weights = [0.2 + random.Random(f"{manner.seed}:{label}").random() for label in choices]  # noqa: S311  as above
    return member.chance.choices(choices, weights)[0]


async def _type(sim: aiohttp.ClientSession, member: Member, message_id: int, choices: int) -> bool:
    """Type a number or some words, at most once under each message."""
    if message_id in member.typed:
        return False
    member.typed.add(message_id)
    text = str(member.chance.randint(1, choices)) if choices else member.chance.choice(WORDS)
    return await _try(sim, f"/sim/people/{member.id}/send", {"text": text})


async def _try(sim: aiohttp.ClientSession, path: str, given: Json) -> bool:
    """Act; a button that has just gone is no mistake, there will be something newer to look at."""
    async with sim.post(path, json=given) as response:
        await response.read()
        return response.status in {200, 400}


async def _get(sim: aiohttp.ClientSession, path: str, **query: float) -> Any:
    async with sim.get(path, params={name: str(value) for name, value in query.items()}) as response:
        response.raise_for_status()
        return await response.json()


async def _post(sim: aiohttp.ClientSession, path: str, given: Json) -> Any:
    async with sim.post(path, json=given) as response:
        response.raise_for_status()
        return await response.json()


TYPED = 0.08
MOST_AT_ONCE = 300  # each holds a connection open
GRACE = 5.0
WORDS = (
    "Appointments I can get to by bus",
    "Please write to me in plain words",
    "More time with the nurse",
    "Somebody to ring who knows me",
    "Nothing to add",
    "Ask us again in a year",
)
