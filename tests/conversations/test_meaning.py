"""Guessing whether words mean something else: a rewording passes in silence, another meaning is suspected."""

from __future__ import annotations

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from conversations.checking.meaning import NEGATIONS, NUMBERS, PERHAPS, SURELY, doubt, other_unit

MEAN_THE_SAME = [
    ("Which best describes you?", "Which best discribes you"),
    ("What would help first?", "What would help you first, please?"),
    ("What would help first?", "What would help the most first?"),
    ("Closer to home", "Nearer home"),
    ("I don't use the garden", "I do not use the garden"),
    ("I can't come", "I cannot come"),
    ("16 to 24", "16–24"),
    ("Two days a week", "2 days a week"),
    ("What should we not get wrong?", "What should we be careful not to get wrong?"),
    ("One thing we should not get wrong?", "What should we not get wrong?"),
    ("Someone to coordinate my care", "A care coordinator"),
    ("I am a carer", "I care for someone"),
    ("Which days suit you?", "Which days are good for you?"),
    ("By phone", "By telephone"),
    ("None of these", "None of them"),
    ("Tell us about your last visit to the clinic.", "About your last clinic visit"),
    ("It’s hard to get there", "It is hard to get there"),
    ("Appointments later in the day", "Later appointments"),
    ("I live alone", "I live on my own"),
    ("Every day", "Each day"),
    ("Once a week", "Weekly"),
    ("Not sure", "I don't know"),
    ("I have a disability", "I am disabled"),
    ("65 and over", "65 or older"),
    ("Parent or carer", "Parent / carer"),
    ("Somthing else", "Something else"),
    ("آپ کیسے ہیں؟", "آپ کیسے ہیں"),
    ("", "Anything"),
]

MEAN_SOMETHING_ELSE = [
    ("Is it easy?", "Is it not easy?"),
    ("I can come", "I can't come"),
    ("With help", "Without help"),
    ("Yes", "No"),
    ("Happy", "Unhappy"),
    ("Satisfied", "Dissatisfied"),
    ("Helpful", "Helpless"),
    ("Polite", "Impolite"),
    ("16 to 24", "18 to 24"),
    ("Up to two visits", "Up to three visits"),
    ("In the last week", "In the last month"),
    ("Once a day", "Twice a day"),
    ("Weekdays", "Weekends"),
    ("Before the visit", "After the visit"),
    ("More time", "Less time"),
    ("Always", "Sometimes"),
    ("In the morning", "In the evening"),
    ("Easy to find", "Hard to find"),
    ("Inpatient", "Outpatient"),
    ("Physical health", "Mental health"),
    ("Under 18", "Over 18"),
    ("Closer to home", "Later in the day"),
    ("By car", "On foot"),
    ("I have long covid", "I work there"),
    ("What would help first?", "Which bus do you take?"),
    ("How often do you exercise?", "How often do you smoke?"),
]


@pytest.mark.parametrize("old, new", MEAN_THE_SAME)
def test_a_rewording_passes_in_silence(old: str, new: str) -> None:
    assert (doubt(old, new), doubt(new, old)) == ("", "")


@pytest.mark.parametrize("old, new", MEAN_SOMETHING_ELSE)
def test_another_meaning_is_suspected_both_ways(old: str, new: str) -> None:
    assert doubt(old, new)
    assert doubt(new, old)


@pytest.mark.parametrize(
    "old, new, sort",
    [
        ("minutes", "Minutes", ""), ("minutes", "mins", ""), ("km", "kilometres", ""), ("g", "grams", ""), ("hours", "hrs", ""),
        ("km", "miles", SURELY), ("days", "weeks", SURELY), ("g", "kg", SURELY), ("", "days", SURELY),
        ("hours", "hours a week", PERHAPS), ("minutes a day", "minutes a week", PERHAPS),
    ],
)  # fmt: skip
def test_a_unit_is_the_same_short_for_it_or_another(old: str, new: str, sort: str) -> None:
    assert other_unit(old, new) == sort


LETTERS = st.text(st.sampled_from("abcdefghiklmnoprstuwy"), min_size=6, max_size=12).filter(
    lambda word: word not in NEGATIONS and word not in NUMBERS  # misspelt, these do ask for a second look
)
PLAIN = st.lists(LETTERS, min_size=2, max_size=8, unique=True).map(" ".join)


@given(PLAIN, st.data())
def test_a_slip_of_one_letter_courtesy_capitals_and_a_full_stop_pass_in_silence(words: str, data: st.DataObject) -> None:
    at = data.draw(st.integers(1, len(words) - 2))
    assume(" " not in words[at - 1 : at + 2])
    slip = words[:at] + words[at + 1] + words[at] + words[at + 2 :]
    changed = data.draw(st.sampled_from([slip, words.title(), f"{words}.", f"Please {words}", f"  {words.replace(' ', '  ')}!"]))
    assert doubt(words, changed) == ""


@given(st.text(max_size=60), st.text(max_size=60))
def test_whatever_the_words_a_doubt_is_mutual(old: str, new: str) -> None:
    assert doubt(old, old) == ""
    assert bool(doubt(old, new)) == bool(doubt(new, old))
