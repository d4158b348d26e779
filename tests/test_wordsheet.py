"""The table translators work in survives office programs, hostile words and strange files."""

from __future__ import annotations

import contextlib
import csv
import io

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from bot import wordsheet
from bot.wordsheet import Row, SheetError
from tests.conversations.written import always


@always
@given(
    st.lists(
        st.tuples(
            *[
                st.one_of(
                    st.text(st.characters(exclude_categories=["Cs"])), st.from_regex(r"['\s]*[=+@\-\t\r＝]\w*", fullmatch=True)
                )
            ]
            * 3
        ),
        max_size=4,
    )
)
def test_a_table_is_read_as_it_was_written(cells: list[tuple[str, str, str]]) -> None:
    rows = [Row(f"k{n}", "", *three[:2], note=three[2]) for n, three in enumerate(cells)]
    read = wordsheet.read(wordsheet.write(rows))
    assert [(row.key, row.english, row.words, row.note) for row in read] == [(r.key, r.english, r.words, r.note) for r in rows]


@always
@given(
    st.text("\n \u00a0\u3000\u200b\ufeff\"'", max_size=3),
    st.sampled_from("=+-@＝＋－＠|%\t\r\n"),
    st.text(st.characters(exclude_categories=["Cs"]), max_size=9),
)
@example("", "=", "1+1")
@example(" ", "=", "1+1")
@example("", "＝", "1+1")
@example("\u200b", "=", "1+1")
@example("\n", "=", "1+1")
def test_no_cell_is_a_formula_and_each_comes_back_as_it_was(unseen: str, sign: str, rest: str) -> None:
    hostile = unseen + sign + rest
    content = wordsheet.write([Row("k", hostile, hostile, hostile)])
    for cells in csv.reader(io.StringIO(content.decode("utf-8-sig"), newline="")):
        assert hostile not in cells
        assert cells.count(f"'{hostile}") in {0, 3}
    (row,) = wordsheet.read(content)
    assert (row.where, row.english, row.words) == (hostile, hostile, hostile)


PLAIN = "key,english,words\ntitle,A kitchen,باورچی خانہ\n"


@pytest.mark.parametrize(
    "content",
    [
        PLAIN.encode(),
        PLAIN.encode("utf-8-sig"),
        PLAIN.encode("utf-16"),
        PLAIN.replace(",", ";").encode(),
        PLAIN.replace(",", "\t").encode("utf-16"),
        PLAIN.replace("\n", "\r\n").encode(),
        b"Key, English ,WORDS\n" + PLAIN.partition("\n")[2].encode(),
        PLAIN.encode() + b"\n,,\n",
    ],
)
def test_whatever_an_office_program_saves_is_read(content: bytes) -> None:
    (row,) = wordsheet.read(content)
    assert (row.key, row.english, row.words, row.line) == ("title", "A kitchen", "باورچی خانہ", 2)


@pytest.mark.parametrize(
    "content,why",
    [
        (b"", "there is no column 'key'"),
        (b"a,b\n1,2\n", "there is no column 'key'; the first line has a, b"),
        ("key,english,words\ntitle,A,café\n".encode("cp1252"), "not UTF-8"),
        ("“key”,“english”,“words”\n".encode(), "curly"),
        (PLAIN.encode() + b"a,b,c,d\n", "line 3 has more cells"),
        (b'key,english,words\ntitle,"A,b\n', "not a CSV file"),
        (b"PK\x03\x04\xff\xfe\x00\xd8", "not UTF-8"),
        (b"\xff\xfe\x00\xd8", "not UTF-8"),
    ],
)
def test_what_cannot_be_read_is_refused_with_what_to_do(content: bytes, why: str) -> None:
    with pytest.raises(SheetError, match=why):
        wordsheet.read(content)


@always
@given(st.binary())
def test_no_file_is_too_strange_to_be_answered(content: bytes) -> None:
    with contextlib.suppress(SheetError):
        wordsheet.read(content)
