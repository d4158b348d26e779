"""The files of the repository, as the house rules look at them."""

import ast
import os
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PACKAGES = ("bot", "conversations", "storage", "emulator", "tests", "benchmarks")
NOT_OURS = {".git", "dist", "data", "htmlcov", "__pycache__"}


def files() -> Iterator[Path]:
    """Every file somebody wrote: nothing that git ignores or that a tool left behind."""
    found = []
    for folder, folders, names in os.walk(ROOT):
        folders[:] = [name for name in folders if _is_ours(name)]  # the others are not even walked: .venv is large
        found += [Path(folder, name) for name in names if _is_ours(name)]
    yield from sorted(found)


def _is_ours(name: str) -> bool:
    return name not in NOT_OURS and (not name.startswith(".") or name in {".ci", ".gitignore", ".dockerignore", ".github"})


def modules(*packages: str) -> Iterator[Path]:
    for package in packages or PACKAGES:
        yield from (path for path in files() if path.suffix == ".py" and path.is_relative_to(ROOT / package))


def parsed(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"), str(path))


def name(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()
