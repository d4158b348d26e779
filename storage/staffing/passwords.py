"""Passwords of staff: what makes a good one, and how it is kept so that nobody can read it back."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable

from argon2 import PasswordHasher
from argon2.exceptions import Argon2Error, InvalidHashError

LEAST, MOST = 12, 256  # letters
_FEWEST_LETTERS = 5  # different ones
_LONGEST_RUN = 6  # of neighbours, as 123456 or qwerty


class Passwords:
    """How costly it is to try one: 20 MB and about 50 ms. Tests ask for less."""

    def __init__(self, rounds: int = 4, kilobytes: int = 19_456) -> None:
        self._hasher = PasswordHasher(time_cost=rounds, memory_cost=kilobytes, parallelism=1)
        self._nobodys = f"$argon2id$v=19$m={kilobytes},t={rounds},p=1${'A' * 22}${'A' * 43}"

    def keep(self, password: str) -> str:
        """What may be kept of a password."""
        return self._hasher.hash(_same(password))

    def match(self, kept: str, password: str) -> bool:
        """Whether this is the password; it takes as long when there is none to compare with."""
        try:
            self._hasher.verify(kept or self._nobodys, _same(password))
        except (Argon2Error, InvalidHashError):
            return False
        return bool(kept)

    def is_weak(self, kept: str) -> bool:
        """Whether it was kept more cheaply than we do now."""
        return self._hasher.check_needs_rehash(kept)


def find_fault(password: str, known: Iterable[str] = ()) -> str:
    """Why this password will not do, and what to do; empty when it will. `known` is what others know: name, address."""
    same = _same(password)
    if len(same) < LEAST:
        return f"Use {LEAST} letters or more. Three or four words that do not belong together are easy to remember."
    if len(same) > MOST:
        return f"Use no more than {MOST} letters."
    folded = _fold(same)
    if any(word in folded for word in _words(known)):
        return "Leave out your name, your address and the name of the organisation: others know them."
    if len(set(same)) < _FEWEST_LETTERS or _repeats(same) or len(_spared(folded)) < LEAST - _LONGEST_RUN:
        return "Many people use this one, or it is easy to guess. Use three or four words that do not belong together."
    return ""


def _same(password: str) -> str:
    """The same letters, however the keyboard wrote them."""
    return unicodedata.normalize("NFKC", password[: MOST * 4])


def _fold(password: str) -> str:
    """As it is read: P@ssw0rd is password."""
    return password.casefold().translate(_LOOKS)


def _words(known: Iterable[str]) -> set[str]:
    parts = (_fold(part) for one in known for part in re.split(r"[\W_]+", _same(one)))
    return {part for part in parts if len(part) > 3}  # noqa: PLR2004 - "Jo" stands in many a word


def _repeats(password: str) -> bool:
    """Whether it is one short piece again and again."""
    return any(password == (password[:size] * len(password))[: len(password)] for size in range(1, len(password) // 2 + 1))


def _spared(folded: str) -> str:
    """What is left without the words that everybody tries first, and rows of neighbours."""
    for word in COMMON:
        folded = folded.replace(_fold(word), "")
    for row in ROWS:
        for size in range(len(row), _LONGEST_RUN - 3, -1):
            for at in range(len(row) - size + 1):
                run = row[at : at + size]
                folded = folded.replace(run, "").replace(run[::-1], "")
    return folded


_LOOKS = str.maketrans("@4310$5!7", "aaeiossit")

ROWS = tuple(
    row.translate(_LOOKS) for row in ("abcdefghijklmnopqrstuvwxyz", "12345678901234567890", "qwertyuiop", "asdfghjkl", "zxcvbnm")
)
"""Neighbours, by the alphabet or on the keyboard."""

COMMON = (
    "password", "passwort", "passphrase", "welcome", "letmein", "changeme", "secret", "iloveyou", "sunshine", "princess",
    "football", "liverpool", "arsenal", "chelsea", "monkey", "dragon", "master", "superman", "batman", "charlie", "qwerty",
    "whatever", "trustno", "admin", "administrator", "login", "access", "default", "temporary", "test", "hello", "summer",
    "winter", "autumn", "spring", "january", "december", "monday", "hospital", "doctor", "nurse", "nhs", "withus",
    "correcthorsebatterystaple", "2023", "2024", "2025", "2026", "2027",
)  # fmt: skip
"""Words that whoever guesses tries first. They do not count towards the length."""
