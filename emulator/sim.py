"""The door for people: `/sim/…`, JSON over HTTP, to act as anyone, to break things and to read what happened."""

from collections.abc import Awaitable, Callable
from typing import Any

import orjson
from aiohttp import web

from emulator import people
from emulator.clock import any_rings
from emulator.faults import Faults
from emulator.refusals import ActRefusedError, Refusal
from emulator.views import see_buttons, see_chat, see_person
from emulator.world import Chat, Person, World

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


class Sim:
    """Answers those who play the people of one world."""

    def __init__(self, world: World, faults: Faults) -> None:
        self._world = world
        self._faults = faults

    def routes(self) -> list[web.RouteDef]:
        return [web.route(verb, path, self._guard(getattr(self, name))) for verb, path, name in ROUTES]

    def _guard(self, handler: Handler) -> Handler:
        """Answer 400 with the reason when an act is not possible."""

        async def guarded(request: web.Request) -> web.StreamResponse:
            try:
                return await handler(request)
            except (ActRefusedError, Refusal) as refusal:
                return _json({"error": str(refusal)}, 400)
            except (KeyError, ValueError, TypeError) as problem:
                return _json({"error": f"cannot read the request: {problem!r}"}, 400)

        return guarded

    async def add_person(self, request: web.Request) -> web.Response:
        given = await _read(request)
        person = self._world.new_person(given.get("first_name"), given.get("language_code", "en"))
        return _json(see_person(person))

    async def list_people(self, _request: web.Request) -> web.Response:
        return _json([see_person(person) for person in self._world.people.values()])

    async def send(self, request: web.Request) -> web.Response:
        person, given = self._person(request), await _read(request)
        chat = self._chat(given, person)
        if "edit" in given:
            people.edit(self._world, chat, person, int(given["edit"]), str(given["text"]))
            return _json({"message_ids": [given["edit"]]})
        if "kind" in given:
            sent = people.attach(self._world, chat, person, str(given["kind"]), str(given.get("caption", "")))
            return _json({"message_ids": [sent]})
        ids = people.write(self._world, chat, person, str(given["text"]), given.get("reply_to"))
        return _json({"message_ids": ids})

    async def start(self, request: web.Request) -> web.Response:
        given = await _read(request)
        sent = people.start(self._world, self._person(request), str(given.get("payload") or ""))
        return _json({"message_ids": [sent]})

    async def tap(self, request: web.Request) -> web.Response:
        person, given = self._person(request), await _read(request)
        chat = self._chat(given, person)
        message_id = int(given["message_id"])
        data = str(given["data"]) if given.get("force") else _find_button(chat, message_id, given)
        return _json({"query_id": people.tap(self._world, chat, person, message_id, data)})

    async def block(self, request: web.Request) -> web.Response:
        people.block(self._world, self._person(request))
        return _json({"ok": True})

    async def unblock(self, request: web.Request) -> web.Response:
        people.unblock(self._world, self._person(request))
        return _json({"ok": True})

    async def deactivate(self, request: web.Request) -> web.Response:
        people.deactivate(self._world, self._person(request))
        return _json({"ok": True})

    async def see_chat(self, request: web.Request) -> web.Response:
        person = self._person(request)
        return await self._see(request, self._world.chats[person.id])

    async def see_chats(self, request: web.Request) -> web.Response:
        """Several chats in one long poll, `after=ID:SEQ,ID:SEQ`; only those with something newer come back."""
        asked = [pair.split(":") for pair in request.query.get("after", "").split(",") if pair]
        chats = [(self._world.chat(int(person)), int(seq)) for person, seq in asked]
        wait = min(float(request.query.get("wait", "0")), LONGEST_WAIT)
        if wait and chats and all(len(chat.events) <= seq for chat, seq in chats):
            await any_rings([chat.changed for chat, _ in chats], wait)
        bot = int(self._world.bot["id"])
        return _json({str(chat.id): see_chat(chat, bot, seq) for chat, seq in chats if len(chat.events) > seq})

    async def add_group(self, request: web.Request) -> web.Response:
        given = await _read(request)
        person = self._find_person(int(given["person"]))
        group = people.add_bot(self._world, person, str(given.get("title", "A group")))
        return _json({"id": group.id, "title": group.title})

    async def see_group(self, request: web.Request) -> web.Response:
        return await self._see(request, self._world.chat(int(request.match_info["id"])))

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
        return _json({"update_id": update.update_id})

    async def renumber(self, request: web.Request) -> web.Response:
        self._world.updates.renumber(int((await _read(request))["next"]))
        return _json({"ok": True})

    async def repeat(self, request: web.Request) -> web.Response:
        again = self._world.updates.repeat(int((await _read(request)).get("last", 1)))
        self._world.history.write("repeat", updates=[update.update_id for update in again])
        return _json({"updates": [update.update_id for update in again]})

    async def see_file(self, request: web.Request) -> web.Response:
        """The bytes of a file a bot sent, by file id."""
        file = self._world.files.get(request.match_info["id"])
        return web.Response(body=file.content, content_type=file.media_type)

    async def forget_files(self, _request: web.Request) -> web.Response:
        """From now on every file id is unknown, as it may become at Telegram."""
        self._world.files.forget()
        self._world.history.write("files forgotten")
        return _json({"ok": True})

    async def list_faults(self, _request: web.Request) -> web.Response:
        return _json(self._faults.listed())

    async def add_faults(self, request: web.Request) -> web.Response:
        given = orjson.loads(await request.read() or b"[]")
        rules = given if isinstance(given, list) else [given]
        self._faults.add(rules)
        self._world.history.write("faults", rules=rules)
        return _json(self._faults.listed())

    async def clear_faults(self, _request: web.Request) -> web.Response:
        self._faults.clear()
        self._world.history.write("faults", rules=[])
        return _json([])

    async def see_log(self, request: web.Request) -> web.Response:
        history, after = self._world.history, int(request.query.get("after", "0"))
        wait = float(request.query.get("wait", "0"))
        if wait and len(history.entries) <= after:
            await history.grown.wait(min(wait, LONGEST_WAIT))
        return _json(history.after(after))

    async def see_clock(self, _request: web.Request) -> web.Response:
        return _json({"now": self._world.clock.now(), "ahead": self._world.clock.ahead})

    async def move_clock(self, request: web.Request) -> web.Response:
        seconds = float((await _read(request))["advance"])
        self._world.clock.advance(seconds)
        self._world.updates.purge()
        self._world.history.write("clock", advanced=seconds)
        return await self.see_clock(request)

    async def see_state(self, _request: web.Request) -> web.Response:
        world = self._world
        settings = world.webhook.settings
        return _json({
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
            "unanswered_taps": sum(not tap.answered for tap in world.taps.values()),
            "log": len(world.history.entries),
        })  # fmt: skip

    async def _see(self, request: web.Request, chat: Chat) -> web.Response:
        after = int(request.query.get("after", "0"))
        wait = float(request.query.get("wait", "0"))
        if wait and len(chat.events) <= after:
            await chat.changed.wait(min(wait, LONGEST_WAIT))
        return _json(see_chat(chat, int(self._world.bot["id"]), after))

    def _person(self, request: web.Request) -> Person:
        return self._find_person(int(request.match_info["id"]))

    def _find_person(self, person_id: int) -> Person:
        person = self._world.people.get(person_id)
        if person is None:
            raise ActRefusedError(f"there is no person {person_id}")
        return person

    def _chat(self, given: dict[str, Any], person: Person) -> Chat:
        return self._world.chat(int(given.get("chat", person.id)))


def _find_button(chat: Chat, message_id: int, given: dict[str, Any]) -> str:
    """Return the data of the button meant by `data`, `label`, or `row` and `column`. Raises ActRefusedError."""
    rows = see_buttons(chat.messages.get(message_id, {}))
    if "row" in given:
        row, column = int(given["row"]), int(given.get("column", 0))
        wanted = rows[row : row + 1] and rows[row][column : column + 1]
    else:
        key = "data" if "data" in given else "label"
        wanted = [button for row in rows for button in row if button[key] == given[key]]
    if not wanted:
        raise ActRefusedError("there is no such button under this message")
    if wanted[0]["data"] is None:
        raise ActRefusedError("this button opens a link; the bot never hears of it")
    return str(wanted[0]["data"])


async def _read(request: web.Request) -> dict[str, Any]:
    body = await request.read()
    given = orjson.loads(body) if body else {}
    if not isinstance(given, dict):
        raise ActRefusedError("a JSON object is expected")
    return given


def _json(value: object, status: int = 200) -> web.Response:
    return web.Response(status=status, body=orjson.dumps(value, default=str), content_type="application/json")


LONGEST_WAIT = 50.0
ROUTES = (
    ("POST", "/sim/people", "add_person"),
    ("GET", "/sim/people", "list_people"),
    ("POST", "/sim/people/{id}/send", "send"),
    ("POST", "/sim/people/{id}/start", "start"),
    ("POST", "/sim/people/{id}/tap", "tap"),
    ("POST", "/sim/people/{id}/block", "block"),
    ("POST", "/sim/people/{id}/unblock", "unblock"),
    ("POST", "/sim/people/{id}/deactivate", "deactivate"),
    ("GET", "/sim/people/{id}/chat", "see_chat"),
    ("GET", "/sim/chats", "see_chats"),
    ("POST", "/sim/groups", "add_group"),
    ("GET", "/sim/groups/{id}/chat", "see_group"),
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
)
