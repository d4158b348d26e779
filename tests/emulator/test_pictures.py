"""Pictures: uploaded once, sent again by file id, fetched, seen, and refused as Telegram refuses them."""

import json
import urllib.error
import urllib.request
from collections.abc import Callable
from typing import Any

import pytest
from telegram import Bot, InputFile, Message, MessageEntity

from emulator.client import Someone, Telegram
from emulator.images import measure
from tests.emulator.test_calls import request, unread
from tests.paint import JPEG, png


def upload(telegram: Telegram, content: bytes, **fields: object) -> dict[str, Any]:
    """Call sendPhoto with a file, as a form of several parts."""
    parts = [
        f'--x\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'.encode() for name, value in fields.items()
    ]
    head = b'--x\r\nContent-Disposition: form-data; name="photo"; filename="map.png"\r\nContent-Type: image/png\r\n\r\n'
    body = b"".join([*parts, head, content, b"\r\n--x--\r\n"])
    _, answer = request(telegram, "POST", f"/bot{telegram.token}/sendPhoto", body, "multipart/form-data; boundary=x")
    return dict(answer)


def largest(sent: Message) -> str:
    return sent.photo[-1].file_id


def fetch(address: str) -> bytes:
    with urllib.request.urlopen(address, timeout=10) as response:  # noqa: S310  our own address
        return bytes(response.read())


@pytest.mark.parametrize("content, size", [(png(60, 40), (60, 40)), (JPEG, (60, 40)), (b"GIF89a", None), (png()[:-4], None)])
def test_a_pictures_size_is_read_from_its_header(content: bytes, size: tuple[int, int] | None) -> None:
    assert measure(content) == size


async def test_a_picture_comes_back_in_sizes_that_grow(bot: Bot, aisha: Someone) -> None:
    sent = await bot.send_photo(aisha.id, png(1000, 500), caption="The map")
    assert [(size.width, size.height) for size in sent.photo] == [(90, 45), (320, 160), (800, 400), (1000, 500)]
    assert len({size.file_id for size in sent.photo}) == len({size.file_unique_id for size in sent.photo}) == 4
    assert not unread(sent)


async def test_a_picture_is_sent_again_by_its_file_id(bot: Bot, telegram: Telegram, aisha: Someone) -> None:
    first = await bot.send_photo(aisha.id, png(), caption="The map")
    ben = telegram.person("Ben")
    ben.starts()
    again = await bot.send_photo(ben.id, largest(first), caption="Y map")
    assert largest(again) == largest(first)
    assert (ben.hears().text, aisha.hears().text) == ("Y map", "The map")


@pytest.mark.parametrize("kind", ["application/json", "application/x-www-form-urlencoded"])
def test_a_file_id_may_come_as(kind: str, telegram: Telegram, aisha: Someone) -> None:
    file_id = upload(telegram, png(), chat_id=aisha.id)["result"]["photo"][-1]["file_id"]
    given = {"chat_id": aisha.id, "photo": file_id}
    body = json.dumps(given) if kind.endswith("json") else "&".join(f"{name}={value}" for name, value in given.items())
    status, answer = request(telegram, "POST", f"/bot{telegram.token}/sendPhoto", body.encode(), kind)
    assert (status, answer["result"]["photo"][-1]["file_id"]) == (200, file_id)


async def test_two_uploads_of_the_same_bytes_are_two_files(bot: Bot, aisha: Someone) -> None:
    sent = [await bot.send_photo(aisha.id, png()) for _ in range(2)]
    assert len({largest(one) for one in sent}) == 2


async def test_a_caption_keeps_its_marks_and_may_be_left_out(bot: Bot, aisha: Someone) -> None:
    marked = await bot.send_photo(aisha.id, png(), "The map", caption_entities=[MessageEntity("bold", 4, 3)])
    bare = await bot.send_photo(aisha.id, png())
    assert [(one.type, one.offset, one.length) for one in marked.caption_entities] == [("bold", 4, 3)]
    assert bare.caption is None
    assert [(one["text"], one["entities"]) for one in aisha.chat()["messages"][-2:]] == [
        ("The map", [{"type": "bold", "offset": 4, "length": 3}]),
        ("", []),
    ]


async def test_a_picture_may_carry_buttons(telegram: Telegram, aisha: Someone) -> None:
    markup = json.dumps({"inline_keyboard": [[{"text": "Yes", "callback_data": "y"}]]})
    upload(telegram, png(), chat_id=aisha.id, caption="Here?", reply_markup=markup)
    assert aisha.hears().labels == ("Yes",)


async def test_a_file_can_be_fetched_by_the_bot(bot: Bot, telegram: Telegram, aisha: Someone) -> None:
    sent = await bot.send_photo(aisha.id, InputFile(png(), "map.png"))
    file = await bot.get_file(largest(sent))
    assert file.file_size == len(png())
    assert file.file_path
    path = file.file_path.rpartition("/photos/")[2]
    assert fetch(f"{telegram.url}/file/bot{telegram.token}/photos/{path}") == png()


@pytest.mark.parametrize("token, path, code", [("1:wrong", "photos/x", 401), ("", "photos/x", 404), ("", "../x", 404)])
def test_a_file_is_not_given_away(token: str, path: str, code: int, telegram: Telegram) -> None:
    with pytest.raises(urllib.error.HTTPError, match=str(code)):
        fetch(f"{telegram.url}/file/bot{token or telegram.token}/{path}")


REFUSED: dict[str, tuple[Callable[[], bytes], dict[str, str], str]] = {
    "no bytes": (bytes, {}, "file must be non-empty"),
    "words": (lambda: b"not a picture", {}, "IMAGE_PROCESS_FAILED"),
    "half a picture": (lambda: png()[:-6], {}, "IMAGE_PROCESS_FAILED"),
    "a ribbon": (lambda: png(210, 10), {}, "PHOTO_INVALID_DIMENSIONS"),
    "sides of more than 10,000 together": (lambda: png(9_000, 1_001), {}, "PHOTO_INVALID_DIMENSIONS"),
    "more than 10 MB": (
        lambda: bytes(10 * 1024 * 1024 + 1),
        {},
        "file of size 10485761 bytes is too big for a photo; the maximum size is 10485760 bytes",
    ),
    "a caption of 1025 letters": (png, {"caption": "x" * 1025}, "message caption is too long"),
    "a mark outside its caption": (
        png,
        {"caption": "x", "caption_entities": '[{"type": "bold", "offset": 5, "length": 1}]'},
        "entity begins after the end of the text at UTF-16 offset 5",
    ),
}


@pytest.mark.parametrize("mistake", REFUSED)
def test_an_upload_is_refused_for(mistake: str, telegram: Telegram, aisha: Someone) -> None:
    content, fields, words = REFUSED[mistake]
    answer = upload(telegram, content(), chat_id=aisha.id, **fields)
    assert answer == {"ok": False, "error_code": 400, "description": f"Bad Request: {words}"}
    assert aisha.sees() == []


def test_a_caption_is_measured_once_it_is_parsed(telegram: Telegram, aisha: Someone) -> None:
    assert upload(telegram, png(), chat_id=aisha.id, caption=f"<b>{'x' * 1024}</b>", parse_mode="HTML")["ok"]


@pytest.mark.parametrize(
    "photo, words",
    [
        (None, "there is no photo in the request"),
        ("", "there is no photo in the request"),
        ("AgADnobody-has_this", "wrong file identifier/HTTP URL specified"),
        ("not a file id", "wrong remote file identifier specified: Wrong character in the string"),
        ("https://example.org/map.png", "failed to get HTTP URL content"),
    ],
)
def test_a_file_id_is_refused_when_it_is(photo: str | None, words: str, telegram: Telegram, aisha: Someone) -> None:
    answer = telegram.bot("sendPhoto", chat_id=aisha.id, photo=photo)
    assert answer["description"] == f"Bad Request: {words}"
    assert telegram.bot("getFile", file_id=photo)["description"] == "Bad Request: invalid file_id"


async def test_a_document_is_no_photo(bot: Bot, telegram: Telegram, aisha: Someone) -> None:
    sent = await bot.send_document(aisha.id, png(), filename="map.png")
    assert sent.document
    answer = telegram.bot("sendPhoto", chat_id=aisha.id, photo=sent.document.file_id)
    assert answer["description"] == "Bad Request: can't use file of type Document as Photo"


async def test_every_file_id_may_be_forgotten(bot: Bot, telegram: Telegram, aisha: Someone) -> None:
    sent = await bot.send_photo(aisha.id, png())
    telegram.delete("/sim/files")
    answer = telegram.bot("sendPhoto", chat_id=aisha.id, photo=largest(sent))
    assert answer["description"] == "Bad Request: wrong file identifier/HTTP URL specified"
    anew = await bot.send_photo(aisha.id, png())
    assert largest(anew) != largest(sent)


def test_the_history_keeps_a_picture_without_its_bytes(telegram: Telegram, aisha: Someone) -> None:
    upload(telegram, png(), chat_id=aisha.id, caption="The map")
    (call,) = telegram.calls("sendPhoto", chat=aisha.id)
    assert call["parameters"]["photo"] == {"file_name": "map.png", "size": len(png())}
    assert (call["applied"], call["message_id"], call["unknown_parameters"]) == (True, aisha.hears().message_id, [])


def test_people_see_the_picture_itself(telegram: Telegram, aisha: Someone) -> None:
    upload(telegram, png(), chat_id=aisha.id, caption="The map")
    heard = aisha.hears()
    assert heard.picture
    assert fetch(f"{telegram.url}/sim/files/{heard.picture}") == png()
    telegram.bot("sendMessage", chat_id=aisha.id, text="Hello")
    assert aisha.hears().picture is None


async def test_a_bot_can_send_the_very_picture_back_that_somebody_sent(bot: Bot, telegram: Telegram, aisha: Someone) -> None:
    aisha.sends("photo")
    sent = (await bot.get_updates())[-1].message
    assert sent
    picture = fetch(f"{telegram.url}/sim/files/{sent.photo[-1].file_id}")
    assert len(picture) == sent.photo[-1].file_size
    assert measure(picture) == (sent.photo[-1].width, sent.photo[-1].height)
    back = await bot.send_photo(aisha.id, picture)
    assert back.photo[-1].width == sent.photo[-1].width
