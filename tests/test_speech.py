"""One person's language: plural forms, days, lists, and text of two directions that stays in order."""

from __future__ import annotations

import datetime as dt
import os
import re
from collections.abc import Iterator
from pathlib import Path
from unicodedata import bidirectional

import pytest
from babel import Locale
from hypothesis import given
from hypothesis import strategies as st

from bot import isolates, speech, tongues
from conversations import flow, phrases, screens
from conversations.effects import Offer, Say
from conversations.text import NEXT_LINE, SAME_LINE, Counted, Field, Line, clean, fold, units
from tests.conversations.written import always
from tests.road import tongues as approved_tongues

DAY = dt.date(2027, 2, 26)
FORMS = ("zero", "one", "two", "few", "many", "other")
RLM, LRI, FSI, PDI = "\u200f", "\u2066", "\u2068", "\u2069"
LIST = {"en": "{number}. {label}", "cy": "{number}. {label}", "ur": "{number}. {label}"}


def said(text: dict[str, str], language: str, **fields: Field) -> str:
    return speech.phrase(Line(text, fields), language)


@pytest.fixture
def everything_approved() -> Iterator[None]:
    phrases.take({tag: approved_tongues.approved(tag) for tag in approved_tongues.LANGUAGES})
    yield
    phrases.take({})


# --- Forms


@pytest.mark.parametrize("language", ["en", "cy", "ur", "en-x-easy"])
def test_the_form_of_a_number_is_the_one_the_cldr_names(language: str) -> None:
    words = Counted({form: f"{form} {{n}}" for form in FORMS})
    plural = Locale.parse(language.partition("-")[0]).plural_form
    for number in range(201):
        assert clean(said({language: words}, language, n=number)) == f"{plural(number)} {number}"


def test_a_form_that_is_missing_falls_back_to_the_one_for_most_numbers() -> None:
    words: dict[str, str] = {"cy": Counted({"one": "un", "other": "rhai"})}
    assert [said(words, "cy", n=number) for number in (0, 1, 2, 3, 6)] == ["rhai", "un", "rhai", "rhai", "rhai"]


def test_with_two_numbers_or_none_no_form_is_better_than_the_usual_one() -> None:
    words: dict[str, str] = {"en": Counted({"one": "a {n}", "other": "some {n}"})}
    assert said(words, "en", n=1, m=1) == "some 1"
    assert said(words, "en", n="1") == "some 1"


def test_a_language_without_the_words_uses_the_forms_of_english() -> None:
    words: dict[str, str] = {"en": Counted({"one": "one day", "other": "{n} days"})}
    assert [said(words, "cy", n=number) for number in (0, 1, 2)] == ["0 days", "one day", "2 days"]


# --- Days, numbers, lists


@pytest.mark.parametrize(
    "language,day",
    [
        ("en", "Fri 26 Feb 2027"),
        ("en-x-young", "Fri 26 Feb 2027"),
        ("xx", "Fri 26 Feb 2027"),
        ("cy", "Gwen, 26 Chwef 2027"),
        ("ur", "جمعہ، 26 فروری، 2027"),
    ],
)
def test_a_day_is_said_as_people_say_it(language: str, day: str) -> None:
    assert tongues.day(DAY, language) == day


def test_an_english_day_is_short_in_every_month() -> None:
    days = [dt.date(2027, month, 1) for month in range(1, 13)]
    assert [tongues.day(day, "en") for day in days] == [f"{day:%a} 1 {day:%b %Y}" for day in days]


@pytest.mark.parametrize(
    "language,words,joined",
    [
        ("en", ["a"], "a"),
        ("en", ["a", "b"], "a and b"),
        ("en", ["a", "b", "c"], "a, b and c"),
        ("cy", ["bara", "afal"], "bara ac afal"),
        ("cy", ["bara", "caws", "“ŵy”"], "bara, caws, ac “ŵy”"),
        ("cy", ["afal", "bara"], "afal a bara"),
        ("ur", ["ا", "ب", "ج"], "ا، ب، اور ج"),
    ],
)
def test_a_list_is_joined_as_people_join_it(language: str, words: list[str], joined: str) -> None:
    assert tongues.listed(words, language) == joined


def test_a_large_number_has_its_thousands_apart() -> None:
    assert said({"en": "{n}"}, "en", n=1200) == "1,200"


# --- Directions


def test_english_is_said_byte_for_byte_as_it_is_written() -> None:
    line = "Pick “{label}” by {day}, {n} of 3. Call 0800 1111 or send /help."
    assert said({"en": line}, "en", label={"en": "Café, 2"}, day=DAY, n=1) == (
        "Pick “Café, 2” by Fri 26 Feb 2027, 1 of 3. Call 0800 1111 or send /help."
    )


def test_the_full_stop_of_a_list_s_number_stands_on_the_side_of_its_words() -> None:
    rose = {"en": "Roses", "ur": "گلاب"}
    assert said(LIST, "ur", number=1, label=rose) == f"{RLM}{LRI}1{PDI}. {FSI}گلاب{PDI}"
    assert said({"ur": "✓ {number}. {label}"}, "ur", number=12, label=rose) == f"{RLM}✓ {LRI}12{PDI}. {FSI}گلاب{PDI}"
    assert said({"en": "{number}. {label}"}, "ur", number=1, label=rose) == f"{RLM}{LRI}1{PDI}. {FSI}گلاب{PDI}"


@pytest.mark.parametrize(
    "figure",
    [
        "0800 068 4141",
        "+44 20 7946 0018",
        "13-15",
        "4.30",
        "16:30",
        "https://t.me/withus_bot?start=ab",
        "/privacy",
        "26/2/2027",
        "a.b@nhs.uk",
        "ME14",
        "B12",
        "U3A",
        "COVID-19",
        "3pm",
        "4.30pm",
        "£25",
        "50%",
        "18+",
        "20°C",
        "-5",
        "NHS 111",
        "Café 5",
    ],
)
def test_figures_among_urdu_words_are_kept_whole(figure: str) -> None:
    assert said({"ur": f"مدد: {figure}، یا"}, "ur") == f"مدد: {LRI}{figure}{PDI}، یا"
    assert said({"ur": "یہ: {label}"}, "ur", label={"ur": f"مدد {figure}۔"}) == f"یہ: {FSI}مدد {LRI}{figure}{PDI}۔{PDI}"


def test_latin_words_stay_as_they_are_and_addresses_and_commands_after_them_are_kept_whole() -> None:
    assert said({"ur": "یہ NHS and/or GP ہے"}, "ur") == "یہ NHS and/or GP ہے"
    for address in ("https://nhs.uk/x1", "www.nhs.uk", "a.b@nhs.uk", "/help"):
        assert said({"ur": f"مدد: see {address}"}, "ur") == f"مدد: see {LRI}{address}{PDI}"


def test_a_gap_with_a_digit_in_its_name_is_filled() -> None:
    assert said({"ur": "آپ: {q1}"}, "ur", q1={"ur": "باغ"}) == f"آپ: {FSI}باغ{PDI}"


def test_words_of_the_other_direction_are_kept_apart_in_english() -> None:
    assert said({"en": "You wrote: {words}."}, "en", words="شام 5-6") == f"You wrote: {FSI}شام {LRI}5-6{PDI}{PDI}."
    assert said({"en": "You wrote: {words}."}, "en", words="at 5") == "You wrote: at 5."


def test_each_line_of_someones_words_is_kept_apart_by_itself() -> None:
    assert said({"ur": "آپ: {words}"}, "ur", words="one\n\ntwo") == f"آپ: {FSI}one{PDI}\n\n{RLM}{FSI}two{PDI}"


def test_a_line_that_falls_back_to_english_runs_from_left_to_right() -> None:
    assert said({"en": "1, 2: {label}."}, "ur", label={"en": "a"}) == f"{RLM}{LRI}1, 2{PDI}: {FSI}a{PDI}."
    assert said({"en": "See {label}."}, "ur", label={"ur": "باغ"}) == f"See {FSI}باغ{PDI}."


def test_bold_stands_where_it_is_told() -> None:
    lines = (
        Line({"ur": "{number}. {label}"}, {"number": 1, "label": {"ur": "گلاب 👩‍👩‍👧"}}),
        Line({"ur": "4 چنیں"}, bold=True, parting=NEXT_LINE),
        Line({"ur": "5؟"}, parting=SAME_LINE),
    )
    spoken = speech.speak(Say(lines), "ur")
    raw = spoken.text.encode("utf-16-le")
    ((start, length),) = spoken.bold
    assert raw[2 * start : 2 * (start + length)].decode("utf-16-le") == f"{RLM}{LRI}4{PDI} چنیں"
    assert spoken.text.endswith(f"چنیں {LRI}5{PDI}؟")


PIECES = [*"\u2066\u2067\u2068\u2069\u202e\u202c\u200f\u2029\n 1.{}✓", "اب", "ab", "{x}", "0800 1111", "/help", "ا" * 99]
ANY = st.one_of(st.text(), st.lists(st.sampled_from(PIECES), max_size=8).map("".join))
FIELDS: st.SearchStrategy[Field] = st.one_of(
    ANY,
    st.integers(0, 5000),
    st.dates(dt.date(2000, 1, 1)),
    ANY.map(lambda words: {"en": words}),
    ANY.map(lambda words: ({"ur": words},) * 2),
)


@always
@given(ANY, ANY, FIELDS, st.sampled_from(["en", "cy", "ur", "ar"]), st.booleans())
def test_every_isolate_ends_on_its_line(before: str, after: str, field: Field, language: str, short: bool) -> None:  # noqa: FBT001
    line = Line({language: f"{before}{{x}}{after}"}, {"x": field})
    spoken = speech.toast(line, language) if short else speech.speak(Say((line, line)), language).text
    assert units(spoken) <= (speech.LONGEST_TOAST if short else speech.LONGEST)
    for each in re.split("[\n\r\x1c-\x1e\x85\u2029]", spoken):
        assert isolates.unclosed(each) == 0


@always
@given(ANY, FIELDS)
def test_every_urdu_line_begins_from_the_right(words: str, field: Field) -> None:
    spoken = said({"ur": f"{words} ا {{x}}"}, "ur", x=field)
    assert all(bidirectional(line[0]) in {"R", "AL"} for line in spoken.split("\n") if line)


@always
@given(st.text(st.characters(categories=("L", "Nd", "Zs")), min_size=1))
def test_a_label_copied_back_is_read_as_it_was_meant(label: str) -> None:
    shown = said({"ur": "{label}"}, "ur", label={"ur": label})
    assert fold(shown) == fold(label)


@pytest.mark.parametrize("typed,meant", [("كيك", "کیک"), ("ہاں۔", "ہاں"), ("نہيں؟", "نہیں"), ("مَدَد", "مدد"), ("ليے", "لیے")])
def test_urdu_typed_on_another_keyboard_is_the_same_word(typed: str, meant: str) -> None:
    assert fold(typed) == fold(meant)


# --- Whole screens, as they are stored

STORED = Path(__file__).parent / "urdu-screens.txt"
ANEW = "WITHUS_SCREENS"  # set it to store them anew, and read the difference
NAMES = {RLM: "⟨RLM⟩", LRI: "⟨LRI⟩", FSI: "⟨FSI⟩", PDI: "⟨PDI⟩"}


@pytest.mark.usefixtures("everything_approved")
def test_urdu_screens_are_what_is_stored() -> None:
    shown = "".join(f"=== {name}\n{_rendered(say)}\n" for name, say in _screens().items())
    if os.environ.get(ANEW):
        STORED.write_text(shown, "utf-8")
    assert shown == STORED.read_text("utf-8")


def _screens() -> dict[str, Say]:
    kitchen = flow.read((Path(__file__).parent / "road/engagements/tests-kitchen.toml").read_text("utf-8"))
    return {
        "age": screens.age(""),
        "menu": screens.menu([Offer("a", "b", kitchen.title, state) for state in ("new", "begun", "finished")]),
        "opening": Say(screens.intro(kitchen, "ur")),
        "help": screens.helping("ur"),
        "deletion": screens.deletion(),
        "end": Say(screens.thank(kitchen)),
    }


def _rendered(say: Say) -> str:
    labels = [f"[{speech.phrase(button.label, 'ur')}]" for row in say.rows for button in row]
    spoken = "\n".join([speech.speak(say, "ur").text, *labels])
    return spoken.translate({ord(mark): name for mark, name in NAMES.items()})
