"""A proxy as they stand in front of bots: speaks TLS, holds every body back until it is whole, passes it on in pieces."""

from __future__ import annotations

import asyncio
import ssl
import threading
from dataclasses import dataclass, field
from typing import Self

PIECE = 7  # bytes; no update comes in one


@dataclass
class Proxy:
    """Stands at `port` of this computer while it is entered; `passed` counts what went through, `lines` who called."""

    context: ssl.SSLContext
    to: int
    port: int = 0
    passed: int = 0
    lines: int = 0
    _loop: asyncio.AbstractEventLoop = field(default_factory=asyncio.new_event_loop)

    def __enter__(self) -> Self:
        self._server = self._loop.run_until_complete(asyncio.start_server(self._serve, "127.0.0.1", 0, ssl=self.context))
        self.port = self._server.sockets[0].getsockname()[1]
        self._thread = threading.Thread(target=self._loop.run_forever, name="proxy")
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        async def end() -> None:
            self._server.close()
            others = asyncio.all_tasks() - {asyncio.current_task()}
            for task in others:
                task.cancel()
            await asyncio.gather(*others, return_exceptions=True)

        asyncio.run_coroutine_threadsafe(end(), self._loop).result(10)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One caller: as many requests as it likes, over one line of ours to the bot."""
        self.lines += 1
        back, out = await asyncio.open_connection("127.0.0.1", self.to)
        try:
            while request := await _whole(reader):
                head, body = request
                told = b"\r\nX-Forwarded-For: 203.0.113.7\r\nX-Forwarded-Proto: https\r\nVia: 1.1 a-proxy\r\n\r\n"
                await _pour(out, head.removesuffix(b"\r\n\r\n") + told + body)
                answer = await _whole(back)
                if answer is None:
                    break
                self.passed += 1
                await _pour(writer, b"".join(answer))
        except (ConnectionError, asyncio.IncompleteReadError):
            pass
        finally:
            out.transport.abort()
            writer.transport.abort()


async def _whole(reader: asyncio.StreamReader) -> tuple[bytes, bytes] | None:
    """Head and body of the next message on a line, once all of it is there; None at its end."""
    try:
        head = await reader.readuntil(b"\r\n\r\n")
    except asyncio.IncompleteReadError:
        return None
    lengths = [line.partition(b":")[2] for line in head.lower().split(b"\r\n") if line.startswith(b"content-length:")]
    return head, await reader.readexactly(int(lengths[0]) if lengths else 0)


async def _pour(writer: asyncio.StreamWriter, data: bytes) -> None:
    for at in range(0, len(data), PIECE):
        writer.write(data[at : at + PIECE])
        await asyncio.sleep(0)  # each piece a packet of its own, as far as the system allows
    await writer.drain()
