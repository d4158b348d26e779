"""Questions of several answers, and of one among many: ticks, rankings, and the pages of long lists."""

from __future__ import annotations

from conversations.effects import Mark, Say
from conversations.inputs import Back, Done, Look, Skip, Tap
from tests.conversations.asked import FRUIT, TOWNS, kept, labels, one
from tests.conversations.talks import begin, english


def test_what_is_ranked_by_tapping_shows_its_place_and_the_last_finds_its_own() -> None:
    talk = one("rank", FRUIT)
    first = talk.tap("plum")
    assert "Number 1: Plum" in english(first)
    second = talk.tap("apple")
    mark = next(effect for effect in second if isinstance(effect, Mark))
    assert labels([mark])[:3] == ["✓ Place 2: Apple", "2. Pear", "✓ Place 1: Plum"]
    talk.do(Done("code", 0))
    assert kept(talk) == ("plum", "apple", "pear")


def test_what_was_ranked_can_be_ranked_anew_under_the_same_question() -> None:
    talk = one("rank", FRUIT)
    talk.say("1, 2, 3")
    talk.do(Back())
    talk.say("3, 2, 1")
    assert kept(talk) == ("plum", "pear", "apple")


def test_a_long_list_comes_in_pages_that_keep_their_numbers() -> None:
    talk = one("choice", TOWNS)
    first = [effect for effect in talk.turns[0].effects if isinstance(effect, Say)][-1]
    assert labels([first])[:8] == [f"{n}. Town {n} on Sea" for n in range(1, 9)]
    assert "1 to 8 of 30" in english([first])
    second = talk.say("more")
    assert labels(second)[:2] == ["9. Town 9 on Sea", "10. Town 10 on Sea"]
    fourth = talk.do(Look("code", 0, 3))
    assert labels(fourth)[:6] == [f"{n}. Town {n} on Sea" for n in range(25, 31)]
    talk.do(Tap("code", 0, 27))
    assert kept(talk) == ("t28",)


def test_a_skipped_question_of_several_is_answered_by_its_own_buttons() -> None:
    talk = one("rank", f"{FRUIT}\noptional = true")
    talk.do(Skip("code", 0))
    assert talk.question
    assert talk.question.id == "last"
    talk.tap("plum", step="q")
    assert kept(talk) is None
    assert talk.question.id == "q"
    talk.tap("pear", step="q")
    talk.do(Done("code", 0))
    assert kept(talk) == ("plum", "pear", "apple")


def test_one_of_two_picks_that_are_both_needed_can_be_swapped() -> None:
    talk = one("choices", f"{FRUIT}\nat_least = 2\nat_most = 2")
    talk.say("1 and 2")
    talk.tap("apple", step="q")
    talk.tap("plum", step="q")
    talk.do(Done("code", 0))
    assert kept(talk) == ("pear", "plum")


def test_taking_one_off_a_finished_ranking_says_where_it_stands_now() -> None:
    talk = one("rank", FRUIT)
    talk.say("1, 2, 3")
    said = talk.tap("apple", step="q")
    assert kept(talk) == ("pear", "plum", "apple")
    assert "Number 3: Apple" in english(said)


def test_ticking_on_the_second_page_of_an_earlier_question_keeps_to_that_page() -> None:
    talk = one("choices", TOWNS)
    talk.say("2 and 3")
    marked = next(effect for effect in talk.tap("t13", step="q") if isinstance(effect, Mark))
    assert labels([marked])[4] == "✓ 13. Town 13 on Sea"
    assert kept(talk) == ("t2", "t3", "t13")


MORE = """
[[steps]]
id = "who"
kind = "yes-no"
ask.en = "Do you cook?"
[[steps]]
id = "q"
kind = "rank"
ask.en = "Best first?"
options = [
  { id = "a", label.en = "Apple" },
  { id = "b", label.en = "Bread" },
  { id = "c", label.en = "Cake", when = { who = "yes" } },
]
"""


def test_a_ranking_is_asked_again_when_more_is_offered_than_was_ranked() -> None:
    talk = begin(MORE + '[[steps]]\nid = "end"\nkind = "text"\nask.en = "More?"\n')
    talk.say("no")
    talk.say("2, 1")
    talk.tap("yes", step="who")
    assert "q" not in talk.answers
    assert talk.question
    assert talk.question.id == "q"


def test_ticks_on_two_pages_of_a_list_stay() -> None:
    talk = one("choices", TOWNS)
    talk.tap("t2")
    talk.say("more")
    marked = talk.tap("t10")
    assert "✓ 10. Town 10 on Sea" in labels(marked)
    talk.do(Done("code", 0))
    assert kept(talk) == ("t2", "t10")


def test_what_fits_a_few_of_many_is_asked_once_more_with_only_those() -> None:
    talk = one("choice", TOWNS.replace("Town 4", "New Town 4").replace("Town 9", "New Town 9"))
    said = talk.say("new town")
    assert labels(said) == ["4. New Town 4 on Sea", "9. New Town 9 on Sea"]
    talk.say("9")
    assert kept(talk) == ("t9",)
