"""The key file, and everything that is sealed or looked up with it. It lies apart from the database.

What is sealed is bound to its table, column and row, so that it opens nowhere else.
"""

from __future__ import annotations

import base64
import datetime as dt
import hashlib
import json
import os
import secrets
import stat
from collections.abc import Callable
from pathlib import Path
from typing import Any

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from storage import key_file
from storage.unopened import GoneError, ShutError

_VERSION = 1
_LASTING, _DAILY = 0, 1
_EPOCH = dt.date(2020, 1, 1)
HEAD = 4  # bytes by which what is sealed begins: version, kind of key, key number (2 bytes)
_NONCE = 12
_KEY = 32
DAY_KEY_LIFE = dt.timedelta(days=2)


class KeysError(Exception):
    """The key file is missing, broken or not the one for this database; the message says what to do."""


class Keys:
    """The keys in use. The file is written again, whole, when a key is made or destroyed.

    Other processes on this machine may use the file at the same time: a key that one of them made is found when needed.
    """

    def __init__(self, path: Path, held: dict[str, Any]) -> None:
        self.path = path
        self._unopened: set[bytes] = set()
        self._take(held)

    def _take(self, held: dict[str, Any]) -> None:
        self._held = held
        self._lasting = {int(number): AESGCM(_bytes(key)) for number, key in held["lasting"].items()}
        self._current = max(self._lasting)
        self._lookup = _bytes(held["lookup"])
        self._buttons = _bytes(held["buttons"])
        self._daily = {int(day): AESGCM(_bytes(key)) for day, key in held["daily"].items()}
        self._pseudonyms = {slug: _bytes(key) for slug, key in held["pseudonyms"].items()}
        self._over = int(held.get("over", 0))

    # --- Sealing

    def seal(self, where: str, row: str, data: bytes) -> bytes:
        """`data` sealed for column `where` ("table.column") of the row named `row`."""
        return self._sealed(_LASTING, self._current, self._lasting[self._current], where, row, data)

    def seal_for_days(self, where: str, row: str, data: bytes, day: dt.date) -> bytes:
        """`data` sealed under the key of `day`, which is destroyed two days later."""
        number = max((day - _EPOCH).days, 0)  # a computer that has lost the time says 1970
        return self._sealed(_DAILY, number, self._day_key(number), where, row, data)

    def open(self, where: str, row: str, sealed: bytes) -> bytes:
        """What was sealed. Raises GoneError when its day is over, ShutError when it does not open here for any other reason."""
        key = self._find(sealed)
        if key is None:
            self._take(self._on_disk())
            key = self._find(sealed)
        if key is None and self._is_over(sealed):
            raise GoneError(where)
        nonce, body = sealed[HEAD : HEAD + _NONCE], sealed[HEAD + _NONCE :]
        try:
            if key and sealed[0] == _VERSION:
                return key.decrypt(nonce, body, _bound(where, row))
        except InvalidTag:  # changed, of another row, or under another machine's key of the same day
            pass
        self._unopened.add(sealed[:HEAD])
        raise ShutError(where)

    @property
    def lacks(self) -> bool:
        """Whether something was met that this file should open and does not."""
        return not all(map(self._is_over, self._unopened))

    def _is_over(self, sealed: bytes) -> bool:
        return sealed[1] == _DAILY and int.from_bytes(sealed[2:HEAD]) < self._over

    def _find(self, sealed: bytes) -> AESGCM | None:
        return (self._daily if sealed[1] == _DAILY else self._lasting).get(int.from_bytes(sealed[2:HEAD]))

    def _sealed(self, kind: int, number: int, key: AESGCM, where: str, row: str, data: bytes) -> bytes:
        nonce = os.urandom(_NONCE)
        return _head(kind, number) + nonce + key.encrypt(nonce, data, _bound(where, row))

    # --- Looking up

    def lookup(self, bot_id: int, door: str, address: str) -> bytes:
        """The 16 bytes by which an address is found without being readable."""
        return hashlib.blake2b(f"{bot_id}|{door}|{address}".encode(), key=self._lookup, digest_size=16).digest()

    def pseudonym(self, slug: str, person: str) -> bytes:
        """The respondent a person (by code) is in one confidential engagement; its key is made when first needed."""
        if slug not in self._pseudonyms:
            self._change(lambda held: held["pseudonyms"].setdefault(slug, _text(secrets.token_bytes(_KEY))))
        return hashlib.blake2b(person.encode(), key=self._pseudonyms[slug], digest_size=16).digest()

    def has_pseudonyms(self, slug: str) -> bool:
        """Whether anybody has been a respondent in this confidential engagement."""
        if slug not in self._pseudonyms:
            self._take(self._on_disk())  # another process may have met the first
        return slug in self._pseudonyms

    def sign(self, chat_id: int, data: str) -> str:
        """The 16 hex digits that tie a button's data to the chat it was made for."""
        return hashlib.blake2b(f"{chat_id}|{data}".encode(), key=self._buttons, digest_size=8).hexdigest()

    @property
    def fingerprint(self) -> str:
        """What the database remembers of this file, to refuse another one."""
        return hashlib.blake2b(b"fingerprint", key=self._lookup, digest_size=16).hexdigest()

    @property
    def is_used(self) -> bool:
        """Whether anything was ever answered under these keys."""
        return bool(self._daily or self._pseudonyms)

    @property
    def confidential(self) -> tuple[str, ...]:
        """The engagements whose respondents this file knows: an older copy of it lacks the later ones."""
        return tuple(sorted(self._pseudonyms))

    # --- Daily keys

    def _day_key(self, number: int) -> AESGCM:
        if number not in self._daily:
            self._change(lambda held: held["daily"].setdefault(str(number), _text(secrets.token_bytes(_KEY))))
        return self._daily[number]

    def sealed_on(self, sealed: bytes) -> dt.date | None:
        """The day whose key sealed this, or None for a lasting key."""
        return _EPOCH + dt.timedelta(days=int.from_bytes(sealed[2:HEAD])) if sealed[1] == _DAILY else None

    def destroy_days_before(self, day: dt.date) -> int:
        """Destroy the daily keys of days before `day`, which are over for good; returns how many there were."""
        least = (day - _EPOCH).days
        old = [number for number in self._daily if number < least]
        if old or least > self._over:
            self._change(lambda held: key_file.end_days(held, least))
        return len(old)

    # --- Lasting keys

    @property
    def lasting(self) -> dict[bytes, int]:
        """What begins with which bytes lies under which lasting key, oldest first; the last is in use."""
        return {_head(_LASTING, number): number for number in sorted(self._lasting)}

    @property
    def mark(self) -> str:
        """What the database remembers of the key in use, to refuse a copy of the file from before it was made."""
        return self._mark(self._current)

    def has(self, mark: str) -> bool:
        """Whether the lasting key with this mark is in the file."""
        return any(self._mark(number) == mark for number in self._lasting)

    def _mark(self, number: int) -> str:
        digest = hashlib.blake2b(b"mark", key=_bytes(self._held["lasting"][str(number)]), digest_size=16).hexdigest()
        return f"{number}.{digest}"

    def since(self, number: int) -> str:
        """The day since which a lasting key is in use; empty for the first."""
        return str(self._held.get("since", {}).get(str(number), ""))

    def add_lasting(self, today: dt.date) -> None:
        """Make a lasting key and seal with it from now on. What lies under older ones still opens."""

        def add(held: dict[str, Any]) -> None:
            number = str(max(map(int, held["lasting"])) + 1)
            held["lasting"][number] = _text(secrets.token_bytes(_KEY))
            held.setdefault("since", {})[number] = today.isoformat()

        self._change(add)

    def destroy_older(self) -> None:
        """Destroy every lasting key but the one in use. What lies under them is gone."""
        self._change(lambda held: held.update(lasting={str(self._current): held["lasting"][str(self._current)]}))

    # --- The file

    def copy_lasting(self, path: Path) -> None:
        """Write the keys that last to another file: the daily ones must end when their time has come."""
        key_file.write(path, self._held | {"daily": {}})

    def _change(self, change: Callable[[dict[str, Any]], object]) -> None:
        """Change the file as it is now, which may hold more than when it was last read."""
        with key_file.alone(self.path):
            held = self._on_disk()
            change(held)
            key_file.write(self.path, held)
        self._take(held)

    def _on_disk(self) -> dict[str, Any]:
        try:
            held = dict(json.loads(self.path.read_text("utf-8")))
        except (OSError, ValueError):
            return self._held  # it is lost or broken: what is known here is written again with the next change
        if held.get("lookup") != self._held["lookup"]:
            msg = f"The key file {self.path} was replaced by another while the bot ran. Put the right one back."
            raise KeysError(msg)
        return held


def is_there(path: Path) -> bool:
    """Whether something lies at `path`, or may lie there and cannot be seen. Only where nothing is may a file be made."""
    try:
        path.lstat()
    except FileNotFoundError:
        return False
    except (OSError, ValueError):
        return True
    return True


def is_open_to_others(path: Path) -> bool:
    """Whether anybody but the owner may use the key file."""
    return bool(stat.S_IMODE(path.stat().st_mode) & 0o077)


def make(path: Path) -> Keys:
    """A new key file. Raises KeysError when one is there already, or it cannot be written."""
    if is_there(path):
        msg = f"{path} is there already; move it away if you really want new keys (what the old ones sealed stays shut)"
        raise KeysError(msg)
    fresh = {name: _text(secrets.token_bytes(_KEY)) for name in ("lasting", "lookup", "buttons")}
    held = {"format": 1, **fresh, "lasting": {"1": fresh["lasting"]}, "daily": {}, "pseudonyms": {}}
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        key_file.write(path, held)
    except OSError as error:
        msg = f"The key file {path} cannot be made ({error.strerror}). Check storage.keys, and that its folder can be written."
        raise KeysError(msg) from error
    return Keys(path, held)


def load(path: Path) -> Keys:
    """The keys in a file. Raises KeysError, saying what to do, when it is missing or cannot be read."""
    try:
        text = path.read_text("utf-8")
    except FileNotFoundError:
        msg = f"The key file {path} is missing. Put it back from your own copy: without it nothing sealed can be read."
        raise KeysError(msg) from None
    except IsADirectoryError:
        msg = f"The key file {path} is a folder. Check storage.keys: it must name a file."
        raise KeysError(msg) from None
    except PermissionError:
        msg = f"The key file {path} may not be read by this user. Run: chown $(whoami) {path}; chmod 600 {path}"
        raise KeysError(msg) from None
    except (OSError, ValueError):
        text = "?"
    try:
        return Keys(path, json.loads(text))
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        why = "damaged, or no key file" if text.strip() else "empty"
        msg = f"The key file {path} cannot be read: it is {why}. Put it back from your own copy: nothing sealed opens without it."
        raise KeysError(msg) from error


def is_daily(head: bytes) -> bool:
    """Whether what begins with these bytes lies under the key of a day."""
    return head[1] == _DAILY


def _head(kind: int, number: int) -> bytes:
    return bytes((_VERSION, kind)) + number.to_bytes(2)


def _bound(where: str, row: str) -> bytes:
    return f"{where}|{row}".encode()


def _text(key: bytes) -> str:
    return base64.b64encode(key).decode()


def _bytes(text: str) -> bytes:
    key = base64.b64decode(text, validate=True)
    if len(key) != _KEY:
        msg = "a key of another length"
        raise ValueError(msg)
    return key
