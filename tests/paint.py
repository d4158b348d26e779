"""Pictures for tests: small, whole, and each its own."""

from __future__ import annotations

import struct
import zlib


def png(width: int = 60, height: int = 40, grey: int = 200) -> bytes:
    """A PNG all of one grey."""
    rows = (b"\0" + bytes([grey]) * width) * height
    head = _chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0))
    return b"\x89PNG\r\n\x1a\n" + head + _chunk(b"IDAT", zlib.compress(rows, 9)) + _chunk(b"IEND", b"")


def _chunk(kind: bytes, content: bytes) -> bytes:
    return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))


# The least a reader of headers needs: start, a comment, the frame with its height and width, end.
JPEG = b"\xff\xd8\xff\xfe\x00\x04hi\xff\xc0\x00\x0b\x08\x00\x28\x00\x3c\x01\x01\x11\x00\xff\xd9"
