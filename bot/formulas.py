"""Words that a spreadsheet would run: an apostrophe before them says that they are words."""

from __future__ import annotations

import re

# A sign that begins a formula, also in its full-width form and behind what is not seen.
_RUNS = re.compile(r"[\s\x00-\x20\x7f-\xa0\u200b-\u200f\u2028-\u202f\u2060-\u206f\ufeff'\"]*[=+\-@＝＋－＠﹢﹣﹫−|%\t\r\n]")


def disarm(words: str) -> str:
    """Words that a spreadsheet shows and never runs."""
    return f"'{words}" if _RUNS.match(words) else words


def restore(words: str) -> str:
    """What `disarm` was given."""
    return words[1:] if words.startswith("'") and _RUNS.match(words) else words
