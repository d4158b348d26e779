"""Imports run one way, and conversations stay a calculator."""

import ast
import subprocess
import sys

from tests.house import tree

ASKS_THE_CLOCK = {"now", "utcnow", "today", "time", "monotonic", "time_ns", "perf_counter"}
TOUCHES_THE_WORLD = {"print", "input", "breakpoint", "exec", "eval", "__import__"}
THE_DOOR = {"storage/database.py", "storage/sqlite_file.py"}  # they open the connection all else is run over
WRITES = {"write_text", "write_bytes", "unlink", "mkdir", "touch", "rename", "rmdir"}


def test_imports_keep_to_their_contracts() -> None:
    code = "from importlinter.cli import lint_imports; raise SystemExit(lint_imports(cache_dir=None))"
    done = subprocess.run([sys.executable, "-c", code], cwd=tree.ROOT, check=False, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr


def test_a_conversation_neither_asks_the_clock_nor_touches_the_world() -> None:
    found = [
        f"{tree.name(path)}:{node.lineno}: {_called(node)}()"
        for path in tree.modules("conversations")
        for node in ast.walk(tree.parsed(path))
        if isinstance(node, ast.Call) and _called(node) in ASKS_THE_CLOCK | TOUCHES_THE_WORLD | WRITES
    ]
    assert found == []


def test_async_stops_at_the_door() -> None:
    waits = (ast.AsyncFunctionDef, ast.Await, ast.AsyncFor, ast.AsyncWith)
    found = {
        tree.name(path)
        for path in tree.modules("conversations", "storage")
        for node in ast.walk(tree.parsed(path))
        if isinstance(node, waits)
    }
    assert found <= THE_DOOR


def _called(call: ast.Call) -> str:
    """The last name of what is called: `now` for `datetime.now(zone)`."""
    return getattr(call.func, "attr", getattr(call.func, "id", ""))
