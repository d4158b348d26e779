"""HTML in messages is read as Telegram reads it; the cases are what its own parser does."""

import contextlib
import html

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from emulator.html import parse_html
from emulator.refusals import Refusal
from emulator.text import units

PARSED = {
    "&lt;b&gt; &amp; &quot;x&quot;": ('<b> & "x"', []),
    "&ge;&Or;&#65;&#x42;&#12345678;": ("&ge;&Or;AB&#12345678;", []),
    "<b>a</b><strong>b</strong>": ("ab", [("bold", 0, 1), ("bold", 1, 1)]),
    "➡️ <em>➡️</em>": ("➡️ ➡️", [("italic", 3, 2)]),
    "<u>a</u><ins>b</ins>": ("ab", [("underline", 0, 1), ("underline", 1, 1)]),
    "<s>a</s><strike>b</strike><del>c</del>": (
        "abc",
        [("strikethrough", 0, 1), ("strikethrough", 1, 1), ("strikethrough", 2, 1)],
    ),
    "<b>a<i>b</i></b>": ("ab", [("bold", 0, 2), ("italic", 1, 1)]),
    "<tg-spoiler>a</tg-spoiler><span class='tg-spoiler'>b</span>": ("ab", [("spoiler", 0, 1), ("spoiler", 1, 1)]),
    "<blockquote>a</blockquote><blockquote expandable>b</blockquote>": (
        "ab",
        [("blockquote", 0, 1), ("expandable_blockquote", 1, 1)],
    ),
    "<code>a</code>": ("a", [("code", 0, 1)]),
    "😀<B >x</b >": ("😀x", [("bold", 2, 1)]),
    "<b>x</>": ("x", [("bold", 0, 1)]),
    "<b></b>x": ("x", []),
    '<a href="">x</a>': ("x", []),
}


@pytest.mark.parametrize("source", PARSED)
def test_markup_becomes_text_and_marks(source: str) -> None:
    text, marks = PARSED[source]
    parsed, entities = parse_html(source)
    assert (parsed, [(mark["type"], mark["offset"], mark["length"]) for mark in entities]) == (text, marks)


def test_a_link_keeps_its_address() -> None:
    _, (link,) = parse_html('<a href="https://example.org/?a=1&amp;b=2">here</a>')
    assert link["url"] == "https://example.org/?a=1&b=2"


def test_code_in_a_box_keeps_its_language() -> None:
    text, marks = parse_html('<pre><code class="language-python">x = 1</code></pre>')
    assert (text, marks) == ("x = 1", [{"type": "pre", "offset": 0, "length": 5, "language": "python"}])


def test_a_moment_keeps_its_time() -> None:
    _, (moment,) = parse_html('<tg-time unix="1700000000" format="wDT">soon</tg-time>')
    assert (moment["type"], moment["unix_time"], moment["date_time_format"]) == ("date_time", 1_700_000_000, "wDT")


REFUSED = {
    "🏟 🏟&lt;<abac aba>1": 'Unsupported start tag "abac" at byte offset 13',
    "🏟 🏟&lt;<i   =aba>": 'Empty attribute name in the tag "i" at byte offset 13',
    "🏟 🏟&lt;<i    aba>": 'Can\'t find end tag corresponding to start tag "i"',
    "🏟 🏟&lt;<i    aba  =  ": 'Unclosed start tag "i" at byte offset 13',
    "🏟 🏟&lt;<i    aba  =  190azAz-.,": "Unexpected end of name token at byte offset 27",
    '🏟 🏟&lt;<i    aba  =  "&lt;&gt;&quot;>': "Unclosed start tag at byte offset 13",
    "🏟 🏟&lt;</": "Unexpected end tag at byte offset 13",
    "🏟 🏟&lt;<b></b></": "Unexpected end tag at byte offset 20",
    "🏟 🏟&lt;<i>a</i   ": "Unclosed end tag at byte offset 17",
    "🏟 🏟&lt;<i>a</em   >": 'Unmatched end tag at byte offset 17, expected "</i>", found "</em>"',
    "<b": "Unclosed start tag at byte offset 0",
    "<span>x</span>": 'Tag "span" must have class "tg-spoiler" at byte offset 0',
    "x < y": 'Unsupported start tag "" at byte offset 2',
}


@pytest.mark.parametrize("source", REFUSED)
def test_broken_markup_is_refused_in_telegrams_words(source: str) -> None:
    with pytest.raises(Refusal) as refusal:
        parse_html(source)
    assert refusal.value.description == f"Bad Request: can't parse entities: {REFUSED[source]}"


@settings(deadline=None)
@given(st.text())
def test_escaped_text_comes_back_as_it_was(text: str) -> None:
    assert parse_html(html.escape(text, quote=False)) == (text, [])


@settings(deadline=None)
@given(st.text(min_size=1), st.text())
def test_offsets_are_in_utf_16_units(bold: str, before: str) -> None:
    _, marks = parse_html(f"{html.escape(before)}<b>{html.escape(bold)}</b>")
    assert marks == [{"type": "bold", "offset": units(before), "length": units(bold)}]


@settings(deadline=None)
@given(st.text(alphabet="<>&/b=\"' a;"))
def test_any_markup_is_parsed_or_refused(source: str) -> None:
    with contextlib.suppress(Refusal):
        text, marks = parse_html(source)
        assert all(0 <= mark["offset"] < mark["offset"] + mark["length"] <= units(text) for mark in marks)
