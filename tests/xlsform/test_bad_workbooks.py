"""A workbook that is none, or that pyxform refuses, is refused in plain words with sheet and row; it never takes long."""

import contextlib
import io
import time
import zipfile

import pytest
from hypothesis import given
from hypothesis import strategies as st
from openpyxl import Workbook
from openpyxl.styles import PatternFill

from bot.xlsform import importing, workbook
from bot.xlsform.notes import Refused
from tests.conversations.written import always
from tests.xlsform.workbooks import choices, saved
from tests.xlsform.workbooks import workbook as made

TEXT = {"type": "text", "name": "why", "label": "Why?"}
WHOLE = made([TEXT, {"type": "select_one l", "name": "b", "label": "B"}], choices("l", "a", "b"))


def refusal(data: bytes) -> str:
    with pytest.raises(Refused) as refused:
        importing.read(data)
    return str(refused.value)


def told(book: Workbook) -> list[str]:
    return [str(note) for note in importing.read(saved(book)).notes]


def survey(*rows: list[str | None]) -> Workbook:
    """A workbook with a survey of these rows under type, name and label."""
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.title = "survey"
    sheet.append(["type", "name", "label"])
    for row in rows:
        sheet.append(row)
    return book


@pytest.mark.parametrize(
    "data,why",
    [
        (b"", "it is empty, or no workbook"),
        (b"type,name,label\ntext,why,Why?\n", "plain text, perhaps CSV; open it in a spreadsheet program and save it as .xlsx"),
        (b"\x89PNG\r\n\x1a\n\0\xff", "it is empty, or no workbook"),
        (workbook.OLD_FILE + b"\0" * 600, "an old .xls workbook; open it in a spreadsheet program and save it as .xlsx"),
        (workbook.OLD_FILE + workbook.LOCKED, "locked with a password; save it again without a password"),
        (b"PK\x03\x04 and then nothing", "it is empty, or no workbook"),
        (b"x" * (workbook.LARGEST + 1), "it is larger than 10 MB"),
    ],
    ids=["nothing", "csv", "picture", "xls", "locked", "half a file", "too large"],
)
def test_a_file_that_is_no_workbook_is_refused_with_what_to_do(data: bytes, why: str) -> None:
    assert why in refusal(data)


def test_a_zip_that_is_no_workbook_is_refused() -> None:
    assert "not an .xlsx workbook" in refusal(zipped({"word/document.xml": b"<w/>"}))


def test_a_damaged_workbook_is_refused() -> None:
    parts = unzipped(made([TEXT]))
    assert "damaged" in refusal(zipped(parts | {"xl/worksheets/sheet1.xml": b"<worksheet><sheetData><row><c"}))


def test_a_bomb_is_refused_before_it_is_unpacked() -> None:
    bomb = zipped(unzipped(made([TEXT])) | {"xl/worksheets/sheet1.xml": b" " * (workbook.LARGEST_INSIDE + 1)})
    assert len(bomb) < 100_000
    began = time.perf_counter()
    assert "unpacks to more than 30 MB" in refusal(bomb)
    assert time.perf_counter() - began < 0.5


def test_entities_that_grow_are_not_followed() -> None:
    grows = b'<!DOCTYPE s [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;">]><sst><si><t>&b;</t></si></sst>'
    assert "damaged" in refusal(zipped(unzipped(made([TEXT])) | {"xl/workbook.xml": grows}))


def test_a_workbook_without_a_survey_names_its_sheets_and_the_likely_one() -> None:
    book = survey(["text", "why", "Why?"])
    book.worksheets[0].title = "Survay"
    book.create_sheet("Notes")
    assert refusal(saved(book)) == 'the file: no sheet is called survey (there is "Survay", "Notes"); rename "survay"'


def test_ten_thousand_rows_are_refused_quickly() -> None:
    data = made([{"type": "text", "name": f"q{n}", "label": "Why?"} for n in range(10_000)])
    began = time.perf_counter()
    assert refusal(data) == "survey row 5001: there are more than 5,000 rows; split the form into several"
    assert time.perf_counter() - began < 10


def test_a_row_far_below_the_others_does_not_cost_more() -> None:
    book = survey(["text", "why", "Why?"])
    book.worksheets[0].cell(1_048_576, 1, "text")
    assert "survey row 1048576: there are more than 5,000 rows" in refusal(saved(book))


def test_more_columns_than_any_form_has_are_refused() -> None:
    data = made([TEXT | {f"note {place}": "x" for place in range(100)}])
    assert refusal(data) == "survey row 1: there are more than 100 columns; take out those that are not part of the form"


def test_more_cells_than_any_form_has_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(workbook, "MOST_CELLS", 5)
    assert "survey row 3: more than 5 cells are filled in" in refusal(made([TEXT, {**TEXT, "name": "how"}]))


def test_rows_below_that_are_only_coloured_do_no_harm() -> None:
    book = survey(["text", "why", "Why?"])
    book.worksheets[0].cell(6000, 1).fill = PatternFill("solid", "FFFF00")
    assert told(book) == []


def test_a_sheet_of_choices_from_elsewhere_is_told() -> None:
    data = made([TEXT], external_choices=[{"list_name": "l", "name": "a", "label": "A"}])
    assert "external_choices: this sheet is not carried" in str(importing.read(data).notes[0])


def test_empty_rows_in_between_do_not_shift_the_row_that_is_named() -> None:
    book = survey(["text", "why", "Why?"], [], [], ["txt", "b", "B?"])
    assert (
        refusal(saved(book))
        == 'survey row 5: the type "txt" is not known; use a type from xlsform.org, like text or select_one LIST'
    )


def test_macros_are_not_read_and_it_says_so() -> None:
    data = zipped(unzipped(made([TEXT])) | {"xl/vbaProject.bin": b"\0macro"})
    assert [str(note) for note in importing.read(data).notes] == [
        "the file: it holds macros, and they were not read; nothing: they never run here"
    ]


def test_merged_cells_are_named() -> None:
    book = survey(["text", "why", "Why?"], ["text", "how", "How?"])
    book.worksheets[0].merge_cells("D2:D3")
    assert told(book) == [
        "survey row 2: the cells D2:D3 are merged, and only the first of them counts; unmerge them and fill each one in"
    ]


def test_a_workbook_refused_over_merged_cells_names_them() -> None:
    book = survey(["text", "why", "Why?"], ["text", "how", "How?"])
    book.worksheets[0].merge_cells("C2:C3")
    named, cause = refusal(saved(book)).splitlines()
    assert named.startswith("survey row 2: the cells C2:C3 are merged")
    assert cause.startswith('survey row 3: "how" has no words')


def test_a_formula_that_was_never_worked_out_is_refused_with_its_cell() -> None:
    book = survey(["text", "why", '="Wh"&"y?"'])
    assert (
        refusal(saved(book)) == "survey row 2: cell C2 holds a formula whose value is not in the file; write the words themselves"
    )


def test_the_last_value_of_a_formula_is_used_and_told() -> None:
    parts = unzipped(saved(survey(["text", "why", '="Wh"&"y?"'])))
    sheet = parts["xl/worksheets/sheet1.xml"]
    worked_out = sheet.replace(b"<v></v>", b"<v>Why?</v>").replace(b"<v />", b"<v>Why?</v>").replace(b"<v/>", b"<v>Why?</v>")
    assert worked_out != sheet
    found = importing.read(zipped(parts | {"xl/worksheets/sheet1.xml": worked_out.replace(b'r="C2"', b'r="C2" t="str"')}))
    assert found.pieces[0].table["ask"] == {"en": "Why?"}
    assert [str(note) for note in found.notes] == [
        "survey row 2: cell C2 holds a formula; its last value was used; look whether it is the right one"
    ]


def test_an_error_in_a_cell_is_refused_with_its_cell() -> None:
    book = survey(["text", "why", "#REF!"])
    book.worksheets[0]["C2"].data_type = "e"
    assert refusal(saved(book)) == "survey row 2: cell C2 holds the error #REF!; write what should stand there"


@pytest.mark.parametrize(
    "rows,why",
    [
        ([["text", "a", None]], 'survey row 2: "a" has no words; write them under label'),
        ([["text", "a", "A"], ["text", "a", "B"]], 'survey row 3: the name "a" is given twice; give each row its own name'),
        ([["text", "1a", "A"]], "survey row 2: its name is not a plain one"),
        ([["text", None, "A"]], "survey row 2: it has no name; write one under name"),
        ([[None, "a", "A"]], "survey row 2: it has no type"),
        ([["begin group", "g", "G"], ["text", "a", "A"]], 'survey row 2: the group "g" is begun and never ended'),
        ([["text", "a", "A"], ["end group"]], "survey row 3: a group is ended that was not begun"),
        ([["select_one l", "a", "A"]], "survey: there is a list to choose from and no sheet called choices"),
        ([["text", "a", "A ${b}"]], 'survey row 2: it names "b", and no row has that name'),
        ([["text", "a", "A ${b"]], "survey row 2: a reference is not whole"),
        ([["geopoint", "a", "A"]], "survey: no question in it can be carried"),
    ],
)
def test_what_pyxform_refuses_is_refused_in_plain_words_with_its_row(rows: list[list[str | None]], why: str) -> None:
    assert refusal(saved(survey(*rows))).startswith(why)


def test_a_list_that_is_not_there_is_named() -> None:
    row = {"type": "select_one towns", "name": "a", "label": "A"}
    assert 'survey row 2: the list "towns" is not on the choices sheet' in refusal(made([row], choices("yn", "yes", "no")))


def test_two_columns_of_one_name_are_refused() -> None:
    book = survey(["text", "a", "A"])
    book.worksheets[0]["D1"] = "label"
    assert refusal(saved(book)) == 'survey row 1: the column "label" is there twice; rename or delete one'


def test_smart_quotes_and_odd_spaces_in_names_and_conditions_do_no_harm() -> None:
    rows = [
        {"\ufefftype": "select_one\u00a0who", "name": " who\u200e", "label": "I’m “me”"},
        {"\ufefftype": "text\t", "name": "why", "label": "Why?", "relevant": "${who}\u00a0= ‘have’"},
    ]
    found = importing.read(made(rows, choices("who", "have", "care")))
    assert found.pieces[0].table["ask"] == {"en": "I’m “me”"}
    assert found.pieces[1].table["when"] == {"who": "have"}


@always
@given(st.data())
def test_a_workbook_with_any_bytes_changed_is_read_or_refused(data: st.DataObject) -> None:
    changed = bytearray(WHOLE)
    for _ in range(data.draw(st.integers(1, 5))):
        changed[data.draw(st.integers(0, len(WHOLE) - 1))] = data.draw(st.integers(0, 255))
    with contextlib.suppress(Refused):
        importing.read(bytes(changed))


def unzipped(data: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(data)) as inside:
        return {name: inside.read(name) for name in inside.namelist()}


def zipped(parts: dict[str, bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as inside:
        for name, content in parts.items():
            inside.writestr(name, content)
    return out.getvalue()
