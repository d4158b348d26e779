"""Where in a TOML text each key and value stands, for tomllib reads the values and forgets their lines."""

from __future__ import annotations

import re
import tomllib
from bisect import bisect_right
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

Path = tuple[str | int, ...]
"""Keys and positions from the top: `("steps", 2, "options", 0, "id")`."""


@dataclass(frozen=True, slots=True)
class Places:
    """Path -> line, counted from 1."""

    lines: Mapping[Path, int]

    def line(self, path: Path) -> int:
        """The line of `path`; of the nearest thing around it when it stands nowhere itself."""
        while path and path not in self.lines:
            path = path[:-1]
        return self.lines.get(path, 1)


@dataclass(frozen=True, slots=True)
class Piece:
    """Where a key with its value, or a value in a list, stands: letters `start` up to `end`; `value` is where that begins."""

    start: int
    value: int
    end: int


@dataclass(frozen=True, slots=True)
class Head:
    """A `[table]` or `[[table]]` line: the path it opens, and the letters from `start` up to `end` that do."""

    path: Path
    start: int
    end: int


def outline(source: str) -> tuple[Mapping[Path, Piece], Sequence[Head]]:
    """Everything in `source`, which tomllib has accepted, to the letter: keys and list values by path, and heads in order."""
    scan = _Scan(source)
    scan.document()
    return scan.pieces, scan.heads


def locate(source: str) -> Places:
    """The places of everything in `source`, which tomllib has accepted."""
    scan = _Scan(source)
    scan.document()
    breaks = [found.start() for found in re.finditer("\n", source)]
    return Places({path: bisect_right(breaks, start - 1) + 1 for path, start in scan.starts.items()})


class _Scan:
    """One walk over a valid text; `starts` says at which letter each path begins."""

    def __init__(self, source: str) -> None:
        self.source = source
        self.at = 0
        self.starts: dict[Path, int] = {}
        self.tables: dict[Path, int] = {}  # arrays of tables -> how many of them so far
        self.pieces: dict[Path, Piece] = {}
        self.heads: list[Head] = []

    def document(self) -> None:
        table: Path = ()
        while self._skip(_BLANK):
            start = self.at
            if self._took("[["):
                table = self._header(start, many=True)
                self.heads.append(Head(table, start, self.at))
            elif self._took("["):
                table = self._header(start, many=False)
                self.heads.append(Head(table, start, self.at))
            else:
                self._pair(table)

    def _header(self, start: int, *, many: bool) -> Path:
        keys = list(self._keys())
        self._took("]]" if many else "]")
        path: Path = ()
        for key in keys[:-1]:
            path = self._entered((*path, key), start)
        last = (*path, keys[-1])
        if not many:
            return self._entered(last, start)
        self.starts.setdefault(last, start)
        self.tables[last] = self.tables.get(last, 0) + 1
        return self._entered(last, start)

    def _entered(self, path: Path, start: int) -> Path:
        """`path`, or its newest table when it is an array of tables; noted as beginning here if it is new."""
        entered = (*path, self.tables[path] - 1) if path in self.tables else path
        self.starts.setdefault(entered, start)
        return entered

    def _pair(self, table: Path) -> None:
        start, path = self.at, table
        for key in self._keys():
            path = (*path, key)
            self.starts.setdefault(path, start)
        self._skip(_SPACE)
        self._took("=")
        self._skip(_SPACE)
        self._note(path, start)

    def _note(self, path: Path, start: int) -> None:
        value = self.at
        self._value(path)
        end = value + len(self.source[value : self.at].rstrip())  # a bare value reaches up to the next mark
        self.pieces[path] = Piece(start, value, end)

    def _value(self, path: Path) -> None:
        if self._took("["):
            self._array(path)
        elif self._took("{"):
            while self._skip(_BETWEEN) and not self._took("}"):
                self._pair(path)
        else:
            self._skip(_SCALAR)

    def _array(self, path: Path) -> None:
        place = 0
        while self._skip(_BETWEEN) and not self._took("]"):
            self.starts[*path, place] = self.at
            self._note((*path, place), self.at)
            place += 1

    def _keys(self) -> Iterator[str]:
        """The parts of a dotted key; at least one letter is taken, so that a walk always ends."""
        while True:
            self._skip(_SPACE)
            found = _KEY.match(self.source, self.at)
            self.at = found.end() if found else self.at + 1
            raw = found[0] if found else ""
            yield _unquoted(raw)
            self._skip(_SPACE)
            if not self._took("."):
                return

    def _skip(self, blank: re.Pattern[str]) -> bool:
        """Pass over `blank`; whether anything is left."""
        found = blank.match(self.source, self.at)
        self.at = found.end() if found else self.at
        return self.at < len(self.source)

    def _took(self, mark: str) -> bool:
        found = self.source.startswith(mark, self.at)
        self.at += len(mark) if found else 0
        return found


def _unquoted(raw: str) -> str:
    if raw[:1] not in {'"', "'"}:
        return raw
    return tomllib.loads(f"key = {raw}")["key"] if "\\" in raw else raw[1:-1]


_SPACE = re.compile(r"[ \t]*")
_BLANK = re.compile(r"(?:\s|#[^\n]*)*")
_BETWEEN = re.compile(r"(?:[\s,]|#[^\n]*)*")
_STRING = r'"(?:\\.|[^"\\\n])*"' + r"|'[^'\n]*'"
_KEY = re.compile(rf"[A-Za-z0-9_-]+|{_STRING}")
_SCALAR = re.compile(r'"""(?:\\.|[^\\])*?"""(?:"{0,2})' + rf"|'''.*?'''(?:'{{0,2}})|{_STRING}|[^,\]}}#\n]+", re.DOTALL)
