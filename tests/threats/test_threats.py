"""docs/threats.md names a test for each threat, and each of them exists."""

from __future__ import annotations

import ast
import re

from tests.house import tree

PAGE = (tree.ROOT / "docs/threats.md").read_text("utf-8")
ROWS = [row for row in PAGE.splitlines() if row.startswith("| ") and not row.startswith(("| threat", "| ---"))]


def test_every_threat_has_a_test_and_every_test_named_exists() -> None:
    there = {
        node.name
        for path in tree.modules("tests")
        for node in ast.walk(tree.parsed(path))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
    }
    assert len(ROWS) > 30
    named = {row.split(" | ")[0]: re.findall(r"`(test_\w+)`", row) for row in ROWS}
    assert [threat for threat, tests in named.items() if not tests] == []
    assert {name for tests in named.values() for name in tests} - there == set()


def test_every_threat_says_what_protects_and_no_row_is_out_of_shape() -> None:
    cells = [[cell.strip() for cell in re.split(r"(?<!\\)\|", row)[1:-1]] for row in ROWS]
    assert [row[0] for row in cells if len(row) != 4 or not row[1]] == []


CALLERS = {"aiohttp", "httpx", "http", "requests", "smtplib", "ftplib", "urllib.request", "urllib3"}
CALLS = {
    "bot/telegram/wire.py": "calls telegram.api_url",
    "bot/doctor/outside.py": "looks from outside at the addresses the settings say are ours",
}
DEMO = "bot/demo/"  # it speaks with the Telegram it has just started, and never runs beside real people


def test_only_the_wire_and_doctor_call_out() -> None:
    found = {
        tree.name(path)
        for path in tree.modules("bot", "storage", "conversations")
        for node in ast.walk(tree.parsed(path))
        for name in _imported(node)
        if name in CALLERS or name.partition(".")[0] in CALLERS
    }
    assert {name for name in found if not name.startswith(DEMO)} == CALLS.keys()


def _imported(node: ast.AST) -> list[str]:
    if isinstance(node, ast.Import):
        return [alias.name for alias in node.names]
    return [node.module or ""] if isinstance(node, ast.ImportFrom) else []
