"""What each rule of care looks at, beyond its examples."""

from __future__ import annotations

import tomllib

import pytest

from conversations import checking, flow
from conversations.checking import approvals
from conversations.checking.care import length
from conversations.checking.care.draft import Draft
from conversations.checking.care.examples import options, question, whole
from conversations.checking.care.reading_age import reading_age, syllables
from conversations.checking.care.rules import RULES
from conversations.checking.care.words import EMOJI
from conversations.checking.problems import ADVICE, ERROR, Problem
from tests.conversations.written import dump


def review(text: str) -> list[Problem]:
    return [problem for problem in checking.review(text, "a.toml") if problem.rule != approvals.RULE]


def said(text: str) -> str:
    return "\n".join(map(str, review(text)))


def of_welcome(words: str, more: str = "") -> str:
    return said(whole(f"{more}\nwelcome.en = {dump(words)}"))


def test_hard_words_are_an_error_where_the_audience_is_under_18() -> None:
    [problem] = review(whole('audience = "under-18s"\n' + RULES["reading-age"].bad))
    assert (problem.rule, problem.level) == ("reading-age", ERROR)


def test_easy_words_are_held_to_a_lower_reading_age() -> None:
    words = '"We are asking patients, visitors and volunteers about opening the garden every Saturday."'
    assert not said(whole(f"welcome.en = {words}"))
    [problem] = review(whole(f'welcome.en = "Hello."\nwelcome.en-x-easy = {words}'))
    assert "9 is old enough" in str(problem)


def test_a_content_note_is_as_easy_as_easy_words() -> None:
    note = 'sensitive.en = "We are asking patients, visitors and volunteers about opening the garden every Saturday."'
    steps = question("How was that?", "hard", "yes-no", note) + question("So?", "last")
    assert "9 is old enough" in said(whole(steps))


def test_hard_words_spread_over_many_short_texts_are_told_once() -> None:
    labels = options(*(f"Rehabilitation facility prioritisation {place}" for place in range(12)))
    [problem] = review(whole(question("Which?", "one", "choice", labels)))
    assert problem.rule == "reading-age"
    assert "together" in problem.what


def test_words_in_other_languages_have_no_reading_age() -> None:
    welsh = "Mae'r sefydliad yn ymgynghori ynghylch blaenoriaethu cyfleusterau adsefydlu cynaliadwy cenedlaethol heddiw."
    text = whole(f'title.cy = "Pryd?"\nwelcome.en = "Hello."\nwelcome.cy = {dump(welsh)}')
    assert "reading-age" not in {problem.rule for problem in review(text)}


def test_a_longer_sentence_of_longer_words_takes_an_older_reader() -> None:
    plain = reading_age(["We want to hear what you think.", "You can stop at any time."])
    hard = reading_age(["We are soliciting stakeholder perspectives regarding organisational priorities and facilities."])
    assert plain
    assert hard
    assert plain.likely < 9
    assert hard.likely > 16
    assert hard.least < hard.likely
    assert reading_age(["12, 14 …"]) is None


@pytest.mark.parametrize(
    "word, count", [("we", 1), ("makes", 1), ("wanted", 2), ("little", 2), ("people", 2), ("confidential", 4)]
)
def test_syllables_are_counted_as_they_are_spoken(word: str, count: int) -> None:
    assert syllables(word) == count


@pytest.mark.parametrize(
    "words, part",
    [
        ("You must answer by Friday.", "you must"),
        ("Don’t let us down.", "don't let us down"),
        ("We are counting on you.", "we are counting on you"),
        ("You’re safe here. Say what you like.", "you're safe here"),
        ("Nobody will ever know what you said.", "nobody will ever know"),
        ("We guarantee that it changes.", "we guarantee"),
        ("We are always here for you.", "we are always here"),
        ("What you say is kept strictly confidential.", "confidential"),
        ("People’s replies stay anonymous.", "stay anonymous"),
        ("Help cuts the risk of cutting yourself.", "cutting yourself"),
        ("Our goal weight is yours to pick.", "goal weight"),
        ("Send us before-and-after photos.", "before-and-after photos"),
        ("Her BMI was under 17.", "bmi was under 17"),
        ("This is about the MDT.", "mdt"),
        ("PLEASE READ THIS BEFORE ANYTHING.", "please"),
        ("What??!", "??!"),
    ],
)
def test_what_a_colleague_would_stop_at_is_told_with_its_words(words: str, part: str) -> None:
    assert part in of_welcome(words).casefold().split(";")[0]


@pytest.mark.parametrize("step", ['kind = "say"', 'kind = "yes-no"\noptional = true'], ids=["told", "asked"])
def test_only_what_falls_in_the_first_60_characters_of_a_message_shows_on_a_locked_screen(step: str) -> None:
    frame = len("Question 1 of 1 · Confidential\n") if "yes-no" in step else 0
    for late in (0, 1):
        words = ("so " * 30)[: 60 - frame - len("ward") + late - 1] + " ward is it."
        text = whole(f'[[steps]]\nid = "one"\n{step}\nask.en = "{words}"\n\n' + question("So?", "last"))
        assert ["lock-screen"] * (1 - late) == [problem.rule for problem in review(text)]


def test_the_title_of_a_section_stands_before_its_first_line() -> None:
    section = '[[steps]]\nid = "part"\nkind = "section"\nask.en = "Now about the ward."\n'
    assert '"ward" may show' in said(whole(section + question("So?")))
    title = 'title.en = "The second part: how the days went, and the nights"\n'
    assert said(whole(section + title + question("So?"))) == ""
    assert '"wards" may show' in said(whole(section + 'title.en = "The wards"\n' + question("So?")))


def test_the_banner_of_a_question_about_the_person_leaves_less_room() -> None:
    ask = "And there, was it on the ward?"
    assert "may show" in said(whole(question(ask)))
    assert said(whole(question(ask, "one", "yes-no", 'about = "me"'))) == ""


def test_a_content_note_begins_a_message_of_its_own() -> None:
    note = 'sensitive.en = "The next question is about self-harm."'
    steps = question("How was that?", "hard", "yes-no", note) + question("Would you come again?", "last")
    assert "self-harm" in said(whole(steps))


def test_a_sensitive_question_that_comes_last_is_advised_against() -> None:
    [problem] = review(whole(question("Did you feel alone?", "hard", "yes-no", 'sensitive.en = "This may be hard."')))
    assert (problem.rule, problem.level) == ("sensitive", ADVICE)


def test_food_and_body_emoji_are_refused_and_others_are_not() -> None:
    assert "eating disorder" in of_welcome("Come and eat with us 🍎")
    assert "eating disorder" in of_welcome("Be strong 💪🏽")
    assert of_welcome("Come and see us 🌱") == ""


def test_an_emoji_of_many_parts_is_one() -> None:
    for emoji in ("👩‍👩‍👧", "👍🏽", "🇬🇧", "1️⃣", "❤️"):
        assert [found[0] for found in EMOJI.finditer(f"Yes {emoji}")] == [emoji]
    assert EMOJI.search("© 2027 ✓ → 10 °C ™ 1. #2") is None


def test_an_emoji_among_words_or_alone_is_told() -> None:
    assert "among the words" in of_welcome("A 🎉 day")
    step = question("How sure are you?", "one", "scale", 'low.en = "🙁"', 'high.en = "Sure"')
    assert "is an emoji alone" in said(whole(step))


def test_a_figure_of_someone_s_body_is_not_asked_for() -> None:
    assert "eat or walk" in said(whole(question("What do you weigh?", "one", "number")))
    assert "eat or walk" in said(whole(question("How much are you now?", "one", "number", 'unit.en = "kg"')))
    assert "eat or walk" in said(whole(question("How much did you eat?", "one", "number", 'unit.en = "kcal"')))


def test_anonymous_answers_are_not_asked_for_a_place_or_a_telling_day() -> None:
    for kind, ask in (("place", "Say which one fits"), ("date", "When was your visit?")):
        step = question(ask, "one", kind)
        assert "can tell who gave an anonymous answer" in said(whole('identity = "anonymous"\n\n' + step))
        assert said(whole(step)) == ""
    assert said(whole('identity = "anonymous"\n\n' + question("Which day suits you?", "one", "date"))) == ""


@pytest.mark.parametrize(
    "ask",
    [
        "What is your name?", "Please write your name and address.", "Tell us your phone number.", "What is your NHS number?",
        "What’s your email address?", "Your email", "Full name:", "What is your date of birth?", "When were you born?",
        "Please tell us your full address.", "If you like, leave your name.", "Write your name here.",
    ],
)  # fmt: skip
def test_people_who_are_not_named_are_not_asked_who_they_are(ask: str) -> None:
    levels = {"anonymous": [("who", ERROR)], "confidential": [("who", ADVICE)], "named": []}
    for identity, expected in levels.items():
        found = review(whole(f'identity = "{identity}"\n\n' + question(ask, "one", "text")))
        assert [(problem.rule, problem.level) for problem in found] == expected
    assert review(whole(question(ask, "one", "text", 'about = "me"'))) == []


def test_a_birthday_is_asked_for_as_a_year_or_an_age_group() -> None:
    for identity, level in (("anonymous", ERROR), ("confidential", ADVICE)):
        [problem] = review(whole(f'identity = "{identity}"\n\n' + question("When were you born?", "one", "date")))
        assert (problem.do, problem.level) == ("ask for the year, or an age group", level)


def test_a_name_is_not_asked_for_in_words_beside_an_option() -> None:
    option = '{ id = "other", label.en = "Another", other = true, ask.en = "What is your name?" }'
    step = question("Who?", "one", "choice", f'options = [{{ id = "a", label.en = "Me" }}, {option}]')
    assert "[who]" in said(whole(step))


GAP = question("You said: {hours}. Is that right?", "sure")
OPTIONAL = question("How many hours?", "hours", "number")


def test_a_gap_that_some_would_find_empty_is_told_and_its_condition_silences_it() -> None:
    assert "{hours} is empty for people who were not asked it" in said(whole(OPTIONAL + GAP))
    assert "take {hours} out; [gap]" not in said(whole(OPTIONAL + GAP + "when = { hours = { answered = true } }\n"))
    for when in ("hours = { answered = true }", "hours = { at_least = 3 }"):
        assert said(whole(OPTIONAL + GAP + f"when = {{ {when} }}\n")) == ""
    assert said(whole(OPTIONAL.replace("optional = true", "") + GAP)) == ""


def test_a_gap_for_a_question_only_some_are_asked_is_told_unless_they_alone_see_it() -> None:
    first = question("Do you come?", "come", "yes-no", "optional = false")
    asked = question("How many hours?", "hours", "number", "optional = false", 'when.come = "yes"')
    assert "[gap]" in said(whole(first + asked + GAP))
    assert said(whole(first + asked + GAP + 'when.come = "yes"\n')) == ""


def test_a_statement_may_be_passed_without_being_optional_though_it_is_sensitive_or_in_a_poll() -> None:
    note = 'sensitive.en = "The next one may be hard."'
    steps = question("“I felt alone.”", "one", "agree", "optional = false", note) + question("So?", "last")
    assert said(whole(steps)) == ""
    assert said(whole('kind = "poll"\n\n' + steps)) == ""


def test_initials_are_seen_through_what_belongs_to_them() -> None:
    for words in ("The ICB’s plan.", "The ICBs’ plans.", "Two ICBs.", "The ICB."):
        assert '"ICB" is not explained' in of_welcome(words)
    assert of_welcome("The GP’s list, and the GPs’ lists.") == ""


def test_initials_explained_anywhere_in_the_file_are_understood() -> None:
    assert "PREM" in of_welcome("We use a PREM.")
    assert of_welcome("We use a PREM.", 'thanks.en = "A PREM (questions about your care) helps."') == ""


def test_a_quick_poll_gets_advice_on_writing_and_skipping() -> None:
    steps = question("What would help?", "why", "text") + question("Is Sunday a good day?", "day", "yes-no", "optional = false")
    assert {(problem.rule, problem.level) for problem in review(whole('kind = "poll"\n\n' + steps))} == {("quick-poll", ADVICE)}
    assert len(review(whole('kind = "poll"\n\n' + steps))) == 2


def test_questions_nobody_is_asked_together_do_not_make_a_poll_long() -> None:
    first = question("Is Sunday a good day?", "day")
    sides = [question(f"Is time {n} good?", f"t{n}", "yes-no", f'when.day = "{"yes" if n % 2 else "no"}"') for n in range(8)]
    assert said(whole('kind = "poll"\n\n' + first + "".join(sides))) == ""
    assert "could be asked 6 questions" in said(whole('kind = "poll"\n\n' + first + "".join(sides) + question("More?", "m")))


def test_the_welcome_tells_the_longest_way() -> None:
    three = "".join(question(f"Is day {n} good?", f"day-{n}") for n in range(3))
    for words in (
        "Three questions, about 1 minute.",
        "Up to 3 short questions.",
        "Between 1 and 3 questions.",
        "It takes 1 minute.",
    ):
        assert said(whole(f"welcome.en = {dump(words)}\n\n{three}")) == ""
    assert 'write "3 questions"' in said(whole(f'welcome.en = "2 quick questions."\n\n{three}'))


def test_under_18s_are_not_lured() -> None:
    words = "Answer and you could win a voucher."
    assert "which is not for under-18s" in of_welcome(words, 'audience = "under-18s"')
    assert of_welcome(words) == ""


def test_putting_an_answer_into_words_is_a_question_like_others() -> None:
    option = '{ id = "other", label.en = "Another", other = true, ask.en = "Which ward was it?" }'
    ways = f'options = [{{ id = "a", label.en = "Home" }}, {option}]'
    assert '"ward" may show' in said(whole(question("Where was it?", "one", "choice", ways)))


def test_what_a_picture_shows_begins_a_message() -> None:
    picture = 'picture = { file = "map.png", alt.en = "A map of the ward" }'
    assert '"ward" may show on a locked screen' in said(whole(question("Is this right?", "one", "yes-no", picture)))


def test_nothing_is_said_of_a_length_that_is_not_certain() -> None:
    many = "".join(question(f"Is day {day} good?", f"day-{day}") for day in range(20))
    text = whole(f'kind = "poll"\nwelcome.en = "There are 2 questions, about 9 minutes."\n\n{many}')
    poll = Draft(tomllib.loads(text), flow.read(text))
    checks = (length.check_poll, length.check_length, length.check_told_length)
    assert [len(list(check(poll))) for check in checks] == [1, 0, 2]
    poll.__dict__["measure"] = None
    assert [len(list(check(poll))) for check in checks] == [0, 0, 0]


def test_300_characters_may_stand_before_answers_and_not_one_more() -> None:
    ask = ("so " * 100)[:298] + "o?"
    assert "characters before the answers" not in said(whole(question(ask)))
    assert "there are 301 characters before the answers" in said(whole(question(ask, "one", "yes-no", 'hint.en = "!"')))


def test_links_are_not_read_as_words() -> None:
    assert of_welcome("More is at https://example.org/24/7/PPG-MDT/utilise.") == ""
