"""Structured logs on standard error: JSON for machines, lines for people. Never message text, never the token."""

from __future__ import annotations

import contextlib
import logging
import sys
from collections.abc import MutableMapping
from typing import Any

import structlog

HIDDEN = ("text", "body", "token", "url", "secret", "words", "name")
"""Keys that never reach a log, whoever writes them."""


def configure(*, verbose: bool = False) -> None:
    """Set logging up for this process."""
    renderer: Any = structlog.dev.ConsoleRenderer() if sys.stderr.isatty() else structlog.processors.JSONRenderer()
    _PROCESSORS[:] = [
        structlog.contextvars.merge_contextvars,
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        _hide,
        _unquote,
        renderer,
    ]
    structlog.configure(
        processors=_PROCESSORS,
        wrapper_class=structlog.make_filtering_bound_logger(logging.DEBUG if verbose else logging.INFO),
        logger_factory=lambda *_: _Teller(),
        cache_logger_on_first_use=True,
    )
    logging.basicConfig(stream=sys.stderr, level=logging.WARNING, format="%(levelname)s %(name)s %(message)s")
    for name in ("httpx", "httpcore", "telegram", "aiohttp", "sqlalchemy"):
        logging.getLogger(name).setLevel(logging.ERROR)


_PROCESSORS: list[Any] = []
"""One list for good: a logger that has spoken keeps the one it had, whatever is configured afterwards."""


class _Teller:
    """Prints log lines. One that cannot be written, because the disk is full, must not stop what it speaks of."""

    def msg(self, line: str) -> None:
        """Print a line on standard error."""
        with contextlib.suppress(OSError):
            sys.stderr.write(f"{line}\n")
            sys.stderr.flush()

    debug = info = warning = error = critical = exception = msg


def _hide(_logger: Any, _method: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    for key in HIDDEN:
        event.pop(key, None)
    return event


def _unquote(_logger: Any, _method: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """Name an exception by its kind and where it was raised: its message and frames can quote what people said."""
    info = event.pop("exc_info", None)
    error = sys.exc_info()[1] if info is True else info
    if isinstance(error, BaseException):
        event["error"] = type(error).__name__
        at = error.__traceback__
        while at and at.tb_next:
            at = at.tb_next
        if at:
            event["at"] = f"{at.tb_frame.f_globals.get('__name__', '')}:{at.tb_lineno}"
    return event
