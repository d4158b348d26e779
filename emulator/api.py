"""The door for bots: `/bot<token>/<method>`, with faults where asked, and every call written into the history."""

import inspect
import socket
import struct
from collections.abc import Callable
from dataclasses import dataclass
from email.utils import formatdate
from typing import Any

import orjson
from aiohttp import web

from emulator.courier import Answer
from emulator.faults import Faults, Rule
from emulator.limits import Violation
from emulator.methods import METHODS
from emulator.parameters import Parameters, parse_body, read_parameters
from emulator.refusals import OTHER_POLLER, Refusal, conflict, not_found, too_many_requests, unauthorized
from emulator.remark import Remark
from emulator.updates import Waiting
from emulator.witness import Called
from emulator.world import World


@dataclass(frozen=True)
class Outcome:
    """What a call came to. `applied`: it took effect; `facts` go into the history."""

    status: int
    body: bytes
    applied: bool
    facts: dict[str, Any]


class Api:
    """Answers bots for one world."""

    def __init__(self, world: World, faults: Faults) -> None:
        self._world = world
        self._faults = faults
        self._dated = (0, "")
        world.webhook.on_reply = self._perform_reply

    async def handle(self, request: web.Request) -> web.StreamResponse:
        name = request.match_info["method"]
        try:
            given = await read_parameters(request)
        except Refusal as refusal:
            self._write(name, Parameters({}), _refused(refusal))
            return self._respond(_refused(refusal))
        method = METHODS.get(name.lower())
        if method is None or not method.sends:
            return await self._answer(request, name, given, {})
        chat = given.number("chat_id")
        asked = self._world.flood.is_talk(chat)
        crowded = self._world.flood.depart(chat)
        try:
            if crowded is not None:
                return await self._turn_away(name, given, crowded)
            return await self._answer(request, name, given, {"asked": asked})
        finally:
            self._world.flood.arrive(chat)

    async def _turn_away(self, name: str, given: Parameters, violation: Violation) -> web.StreamResponse:
        await self._world.clock.sleep(violation.pause)
        outcome = _refused(too_many_requests(violation.wait))
        self._write(name, given, outcome)
        return self._respond(outcome)

    async def _answer(
        self, request: web.Request, name: str, given: Parameters, facts: dict[str, Any]
    ) -> web.StreamResponse:  # fmt: skip
        rule = self._faults.strike(name.lower(), given.number("chat_id") or None)
        if rule is not None:
            return await self._fail(request, rule, name, given, facts)
        outcome = await self._call(request.match_info["token"], name, given)
        self._write(name, given, outcome, **facts)
        return self._respond(outcome)

    async def fetch(self, request: web.Request) -> web.Response:
        """A file, by the path that `getFile` told."""
        if request.match_info["token"] != self._world.token:
            return self._respond(_refused(unauthorized()))
        file = self._world.files.at(request.match_info["path"])
        return web.Response(body=file.content) if file else self._respond(_refused(not_found()))

    async def _call(self, token: str, name: str, given: Parameters) -> Outcome:
        try:
            if token != self._world.token:
                raise unauthorized()
            method = METHODS.get(name.lower())
            if method is None:
                raise not_found()
            result = method.perform(self._world, given)
            if inspect.isawaitable(result):
                result = await result
        except Refusal as refusal:
            if refusal.pause:
                await self._world.clock.sleep(refusal.pause)
            return _refused(refusal)
        return _done(result)

    async def _fail(
        self, request: web.Request, rule: Rule, name: str, given: Parameters, facts: dict[str, Any]
    ) -> web.StreamResponse:  # fmt: skip
        token = request.match_info["token"]
        if rule.kind in REFUSED:
            outcome = _refused(REFUSED[rule.kind](rule))
        elif rule.kind in {"500", "502"}:
            outcome = Outcome(int(rule.kind), BAD_GATEWAY, applied=False, facts={})
        elif rule.kind in APPLIED:
            if rule.kind == "delay":
                await self._world.clock.sleep(rule.seconds or 0)
            outcome = await self._call(token, name, given)
        else:
            outcome = Outcome(0, b"", applied=False, facts={})
        self._write(name, given, outcome, **facts, fault=rule.kind)
        return await self._end(request, rule, outcome)

    async def _end(self, request: web.Request, rule: Rule, outcome: Outcome) -> web.StreamResponse:
        if rule.kind in {"late", "hang"}:
            await self._world.clock.sleep(3600 if rule.seconds is None else rule.seconds)
        if rule.kind in CUT:
            reset(request)
        if rule.kind in {"500", "502", "html"}:
            return web.Response(status=outcome.status, body=BAD_GATEWAY, content_type="text/html", headers=self._date())
        return self._respond(outcome)

    def _respond(self, outcome: Outcome) -> web.Response:
        headers = self._date()
        return web.Response(status=outcome.status or 500, body=outcome.body, headers=headers, content_type="application/json")

    def _date(self) -> dict[str, str]:
        """The time by the emulator's clock, for those who set theirs by Telegram's."""
        now = int(self._world.clock.now())
        if now != self._dated[0]:
            self._dated = (now, formatdate(now, usegmt=True))
        return {"Date": self._dated[1]}

    async def _perform_reply(self, answer: Answer) -> None:
        """Run the method a webhook wrote into its answer; its result goes nowhere, as at Telegram."""
        try:
            values = parse_body(answer.content_type, answer.body)
        except Refusal:
            return
        name = str(values.pop("method", ""))
        if not name or name.lower().startswith("get") or name.lower() in NOT_IN_REPLY:
            return
        given = Parameters(values)
        self._write(name, given, await self._call(self._world.token, name, given), via="webhook reply")

    def _write(self, name: str, given: Parameters, outcome: Outcome, **facts: object) -> None:
        method = METHODS.get(name.lower())
        if self._world.witness is not None:
            spelt = method.name if method else name
            self._world.witness(Called(spelt, given.values, outcome.status, outcome.body))
        self._world.history.write(
            "call",
            method=method.name if method else name,
            parameters=given.values,
            chat=given.number("chat_id") or None,
            status=outcome.status,
            applied=outcome.applied,
            unknown_parameters=method.unknown(given) if method else [],
            **facts,
            **outcome.facts,
        )


def reset(request: web.Request) -> None:
    """Close the connection with a reset, so that the other side cannot take it for an answer."""
    transport = request.transport
    if transport is None:
        return
    raw = transport.get_extra_info("socket")
    if raw is not None:
        raw.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    transport.abort()


def _done(result: Any) -> Outcome:
    if isinstance(result, Remark):
        body = orjson.dumps({"ok": True, "result": result.result, "description": result.description})
        return Outcome(200, body, applied=True, facts={})
    if isinstance(result, list) and result and isinstance(result[0], Waiting):
        body = b'{"ok":true,"result":[' + b",".join(update.body for update in result) + b"]}"
        return Outcome(200, body, applied=True, facts={"updates": [update.update_id for update in result]})
    facts = {"message_id": result["message_id"]} if isinstance(result, dict) and "message_id" in result else {}
    return Outcome(200, b'{"ok":true,"result":' + orjson.dumps(result) + b"}", applied=True, facts=facts)


def _refused(refusal: Refusal) -> Outcome:
    body = orjson.dumps(refusal.body())
    return Outcome(refusal.code, body, applied=False, facts={"description": refusal.description})


BAD_GATEWAY = b"<html><head><title>502 Bad Gateway</title></head><body><h1>502 Bad Gateway</h1></body></html>"
NOT_IN_REPLY = frozenset({"setwebhook", "deletewebhook", "close", "logout"})
APPLIED = frozenset({"html", "cut-after", "delay", "late"})
CUT = frozenset({"cut-before", "cut-after", "hang", "outage"})
REFUSED: dict[str, Callable[[Rule], Refusal]] = {
    "429": lambda rule: too_many_requests(rule.retry_after),
    "401": lambda _rule: unauthorized(),
    "404": lambda _rule: not_found(),
    "409": lambda _rule: conflict(OTHER_POLLER),
}
