"""The demo's page: a phone and the results side by side, and the controls."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

import aiohttp
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, RedirectResponse, Response
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles

from bot.demo import door
from bot.demo.consultations import Scene
from bot.demo.crowd import Crowd
from bot.demo.hours import MOVES, Hours, stops
from bot.demo.neighbours import Neighbours
from bot.demo.office import COOKIE, Colleague, Office
from bot.demo.outage import Outage, Plug
from bot.demo.running import RunningBot
from bot.demo.settings import Settings

HERE = Path(__file__).parent
CONSOLE = "/console/"
MORE = 50  # people who come when more are asked for

_templates = Environment(
    loader=FileSystemLoader(HERE / "templates"), autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
)


class Page:
    """Shows everything, and does what its controls say."""

    def __init__(
        self,
        place: Settings,
        opened: Sequence[Scene],
        running: RunningBot,
        hours: Hours,
        plug: Plug,
        tasks: asyncio.TaskGroup,
        office: Office,
        neighbours: Neighbours,
    ) -> None:
        self._place = place
        self._opened = {one.slug: one for one in opened}
        self._running = running
        self._hours = hours
        self._plug = plug
        self._tasks = tasks
        self._office = office
        self._neighbours = neighbours
        self._moved = False

    async def serve(self) -> str:
        """Serve the page for as long as the demo goes on; returns its address."""
        routes = [
            Route("/", self._show),
            Route("/now", self._tell),
            Route("/console/{word}", self._enter),
            Route("/clock/{by}", self._move, methods=["POST"]),
            Route("/clock/to/{slug}", self._follow, methods=["POST"]),
            Route("/plug", self._pull, methods=["POST"]),
            Route("/people/{slug}", self._invite, methods=["POST"]),
            Mount("/static", StaticFiles(directory=HERE / "static")),
        ]
        frames = f"{self._place.telegram} {self._place.pages}"
        return await door.serve(Starlette(routes=routes), self._tasks, frames=frames)

    async def _show(self, request: Request) -> Response:
        chosen = self._chosen(request.query_params.get("show"))
        told = {
            "chosen": chosen,
            "opened": list(self._opened.values()),
            "phones": [
                (name, f"{self._place.telegram}/phone?person={person}&start={chosen.code}") for name, person in chosen.phones
            ],
            "more": MORE,
            "colleagues": self._office.people,
            "now": self._now(chosen),
        }
        response = HTMLResponse(_templates.get_template("demo.html").render(told))
        await self._keep_in(request, response)
        return response

    async def _enter(self, request: Request) -> Response:
        """Open the console as one of the colleagues: a cookie is for a computer, whichever of its ports set it."""
        one = await self._office.let_in(request.path_params["word"])
        if one is None:
            raise HTTPException(404)
        to = request.query_params.get("to", "")
        response = RedirectResponse(f"{self._place.pages}{to if to.startswith(CONSOLE) else CONSOLE}", 303)
        _sign_in(response, one)
        return response

    async def _tell(self, request: Request) -> Response:
        return JSONResponse(self._now(self._chosen(request.query_params.get("show"))))

    async def _move(self, request: Request) -> Response:
        by = request.path_params["by"]
        if by not in MOVES:
            raise HTTPException(404)
        await self._hours.move(by)
        return await self._moved_on(request, "/")

    async def _follow(self, request: Request) -> Response:
        chosen = self._chosen(request.path_params["slug"])
        if chosen.date is None:
            raise HTTPException(404)
        await self._hours.follow(chosen.date)
        return await self._moved_on(request, f"/?show={chosen.slug}")

    async def _moved_on(self, request: Request, to: str) -> Response:
        self._moved = True
        response = RedirectResponse(to, 303)
        await self._keep_in(request, response)  # whoever was signed in is not any more after a day
        return response

    async def _keep_in(self, request: Request, response: Response) -> None:
        """Have whoever looks on signed in, as whom they chose or as the first: the results on the page are the console's."""
        had = request.cookies.get(COOKIE)
        one = next((each for each in self._office.people if each.token == had), self._office.people[0])
        with suppress(aiohttp.ClientError):  # the bot may be off
            await self._office.let_in(one.word)
        if one.token != had:
            _sign_in(response, one)

    async def _pull(self, _request: Request) -> Response:
        if self._running.is_up:
            self._tasks.create_task(self._plug.pull())
            await asyncio.sleep(0)  # so that the page already hears that it is off
        return _back()

    async def _invite(self, request: Request) -> Response:
        crowd = self._chosen(request.path_params["slug"]).crowd
        if crowd is None:
            raise HTTPException(404)
        crowd.invite(MORE)
        return _back()

    def _chosen(self, slug: str | None) -> Scene:
        found = self._opened.get(slug) if slug else next(iter(self._opened.values()))
        if found is None:
            raise HTTPException(404)
        return found

    def _now(self, chosen: Scene) -> dict[str, str | int | bool]:
        """What changes while the page is open."""
        return {
            "up": self._running.is_up,
            "clock": str(self._hours),
            **(_count(chosen.crowd) if chosen.crowd else {}),
            "plug": str(self._plug.last or "") if self._running.is_up else str(Outage()),
            "neighbours": f"{self._neighbours.joined:,} of {self._neighbours.wanted:,} pretend neighbours have joined.",
            "moved": f"In the demo it is now {self._hours}." if self._moved else "",
            "stop": next((f"Go to {words}" for words, _ in stops(chosen.date, self._hours.now())), "") if chosen.date else "",
        }


def _count(crowd: Crowd) -> dict[str, str | int | bool]:
    left = f"; {crowd.left} left early" if crowd.left else ""
    return {
        "crowd": f"{crowd.finished} of {crowd.invited} pretend people have finished{left}.",
        "finished": crowd.finished,
        "left": crowd.left,
        "invited": crowd.invited,
    }


def _sign_in(response: Response, one: Colleague) -> None:
    response.set_cookie(COOKIE, one.token, path="/", httponly=True, samesite="lax")


def _back() -> Response:
    return RedirectResponse("/", 303)
