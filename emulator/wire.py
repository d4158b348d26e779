"""The wire to an emulator: JSON over one kept connection a thread."""

import http.client
import json
import threading
from typing import Any, Self
from urllib.parse import urlencode, urlsplit


class Wire:
    """Requests to the emulator at `url`; safe to share between threads."""

    def __init__(self, url: str) -> None:
        self.url = url
        parts = urlsplit(url)
        self._host, self._port = parts.hostname or "127.0.0.1", parts.port or 80
        self._local = threading.local()
        self._opened: list[http.client.HTTPConnection] = []

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Close the connections of all threads; a later request opens a new one."""
        while self._opened:
            self._opened.pop().close()

    def get(self, path: str, **query: object) -> Any:
        return self.request("GET", f"{path}?{urlencode(query)}" if query else path)

    def post(self, path: str, given: object) -> Any:
        return self.request("POST", path, json.dumps(given).encode())

    def delete(self, path: str) -> Any:
        return self.request("DELETE", path)

    def request(self, verb: str, path: str, body: bytes = b"", *, refused: bool = False) -> Any:
        connection = self._connect()
        headers = {"Content-Type": "application/json"}
        try:
            connection.request(verb, path, body or None, headers)
            response = connection.getresponse()
            answer = json.loads(response.read())
        except (http.client.HTTPException, OSError):
            connection.close()
            raise
        if response.status >= http.client.BAD_REQUEST and not refused:
            raise AssertionError(f"{verb} {path}: {answer.get('error', answer)}")
        return answer

    def _connect(self) -> http.client.HTTPConnection:
        connection: http.client.HTTPConnection | None = getattr(self._local, "connection", None)
        if connection is None:
            connection = self._local.connection = http.client.HTTPConnection(self._host, self._port, timeout=60)
            self._opened.append(connection)
        return connection
