"""Reads the XPath of XLSForm conditions: comparisons, `and`, `or`, and calls; sums and paths are not for us."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from bot.xlsform.notes import NotCarried
from conversations.checking.problems import quote

DEEPEST = 40
"""How far brackets may stand inside one another."""


@dataclass(frozen=True, slots=True)
class Ref:
    """The answer to another question: `${name}`; "." is the answer to this one."""

    name: str


@dataclass(frozen=True, slots=True)
class Column:
    """What stands in a column of the choices sheet."""

    name: str


@dataclass(frozen=True, slots=True)
class Value:
    """A word or a number, as words."""

    words: str


@dataclass(frozen=True, slots=True)
class Call:
    """A function and what it is given."""

    name: str
    parts: tuple[Expr, ...]


@dataclass(frozen=True, slots=True)
class Binary:
    """Two sides and what stands between them; `and` and `or` may join many."""

    sign: str
    parts: tuple[Expr, ...]


Expr = Ref | Column | Value | Call | Binary

SELF = Ref(".")
COMPARISONS = ("=", "!=", "<", "<=", ">", ">=")

_TOKEN = re.compile(
    r"""\s*(?:\$\{\s*(?P<ref>[^}\s]+)\s*\}|'(?P<single>[^']*)'|"(?P<double>[^"]*)"|(?P<number>-?\d+(?:\.\d+)?)"""
    r"""|(?P<name>[A-Za-z_][\w-]*)|(?P<sign>!=|<=|>=|[=<>(),.])|(?P<other>\S))"""
)


def parse(words: str) -> Expr:
    """The expression in `words`. Raises NotCarried, saying which part is not understood."""
    reader = _Reader(list(_tokens(words)))
    expression = reader.read_or()
    reader.expect("")
    return expression


def _tokens(words: str) -> Iterator[tuple[str, str]]:
    at, end = 0, len(words.rstrip())
    while at < end:
        found = _TOKEN.match(words, at)
        if found is None or found.lastgroup in {None, "other"}:
            raise NotCarried(f"{quote(words[at : at + 20].strip())} in it is not understood here")
        kind = "value" if found.lastgroup in {"single", "double", "number"} else str(found.lastgroup)
        yield kind, found[found.lastgroup or 0]
        at = found.end()


@dataclass(slots=True)
class _Reader:
    """Takes one token after the other; weaker signs hold stronger ones."""

    tokens: list[tuple[str, str]]
    at: int = 0
    depth: int = 0

    def read_or(self) -> Expr:
        return self._joined("or", self._read_and)

    def _read_and(self) -> Expr:
        return self._joined("and", self._read_comparison)

    def _joined(self, sign: str, read: Callable[[], Expr]) -> Expr:
        parts = [read()]
        while self.take(("name", sign)):
            parts.append(read())
        return parts[0] if len(parts) == 1 else Binary(sign, tuple(parts))

    def _read_comparison(self) -> Expr:
        left = self._read_one()
        for sign in COMPARISONS:
            if self.take(("sign", sign)):
                return Binary(sign, (left, self._read_one()))
        return left

    def _read_one(self) -> Expr:
        kind, words = self.next()
        if kind == "ref":
            return Ref(words)
        if kind == "value":
            return Value(words)
        if (kind, words) == ("sign", "."):
            return SELF
        if (kind, words) == ("sign", "("):
            return self._inside(self.read_or)
        if kind == "name" and words not in {"and", "or", "div", "mod"}:
            return self._inside(lambda: Call(words, self._read_parts())) if self.take(("sign", "(")) else Column(words)
        raise NotCarried(f"something is missing before {quote(words)}" if words else "it ends too early")

    def _inside(self, read: Callable[[], Expr]) -> Expr:
        self.depth += 1
        if self.depth > DEEPEST:
            raise NotCarried("its brackets stand too deep inside one another")
        expression = read()
        self.expect(")")
        self.depth -= 1
        return expression

    def _read_parts(self) -> tuple[Expr, ...]:
        if self.peek() == ("sign", ")"):
            return ()
        parts = [self.read_or()]
        while self.take(("sign", ",")):
            parts.append(self.read_or())
        return tuple(parts)

    def peek(self) -> tuple[str, str]:
        return self.tokens[self.at] if self.at < len(self.tokens) else ("", "")

    def next(self) -> tuple[str, str]:
        token = self.peek()
        self.at += 1
        return token

    def take(self, token: tuple[str, str]) -> bool:
        found = self.peek() == token
        self.at += found
        return found

    def expect(self, words: str) -> None:
        _, found = self.next()
        if found != words:
            raise NotCarried(f"{quote(found)} in it is not understood here" if found else "a bracket is not closed")
