"""What an observer in the same program is shown: every call with its answer, every update as it is queued."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Called:
    """A call that was answered: `method` as Telegram spells it if it is known, `body` as it was sent back.

    `status` is 0 and `body` empty when the connection was cut without an answer.
    """

    method: str
    parameters: dict[str, Any]
    status: int
    body: bytes


@dataclass(frozen=True, slots=True)
class Queued:
    """An update as the bot will get it. `kind` is the field it carries, "raw" for one put in by hand."""

    kind: str
    body: bytes


Witness = Callable[[Called | Queued], None]
