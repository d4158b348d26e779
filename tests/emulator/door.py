"""A web server that a webhook can call: it remembers what came and answers what it was told to."""

import json
import queue
import ssl
import threading
from collections.abc import Mapping
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Self

import trustme


@dataclass(frozen=True)
class Reply:
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""


@dataclass
class Delivery:
    """One request; it stays unanswered until `answer` is called."""

    headers: Mapping[str, str]
    update: dict[str, Any]
    replies: "queue.Queue[Reply]" = field(default_factory=queue.Queue)

    def answer(self, status: int = 200, body: Any = None, **headers: str) -> None:
        content = b"" if body is None else json.dumps(body).encode()
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        self.replies.put(Reply(status, {"Content-Type": "application/json", **named}, content))


class Door:
    """Deliveries wait in the order they came; `next` hands them out. With a certificate it speaks TLS."""

    def __init__(self, certificate: trustme.LeafCert | None = None) -> None:
        self._came: queue.Queue[Delivery] = queue.Queue()
        self._open = 0
        self._counting = threading.Lock()
        self.most_at_once = 0
        door = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                delivery = Delivery(dict(self.headers), json.loads(body))
                reply = door.hold(delivery)
                if reply.status == 0:
                    self.close_connection = True
                    return
                self.send_response(reply.status)
                for name, value in reply.headers.items():
                    self.send_header(name, value)
                self.send_header("Content-Length", str(len(reply.body)))
                self.end_headers()
                self.wfile.write(reply.body)

            def log_message(self, *_: object) -> None:
                """Say nothing."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self._server.handle_error = lambda *_: None  # type: ignore[method-assign]  # some are meant to hang up
        self._server.block_on_close = False
        scheme = "http"
        if certificate is not None:
            scheme, context = "https", ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            certificate.configure_cert(context)
            self._server.socket = context.wrap_socket(self._server.socket, server_side=True)
        self.url = f"{scheme}://127.0.0.1:{self._server.server_port}/hook"
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.01,), daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    def hold(self, delivery: Delivery) -> Reply:
        """Keep a delivery waiting for its answer, and count how many wait."""
        with self._counting:
            self._open += 1
            self.most_at_once = max(self.most_at_once, self._open)
        self._came.put(delivery)
        reply = delivery.replies.get()
        with self._counting:
            self._open -= 1
        return reply

    def next(self, wait: float = 5) -> Delivery:
        """Return the next delivery. Raises AssertionError when none comes in time."""
        try:
            return self._came.get(timeout=wait)
        except queue.Empty:
            raise AssertionError(f"no delivery within {wait} s") from None

    def empty(self) -> bool:
        return self._came.empty()
