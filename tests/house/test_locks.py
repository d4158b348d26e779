"""The lock files name every package by version and hash, and no place to fetch it from."""

import re
import tomllib

from tests.house import tree

LOCKS = ("requirements.lock", "requirements-test.lock")


def pins(lock: str) -> dict[str, str]:
    """Package name to everything the lock says of it."""
    entries = re.split(r"\n(?=\S)", (tree.ROOT / lock).read_text(encoding="utf-8").strip())
    return {entry.split("==")[0].split("[")[0]: entry for entry in entries}


def test_every_package_has_a_version_and_hashes_and_nothing_else_is_said() -> None:
    for lock in LOCKS:
        for entry in pins(lock).values():
            assert re.fullmatch(r"[\w.\[\],-]+==\S+( ; [^\n\\]+)?( \\\n    --hash=sha256:[0-9a-f]{64})+", entry)


def test_the_test_lock_holds_the_runtime_lock_version_for_version() -> None:
    runtime, tests = map(pins, LOCKS)
    assert {name: tests.get(name) for name in runtime} == runtime


def test_everything_asked_for_is_in_its_lock() -> None:
    project = tomllib.loads((tree.ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    runtime, tests = map(pins, LOCKS)
    assert {_bare(wanted) for wanted in project["dependencies"]} <= runtime.keys()
    assert {_bare(wanted) for wanted in project["optional-dependencies"]["test"]} <= tests.keys()


def _bare(wanted: str) -> str:
    return re.split(r"[\[<>=~!; ]", wanted, maxsplit=1)[0]
