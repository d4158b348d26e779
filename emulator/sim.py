"""The door for people: `/sim/…`, JSON over HTTP, to act as anyone and to see what they see."""

import base64
from typing import Any

from aiohttp import web

from emulator import people, polls
from emulator.answers import LONGEST_WAIT, as_json, guard, read_json
from emulator.clock import any_rings
from emulator.refusals import ActRefusedError
from emulator.views import see_buttons, see_chat, see_person
from emulator.world import Chat, Person, World


class Sim:
    """Answers those who play the people of one world."""

    def __init__(self, world: World) -> None:
        self._world = world

    def routes(self) -> list[web.RouteDef]:
        return [web.route(verb, path, guard(getattr(self, name))) for verb, path, name in ROUTES]

    async def add_person(self, request: web.Request) -> web.Response:
        given = await read_json(request)
        person = self._world.new_person(given.get("first_name"), given.get("language_code", "en"))
        return as_json(see_person(person))

    async def list_people(self, _request: web.Request) -> web.Response:
        return as_json([see_person(person) for person in self._world.people.values()])

    async def send(self, request: web.Request) -> web.Response:
        person, given = self._person(request), await read_json(request)
        chat = self._chat(given, person)
        if "edit" in given:
            people.edit(self._world, chat, person, int(given["edit"]), str(given["text"]))
            return as_json({"message_ids": [given["edit"]]})
        if "file" in given:
            about = str(given["file"]), base64.b64decode(given["content"]), str(given.get("type", "application/octet-stream"))
            return as_json({"message_ids": [people.send_file(self._world, chat, person, *about)]})
        if "kind" in given:
            sent = people.attach(self._world, chat, person, str(given["kind"]), str(given.get("caption", "")))
            return as_json({"message_ids": [sent]})
        ids = people.write(self._world, chat, person, str(given["text"]), given.get("reply_to"))
        return as_json({"message_ids": ids})

    async def start(self, request: web.Request) -> web.Response:
        given = await read_json(request)
        sent = people.start(self._world, self._person(request), str(given.get("payload") or ""))
        return as_json({"message_ids": [sent]})

    async def tap(self, request: web.Request) -> web.Response:
        person, given = self._person(request), await read_json(request)
        chat = self._chat(given, person)
        message_id = int(given["message_id"])
        data = str(given["data"]) if given.get("force") else _find_button(chat, message_id, given)
        return as_json({"query_id": people.tap(self._world, chat, person, message_id, data)})

    async def vote(self, request: web.Request) -> web.Response:
        """Choose `options` by number in the poll of a message, or by `poll_id`; none takes the vote back."""
        person, given = self._person(request), await read_json(request)
        poll = given.get("poll_id") or polls.find_poll(self._chat(given, person), int(given["message_id"]))
        polls.vote(self._world, person, str(poll), [int(one) for one in given["options"]])
        return as_json({"ok": True})

    async def block(self, request: web.Request) -> web.Response:
        people.block(self._world, self._person(request))
        return as_json({"ok": True})

    async def unblock(self, request: web.Request) -> web.Response:
        people.unblock(self._world, self._person(request))
        return as_json({"ok": True})

    async def deactivate(self, request: web.Request) -> web.Response:
        people.deactivate(self._world, self._person(request))
        return as_json({"ok": True})

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
        return as_json({str(chat.id): see_chat(chat, bot, seq) for chat, seq in chats if len(chat.events) > seq})

    async def add_group(self, request: web.Request) -> web.Response:
        given = await read_json(request)
        person = self._find_person(int(given["person"]))
        group = people.add_bot(self._world, person, str(given.get("title", "A group")))
        return as_json({"id": group.id, "title": group.title})

    async def migrate(self, request: web.Request) -> web.Response:
        """Make a group a supergroup; it has a new id from then on."""
        group = self._world.chat(int(request.match_info["id"]))
        new = people.migrate(self._world, self._find_person(int((await read_json(request))["person"])), group)
        return as_json({"id": new.id})

    async def see_group(self, request: web.Request) -> web.Response:
        return await self._see(request, self._world.chat(int(request.match_info["id"])))

    async def _see(self, request: web.Request, chat: Chat) -> web.Response:
        after = int(request.query.get("after", "0"))
        wait = float(request.query.get("wait", "0"))
        if wait and len(chat.events) <= after:
            await chat.changed.wait(min(wait, LONGEST_WAIT))
        return as_json(see_chat(chat, int(self._world.bot["id"]), after))

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


ROUTES = (
    ("POST", "/sim/people", "add_person"),
    ("GET", "/sim/people", "list_people"),
    ("POST", "/sim/people/{id}/send", "send"),
    ("POST", "/sim/people/{id}/start", "start"),
    ("POST", "/sim/people/{id}/tap", "tap"),
    ("POST", "/sim/people/{id}/vote", "vote"),
    ("POST", "/sim/people/{id}/block", "block"),
    ("POST", "/sim/people/{id}/unblock", "unblock"),
    ("POST", "/sim/people/{id}/deactivate", "deactivate"),
    ("GET", "/sim/people/{id}/chat", "see_chat"),
    ("GET", "/sim/chats", "see_chats"),
    ("POST", "/sim/groups", "add_group"),
    ("POST", "/sim/groups/{id}/migrate", "migrate"),
    ("GET", "/sim/groups/{id}/chat", "see_group"),
)
