"""The Bot API methods that exist here; whatever is not in METHODS answers 404, as an unknown method does at Telegram."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

from emulator import account, copying, media, messages, polls, receiving
from emulator.parameters import Parameters
from emulator.world import World

Perform = Callable[[World, Parameters], Any | Awaitable[Any]]


@dataclass(frozen=True)
class Method:
    """A method's name as Telegram spells it, what it does, and the parameters Bot API 10.0 gives it."""

    name: str
    perform: Perform
    parameters: frozenset[str]

    @property
    def sends(self) -> bool:
        """Say whether it makes messages, for which Telegram has a pace."""
        return self.name.startswith(("send", "copy", "forward")) and self.name != "sendChatAction"

    def unknown(self, given: Parameters) -> list[str]:
        return [name for name in given.values if name not in self.parameters]


def _method(name: str, perform: Perform, parameters: str = "") -> Method:
    return Method(name, perform, frozenset(parameters.split()))


PLACE = "chat_id message_thread_id direct_messages_topic_id disable_notification protect_content"
FORWARDING = f"{PLACE} message_effect_id suggested_post_parameters"
SENDING = (
    f"{FORWARDING} business_connection_id allow_paid_broadcast reply_parameters reply_markup"
    " allow_sending_without_reply reply_to_message_id"
)
CAPTION = "caption parse_mode caption_entities"
SHOWN = f"{CAPTION} show_caption_above_media has_spoiler"
POLL = (
    "question options question_parse_mode question_entities is_anonymous type allows_multiple_answers allows_revoting"
    " shuffle_options allow_adding_options hide_results_until_closes members_only country_codes correct_option_ids"
    " correct_option_id explanation explanation_parse_mode explanation_entities explanation_media open_period close_date"
    " is_closed description description_parse_mode description_entities media"
)
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
        f"{SENDING} text parse_mode entities link_preview_options disable_web_page_preview",
    ),
    _method("sendPhoto", media.send_photo, f"{SENDING} {SHOWN} photo"),
    _method(
        "sendDocument",
        media.send_document,
        f"{SENDING} {CAPTION} document thumbnail disable_content_type_detection",
    ),
    _method(
        "sendVideo",
        media.send_video,
        f"{SENDING} {SHOWN} video duration width height thumbnail cover start_timestamp supports_streaming",
    ),
    _method("sendAnimation", media.send_animation, f"{SENDING} {SHOWN} animation duration width height thumbnail"),
    _method("sendAudio", media.send_audio, f"{SENDING} {CAPTION} audio duration performer title thumbnail"),
    _method("sendVoice", media.send_voice, f"{SENDING} {CAPTION} voice duration"),
    _method("sendVideoNote", media.send_video_note, f"{SENDING} video_note duration length thumbnail"),
    _method("sendSticker", media.send_sticker, f"{SENDING} sticker emoji"),
    _method(
        "sendMediaGroup",
        media.send_media_group,
        f"{PLACE} media business_connection_id message_effect_id allow_paid_broadcast reply_parameters"
        " allow_sending_without_reply reply_to_message_id",
    ),
    _method(
        "sendLocation",
        media.send_location,
        f"{SENDING} latitude longitude horizontal_accuracy live_period heading proximity_alert_radius",
    ),
    _method(
        "sendVenue",
        media.send_venue,
        f"{SENDING} latitude longitude title address foursquare_id foursquare_type google_place_id google_place_type",
    ),
    _method("sendContact", media.send_contact, f"{SENDING} phone_number first_name last_name vcard"),
    _method("sendDice", media.send_dice, f"{SENDING} emoji"),
    _method(
        "sendPoll",
        polls.send_poll,
        f"{POLL} chat_id message_thread_id disable_notification protect_content message_effect_id business_connection_id"
        " allow_paid_broadcast reply_parameters reply_markup allow_sending_without_reply reply_to_message_id",
    ),
    _method("stopPoll", polls.stop_poll, "chat_id message_id reply_markup business_connection_id"),
    _method(
        "copyMessage",
        copying.copy_message,
        f"{FORWARDING} {CAPTION} from_chat_id message_id video_start_timestamp show_caption_above_media reply_parameters"
        " reply_markup allow_paid_broadcast allow_sending_without_reply reply_to_message_id",
    ),
    _method("copyMessages", copying.copy_messages, f"{PLACE} from_chat_id message_ids remove_caption"),
    _method("forwardMessage", copying.forward_message, f"{FORWARDING} from_chat_id message_id video_start_timestamp"),
    _method("forwardMessages", copying.forward_messages, f"{PLACE} from_chat_id message_ids"),
    _method("getFile", media.get_file, "file_id"),
    _method(
        "editMessageText",
        messages.edit_message_text,
        f"{EDITING} text parse_mode entities link_preview_options disable_web_page_preview",
    ),
    _method("editMessageReplyMarkup", messages.edit_message_reply_markup, EDITING),
    _method(
        "editMessageCaption",
        messages.edit_message_caption,
        f"{EDITING} {CAPTION} show_caption_above_media",
    ),
    _method("deleteMessage", messages.delete_message, "chat_id message_id"),
    _method("deleteMessages", messages.delete_messages, "chat_id message_ids"),
    _method("setMessageReaction", messages.set_message_reaction, "chat_id message_id reaction is_big"),
    _method("pinChatMessage", messages.pin_chat_message, "chat_id message_id disable_notification business_connection_id"),
    _method("unpinChatMessage", messages.unpin_chat_message, "chat_id message_id business_connection_id"),
    _method("unpinAllChatMessages", messages.unpin_all_chat_messages, "chat_id"),
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
    _method("getMyName", account.get_my_name, "language_code"),
    _method("getMyDescription", account.get_my_description, "language_code"),
    _method("getMyShortDescription", account.get_my_short_description, "language_code"),
    _method("setChatMenuButton", account.set_chat_menu_button, "chat_id menu_button"),
    _method("getChatMenuButton", account.get_chat_menu_button, "chat_id"),
    _method("getUserProfilePhotos", media.get_user_profile_photos, "user_id offset limit"),
    _method("getChatMemberCount", account.get_chat_member_count, "chat_id"),
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
