"""Text is kept as Telegram keeps it: cleaned, trimmed, and measured in UTF-16 units."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from emulator.text import clean, find_entities, split, units


@pytest.mark.parametrize(
    "given_text, kept",
    [
        ("  hello \n", "hello"),
        ("a\x00b\tc", "a b c"),
        ("a\r\nb", "a\nb"),
        ("a\u202eb", "ab"),
        ("👨‍👩‍👧", "👨‍👩‍👧"),
    ],
)
def test_text_is_cleaned(given_text: str, kept: str) -> None:
    assert clean(given_text, []) == (kept, [])


def test_marks_move_along_when_text_before_them_goes() -> None:
    text, marks = clean("  a\rb bold  ", [{"type": "bold", "offset": 6, "length": 6}])
    assert (text, marks) == ("ab bold", [{"type": "bold", "offset": 3, "length": 4}])


@settings(deadline=None)
@given(st.text())
def test_cleaning_twice_changes_nothing_more(text: str) -> None:
    once = clean(text, [])
    assert clean(once[0], []) == once


@settings(deadline=None)
@given(st.text(min_size=1, max_size=300), st.integers(min_value=2, max_value=50))
def test_a_long_text_is_split_without_losing_a_letter(text: str, limit: int) -> None:
    parts = split(text, limit)
    assert "".join(parts) == text
    assert all(units(part) <= limit for part in parts)


@pytest.mark.parametrize(
    "text, found",
    [
        ("/start CODE", [("bot_command", 0, 6)]),
        ("😀 /help", [("bot_command", 3, 5)]),
        ("either/or and 1/2", []),
        ("see https://example.org/a?b=1.", [("url", 4, 25)]),
    ],
)
def test_commands_and_addresses_are_marked(text: str, found: list[tuple[str, int, int]]) -> None:
    assert [(mark["type"], mark["offset"], mark["length"]) for mark in find_entities(text)] == found
