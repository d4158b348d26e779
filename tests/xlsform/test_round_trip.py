"""An engagement written as a workbook and read again is the same engagement, and walks along the same paths."""

import datetime as dt
import tomllib
from collections.abc import Mapping
from dataclasses import replace

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from bot.xlsform import exporting, filling, importing, writing
from conversations import checking, flow, library
from conversations.flow import Flow, Step
from conversations.questions import KINDS
from conversations.session import Answer
from tests.conversations.written import always, source, tables

WISHES = writing.Wishes("drawn.xlsx", dt.date(2027, 1, 4))


def there_and_back(written: str) -> str:
    """The engagement that comes out of the workbook made of an engagement."""
    return writing.write(importing.read(filling.fill(exporting.export(written).sheets)), WISHES)


def drawn() -> st.SearchStrategy[str]:
    """An engagement whose words nobody has approved yet, as those of a workbook."""
    return tables().map(lambda table: source({key: value for key, value in table.items() if key != "approved"}))


@always
@given(drawn())
def test_nothing_is_lost_on_the_way_there_and_back(written: str) -> None:
    assume(not checking.check(written, "drawn.toml"))
    back = there_and_back(written)
    assert checking.check(back, "back.toml") == []
    one, other = flow.read(written), flow.read(back)
    assert (one.id, one.title, one.identity, one.charter) == (other.id, other.title, other.identity, other.charter)
    assert [_bare(step) for step in one.steps] == [_bare(step) for step in other.steps]


@always
@given(drawn(), st.data())
def test_the_same_answers_lead_along_the_same_path(written: str, data: st.DataObject) -> None:
    assume(not checking.check(written, "drawn.toml"))
    one, other = flow.read(written), flow.read(there_and_back(written))
    answers = {step.id: data.draw(_answer(step), label=step.id) for step in one.steps if step.asks}
    assert _walked(one, answers) == _walked(other, answers)


@always
@given(drawn())
def test_a_workbook_made_of_a_workbook_says_the_same(written: str) -> None:
    assume(not checking.check(written, "drawn.toml"))
    back = there_and_back(written)
    once, twice = (exporting.export(text).sheets for text in (back, there_and_back(back)))
    assert {**once, "settings": []} == {**twice, "settings": []}


ABOUT_THE_PERSON = """
[[steps]]
id = "old-enough"
kind = "section"
ask.en = "For adults."
when.person.age_band = ["18"]

[[steps]]
id = "first"
kind = "choice"
ask.en = "Which?"
options = [{ id = "a", label.en = "A" }, { id = "b", label.en = "B", when = { person.language = "cy" } }]

[[steps]]
id = "why"
kind = "text"
ask.en = "Why?"
when = { any = [{ person.age_band = "18" }, { not = { first = "a" } }], first.answered = true }
"""


def test_conditions_on_the_person_come_back_as_they_were() -> None:
    head, _, _ = library.SHIPPED["friends-and-family-test.toml"].partition("[[steps]]")
    written = head.partition("[approved")[0] + ABOUT_THE_PERSON
    assert checking.check(written, "x.toml") == []
    imported = importing.read(filling.fill(exporting.export(written).sheets))
    assert list(imported.notes) == []
    one, other = flow.read(written), flow.read(writing.write(imported, WISHES))
    assert [step.when for step in one.steps] == [step.when for step in other.steps]
    assert [option.when for option in one.steps[1].options] == [option.when for option in other.steps[1].options]


STEPS_IN_EASY_WORDS = """
[[steps]]
id = "hint"
kind = "choice"
ask = { en = "Which do you prefer?", en-x-easy = "Which one?" }
options = [{ id = "a", label.en = "A" }, { id = "b", label.en = "B", label.en-x-easy = "Bee", other = true }]

[[steps]]
id = "why"
kind = "consent"
ask.en = "You said {hint}. May we call?"
says.en = "You may call me."
when = { hint = "a" }
"""


def test_easy_words_are_wanted_only_where_there_are_some() -> None:
    head, _, _ = library.SHIPPED["friends-and-family-test.toml"].partition("[[steps]]")
    written = head.partition("[approved")[0] + STEPS_IN_EASY_WORDS
    assert checking.check(written, "x.toml") == []
    back = there_and_back(written)
    assert "TO DO:" not in back
    assert checking.check(back, "back.toml") == []
    one, other = flow.read(written), flow.read(back)
    assert (one.title, one.charter) == (other.title, other.charter)
    assert [_bare(step) for step in one.steps] == [_bare(step) for step in other.steps]


@pytest.mark.parametrize("name", library.SHIPPED)
def test_the_library_goes_there_and_back(name: str) -> None:
    written = library.SHIPPED[name]
    back = there_and_back(written)
    assert checking.check(back, name) == []
    one, other = flow.read(written), _approved(back, written)
    assert [_bare(step) for step in one.steps] == [_bare(step) for step in other.steps]
    assert (one.title, one.welcome, one.thanks, one.charter) == (other.title, other.welcome, other.thanks, other.charter)
    assert one.event == other.event


def _approved(back: str, written: str) -> Flow:
    """The engagement that came back, with its approvals: a workbook does not carry them."""
    return flow.build({**tomllib.loads(back), "approved": tomllib.loads(written).get("approved", {})}, "back")


def _bare(step: Step) -> Step:
    """A step without its conditions, which may be put in other ways, and its place in the file; the usual scale spelt out."""
    options = tuple(replace(option, when=None) for option in step.options)
    spelt = replace(step, at_least=int(options[0].id), at_most=int(options[-1].id)) if step.kind == "scale" else step
    return replace(spelt, when=None, place=0, options=options)


def _walked(of: Flow, answers: Mapping[str, Answer]) -> list[tuple[str, list[str]]]:
    kept: dict[str, Answer] = {}
    walked = []
    for step in flow.path(of, answers):
        walked.append((step.id, [option.id for option in flow.offered(step, kept)]))
        if step.asks:
            kept[step.id] = answers[step.id]
    return walked


def _answer(step: Step) -> st.SearchStrategy[Answer]:
    skipped = st.just(Answer(skipped=True))
    if step.options:
        ids = st.sampled_from([option.id for option in step.options])
        most = 3 if KINDS[step.kind].many else 1
        return skipped | st.lists(ids, min_size=1, max_size=most, unique=True).map(lambda chosen: Answer(chosen=tuple(chosen)))
    if step.kind == "text":
        return skipped | st.just(Answer(text="because"))
    return skipped | st.sampled_from(MEASURED[step.kind]).map(lambda value: Answer(chosen=(value,)))


MEASURED = {
    "number": ["-1", "0", "1", "5", "6", "7", "7.5", "8"],
    "date": ["2026-12-31", "2027-01-01", "2027-01-02", "2027-01-03", "2027-01-04"],
    "place": ["ME14", "ZE1", "B1"],
}
"""Answers on both sides of whatever a drawn condition compares with."""
