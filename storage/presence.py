"""Which processes are alive. PostgreSQL: each holds advisory locks that end with it. SQLite: there is one, by a lock file."""

from __future__ import annotations

import hashlib
from collections.abc import Collection

from sqlalchemy import Connection, text


def find_dead(db: Connection, claimers: Collection[str], me: str) -> set[str]:
    """Those of `claimers` whose process is gone."""
    others = {claimer for claimer in claimers if claimer != me}
    if db.dialect.name == "sqlite":
        return others
    probe = text("SELECT pg_try_advisory_xact_lock(:key)")  # nobody holds it: it is dead; held until this commits
    return {claimer for claimer in others if db.execute(probe, {"key": lock_number(claimer)}).scalar_one()}


def lock_number(name: str) -> int:
    """The number of the advisory lock that goes by a name."""
    return int.from_bytes(hashlib.blake2b(f"withus {name}".encode(), digest_size=8).digest(), signed=True)
