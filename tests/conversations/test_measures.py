"""Numbers, days and places as people type them are read, or not, and never read as something else."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from conversations.reading import amounts, days, postcodes
from tests.conversations.written import always

TODAY = dt.date(2027, 1, 4)

URDU = str.maketrans("0123456789", "۰۱۲۳۴۵۶۷۸۹")
ONES = (
    "zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve", "thirteen",
    "fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen",
)  # fmt: skip
TENS = ("", "", "twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety")


def spelt(number: int) -> str:
    """A number below a million in English words."""
    if number >= 1000:
        rest = number % 1000
        return f"{spelt(number // 1000)} thousand" + (f" {'and ' * (rest < 100)}{spelt(rest)}" if rest else "")
    if number >= 100:
        return f"{spelt(number // 100)} hundred" + (f" and {spelt(number % 100)}" if number % 100 else "")
    if number < 20:
        return ONES[number]
    return TENS[number // 10] + (f"-{spelt(number % 10)}" if number % 10 else "")


@always
@given(st.integers(-999_999_999, 999_999_999))
def test_a_number_is_read_with_commas_without_and_in_urdu_digits(number: int) -> None:
    for written in (str(number), f"{number:,}", f"{number:,}".replace(",", " "), f" {number}. ", str(number).translate(URDU)):
        assert amounts.read(written) == number
    assert amounts.spell(Decimal(number)) == str(number)


@always
@given(st.integers(0, 999_999))
def test_a_number_in_words_is_read(number: int) -> None:
    assert amounts.read(spelt(number)) == number


@always
@given(st.decimals(-1000, 1000, places=3))
def test_a_kept_number_has_one_spelling(value: Decimal) -> None:
    kept = amounts.spell(value)
    assert amounts.read(kept) == value
    assert amounts.spell(Decimal(kept)) == kept
    assert kept == kept.strip()
    assert "e" not in kept.lower()


@pytest.mark.parametrize(
    "words",
    ["", "-", ".", "1,2", "1,23,456", "12,5", "1.2.3", "five six", "twenty thirty", "one two", "1e9", "0x10", "lots", "1-2",
     "10 or 12", "½", "9" * 16, "1 23", "nan", "infinity", "٫", "and", "thousand thousand hundreds",
     "one thousand two thousand", "five hundred hundred", "5²", "hundred thousand hundred two hundred"],
)  # fmt: skip
def test_what_is_not_one_number_is_not_read(words: str) -> None:
    assert amounts.read(words) is None


@always
@given(st.text(), st.text(alphabet="0123456789,. -one", max_size=20))
def test_no_words_are_too_strange_for_a_number_a_day_or_a_place(words: str, near: str) -> None:
    for said in (words, near):
        assert isinstance(amounts.read(said), Decimal | None)
        assert isinstance(days.read(said, TODAY), dt.date | None)
        assert isinstance(postcodes.read(said), str | None)


@always
@given(st.dates(dt.date(1930, 1, 1), dt.date(2046, 12, 31)))
def test_a_day_is_read_in_all_the_ways_people_write_it(day: dt.date) -> None:
    number, month = day.day, f"{day:%B}"
    suffix = "th" if 11 <= number <= 13 else {1: "st", 2: "nd", 3: "rd"}.get(number % 10, "th")
    ways = [
        day.isoformat(), f"{day:%d/%m/%Y}", f"{number}/{day.month}/{day.year}", f"{number}.{day.month}.{day.year}",
        f"{number} {month} {day.year}", f"{number}{suffix} of {month}, {day.year}", f"{month} {number}, {day.year}",
        f"{day:%a} {number} {day:%b} {day.year}", f"{day:%A}, {number} {month.upper()} {day.year}",
        f"{number}/{day.month}/{day.year}".translate(URDU),
    ]  # fmt: skip
    assert {way: days.read(way, TODAY) for way in ways} == dict.fromkeys(ways, day)
    if day > dt.date(1947, 12, 31):
        assert days.read(f"{number}/{day.month}/{day:%y}", TODAY) == day


@pytest.mark.parametrize(
    "words",
    ["31/2/2027", "30 February 2027", "29/2/2027", "0/1/2027", "1/13/2027", "32 January 2027", "2027", "February", "5", "",
     "26/2/2", "26/2/027", "1/2/3/4", "soon", "January February 2027", "-1/2/2027", "2027-02", "26 2 20270"],
)  # fmt: skip
def test_a_day_that_does_not_exist_is_not_read(words: str) -> None:
    assert days.read(words, TODAY) is None


@pytest.mark.parametrize(
    "words, least, most, day",
    [
        ("26 Feb", TODAY, dt.date(2027, 6, 1), dt.date(2027, 2, 26)),
        ("26 December", dt.date(2026, 1, 15), TODAY, dt.date(2026, 12, 26)),
        ("26 Feb", dt.date.min, dt.date.max, None),  # last year, this year or next?
        ("yesterday", dt.date.min, dt.date.max, dt.date(2027, 1, 3)),
        ("Today", dt.date.min, dt.date.max, TODAY),
        ("tomorrow", dt.date.min, dt.date.max, dt.date(2027, 1, 5)),
    ],
)
def test_a_day_without_a_year_is_read_when_only_one_can_be_meant(
    words: str, least: dt.date, most: dt.date, day: dt.date | None
) -> None:
    assert days.read(words, TODAY, least, most) == day


@pytest.mark.parametrize(
    "words, district",
    [
        ("ME14", "ME14"), ("me14 2ab", "ME14"), ("ME142AB", "ME14"), ("ME14 2", "ME14"), ("m1", "M1"), ("M11AA", "M1"),
        ("M1 1AA", "M1"), ("EC1A 1BB", "EC1A"), ("ec1a1bb", "EC1A"), ("W1A", "W1A"), ("bt7 1nn.", "BT7"), ("ZE1", "ZE1"),
        ("JE2 3AB", "JE2"), ("ＭＥ１４", "ME14"), ("DN55 1PT", "DN55"),
        ("ME", None), ("14", None), ("ME142", None), ("ZZ9", None), ("ME14 2A B", None), ("Maidstone", None), ("", None),
        ("90210", None), ("ME14 or TN1", None), ("ME1422AB", None),
    ],
)  # fmt: skip
def test_the_first_part_of_a_postcode_is_read_and_the_rest_dropped(words: str, district: str | None) -> None:
    assert postcodes.read(words) == district


@always
@given(st.from_regex(r"(ME|TN|M|EC)[1-9][0-9]? ?[0-9][A-Z]{2}", fullmatch=True))
def test_never_more_than_a_district_is_kept(whole: str) -> None:
    kept = postcodes.read(whole)
    assert kept
    assert len(kept) <= 4
    assert not postcodes.is_whole(kept)
    assert postcodes.is_whole(whole)
