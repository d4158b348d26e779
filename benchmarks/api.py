"""The Bot API as far as a survey needs it: what the bot calls, told to the people it concerns."""

import asyncio
from collections import Counter
from collections.abc import Callable
from time import perf_counter
from typing import Any, Protocol
from urllib.parse import parse_qsl

import orjson

from benchmarks.updates import Tap, Update, Updates
from benchmarks.webhook import MOST_CONNECTIONS, Delivery
from benchmarks.wire import Request, Wire, header

BOT = {"id": 7000, "is_bot": True, "first_name": "With Us", "username": "with_us_bot"}
TRUE = b'{"ok":true,"result":true}'
Arguments = dict[str, Any]


class Listener(Protocol):
    """Those to whom the bot writes."""

    def hear(self, chat: int, message: Arguments) -> None:
        """Receive a new message."""

    def see(self, chat: int, message: Arguments) -> None:
        """Notice that a message was changed."""


class Api:
    """One bot's server. `late` is the seconds before a call takes effect and is answered, `first` the first update's number."""

    def __init__(self, late: float = 0.0, first: int = 1) -> None:
        self.listener: Listener | None = None
        self.calls: Counter[str] = Counter()
        self.fetches = 0
        self.fetched = 0
        self.received = 0
        self.ready = asyncio.Event()
        self.delivery: Delivery | None = None
        self._late = late
        self._updates = Updates(self._handed)
        self._numbers = iter(range(first, 1 << 62))
        self._loop = asyncio.get_running_loop()

    def connect(self) -> Wire:
        """Make the server's end of one connection."""
        return Wire(self._serve_late if self._late else self._serve)

    def post(self, chat: int, content: Arguments) -> Tap:
        """Give the bot an update, by its webhook if it has one."""
        number = next(self._numbers)
        update = Update(number, chat, orjson.dumps({"update_id": number, **content}), Tap(perf_counter()))
        (self.delivery or self._updates).put(update)
        return update.tap

    def refused(self) -> int:
        """Count the deliveries that the webhook refused or cut off."""
        return self.delivery.refusals.total() if self.delivery else 0

    def number(self) -> int:
        """Number a message."""
        return next(self._numbers)

    def _serve_late(self, wire: Wire, request: Request) -> None:
        self._loop.call_later(self._late, self._serve, wire, request)

    def _serve(self, wire: Wire, request: Request) -> None:
        method = request.target.rpartition("/")[2].partition("?")[0]
        arguments = _arguments(request)
        self.calls[method] += 1
        self.received += len(request.head) + len(request.body)
        if method == "getUpdates":
            self._poll(wire, arguments)
        else:
            answer = self._call(method, arguments)
            wire.answer(answer or b'{"ok":false,"error_code":404,"description":"Not Found"}', 200 if answer else 404)

    def _poll(self, wire: Wire, arguments: Arguments) -> None:
        if self.delivery is not None:
            wire.answer(b'{"ok":false,"error_code":409,"description":"Conflict: a webhook is active"}', 409)
            return
        self.ready.set()
        self._updates.poll(wire, arguments)

    def _handed(self, count: int) -> None:
        self.fetches += 1 if count else 0
        self.fetched += count

    def _call(self, method: str, arguments: Arguments) -> bytes | None:
        if call := METHODS.get(method):
            return call(self, arguments)
        return TRUE if method.startswith(("set", "delete", "sendChatAction")) else None

    def _replied(self, body: bytes) -> None:
        """Run the call that a webhook's answer may carry."""
        arguments = orjson.loads(body) if body.startswith(b"{") else {}
        if method := arguments.pop("method", None):
            self.calls[method] += 1
            self._call(method, arguments)

    def me(self, _: Arguments) -> bytes:
        return _result(BOT)

    def set_webhook(self, arguments: Arguments) -> bytes:
        connections = int(arguments.get("max_connections") or MOST_CONNECTIONS)
        secret = str(arguments.get("secret_token") or "")
        if url := arguments.get("url"):
            self.delivery = Delivery(url, secret, connections, self._replied)
            self.ready.set()
        return TRUE

    def webhook(self, _: Arguments) -> bytes:
        return _result({"url": "", "has_custom_certificate": False, "pending_update_count": 0})

    def send(self, arguments: Arguments) -> bytes:
        assert self.listener is not None
        return self._tell(self.listener.hear, self.number(), arguments)

    def edit(self, arguments: Arguments) -> bytes:
        assert self.listener is not None
        return self._tell(self.listener.see, int(arguments["message_id"]), arguments)

    def _tell(self, tell: Callable[[int, Arguments], None], number: int, arguments: Arguments) -> bytes:
        """Tell the person only once the answer is on its way to the bot: a person is slower than a wire."""
        chat = int(arguments["chat_id"])
        message = _message(number, chat, arguments)
        self._loop.call_soon(tell, chat, message)
        return _result(message)


def _message(number: int, chat: int, arguments: Arguments) -> Arguments:
    message = {
        "message_id": number,
        "from": BOT,
        "chat": {"id": chat, "first_name": "Sam", "type": "private"},
        "date": 1_790_000_000,
        "text": arguments.get("text", ""),
    }
    markup = arguments.get("reply_markup")
    if isinstance(markup, str):
        markup = orjson.loads(markup)
    if markup and "inline_keyboard" in markup:
        message["reply_markup"] = markup
    return message


def _arguments(request: Request) -> Arguments:
    if (header(request.head, b"content-type") or b"").startswith(b"application/json"):
        return orjson.loads(request.body) if request.body else {}
    return dict(parse_qsl(request.body.decode() or request.target.partition("?")[2]))


def _result(value: object) -> bytes:
    return b'{"ok":true,"result":' + orjson.dumps(value) + b"}"


METHODS: dict[str, Callable[[Api, Arguments], bytes]] = {
    "getMe": Api.me,
    "setWebhook": Api.set_webhook,
    "getWebhookInfo": Api.webhook,
    "sendMessage": Api.send,
    "editMessageText": Api.edit,
    "editMessageReplyMarkup": Api.edit,
    "answerCallbackQuery": lambda _api, _arguments: TRUE,
}
