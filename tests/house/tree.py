"""The files of the repository, as the house rules look at them."""

import ast
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PACKAGES = ("bot", "conversations", "storage", "emulator", "tests", "benchmarks")
NOT_OURS = {".git", "dist", "data", "htmlcov", "__pycache__"}


def files() -> Iterator[Path]:
    """Every file somebody wrote: nothing that git ignores or that a tool left behind."""
    for path in sorted(ROOT.rglob("*")):
        parts = path.relative_to(ROOT).parts
        hidden = any(part.startswith(".") and part not in {".ci", ".gitignore", ".dockerignore", ".github"} for part in parts)
        if path.is_file() and not hidden and not NOT_OURS.intersection(parts):
            yield path


def modules(*packages: str) -> Iterator[Path]:
    for package in packages or PACKAGES:
        yield from (path for path in files() if path.suffix == ".py" and path.is_relative_to(ROOT / package))


def parsed(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"), str(path))


def name(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()
