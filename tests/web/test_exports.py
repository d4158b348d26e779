"""Results in files: a spreadsheet shows what people wrote and runs none of it."""

import csv
import io
from typing import Any

import openpyxl
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from bot import exports
from bot.exports import COLUMNS, to_csv, to_xlsx
from tests.storage.world import World
from tests.web import kinds

SIGNS = "=+-@\t\r\n＝＋－＠|%"
hostile = st.builds(
    lambda space, sign, rest: space + sign + rest,
    st.text(" \u00a0\u3000\u200b\ufeff\x00'\"", max_size=3),
    st.sampled_from(SIGNS) | st.just(""),
    st.text(max_size=20),
)


def holding(words: str) -> dict[str, Any]:
    option = {"id": "a", "label": words, "count": 3}
    step = {"id": "q", "kind": "choice", "ask": words, "answered": 3, "options": [option], "texts": [words]}
    return {"engagement": "e", "title": words, "people": {"started": 3, "finished": 3}, "steps": [step]}


def read_csv(content: bytes) -> list[list[str]]:
    return list(csv.reader(io.StringIO(content.decode("utf-8-sig"), newline="")))


@given(hostile)
@example("=1+1")
@example('  =HYPERLINK("http://x")')
@example("＝cmd|'/c calc'!A0")
@example("@SUM(A1)")
def test_no_cell_of_a_csv_begins_with_a_sign_that_a_spreadsheet_runs(words: str) -> None:
    for row in read_csv(to_csv(holding(words)))[1:]:
        assert len(row) == len(COLUMNS)
        assert not any(cell.lstrip(' \u00a0\u3000\u200b\ufeff\x00"').startswith(tuple(SIGNS)) for cell in row if cell)


@given(hostile)
@example("=1+1")
@example("{=1+1}")
@example("http://example.org")
@example("mailto:x")
@example("12")
def test_no_cell_of_a_workbook_is_a_formula_a_link_or_a_number_made_of_words(words: str) -> None:
    sheet = openpyxl.load_workbook(io.BytesIO(to_xlsx(holding(words)))).active
    assert sheet is not None
    for row in sheet.iter_rows(min_row=2):
        for cell in row:
            assert cell.data_type != "f"
            assert cell.hyperlink is None
            assert isinstance(cell.value, str) or cell.column in {6, 7} or cell.value is None


def test_what_people_wrote_is_kept_to_the_letter_where_it_does_no_harm() -> None:
    words = 'Don’t, "please" ہ 😀\nand more'
    assert read_csv(to_csv(holding(words)))[-1][-1] == words
    sheet = openpyxl.load_workbook(io.BytesIO(to_xlsx(holding(words)))).active
    assert sheet is not None
    assert [cell.value for cell in list(sheet.columns)[7]][-1] == words


def test_a_csv_begins_with_the_mark_by_which_excel_knows_its_letters() -> None:
    assert to_csv(holding("a")).startswith(b"\xef\xbb\xbf")


@pytest.mark.parametrize("form", exports.FORMATS)
def test_every_kind_can_be_written_in_every_form(world: World, form: str) -> None:
    made = kinds.fill(world)
    for results in (world.exact(made), world.released(made)):
        assert exports.FORMATS[form](results)


def test_a_sheet_of_a_release_holds_its_figures_and_nothing_anyone_wrote(world: World) -> None:
    rows = read_csv(to_csv(world.released(kinds.fill(world))))
    assert ["place", "Where do you live?", "place", "others", "Other places", "15", "30", ""] in rows
    assert "secret" not in str(rows)
    assert not any(row[-1] for row in rows[1:])


def test_a_sheet_of_exact_figures_has_a_row_for_every_text(world: World) -> None:
    rows = read_csv(to_csv(world.exact(kinds.fill(world))))
    assert sum("a secret" in row[-1] for row in rows) == 50
    assert sum(row[0] == "choice" and row[-1].startswith("'=SUM") for row in rows) > 5
    assert ["yes-no", "Have you been before?", "yes-no", "yes", "Yes", "26", "52.0", ""] in rows
