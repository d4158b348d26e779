"""Engagements, their editions and the links that lead to them. Editions in the database are the truth."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from sqlalchemy import Connection, Select, bindparam, insert, select, update

from conversations import flow as flows
from conversations.checking.problems import ERROR, Problem
from conversations.flow import Flow
from storage import codes, pictures
from storage import editions as texts
from storage.editions import Kept, Made
from storage.schema import editions, engagements, links, organisations

OPEN, CLOSED, DRAFT = "open", "closed", "draft"

LIBRARY, FILE, CONSOLE, APART = "library", "file", "console", "apart"
"""Who wrote what is current; APART is the console, and the file has changed since."""


@dataclass(frozen=True, slots=True)
class Engagement:
    """An engagement as a row; `edition` and `edition_id` name what the next person begins with."""

    id: int
    organisation_id: int
    slug: str
    kind: str
    identity: str
    audience: str
    state: str
    edition_id: int
    edition: str
    too_few: bool


_WANTED: Select[Any] = select(
    engagements.c.id, engagements.c.organisation_id, engagements.c.slug, engagements.c.kind, engagements.c.identity,
    engagements.c.audience, engagements.c.state, engagements.c.edition_id, editions.c.hash, engagements.c.too_few,
).join_from(engagements, editions, editions.c.id == engagements.c.edition_id)  # fmt: skip


def load(db: Connection, organisation_id: int, *, lock: bool = False) -> dict[int, Engagement]:
    """Every engagement of an organisation by id, in the order they were first seen.

    With `lock` none can be closed before the transaction ends: what is answered is answered while it is open.
    """
    wanted = _WANTED.where(engagements.c.organisation_id == organisation_id).order_by(engagements.c.id)
    if lock:
        wanted = wanted.with_for_update(read=True, of=engagements)
    return {row.id: Engagement(*row) for row in db.execute(wanted)}


def find(db: Connection, organisation_id: int, slug: str) -> Engagement | None:
    """One engagement by the id its author gave it."""
    row = db.execute(_WANTED.where(engagements.c.organisation_id == organisation_id, engagements.c.slug == slug)).first()
    return Engagement(*row) if row else None


class Adoption(NamedTuple):
    """What became of texts.

    `changed`: the ids of engagements that say something else now; `apart`: of those whose file is kept beside what the
    console wrote; `problems`: what was refused, and what is worth a thought.
    """

    changed: tuple[str, ...] = ()
    apart: tuple[str, ...] = ()
    problems: tuple[Problem, ...] = ()


def adopt(
    db: Connection,
    organisation_id: int,
    sources: Mapping[str, str],
    now: dt.datetime,
    origin: str = FILE,
    shown: Mapping[str, Mapping[str, bytes]] | None = None,
    files: Mapping[str, str] | None = None,
) -> Adoption:
    """Make editions of new and changed texts (slug -> checked source): the one door for files, library and console.

    `shown` holds their pictures: slug -> file name -> bytes; `files` what to call each in a problem. A text that would
    make answers given before mean something else is refused, and the old edition stays in force. A file that changes
    after the console has edited is kept, and does not become current.
    """
    one_at_a_time = select(organisations.c.id).where(organisations.c.id == organisation_id)
    db.execute(one_at_a_time.with_for_update(key_share=True))
    names = news(db, organisation_id, sources, origin, shown)
    if not names:
        return Adoption()
    new = list(names)
    known = texts.find(db, organisation_id, new, whole=True, lock=True)
    found = {slug: texts.compare(known.get(slug), sources[slug], (files or {}).get(slug, slug)) for slug in new}
    kept = texts.keep(
        db,
        organisation_id,
        known,
        {slug: texts.read(sources[slug], names[slug]) for slug in new if not _refused(found[slug])},
        {slug: sources[slug] for slug in new},
        (origin, now),
    )
    for slug, one in kept.items():
        pictures.keep(db, organisation_id, one.edition_id, (shown or {}).get(slug, {}))
    apart = [slug for slug, one in kept.items() if origin == FILE and _console_wrote(known.get(slug), one.edition_id)]
    _make_current(db, [one for slug, one in kept.items() if slug not in apart], origin, now)
    _set_apart(db, [kept[slug] for slug in apart])
    current = {slug: one.edition_id for slug, one in known.items()}
    changed = tuple(slug for slug, one in kept.items() if slug not in apart and one.edition_id != current.get(slug))
    return Adoption(changed, tuple(apart), tuple(problem for problems in found.values() for problem in problems))


def news(
    db: Connection,
    organisation_id: int,
    sources: Mapping[str, str],
    origin: str = FILE,
    shown: Mapping[str, Mapping[str, bytes]] | None = None,
) -> dict[str, str]:
    """Which of these texts differ from what was last heard from where they come from: slug -> name of the edition."""
    names = {slug: flows.edition_of(source, (shown or {}).get(slug)) for slug, source in sources.items()}
    known = texts.find(db, organisation_id, sources)
    return {slug: name for slug, name in names.items() if _is_news(known.get(slug), name, origin)}


def _is_news(kept: Kept | None, name: str, origin: str) -> bool:
    """Whether a text differs from what was last heard from where it comes from; the library gives way to everybody."""
    if kept is None:
        return True
    known = kept.ids.get(name)
    if origin == FILE:
        return known is None or known != kept.file_edition_id
    return (origin == CONSOLE or kept.edited == LIBRARY) and known != kept.edition_id


def _refused(problems: Iterable[Problem]) -> bool:
    return any(problem.level == ERROR for problem in problems)


def _console_wrote(kept: Kept | None, edition_id: int) -> bool:
    return kept is not None and kept.edited in {CONSOLE, APART} and kept.edition_id != edition_id


def _make_current(db: Connection, made: Sequence[Made], origin: str, now: dt.datetime) -> None:
    """Let the next person begin with these."""
    if not made:
        return
    rows = [{**texts.described(one.flow), "at": one.engagement_id, "text": one.edition_id} for one in made]
    values: dict[str, Any] = {name: bindparam(name) for name in ("identity", "audience", "kind")}
    values |= {"edition_id": bindparam("text"), "edited": origin}
    if origin == FILE:
        values["file_edition_id"] = bindparam("text")
    db.execute(update(engagements).where(engagements.c.id == bindparam("at")).values(values), rows)
    _serve(db, [one.engagement_id for one in made], now)


def _set_apart(db: Connection, made: Sequence[Made]) -> None:
    """Keep what files say beside what the console wrote."""
    if made:
        rows = [{"at": one.engagement_id, "text": one.edition_id} for one in made]
        values: dict[str, Any] = {"edited": APART, "file_edition_id": bindparam("text")}
        db.execute(update(engagements).where(engagements.c.id == bindparam("at")).values(values), rows)


def _serve(db: Connection, ids: Iterable[int], now: dt.datetime) -> None:
    """Note of the present editions of open engagements that people may begin with them now."""
    current = select(engagements.c.edition_id).where(engagements.c.id.in_(list(ids)), engagements.c.state == OPEN)
    fresh = (editions.c.id.in_(current), editions.c.served_at.is_(None))
    db.execute(update(editions).where(*fresh).values(served_at=now))


def kept_apart(db: Connection, organisation_id: int) -> list[str]:
    """The engagements whose file has changed since the console edited them: both are kept, the console's is current."""
    mine = (engagements.c.organisation_id == organisation_id, engagements.c.edited == APART)
    return list(db.scalars(select(engagements.c.slug).where(*mine).order_by(engagements.c.id)))


def read_editions(db: Connection, ids: Iterable[int]) -> dict[int, Flow]:
    """The flows of editions, by id."""
    wanted = select(editions.c.id, editions.c.hash, editions.c.source).where(editions.c.id.in_(list(ids)))
    return {row.id: texts.read(row.source, row.hash) for row in db.execute(wanted)}


def set_state(db: Connection, engagement_id: int, state: str, now: dt.datetime) -> None:
    """Open or close an engagement, and say when. Waits for turns under way."""
    lock(db, engagement_id)
    values = {"state": state, "opened_at" if state == OPEN else "closed_at": now}
    db.execute(update(engagements).where(engagements.c.id == engagement_id).values(values))
    _serve(db, [engagement_id], now)


def lock(db: Connection, engagement_id: int) -> None:
    """Wait for turns under way and for anyone else who counts, and keep both out until the transaction ends."""
    db.execute(select(engagements.c.id).where(engagements.c.id == engagement_id).with_for_update())


def mark_too_few(db: Connection, engagement_id: int) -> None:
    """Keep the fact that fewer finished than may be released."""
    db.execute(update(engagements).where(engagements.c.id == engagement_id).values(too_few=True))


@dataclass(frozen=True, slots=True)
class Link:
    """A way in: `/start CODE`."""

    id: int
    code: str
    engagement_id: int
    label: str
    partner_id: int | None = None  # whose people come by it


_LINKS = select(links.c.id, links.c.code, links.c.engagement_id, links.c.label, links.c.partner_id)


def make_link(db: Connection, engagement: Engagement, label: str, now: dt.datetime, partner_id: int | None = None) -> Link:
    """A new link with a random code; who comes by it is one of the partner's people."""
    values = {
        "code": codes.make(),
        "organisation_id": engagement.organisation_id,
        "engagement_id": engagement.id,
        "label": label,
        "partner_id": partner_id,
        "created_at": now,
    }
    made = db.scalars(insert(links).values(values).returning(links.c.id)).one()
    return Link(int(made), str(values["code"]), engagement.id, label, partner_id)


def links_of(db: Connection, engagement_id: int) -> list[Link]:
    """The links of one engagement, oldest first."""
    return [Link(*row) for row in db.execute(_LINKS.where(links.c.engagement_id == engagement_id).order_by(links.c.id))]


def follow(db: Connection, organisation_id: int, wanted: Iterable[str]) -> dict[str, Link]:
    """Where codes lead, as far as they lead anywhere."""
    chosen = _LINKS.where(links.c.organisation_id == organisation_id, links.c.code.in_(list(wanted)))
    return {row.code: Link(*row) for row in db.execute(chosen)}
