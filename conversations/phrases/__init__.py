"""The bot's own words: one file a language, read once; a key missing in a language falls back to English."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from importlib import resources


def _load() -> dict[str, dict[str, str]]:
    phrases: dict[str, dict[str, str]] = {}
    for file in sorted(resources.files(__name__).iterdir(), key=lambda file: file.name):
        if file.name.endswith(".toml"):
            for key, words in tomllib.loads(file.read_text("utf-8")).items():
                phrases.setdefault(key, {})[file.name.removesuffix(".toml")] = words
    return phrases


PHRASES: Mapping[str, Mapping[str, str]] = _load()
