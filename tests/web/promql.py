"""PromQL as far as alert rules need it: whether an expression can be read, and which figures it names."""

from __future__ import annotations

import re

TOKEN = re.compile(
    r"""\s*(?:(?P<number>\d+(?:\.\d+)?(?:e\d+)?)(?![\w:])|(?P<name>[a-zA-Z_:][\w:]*)|(?P<words>"[^"]*")"""
    r"""|(?P<range>\[\d+[smhd]\])|(?P<sign>=~|!~|!=|==|>=|<=|[-+*/%><=(){},]))"""
)
COMPARE = {"==", "!=", ">", "<", ">=", "<=", "+", "-", "*", "/", "%", "and", "or", "unless"}
GROUPED = {"sum", "avg", "min", "max", "count"}
FUNCTIONS = {"rate", "increase", "delta", "deriv", "changes", "histogram_quantile", "absent"}


class UnreadableError(Exception):
    """It is no PromQL that this reader knows."""


def names(expression: str) -> set[str]:
    """The figures an expression names. Raises UnreadableError."""
    reader = _Reader(expression)
    reader.expression()
    if reader.left:
        raise UnreadableError(f"{expression!r}: {reader.left[0]!r} is too much")
    return reader.found


class _Reader:
    def __init__(self, expression: str) -> None:
        self.left: list[str] = []
        self.found: set[str] = set()
        at = 0
        while at < len(expression.rstrip()):
            token = TOKEN.match(expression, at)
            if token is None:
                raise UnreadableError(f"{expression!r} at {expression[at:]!r}")
            self.left.append(token[0].strip())
            at = token.end()

    def expression(self) -> None:
        self._part()
        while self._next() in COMPARE:
            self._take()
            if self._next() in {"on", "ignoring"}:
                self._take()
                self._labels()
            self._part()

    def _part(self) -> None:
        token = self._take()
        if token == "(":
            self.expression()
            self._take(")")
        elif token in GROUPED:
            if self._next() in {"by", "without"}:
                self._take()
                self._labels()
            self._arguments()
        elif token in FUNCTIONS:
            self._arguments()
        elif re.fullmatch(r"[a-zA-Z_:][\w:]*", token):
            self.found.add(token)
            self._matchers()
        elif not re.fullmatch(r"\d.*", token):
            raise UnreadableError(f"{token!r} does not belong there")

    def _arguments(self) -> None:
        self._take("(")
        self.expression()
        while self._next() == ",":
            self._take()
            self.expression()
        self._take(")")

    def _labels(self) -> None:
        self._take("(")
        while self._take() != ")":
            pass

    def _matchers(self) -> None:
        if self._next() == "{":
            self._take()
            while self._next() != "}":
                self._take()
                if self._take() not in {"=", "!=", "=~", "!~"} or not self._take().startswith('"'):
                    raise UnreadableError("a label wants a value in quotes")
                if self._next() == ",":
                    self._take()
            self._take("}")
        if self._next().startswith("["):
            self._take()

    def _next(self) -> str:
        return self.left[0] if self.left else ""

    def _take(self, wanted: str = "") -> str:
        token = self.left.pop(0) if self.left else ""
        if not token or (wanted and token != wanted):
            raise UnreadableError(f"{wanted or 'more'!r} is missing before {token!r}")
        return token
