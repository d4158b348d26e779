"""P16: whatever people write is only text: kept cleaned, and shown again as it stands."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, assume, given, settings
from hypothesis import strategies as st

from bot import isolates
from bot.telegram import reader
from bot.telegram.sender import compose
from conversations import reading
from conversations.asking import LONGEST_REPEAT
from conversations.text import clean, shorten, units
from emulator.client import Someone, Telegram
from emulator.server import running
from emulator.text import clean as as_telegram_keeps
from storage.letters.outbox import Letter
from tests.promises import DATABASES
from tests.road.conftest import Street
from tests.road.crowd import hear
from tests.road.house import PATIENCE
from tests.road.indoors import Indoors, indoors

Compose = Callable[[Letter], tuple[str, bytes]]

FAMILY = "👨‍👩‍👧"  # three people and two zero-width joiners
NASTY = (
    "<b>bold</b>", "<script>alert(1)</script>", "</b>", "&lt;", "&", "*_[`](https://example.org)", "{wrong}", "{0}", "%s",
    "\u202e", "\u2066", "\u200f", "\ufeff", "\u200b", "\x00", "\x1b[31m", "\r\n", "\n\n\n", "\ud800", "\udfff", FAMILY,
    "é", "e\u0301", "ﷺ", "🏴󠁧󠁢󠁷󠁬󠁳󠁿", "'; DROP TABLE answers; --", "\u0333", "=1+1", "\u2028", "@everyone", "/start",
)  # fmt: skip

TEXTS = st.lists(st.sampled_from(NASTY) | st.text(st.characters(codec=None), max_size=12), min_size=1, max_size=8).map("".join)


def as_it_arrives(update: dict[str, Any]) -> Any:
    """An update after the JSON of the wire, in which lone surrogates are escapes."""
    return reader.loads(json.dumps(update).encode())


def check_hostile_text(house: Indoors, telegram: Telegram, composed: Compose, examples: int) -> None:
    """Raises AssertionError when some text is not kept, or not shown, as it stands."""
    engagement, code = house.open("tests-five")
    person = telegram.person()
    person.starts()
    visitor = house.person()
    visitor.chat_id = person.id
    for words in (f"/start {code}", "18", "I work there"):
        house.take([visitor.types(words)])

    @settings(
        max_examples=examples, deadline=None, database=None, derandomize=True, phases=[Phase.explicit, Phase.generate],
        suppress_health_check=list(HealthCheck),
    )  # fmt: skip
    @given(TEXTS)
    def property_(words: str) -> None:
        said = clean(words)
        assume(said and reading.interpret(said) is None)
        house.take([as_it_arrives(visitor.types(words))])
        texts = next(step["texts"] for step in house.results(engagement)["steps"] if step["id"] == "wrong")
        assert texts == [said]
        asked = visitor.heard[-1]
        shown = isolates.plain(asked.content["text"])
        assert f"You wrote: {shorten(said, LONGEST_REPEAT)}. May the group" in shown
        check_shown(telegram, person, asked, composed)
        house.take([visitor.types("/back")])

    property_()
    assert house.failures() == []


def check_shown(telegram: Telegram, person: Someone, letter: Letter, composed: Compose) -> None:
    """Telegram takes the message and shows its words as they stand, bold where we meant it and nothing else marked."""
    method, body = composed(letter)
    answer = telegram.bot(method, **json.loads(body))
    assert answer["ok"], answer
    shown = person.shows(answer["result"]["message_id"])
    assert shown.text == as_telegram_keeps(letter.content["text"], [])[0]
    marked = [entity["type"] for entity in shown.entities]
    assert set(marked) - {"bot_command", "url"} <= {"bold"}
    bold = [_cut(shown.text, entity) for entity in shown.entities if entity["type"] == "bold"]
    assert len(bold) == 1
    assert bold[0].startswith("You wrote: ")
    assert bold[0].endswith("May the group read that?")


def _cut(text: str, entity: dict[str, Any]) -> str:
    wide = text.encode("utf-16-le", "surrogatepass")
    return wide[2 * entity["offset"] : 2 * (entity["offset"] + entity["length"])].decode("utf-16-le", "replace")


def by_formatting(letter: Letter) -> tuple[str, bytes]:
    """The letter as HTML put together without escaping, as a bot does that trusts what people write."""
    method, body = compose(letter)
    arguments = json.loads(body)
    del arguments["entities"]
    lines = arguments["text"].split("\n\n")
    text = "\n\n".join(f"<b>{line}</b>" if line.startswith("You wrote") else line for line in lines)
    return method, json.dumps({**arguments, "text": text, "parse_mode": "HTML"}).encode()


@pytest.mark.promise("P16")
def test_what_people_write_is_kept_and_shown_as_it_stands(tmp_path: Path) -> None:
    with running() as telegram, indoors(f"sqlite:///{tmp_path}/withus.db", tmp_path) as house:
        check_hostile_text(house, telegram, compose, 80)


@pytest.mark.promise("P16", control=True)
def test_a_bot_that_formats_html_without_escaping_is_caught(tmp_path: Path) -> None:
    with (
        running() as telegram,
        indoors(f"sqlite:///{tmp_path}/withus.db", tmp_path) as house,
        pytest.raises((AssertionError, ExceptionGroup)),
    ):
        check_hostile_text(house, telegram, by_formatting, 80)


@pytest.mark.promise("P16")
@pytest.mark.parametrize("database", DATABASES)
def test_hostile_words_go_the_whole_road_and_come_back_as_words(street: Street, database: str) -> None:
    house = street.house(database)
    engagement = house.open_copy("tests-five")
    hostile = [FAMILY + " \u202e<b>&amp; \x00 \ud83d {wrong}", "x" * 4095 + "\ud800", "😀" * 2048, "'; DROP TABLE people; --"]
    for words in hostile:
        person = house.telegram.person()
        for answer in (f"/start {house.links[engagement]}", "18", "I work there"):
            person.says(answer)
        hear(person, "not get wrong")
        say_raw(house.telegram, person, words)
        shown = hear(person, "You wrote").text
        assert f"You wrote: {shorten(clean(words), LONGEST_REPEAT)}. May" in shown
        assert units(shown) <= 4096
        person.says("yes")
        assert "Shall we tell you" in person.hears(wait=PATIENCE).text
    texts = next(step["texts"] for step in house.results(engagement)["steps"] if step["id"] == "wrong")
    assert sorted(texts) == sorted(clean(words) for words in hostile)
    house.close(engagement)


LONG = {
    "100 kB of letters": "x" * 100_000,
    "100 kB of joined faces": FAMILY * 5_000,
    "one letter with 50,000 marks on it": "e" + "\u0301" * 50_000,
    "nothing but direction": "\u202e\u2067" * 40_000,
    "one unit more than a message": "😀" * 2048 + "x",
    "half letters": "\ud83d" * 5_000,
}


@pytest.mark.promise("P16")
@pytest.mark.parametrize("name", LONG)
def test_words_far_longer_than_a_message_break_nothing_and_nothing_of_them_is_too_long(tmp_path: Path, name: str) -> None:
    with indoors(f"sqlite:///{tmp_path}/withus.db", tmp_path) as house:
        _, code = house.open("tests-five")
        person = house.person()
        for words in (f"/start {code}", LONG[name], "18", LONG[name], "I work there", LONG[name], "/start " + LONG[name]):
            house.take([as_it_arrives(person.types(words))])
        assert house.failures() == []
        assert all(0 < units(said) <= 4096 for said in person.said)
        for letter in person.heard:
            compose(letter)[1].decode()


def say_raw(telegram: Telegram, person: Someone, words: str) -> None:
    """Have somebody write what no app would let them write: NUL, half a letter."""
    number = telegram.state()["next_update"]
    sender = {"id": person.id, "is_bot": False, "first_name": "R"}
    message = {"message_id": 1, "date": 1, "chat": {"id": person.id, "type": "private"}, "from": sender, "text": words}
    telegram.raw(json.dumps({"update_id": number, "message": message}))
