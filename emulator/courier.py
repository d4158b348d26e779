"""One delivery over HTTP, and its failures in the words of Telegram's `last_error_message`."""

import ssl
from dataclasses import dataclass
from typing import Any

import aiohttp

PATIENCE = 60.0  # seconds for the answer, before the connection is closed


@dataclass(frozen=True)
class Settings:
    """What setWebhook was given; `certificate` is the PEM text of one's own."""

    url: str
    secret: str
    max_connections: int
    certificate: str = ""


@dataclass(frozen=True)
class Answer:
    """What came back: `status` 0 when nothing did; `retry_after` in seconds; `closed`: the connection is gone."""

    status: int
    problem: str = ""
    retry_after: float | None = None
    content_type: str = ""
    body: bytes = b""
    closed: bool = False

    @property
    def accepted(self) -> bool:
        return 200 <= self.status <= 299  # noqa: PLR2004  what HTTP calls success


class Courier:
    """Carries updates; its connections stay open as long as the other side lets them."""

    def __init__(self, patience: float = PATIENCE) -> None:
        self._patience = patience
        self._session: aiohttp.ClientSession | None = None
        self._trust: dict[str, ssl.SSLContext] = {}

    async def carry(self, settings: Settings, body: bytes) -> Answer:
        """Post one update. Never raises for what the other side does."""
        headers = {"Content-Type": "application/json"}
        if settings.secret:
            headers["X-Telegram-Bot-Api-Secret-Token"] = settings.secret
        options: dict[str, Any] = {"headers": headers, "allow_redirects": False}
        try:
            if settings.certificate:
                options["ssl"] = self._trusting(settings.certificate)
            async with self._open().post(settings.url, data=body, **options) as response:
                return _read(response, await response.read())
        except (TimeoutError, aiohttp.ClientError, OSError, ValueError) as problem:
            return Answer(0, _say(problem), closed=True)

    async def close(self) -> None:
        if self._session is not None:
            await self._session.close()

    def _open(self) -> aiohttp.ClientSession:
        if self._session is None:
            connector = aiohttp.TCPConnector(limit=0)
            self._session = aiohttp.ClientSession(connector=connector, timeout=aiohttp.ClientTimeout(total=self._patience))
        return self._session

    def _trusting(self, certificate: str) -> ssl.SSLContext:
        if certificate not in self._trust:
            self._trust[certificate] = ssl.create_default_context(cadata=certificate)
        return self._trust[certificate]


def _read(response: aiohttp.ClientResponse, body: bytes) -> Answer:
    after = response.headers.get("Retry-After", "")
    accepted = 200 <= response.status <= 299  # noqa: PLR2004  as above
    return Answer(
        response.status,
        "" if accepted else f"Wrong response from the webhook: {response.status} {response.reason}",
        float(after) if after.isdigit() else None,
        response.content_type,
        body,
        response.headers.get("Connection", "").lower() == "close",
    )


def _say(problem: Exception) -> str:
    match problem:
        case TimeoutError():
            return "Read timeout expired"
        case aiohttp.ClientConnectorCertificateError():
            return CERTIFICATE_REFUSED
        case aiohttp.ClientConnectorSSLError(os_error=ssl.SSLError(reason=str(reason))):
            return f"SSL error {{error:{SSL_CODES.get(reason, '0A000000')}:SSL routines::{reason.lower().replace('_', ' ')}}}"
        case aiohttp.ClientConnectorDNSError():
            return "Failed to resolve host: Name or service not known"
        case aiohttp.ClientConnectorError():
            return "Connection refused"
        case ConnectionResetError() | aiohttp.ClientOSError():
            return "Connection reset by peer"
        case _:
            return "Connection closed"


CERTIFICATE_REFUSED = "SSL error {error:0A000086:SSL routines::certificate verify failed}"
SSL_CODES = {
    "CERTIFICATE_VERIFY_FAILED": "0A000086",
    "WRONG_VERSION_NUMBER": "0A00010B",
    "TLSV1_ALERT_PROTOCOL_VERSION": "0A00042E",
    "SSLV3_ALERT_HANDSHAKE_FAILURE": "0A000410",
    "UNEXPECTED_EOF_WHILE_READING": "0A000126",
}
