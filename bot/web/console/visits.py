"""One visit to a page of the console: who it is, what they sent, and how a page is answered."""

from __future__ import annotations

import asyncio
import datetime as dt
import hashlib
from collections.abc import Awaitable, Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any, TypeVar

from sqlalchemy import Connection
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncEngine
from starlette.datastructures import FormData, UploadFile
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from bot.access import Need, Permission, allows
from bot.house import House
from bot.web.console import cookies
from bot.web.console.limits import Limits
from bot.web.console.menu import entries
from bot.web.rendering import HEADERS, page
from storage import audit, troubles
from storage.database import READING
from storage.staffing import signins
from storage.staffing.passwords import Passwords
from storage.staffing.staff import Staff

T = TypeVar("T")

MOST_FIELDS, MOST_FILES = 500, 2
LARGEST_FIELD = 1 << 20  # bytes
LONGEST_VERSION = 9  # digits
OF_A_STRANGER = 10_000  # bytes of a field by somebody who is not signed in


class SignedOutError(Exception):
    """Whoever this was is not signed in any more, or may no longer do this."""


def _sound(words: str) -> str:
    """Words as a database takes them: PostgreSQL keeps no NUL, and half a letter cannot be written."""
    return words.replace("\0", "").encode(errors="replace").decode()


@dataclass(frozen=True, slots=True)
class Console:
    """What every page of the console stands on.

    `trying` tries passwords, one at a time and behind no other work; `making` has one file made at a time.
    """

    engine: AsyncEngine
    house: House
    clock: Callable[[], dt.datetime]
    public_url: str = ""
    passwords: Passwords = field(default_factory=Passwords)
    limits: Limits = field(default_factory=Limits)
    trying: ThreadPoolExecutor = field(default_factory=lambda: ThreadPoolExecutor(1, "passwords"))
    making: asyncio.Lock = field(default_factory=asyncio.Lock)

    @property
    def is_secure(self) -> bool:
        """Whether browsers come by https."""
        return self.public_url.startswith("https://")


@dataclass(frozen=True, slots=True)
class Form:
    """What was sent with a form: words without blanks at their ends; a file is asked for by `file`."""

    data: FormData

    def one(self, name: str, default: str = "") -> str:
        """The field's words; the first when it was sent several times."""
        value = self.data.get(name, default)
        return _sound(value).strip() if isinstance(value, str) else default

    def raw(self, name: str) -> str:
        """The field as it was typed, blanks and all, as a password wants it."""
        value = self.data.get(name, "")
        return _sound(value) if isinstance(value, str) else ""

    def all(self, name: str) -> list[str]:
        """Every value of a field that may be ticked several times."""
        return [_sound(value).strip() for value in self.data.getlist(name) if isinstance(value, str)]

    def words(self) -> dict[str, str]:
        """Every field that is no file, as `one` reads it."""
        return {name: self.one(name) for name, value in self.data.items() if isinstance(value, str)}

    def version(self) -> int:
        """The version somebody began from; -1, which nothing has, for what is none: it clashes, and what was typed stays."""
        told = self.one("version")
        return int(told) if told.isascii() and told.isdecimal() and len(told) <= LONGEST_VERSION else -1

    def file(self, name: str) -> UploadFile | None:
        """A file, if one was chosen."""
        value = self.data.get(name)
        return value if isinstance(value, UploadFile) and value.filename else None


@dataclass(slots=True)
class Visit:
    """One request by one member of staff; `staff` is nobody only on the pages by which one comes in."""

    console: Console
    request: Request
    need: Need
    staff: Staff | None = None
    token: str = ""  # the secret of their cookie
    _form: Form | None = field(default=None, repr=False)

    @property
    def who(self) -> Staff:
        """Whoever is signed in. Raises HTTPException 403 when nobody is."""
        if self.staff is None:
            raise HTTPException(403)
        return self.staff

    @property
    def house(self) -> House:
        """The installation."""
        return self.console.house

    @property
    def organisation_id(self) -> int:
        """Whose rows may be looked at: every query of a page has it in its WHERE."""
        return self.console.house.organisation_id

    @property
    def now(self) -> dt.datetime:
        """This instant."""
        return self.console.clock()

    @property
    def address(self) -> str:
        """Where the request comes from."""
        return self.request.client.host if self.request.client else ""

    @property
    def csrf(self) -> str:
        """What a form must bring back: only who has the cookie can know it."""
        return hashlib.sha256(f"csrf|{self.token}".encode()).hexdigest()

    def may(self, need: Permission) -> bool:
        """Whether whoever is signed in may do this."""
        return self.staff is not None and allows(self.staff.role, need)

    def part(self, name: str) -> str:
        """A part of the address."""
        return _sound(str(self.request.path_params[name]))

    def asked(self, name: str, default: str = "") -> str:
        """A word behind the question mark of the address."""
        return _sound(self.request.query_params.get(name, default)).strip()

    async def read(self, work: Callable[[Connection], T]) -> T:
        """Look something up, without taking the one writer's place."""
        async with self.console.engine.connect() as connection:
            await connection.execution_options(**READING)
            return await connection.run_sync(work)

    async def write(self, work: Callable[[Connection], T]) -> T:
        """Change something, all of it or nothing. Keep it short: while it lasts nobody's answer can be written.

        Raises SignedOutError, and changes nothing, when whoever it is was removed or given another role meanwhile.
        """
        try:
            return await self._write(work)
        except DBAPIError as error:  # as when two administrators remove each other
            if not troubles.is_deadlock(error):
                raise
            return await self._write(work)

    async def _write(self, work: Callable[[Connection], T]) -> T:
        async with self.console.engine.begin() as connection:
            return await connection.run_sync(self._still_allowed, work)

    def _still_allowed(self, db: Connection, work: Callable[[Connection], T]) -> T:
        if self.staff is not None:
            present = signins.find(db, self.organisation_id, self.token, self.now, hold=True)
            if present is None or not allows(present.role, self.need):
                raise SignedOutError
        return work(db)

    def note(self, db: Connection, what: str, about: str = "") -> None:
        """Add a row to the audit, in the transaction that does it; never a word of an answer."""
        self.note_of(db, self.who.code, what, about)

    def note_of(self, db: Connection, who: str, what: str, about: str = "") -> None:
        """The same of somebody who is not signed in."""
        audit.note(db, self.organisation_id, who, what, about, self.now)

    async def form(self) -> Form:
        """What was sent; that it came from our own page has been checked by the gate."""
        if self._form is None:
            files, largest = (MOST_FILES, LARGEST_FIELD) if self.staff else (0, OF_A_STRANGER)
            sent = await self.request.form(max_files=files, max_fields=MOST_FIELDS, max_part_size=largest)
            self._form = Form(sent)
        return self._form

    def page(self, template: str, told: Mapping[str, Any], status: int = 200) -> Response:
        """A page made of a template of the console."""
        secure = self.console.is_secure
        said = cookies.read(self.request, cookies.SAID, secure=secure)
        here = self.request.url.path
        menu = entries(self.staff.role, here) if self.staff else []
        response = page(f"console/{template}", {"visit": self, "said": said, "menu": menu, **told}, status)
        if said:
            cookies.take_back(response, cookies.SAID, secure=secure)
        return response

    def go(self, path: str, said: str = "") -> Response:
        """Send them on to another page of the console after a form, with a few words to be shown there once."""
        response = RedirectResponse(path, 303, HEADERS)
        if said:
            cookies.give(response, cookies.SAID, said, secure=self.console.is_secure, seconds=60)
        return response


Answer = Callable[[Visit], Awaitable[Response]]


@dataclass(frozen=True, slots=True)
class Page:
    """One page or form of the console, and what it needs: the gate knows no other way in.

    With `fresh` it wants a code of the authenticator that was shown a short while ago.
    """

    method: str  # GET | POST
    path: str  # /console/…
    answer: Answer
    need: Need
    fresh: bool = False
