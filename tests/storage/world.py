"""A small organisation in a fresh database, with people who answer."""

from __future__ import annotations

import datetime as dt
from collections.abc import Awaitable, Callable, Iterable, Mapping
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from pathlib import Path
from types import TracebackType
from typing import Any, Self, TypeVar

from anyio.from_thread import start_blocking_portal
from sqlalchemy import Connection, Table, func, insert, select

from conversations import flow as flows
from conversations.flow import Flow
from conversations.session import Answer, Session
from storage import codes, engagements, keys, organisations, schema, sessions
from storage.database import open_database
from storage.engagements import Engagement
from storage.figures import results
from storage.keys import Keys
from storage.sessions import Change, Held

Result = TypeVar("Result")

NOON = dt.datetime(2027, 2, 1, 12, tzinfo=dt.UTC)

SOURCE = """
format = 1
id = "clinic"
kind = "consultation"
title.en = "The new clinic"
identity = "{identity}"
audience = "everyone"
[charter]
settles.en = "what the clinic puts right first"
decided_by.en = "The delivery group"
can_change.en = "where and when"
cannot_change.en = "the budget"
feedback_by = 2027-03-01
[[steps]]
id = "hello"
kind = "say"
ask.en = "Hello"
[[steps]]
id = "who"
kind = "choice"
ask.en = "Which best describes you?"
options = [{{ id = "have", label.en = "I have it" }}, {{ id = "care", label.en = "I care for someone" }}]
[[steps]]
id = "first"
kind = "choices"
ask.en = "What would help first?"
options = [
  {{ id = "nearer", label.en = "Nearer home" }},
  {{ id = "later", label.en = "Later in the day" }},
  {{ id = "phone", label.en = "By phone" }},
]
[[steps]]
id = "wrong"
kind = "text"
ask.en = "One thing we should not get wrong?"
optional = true
[[steps]]
id = "tell-me"
kind = "yes-no"
about = "me"
ask.en = "Shall we tell you what happens next?"
"""


@dataclass
class World:
    """The database behind `url`, and the organisation in it; `do` runs work in a transaction of its own.

    Its event loop has a thread of its own, for a test that drives a browser has another one already.
    """

    url: str
    keys: Keys
    organisation_id: int = 0
    stack: ExitStack = field(default_factory=ExitStack)

    def __enter__(self) -> Self:
        self.portal = self.stack.enter_context(start_blocking_portal())
        self.engine = self.run(lambda: open_database(self.url))
        self.stack.callback(lambda: self.run(self.engine.dispose))
        self.organisation_id = self.do(lambda db: organisations.settle(db, "The clinic", "Europe/London", NOON))
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.stack.close()

    def run(self, work: Callable[[], Awaitable[Result]]) -> Result:
        return self.portal.call(work)

    def do(self, work: Callable[[Connection], Result]) -> Result:
        async def whole() -> Result:
            async with self.engine.begin() as connection:
                return await connection.run_sync(work)

        return self.run(whole)

    def engage(self, identity: str = "confidential", source: str = SOURCE) -> Engagement:
        """The engagement in `source`, open; a changed source makes a new edition of it."""
        text = source.format(identity=identity) if "{identity}" in source else source
        slug = flows.read(text).id

        def adopt(db: Connection) -> Engagement:
            engagements.adopt(db, self.organisation_id, {slug: text}, NOON)
            found = engagements.find(db, self.organisation_id, slug)
            assert found
            engagements.set_state(db, found.id, engagements.OPEN, NOON)
            return replace(found, state=engagements.OPEN)

        return self.do(adopt)

    def flow(self, engagement: Engagement) -> Flow:
        return self.do(lambda db: engagements.read_editions(db, [engagement.edition_id]))[engagement.edition_id]

    def meet(self) -> tuple[int, str]:
        """A new person's id and code."""
        return self.do(self._meet)

    def _meet(self, db: Connection) -> tuple[int, str]:
        code = codes.make()
        row = {"code": code, "organisation_id": self.organisation_id, "met_on": NOON.date()}
        return db.scalars(insert(schema.people).values(row).returning(schema.people.c.id)).one(), code

    def answer(self, engagement: Engagement, said: Mapping[str, Answer], **more: Any) -> int:
        """Someone new says this; returns their id. See `answer_all`."""
        return self.answer_all(engagement, [said], **more)[0]

    def answer_all(
        self,
        engagement: Engagement,
        all_said: Iterable[Mapping[str, Answer]],
        *,
        finished: bool = True,
        now: dt.datetime = NOON,
        door: str = "telegram",
    ) -> list[int]:
        """Someone new says each of these; returns their ids."""

        def work(db: Connection) -> list[int]:
            changes = []
            for said in all_said:
                person, code = self._meet(db)
                session = Session(codes.make(), engagement.edition, said, finished=finished)
                who = sessions.respondent(self.keys, engagement, code)
                held = Held(None, person, engagement, engagement.edition_id, who, session, now, door)
                changes.append(Change(None, held, frozenset({"tell-me"})))
            sessions.save(db, self.keys, changes, now)
            return [change.after.person_id for change in changes]

        return self.do(work)

    def exact(self, engagement: Engagement) -> dict[str, Any]:
        flow = self.flow(engagement)
        return self.do(lambda db: results.exact(db, self.keys, engagement, flow))

    def released(self, engagement: Engagement) -> dict[str, Any]:
        flow = self.flow(engagement)
        return self.do(lambda db: results.released(db, engagement, flow))

    def count(self, table: Table) -> int:
        return self.do(lambda db: db.scalars(select(func.count()).select_from(table)).one())


def pick(*options: str, language: str = "en") -> Answer:
    return Answer(options, language=language)


def write(words: str) -> Answer:
    return Answer(text=words)


SKIPPED = Answer(skipped=True)


def make_keys(folder: Path) -> Keys:
    return keys.make(folder / "keys.json")
