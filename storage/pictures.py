"""Pictures: their bytes once by hash, the names editions give them, and what Telegram calls them for each bot."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping

from sqlalchemy import Connection, delete, select

from storage.schema import edition_pictures, editions, pictures, uploads
from storage.upserts import insert


def keep(db: Connection, organisation_id: int, edition_id: int, shown: Mapping[str, bytes]) -> None:
    """Keep the pictures of a new edition, name -> bytes."""
    if not shown:
        return
    hashes = {name: hashlib.sha256(content).hexdigest() for name, content in shown.items()}
    rows = [{"organisation_id": organisation_id, "hash": hashes[name], "content": shown[name]} for name in shown]
    db.execute(insert(db, pictures).on_conflict_do_nothing(), rows)
    named = [{"edition_id": edition_id, "file": name, "hash": each} for name, each in hashes.items()]
    db.execute(insert(db, edition_pictures).on_conflict_do_nothing(), named)


def of_editions(db: Connection, ids: Iterable[int]) -> dict[tuple[str, str], str]:
    """(hash of the edition, file) -> hash of the picture."""
    wanted = (
        select(editions.c.hash.label("edition"), edition_pictures.c.file, edition_pictures.c.hash)
        .join_from(editions, edition_pictures, edition_pictures.c.edition_id == editions.c.id)
        .where(editions.c.id.in_(list(ids)))
    )
    return {(row.edition, row.file): row.hash for row in db.execute(wanted)}


def content(db: Connection, organisation_id: int, picture: str) -> bytes | None:
    """The bytes of a picture."""
    chosen = (pictures.c.organisation_id == organisation_id, pictures.c.hash == picture)
    return db.scalars(select(pictures.c.content).where(*chosen)).first()


def file_id(db: Connection, bot_id: int, picture: str) -> str:
    """What Telegram calls a picture for this bot; empty when it has not been uploaded."""
    return db.scalars(select(uploads.c.file_id).where(uploads.c.bot_id == bot_id, uploads.c.hash == picture)).first() or ""


def remember(db: Connection, bot_id: int, picture: str, file_id: str) -> None:
    """Keep what Telegram calls a picture from now on; of several, any will do."""
    row = {"bot_id": bot_id, "hash": picture, "file_id": file_id}
    db.execute(insert(db, uploads).on_conflict_do_update(index_elements=["bot_id", "hash"], set_={"file_id": file_id}), row)


def forget(db: Connection, bot_id: int, picture: str, file_id: str) -> None:
    """Drop a name that Telegram no longer knows, unless there is a newer one."""
    chosen = (uploads.c.bot_id == bot_id, uploads.c.hash == picture, uploads.c.file_id == file_id)
    db.execute(delete(uploads).where(*chosen))
