"""Moving everything into another database, of the same kind or the other."""

from __future__ import annotations

import time
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import Connection, Engine, delete, inspect, select
from sqlalchemy.exc import DBAPIError

from storage import database, upserts
from storage.database import OLDER, DatabaseError, OlderSchemaError
from storage.keeping import copying
from storage.keeping.copying import CopyError, Say, snapshot
from storage.schema import metadata, settings
from storage.troubles import explain


@dataclass(frozen=True, slots=True)
class Moved:
    """What was copied and compared, and the seconds it took."""

    tables: int
    rows: int
    seconds: float


def move(source: Engine, target: Engine, say: Say, *, rehearse: bool = False) -> Moved:
    """Copy everything into an empty database and compare it, in one transaction; a rehearsal keeps nothing of it.

    The source keeps all it has, and a mark by which `refuse` knows it. Raises DatabaseError; then the target is as it was.
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
            unmark(theirs)
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
    if not rehearse:
        _mark(source, target.url.set(drivername=target.dialect.name).render_as_string())
    return Moved(len(tallies), sum(one.rows for one in tallies.values()), time.monotonic() - began)


def _mark(source: Engine, place: str) -> None:
    try:
        with source.begin() as db:
            mark = upserts.insert(db, settings).values(name=_MOVED, value=place)
            db.execute(mark.on_conflict_do_update(index_elements=["name"], set_={"value": mark.excluded.value}))
    except DBAPIError as error:
        msg = (
            f"Everything was moved to {place}. Only, the old database could not be marked, so a bot would start on it: put it "
            f"out of the way. {explain(error)}"
        )
        raise DatabaseError(msg) from error


def unmark(db: Connection) -> None:
    """Have a database in use that holds a copy of one that was moved away from."""
    db.execute(delete(settings).where(settings.c.name == _MOVED))


def refuse(db: Connection) -> None:
    """Raises DatabaseError when everything was moved away from here."""
    place = db.scalars(select(settings.c.value).where(settings.c.name == _MOVED)).first()
    if place is not None:
        msg = (
            f"Everything was moved from this database to {place}, and what people say since is there. Write that one's address "
            "into storage.url. To come back here, stop the bot there and move it into a new database. Nothing was changed."
        )
        raise DatabaseError(msg)


_MOVED = "moved to"
