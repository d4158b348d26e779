"""Files, albums, places and contacts; messages copied, forwarded, pinned and given a reaction."""

from typing import Any

import pytest
from telegram import Bot, InputMediaDocument, InputMediaPhoto
from telegram.error import BadRequest

from emulator import files
from emulator.client import Someone, Telegram
from emulator.methods import METHODS
from tests.emulator.test_calls import request
from tests.paint import png

KINDS = ("photo", "document", "video", "animation", "audio", "voice", "video_note", "sticker")


@pytest.fixture
def picture() -> bytes:
    return png(40, 30)


@pytest.mark.parametrize("kind", KINDS)
async def test_a_file_of_every_kind_arrives_and_is_known_by_its_id(
    kind: str, bot: Bot, aisha: Someone, picture: bytes
) -> None:  # fmt: skip
    send = getattr(bot, f"send_{kind}")
    sent = await send(aisha.id, picture)
    about = getattr(sent, kind)
    file = about[-1] if kind == "photo" else about
    assert getattr(await send(aisha.id, file.file_id), kind)
    assert not sent.api_kwargs
    fetched = await (await bot.get_file(file.file_id)).download_as_bytearray()
    assert bytes(fetched) == picture


async def test_an_album_arrives_whole(bot: Bot, aisha: Someone, picture: bytes) -> None:
    album = await bot.send_media_group(aisha.id, [InputMediaPhoto(picture, caption="One"), InputMediaPhoto(picture)])
    assert len({message.media_group_id for message in album}) == 1
    assert aisha.sees() == ["One", ""]


@pytest.mark.parametrize("count", [1, 11])
async def test_an_album_has_two_to_ten_parts(count: int, bot: Bot, aisha: Someone, picture: bytes) -> None:
    with pytest.raises(BadRequest, match="Too few or too many"):
        await bot.send_media_group(aisha.id, [InputMediaPhoto(picture)] * count)
    assert aisha.sees() == []


async def test_documents_and_pictures_do_not_mix_in_an_album(bot: Bot, aisha: Someone, picture: bytes) -> None:
    with pytest.raises(BadRequest, match="different types"):
        await bot.send_media_group(aisha.id, [InputMediaPhoto(picture), InputMediaDocument(picture)])


async def test_places_contacts_and_dice_arrive(bot: Bot, aisha: Someone) -> None:
    assert (await bot.send_location(aisha.id, 53.48, -2.24)).location is not None
    assert (await bot.send_venue(aisha.id, 53.48, -2.24, "Library", "1 High Street")).venue is not None
    assert (await bot.send_contact(aisha.id, "+447700900123", "Jo")).contact is not None
    dice = (await bot.send_dice(aisha.id)).dice
    assert dice is not None
    assert 1 <= dice.value <= 6


@pytest.mark.nonsense
@pytest.mark.parametrize(
    "method, given, words",
    [
        ("sendLocation", {"latitude": 91, "longitude": 0}, "wrong latitude or longitude specified"),
        ("sendContact", {"phone_number": "1"}, "first name must be non-empty"),
        ("sendVideo", {}, "there is no video in the request"),
        ("sendVideo", {"video": "nothing-known"}, "wrong file identifier/HTTP URL specified"),
        ("sendVideo", {"video": "attach://lost"}, "file attachment lost not found"),
        ("sendDice", {"emoji": "x"}, "wrong dice emoji specified"),
        ("setMessageReaction", {"message_id": 1, "reaction": [{"type": "emoji", "emoji": "🦊"}]}, "REACTION_INVALID"),
        ("setMessageReaction", {"message_id": 1, "reaction": [{}, {}]}, "REACTIONS_TOO_MANY"),
        ("copyMessage", {"from_chat_id": 1, "message_id": 1}, "chat not found"),
        ("deleteMessages", {"message_ids": list(range(101))}, "too many message identifiers specified"),
        ("unpinChatMessage", {}, "message to unpin not found"),
    ],
)
def test_what_cannot_be_sent_is_refused(
    method: str, given: dict[str, Any], words: str, telegram: Telegram, aisha: Someone
) -> None:  # fmt: skip
    assert telegram.bot(method, chat_id=aisha.id, **given)["description"] == f"Bad Request: {words}"


def test_a_file_may_be_attached_under_any_name(telegram: Telegram, aisha: Someone) -> None:
    part = '--x\r\nContent-Disposition: form-data; name="{}"{}\r\n\r\n{}\r\n'
    body = part.format("chat_id", "", aisha.id) + part.format("document", "", "attach://other")
    body += part.format("other", '; filename="letter.txt"', "Dear all") + "--x--\r\n"
    path = f"/bot{telegram.token}/sendDocument"
    status, answer = request(telegram, "POST", path, body.encode(), "multipart/form-data; boundary=x")
    assert status == 200
    assert answer["result"]["document"]["file_name"] == "letter.txt"


def test_an_upload_of_more_than_fifty_megabytes_is_too_large(telegram: Telegram, aisha: Someone) -> None:
    path = f"/bot{telegram.token}/sendDocument?chat_id={aisha.id}"
    status, answer = request(telegram, "POST", path, bytes(50 * 1024 * 1024 + 1), "application/octet-stream")
    assert (status, answer["description"]) == (413, "Request Entity Too Large")


async def test_a_file_of_more_than_twenty_megabytes_cannot_be_fetched(
    bot: Bot, aisha: Someone, monkeypatch: pytest.MonkeyPatch
) -> None:  # fmt: skip
    assert files.LARGEST_DOWNLOAD == 20 * 1024 * 1024
    monkeypatch.setattr(files, "LARGEST_DOWNLOAD", 1000)
    sent = await bot.send_document(aisha.id, bytes(1001))
    assert sent.document is not None
    with pytest.raises(BadRequest, match="File is too big"):
        await bot.get_file(sent.document.file_id)


async def test_what_a_person_sent_can_be_sent_back_and_fetched(bot: Bot, aisha: Someone) -> None:
    aisha.sends("voice")
    message = (await bot.get_updates())[-1].message
    assert message is not None
    assert message.voice is not None
    assert (await bot.send_voice(aisha.id, message.voice.file_id)).voice is not None
    assert len(await (await message.voice.get_file()).download_as_bytearray()) == message.voice.file_size


async def test_a_caption_can_be_changed_and_a_text_has_none(bot: Bot, aisha: Someone, picture: bytes) -> None:
    sent = await bot.send_photo(aisha.id, picture, caption="<b>One</b>", parse_mode="HTML")
    await sent.edit_caption("Two")
    assert aisha.shows(sent.message_id).text == "Two"
    with pytest.raises(BadRequest, match="not modified"):
        await sent.edit_caption("Two")
    with pytest.raises(BadRequest, match="caption is too long"):
        await sent.edit_caption("x" * 1025)
    text = await bot.send_message(aisha.id, "Hello")
    with pytest.raises(BadRequest, match="no caption in the message"):
        await text.edit_caption("Two")
    with pytest.raises(BadRequest, match="no text in the message"):
        await sent.edit_text("Hello")


async def test_a_copy_looks_like_the_bots_own_and_a_forward_tells_where_it_is_from(bot: Bot, aisha: Someone) -> None:
    said = aisha.says("hello")
    copy = await bot.copy_message(aisha.id, aisha.id, said)
    forward = await bot.forward_message(aisha.id, aisha.id, said)
    assert aisha.sees() == ["hello", "hello"]
    assert copy.message_id == forward.message_id - 1
    assert forward.forward_origin is not None
    assert forward.to_dict()["forward_origin"]["sender_user"]["id"] == aisha.id


async def test_several_can_be_copied_forwarded_and_deleted_at_once(bot: Bot, aisha: Someone) -> None:
    said = [aisha.says("one"), aisha.says("two")]
    copies = await bot.copy_messages(aisha.id, aisha.id, [*said, 999_999])
    forwards = await bot.forward_messages(aisha.id, aisha.id, said)
    assert aisha.sees() == ["one", "two"] * 2
    assert await bot.delete_messages(aisha.id, [one.message_id for one in (*copies, *forwards)])
    assert len(aisha.chat()["messages"]) == 3
    with pytest.raises(BadRequest, match="no messages to copy"):
        await bot.copy_messages(aisha.id, aisha.id, [999_999])


async def test_what_is_protected_goes_no_further(bot: Bot, aisha: Someone) -> None:
    sent = await bot.send_message(aisha.id, "secret", protect_content=True)
    with pytest.raises(BadRequest, match="can't be copied"):
        await sent.copy(aisha.id)
    with pytest.raises(BadRequest, match="can't be forwarded"):
        await bot.forward_message(aisha.id, aisha.id, sent.message_id)


async def test_a_reaction_is_seen(bot: Bot, aisha: Someone) -> None:
    said = aisha.says("thank you")
    assert await bot.set_message_reaction(aisha.id, said, "❤")
    assert aisha.chat()["events"][-1]["emoji"] == "❤"


async def test_what_is_pinned_is_told_and_can_be_taken_down(bot: Bot, aisha: Someone) -> None:
    sent = await bot.send_message(aisha.id, "Rules")
    assert await bot.pin_chat_message(aisha.id, sent.message_id)
    service = (await bot.get_updates())[-1].message
    assert service is not None
    assert service.pinned_message is not None
    assert service.pinned_message.message_id == sent.message_id
    assert await bot.unpin_chat_message(aisha.id)
    assert await bot.unpin_all_chat_messages(aisha.id)


async def test_a_bot_can_ask_what_it_said_of_itself(bot: Bot, aisha: Someone) -> None:
    assert (await bot.get_my_name()).name == "Local bot"
    await bot.set_my_description("We ask.")
    await bot.set_my_short_description("Asks.")
    assert (await bot.get_my_description("cy")).description == "We ask."
    assert (await bot.get_my_short_description()).short_description == "Asks."
    assert (await bot.get_chat_menu_button()).type == "default"
    await bot.set_chat_menu_button(aisha.id, {"type": "commands"})  # type: ignore[arg-type]
    assert (await bot.get_chat_menu_button(aisha.id)).type == "commands"
    assert (await bot.get_user_profile_photos(aisha.id)).total_count == 0
    assert await bot.get_chat_member_count(aisha.id) == 2


def test_only_what_makes_messages_has_a_pace() -> None:
    assert {"sendmessage", "sendpoll", "copymessage", "forwardmessages"} <= {name for name, one in METHODS.items() if one.sends}
    assert not any(METHODS[name].sends for name in ("sendchataction", "editmessagetext", "answercallbackquery"))
