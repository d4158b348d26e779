"""P17: no export can run anything on the machine that opens it, whoever chose the words in it."""

from __future__ import annotations

import csv
import datetime as dt
import io
import zipfile
from collections.abc import Iterator
from typing import Any

import openpyxl
import pytest
import xlsxwriter
from hypothesis import example, given
from hypothesis import strategies as st

from bot import exports, packages
from bot.web import drawing, summaries
from conversations import flow as flows
from storage.figures.comparing import Group, Side
from storage.figures.small_numbers import Cell
from tests.storage.world import SOURCE

NOON = dt.datetime(2027, 2, 1, 12, tzinfo=dt.UTC)
SIGNS = tuple("=+-@\t\r\n＝＋－＠|%")
BLANKS = " \u00a0\u3000\u200b\ufeff\x00'\""
FLOW = flows.read(SOURCE.format(identity="named"))

hostile = st.builds(
    lambda space, sign, rest: space + sign + rest,
    st.text(BLANKS, max_size=3),
    st.sampled_from(SIGNS) | st.sampled_from(("http://", "mailto:", "file:///", "internal:", "{=")),
    st.text(max_size=20),
)


def told(words: str) -> dict[str, Any]:
    """A release in which every word is this: the title, questions, answers, texts."""
    option = {"id": words, "label": words, "count": "10", "percent": 50}
    step = {
        "id": words,
        "kind": "choice",
        "ask": words,
        "about": "answers",
        "answered": "20",
        "options": [option],
        "texts": [words],
    }
    return {"engagement": "e", "title": words, "release": 1, "day": "2027-02-01", "people": {"finished": "20"}, "steps": [step]}


def sides(words: str) -> list[tuple[str, Side]]:
    """And a table of groups: their names, as of partners, too."""
    group = Group(words, words)
    return [("partner", Side(words, "choice", words, (group,), (group,), {words: words}, {words: {words: Cell(words)}}))]


def sheets(words: str) -> dict[str, bytes]:
    """Every file that a spreadsheet opens."""
    package = zipfile.ZipFile(io.BytesIO(packages.make(told(words), sides(words), FLOW, NOON)))
    inside = {name: package.read(name) for name in package.namelist() if name.endswith(".csv")}
    return inside | {"release.csv": exports.to_csv(told(words)), "release.xlsx": exports.to_xlsx(told(words), sides(words))}


def find_what_runs(name: str, content: bytes) -> Iterator[str]:
    """The cells of a file that a spreadsheet would run or follow."""
    if name.endswith(".csv"):
        for row in list(csv.reader(io.StringIO(content.decode("utf-8-sig"), newline="")))[1:]:
            yield from (cell for cell in row if cell.lstrip(' \u00a0\u3000\u200b\ufeff\x00"').startswith(SIGNS))
        return
    book = openpyxl.load_workbook(io.BytesIO(content))
    assert set(book.sheetnames) <= {"Results", "Groups"}
    assert not book.defined_names
    for sheet in book:
        for cells in sheet.iter_rows(min_row=2):
            yield from (str(cell.value) for cell in cells if cell.data_type == "f" or cell.hyperlink)


@pytest.mark.promise("P17")
@given(hostile)
@example("=1+1")
@example("=cmd|'/c calc'!A0")
@example('  =HYPERLINK("http://x")')
@example("{=1+1}")
@example("http://example.org")
@example("internal:Results!A1")
def test_no_file_holds_a_formula_or_a_link_whatever_the_words_in_it_are(words: str) -> None:
    for name, content in sheets(words).items():
        assert not list(find_what_runs(name, content)), name


@pytest.mark.promise("P17", control=True)
@pytest.mark.parametrize("words", ["=1+1", "{=1+1}", "http://example.org"])
def test_a_workbook_written_as_the_library_would_is_caught(words: str) -> None:
    page = io.BytesIO()
    with xlsxwriter.Workbook(page, {"in_memory": True}) as book:
        book.add_worksheet("Results").write(1, 0, words)
    assert list(find_what_runs("release.xlsx", page.getvalue()))


@pytest.mark.promise("P17", control=True)
def test_a_csv_written_without_an_apostrophe_is_caught(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(exports, "disarm", lambda words: words)
    files = sheets("=cmd|'/c calc'!A0")
    assert {name for name in files if list(find_what_runs(name, files[name]))} == {"figures.csv", "groups.csv", "release.csv"}


@pytest.mark.promise("P17")
@given(st.sampled_from(("<script>alert(1)</script>", '"><svg onload=x>', "]]>", "&lt;")) | hostile)
def test_a_picture_holds_only_words(words: str) -> None:
    picture = summaries.draw(words, [words], told(words)["steps"][0])
    for svg in (drawing.to_svg(picture), drawing.to_svg(picture, "summary")):
        assert "<script" not in svg
        assert "<svg onload" not in svg
