"""Charts: what they draw of each kind of question, and that whatever stands in them is only words."""

import struct
from typing import Any
from xml.etree import ElementTree as ET

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.web import charts, drawing
from bot.web.charts import WIDTH, Chart

hostile = st.text(st.characters(exclude_categories=["Cs"]) | st.sampled_from("<>&\"'\x00\x0b\u202e\ufffe😀ہ"), max_size=60)


def told(
    *figures: tuple[str, object], kind: str = "choice", ask: str = "What?", answered: object = 40, **more: Any
) -> dict[str, Any]:
    options = [{"id": str(place), "label": label, "count": count} for place, (label, count) in enumerate(figures)]
    return {"kind": kind, "ask": ask, "answered": answered, "options": options, **more}


def drawn(*figures: tuple[str, object], **more: Any) -> Chart:
    chart = charts.draw(told(*figures, **more))
    assert chart
    return chart


def test_bars_are_as_long_as_their_share_of_everybody() -> None:
    chart = drawn(("All", 40), ("Half", "20"), ("None", 0), answered="40")
    bars = [box.width for box in chart.boxes if box.look == "bar"]
    whole = {box.width for box in chart.boxes if box.look == "whole"}
    assert whole == {bars[0]} == {bars[1] * 2}
    assert len(bars) == 2


@pytest.mark.parametrize("kind", ["choice", "scale"])
def test_a_hidden_figure_is_a_star_without_a_bar(kind: str) -> None:
    chart = drawn(("Shown", "20"), ("Hidden", "*"), kind=kind)
    assert [box.look for box in chart.boxes].count("bar") == 1
    assert [line.words for line in chart.words if line.look == "figure"] == ["20", "*"]


def test_nothing_is_drawn_where_every_figure_is_hidden_or_people_wrote() -> None:
    assert charts.draw(told(("Hidden", "*"))) is None
    assert charts.draw(told(kind="text")) is None


def test_a_scale_stands_in_columns_in_order_with_the_words_of_its_ends() -> None:
    chart = drawn(*((f"{value}", value) for value in range(11)), kind="scale", low="Not at all", high="Very")
    heights = [box.height for box in chart.boxes if box.look == "bar"]
    assert heights == sorted(heights)
    ends = {line.words: (line.x, line.anchor) for line in chart.words if line.words in {"Not at all", "Very"}}
    assert ends == {"Not at all": (0, "start"), "Very": (WIDTH, "end")}


def test_bands_are_drawn_rather_than_every_number_someone_said() -> None:
    chart = drawn(
        ("17", 1),
        kind="number",
        bands=[{"id": "..", "label": "under 20", "count": 3}, {"id": ".", "label": "20 or more", "count": 2}],
    )
    assert {"under 20", "20 or more"} <= {line.words for line in chart.words}


def test_columns_whose_words_have_no_room_become_bars() -> None:
    chart = drawn(*((f"September {year}", 5) for year in range(2000, 2012)), kind="date")
    assert any(box.look == "whole" for box in chart.boxes)


def test_a_language_that_runs_from_right_to_left_begins_at_the_right() -> None:
    chart = drawn(("گھر کے قریب", 20), ("فون پر", 10), ask="کیا؟")
    assert {line.anchor for line in chart.words if line.look == "label"} == {"end"}
    assert {box.x + box.width for box in chart.boxes} == {WIDTH}


def test_a_long_label_takes_more_lines_and_more_height() -> None:
    short, long = (drawn(("word " * words, 5)) for words in (3, 40))
    assert long.height > short.height
    assert all(charts.measure(line.words) * 16 <= WIDTH for line in long.words)


@given(
    st.lists(st.tuples(hostile, st.integers(0, 10**6) | st.just("*")), min_size=1, max_size=6),
    hostile,
    st.sampled_from(["choice", "number"]),
)
def test_whatever_stands_in_a_chart_it_is_whole_xml_that_holds_only_words(
    figures: list[tuple[str, object]], ask: str, kind: str
) -> None:
    chart = charts.draw(told(*figures, ask=ask, kind=kind))
    for name in ("", "chart-1"):
        tree = ET.fromstring(drawing.to_svg(chart, name)) if chart else None  # noqa: S314 - our own
        tags = {element.tag.rpartition("}")[2] for element in tree.iter()} if tree is not None else set()
        assert tags <= {"svg", "title", "desc", "style", "rect", "text"}
    for line in chart.words if chart else ():
        assert charts.measure(line.words) * 16 <= WIDTH + 16


def test_a_part_of_a_page_brings_no_colours_and_a_file_brings_its_own() -> None:
    chart = drawn(("Yes", 20))
    assert "#" not in drawing.to_svg(chart, "chart-1")
    assert "<style" not in drawing.to_svg(chart, "chart-1")
    assert "#0b6e63" in drawing.to_svg(chart)


@pytest.mark.parametrize("options", [2, 120])
def test_a_picture_for_the_chat_is_a_png_of_at_most_a_hundred_kilobytes(options: int) -> None:
    picture = drawing.to_png(drawn(*((f"Some option or other, number {number}", 20) for number in range(options))))
    assert picture.startswith(b"\x89PNG\r\n\x1a\n")
    assert len(picture) <= 100_000
    width, height = struct.unpack(">II", picture[16:24])
    assert width >= 320 / 2
    assert height > 40


def test_a_picture_shows_the_letters_of_each_script_and_not_the_same_box() -> None:
    pictures = {drawing.to_png(drawn((words, 20))) for words in ("گھر", "ŵŷ", "Дом", "Σπί", "🚲", "😀")}
    assert len(pictures) == 6


def test_the_fonts_are_written_once() -> None:
    assert drawing._fonts() is drawing._fonts()
