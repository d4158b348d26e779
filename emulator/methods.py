"""The Bot API methods that exist here; whatever is not in METHODS answers 404, as an unknown method does at Telegram."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

from emulator import account, messages, receiving
from emulator.parameters import Parameters
from emulator.world import World

Perform = Callable[[World, Parameters], Any | Awaitable[Any]]


@dataclass(frozen=True)
class Method:
    """A method's name as Telegram spells it, what it does, and the parameters Bot API 10.0 gives it."""

    name: str
    perform: Perform
    parameters: frozenset[str]

    def unknown(self, given: Parameters) -> list[str]:
        return [name for name in given.values if name not in self.parameters]


def _method(name: str, perform: Perform, parameters: str = "") -> Method:
    return Method(name, perform, frozenset(parameters.split()))


SENDING = (
    "chat_id disable_notification protect_content reply_markup message_thread_id reply_parameters parse_mode"
    " business_connection_id message_effect_id allow_paid_broadcast direct_messages_topic_id"
    " suggested_post_parameters allow_sending_without_reply reply_to_message_id"
)
CAPTION = "caption caption_entities show_caption_above_media has_spoiler"
EDITING = "chat_id message_id inline_message_id reply_markup business_connection_id"

LISTED = (
    _method("getMe", account.get_me),
    _method("getUpdates", receiving.get_updates, "offset limit timeout allowed_updates"),
    _method(
        "setWebhook",
        receiving.set_webhook,
        "url certificate max_connections allowed_updates ip_address drop_pending_updates secret_token",
    ),
    _method("deleteWebhook", receiving.delete_webhook, "drop_pending_updates"),
    _method("getWebhookInfo", receiving.get_webhook_info),
    _method(
        "sendMessage",
        messages.send_message,
        f"{SENDING} text entities link_preview_options disable_web_page_preview",
    ),
    _method("sendPhoto", messages.send_photo, f"{SENDING} {CAPTION} photo"),
    _method(
        "sendDocument",
        messages.send_document,
        f"{SENDING} caption caption_entities document thumbnail disable_content_type_detection",
    ),
    _method("getFile", messages.get_file, "file_id"),
    _method(
        "editMessageText",
        messages.edit_message_text,
        f"{EDITING} text parse_mode entities link_preview_options disable_web_page_preview",
    ),
    _method("editMessageReplyMarkup", messages.edit_message_reply_markup, EDITING),
    _method("deleteMessage", messages.delete_message, "chat_id message_id"),
    _method(
        "answerCallbackQuery",
        messages.answer_callback_query,
        "callback_query_id text show_alert url cache_time",
    ),
    _method(
        "sendChatAction",
        messages.send_chat_action,
        "chat_id action message_thread_id business_connection_id",
    ),
    _method("setMyCommands", account.set_my_commands, "commands scope language_code"),
    _method("getMyCommands", account.get_my_commands, "scope language_code"),
    _method("deleteMyCommands", account.delete_my_commands, "scope language_code"),
    _method("setMyName", account.set_my_name, "name language_code"),
    _method("setMyDescription", account.set_my_description, "description language_code"),
    _method("setMyShortDescription", account.set_my_short_description, "short_description language_code"),
    _method("getChat", account.get_chat, "chat_id"),
    _method("getChatMember", account.get_chat_member, "chat_id user_id"),
    _method("leaveChat", account.leave_chat, "chat_id"),
    _method("logOut", account.log_out),
    _method("close", account.close),
)

METHODS: dict[str, Method] = {method.name.lower(): method for method in LISTED}
