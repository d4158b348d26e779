"""The office in the demo: two colleagues who sign in to the console by themselves, as people do, over HTTP."""

from __future__ import annotations

import html
import re
from collections.abc import Mapping
from dataclasses import dataclass, field

import aiohttp
import pyotp

from bot.demo.hours import Hours
from bot.demo.settings import Settings
from bot.demo.shelter import Shelter
from bot.demo.trouble import Trouble

PASSWORD = "four quiet green herons"  # noqa: S105 - nobody else can reach the demo
COOKIE = "withus"
_HIDDEN = {name: re.compile(f'name="{name}" value="([^"]*)"') for name in ("csrf", "version")}
_BEGUN, _KEY = re.compile(r'name="begun" value="([^"]+)"'), re.compile(r'<code class="key">([^<]+)</code>')


@dataclass
class Colleague:
    """One of them: who they are, how their authenticator makes codes, and the cookie of their browser."""

    name: str
    email: str
    role: str
    secret: str = ""
    token: str = ""

    @property
    def word(self) -> str:
        """How they are called in an address."""
        return self.name.split()[0].lower()


@dataclass
class Office:
    """Everybody in it, and the way in."""

    shelter: Shelter
    place: Settings
    hours: Hours
    people: tuple[Colleague, ...] = field(
        default_factory=lambda: (
            Colleague("Sam Lee", "sam@riverside.example", "admin"),
            Colleague("Alex Kim", "alex@riverside.example", "officer"),
        )
    )

    async def open(self) -> None:
        """Take everybody in. Raises Trouble when somebody cannot get in."""
        for one in self.people:
            told = await self.shelter.ask(
                "staff", "add", "--name", one.name, "--email", one.email, "--role", one.role, "--config", str(self.place.config)
            )
            await self._enrol(one, _link(told))

    async def let_in(self, word: str) -> Colleague | None:
        """The one who is called so, signed in; None when nobody is."""
        found = next((one for one in self.people if one.word == word), None)
        if found and not await self._is_in(found):
            await self._sign_in(found)
        return found

    async def read(self, path: str) -> str:
        """A page as the first of them sees it."""
        async with self._browser(self.people[0]) as browser, browser.get(path) as answer:
            return await answer.text()

    async def send(self, page: str, to: str, fields: Mapping[str, str]) -> str:
        """Fill in a form of `page` and send it; returns where that leads. Raises Trouble when it is refused."""
        shown = await self.read(page)
        hidden = {name: found[1] for name, field in _HIDDEN.items() if (found := field.search(shown))}
        async with self._browser(self.people[0]) as browser:
            sent = browser.post(to, data={**hidden, **fields}, allow_redirects=False)
            async with sent as answer:
                if answer.status != SEE_OTHER:
                    raise Trouble(f"The console refused {to} ({answer.status}), so the demo cannot start.")
                return answer.headers["Location"]

    async def _enrol(self, one: Colleague, path: str) -> None:
        async with self._browser(one) as browser:
            _, page = await _send(browser, path, password=PASSWORD, again=PASSWORD)
            begun, key = _BEGUN.search(page), _KEY.search(page)
            if not begun or not key:
                raise Trouble("Nobody can be taken in to the console, so the demo cannot start.")
            one.secret = key[1].replace(" ", "")
            await _send(browser, f"{path}/code", begun=html.unescape(begun[1]), code=self._code(one))
            self._keep(one, browser)

    async def _is_in(self, one: Colleague) -> bool:
        async with self._browser(one) as browser, browser.get("/console/me", allow_redirects=False) as answer:
            return answer.status == OK

    async def _sign_in(self, one: Colleague) -> None:
        async with self._browser(one) as browser:
            await _send(browser, "/console/sign-in", email=one.email, password=PASSWORD, code=self._code(one), next="")
            self._keep(one, browser)

    def _code(self, one: Colleague) -> str:
        return pyotp.TOTP(one.secret).at(self.hours.now())

    def _browser(self, one: Colleague) -> aiohttp.ClientSession:
        cookies = {COOKIE: one.token} if one.token else None
        jar = aiohttp.CookieJar(unsafe=True)  # the address is a number
        return aiohttp.ClientSession(self.place.pages, headers={"Origin": self.place.pages}, cookies=cookies, cookie_jar=jar)

    def _keep(self, one: Colleague, browser: aiohttp.ClientSession) -> None:
        for cookie in browser.cookie_jar:
            if cookie.key == COOKIE:
                one.token = cookie.value


async def _send(browser: aiohttp.ClientSession, path: str, **fields: str) -> tuple[int, str]:
    """What comes of a form."""
    async with browser.post(path, data=fields, allow_redirects=False) as answer:
        return answer.status, await answer.text()


OK, SEE_OTHER = 200, 303


def _link(told: str) -> str:
    """The path of the link in what `staff add` said."""
    found = re.search(r"https?://[^/\s]+(/console/enrol/\S+)", told)
    if found is None:
        raise Trouble(f"`staff add` gave no link, so the demo cannot start:\n{told}")
    return found[1].rstrip(".")
