"""Putting a backup in place of what a database holds: whole, in one transaction, and made safe to start from."""

from __future__ import annotations

import datetime as dt
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import Connection, Engine, and_, delete, inspect, select, text, tuple_, update
from sqlalchemy.exc import DBAPIError

from storage import audit, database, engagements, erasure, measures, schema
from storage.database import DatabaseError
from storage.keeping import backups, copying, heartbeat, moving, resealing
from storage.keeping.backups import DATABASE, ERASED
from storage.keeping.copying import CopyError, Say
from storage.keeping.manifests import BackupError, Manifest
from storage.keys import Keys
from storage.letters import outbox, pauses
from storage.staffing import staff
from storage.troubles import explain
from storage.unopened import UnopenedError

_AT_ONCE = 5_000


@dataclass(frozen=True, slots=True)
class Restorer:
    """Who restores and when, with which key file, and a folder where there is room to work."""

    who: str
    now: dt.datetime
    keys: Keys
    room: Path


@dataclass(frozen=True, slots=True)
class Restored:
    """What came of it: how many people are back, and how much was let go and why."""

    manifest: Manifest
    people: int
    replies: int  # unsent ones, dropped
    uncertain: int  # messages of the bot's own that may have been sent since
    lost: int  # anonymous conversations whose daily key is gone
    erased: int  # people who asked to be forgotten since


def holds_people(db: Connection) -> bool:
    """Whether anybody is in a database. Raises DatabaseError when it is another program's."""
    tables = set(inspect(db).get_table_names())
    if tables & {"alembic_version", *schema.metadata.tables} and not tables >= database.OURS:
        msg = "The database of storage.url belongs to another program. Check storage.url. Nothing was changed."
        raise DatabaseError(msg)
    return "people" in tables and db.execute(text("SELECT 1 FROM people LIMIT 1")).first() is not None


def check_keys(manifest: Manifest, restorer: Restorer) -> None:
    """Raises BackupError when the key file is not the backup's, or is an older copy of it."""
    keys = restorer.keys
    if manifest.keys not in {"", keys.fingerprint}:
        msg = (
            f"The key file {keys.path} does not belong to this backup: nothing sealed in it could be read. Bring back the "
            "key file of the installation it was made by, and set storage.keys to it. Nothing was changed."
        )
        raise BackupError(msg)
    unknown = sorted({*manifest.confidential} - {*keys.confidential})
    if unknown:
        msg = (
            f"The key file {keys.path} is an older copy: it does not know the people of {', '.join(unknown)}, so their answers "
            "would belong to nobody. Bring back a newer copy of it. Nothing was changed."
        )
        raise BackupError(msg)


def check_opens(backup: Path, keys: Keys) -> None:
    """Raises BackupError when what is sealed in a backup lies under lasting keys that are not in the key file."""
    with backups.reading(backup / DATABASE) as db:
        shut = resealing.find_shut(db, keys)
    if shut:
        msg = (
            f"This backup does not open with the key file {keys.path}: the keys were renewed between the two "
            f"({', '.join(shut)}). Move that file aside, put the key file of the time of the backup in its place (`keys renew "
            "--keep-old` kept it, or you have a copy), and leave the list of erasures where it is. Then restore, and renew the "
            "keys again. Nothing was changed."
        )
        raise BackupError(msg)


def restore(target: Engine, backup: Path, manifest: Manifest, restorer: Restorer, say: Say) -> Restored:
    """Put a backup that was verified in place of everything in `target`. Raises BackupError; then nothing was changed."""
    try:
        with _upgraded(backup, manifest, restorer.room) as file, backups.reading(file) as source, target.begin() as db:
            _empty(db)
            database.migrate(db)
            copying.compare(copying.copy(source, db, say), copying.count(db))
            erasure.merge(restorer.keys.path, erasure.read(backup / ERASED))
            restored = _make_safe(db, backup, manifest, restorer)
    except (OSError, DBAPIError, CopyError) as error:
        why = str(error) if isinstance(error, CopyError) else explain(error)
        msg = f"{backup} could not be restored: {why} Nothing was changed."
        raise BackupError(msg) from error
    heartbeat.forget_beside(restorer.keys.path)
    return restored


@contextmanager
def _upgraded(backup: Path, manifest: Manifest, room: Path) -> Iterator[Path]:
    """The backup's database with this program's schema: itself, or a copy brought up to it."""
    if manifest.schema == database.revisions()[-1]:
        yield backup / DATABASE
        return
    with backups.workshop(room, f"{backup.name}-upgraded") as part:
        file = part / DATABASE
        shutil.copyfile(backup / DATABASE, file)
        with backups.writing(file) as db:
            database.migrate(db)
        yield file


def _empty(db: Connection) -> None:
    quote = db.dialect.identifier_preparer.quote
    for name in [*(shape.name for shape in reversed(copying.shapes(db))), "alembic_version"]:
        db.execute(text(f"DROP TABLE IF EXISTS {quote(name)}"))


def _make_safe(db: Connection, backup: Path, manifest: Manifest, restorer: Restorer) -> Restored:
    """Let go what must not come back, and hold what the bot would start by itself."""
    keys, now = restorer.keys, restorer.now
    moving.unmark(db)
    staff.distrust(db)
    heartbeat.forget(db)  # it is an old copy, and known to be one
    db.execute(delete(schema.settings).where(schema.settings.c.name == measures.ALIVE))  # the word of a bot elsewhere
    replies, uncertain = _settle_letters(db)
    lost = _let_go_unopened(db, keys)
    why = f"restored from {backup.name}, made {manifest.made_at}"
    organisations = db.scalars(select(schema.organisations.c.id)).all()
    shelves = [engagements.load(db, organisation) for organisation in organisations]
    erased = erasure.replay(db, keys, [one for shelf in shelves for one in shelf.values()])
    for organisation in organisations:
        pauses.begin(db, organisation, pauses.EVERYTHING, why, restorer.who, now)
        audit.note(db, organisation, restorer.who, "restore", backup.name, now)
    people = db.execute(text("SELECT count(*) FROM people")).scalar_one()
    return Restored(manifest, people, replies, uncertain, lost, erased)


def _settle_letters(db: Connection) -> tuple[int, int]:
    """Nothing that waited when the backup was made goes out now.

    A reply answers what somebody did then; they have long gone on, or will write again and be asked anew. What the bot
    started itself may have been sent after the backup was made, so its fate is unknown, for staff to leave or resend.
    """
    kept = schema.outbox.c
    waiting = kept.state.in_((outbox.PENDING, outbox.SENDING))
    replies = db.execute(delete(schema.outbox).where(waiting, kept.lane == outbox.REPLY)).rowcount
    uncertain = update(schema.outbox).where(waiting).values(state=outbox.UNKNOWN, reason="restored")
    return replies, db.execute(uncertain).rowcount


def _let_go_unopened(db: Connection, keys: Keys) -> int:
    """Forget anonymous conversations that no key opens any more, and that they began: those people may answer anew."""
    kept, one = schema.sessions.c, schema.engagements.c
    sealed = select(kept.id, kept.code, kept.person_id, kept.engagement_id, kept.sealed).join(
        schema.engagements, and_(one.id == kept.engagement_id, one.identity == "anonymous")
    )
    gone = [row for row in db.execute(sealed.where(kept.sealed.is_not(None))) if not _opens(keys, row.code, row.sealed)]
    for at in range(0, len(gone), _AT_ONCE):
        some = gone[at : at + _AT_ONCE]
        db.execute(delete(schema.sessions).where(kept.id.in_([row.id for row in some])))
        began = schema.participations.c
        pairs = [(row.person_id, row.engagement_id) for row in some]
        db.execute(delete(schema.participations).where(tuple_(began.person_id, began.engagement_id).in_(pairs)))
    return len(gone)


def _opens(keys: Keys, code: str, sealed: bytes) -> bool:
    try:
        keys.open("sessions.sealed", code, sealed)
    except UnopenedError:
        return False
    return True
