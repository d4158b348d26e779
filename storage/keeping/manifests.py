"""What lies beside the database in a backup: what it is, who made it, and checksums by which any change is found."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Self

from storage.database import DatabaseError
from storage.keeping.copying import Tally

NAME = "manifest.json"
FORMAT = 1


class BackupError(DatabaseError):
    """A backup cannot be made or used; the message says what to do."""


@dataclass(frozen=True, slots=True)
class Manifest:
    """One backup.

    `keys` is the fingerprint of the key file that opens it, `confidential` the engagements that file must know, `erasures` how
    long the list beside it was, `sha256` the hash of each file of the backup.
    """

    program: str
    schema: str
    made_at: str
    organisation: str
    bots: tuple[int, ...]
    keys: str
    confidential: tuple[str, ...]
    erasures: int
    sha256: Mapping[str, str]
    tables: Mapping[str, Tally]

    def write(self, folder: Path) -> None:
        """Lay it into the folder of the backup."""
        (folder / NAME).write_bytes(_render(asdict(self) | {"format": FORMAT}))

    @classmethod
    def read(cls, folder: Path) -> Self:
        """The manifest of a backup. Raises BackupError when there is none, or it is not as it was written."""
        held = _load(folder / NAME)
        try:
            if held.pop("format") == FORMAT:
                lists = {name: tuple(held[name]) for name in ("bots", "confidential")}
                tables = {name: Tally(**tally) for name, tally in held["tables"].items()}
                return cls(**held | lists | {"tables": tables})
        except (KeyError, TypeError):
            pass  # whole, and not in our words
        msg = f"{folder} was made by another version of With Us, newer than this. Restore it with that one. Nothing was changed."
        raise BackupError(msg)


def _load(file: Path) -> dict[str, Any]:
    try:
        content = file.read_bytes()
        held: dict[str, Any] = json.loads(content)
        del held["checksum"]
    except (FileNotFoundError, NotADirectoryError):
        msg = f"{file.parent} is no backup: there is no {NAME} in it. Name the folder of one backup."
        raise BackupError(msg) from None
    except OSError as error:
        msg = f"{file} cannot be read: {error.strerror}. Nothing was changed."
        raise BackupError(msg) from error
    except (ValueError, TypeError, KeyError):
        raise changed(file) from None
    if _render(held) != content:
        raise changed(file)
    return held


def _render(held: Mapping[str, Any]) -> bytes:
    """The file, byte for byte, with a checksum of the rest in it: so no byte of it can change unseen."""
    plain = json.dumps(held, sort_keys=True)
    whole = {"checksum": hashlib.sha256(plain.encode()).hexdigest(), **held}
    return (json.dumps(whole, indent=1, sort_keys=True) + "\n").encode()


def changed(file: Path) -> BackupError:
    """What is said of a file that is not as the backup made it."""
    return BackupError(f"{file} is not as it was when the backup was made. Use another copy of it. Nothing was changed.")
