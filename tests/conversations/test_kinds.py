"""Each kind of question on a phone: what it shows, what tapping does, and what is kept."""

from __future__ import annotations

import datetime as dt

from conversations.effects import Person, Say, Show, Toast
from conversations.inputs import Ask, Back, Language, Look, Skip, Tap, Words
from conversations.session import Answer
from tests.conversations.asked import FRUIT, kept, labels, one
from tests.conversations.talks import NOW, begin, english


def test_a_scale_stands_in_one_row_with_its_ends_in_words() -> None:
    talk = one("scale", 'low.en = "Not at all"\nhigh.en = "Very much"')
    said = [effect for effect in talk.turns[0].effects if isinstance(effect, Say)][-1]
    assert [len(row) for row in said.rows] == [5]
    assert "1 – Not at all\n5 – Very much" in english([said])
    talk.do(Tap("code", 0, 4))
    assert kept(talk) == ("5",)


def test_a_date_is_picked_in_three_stages_and_kept_only_whole() -> None:
    talk = one("date", "at_least = 2026-11-15\nat_most = 2027-02-10")
    said = talk.do(Look("code", 0, 2027))
    assert "2027: now pick the month" in english(said)
    assert labels(said)[:2] == ["January", "February"]
    said = talk.do(Look("code", 0, 202702))
    assert labels(said)[:10] == [str(day) for day in range(1, 11)]
    assert kept(talk) is None
    said = talk.do(Tap("code", 0, 20270203))
    assert "2027-02-03" in english([effect for effect in said if isinstance(effect, Toast)])
    assert kept(talk) == ("2027-02-03",)


def test_half_a_date_that_was_picked_is_made_whole_by_typing() -> None:
    talk = one("date")
    talk.do(Look("code", 0, 2026))
    talk.say("3 March")
    assert kept(talk) == ("2026-03-03",)
    talk.do(Back())
    talk.do(Look("code", 0, 202602))
    talk.say("14")
    assert kept(talk) == ("2026-02-14",)


def test_a_year_typed_by_itself_leads_to_its_months_and_a_month_to_its_days() -> None:
    talk = one("date", "at_least = 2014-05-01\nat_most = 2016-12-31")
    assert labels(talk.say("2015"))[:2] == ["January", "February"]
    assert labels(talk.say("March 2015"))[:3] == ["1", "2", "3"]
    assert "not a date we know" in english(talk.say("2013"))
    talk.say("14")
    assert kept(talk) == ("2015-03-14",)


def test_what_an_answer_must_lie_between_is_said_beforehand() -> None:
    assert "Type a number (hours). From 0 to 24." in asked_first("number", 'unit.en = "hours"\nat_least = 0\nat_most = 24')
    assert "18 or more." in asked_first("number", "at_least = 18")
    assert "Up to 2027-01-04." in asked_first("date", 'at_most = "today"')
    assert "like 2027-02-01. Or pick the year below. From 2027-02-01 on." in asked_first("date", "at_least = 2027-02-01")


def asked_first(kind: str, rest: str) -> str:
    said = [effect for effect in one(kind, rest).turns[0].effects if isinstance(effect, Say)][-1]
    return english([said]).replace("\n", " ")


def test_what_is_said_whole_is_read_whole_though_a_year_was_picked() -> None:
    for words, day in (("yesterday", "2027-01-03"), ("14 feb 27", "2027-02-14"), ("5 May 2026", "2026-05-05")):
        talk = one("date")
        talk.do(Look("code", 0, 2026))
        talk.say(words)
        assert kept(talk) == (day,)


def test_today_is_today_by_the_organisation_s_clock() -> None:
    talk = one("date", 'at_most = "today"')
    talk.today = NOW.date() + dt.timedelta(days=1)
    talk.say("5 January 2027")
    assert kept(talk) == ("2027-01-05",)


def test_a_day_that_does_not_exist_or_lies_outside_cannot_be_tapped() -> None:
    talk = one("date", "at_least = 2026-11-15\nat_most = 2027-02-10")
    for forged in (20270230, 20280101, 0, -1, 7, 99999999):
        talk.do(Tap("code", 0, forged))
        assert kept(talk) is None


OTHER = 'options = [{ id = "a", label.en = "Apple" }, { id = "x", label.en = "Something else", other = true }]'


def test_something_else_is_put_into_words_that_can_be_left_out() -> None:
    talk = one("choice", OTHER)
    said = talk.say("something else")
    assert "What is it?" in english(said)
    assert "Question 1 of 2" in english(said)
    talk.say("Cherries")
    assert talk.answers["q-other"].text == "Cherries"
    talk.do(Back())
    talk.do(Skip())
    assert talk.answers["q-other"].skipped
    talk.tap("a", step="q")
    assert set(talk.answers) == {"q"}


def test_something_else_is_also_picked_by_the_word_other() -> None:
    assert "What is it?" in english(one("choice", OTHER).say("Other"))


def test_something_else_asks_in_the_author_s_own_words() -> None:
    talk = one("choice", OTHER.replace("other = true", 'other = true, ask.en = "Which fruit?"'))
    assert "Which fruit?" in english(talk.tap("x"))


SECTIONS = """
[[steps]]
id = "who"
kind = "yes-no"
ask.en = "Do you care for someone?"
[[steps]]
id = "caring"
kind = "section"
title.en = "Your caring"
ask.en = "A few questions about it."
when = { who = "yes" }
[[steps]]
id = "hours"
kind = "number"
ask.en = "How many hours?"
[[steps]]
id = "rest"
kind = "section"
ask.en = "Now about you."
[[steps]]
id = "end"
kind = "text"
ask.en = "Anything else?"
"""


def test_a_section_is_opened_once_and_its_condition_holds_for_all_in_it() -> None:
    talk = begin(SECTIONS)
    said = english(talk.say("yes"))
    assert "Your caring\nA few questions about it." in said
    assert "Now about you." not in said
    assert "A few questions" not in english(talk.say("lots"))
    assert "Now about you." in english(talk.say("20"))
    talk = begin(SECTIONS)
    said = english(talk.say("no"))
    assert "caring" not in said
    assert "Now about you." in said
    assert "Question 2 of 2" in said


def test_before_a_hard_question_comes_a_note_and_skipping_is_as_easy_as_any_answer() -> None:
    talk = one("choice", f'{FRUIT}\noptional = true\nsensitive.en = "The next question may be hard."')
    note, asked = [effect for effect in talk.turns[0].effects if isinstance(effect, Say)][-2:]
    assert english([note]) == "The next question may be hard."
    assert [len(row) for row in asked.rows] == [1, 1, 1, 1]
    assert labels([asked])[-1] == "Skip this question"
    talk.do(Skip("code", 0))
    end = talk.say("Nothing")
    assert "999" in english(end)  # help at the end, whatever was said


def test_help_stands_at_the_end_only_after_a_hard_question() -> None:
    talk = one("choice", FRUIT)
    talk.say("1")
    assert "999" not in english(talk.say("Nothing"))


def test_consent_is_given_to_exact_words() -> None:
    talk = one("consent", 'says.en = "My words may be read out, without my name."')
    assert "“My words may be read out, without my name.”" in english(list(talk.turns[0].effects))


def test_a_picture_comes_before_its_question_and_not_again_after_a_wrong_answer() -> None:
    talk = one("choice", f'{FRUIT}\npicture = {{ file = "map.png", alt.en = "A map" }}')
    kinds = [type(effect) for effect in talk.turns[0].effects]
    assert kinds[-2:] == [Show, Say]
    assert not any(isinstance(effect, Show) for effect in talk.say("cherry"))


def test_only_the_first_part_of_a_postcode_is_kept_and_that_is_said() -> None:
    talk = one("place")
    assert "We kept only the first part: ME14." in english(talk.say("ME14 2AB"))
    assert talk.answers["q"] == Answer(chosen=("ME14",))
    talk = one("place")
    assert "first part" not in english(talk.say("ME14"))


def test_words_that_mean_more_are_an_answer_where_there_is_no_more() -> None:
    talk = one("text")
    talk.say("more")
    assert talk.answers["q"].text == "more"


def test_a_language_can_be_chosen_before_anything_else_is_asked() -> None:
    talk = begin(SECTIONS)
    talk.languages = ("en", "cy", "ur")
    talk.person = Person()
    asked = talk.do(Ask("menu"))
    assert labels(asked)[-2:] == ["Cymraeg", "اردو"]
    talk.do(Language("cy"))
    assert (talk.person.language, talk.person.age_band) == ("cy", "")
    talk.do(Words("اردو"))
    assert talk.person.language == "ur"
    talk.do(Words("4"))
    assert talk.person.age_band == "18"


def test_a_language_s_own_name_changes_to_it_but_not_where_people_write() -> None:
    talk = begin(SECTIONS)
    talk.languages = ("en", "cy", "ur")
    talk.say("Cymraeg")
    assert talk.person.language == "cy"
    talk.say("no")
    talk.say("English")
    assert talk.person.language == "cy"
    assert talk.answers["end"].text == "English"
