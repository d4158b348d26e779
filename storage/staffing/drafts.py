"""Engagements while staff work on them: each text with the version it is at, until it is published as an edition."""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

from sqlalchemy import Connection, Row, Select, delete, select, update

from conversations import flow as flows
from conversations.checking.problems import ERROR
from storage import audit, engagements, pictures
from storage.engagements import CONSOLE, Adoption
from storage.schema import draft_pictures, drafts, edition_pictures, editions
from storage.schema import engagements as rows
from storage.schema import pictures as contents
from storage.upserts import insert

NEW = 0
"""The version of a draft that is not there yet."""


@dataclass(frozen=True, slots=True)
class Draft:
    """A text somebody works on. `base` names the edition it began from; empty when there was none."""

    slug: str
    source: str
    version: int
    changed_by: str
    changed_at: dt.datetime
    base: str


_WANTED: Select[Any] = select(
    drafts.c.slug, drafts.c.source, drafts.c.version, drafts.c.changed_by, drafts.c.changed_at, drafts.c.base
).where(~drafts.c.discarded)


def load(db: Connection, organisation_id: int) -> dict[str, Draft]:
    """The drafts of an organisation by the id of their engagement."""
    found = db.execute(_WANTED.where(drafts.c.organisation_id == organisation_id).order_by(drafts.c.slug))
    return {row.slug: Draft(*row) for row in found}


def find(db: Connection, organisation_id: int, slug: str) -> Draft | None:
    """The draft of one engagement."""
    row = db.execute(_WANTED.where(drafts.c.organisation_id == organisation_id, drafts.c.slug == slug)).first()
    return Draft(*row) if row else None


def save(
    db: Connection, organisation_id: int, slug: str, source: str, version: int, who: str, now: dt.datetime, base: str = ""
) -> Draft | None:
    """Keep a text made out of `version`; None when somebody has saved, published or discarded since, and nothing is kept."""
    values = {"source": source, "version": version + 1, "changed_by": who, "changed_at": now}
    if version == NEW:
        return _begin(db, organisation_id, slug, {**values, "base": base}, who)
    mine = _at(organisation_id, slug, version)
    row = db.execute(update(drafts).where(*mine).values(values).returning(drafts.c.base)).first()
    return Draft(slug, source, version + 1, who, now, row.base) if row else None


def _begin(db: Connection, organisation_id: int, slug: str, values: Mapping[str, Any], who: str) -> Draft | None:
    """A new draft, whose versions go on from those of any that was discarded: an old one cannot be saved over it."""
    row = {**values, "organisation_id": organisation_id, "slug": slug, "discarded": False}
    again = {**values, "version": drafts.c.version + 1, "discarded": False}
    keys = ["organisation_id", "slug"]
    made = insert(db, drafts).on_conflict_do_update(index_elements=keys, set_=again, where=drafts.c.discarded)
    kept: Row[Any] | None = db.execute(made.values(row).returning(drafts.c.version)).first()
    if kept is None:
        return None
    db.execute(delete(draft_pictures).where(draft_pictures.c.organisation_id == organisation_id, draft_pictures.c.slug == slug))
    audit.note(db, organisation_id, who, "begin-draft", slug, values["changed_at"])
    return Draft(slug, values["source"], kept.version, who, values["changed_at"], values["base"])


def discard(db: Connection, organisation_id: int, slug: str, version: int, who: str, now: dt.datetime) -> bool:
    """Throw a draft away; False when it is not at that version any more."""
    if not _end(db, organisation_id, slug, version):
        return False
    audit.note(db, organisation_id, who, "discard-draft", slug, now)
    return True


def _end(db: Connection, organisation_id: int, slug: str, version: int) -> bool:
    ended = update(drafts).where(*_at(organisation_id, slug, version)).values(discarded=True)
    return db.execute(ended).rowcount == 1


def _at(organisation_id: int, slug: str, version: int) -> tuple[Any, ...]:
    mine = (drafts.c.organisation_id == organisation_id, drafts.c.slug == slug)
    return (*mine, drafts.c.version == version, ~drafts.c.discarded)


STALE, MOVED, REFUSED = "stale", "moved", "refused"
"""Why a draft was not published: it was saved or ended since; the engagement says something else since; answers forbid it."""


class Publication(NamedTuple):
    """What came of publishing: `why` not, empty when it was; and what was found in comparing it with what people answered."""

    why: str
    adoption: Adoption = Adoption()


def publish(db: Connection, organisation_id: int, draft: Draft, over: str, who: str, now: dt.datetime) -> Publication:
    """Make an edition of a draft whose text has been checked, and let the next person begin with it.

    `over` names the edition it takes the place of, as whoever publishes saw it; empty when there is none.
    """
    slug = draft.slug
    mine = select(drafts.c.version).where(*_at(organisation_id, slug, draft.version))
    if db.execute(mine.with_for_update()).first() is None:
        return Publication(STALE)
    found = engagements.find(db, organisation_id, slug)
    if over != (found.edition if found else ""):
        return Publication(MOVED)
    names = {step.picture.file for step in flows.read(draft.source).steps if step.picture}
    shown = {slug: read_pictures(db, organisation_id, slug, names)}
    adoption = engagements.adopt(db, organisation_id, {slug: draft.source}, now, CONSOLE, shown)
    if any(problem.level == ERROR for problem in adoption.problems):
        return Publication(REFUSED, adoption)
    _end(db, organisation_id, slug, draft.version)
    audit.note(db, organisation_id, who, "publish-engagement", slug, now)
    return Publication("", adoption)


def put_picture(db: Connection, organisation_id: int, slug: str, file: str, content: bytes) -> None:
    """Keep a picture for a draft, under the name its text gives it."""
    named = hashlib.sha256(content).hexdigest()
    row = {"organisation_id": organisation_id, "hash": named, "content": content}
    db.execute(insert(db, contents).on_conflict_do_nothing(), row)
    key = {"organisation_id": organisation_id, "slug": slug, "file": file}
    kept = insert(db, draft_pictures).on_conflict_do_update(index_elements=list(key), set_={"hash": named})
    db.execute(kept, {**key, "hash": named})


def pictures_of(db: Connection, organisation_id: int, slug: str) -> dict[str, str]:
    """What a draft can show: file -> hash; the pictures put into it, and those of the editions before it, newest first."""
    mine = (rows.c.organisation_id == organisation_id, rows.c.slug == slug)
    older = (
        select(edition_pictures.c.file, edition_pictures.c.hash)
        .join(editions, editions.c.id == edition_pictures.c.edition_id)
        .join(rows, rows.c.id == editions.c.engagement_id)
        .where(*mine)
        .order_by(editions.c.id)
    )
    own = (draft_pictures.c.organisation_id == organisation_id, draft_pictures.c.slug == slug)
    found = {row.file: row.hash for row in db.execute(older)}
    return found | {row.file: row.hash for row in db.execute(select(draft_pictures).where(*own))}


def read_pictures(db: Connection, organisation_id: int, slug: str, names: Collection[str]) -> dict[str, bytes]:
    """Those of these pictures that are there, with their bytes."""
    hashes = {file: each for file, each in pictures_of(db, organisation_id, slug).items() if file in names}
    return {file: found for file, each in hashes.items() if (found := pictures.content(db, organisation_id, each)) is not None}
