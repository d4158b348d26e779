"""An installation's own phrases: the files in `phrases` under its content folder, with what people there have approved."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from pathlib import Path

from bot import content
from conversations import phrases
from conversations.checking.problems import Problem

FOLDER = "phrases"


def take(folder: Path | None) -> list[Problem]:
    """Speak with the phrases of this content folder from now on. What is wrong with a file is told, and it is left out."""
    problems: list[Problem] = []
    files = sorted((folder / FOLDER).glob("*.toml")) if folder else ()
    phrases.take(sift({file: text for file in files if (text := content.read_file(file, problems)) is not None}, problems))
    return sorted(problems, key=lambda problem: problem.file)


def sift(texts: Mapping[Path, str], problems: list[Problem]) -> dict[str, str]:
    """The files that can be used, by language; what is wrong with the others is noted."""
    return {file.stem: text for file, text in texts.items() if _is_sound(file, text, problems)}


def _is_sound(file: Path, source: str, problems: list[Problem]) -> bool:
    try:
        phrases.read(source)
    except tomllib.TOMLDecodeError as error:
        problems.append(Problem(str(file), 1, f"is not TOML: {error}", "mend it"))
    except ValueError as error:
        problems.append(Problem(str(file), 1, str(error), "mend it"))
    else:
        return True
    return False
