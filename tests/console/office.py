"""The console in an office: colleagues at their browsers, in this process, on a fresh database of either kind."""

from __future__ import annotations

import datetime as dt
import hashlib
import itertools
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from html import unescape
from typing import Any
from zoneinfo import ZoneInfo

import httpx
import pyotp
from sqlalchemy import insert, select
from starlette.applications import Starlette
from starlette.routing import BaseRoute

from bot.house import House, Numbers
from bot.web import pages
from bot.web.console import gate
from bot.web.console.limits import Limits
from bot.web.console.visits import Console, Page
from storage import schema
from storage.staffing import enrolments, signins
from storage.staffing import staff as colleagues
from storage.staffing.enrolments import Choice
from storage.staffing.passwords import Passwords
from storage.staffing.staff import Newcomer, Staff
from tests.storage.world import NOON, World

ADDRESS = "http://127.0.0.1:8080"
PASSWORD = "four quiet green herons"
CHEAP, DEAR = Passwords(1, 8), Passwords(4, 8192)
BOT = 7000


@dataclass
class Office:
    """The console of `world` at `now`, which a test may set. Nobody is slowed down unless `limits` are given."""

    world: World
    now: dt.datetime = NOON
    public_url: str = ""
    limits: Limits | None = None
    extra: Sequence[BaseRoute] = ()
    dolls: Sequence[Page] | None = None  # in place of the pages there are
    dear: bool = False  # a password takes about as long as in earnest
    numbers: Iterator[int] = field(default_factory=lambda: itertools.count(1))

    def __post_init__(self) -> None:
        """Open it."""
        hours = itertools.count(0, 3600)
        self.house = House(self.world.keys, self.world.organisation_id, "The clinic", BOT, "me", Numbers(1))
        self.house = replace(self.house, zone=ZoneInfo("Europe/London"), public_url=self.public_url)
        limits = self.limits or Limits(lambda: float(next(hours)))
        self.console = Console(
            self.world.engine, self.house, lambda: self.now, self.public_url, DEAR if self.dear else CHEAP, limits
        )
        made = pages.routes(public=True, console=self.console)
        shown = made if self.dolls is None else gate.routes(self.console, self.dolls)
        self.app = Starlette(routes=[*self.extra, *shown], exception_handlers=pages.ERRORS)

    def move_out(self, public_url: str) -> None:
        """Have people reach the pages from outside; whoever is signed in has to do so again."""
        self.public_url = public_url
        self.__post_init__()

    def browser(self, address: str = "127.0.0.1", **headers: str) -> Browser:
        """A browser in which nobody is signed in."""
        return Browser(self, address, dict(headers))

    def staff(self, role: str = "officer", name: str = "", partner: int | None = None) -> Browser:
        """A new colleague, signed in without the pages of signing in; a partner gets an organisation of their own."""
        number = next(self.numbers)
        if role == "partner" and partner is None:
            partner = self.partner()
        newcomer = Newcomer(name or f"{role.title()} {number}", f"{role}{number}@example.org", role, partner)
        here, secret = self.world.organisation_id, pyotp.random_base32()

        def work(db: Any) -> tuple[Staff, str]:
            one = colleagues.invite(db, here, newcomer, "test", self.now)
            token = enrolments.make(db, one.id, self.now)
            enrolments.finish(db, self.world.keys, here, token, Choice(KEPT, secret, 0), self.now)
            return one, signins.begin(db, one.id, self.now)

        one, token = self.world.do(work)
        browser = self.browser()
        browser.who, browser.secret = one, secret
        browser.cookies["__Host-withus" if self.console.is_secure else "withus"] = token
        return browser

    def partner(self) -> int:
        """A new partner organisation's id."""
        number = next(self.numbers)
        row = {"code": f"partner{number}", "organisation_id": self.world.organisation_id, "name": f"Partner {number}"}
        return int(
            self.world.do(lambda db: db.scalars(insert(schema.partners).values(row).returning(schema.partners.c.id)).one())
        )

    def ask_all(self, asked: Iterable[tuple[Browser, str, str]]) -> list[httpx.Response]:
        """What many requests, each (browser, method, path), are answered: quicker than one by one. Cookies stay as they are."""

        async def whole() -> list[httpx.Response]:
            road = httpx.ASGITransport(self.app, raise_app_exceptions=False, client=("127.0.0.1", 4000))
            async with httpx.AsyncClient(transport=road, base_url=ADDRESS) as client:
                answers = []
                for browser, method, path in asked:
                    headers = {"cookie": "; ".join(f"{name}={value}" for name, value in browser.cookies.items()), **OURS}
                    data = {"csrf": browser.csrf} if method == "POST" else None
                    answers.append(await client.request(method, path, data=data, headers=headers))
                return answers

        return self.world.run(whole)

    def noted(self, what: str = "") -> list[tuple[str, str, str]]:
        """Who did what to what, as the audit has it, oldest first; `what` chooses."""
        rows = self.world.do(lambda db: db.execute(select(schema.audit).order_by(schema.audit.c.id)).all())
        return [(row.who, row.what, row.about) for row in rows if what in {"", row.what}]

    def pass_time(self, **span: float) -> None:
        """Let time pass: `minutes=31`."""
        self.now += dt.timedelta(**span)


@dataclass
class Browser:
    """One browser: it keeps cookies, and says where its forms come from as browsers do."""

    office: Office
    address: str
    headers: dict[str, str]
    who: Staff | None = None
    secret: str = ""
    cookies: dict[str, str] = field(default_factory=dict)

    def get(self, path: str, **headers: str) -> httpx.Response:
        """A page."""
        return self.send("GET", path, **headers)

    def post(self, path: str, fields: Mapping[str, Any] | None = None, files: Any = None, **headers: str) -> httpx.Response:
        """A form of our own page, its secret filled in; `fields` may hold lists. Headers are named with underscores."""
        filled = {"csrf": self.csrf, **(fields or {})}
        said = OURS | ({"origin": self.office.public_url} if self.office.public_url else {})
        return self.send("POST", path, data=filled, files=files, **(said | headers))

    def send(self, method: str, path: str, *, data: Any = None, files: Any = None, **headers: str) -> httpx.Response:
        """Anything at all, as it stands."""

        async def whole() -> httpx.Response:
            road = httpx.ASGITransport(self.office.app, raise_app_exceptions=False, client=(self.address, 4000))
            async with httpx.AsyncClient(transport=road, base_url=ADDRESS, cookies=self.cookies) as client:
                named = {name.replace("_", "-"): value for name, value in (self.headers | headers).items()}
                return await client.request(method, path, data=data, files=files, headers=named)

        answer = self.office.world.run(whole)
        for one in answer.headers.get_list("set-cookie"):
            name, _, rest = one.partition("=")
            value = rest.partition(";")[0].strip('"')
            if "max-age=0" in one.lower():
                self.cookies.pop(name, None)
            else:
                self.cookies[name] = value
        return answer

    def press(self, page: str, path: str, fields: Mapping[str, Any] | None = None) -> httpx.Response:
        """Open a page, and send the form on it that goes to `path` with all its hidden fields."""
        shown = self.get(page).text
        form = next(one for one in re.findall(r"<form.*?</form>", shown, re.DOTALL) if f'action="{path}"' in one)
        hidden = dict(re.findall(r'type="hidden" name="([^"]+)" value="([^"]*)"', form))
        return self.post(path, {name: unescape(value) for name, value in hidden.items()} | dict(fields or {}))

    @property
    def me(self) -> Staff:
        """Whoever this browser belongs to."""
        assert self.who
        return self.who

    @property
    def token(self) -> str:
        """The secret of the cookie; empty when nobody is signed in."""
        return self.cookies.get("__Host-withus") or self.cookies.get("withus") or ""

    @property
    def csrf(self) -> str:
        """What our own pages hold for whoever is signed in here."""
        return csrf(self.token)

    def code(self) -> str:
        """The next code of this colleague's authenticator: each call is half a minute later, for a code counts once."""
        self.office.pass_time(seconds=30)
        return pyotp.TOTP(self.secret).at(self.office.now)

    def confirm(self) -> None:
        """Show a code, for pages that want a fresh one."""
        assert self.post("/console/confirm", {"code": self.code()}).status_code == 303


def csrf(token: str) -> str:
    """What the forms of whoever has this cookie hold."""
    return hashlib.sha256(f"csrf|{token}".encode()).hexdigest()


OURS = {"origin": ADDRESS, "sec-fetch-site": "same-origin"}
KEPT = CHEAP.keep(PASSWORD)
