"""The bot's own words: one file a language. A key, or a form, missing in a language falls back to English.

Words that go out in another language than English go out only once a person has approved them (SA-25). The files here
are drafts; an installation's own files hold its approvals, and words of its own where it wants others.
"""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Mapping
from functools import lru_cache
from importlib import resources
from typing import Any, TypeVar

from conversations.approval import fingerprint
from conversations.text import FALLBACK, Counted

T = TypeVar("T")
Sheet = dict[str, str]
"""Key -> words in one language; some of the words are `Counted`."""
Spoken = Mapping[str, Mapping[str, str]]
"""Key -> words by language, beside English."""

APPROVED = "approved"
READ_ONLY = ("typed-", "number-words", "weekdays", "date-fillers")
"""Beginnings of the keys whose words are only ever read: nobody is sent them, so nobody need approve them."""


@lru_cache(maxsize=16)  # an installation's few files, again and again
def read(source: str) -> tuple[Sheet, Mapping[str, str]]:
    """The words of a file, and the fingerprints of those that were approved. Raises ValueError, saying what is wrong."""
    table = tomllib.loads(source.removeprefix("\ufeff"))
    approvals = table.pop(APPROVED, {})
    texts = approvals.get("texts", {}) if isinstance(approvals, dict) else None
    if not isinstance(texts, dict):
        raise ValueError(f"`{APPROVED}` holds no texts")  # noqa: TRY004 - whoever reads a file waits for one error
    return {key: _words(key, value) for key, value in table.items()}, texts


def _words(key: str, value: Any) -> str:
    if isinstance(value, str):
        return value
    if isinstance(value, dict) and value and all(isinstance(words, str) for words in value.values()):
        return Counted(value)
    raise ValueError(f"{key} holds neither words nor their forms by number")


def take(files: Mapping[str, str]) -> None:
    """Speak with these files (language -> TOML) beside the shipped ones, and with no others taken before.

    Raises ValueError, naming the language, before anything has changed.
    """
    speak(gather(files))


def gather(files: Mapping[str, str]) -> Spoken:
    """What may be sent with these files beside the shipped ones; nothing changes yet. Raises ValueError, as `take`."""
    sheets = {tag: DRAFTS[tag] for tag in DRAFTS if tag != FALLBACK}
    for tag, source in files.items():
        try:
            words, approvals = read(source)
        except ValueError as error:
            raise ValueError(f"the phrases in {tag}: {error}") from error
        sheets[tag] = (sheets.get(tag, ({}, {}))[0] | words, approvals)
    return {
        key: {tag: sheet[0][key] for tag, sheet in sheets.items() if key in sheet[0] and _may(key, english, *sheet)}
        for key, english in DRAFTS[FALLBACK][0].items()
    }


def speak(spoken: Spoken) -> None:
    """Speak so from now on. For the thread in which people are answered: whoever reads a phrase must find it whole."""
    for key, said in PHRASES.items():
        english = said[FALLBACK]
        said.clear()
        said[FALLBACK] = english
        said.update(spoken[key])
    _taken.append(_taken.pop() + 1)


def _may(key: str, english: str, words: Sheet, approvals: Mapping[str, str]) -> bool:
    return key.startswith(READ_ONLY) or approvals.get(key) == fingerprint(english, words[key])


def kept(work: Callable[[], T]) -> Callable[[], T]:
    """`work`, done once until other phrases are taken."""
    done = lru_cache(maxsize=1)(lambda _taken: work())
    return lambda: done(_taken[0])


def _load() -> dict[str, tuple[Sheet, Mapping[str, str]]]:
    files = sorted(resources.files(__name__).iterdir(), key=lambda file: file.name)
    return {file.name.removesuffix(".toml"): read(file.read_text("utf-8")) for file in files if file.name.endswith(".toml")}


_taken = [0]

DRAFTS: Mapping[str, tuple[Sheet, Mapping[str, str]]] = _load()
"""Language -> its shipped words, and the approvals that came with them: none but for English, which needs none."""

PHRASES: Mapping[str, dict[str, str]] = {key: {FALLBACK: words} for key, words in DRAFTS[FALLBACK][0].items()}
"""Key -> words by language, of those that may be sent. Only `speak` changes it."""

take({})
