"""The Markdown modes: what the marks become, and which mistakes are refused in which words."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from telegram.helpers import escape_markdown

from emulator.client import Someone, Telegram
from emulator.markdown import parse_markdown, parse_markdown_v2
from emulator.refusals import Refusal


def mark(kind: str, offset: int, length: int, **more: str) -> dict[str, Any]:
    return {"type": kind, "offset": offset, "length": length, **more}


NEW = {
    "*bold* plain": ("bold plain", [mark("bold", 0, 4)]),
    "_it_ __un__ ~st~ ||sp||": (
        "it un st sp",
        [mark("italic", 0, 2), mark("underline", 3, 2), mark("strikethrough", 6, 2), mark("spoiler", 9, 2)],
    ),
    "*a _b_*": ("a b", [mark("bold", 0, 3), mark("italic", 2, 1)]),
    "[site](https://example.org/a\\)b)": ("site", [mark("text_link", 0, 4, url="https://example.org/a)b")]),
    "[words]": ("words", []),
    "`a.b` ```py\nx = 1```": ("a.b x = 1", [mark("code", 0, 3), mark("pre", 4, 5, language="py")]),
    "![👍](tg://emoji?id=53)": ("👍", [mark("custom_emoji", 0, 2, custom_emoji_id="53")]),
    "1\\. yes\\!": ("1. yes!", []),
    "**": ("", []),
    ">one\n>two\nend": ("one\ntwo\nend", [mark("blockquote", 0, 7)]),
    "👍 *b*": ("👍 b", [mark("bold", 3, 1)]),
}
OLD = {
    "*bold* _it_ `code` plain.": ("bold it code plain.", [mark("bold", 0, 4), mark("italic", 5, 2), mark("code", 8, 4)]),
    "[site](https://example.org)": ("site", [mark("text_link", 0, 4, url="https://example.org")]),
    "[words] x": ("words x", []),
    "\\*not\\*": ("*not*", []),
    "```py\nx```": ("x", [mark("pre", 0, 1, language="py")]),
}


@pytest.mark.parametrize("source", NEW)
def test_markdown_v2_becomes_entities(source: str) -> None:
    assert parse_markdown_v2(source) == NEW[source]


@pytest.mark.parametrize("source", OLD)
def test_the_older_markdown_becomes_entities(source: str) -> None:
    assert parse_markdown(source) == OLD[source]


@pytest.mark.parametrize(
    "mode, text, words",
    [
        ("MarkdownV2", "Hello.", "Character '.' is reserved and must be escaped with the preceding '\\'"),
        ("MarkdownV2", "a *b", "Can't find end of Bold entity at byte offset 2"),
        ("MarkdownV2", "ü _b", "Can't find end of Italic entity at byte offset 3"),
        ("MarkdownV2", "[a](b", "Can't find end of a URL at byte offset 3"),
        ("Markdown", "a *b", "Can't find end of the entity starting at byte offset 2"),
    ],
)
def test_broken_markdown_is_refused(mode: str, text: str, words: str, telegram: Telegram, aisha: Someone) -> None:
    answer = telegram.bot("sendMessage", chat_id=aisha.id, text=text, parse_mode=mode)
    assert answer["description"] == f"Bad Request: can't parse entities: {words}"


@given(st.text())
def test_whatever_the_library_escapes_comes_out_as_it_went_in(text: str) -> None:
    assert parse_markdown_v2(escape_markdown(text, 2)) == (text, [])


@given(st.text("*_[]()~`>|!a\\\n👍"))
def test_nothing_breaks_the_reader(text: str) -> None:
    for parse in (parse_markdown, parse_markdown_v2):
        try:
            words, marks = parse(text)
        except Refusal:
            continue
        assert all(one["length"] > 0 for one in marks)
        assert len(words) <= len(text)
