"""The tests that show a promise, found in the files by their mark: what holds, and what is broken on purpose."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path
from typing import TypeGuard

from tests.house import tree
from tests.promises import PROMISES


def shown(promise: str) -> str:
    """The title of a promise and the list of its tests."""
    tests = [(control, sentence, file) for name, control, sentence, file in marked() if name == promise]
    lines = [f"## {promise}: {PROMISES[promise].title}", ""]
    for control, heading in ((False, "Shown by"), (True, "Broken on purpose, and caught")):
        found = sorted(f"- {sentence} ([{file}](../{file}))" for broken, sentence, file in tests if broken == control)
        if found:
            lines += [f"{heading}:", "", *found, ""]
    return "\n".join(lines).rstrip()


@lru_cache
def marked() -> tuple[tuple[str, bool, str, str], ...]:
    """(promise, is a control, test as a sentence, file) of every marked test."""
    files = sorted((tree.ROOT / "tests").rglob("test_*.py"))
    return tuple(found for file in files for found in _in(file))


def _in(file: Path) -> Iterator[tuple[str, bool, str, str]]:
    where = file.relative_to(tree.ROOT).as_posix()
    for node in ast.parse(file.read_text("utf-8")).body:
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef | ast.Assign):
            sentence = _sentence(node)
            for call in filter(_is_mark, ast.walk(node)):
                control = any(word.arg == "control" for word in call.keywords)
                yield from ((ast.literal_eval(name), control, sentence, where) for name in call.args)


def _sentence(node: ast.AST) -> str:
    name = node.name if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef) else ast.unparse(node.targets[0])  # type: ignore[attr-defined]
    return name.removeprefix("test_").replace("_", " ")


def _is_mark(node: ast.AST) -> TypeGuard[ast.Call]:
    return isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "promise"
