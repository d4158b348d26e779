"""Reads the plain part of YAML that compose.yaml keeps to: mappings and lists by indentation, and [short, lists]."""

from __future__ import annotations

import re
from typing import Any

Line = tuple[int, str]


def parse(text: str) -> Any:
    """The values as str, list and dict. Raises ValueError on what is not so plain."""
    lines = [(len(line) - len(line.lstrip()), _bare(line)) for line in text.splitlines() if _bare(line)]
    value = _block(lines, 0)
    if lines:
        raise ValueError(lines[0][1])
    return value


def _bare(line: str) -> str:
    return re.sub(r"(^|\s)#.*$", "", line).strip()


def _block(lines: list[Line], indent: int) -> Any:
    items: list[Any] = []
    pairs: dict[str, Any] = {}
    while lines and lines[0][0] == indent:
        _, line = lines.pop(0)
        if line.startswith("- "):
            items.append(_scalar(line[2:]))
            continue
        key, colon, value = line.partition(":")
        if not colon or key in pairs:
            raise ValueError(line)
        deeper = lines[0][0] if lines else 0
        pairs[key] = _scalar(value.strip()) if value.strip() else _block(lines, deeper) if deeper > indent else {}
    if items and pairs:
        raise ValueError(str(items))
    return items or pairs


def _scalar(text: str) -> Any:
    if text.startswith("["):
        return [_scalar(each.strip()) for each in text[1:-1].split(",")]
    return text.strip('"')
