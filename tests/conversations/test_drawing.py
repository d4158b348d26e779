"""A flow as a diagram: everything in it, nothing over the edge, the same each time."""

from __future__ import annotations

import re
from dataclasses import replace
from itertools import pairwise
from xml.etree import ElementTree as ET

import pytest
import resvg_py
from hypothesis import given
from hypothesis import strategies as st

from conversations import conditions, drawing, flow, plain_words
from conversations.drawing.page import SHEET, WIDTH, Style, wrap
from conversations.flow import Flow
from conversations.text import choose
from tests.conversations import large
from tests.conversations.examples import PATHS
from tests.conversations.talks import HEAD
from tests.conversations.written import always, flows

SVG = "{http://www.w3.org/2000/svg}"

PARTS = """
[[steps]]
id = "who"
kind = "choices"
ask.en = "Which are true?"
options = [
  { id = "smoke", label.en = "I smoke" },
  { id = "care", label.en = "I care" },
  { id = "else", label.en = "Something else", other = true, ask.en = "What else is true?" },
  { id = "none", label.en = "None", alone = true },
]

[[steps]]
id = "caring"
kind = "section"
title.en = "About caring"
ask.en = "Now some questions about caring."
when = { who = { includes = "care" } }

[[steps]]
id = "hours"
kind = "number"
ask.en = "How many hours a week?"
hint.en = "A guess is fine."
unit.en = "hours"
at_most = 168

[[steps]]
id = "hard"
kind = "text"
ask.en = "You said {hours}. What is hard?"
sensitive.en = "This may be hard to answer."
optional = true
when = { hours = { at_least = 20 } }
"""


def read(steps: str) -> Flow:
    return flow.read(HEAD + steps)


def drawn(one: Flow, language: str = "en") -> ET.Element:
    return ET.fromstring(drawing.draw(one, language))  # noqa: S314 - our own


def words(svg: ET.Element) -> str:
    """All that is written, without line ends and marks that order it."""
    lines = (" ".join("".join(span.itertext()) for span in text) for text in svg.iter(f"{SVG}text"))
    return re.sub(r"[\u2066-\u2069]", "", "\n".join(lines))


def boxes(svg: ET.Element) -> list[tuple[float, float, float, float]]:
    found = [box for box in svg.iter(f"{SVG}rect") if box.get("class") == "box"]
    sizes = [tuple(float(box.get(key, "0")) for key in ("x", "y", "width", "height")) for box in found]
    return sorted(((x, y, width, height) for x, y, width, height in sizes), key=lambda box: box[1])


@always
@given(flows(), st.sampled_from(["en", "cy", "ur"]))
def test_whatever_is_written_can_be_drawn_and_nothing_overlaps(one: Flow, language: str) -> None:
    svg = drawn(one, language)
    height = float((svg.get("viewBox") or "").split()[3])
    for (_, y, _, tall), (_, below, _, _) in pairwise(boxes(svg)):
        assert y + tall < below
    for x, y, width, tall in boxes(svg):
        assert x >= 0
        assert x + width <= WIDTH
        assert y + tall <= height
    asked = [step for step in one.steps if step.asks and not step.other_of]
    assert len(boxes(svg)) >= len(asked) + 2  # and where it begins and ends


def test_every_question_option_and_condition_is_there() -> None:
    told = words(drawn(read(PARTS)))
    for each in (
        "1. Pick some: 1 to 4", "Which are true?", "I smoke", "None (only by itself)", "Something else → What else is true?",
        "Only if question 1 “Which are true?” includes “I care”", "About caring", "Now some questions about caring.",
        "2. A number to 168", "hours", "A guess is fine.", "Only if question 2 “How many hours a week?” is 20 or more",
        "This may be hard to answer.", "You said [their answer]. What is hard?", "can be skipped", "if not",
        "What it settles", "Who decides", "26 February 2027", "1 to 3 questions",
    ):  # fmt: skip
        assert each in told


def test_the_condition_of_a_section_is_said_once_and_not_again_at_its_steps() -> None:
    assert words(drawn(read(PARTS))).count("includes “I care”") == 1


def test_steps_under_the_same_condition_stand_under_one_branch() -> None:
    more = PARTS + '\n[[steps]]\nid = "why"\nkind = "text"\nask.en = "Why?"\nwhen = { hours = { at_least = 20 } }\n'
    assert words(drawn(read(more))).count("is 20 or more") == 1


def test_a_line_runs_past_what_is_not_met_and_arrows_lead_on() -> None:
    svg = drawn(read(PATHS))
    lines = [line.get("d", "") for line in svg.iter(f"{SVG}path")]
    past = [found.groups() for d in lines if (found := re.fullmatch(rf"M{drawing.SPINE} (\S+) L{drawing.SPINE} (\S+)", d))]
    inside = [(y, y + tall) for x, y, _, tall in boxes(svg) if x > drawing.EDGE]
    assert inside
    for top, bottom in inside:
        assert any(float(start) < top and bottom < float(end) for start, end in past)
    assert len([line for line in svg.iter(f"{SVG}path") if line.get("marker-end")]) >= len(boxes(svg)) - 1


def test_words_that_look_like_markup_are_only_words() -> None:
    one = read('[[steps]]\nid = "a"\nkind = "yes-no"\nask.en = "Is 1 < 2 & \\"3\\" > <b>2</b>?"\n')
    assert 'Is 1 < 2 & "3" > <b>2</b>?' in words(drawn(one))


def test_who_cannot_see_it_hears_each_question_and_its_condition() -> None:
    svg = drawn(read(PARTS))
    title, told = svg.find(f"{SVG}title"), svg.find(f"{SVG}desc")
    assert svg.get("aria-labelledby") == "title desc"
    assert title is not None
    assert title.text == "A test"
    assert told is not None
    assert "A diagram of 3 questions" in (told.text or "")
    assert "2. How many hours a week? Only if “Which are true?” includes “I care”." in (told.text or "")


def test_a_right_to_left_language_is_mirrored() -> None:
    one = replace(read('[[steps]]\nid = "a"\nkind = "yes-no"\nask = { en = "Well?" }\n'), title={"ur": "ٹھیک؟"})
    there, mirrored = boxes(drawn(one)), boxes(drawn(one, "ur"))
    assert [round(WIDTH - x - width) for x, _, width, _ in there] == [round(x) for x, *_ in mirrored]
    title = next(text for text in drawn(one, "ur").iter(f"{SVG}text") if "ٹھیک؟" in "".join(text.itertext()))
    assert title.get("text-anchor") == "end"
    assert "".join(title.itertext()) == "\N{FIRST STRONG ISOLATE}ٹھیک؟\N{POP DIRECTIONAL ISOLATE}"


def test_a_long_survey_is_drawn_whole_and_the_same_each_time() -> None:
    one = flow.read(large.source())
    assert drawing.draw(one) == drawing.draw(one)
    assert len(boxes(drawn(one))) == 102
    told = words(drawn(one))
    assert all(choose(step.ask, "en") in told for step in one.steps if not step.other_of)


def test_a_long_flow_is_cut_between_boxes_into_sheets_of_paper() -> None:
    svg = ET.fromstring(drawing.draw(flow.read(large.source())))  # noqa: S314 - our own
    inner = [each for each in svg if each.tag == f"{SVG}svg"]
    parts = [tuple(map(float, (each.get("viewBox") or "").split()))[1::2] for each in inner]
    assert len(parts) > 5
    assert (svg.get("width"), svg.get("height")) == ("210mm", f"{297 * len(parts)}mm")
    assert all(top + tall == pytest.approx(below) for (top, tall), (below, _) in pairwise(parts))
    for place, (each, (top, tall)) in enumerate(zip(inner, parts, strict=True)):
        at = float(each.get("y", ""))
        assert place * SHEET < at
        assert at + tall <= (place + 1) * SHEET
        for _, y, _, height in boxes(each):
            assert top <= y
            assert y + height <= top + tall
    told = words(svg)
    assert f"Continues on page {len(parts)}" in told
    assert f"Page {len(parts)} of {len(parts)}" in told
    assert f"Continues on page {len(parts) + 1}" not in told


def test_a_short_flow_is_one_sheet_that_says_nothing_of_pages() -> None:
    assert "Page 1" not in words(drawn(read(PARTS)))


def test_what_some_do_not_meet_is_told_beside_the_line_that_goes_past_it() -> None:
    beside = [span for span in drawn(read(PATHS)).iter(f"{SVG}tspan") if span.text == "if not"]
    assert beside
    assert all(drawing.LANE < float(span.get("x", "")) < drawing.SPINE for span in beside)


def test_it_can_be_turned_into_a_picture() -> None:
    assert bytes(resvg_py.svg_to_bytes(svg_string=drawing.draw(read(PARTS)))).startswith(b"\x89PNG")


@given(st.text(min_size=1, max_size=200), st.floats(20, 700))
def test_words_are_wrapped_without_losing_any(text: str, width: float) -> None:
    assert "".join("".join(row.split()) for row in wrap(text, width, Style())) == "".join(text.split())


@pytest.mark.parametrize(
    "when, told",
    [
        ({"who": "have"}, "“Who are you?” is “I have it”"),
        ({"who": ["have", "care"]}, "“Who are you?” is “I have it” or “I care”"),
        ({"not": {"who": ["have", "care"]}}, "“Who are you?” is not “I have it” or “I care”"),
        ({"week": {"includes_all": ["pain", "mood"]}}, "“What is hard?” includes “Pain” and “Mood”"),
        ({"why": {"answered": False}}, "“Why [their answer]?” is not answered"),
        ({"tell": "yes", "who": "work"}, "“Shall we tell you?” is “Yes” and “Who are you?” is “I work”"),
        (
            {"tell": "yes", "any": [{"who": "work"}, {"week": {"includes": "mood"}}]},
            "“Shall we tell you?” is “Yes” and (“Who are you?” is “I work” or “What is hard?” includes “Mood”)",
        ),
        ({"person": {"age_band": ["18", "unsaid"]}}, "their age group is 18 or over or I’d rather not say"),
        ({"person": {"language": "cy"}}, "their language is Cymraeg"),
        ({"why": {"at_least": 16, "at_most": 18}}, "“Why [their answer]?” is 16 or more and is 18 or less"),
        ({"not": {"why": {"at_most": "2027-02-26"}}}, "“Why [their answer]?” is after 26 February 2027"),
    ],
)
def test_a_condition_is_told_in_plain_words(when: dict[str, object], told: str) -> None:
    assert plain_words.tell(conditions.parse(when), read(PATHS)) == told
