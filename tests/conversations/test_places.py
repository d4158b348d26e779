"""Lines are found however a TOML file is written."""

import pytest

from conversations.checking.places import Path, locate

TEXT = '''\
# A comment with [brackets] and = signs
title.en = "One" # here
"quoted key" = 1
"esc\\u0061ped".x = 2

text = """
[not.a.table]
key = 1
"""
raw = \'\'\'
[[nor.this]]\'\'\'
list = [ 1, # one, ] with a comment
  [2, 3],
  { a = "}", b.c = [4,
    5] },
]
day = 1979-05-27 07:32:00

[charter]
settles . en = "a"

[[steps]]
id = "one"
options = [
  { id = "x", label = { en = "X", cy = "Y" } },

  { id = "y", label.en = "[[steps]]" },
]
[steps.when]
who = "a"

[[ steps ]]
'id' = 'two'
  [[steps.options]]
  id = "p"
  [[steps.options]]
  id = "q"
  [steps.options.label]
  en = "Q"
'''

LINES: list[tuple[Path, int]] = [
    ((), 1),
    (("title",), 2),
    (("title", "en"), 2),
    (("title", "cy"), 2),
    (("quoted key",), 3),
    (("escaped", "x"), 4),
    (("text",), 6),
    (("key",), 1),
    (("raw",), 10),
    (("list", 0), 12),
    (("list", 1), 13),
    (("list", 1, 1), 13),
    (("list", 2), 14),
    (("list", 2, "b"), 14),
    (("list", 2, "b", "c", 1), 15),
    (("day",), 17),
    (("charter",), 19),
    (("charter", "settles"), 20),
    (("charter", "missing"), 19),
    (("steps",), 22),
    (("steps", 0), 22),
    (("steps", 0, "id"), 23),
    (("steps", 0, "options", 0, "label", "cy"), 25),
    (("steps", 0, "options", 1), 27),
    (("steps", 0, "when"), 29),
    (("steps", 0, "when", "who"), 30),
    (("steps", 1), 32),
    (("steps", 1, "id"), 33),
    (("steps", 1, "options"), 34),
    (("steps", 1, "options", 0, "id"), 35),
    (("steps", 1, "options", 1), 36),
    (("steps", 1, "options", 1, "label"), 38),
    (("steps", 1, "options", 1, "label", "en"), 39),
    (("steps", 2), 22),
]


@pytest.mark.parametrize("path,line", LINES, ids=[".".join(map(str, path)) or "top" for path, _ in LINES])
def test_a_key_is_found_on_its_line_or_that_of_what_holds_it(path: Path, line: int) -> None:
    assert locate(TEXT).line(path) == line


@pytest.mark.parametrize("broken", ["[", "[[", "a", "a =", "= 1", "a = [", "a = {", 'a = "', "a.", "]", '"', "a = {b", "\x00"])
def test_a_walk_over_something_broken_comes_to_an_end(broken: str) -> None:
    assert locate(broken).line(("a",)) >= 1
