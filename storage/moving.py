"""Moving everything into another database, of the same kind or the other."""

from __future__ import annotations

import time
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import Engine, inspect
from sqlalchemy.exc import DBAPIError

from storage import copying, database
from storage.copying import CopyError, Say, snapshot
from storage.database import OLDER, DatabaseError, OlderSchemaError
from storage.schema import metadata
from storage.troubles import explain


@dataclass(frozen=True, slots=True)
class Moved:
    """What was copied and compared, and the seconds it took."""

    tables: int
    rows: int
    seconds: float


def move(source: Engine, target: Engine, say: Say, *, rehearse: bool = False) -> Moved:
    """Copy everything into an empty database and compare it, in one transaction; a rehearsal keeps nothing of it.

    Raises DatabaseError; then the target is as it was.
    """
    began = time.monotonic()
    empty = False
    try:
        with snapshot(source) as ours, target.connect() as theirs:
            if database.pending(ours):
                raise OlderSchemaError(OLDER)
            if set(inspect(theirs).get_table_names()) & {"alembic_version", *metadata.tables}:
                msg = "The database to move to is not empty. Make a new, empty one. Nothing was changed."
                raise DatabaseError(msg)
            empty = True
            database.migrate(theirs)
            tallies = copying.copy(ours, theirs, say)
            copying.compare(tallies, copying.count(theirs, say))
            if not rehearse:
                theirs.commit()
                empty = False
    except (OSError, DBAPIError, CopyError) as error:
        why = str(error) if isinstance(error, CopyError) else explain(error)
        msg = f"Nothing was moved: {why} Both databases are as they were."
        raise DatabaseError(msg) from error
    finally:
        target.dispose()
        if empty and target.dialect.name == "sqlite":
            for end in ("", "-wal", "-shm"):
                Path(f"{target.url.database}{end}").unlink(missing_ok=True)
    return Moved(len(tallies), sum(one.rows for one in tallies.values()), time.monotonic() - began)
