"""The engagements that ship, as they are written: file name -> source text."""

from __future__ import annotations

from collections.abc import Mapping
from importlib import resources


def _load() -> dict[str, str]:
    files = sorted(resources.files(__name__).iterdir(), key=lambda file: file.name)
    return {file.name: file.read_text("utf-8") for file in files if file.name.endswith(".toml")}


SHIPPED: Mapping[str, str] = _load()
