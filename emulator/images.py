"""How large a picture is, by its header: PNG and JPEG, the two that are ever sent from here; and an empty one of any size."""

import struct
import zlib


def measure(content: bytes) -> tuple[int, int] | None:
    """Return width and height, or None for what is no whole PNG or JPEG."""
    if content.startswith(PNG) and content.endswith(PNG_END) and content[12:16] == b"IHDR":
        width, height = struct.unpack(">II", content[16:24])
        return width, height
    if content.startswith(b"\xff\xd8\xff") and content.endswith(b"\xff\xd9"):
        return _measure_jpeg(content)
    return None


def blank(width: int, height: int, size: int) -> bytes:
    """A black PNG of `size` bytes, filled up with a chunk that every reader passes over; longer where that is too few."""
    head = PNG + _chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0))
    pixels = _chunk(b"IDAT", zlib.compress(bytes((width + 1) * height), 9))
    end = _chunk(b"IEND", b"")
    missing = size - len(head + pixels + end)
    return head + pixels + (_chunk(b"fiLl", bytes(missing - EMPTY_CHUNK)) if missing > EMPTY_CHUNK else b"") + end


def _chunk(name: bytes, content: bytes) -> bytes:
    return struct.pack(">I", len(content)) + name + content + struct.pack(">I", zlib.crc32(name + content))


def _measure_jpeg(content: bytes) -> tuple[int, int] | None:
    """Walk the segments to the frame header, which holds the size."""
    at = 2
    while at + 9 <= len(content) and content[at] == MARK:
        if content[at + 1] in FRAMES:
            height, width = struct.unpack(">HH", content[at + 5 : at + 9])
            return width, height
        at += 2 + struct.unpack(">H", content[at + 2 : at + 4])[0]
    return None


PNG = b"\x89PNG\r\n\x1a\n"
PNG_END = b"IEND\xaeB`\x82"
EMPTY_CHUNK = 12  # bytes
MARK = 0xFF
FRAMES = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}
