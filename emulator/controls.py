"""The door for whoever runs the emulator: to break things, to move the clock and to read what happened."""

from urllib.parse import quote

import orjson
from aiohttp import web

from emulator.answers import LONGEST_WAIT, as_json, guard, read_json
from emulator.crowds import Crowds
from emulator.faults import Faults
from emulator.verdict import judge
from emulator.world import World


class Controls:
    """Answers whoever arranges what happens in one world."""

    def __init__(self, world: World, faults: Faults, crowds: Crowds) -> None:
        self._world, self._faults, self._crowds = world, faults, crowds

    def routes(self) -> list[web.RouteDef]:
        return [web.route(verb, path, guard(getattr(self, name))) for verb, path, name in ROUTES]

    async def raw(self, request: web.Request) -> web.Response:
        body = await request.read()
        try:
            given = orjson.loads(body)
        except orjson.JSONDecodeError:
            given = None
        if not isinstance(given, dict):
            update = self._world.updates.add_raw(body)
        else:
            keep = bool(given.pop("keep", False))
            update = self._world.updates.add_raw(given, keep=keep)
        self._world.history.write("raw", update_id=update.update_id)
        return as_json({"update_id": update.update_id})

    async def renumber(self, request: web.Request) -> web.Response:
        self._world.updates.renumber(int((await read_json(request))["next"]))
        return as_json({"ok": True})

    async def repeat(self, request: web.Request) -> web.Response:
        again = self._world.updates.repeat(int((await read_json(request)).get("last", 1)))
        self._world.history.write("repeat", updates=[update.update_id for update in again])
        return as_json({"updates": [update.update_id for update in again]})

    async def see_file(self, request: web.Request) -> web.Response:
        """The bytes of a file a bot sent, by file id."""
        file = self._world.files.get(request.match_info["id"])
        named = {} if file.kind == "photo" else {"Content-Disposition": f"attachment; filename*=UTF-8''{quote(file.name)}"}
        return web.Response(body=file.content, content_type=file.media_type, headers=named)

    async def forget_files(self, _request: web.Request) -> web.Response:
        """From now on every file id is unknown, as it may become at Telegram."""
        self._world.files.forget()
        self._world.history.write("files forgotten")
        return as_json({"ok": True})

    async def list_faults(self, request: web.Request) -> web.Response:
        """The rules in force or yet to come; with `past=1` also those that are over, and what each did."""
        return as_json(self._faults.listed(past="past" in request.query))

    async def add_faults(self, request: web.Request) -> web.Response:
        """Add one rule, a list of rules, or a plan: `{"plan": its name, "rules": [...]}`."""
        given = orjson.loads(await request.read() or b"[]")
        plan = str(given["plan"]) if isinstance(given, dict) and "plan" in given else ""
        rules = given["rules"] if plan else given if isinstance(given, list) else [given]
        self._faults.add(rules, plan)
        self._world.history.write("faults", rules=rules, **({"plan": plan} if plan else {}))
        return as_json(self._faults.listed())

    async def clear_faults(self, _request: web.Request) -> web.Response:
        self._faults.clear()
        self._world.history.write("faults", rules=[])
        return as_json([])

    async def see_log(self, request: web.Request) -> web.Response:
        history, after = self._world.history, int(request.query.get("after", "0"))
        wait = float(request.query.get("wait", "0"))
        if wait and len(history.entries) <= after:
            await history.grown.wait(min(wait, LONGEST_WAIT))
        return as_json(history.after(after))

    async def see_clock(self, _request: web.Request) -> web.Response:
        return as_json({"now": self._world.clock.now(), "ahead": self._world.clock.ahead})

    async def move_clock(self, request: web.Request) -> web.Response:
        seconds = float((await read_json(request))["advance"])
        self._world.clock.advance(seconds)
        self._world.updates.purge()
        self._world.history.write("clock", advanced=seconds)
        return await self.see_clock(request)

    async def see_limits(self, _request: web.Request) -> web.Response:
        return as_json(self._world.flood.describe())

    async def set_limits(self, request: web.Request) -> web.Response:
        given = await read_json(request)
        self._world.flood.set(given)
        self._world.history.write("limits", limits=given)
        return await self.see_limits(request)

    async def start_crowd(self, request: web.Request) -> web.Response:
        """Begin a crowd; what it is to be like is said in the names of `crowd.answer`."""
        self._crowds.start(str(request.url.origin()), await read_json(request))
        return as_json(self._crowds.describe())

    async def see_crowd(self, request: web.Request) -> web.Response:
        """How the crowd does; with `wait`, as soon as it is over."""
        await self._crowds.wait(min(float(request.query.get("wait", "0")), LONGEST_WAIT))
        return as_json(self._crowds.describe())

    async def see_verdict(self, request: web.Request) -> web.Response:
        """Judge the history after an entry."""
        return as_json(judge(self._world.history.after(int(request.query.get("after", "0")))).describe())

    async def see_state(self, _request: web.Request) -> web.Response:
        world = self._world
        settings = world.webhook.settings
        return as_json({
            "bot": world.bot,
            "description": world.profile.get(("description", ""), ""),
            "people": len(world.people),
            "groups": sum(chat.person is None for chat in world.chats.values()),
            "messages": sum(len(chat.messages) for chat in world.chats.values()),
            "pending": world.updates.purge(),
            "next_update": world.updates.next_id,
            "offset": world.updates.offset,
            "polling": world.poller.waiting,
            "webhook": settings.url if settings else "",
            "dropped": world.updates.dropped,
            "unsent": world.flood.unsent,
            "violations": world.flood.counts,
            "polls": len(world.ballots),
            "unanswered_taps": sum(not tap.answered for tap in world.taps.values()),
            "log": len(world.history.entries),
        })  # fmt: skip


ROUTES = (
    ("POST", "/sim/raw", "raw"),
    ("POST", "/sim/renumber", "renumber"),
    ("POST", "/sim/repeat", "repeat"),
    ("GET", "/sim/files/{id}", "see_file"),
    ("DELETE", "/sim/files", "forget_files"),
    ("GET", "/sim/faults", "list_faults"),
    ("POST", "/sim/faults", "add_faults"),
    ("DELETE", "/sim/faults", "clear_faults"),
    ("GET", "/sim/log", "see_log"),
    ("GET", "/sim/clock", "see_clock"),
    ("POST", "/sim/clock", "move_clock"),
    ("GET", "/sim/state", "see_state"),
    ("GET", "/sim/limits", "see_limits"),
    ("POST", "/sim/limits", "set_limits"),
    ("POST", "/sim/crowd", "start_crowd"),
    ("GET", "/sim/crowd", "see_crowd"),
    ("GET", "/sim/verdict", "see_verdict"),
)
