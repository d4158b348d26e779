"""Pictures beside an engagement's file: read safely, once the file itself has been checked."""

from __future__ import annotations

import errno
import os
import stat
from pathlib import Path

from conversations.checking.places import locate
from conversations.checking.problems import Problem, quote
from conversations.flow import Flow, Step

LARGEST = 100_000  # bytes: seconds on a slow phone, and nobody's data allowance
BEGINNINGS = (b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff")

# A link could lead anywhere, and a pipe would never end. Where the system has no such flag it has no such trouble.
_NEITHER_LINK_NOR_PIPE = getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)


def read(file: Path, source: str, flow: Flow, problems: list[Problem]) -> dict[str, bytes]:
    """The pictures of `flow`, by name, from the folder of its `file`, whose text is `source`.

    What cannot be used is left out and noted at the line that names it.
    """
    found: dict[str, bytes] = {}
    for step in flow.steps:
        if step.picture is None or step.picture.file in found:
            continue
        content = _read(file.parent, step.picture.file)
        if isinstance(content, bytes):
            found[step.picture.file] = content
        else:
            problems.append(_problem(file, source, step, *content))
    return found


def _read(folder: Path, name: str) -> bytes | tuple[str, str]:
    """The bytes of one picture, or what is wrong and what to do."""
    if name != Path(name).name or "\\" in name or "\0" in name:
        return "is more than a file name", "put the picture into the folder of this file and give its name alone"
    try:
        content = _open(folder / name)
    except FileNotFoundError:
        return "is not there", "put it into the folder of this file, or look at the name"
    except OSError as error:
        if error.errno == errno.ELOOP:
            return "is a link", "put the picture itself into the folder of this file"
        return f"cannot be read ({error.strerror})", "look at its permissions"
    if content is None:
        return "is no file", "name a PNG or JPEG picture in the folder of this file"
    if not content.startswith(BEGINNINGS):
        return "is no picture that can be sent", "save it as PNG or JPEG"
    if len(content) > LARGEST:
        return f"is larger than {LARGEST // 1000} KB", "save it smaller: 1,000 pixels across is plenty for a phone"
    return content


def _open(file: Path) -> bytes | None:
    """The bytes of a file, not many more than are allowed; None for what is no file."""
    held = os.open(file, os.O_RDONLY | _NEITHER_LINK_NOR_PIPE)
    try:
        if not stat.S_ISREG(os.fstat(held).st_mode):
            return None
        with os.fdopen(held, "rb", closefd=False) as picture:
            return picture.read(LARGEST + 1)
    finally:
        os.close(held)


def _problem(file: Path, source: str, step: Step, what: str, do: str) -> Problem:
    name = step.picture.file if step.picture else ""
    line = locate(source).line(("steps", step.place, "picture", "file"))
    return Problem(str(file), line, f"the picture {quote(name)} {what}", do)
