"""What ships has nothing to be said against it, is plain to read, and keeps what each of its templates asks for."""

from __future__ import annotations

import datetime as dt
import re
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest

import conversations.library as shelf
from conversations import approval, checking, flow
from conversations.checking.care.instruments import INSTRUMENTS
from conversations.flow import Flow, Step
from conversations.library import SHIPPED
from conversations.phrases import PHRASES
from conversations.questions import KINDS
from conversations.screens import LANGUAGE_NAMES
from conversations.session import Answer
from conversations.text import Text

FLOWS = {each.id: each for each in map(flow.read, SHIPPED.values())}
ASIDE = {file.name: file.read_text("utf-8") for file in (Path(shelf.__file__).parent / "questions").glob("*.toml")}
"""What is ready but not on the shelf."""
OF_EACH = pytest.mark.parametrize("shipped", FLOWS.values(), ids=FLOWS)


def asked(shipped: Flow) -> list[Step]:
    return [step for step in shipped.steps if step.asks]


def test_nothing_is_wrong_with_what_ships_and_there_is_no_advice_and_no_override() -> None:
    assert [str(problem) for problem in checking.review_all({**SHIPPED, **ASIDE})] == []
    assert not any("overrides" in source for source in (*SHIPPED.values(), *ASIDE.values()))


def test_each_file_is_named_after_its_engagement() -> None:
    assert {name: f"{flow.read(source).id}.toml" for name, source in {**SHIPPED, **ASIDE}.items()} == {
        name: name for name in (*SHIPPED, *ASIDE)
    }


@pytest.mark.parametrize("name", SHIPPED)
def test_each_file_opens_by_saying_whose_voice_it_has_and_why_it_lacks_others(name: str) -> None:
    opening = SHIPPED[name].partition("\nformat = ")[0]
    assert all(line.startswith("#") for line in opening.splitlines())
    assert "voice" in opening


@OF_EACH
def test_every_language_has_a_name_people_know(shipped: Flow) -> None:
    assert set(shipped.languages) <= set(LANGUAGE_NAMES)
    written = {tag for words in approval.texts(tomllib.loads(SHIPPED[f"{shipped.id}.toml"])) for tag in words.text}
    assert written == set(shipped.languages)


@OF_EACH
def test_people_hear_back_in_the_year_that_comes(shipped: Flow) -> None:
    assert dt.date(2027, 1, 1) <= shipped.charter.feedback_by <= dt.date(2027, 12, 31)


@OF_EACH
def test_everything_can_be_skipped_but_a_notice_one_has_read(shipped: Flow) -> None:
    for step in asked(shipped):
        assert step.optional or [option.id for option in step.options] == ["next", "more"]


def test_whether_and_what_to_be_told_is_never_kept_with_the_answers() -> None:
    told = {"tell-me", "hear", "messages"}
    assert {step.id: step.about for each in FLOWS.values() for step in each.steps if step.id in told} == dict.fromkeys(told, "me")


def test_the_first_one_for_young_people_takes_three_taps_and_asks_for_no_words() -> None:
    young = FLOWS["what-should-we-fix-first"]
    assert (young.audience, young.identity) == ("under-18s", "anonymous")
    assert [KINDS[step.kind].picks and not KINDS[step.kind].many for step in young.steps] == [True] * 3


@OF_EACH
@pytest.mark.parametrize("band", ["under-13", "13-15", "16-17", "unsaid"])
def test_nobody_under_18_is_asked_to_write(shipped: Flow, band: str) -> None:
    said = {step.id: Answer(chosen=(step.options[0].id,)) for step in asked(shipped) if step.options}
    if shipped.audience != "adults":
        assert not [step.id for step in flow.path(shipped, said, {"age_band": band}) if KINDS[step.kind].free]


def test_the_friends_and_family_test_asks_in_the_words_of_the_test_and_says_whose_they_are() -> None:
    test, agreed = FLOWS["friends-and-family-test"], INSTRUMENTS["nhs-fft"]
    first = test.steps[0]
    assert (first.instrument, first.ask) == (agreed.id, agreed.ask)
    assert [option.label for option in first.options] == list(agreed.options)
    assert [KINDS[step.kind].free for step in test.steps] == [False, True]
    assert agreed.attribution in test.thanks["en"]
    assert not any(step.picture for step in test.steps)


ABOUT_YOU = [each for each in FLOWS.values() if each.id.startswith("about-you")]


def test_who_people_are_is_asked_in_dated_sets_that_nothing_ties_to_other_answers() -> None:
    assert [(each.id, each.audience, each.identity) for each in ABOUT_YOU] == [
        ("about-you-adults-2026-11", "adults", "anonymous"),
        ("about-you-under-18s-2026-11", "under-18s", "anonymous"),
    ]
    assert all("November 2026" in each.title["en"] and "November 2026" in SHIPPED[f"{each.id}.toml"] for each in ABOUT_YOU)


@pytest.mark.parametrize("each", [*ABOUT_YOU, *map(flow.read, ASIDE.values())], ids=lambda each: str(each.id))
def test_each_question_on_who_people_are_is_a_choice_under_the_reason_it_is_asked_for(each: Flow) -> None:
    assert each.steps[0].kind == "section"
    assert each.steps[0].title == {"en": "Why we ask"}
    for step in asked(each):
        last = step.options[-1]
        assert (step.section, step.optional, last.id, last.label) == ("why", True, "unsaid", {"en": "Prefer not to say"})
        assert last.alone or not KINDS[step.kind].many
        assert last.when is None


def test_sex_and_gender_are_asked_by_nothing_on_the_shelf_and_the_file_aside_tells_to_pick_a_standard_first() -> None:
    for source in SHIPPED.values():
        written = "\n".join(line for line in source.splitlines() if not line.startswith("#"))
        assert not re.search(r"\b(sex|gender|male|female)\b", written, re.IGNORECASE)
    [aside] = ASIDE.values()
    assert flow.read(aside).id not in FLOWS
    assert [step.id for step in asked(flow.read(aside))] == ["sex", "gender"]
    assert "OFF" in aside.splitlines()[0]
    assert "look up the standard that holds now" in aside


@pytest.mark.parametrize(
    "band, more",
    [("13-15", False), ("under-13", False), ("unsaid", False), ("16-17", True)],
)
def test_only_those_aged_16_or_over_are_asked_about_religion_orientation_and_caring(band: str, *, more: bool) -> None:
    young = FLOWS["about-you-under-18s-2026-11"]
    said = {step.id: Answer(skipped=True) for step in asked(young)}
    met = [step.id for step in flow.path(young, said, {"age_band": band}) if step.asks]
    least = ["age", "ethnic-group", "condition", "easier"]
    assert met == [*least, *(["religion", "orientation", "caring"] if more else []), "area"]


def test_every_question_taken_from_statistics_offers_the_published_answers() -> None:
    for each in ABOUT_YOU:
        for step in (step for step in each.steps if step.instrument and step.id != "ethnic-group"):
            published = list(INSTRUMENTS[step.instrument].options)
            assert [option.label for option in step.options[:-1]] == published


def test_the_welcome_is_five_short_screens_with_more_behind_each_in_three_voices() -> None:
    welcome = FLOWS["welcome-and-your-choices"]
    assert welcome.languages == ("en", "en-x-young", "en-x-easy")
    screens = [step for step in asked(welcome) if step.id != "messages"]
    assert len(screens) == 5
    for screen in screens:
        more = welcome.steps[welcome.positions[screen.id] + 1]
        assert (more.id, more.kind) == (f"{screen.id}-more", "say")
        assert set(screen.ask) == set(more.ask) == set(welcome.languages)
        assert all(len(words.split()) <= 60 for words in screen.ask.values())


@pytest.mark.parametrize("language", ["en", "en-x-young", "en-x-easy"])
def test_the_welcome_says_plainly_what_telegram_can_see(language: str) -> None:
    welcome = FLOWS["welcome-and-your-choices"]
    said = " ".join(step.ask[language] for step in welcome.steps if step.id.startswith("telegram"))
    for fact in ("its own copy", "can’t delete", "phone number", "private"):
        assert fact in said


def words_of(shipped: Flow, language: str) -> Iterator[str]:
    """Our own words, without those taken from published questions."""
    charter = shipped.charter
    thanks = {tag: words.partition("\n")[0] for tag, words in shipped.thanks.items()}  # below stands whose questions they are
    texts: list[Text] = [shipped.title, shipped.welcome, thanks]
    texts += [charter.settles, charter.decided_by, charter.can_change, charter.cannot_change]
    for step in shipped.steps:
        texts += [step.ask, step.hint, step.sensitive]
        texts += [] if step.instrument else [option.label for option in step.options]
    yield from (text[language] for text in texts if language in text)


def reading_age(words: str) -> float:
    """The age that can read it, by the Flesch-Kincaid grade; syllables are counted by their vowels."""
    sentences = max(1, len(re.findall(r"[.!?:](?:\s|$)", words)))
    split = re.findall(r"[a-z’']+", words.lower())
    syllables = sum(max(1, len(re.findall(r"[aeiouy]+", re.sub(r"(?<=[^l])e$", "", word)))) for word in split)
    return 0.39 * len(split) / sentences + 11.8 * syllables / len(split) - 15.59 + 5


VOICES = [(each.id, tag) for each in FLOWS.values() for tag in each.languages]


@pytest.mark.parametrize("name, language", VOICES)
def test_what_ships_can_be_read_at_eleven_and_the_other_voices_at_nine(name: str, language: str) -> None:
    said = " ".join(words.rstrip(".?") + "." for words in words_of(FLOWS[name], language))
    assert reading_age(said) <= (11 if language == "en" else 9)


def test_the_bot_s_own_words_can_be_read_at_eleven() -> None:
    said = [words["en"] for key, words in PHRASES.items() if not key.startswith("typed-")]
    assert reading_age(" ".join(words.rstrip(".?") + "." for words in said)) <= 11


@pytest.mark.parametrize("name, language", VOICES)
def test_what_ships_is_neither_pushing_nor_loud(name: str, language: str) -> None:
    said = " ".join(words_of(FLOWS[name], language)).casefold()
    for wrong in ("you must", "last chance", "don’t let", "hurry", "24/7", "service user", "!", "suicide", "weight"):
        assert wrong not in said


@OF_EACH
def test_a_question_opens_with_nothing_sensitive(shipped: Flow) -> None:
    for words in (words for step in asked(shipped) for words in step.ask.values()):
        assert not re.search(r"covid|\bward|mental|illness|\bpain", words[:60].casefold())
