"""Pictures: uploaded once and then sent by file id, also after a restart; in words when Telegram takes neither."""

from __future__ import annotations

import asyncio
import urllib.request
from collections.abc import Iterable
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest

from bot import letters
from bot.telegram.sender import Sender
from conversations.effects import Show
from conversations.text import units
from emulator.client import Someone, Telegram
from emulator.server import running
from storage import engagements, pictures
from storage.letters.outbox import NEVER_TWICE, REPEAT_ONCE, SENT, UNKNOWN, Letter
from tests.paint import png
from tests.road.conftest import MakeHouse
from tests.road.house import ENGAGEMENTS, PATIENCE, House
from tests.road.indoors import Indoors, indoors
from tests.road.test_sending_once import Office, open_office

ALT = "A map of the two clinics: one north of the river, one south"
QUESTION = "Which place suits you best?"


def visit(house: House, code: str) -> Someone:
    """Somebody new who goes as far as the question with the picture."""
    person = house.telegram.person()
    person.starts(code)
    person.taps("18 or over", wait=PATIENCE)
    while QUESTION not in person.hears(wait=PATIENCE).text:
        pass
    return person


def seen(person: Someone) -> list[tuple[bool, str]]:
    """The last two messages: whether each is a picture, and its first line but for the question's number."""
    views = [view for view in person.chat()["messages"] if view["from"] == "bot"][-2:]
    return [(view["picture"] is not None, view["text"].removeprefix("Question 1 of 2 · Confidential\n")) for view in views]


def expect_picture(person: Someone) -> None:
    (shown, words), (also, question) = seen(person)
    assert (shown, words, also) == (True, ALT, False)
    assert question.startswith(QUESTION)


def expect_words(person: Someone) -> None:
    (shown, words), (also, question) = seen(person)
    assert (shown, words, also) == (False, f"Picture: {ALT}", False)
    assert question.startswith(QUESTION)


def sent(telegram: Telegram) -> tuple[int, int]:
    """How many pictures went out as bytes, and how many by file id."""
    photos = [call["parameters"]["photo"] for call in telegram.calls("sendPhoto", applied=True)]
    uploads = sum(isinstance(photo, dict) for photo in photos)
    return uploads, len(photos) - uploads


def test_a_picture_is_uploaded_once_and_then_sent_by_file_id(make_house: MakeHouse) -> None:
    house = make_house()
    code = house.open("tests-pictures")
    expect_picture(visit(house, code))
    for person in [visit(house, code) for _ in range(20)]:
        expect_picture(person)
    assert sent(house.telegram) == (1, 20)


def test_a_file_id_outlives_the_bot(make_house: MakeHouse) -> None:
    house = make_house()
    code = house.open("tests-pictures")
    visit(house, code)
    house.restart()
    expect_picture(visit(house, code))
    assert sent(house.telegram) == (1, 1)


def test_a_file_id_that_telegram_no_longer_knows_is_made_anew(make_house: MakeHouse) -> None:
    house = make_house()
    code = house.open("tests-pictures")
    visit(house, code)
    house.telegram.delete("/sim/files")
    for _ in range(2):
        expect_picture(visit(house, code))
    house.restart()
    expect_picture(visit(house, code))
    assert sent(house.telegram) == (2, 2)


def test_a_picture_that_telegram_refuses_is_put_in_words_before_its_question(make_house: MakeHouse) -> None:
    house = make_house()
    (house.content / "map.png").write_bytes(png() + b"?")  # its header is right: only Telegram finds out
    code = house.open("tests-pictures")
    for _ in range(2):
        expect_words(visit(house, code))
    assert sent(house.telegram) == (0, 0)


def test_a_changed_picture_is_shown_to_the_next_person(make_house: MakeHouse) -> None:
    house = make_house()
    code = house.open("tests-pictures")
    before = visit(house, code)
    (house.content / "map.png").write_bytes(png(grey=20))
    house.restart()
    after = visit(house, code)
    assert [_bytes(house, one) for one in (before, after)] == [(ENGAGEMENTS / "map.png").read_bytes(), png(grey=20)]


def _bytes(house: House, person: Someone) -> bytes:
    """The picture in a chat, as the phone would draw it."""
    file_id = next(view["picture"] for view in person.chat()["messages"] if view["picture"])
    with urllib.request.urlopen(f"{house.telegram.url}/sim/files/{file_id}") as answer:  # noqa: S310  our own address
        return bytes(answer.read())


def test_a_bot_killed_while_it_uploads_shows_the_picture_once_more_and_goes_on(make_house: MakeHouse) -> None:
    house = make_house()
    code = house.open("tests-pictures")
    person = house.telegram.person()
    person.starts(code)
    house.telegram.faults([{"kind": "late", "method": "sendPhoto", "count": 1, "seconds": 30}])
    person.taps("18 or over", wait=PATIENCE)
    while not person.hears(wait=PATIENCE).picture:
        pass
    house.kill()
    house.start()
    again = [person.hears(wait=PATIENCE)]
    while QUESTION not in again[-1].text:
        again.append(person.hears(wait=PATIENCE))
    assert [heard.text for heard in again if heard.picture] == [again[-2].text] == [ALT]
    person.taps("South")
    assert "Why there?" in person.hears(wait=PATIENCE).text


# --- The letter


def show(house: Indoors, alt: str) -> Letter:
    """The letter with the picture of `tests-pictures`, which has these words beneath it."""
    source = (ENGAGEMENTS / "tests-pictures.toml").read_text("utf-8").replace(ALT, alt)
    shown = {"tests-pictures": {"map.png": png()}}
    organisation, now = house.base.house.organisation_id, house.base.clock.now()
    house.do(engagements.adopt, organisation, {"tests-pictures": source}, now, engagements.FILE, shown)
    found = house.do(engagements.find, organisation, "tests-pictures")
    (flow,) = house.do(house.base.house.know, {found.edition_id}).values()
    return letters.photo(house.base.house, (None, 1), Show(flow.steps[0].picture, flow.edition), "en", now)


def test_a_letter_names_a_picture_and_holds_no_bytes_of_it(database: str, tmp_path: Path) -> None:
    with indoors(database, tmp_path) as house:
        content = show(house, "A map").content
    assert content == {"picture": sha256(png()).hexdigest(), "caption": "A map", "instead": "Picture: A map"}


def test_words_too_long_for_a_caption_are_cut_beneath_the_picture_only(database: str, tmp_path: Path) -> None:
    with indoors(database, tmp_path) as house:
        content = show(house, "😀 " * 500).content
    assert units(content["caption"]) <= 1024
    assert content["instead"].count("😀") == 500


def test_a_picture_that_is_not_kept_is_told_in_words(database: str, tmp_path: Path) -> None:
    with indoors(database, tmp_path) as house:
        _, code = house.open("tests-pictures")
        visitor = house.person()
        for words in (f"/start {code}", "18"):
            house.take([visitor.types(words)])
    assert visitor.said[-2] == f"Picture: {ALT}"
    assert QUESTION in visitor.said[-1]


# --- The sender alone


async def keep(office: Office, content: bytes) -> str:
    """Keep a picture, as an edition that shows it does; returns its hash."""
    source = (ENGAGEMENTS / "tests-pictures.toml").read_text("utf-8")
    shown = {"tests-pictures": {"map.png": content}}
    organisation = office.base.house.organisation_id
    await office.do(engagements.adopt, organisation, {"tests-pictures": source}, office.base.clock.now(), engagements.FILE, shown)
    found = await office.do(engagements.find, organisation, "tests-pictures")
    names = await office.do(pictures.of_editions, [found.edition_id])
    return str(names[found.edition, "map.png"])


def photos(picture: str, people: Iterable[Someone], **more: Any) -> list[Letter]:
    content = {"picture": picture, "caption": "A map", "instead": "Picture: A map"}
    return [Letter(number, None, person.id, "photo", content, **more) for number, person in enumerate(people, 1)]


def meet(telegram: Telegram, count: int) -> list[Someone]:
    people = [telegram.person() for _ in range(count)]
    for person in people:
        person.starts()
    return people


async def test_many_who_come_at_once_wait_for_the_first_upload(database: str, tmp_path: Path) -> None:
    with running() as telegram:
        people = await asyncio.to_thread(meet, telegram, 40)
        async with open_office(database, tmp_path, telegram, Sender) as office:
            given = photos(await keep(office, png()), people)
            await office.post(given)
            assert set((await office.await_settled(given)).values()) == {""}
        uploads, copies = sent(telegram)
        assert uploads == 1
        assert copies >= 39  # on a busy machine an answer may come too late, and a reply is repeated once


async def test_an_upload_that_fails_takes_nobody_else_down(database: str, tmp_path: Path) -> None:
    with running() as telegram:
        people = await asyncio.to_thread(meet, telegram, 5)
        telegram.faults([{"kind": "hang", "method": "sendPhoto", "count": 1, "seconds": 1.5}])
        async with open_office(database, tmp_path, telegram, Sender) as office:
            given = photos(await keep(office, png()), people, lane="reminder", policy=NEVER_TWICE)
            await office.post(given)
            states = await office.await_settled(given)
        assert sorted(states.values()) == [SENT] * 4 + [UNKNOWN]


AT_MOST_ONCE = {
    "none": (SENT, 1),
    "cut-before": (UNKNOWN, 0),
    "cut-after": (UNKNOWN, 1),
    "502": (UNKNOWN, 0),
    "429": (SENT, 1),
    "401": (SENT, 1),
}
REPEATED = {"none": ("", 1), "cut-before": ("", 1), "cut-after": ("", 2), "502": ("", 1), "429": ("", 1), "401": ("", 1)}


@pytest.mark.promise("P4")
@pytest.mark.parametrize("way", [pytest.param("uploaded", marks=pytest.mark.long), "by file id"])
@pytest.mark.parametrize(
    "policy, lane, expected",
    [pytest.param(NEVER_TWICE, "reminder", AT_MOST_ONCE, marks=pytest.mark.long), (REPEAT_ONCE, "reply", REPEATED)],
)
async def test_a_picture_is_repeated_only_where_a_message_would_be(
    policy: str, lane: str, expected: dict[str, tuple[str, int]], way: str, database: str, tmp_path: Path
) -> None:
    with running(retry_scale=0.1) as telegram:
        first, *people = await asyncio.to_thread(meet, telegram, len(expected) + 1)
        async with open_office(database, tmp_path, telegram, Sender) as office:
            picture = await keep(office, png())
            if way == "by file id":
                earlier = [Letter(100, None, first.id, "photo", photos(picture, [first])[0].content)]
                await office.post(earlier)
                await office.await_settled(earlier)
            telegram.faults(
                [
                    {"kind": fault, "method": "sendPhoto", "chat": person.id, "count": 1}
                    for fault, person in zip(expected, people, strict=True)
                    if fault != "none"
                ]
            )
            given = photos(picture, people, lane=lane, policy=policy)
            await office.post(given)
            states = await office.await_settled(given)
        became = {
            fault: (states[letter.id], len([view for view in person.chat()["messages"] if view["picture"]]))
            for fault, letter, person in zip(expected, given, people, strict=True)
        }
    assert became == expected


async def test_whoever_blocked_the_bot_is_known_by_the_picture_too(database: str, tmp_path: Path) -> None:
    with running() as telegram:
        (person,) = await asyncio.to_thread(meet, telegram, 1)
        person.blocks()
        async with open_office(database, tmp_path, telegram, Sender) as office:
            given = photos(await keep(office, png()), [person], lane="reminder")
            await office.post(given)
            assert await office.await_settled(given) == {1: "failed"}
        assert [call["method"] for call in telegram.calls()] == ["sendPhoto"]


async def test_a_picture_whose_bytes_are_gone_is_put_in_words(database: str, tmp_path: Path) -> None:
    with running() as telegram:
        (person,) = await asyncio.to_thread(meet, telegram, 1)
        async with open_office(database, tmp_path, telegram, Sender) as office:
            given = photos("0" * 64, [person])
            await office.post(given)
            await office.await_settled(given)
        assert person.sees() == ["Picture: A map"]
