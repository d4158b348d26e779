"""What has a form is found in whatever people write, and ordinary words are left alone."""

from __future__ import annotations

import itertools
import random
import string

import pytest
from hypothesis import given
from hypothesis import strategies as st
from stdnum import luhn
from stdnum.gb import nhs

from bot import redaction

PROSE = (
    "The waiting room is too loud and I like to wait outside. Nobody told me how long it takes, so I sat there from 9 to 5. "
    "My nurse was kind! She said that 2 in 10 people feel like this. I miss home. The dr said no, and may I say that is hard. "
    "Open it on Saturdays, please: 10am until 4pm, 24/7 would be best. In 2019 it was better. I am called in last every time. "
    "Give it 8/10. It costs £12.50 on the bus, 3.5 miles each way. Call me when it is done, on a weekday. March is too cold. "
    "We waited 45 minutes at door 3, room 12b, and ms or mx or a1 means nothing to me. What is my name for, anyway?"
)
WORDS = sorted(
    {word.strip(".,:!?£").lower() for word in PROSE.split() if word.strip(".,:!?£").isalpha()} - {"called", "name", "call"}
)


def number(digits: random.Random, count: int) -> str:
    return "".join(digits.choice(string.digits) for _ in range(count))


def an_nhs_number(digits: random.Random) -> str:
    while True:
        made = number(digits, 9)
        check = 11 - sum((10 - place) * int(digit) for place, digit in enumerate(made)) % 11
        if check != 10 and nhs.is_valid(whole := made + str(check % 11)):
            return digits.choice(["{}{}{}", "{} {} {}", "{}-{}-{}"]).format(whole[:3], whole[3:6], whole[6:])


def a_phone(digits: random.Random) -> str:
    made = digits.choice(["07700 900", "07700900", "+44 7700 900", "020 7946 0", "01632 960", "(0191) 498 0", "0044 7700 900"])
    return made + number(digits, 3)


def a_card(digits: random.Random) -> str:
    made = "4" + number(digits, 14)
    whole = made + luhn.calc_check_digit(made)
    return digits.choice([whole, " ".join(whole[at : at + 4] for at in range(0, 16, 4))])


def a_postcode(digits: random.Random) -> str:
    outward, inward = digits.choice(["ME14", "M1", "SW1A", "EC1A", "B33", "CR2"]), digits.choice(["1AB", "2XY", "9HH", "6ZQ"])
    made = outward + digits.choice([" ", ""]) + inward
    return digits.choice([made, made.lower()])


def an_address(digits: random.Random) -> str:
    return f"{digits.choice(['sam', 'a.b', 'o’neil+x', 'Q_1'])}@{digits.choice(['example.org', 'mail.example.co.uk'])}"


def a_day(digits: random.Random) -> str:
    return digits.choice(
        ["03/04/2009", "3.4.09", "2009-04-03", "3 April 2009", "3rd of April 2009", "April 3, 2009", "3 Apr 2009"]
    )


def a_name(digits: random.Random) -> str:
    return digits.choice(["My name is {}", "my name’s {}", "I’m called {}", "Dr {}", "Mrs. {}", "please ask for Miss {}"]).format(
        digits.choice(["Aoife", "O’Brien", "Jean-Luc Mary", "Zoë"])
    )


PLANTED = {
    "phone number": a_phone,
    "NHS number": an_nhs_number,
    "card number": a_card,
    "postcode": a_postcode,
    "email address": an_address,
    "date": a_day,
    "name": a_name,
}


@pytest.mark.parametrize("kind", PLANTED)
@given(
    before=st.lists(st.sampled_from(WORDS), max_size=6),
    seed=st.randoms(use_true_random=False),
    after=st.lists(st.sampled_from(WORDS)),
)
def test_whatever_is_planted_is_found_whole(kind: str, before: list[str], seed: random.Random, after: list[str]) -> None:
    planted = PLANTED[kind](seed)
    text = " ".join([*before, planted + ".", *after])
    left = redaction.suggest(text)
    telling = planted if kind != "name" else planted.split()[-1]
    assert telling not in left
    assert not any(digit in left for digit in string.digits)
    assert "[" in left


@given(st.lists(st.sampled_from(WORDS), max_size=40))
def test_ordinary_words_are_left_as_they_are(words: list[str]) -> None:
    text = " ".join(words).capitalize()
    assert redaction.suggest(text) == text


def test_ordinary_prose_is_left_as_it_is() -> None:
    assert redaction.suggest(PROSE) == PROSE


@given(st.text(max_size=200) | st.from_regex(r"([A-Z0-9@ .+\-]{1,8}){1,20}", fullmatch=True))
def test_pieces_are_the_whole_text_and_nothing_is_marked_twice(text: str) -> None:
    assert "".join(piece.words for piece in redaction.pieces(text)) == text
    spans = redaction.find(text)
    assert all(one.end <= other.start for one, other in itertools.pairwise(spans))


@pytest.mark.parametrize(
    "written, suggested",
    [
        ("I live at 12 High Street, Maidstone", "I live at [address], Maidstone"),
        ("Ask Dr Ann Lee or nurse Jo", "Ask Dr [name] or nurse Jo"),  # most names are missed, and staff are told so
        ("find me @sam_99", "find me [username]"),
        ("QQ 12 34 56 C", "[insurance number]"),
        ("hospital number 1234567", "hospital number [number]"),
        ("i was born on the 3rd of March", "i was born on the [date]"),
    ],
)
def test_what_stands_in_its_place_says_what_it_was(written: str, suggested: str) -> None:
    assert redaction.suggest(written) == suggested


@pytest.mark.parametrize("unit", ["0", "A", "1 ", "a@", "A. ", "12 Aa ", "born ", "07700 900123 ", "my name is "])
def test_the_longest_text_is_looked_through_at_once(unit: str) -> None:
    redaction.find((unit * 4096)[:4096])
