"""Everything the emulator remembers: people, chats, messages, taps, and what the bot says of itself."""

import asyncio
import random
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from emulator.clock import Bell, Clock
from emulator.files import Files
from emulator.history import History
from emulator.limits import Flood
from emulator.polling import Poller
from emulator.refusals import bad, migrated
from emulator.updates import LIFETIME, UpdateQueue
from emulator.webhook import Webhook
from emulator.witness import Witness


@dataclass
class Person:
    """Somebody with a phone. `opened`: has written to the bot, so that the bot may write back."""

    id: int
    first_name: str
    language_code: str
    username: str | None = None
    opened: bool = False
    blocked: bool = False
    deactivated: bool = False

    def user(self) -> dict[str, Any]:
        user = {"id": self.id, "is_bot": False, "first_name": self.first_name, "language_code": self.language_code}
        return user if self.username is None else {**user, "username": self.username}


@dataclass
class Chat:
    """A private chat (its id is the person's) or a group, with what can be seen in it and how it came about.

    `chosen`: in a private chat, the options its person chose in a poll, by message id.
    """

    id: int
    kind: str
    title: str
    person: Person | None = None
    bot_status: str = "member"
    messages: dict[int, dict[str, Any]] = field(default_factory=dict)
    events: list[dict[str, Any]] = field(default_factory=list)
    changed: Bell = field(default_factory=Bell)
    reworded: set[int] = field(default_factory=set)
    reply_keyboard: dict[str, Any] | None = None
    chosen: dict[int, tuple[int, ...]] = field(default_factory=dict)
    pinned: list[int] = field(default_factory=list)
    moved_to: int | None = None
    as_json: dict[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.as_json = {"id": self.id, "type": self.kind}
        if self.person is None:
            self.as_json["title"] = self.title
        else:
            self.as_json["first_name"] = self.person.first_name
            if self.person.username is not None:
                self.as_json["username"] = self.person.username

    def show(self, kind: str, at: float, **facts: object) -> None:
        """Append an event, numbered from 1."""
        self.events.append({"seq": len(self.events) + 1, "type": kind, "at": at, **facts})
        self.changed.ring()

    def put(self, kind: str, message: dict[str, Any]) -> None:
        """Show a message or its new version; versions are never changed in place."""
        self.messages[message["message_id"]] = message
        self.show(kind, message.get("edit_date", message["date"]), message=message)


@dataclass
class Tap:
    """A button pressed, until the bot answers."""

    id: str
    person: Person
    chat: Chat
    message_id: int
    at: float
    answered: bool = False


class World:
    """The state of one bot's Telegram; only the emulator's own event loop touches it."""

    def __init__(self, token: str, username: str, seed: int = 0, retry_scale: float = 1.0) -> None:
        self.token = token
        self.clock = Clock()
        self.history = History(self.clock)
        self.files = Files(token, int(self.clock.now()))
        self.updates = UpdateQueue(self.clock, self.history)
        self.flood = Flood(self.clock, self.history)
        self.poller = Poller(self.updates, self.clock)
        self.webhook = Webhook(self.updates, self.clock, self.history, retry_scale)
        self.random = random.Random(seed)  # noqa: S311  faults must be repeatable, not secret
        self.bot: dict[str, Any] = {
            "id": int(token.split(":", maxsplit=1)[0]),
            "is_bot": True,
            "first_name": "Local bot",
            "username": username,
        }
        self.people: dict[int, Person] = {}
        self.chats: dict[int, Chat] = {}
        self.taps: dict[str, Tap] = {}
        self.ballots: dict[str, Any] = {}  # polls, by id; emulator.polls knows what they are
        self.disorder: Callable[[int], float] = lambda _chat: 0.0
        self._held: dict[int, list[tuple[str, dict[str, Any], str]]] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self.profile: dict[tuple[str, str], Any] = {}
        self.next_webhook = 0.0
        # Begin at the time of day: a bot with a memory must not take a new person for one of an earlier run.
        self._next_person = int(self.clock.now()) * 1000
        self._next_message = 1
        self._next_tap = int(self.clock.now()) << 30

    @property
    def witness(self) -> Witness | None:
        """Who is shown every call and every update, if anybody."""
        return self.updates.witness

    @witness.setter
    def witness(self, witness: Witness | None) -> None:
        self.updates.witness = witness

    def new_person(self, first_name: str | None = None, language_code: str = "en") -> Person:
        name = first_name or NAMES[len(self.people) % len(NAMES)]
        person = Person(self._next_person, name, language_code)
        self._next_person += 1
        self.people[person.id] = person
        self.chats[person.id] = Chat(person.id, "private", name, person)
        self.history.write("person", person=person.id)
        return person

    def new_group(self, title: str) -> Chat:
        groups = sum(chat.person is None for chat in self.chats.values())
        group = Chat(-(int(self.clock.now()) - 1_000_000_000 + groups), "group", title)
        self.chats[group.id] = group
        self.history.write("group", chat=group.id)
        return group

    def migrate(self, group: Chat) -> Chat:
        """Make a group a supergroup: it gets a new id, and the old one is refused with it."""
        new = Chat(-1_000_000_000_000 + group.id, "supergroup", group.title)
        self.chats[new.id] = new
        group.moved_to = new.id
        self.history.write("migrated", chat=group.id, to=new.id)
        return new

    def chat(self, chat_id: int) -> Chat:
        found = self.chats.get(chat_id)
        if found is None:
            raise bad("chat not found")
        if found.moved_to is not None:
            raise migrated(found.moved_to)
        return found

    def number_message(self) -> int:
        self._next_message += 1
        return self._next_message - 1

    def number_tap(self) -> str:
        self._next_tap += 1
        return str(self._next_tap)

    def today(self) -> int:
        return int(self.clock.now())

    def tell_bot(self, kind: str, payload: dict[str, Any], lane: str) -> int | None:
        """Queue an update for the bot; return its id, or None when it was not wanted, or is held back for a while."""
        who = payload.get("from", payload.get("user", {})).get("id", 0)
        if kind == "message" and (seconds := self.disorder(payload["chat"]["id"])):
            self._held.setdefault(who, []).append((kind, payload, lane))
            self.later(seconds, lambda: self._release(who))
            return None
        update = self._queue(kind, payload, lane)
        self._release(who)
        return update

    def later(self, seconds: float, act: Callable[[], None]) -> None:
        """Do something when the emulator's clock has gone on by so much."""

        async def wait() -> None:
            await self.clock.sleep(seconds)
            act()

        task = asyncio.get_running_loop().create_task(wait())
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def close(self) -> None:
        """End all that goes on by itself."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await self.webhook.close()

    def _queue(self, kind: str, payload: dict[str, Any], lane: str) -> int | None:
        update = self.updates.add(kind, payload, lane, LIFETIME[kind])
        return None if update is None else update.update_id

    def _release(self, who: int) -> None:
        """Queue what was held back of somebody's."""
        for kind, payload, lane in self._held.pop(who, ()):
            self.history.write("released", person=who, kind=kind, update_id=self._queue(kind, payload, lane))


NAMES = (
    "Aisha", "Ben", "Carys", "Dev", "Esther", "Farid", "Grace", "Hamza", "Iona", "Jo",
    "Kwame", "Leila", "Megan", "Nadia", "Omar", "Precious", "Rhys", "Sana", "Tom", "Yusuf",
)  # fmt: skip
