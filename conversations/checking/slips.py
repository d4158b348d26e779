"""Slips in writing TOML that many people make: where each truly stands, in plain words, and what to write instead."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

_AT = re.compile(r" \(at (?:line (\d+), column (\d+)|end of document)\)$")
_WHOLE = re.compile(r'"(?:\\.|[^"\\\n])*"' + r"|'[^'\n]*'")
_DIGITS = re.compile(r"\d{4000}")


@dataclass(frozen=True, slots=True)
class Slip:
    """What TOML does not take in a line, and what to do about it."""

    line: int
    what: str
    do: str


@dataclass(frozen=True, slots=True)
class _Failure:
    """A text that is no TOML: `said` is why in the words of tomllib, `at` the line it says, `rest` what stands from there on."""

    text: str
    said: str
    at: int
    rest: str

    @property
    def line(self) -> str:
        return self.lines[self.at - 1]

    @property
    def lines(self) -> list[str]:
        return [*self.text.split("\n"), ""]

    @property
    def bare(self) -> str:
        """The line with its whole strings emptied, and without a comment."""
        return _WHOLE.sub('""', self.line).partition("#")[0].rstrip()

    @property
    def before(self) -> str:
        """The line up to where reading stopped."""
        return self.line.removesuffix(self.rest.partition("\n")[0])

    @property
    def value(self) -> str:
        """What stands where a value was expected, or after a value that had ended."""
        return self.rest.partition("\n")[0].partition("#")[0].strip()


def explain(text: str, message: str) -> Slip:
    """The slip behind what tomllib says of a text."""
    found = _AT.search(message)
    last = text.rstrip("\n").count("\n") + 1
    if found and found[1]:
        at, column = int(found[1]), int(found[2])
    else:
        digits = _DIGITS.search(text)
        at, column = (last, 1) if found else (text.count("\n", 0, digits.start()) + 1 if digits else 1, 1)
    rest = "\n".join(text.split("\n")[at - 1 :])[column - 1 :]
    failure = _Failure(text, _AT.sub("", message), at, rest)
    slips = (look(failure) for look in LOOKS)
    other = Slip(at, f"this is not TOML: {failure.said.lower()}", "mend it here or just above")
    return next((slip for slip in slips if slip), other)


def _strange_letters(failure: _Failure) -> Slip | None:
    found = re.search("[\u00a0\u2007\u202f\u2009\u3000\u200b\ufeff]", failure.bare)
    if found:
        return Slip(failure.at, "a space from another program stands here", "write it again as a plain space")
    if _CURLY.search(_PAIRED.sub("", failure.bare) if failure.said.startswith("Illegal") else failure.bare):
        return Slip(failure.at, "these quotation marks are not straight ones", 'write " before and after the words')
    return None


def _no_closing_quote(failure: _Failure) -> Slip | None:
    begun = max(failure.text.rfind('"""'), failure.text.rfind("'''"))
    if failure.said == "Unterminated string" and begun >= 0:
        place = failure.text.count("\n", 0, begun) + 1
        return Slip(place, "these words over several lines do not end", "write the same three quotation marks after them")
    if failure.said in {"Illegal character '\\n'", "Unterminated string"}:
        return Slip(failure.at, "the closing quotation mark is missing", 'write " at the end of the words, in the same line')
    return None


def _unseen(failure: _Failure) -> Slip | None:
    if failure.said.startswith("Illegal character"):
        return Slip(failure.at, "a letter that cannot be seen stands here", "write the words again by hand")
    if failure.said.startswith("Unescaped '\\' in a string"):
        return Slip(failure.at, "a \\ in words means something else", "leave it out, or write \\\\")
    return None


def _days(failure: _Failure) -> Slip | None:
    if failure.said == "Invalid date or datetime":
        return Slip(failure.at, "there is no such day", "look at the month and the day")
    found = _DAY.search(failure.bare)
    if found and failure.said.startswith(("Expected newline", "Invalid value")):
        day = f"{found[3]}-{int(found[2]):02}-{int(found[1]):02}"
        return Slip(failure.at, f"{found[0].lstrip('= ')} is not how a day is written", f"write {day}, without quotes")
    if re.search(r"=\s*\d{1,4}([-./ ]\w+){1,2}$", failure.bare) and failure.said.startswith("Expected newline"):
        what = "this is not how a day or a number is written"
        return Slip(failure.at, what, "write a day like 2027-02-26, or put words in quotes")
    return None


def _flags(failure: _Failure) -> Slip | None:
    found = _FLAG.match(failure.value)
    if failure.said != "Invalid value" or not found:
        return None
    key = re.search(r"([\w-]*)\s*=\s*$", failure.before)
    if found[1].lower() in {"yes", "no"} and not (key and key[1] in FLAGS):
        return Slip(failure.at, f"{found[1]} stands in no quotation marks", f'write "{found[1].lower()}"')
    meant = "true" if found[1].lower() in {"true", "yes"} else "false"
    return Slip(failure.at, f"{found[1]} is not known here", f"write {meant}, in small letters and without quotes")


def _unquoted(failure: _Failure) -> Slip | None:
    if failure.said == "Invalid value" and re.match(r"[^\W\d_]", failure.value):
        words = re.split(r"[,}\]]", failure.value)[0].strip()
        return Slip(failure.at, "these words stand in no quotation marks", f'write "{words}"')
    if failure.said == "Invalid value" and not failure.value:
        return Slip(failure.at, "nothing stands after the =", 'write a value, like "words" or 3, or take the key out')
    return None


def _twice(failure: _Failure) -> Slip | None:
    """A key or a table that stands there already."""
    found = _NAMED.match(failure.said)
    name = re.findall(r"'([^']*)'", found[1])[-1] if found else ""
    header = failure.line.strip().startswith("[")
    if header and (single := _single_steps(failure)):
        return Slip(single, "[steps] is one table, and there are several", "write [[steps]], with two brackets on both sides")
    if header and (failure.said == "Cannot overwrite a value" or name):
        return Slip(failure.at, f"{failure.line.strip()} is given twice", "put what it says under the first one")
    if name and re.search(r"\bwhen\b", _around(failure)):
        todo = f"join what it must be, as in {name} = {{ at_least = 3, at_most = 5 }}, or use all = [{{ … }}, {{ … }}]"
        return Slip(failure.at, f'"{name}" is compared twice', todo)
    if name or failure.said == "Cannot overwrite a value":
        return Slip(failure.at, f'"{name or _key(failure.line)}" is given twice', "keep one of them")
    return None


def _around(failure: _Failure) -> str:
    """The line, and the header it stands under."""
    headers = [line for line in failure.lines[: failure.at] if line.lstrip().startswith("[")]
    return failure.line + "".join(headers[-1:])


def _single_steps(failure: _Failure) -> int | None:
    places = [number for number, line in enumerate(failure.lines, 1) if re.match(r"\s*\[\s*steps\s*\]", line)]
    return places[0] if places else None


def _key(line: str) -> str:
    return line.partition("=")[0].strip()


def _inner_quotes(failure: _Failure) -> Slip | None:
    if not failure.said.startswith("Expected newline"):
        return None
    found = re.match(r"""[^=]*=\s*(["'])""", failure.line)
    if found and found[1] in failure.rest.partition("\n")[0]:
        inside = "write ’ for an apostrophe" if found[1] == "'" else "write “ and ” inside them"
        return Slip(failure.at, f"the {found[1]} inside the words ends them", f'{inside}, and " before and after')
    if failure.value.startswith((",", ";")):
        return Slip(failure.at, f"nothing may follow here, not even {failure.value[0]}", "take it out")
    return None


def _brackets(failure: _Failure) -> Slip | None:
    above = next((place for place in range(failure.at - 1, 0, -1) if failure.lines[place - 1].strip()), 0)
    if failure.said == "Unclosed array" and above and failure.value.startswith("{"):
        return Slip(above, "a comma is missing at the end of this line", "write one after the }")
    if failure.said == "Unclosed array":
        return Slip(failure.at, "the list that begins above does not end", "write a comma between two entries, and ] at the end")
    if failure.said == "Unclosed inline table" and failure.value:
        return Slip(failure.at, "a comma or a } is missing in this line", "write a comma between two entries, and } at the end")
    if failure.said == "Unclosed inline table" or (failure.said.startswith("Invalid initial") and not failure.value):
        return Slip(failure.at, "what stands in { } does not end in this line", "write it in one line, up to the }")
    if failure.said.startswith("Invalid initial") and failure.value.startswith("}"):
        return Slip(failure.at, "a comma stands before the }", "take it out")
    if failure.said.startswith("Expected ']"):
        return Slip(failure.at, "a bracket is missing", "write as many ] as [")
    return None


def _no_equals(failure: _Failure) -> Slip | None:
    if failure.said.startswith("Expected '=' after a key"):
        name = _WORD.match(failure.line.strip())
        return Slip(failure.at, "there is no = after the name", f"write {name[0] if name else 'name'} = …")
    if failure.said == "Invalid statement" and failure.line.lstrip().startswith(("//", "--", "/*")):
        return Slip(failure.at, "a note begins with #", "write # before it")
    return None


def _digits(failure: _Failure) -> Slip | None:
    if failure.said.startswith("Exceeds the limit"):
        return Slip(failure.at, "this number is far too long", "write a smaller one")
    return None


_CURLY = re.compile(r"[=\[,{]\s*[“”„‟«»‘’‚]|[“”„‟«»]\s*[,}\]]*$")
"""A quotation mark of a word processor where a straight one begins or ends words."""
_PAIRED = re.compile("“[^“”]*”")
_DAY = re.compile(r"=\s*(0?[1-9]|[12]\d|3[01])[/.-](0?[1-9]|1[0-2])[/.-]((?:19|20)\d\d)\b")
_FLAG = re.compile(r"(true|false|yes|no)\s*(?=[,}\]]|$)", re.IGNORECASE)
FLAGS = ("optional", "whole", "alone", "other", "answered")
"""Keys that are true or false."""
_NAMED = re.compile(r"(?:Cannot mutate immutable namespace|Cannot declare|Duplicate inline table key) (.*)$")
_WORD = re.compile(r"[\w.-]+")

LOOKS: tuple[Callable[[_Failure], Slip | None], ...] = (
    _strange_letters,
    _days,
    _flags,
    _unquoted,
    _twice,
    _no_closing_quote,
    _unseen,
    _inner_quotes,
    _brackets,
    _no_equals,
    _digits,
)
"""What is looked for, the surest first."""
