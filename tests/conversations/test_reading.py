"""Typed words find the option that was meant, or none."""

from __future__ import annotations

import pytest

from conversations.flow import Option
from conversations.inputs import Ask, Back, Done, Input, Leave, Link, Skip
from conversations.reading import find_option, find_options, interpret

OPTIONS = [
    Option(f"o{number}", {"en": words})
    for number, words in enumerate(["Feeling very tired", "Breathing", "Thinking and memory", "Pain", "Pain, at night", "10"], 1)
]


@pytest.mark.parametrize(
    "words,found",
    [
        ("1", "o1"),
        ("(2)", "o2"),
        ("3.", "o3"),
        ("no. 4", "o4"),
        ("Option 5", "o5"),
        ("number 1", "o1"),
        ("#2", "o2"),
        ("٢", "o2"),
        ("breathing", "o2"),
        ("BREATHING!", "o2"),
        ("breath", "o2"),
        ("memory", "o3"),
        ("pain", "o4"),
        ("pain, at", "o5"),
        ("10", "o6"),
        ("0", None),
        ("7", None),
        ("999", None),
        ("", None),
        ("…", None),
        ("b", None),
        ("pai", None),
        ("very tired and more", None),
    ],
)
def test_an_option_is_found_by_number_whole_words_or_words_only_it_has(words: str, found: str | None) -> None:
    option = find_option(OPTIONS, words)
    assert (option.id if option else None) == found


@pytest.mark.parametrize(
    "words,found",
    [
        ("1 and 3", ["o1", "o3"]),
        ("3,1", ["o3", "o1"]),
        ("1 2 3", ["o1", "o2", "o3"]),
        ("1/2", ["o1", "o2"]),
        ("2 & 2", ["o2", "o2"]),
        ("Thinking and memory", ["o3"]),
        ("breathing; thinking", ["o2", "o3"]),
        ("breathing\npain", ["o2", "o4"]),
        ("Pain, at night", ["o5"]),
        ("1 and 9", None),
        ("1.5", None),
        ("and", None),
        ("", None),
    ],
)
def test_several_options_are_found_however_they_are_set_apart(words: str, found: list[str] | None) -> None:
    options = find_options(OPTIONS, words)
    assert (None if options is None else [option.id for option in options]) == found


@pytest.mark.parametrize(
    "words,meaning",
    [
        ("/help", Ask("help")),
        ("/HELP@some_bot", Ask("help")),
        ("/help!", Ask("help")),
        ("/help\nplease", Ask("help")),
        ("Help!", Ask("help")),
        ("get help now", Ask("help")),
        ("/start", Ask("menu")),
        ("/start abc-DEF_1", Link("abc-DEF_1")),
        ("/start  abc", Link("abc")),
        ("/start no such thing", Link("")),
        ("/nothing", Ask("unknown")),
        ("/", Ask("unknown")),
        ("Go back", Back()),
        ("SKIP this", Skip()),
        ("done.", Done()),
        ("not now", Leave()),
        ("unsubscribe", Ask("stop")),
        ("help me choose a clinic", None),
        ("", None),
        ("x" * 5000, None),
    ],
)
def test_commands_and_controls_are_told_from_answers(words: str, meaning: Input | None) -> None:
    assert interpret(words) == meaning
