"""Sizes as aiogram's own descriptions of the Bot API tell them: nobody here wrote them down."""

import ast
import functools
import inspect
import re
import textwrap
from collections.abc import Iterator
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Size:
    """How much a text may hold, in UTF-16 units or in bytes. `parsed`: counted once its marking has been taken out."""

    least: int
    most: int
    unit: str
    parsed: bool

    def fault(self, text: str) -> str:
        """What is wrong with this text's size, or nothing."""
        long = len(text.encode()) if self.unit == "bytes" else len(text.encode("utf-16-le", "surrogatepass")) // 2
        return "" if self.least <= long <= self.most else f"{long} {self.unit}, where {self.least}-{self.most} may stand"


@functools.cache
def sizes(model: type) -> dict[str, Size]:
    """By field, the sizes that the descriptions of one of aiogram's models name."""
    body = ast.parse(textwrap.dedent(inspect.getsource(model))).body[0]
    return {name: size for name, words in _described(body) if (size := _read(words)) is not None}


def _described(model: ast.stmt) -> Iterator[tuple[str, str]]:
    """Each field with the text beneath it."""
    assert isinstance(model, ast.ClassDef)
    for field, told in zip(model.body, model.body[1:], strict=False):
        match field, told:
            case ast.AnnAssign(target=ast.Name(id=name)), ast.Expr(value=ast.Constant(value=str(words))):
                yield name, words


def _read(words: str) -> Size | None:
    found = TOLD.search(words)
    if found is None:
        return None
    return Size(int(found[1]), int(found[2]), found[3], "after entities parsing" in words)


TOLD = re.compile(r"\b(\d+)-(\d+) (characters|bytes)")
