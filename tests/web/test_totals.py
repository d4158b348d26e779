"""An uploaded list of totals is read within bounds, and refused in plain words when it is none."""

from __future__ import annotations

import io
import zipfile

import openpyxl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot import totals
from bot.totals import UnreadableError


def workbook(*rows: tuple[object, ...]) -> bytes:
    book, page = openpyxl.Workbook(), io.BytesIO()
    assert book.active is not None
    for row in rows:
        book.active.append(list(row))
    book.save(page)
    return page.getvalue()


@pytest.mark.parametrize(
    "data",
    [
        b"answer,people\nhave,1200\ncare,300\n",
        b"\xef\xbb\xbfhave;1 200\r\n;\r\ncare;300",
        b'"have"\t"1,200"\n"care"\t300',
        workbook(("Answer", "People"), ("have", 1200), (), ("care", 300)),
    ],
)
def test_two_columns_are_read_from_csv_and_from_a_workbook(data: bytes) -> None:
    assert totals.read(data) == [("have", 1200), ("care", 300)]


@pytest.mark.parametrize(
    "data, said",
    [
        (b"", "empty"),
        (b"have,1200\ncare,many", "Row 2 has no whole number"),
        (b"have,1200\ncare", "Row 2 has only"),
        (b"have,-3\ncare,4\nrest,x", "no whole number"),
        (b"\x89PNG\r\n\x1a\n\x00\x00", "neither CSV nor a workbook"),
        (b"PK\x03\x04 and no more", "cannot be opened"),
        (b"a,1\n" * 300, "more than 200 rows"),
        (b"a" * (totals.LARGEST + 1), "larger than 1 MB"),
    ],
)
def test_what_is_no_such_list_is_refused_in_plain_words(data: bytes, said: str) -> None:
    with pytest.raises(UnreadableError, match=said):
        totals.read(data)


def test_a_workbook_that_unpacks_to_too_much_is_not_opened() -> None:
    page = io.BytesIO()
    with zipfile.ZipFile(page, "w", zipfile.ZIP_DEFLATED) as inside:
        inside.writestr("xl/worksheets/sheet1.xml", bytes(totals.LARGEST_INSIDE + 1))
    with pytest.raises(UnreadableError, match="unpacks to more than 20 MB"):
        totals.read(page.getvalue())


@given(st.binary(max_size=400) | st.binary(max_size=200).map(lambda data: b"PK\x03\x04" + data))
def test_whatever_the_bytes_are_they_are_read_or_refused(data: bytes) -> None:
    try:
        rows = totals.read(data)
    except UnreadableError:
        return
    assert all(name and people >= 0 for name, people in rows)
