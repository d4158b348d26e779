"""What people type is kept as they meant it, and what is said to them fits."""

from __future__ import annotations

import copy
import pickle

import pytest
from hypothesis import given
from hypothesis import strategies as st

from conversations.text import Counted, choose, clean, fold, gaps, languages, nearest, shorten, units
from tests.conversations.written import always

FAMILY = "👩\u200d👩\u200d👧"


@pytest.mark.parametrize(
    "typed,kept",
    [
        ("a\x00b", "ab"),
        ("\u202eabc\u202c", "abc"),
        ("\u2066abc\u2069\u200f", "abc"),
        ("\ufeffabc", "abc"),
        ("a\x07b", "a b"),
        ("  two\nlines\t ", "two\nlines"),
        ("\ud83d\ude00", "😀"),
        ("a\ud83d", "a\ufffd"),
        ("\ude00a", "\ufffda"),
        (FAMILY, FAMILY),
        ("نمی\u200cخواهم", "نمی\u200cخواهم"),
    ],
)
def test_clean_keeps_what_was_meant_and_drops_what_cannot_be_seen(typed: str, kept: str) -> None:
    assert clean(typed) == kept


@always
@given(st.text(st.characters(exclude_categories=())))
def test_what_is_clean_can_be_stored_and_stays_as_it_is(typed: str) -> None:
    kept = clean(typed)
    assert kept.encode().decode() == kept
    assert clean(kept) == kept
    assert "\x00" not in kept
    assert not set(kept) & set("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\u200e\u200f\u061c")


@always
@given(st.text(), st.integers(1, 40))
def test_shortened_words_are_never_longer_and_break_no_letter(words: str, most: int) -> None:
    short = shorten(words, most)
    assert units(short) <= most
    assert short == words or (short.endswith("…") and words.startswith(short[:-1]))


@always
@given(st.text())
def test_length_is_counted_as_telegram_counts_it(words: str) -> None:
    assert units(words) == len(words.encode("utf-16-le")) // 2


@pytest.mark.parametrize(
    "language,chosen",
    [("en", "one"), ("cy", "un"), ("en-x-easy", "1"), ("en-x-young", "one"), ("cy-x-easy", "un"), ("cy-GB", "un"), ("ur", "one")],
)
def test_the_nearest_language_is_chosen(language: str, chosen: str) -> None:
    assert choose({"en": "one", "cy": "un", "en-x-easy": "1"}, language) == chosen


def test_a_text_without_english_still_says_something() -> None:
    assert choose({"cy": "un"}, "ur") == "un"
    assert choose({}, "ur") == ""


def test_words_are_compared_without_case_edges_or_kinds_of_quotes() -> None:
    assert fold("  I’m NOT  sure! ") == fold("i'm not sure") == "i'm not sure"
    assert fold("ＡＢＣ") == "abc"


def test_gaps_and_languages_are_found_in_all_texts() -> None:
    assert gaps({"en": "{who} and {why}", "cy": "{when} { x } {X}"}) == {"who", "why", "when"}
    assert languages([{"en": "a", "cy": "b"}, {"ur": "c", "en": "d"}]) == ["en", "cy", "ur"]


def test_words_that_count_are_as_a_text_the_form_for_most_numbers() -> None:
    words = Counted({"one": "{n} day", "other": "{n} days"})
    assert words == "{n} days"
    assert gaps({"en": words}) == {"n"}
    assert copy.deepcopy(words).forms == words.forms == pickle.loads(pickle.dumps(words)).forms  # noqa: S301 - our own bytes
    assert Counted({"one": "a"}) == "a"


@pytest.mark.parametrize("language,tag", [("ur", "en"), ("en-x-easy", "en"), ("cy-GB", "cy"), ("cy-x-young", "cy")])
def test_the_tag_of_the_nearest_words_is_known(language: str, tag: str) -> None:
    assert nearest({"en": "one", "cy": "un"}, language) == tag
    assert nearest({"pl": "jeden"}, language) == "pl"
    assert nearest({}, language) == ""
