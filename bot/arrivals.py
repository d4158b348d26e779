"""What came through a door, read and ready for a turn."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from conversations.inputs import Input

TELEGRAM = "telegram"
"""The door that Telegram chats come through."""


@dataclass(frozen=True, slots=True)
class Arrival:
    """One update. `given` is None when it asks for no turn; then `state`, `group` or `trace` say what it is about."""

    update_id: int
    chat_id: int
    update: Any  # as it came, to be kept if it fails
    given: Input | None = None
    query_id: str = ""  # the tap to answer
    message_id: int = 0  # the message that was tapped
    state: str = ""  # the address became: open | blocked
    group: bool = False  # said in a group, where this bot does not stay
    trace: str = ""  # why it could not be read
    mark: int = 0  # of a tap: the same for the same tap, under whatever number it comes
    said_at: int = 0  # by Telegram's clock, in seconds since 1970; 0 when it does not say
