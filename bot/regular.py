"""Files that anybody may have put there, opened so that none holds the bot up: no pipe, no device, no endless one."""

from __future__ import annotations

import os
import stat
from pathlib import Path

# A pipe would be waited for, and a link could lead anywhere. Where the system has no such flag it has no such trouble.
_FLAGS = os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)
NO_LINK = getattr(os, "O_NOFOLLOW", 0)


def read(file: Path, most: int, flags: int = 0) -> bytes | None:
    """The bytes of a file, one more than `most` at the most; None for what is no regular file. Raises OSError."""
    held = os.open(file, _FLAGS | flags)
    try:
        if not stat.S_ISREG(os.fstat(held).st_mode):
            return None
        with os.fdopen(held, "rb", closefd=False) as whole:
            return whole.read(most + 1)
    finally:
        os.close(held)
