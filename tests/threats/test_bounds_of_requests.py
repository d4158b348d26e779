"""What the web server of the house bears from strangers: slowness, size and numbers, each up to a bound."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager

import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.routing import Route
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from bot.web import server

HEAD = b"POST /here HTTP/1.1\r\nHost: here\r\n"
SOON = 1.0  # seconds, in which an unbounded server would still be waiting


@pytest.fixture(autouse=True)
def _haste(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(server, "WHOLE_WITHIN", 0.3)
    monkeypatch.setattr(server, "CONNECTIONS", 20)


@asynccontextmanager
async def served() -> AsyncIterator[int]:
    """The port of a server that reads the whole body of what is posted to it, or none of it."""

    async def hear(request: Request) -> PlainTextResponse:
        return PlainTextResponse(str(len(await request.body())))

    made = server.make(Starlette(routes=[Route("/here", hear, methods=["POST"])]))
    bound = server.listen("127.0.0.1", 0)
    task = asyncio.create_task(made.serve(sockets=[bound]))
    while not made.started:  # noqa: ASYNC110 - uvicorn tells nobody
        await asyncio.sleep(0)
    try:
        yield bound.getsockname()[1]
    finally:
        made.should_exit = made.force_exit = True
        await task


async def send(port: int, pieces: Iterator[bytes]) -> tuple[bytes, float]:
    """What came back by the time the line was cut, and how long that took; pieces are sent as long as it holds."""
    began = time.monotonic()
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    sending = asyncio.create_task(_pour(writer, pieces))
    answer = b""
    try:
        async with asyncio.timeout(SOON):
            while piece := await reader.read(65_536):
                answer += piece
    except ConnectionError:
        pass
    finally:
        sending.cancel()
        writer.transport.abort()
    return answer, time.monotonic() - began


async def _pour(writer: asyncio.StreamWriter, pieces: Iterator[bytes]) -> None:
    for piece in pieces:
        if writer.transport.is_closing():
            return
        writer.write(piece)
        await asyncio.sleep(0.01 if len(piece) < 100 else 0)


def nothing() -> Iterator[bytes]:
    yield from ()


def slow_head() -> Iterator[bytes]:
    yield HEAD
    while True:
        yield b"X-Slow: 1\r\n"


def slow_body() -> Iterator[bytes]:
    yield HEAD + b"Content-Length: 100000\r\n\r\n"
    while True:
        yield b"x"


def slow_again() -> Iterator[bytes]:
    """Well-behaved once, and slow with the next request on the same line."""
    yield HEAD + b"Content-Length: 1\r\n\r\nx"
    yield from slow_head()


def endless_head() -> Iterator[bytes]:
    yield HEAD
    while True:
        yield b"X-Long: " + b"x" * 60_000 + b"\r\n"


def endless_body() -> Iterator[bytes]:
    yield HEAD + b"Transfer-Encoding: chunked\r\n\r\n"
    while True:
        yield b"10000\r\n" + b"x" * 0x10000 + b"\r\n"


@pytest.mark.parametrize("stranger", [nothing, slow_head, slow_body, slow_again, endless_head, endless_body])
async def test_a_request_that_does_not_end_is_cut_off(stranger: Callable[[], Iterator[bytes]]) -> None:
    async with served() as port:
        answer, seconds = await send(port, stranger())
        assert answer.count(b"HTTP/1.1") == (stranger is slow_again)
        assert seconds < SOON
        assert b"200 OK" in (await send(port, honest()))[0]


@pytest.mark.parametrize("stranger", [nothing, slow_head, slow_body])
async def test_without_our_bounds_a_slow_request_would_hold_its_place(
    stranger: Callable[[], Iterator[bytes]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(server, "Protocol", HttpToolsProtocol)
    async with served() as port:
        with pytest.raises(TimeoutError):
            await send(port, stranger())


async def test_more_lines_than_there_is_room_for_are_cut_and_the_others_served() -> None:
    async with served() as port:
        held = [await asyncio.open_connection("127.0.0.1", port) for _ in range(30)]
        over = [reader for reader, _ in held[20:]]
        assert await asyncio.gather(*(_until_cut(reader) for reader in over)) == [b""] * 10
        _, first = held[0]
        first.write(next(honest()))
        assert b"200 OK" in await held[0][0].readline()
        for _, writer in held:
            writer.transport.abort()


async def test_a_request_in_pieces_is_whole_in_the_end() -> None:
    whole = next(honest())
    async with served() as port:
        answer, _ = await send(port, iter([whole[at : at + 9] for at in range(0, len(whole), 9)]))
        assert b"200 OK" in answer


async def _until_cut(reader: asyncio.StreamReader) -> bytes:
    try:
        return await asyncio.wait_for(reader.read(), SOON)
    except ConnectionError:
        return b""


def honest() -> Iterator[bytes]:
    yield b"POST /here HTTP/1.1\r\nHost: a\r\nConnection: close\r\nContent-Length: 2\r\n\r\nhi"
