"""One simulated person, for tests: they start, speak, tap and hear."""

import base64
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from emulator.wire import Wire

Json = dict[str, Any]


@dataclass(frozen=True)
class Heard:
    """A message of the bot's: its text, its buttons' labels row by row, what marks the text, and the files in it."""

    message_id: int
    text: str
    buttons: tuple[tuple[str, ...], ...] = ()
    entities: tuple[Json, ...] = ()
    data: dict[str, str] = field(default_factory=dict)
    picture: str | None = None
    document: Json | None = None

    @property
    def labels(self) -> tuple[str, ...]:
        return tuple(label for row in self.buttons for label in row)


class Someone:
    """One person and their chat with the bot."""

    def __init__(self, wire: Wire, person_id: int, first_name: str) -> None:
        self.id, self.first_name = person_id, first_name
        self._wire = wire
        self._at = f"/sim/people/{person_id}"
        self._heard = 0
        self._seen = 0
        self._toasted = 0

    def starts(self, payload: str = "") -> None:
        """Press Start, as from a link `?start=payload`."""
        self._wire.post(f"{self._at}/start", {"payload": payload})

    def says(self, text: str, *, chat: int | None = None, reply_to: int | None = None) -> int:
        """Send a text; return its message id (the last one's, if the text is so long that it needs several)."""
        given = {"text": text, "reply_to": reply_to, **({} if chat is None else {"chat": chat})}
        return int(self._wire.post(f"{self._at}/send", given)["message_ids"][-1])

    def sends(self, kind: str, caption: str = "", *, chat: int | None = None) -> int:
        """Send a photo, voice, document, sticker, contact, location, video, poll or dice."""
        given = {"kind": kind, "caption": caption, **({} if chat is None else {"chat": chat})}
        return int(self._wire.post(f"{self._at}/send", given)["message_ids"][-1])

    def sends_file(self, name: str, content: bytes, media_type: str = "application/octet-stream") -> int:
        """Send a document of their own."""
        given = {"file": name, "content": base64.b64encode(content).decode(), "type": media_type}
        return int(self._wire.post(f"{self._at}/send", given)["message_ids"][-1])

    def edits(self, message_id: int, text: str) -> None:
        """Change an earlier message of their own."""
        self._wire.post(f"{self._at}/send", {"edit": message_id, "text": text})

    def taps(self, label: str, *, message_id: int | None = None, wait: float = 5) -> str:
        """Tap a button of the newest message that has buttons (or of `message_id`); return the query's id.

        An exact label wins over one that contains the words. Waits for the button to appear; raises AssertionError.
        """

        def find(view: Json) -> tuple[int, str] | None:
            return _find_button(view["messages"], label, message_id)

        found = self._until(find, wait, f"no button {label!r} appeared")
        return self.taps_data(found[1], message_id=found[0])

    def votes(self, *options: int, message_id: int | None = None, poll: str | None = None) -> None:
        """Choose options by number in the poll of a message, or in one forwarded to them; none takes the vote back."""
        where = {"message_id": message_id} if poll is None else {"poll_id": poll}
        self._wire.post(f"{self._at}/vote", {"options": options, **where})

    def taps_data(self, data: str, *, message_id: int, force: bool = False) -> str:
        """Tap the button with this data; with `force`, forge the tap although no such button is there."""
        given = {"message_id": message_id, "data": data, "force": force}
        return str(self._wire.post(f"{self._at}/tap", given)["query_id"])

    def hears(self, wait: float = 5) -> Heard:
        """Return the bot's next message. Raises AssertionError, showing the chat, when none comes in time."""

        def find(view: Json) -> Json | None:
            return next((event for event in view["events"] if event["type"] == "message"), None)

        event = self._until(find, wait, "heard nothing more", after=self._heard)
        self._heard = event["seq"]
        return _heard(event["message"])

    def hears_nothing(self) -> None:
        """Assert that no further message of the bot's is there now."""
        events = self.chat(self._heard)["events"]
        messages = [event["message"]["text"] for event in events if event["type"] == "message"]
        if messages:
            raise AssertionError(f"{self.first_name} heard {messages!r}")

    def sees(self) -> list[str]:
        """Return the texts of the bot's messages since the last time this was asked."""
        view = self.chat(self._seen)
        self._seen = view["seq"]
        return [event["message"]["text"] for event in view["events"] if event["type"] == "message"]

    def toast(self, wait: float = 5) -> str:
        """Return the next short notice a tap brought up."""

        def find(view: Json) -> Json | None:
            return next((event for event in view["events"] if event["type"] == "toast"), None)

        event = self._until(find, wait, "no toast appeared", after=self._toasted)
        self._toasted = event["seq"]
        return str(event["text"])

    def sees_edit(self, message_id: int, wait: float = 5) -> Heard:
        """Wait until a message of the bot's has been edited, and return it as it is now."""

        def find(view: Json) -> Json | None:
            edits = (event for event in view["events"] if event["type"] == "edit")
            return next((event for event in edits if event["message"]["message_id"] == message_id), None)

        self._until(find, wait, f"message {message_id} was not edited")
        return self.shows(message_id)

    def shows(self, message_id: int) -> Heard:
        """Return a message as it looks now."""
        return next(_heard(view) for view in self.chat()["messages"] if view["message_id"] == message_id)

    def blocks(self) -> None:
        self._wire.post(f"{self._at}/block", {})

    def unblocks(self) -> None:
        self._wire.post(f"{self._at}/unblock", {})

    def deletes_account(self) -> None:
        self._wire.post(f"{self._at}/deactivate", {})

    def chat(self, after: int = 0, wait: float = 0) -> Json:
        """The chat as JSON: `seq`, `events` after `after`, `messages` as they look now."""
        view: Json = self._wire.get(f"{self._at}/chat", after=after, wait=wait)
        return view

    def transcript(self) -> str:
        """The whole chat, a line a message, buttons in brackets."""
        return "\n".join(_line(view) for view in self.chat()["messages"])

    def _until(self, find: "Callable[[Json], Any]", wait: float, problem: str, after: int = 0) -> Any:
        """Poll the chat until `find` returns something. Raises AssertionError with the chat in it."""
        deadline, view = time.monotonic() + wait, self.chat(after)
        while (found := find(view)) is None:
            left = deadline - time.monotonic()
            if left <= 0:
                raise AssertionError(f"{self.first_name}: {problem} within {wait} s. The chat:\n{self.transcript()}")
            newer = self.chat(view["seq"], max(left, 0.01))
            view = {**newer, "events": view["events"] + newer["events"]}
        return found


def _find_button(messages: list[Json], label: str, message_id: int | None) -> tuple[int, str] | None:
    for view in reversed(messages):
        if not view["buttons"] or message_id not in {None, view["message_id"]}:
            continue
        buttons = [button for row in view["buttons"] for button in row if button["data"] is not None]
        exact = [button for button in buttons if button["label"] == label]
        close = [button for button in buttons if label.casefold() in button["label"].casefold()]
        chosen = (exact or close)[:1]
        return (int(view["message_id"]), str(chosen[0]["data"])) if chosen else None
    return None


def _heard(view: Json) -> Heard:
    rows = tuple(tuple(button["label"] for button in row) for row in view["buttons"])
    data = {button["label"]: button["data"] for row in view["buttons"] for button in row if button["data"] is not None}
    return Heard(int(view["message_id"]), view["text"], rows, tuple(view["entities"]), data, view["picture"], view["document"])


def _line(view: Json) -> str:
    buttons = "".join(f" [{button['label']}]" for row in view["buttons"] for button in row)
    return f"{'bot' if view['from'] == 'bot' else view['name']}: {view['text'] or view['attachment']}{buttons}"
