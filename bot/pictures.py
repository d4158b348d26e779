"""Pictures beside an engagement's file: read safely, once the file itself has been checked."""

from __future__ import annotations

import errno
from pathlib import Path

from bot import measures, regular
from conversations.checking.places import locate
from conversations.checking.problems import Problem, quote
from conversations.flow import Flow, Step

LARGEST = 100_000  # bytes: seconds on a slow phone, and nobody's data allowance
# What Telegram takes of a photo (https://core.telegram.org/bots/api#sendphoto).
WIDTH_AND_HEIGHT = 10_000  # pixels, both together
RATIO = 20  # the longer side over the shorter
SMALLER = "save it smaller: 1,000 pixels across is plenty for a phone"


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
        content = regular.read(folder / name, LARGEST, regular.NO_LINK)
    except FileNotFoundError:
        return "is not there", "put it into the folder of this file, or look at the name"
    except OSError as error:
        if error.errno == errno.ELOOP:
            return "is a link", "put the picture itself into the folder of this file"
        return f"cannot be read ({error.strerror})", "look at its permissions"
    if content is None:
        return "is no file", "name a PNG or JPEG picture in the folder of this file"
    return fault(content) or content


def fault(content: bytes) -> tuple[str, str] | None:
    """Why a picture would not be sent, or not arrive, and what to do."""
    if content.startswith((measures.PNG, measures.JPEG)) and len(content) > LARGEST:
        return f"is larger than {LARGEST // 1000} KB", SMALLER
    size = measures.measure(content)
    if size is None:
        return "is no picture that can be sent", "save it as a PNG or JPEG picture"
    told = f"{size[0]:,} by {size[1]:,} pixels"
    if sum(size) > WIDTH_AND_HEIGHT:
        return f"has {told}, which is too large to be sent", SMALLER
    if max(size) > RATIO * min(size):
        return f"has {told}, which is too narrow to be sent", f"make its long side no more than {RATIO} times its short side"
    return None


def _problem(file: Path, source: str, step: Step, what: str, do: str) -> Problem:
    name = step.picture.file if step.picture else ""
    line = locate(source).line(("steps", step.place, "picture", "file"))
    return Problem(str(file), line, f"the picture {quote(name)} {what}", do)
