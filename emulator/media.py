"""What a bot sends that is not text: files of every kind, albums, places and contacts."""

import mimetypes
from collections.abc import Callable
from typing import Any

from emulator.files import File
from emulator.keyboards import read_markup
from emulator.parameters import Parameters
from emulator.posting import find_open_chat, pay, post, put, read_caption
from emulator.refusals import bad
from emulator.world import World

Json = dict[str, Any]


def send_photo(world: World, given: Parameters) -> Json:
    return _send(world, given, "photo")


def send_document(world: World, given: Parameters) -> Json:
    return _send(world, given, "document")


def send_video(world: World, given: Parameters) -> Json:
    return _send(world, given, "video")


def send_animation(world: World, given: Parameters) -> Json:
    return _send(world, given, "animation")


def send_audio(world: World, given: Parameters) -> Json:
    return _send(world, given, "audio")


def send_voice(world: World, given: Parameters) -> Json:
    return _send(world, given, "voice")


def send_video_note(world: World, given: Parameters) -> Json:
    return _send(world, given, "video_note")


def send_sticker(world: World, given: Parameters) -> Json:
    return _send(world, given, "sticker")


def send_media_group(world: World, given: Parameters) -> list[Json]:
    """Send 2 to 10 files as one album, all or none."""
    listed = given.data("media")
    if not isinstance(listed, list) or not all(isinstance(one, dict) for one in listed):
        raise bad("can't parse media JSON object")
    if len(listed) not in ALBUM:
        raise bad("too few or too many messages to send as an album")
    contents = [_read_part(world, Parameters(one, given.files)) for one in listed]
    kinds = {next(iter(content)) for content in contents}
    if len(kinds) > 1 and kinds & {"audio", "document"}:
        raise bad("media of different types can't be sent as one album")
    chat = find_open_chat(world, given)
    pay(world, given, chat, len(contents))
    album = {"media_group_id": str(world.number_tap())}
    return [put(world, given, chat, {**album, **content}) for content in contents]


def send_location(world: World, given: Parameters) -> Json:
    return post(world, given, {"location": _read_place(given)}, read_markup(given))


def send_venue(world: World, given: Parameters) -> Json:
    place = _read_place(given)
    venue = {"location": place, "title": _need(given, "title"), "address": _need(given, "address")}
    return post(world, given, {"location": place, "venue": venue}, read_markup(given))


def send_contact(world: World, given: Parameters) -> Json:
    contact = {"phone_number": _need(given, "phone_number"), "first_name": _need(given, "first_name")}
    more = {name: given.text(name) for name in ("last_name", "vcard") if given.text(name)}
    return post(world, given, {"contact": {**contact, **more}}, read_markup(given))


def send_dice(world: World, given: Parameters) -> Json:
    emoji = given.text("emoji") or "🎲"
    if emoji not in DICE:
        raise bad("wrong dice emoji specified")
    value = world.random.randint(1, DICE[emoji])
    return post(world, given, {"dice": {"emoji": emoji, "value": value}}, read_markup(given))


def get_file(world: World, given: Parameters) -> Json:
    file = world.files.get(given.text("file_id"))
    about = {"file_id": given.text("file_id"), "file_unique_id": file.unique, "file_size": len(file.content)}
    return {**about, "file_path": file.path}


def get_user_profile_photos(world: World, given: Parameters) -> Json:
    if given.number("user_id") not in world.people:
        raise bad("user not found")
    return {"total_count": 0, "photos": []}


def _send(world: World, given: Parameters, kind: str) -> Json:
    caption = {} if kind in UNCAPTIONED else read_caption(given)
    markup = read_markup(given)
    return post(world, given, {**_describe(world, given, kind, world.files.take(given, kind)), **caption}, markup)


def _describe(world: World, given: Parameters, kind: str, file: File) -> Json:
    """A file as a Message holds it."""
    spoiler = {"has_media_spoiler": True} if given.flag("has_spoiler") else {}
    if kind == "photo":
        return {"photo": world.files.see_sizes(file), **spoiler}
    about = {**world.files.describe(file), **DETAILS[kind](given, file)}
    # Telegram shows an animation as a document too, for apps that know no animations.
    twin = {"document": {**world.files.describe(file), "file_name": file.name}} if kind == "animation" else {}
    return {kind: about, **twin, **spoiler}


def _read_part(world: World, part: Parameters) -> Json:
    kind = part.text("type")
    if kind not in {"photo", "video", "audio", "document"}:
        raise bad("can't parse InputMedia: type must be photo, video, audio or document")
    file = world.files.take(Parameters({kind: part.text("media")}, part.files), kind)
    return {**_describe(world, part, kind, file), **read_caption(part)}


def _read_place(given: Parameters) -> Json:
    try:
        latitude, longitude = float(given.text("latitude")), float(given.text("longitude"))
    except ValueError:
        raise bad("can't parse location: latitude and longitude must be numbers") from None
    if abs(latitude) > RIGHT_ANGLE or abs(longitude) > 2 * RIGHT_ANGLE:
        raise bad("wrong latitude or longitude specified")
    return {"latitude": latitude, "longitude": longitude}


def _need(given: Parameters, name: str) -> str:
    if not (text := given.text(name)):
        raise bad(f"{name.replace('_', ' ')} must be non-empty")
    return text


def _moving(given: Parameters, file: File) -> Json:
    size = {"width": given.number("width", 640), "height": given.number("height", 480)}
    return {**size, "duration": given.number("duration"), "file_name": file.name, "mime_type": "video/mp4"}


def _heard(given: Parameters, file: File) -> Json:
    named = {name: given.text(name) for name in ("performer", "title") if given.text(name)}
    return {"duration": given.number("duration"), "file_name": file.name, "mime_type": "audio/mpeg", **named}


def guess(name: str) -> str:
    """The media type Telegram tells of a document: by how its name ends."""
    return mimetypes.guess_type(name)[0] or "application/octet-stream"


STICKER: Json = {"type": "regular", "width": 512, "height": 512, "is_animated": False, "is_video": False}
DETAILS: dict[str, Callable[[Parameters, File], Json]] = {
    "document": lambda _given, file: {"file_name": file.name, "mime_type": guess(file.name)},
    "video": _moving,
    "animation": _moving,
    "audio": _heard,
    "voice": lambda given, _file: {"duration": given.number("duration"), "mime_type": "audio/ogg"},
    "video_note": lambda given, _file: {"duration": given.number("duration"), "length": given.number("length", 240)},
    "sticker": lambda given, _file: STICKER | ({"emoji": given.text("emoji")} if given.text("emoji") else {}),
}
UNCAPTIONED = frozenset({"sticker", "video_note"})
ALBUM = range(2, 11)
RIGHT_ANGLE = 90
DICE = {"🎲": 6, "🎯": 6, "🏀": 5, "⚽": 5, "🎳": 6, "🎰": 64}
