"""What Telegram answers when it refuses, in its own words."""

from typing import Any


class Refusal(Exception):
    """A call the Bot API refuses: `code` is both the HTTP status and `error_code`, `pause` how long it lets one wait for it."""

    def __init__(self, code: int, description: str, pause: float = 0.0, **parameters: int) -> None:
        super().__init__(description)
        self.code = code
        self.description = description
        self.pause = pause
        self.parameters = parameters

    def body(self) -> dict[str, Any]:
        answer: dict[str, Any] = {"ok": False, "error_code": self.code, "description": self.description}
        return {**answer, "parameters": self.parameters} if self.parameters else answer


class ActRefusedError(Exception):
    """Something a simulated person cannot do, such as tapping a button that is not there."""


def bad(description: str) -> Refusal:
    return Refusal(400, f"Bad Request: {description}")


def unparsable(problem: str) -> Refusal:
    return bad(f"can't parse entities: {problem}")


def not_found() -> Refusal:
    return Refusal(404, "Not Found")


def unauthorized() -> Refusal:
    return Refusal(401, "Unauthorized")


def conflict(description: str) -> Refusal:
    return Refusal(409, f"Conflict: {description}")


def forbidden(description: str) -> Refusal:
    return Refusal(403, f"Forbidden: {description}")


def too_many_requests(retry_after: int) -> Refusal:
    return flooded(retry_after)


def flooded(retry_after: int, pause: float = 0.0) -> Refusal:
    return Refusal(429, f"Too Many Requests: retry after {retry_after}", pause, retry_after=retry_after)


def migrated(chat_id: int) -> Refusal:
    return Refusal(400, "Bad Request: group chat was upgraded to a supergroup chat", migrate_to_chat_id=chat_id)


def too_large() -> Refusal:
    return Refusal(413, "Request Entity Too Large")


NOT_MODIFIED = (
    "message is not modified: specified new message content and reply markup are exactly the same"
    " as a current content and reply markup of the message"
)
QUERY_TOO_OLD = "query is too old and response timeout expired or query ID is invalid"
OTHER_POLLER = "terminated by other getUpdates request; make sure that only one bot instance is running"
WEBHOOK_ACTIVE = "can't use getUpdates method while webhook is active; use deleteWebhook to delete the webhook first"
POLL_ENDED_BY_WEBHOOK = "terminated by setWebhook request"
