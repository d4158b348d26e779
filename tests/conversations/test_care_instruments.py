"""Questions others have written: word for word where they must be, and not at all where they may not."""

from __future__ import annotations

import pytest

from conversations import checking
from conversations.checking.care.examples import options, question, whole
from conversations.checking.care.instruments import INSTRUMENTS
from conversations.checking.care.rules import RULES
from conversations.checking.problems import ADVICE, ERROR, Problem


def review(text: str) -> list[Problem]:
    return checking.review(text, "a.toml")


def said(text: str) -> str:
    return "\n".join(map(str, review(text)))


def test_a_locked_question_keeps_every_word() -> None:
    good = whole(RULES["instrument"].good)
    assert 'write "Overall, how was your' in said(good.replace("of our service", "of our ward"))
    assert 'write "Neither good nor poor"' in said(good.replace("Neither good nor poor", "Neither"))
    assert said(good.replace("Don’t", "Don't")) == ""
    cy = good.replace('title.en = "When', 'title.cy = "A"\ntitle.en = "When')
    assert 'no words in "cy"' in said(cy)
    easy = good.replace("optional = true", 'ask.en-x-easy = "How was it?"\noptional = true')
    assert 'no agreed words of the NHS Friends and Family Test are known here in "en-x-easy"' in said(easy)


def test_an_unknown_instrument_is_told_with_the_one_that_was_meant() -> None:
    assert 'did you mean "nhs-fft"?' in said(whole(RULES["instrument"].good).replace("nhs-fft", "nhs-ftf"))


def test_words_near_those_of_a_locked_question_are_told() -> None:
    text = whole(question("Overall, how was your experience of the service?", "fft", "text"))
    [problem] = review(text)
    assert (problem.rule, problem.level) == ("instrument", ADVICE)
    assert 'instrument = "nhs-fft"' in problem.do


@pytest.mark.parametrize("name", [name for name, instrument in INSTRUMENTS.items() if instrument.telltale])
def test_an_instrument_that_may_not_be_asked_is_known_by_its_telltale_words(name: str) -> None:
    for parts in INSTRUMENTS[name].telltale:
        found = review(whole(question(f"{' so '.join(parts).capitalize()}?", "one", "scale")))
        assert INSTRUMENTS[name].name in "\n".join(problem.what for problem in found if problem.level == ERROR)
    assert "may not be asked here" in said(whole(question("So?", "one", "scale", f'instrument = "{name}"')))


def test_an_instrument_that_asks_for_credit_gets_it() -> None:
    step = question(
        "Where are we on the ladder?", "rung", "choice", 'instrument = "tlap-ladder"', options("Informing", "Co-design")
    )
    assert "write in the thanks: Think Local Act Personal and" in said(whole(step))
    assert said(whole(f'thanks.en = "Thank you. The ladder is by Think Local Act Personal."\n\n{step}')) == ""


def test_every_instrument_says_whose_it_is_and_what_its_licence_is() -> None:
    for instrument in INSTRUMENTS.values():
        assert instrument.licence
        assert instrument.source.startswith("https://")
        assert bool(instrument.telltale) == bool(instrument.forbidden) != bool(instrument.attribution)
        assert bool(instrument.options) != bool(instrument.forbidden)


def test_words_nobody_may_change_are_not_criticised() -> None:
    [problem] = review(whole(RULES["instrument"].good).replace("Neither good nor poor", "Neither, e.g. mixed"))
    assert problem.rule == "instrument"
