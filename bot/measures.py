"""How large a picture is, by its header: PNG and JPEG, the two that are sent."""

from __future__ import annotations

import struct

PNG = b"\x89PNG\r\n\x1a\n"
JPEG = b"\xff\xd8\xff"
_PNG_END, _JPEG_END = b"IEND\xaeB`\x82", b"\xff\xd9"
_MARK = 0xFF
_BARE = {0x01, *range(0xD0, 0xD9)}  # markers with nothing behind them
_FRAMES = {*range(0xC0, 0xD0)} - {0xC4, 0xC8, 0xCC}


def measure(content: bytes) -> tuple[int, int] | None:
    """Width and height in pixels; None for what is no PNG or JPEG, not whole, or has no size."""
    size = None
    if content.startswith(PNG) and content[12:16] == b"IHDR" and _PNG_END in content:
        size = struct.unpack_from(">II", content, 16)
    elif content.startswith(JPEG):
        size = _measure_jpeg(content)
    return size if size and all(size) else None


def _measure_jpeg(content: bytes) -> tuple[int, int] | None:
    """Walk the segments to the frame header, which holds the size."""
    at = 2
    while at + 9 <= len(content) and content[at] == _MARK:
        kind = content[at + 1]
        if kind in _FRAMES:
            height, width = struct.unpack_from(">HH", content, at + 5)
            return (width, height) if _JPEG_END in content[at:] else None
        if kind == _MARK:  # any number of them may stand before a marker
            at += 1
        else:
            at += 2 if kind in _BARE else 2 + struct.unpack_from(">H", content, at + 2)[0]
    return None
