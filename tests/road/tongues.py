"""The shipped drafts in Welsh and Urdu as an installation has them once its people have approved them."""

from __future__ import annotations

import datetime as dt
from functools import cache
from pathlib import Path

from bot import phrasebook, translations

LANGUAGES = ("cy", "ur")


def lay(folder: Path) -> None:
    """Put approved phrases into a content folder."""
    (folder / phrasebook.FOLDER).mkdir(parents=True, exist_ok=True)
    for language in LANGUAGES:
        (folder / phrasebook.FOLDER / f"{language}.toml").write_text(approved(language), "utf-8")


@cache
def approved(language: str) -> str:
    """A file of all shipped phrases in a language, approved by the tests."""
    book = translations.phrases("", language)
    return translations.rewrite("", book, translations.approve(book, "The tests", dt.date(2026, 11, 1)))
