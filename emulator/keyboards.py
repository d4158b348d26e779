"""The buttons a bot puts under a message, checked as Telegram checks them."""

from typing import Any
from urllib.parse import urlsplit

from emulator.parameters import Parameters
from emulator.refusals import bad

Markup = dict[str, Any]


def read_markup(given: Parameters, *, inline_only: bool = False) -> Markup | None:
    """Return the reply markup, None when there is none or it is empty. Raises Refusal."""
    markup = given.data("reply_markup")
    if markup is None:
        return None
    if not isinstance(markup, dict):
        raise bad("object expected as reply markup")
    if "inline_keyboard" in markup:
        return _check_inline(markup["inline_keyboard"])
    if inline_only and markup:
        raise bad("inline keyboard expected")
    if "keyboard" in markup:
        return {**markup, "keyboard": [[_reply_button(button) for button in row] for row in markup["keyboard"]]}
    return markup or None


def is_inline(markup: Markup | None) -> bool:
    return markup is not None and "inline_keyboard" in markup


def _check_inline(rows: Any) -> Markup | None:
    if not isinstance(rows, list) or not all(isinstance(row, list) for row in rows):
        raise bad('field "inline_keyboard" of the InlineKeyboardMarkup must be an Array of Arrays')
    checked = [[_check_button(button) for button in row] for row in rows if row]
    if sum(map(len, checked)) > MOST_BUTTONS:
        raise bad("reply markup is too long")
    return {"inline_keyboard": checked} if checked else None


def _check_button(button: Any) -> Markup:
    if not isinstance(button, dict):
        raise bad("can't parse inline keyboard button: InlineKeyboardButton must be an Object")
    if "text" not in button:
        raise bad("can't parse inline keyboard button: Can't find field \"text\"")
    if not isinstance(button["text"], str):
        raise bad('can\'t parse inline keyboard button: Field "text" must be of type String')
    if not button["text"].strip():
        raise bad("inline keyboard button text must be non-empty")
    if not any(button.get(action) for action in ACTIONS):
        raise bad("can't parse inline keyboard button: Text buttons are unallowed in the inline keyboard")
    if len(str(button.get("callback_data") or "").encode()) > MOST_DATA:
        raise bad("BUTTON_DATA_INVALID")
    if url := button.get("url"):
        _check_url(url)
    return button


def _check_url(url: str) -> None:
    parts = urlsplit(url if "://" in url else f"http://{url}")
    if parts.scheme not in {"http", "https", "tg", "ton"}:
        raise bad(f"inline keyboard button URL '{url}' is invalid: Unsupported URL protocol")
    # Telegram takes no host without a dot, so `localhost` fails where an address does not.
    if parts.scheme.startswith("http") and "." not in (parts.hostname or ""):
        raise bad(f"inline keyboard button URL '{url}' is invalid: Wrong HTTP URL")


def _reply_button(button: Any) -> Markup:
    return button if isinstance(button, dict) else {"text": str(button)}


MOST_BUTTONS = 100
MOST_DATA = 64  # bytes, not letters
ACTIONS = (
    "callback_data",
    "url",
    "login_url",
    "web_app",
    "switch_inline_query",
    "switch_inline_query_current_chat",
    "switch_inline_query_chosen_chat",
    "copy_text",
    "callback_game",
    "pay",
)
