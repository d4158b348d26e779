"""What people said: conversations, answers, and the figures that may leave the team."""

from __future__ import annotations

from sqlalchemy import Boolean, Column, Date, ForeignKey, Index, Integer, LargeBinary, String, Table, Text, UniqueConstraint, text

from storage.columns import CLUSTERED, Code, Id, Slug, UTCDateTime
from storage.schema.naming import metadata

participations = Table(  # who has taken part: no time, no link to what was said
    "participations",
    metadata,
    Column("person_id", ForeignKey("people.id", ondelete="CASCADE"), primary_key=True),
    Column("engagement_id", ForeignKey("engagements.id"), primary_key=True, index=True),
    Column("finished", Boolean, nullable=False, default=False),
    **CLUSTERED,
)

sessions = Table(
    "sessions",
    metadata,
    Column("id", Id, primary_key=True),
    Column("code", Code, nullable=False, unique=True),
    Column("person_id", ForeignKey("people.id", ondelete="CASCADE"), nullable=False),
    Column("engagement_id", ForeignKey("engagements.id"), nullable=False, index=True),
    Column("edition_id", ForeignKey("editions.id"), nullable=False),
    Column("door", String(16), nullable=False),
    Column("link_id", ForeignKey("links.id")),
    Column("entered_by", Text),  # staff who entered it for someone, by code
    Column("finished", Boolean, nullable=False, default=False),
    Column("sealed", LargeBinary),  # ticks and answers about the person; in anonymous mode every answer, by daily key
    Column("touched_at", UTCDateTime, nullable=False),
    UniqueConstraint("person_id", "engagement_id"),
)

answers = Table(  # clustered by respondent: a pseudonym, a random id once released, or a person's code when named
    "answers",
    metadata,
    Column("engagement_id", ForeignKey("engagements.id"), primary_key=True),
    Column("respondent", LargeBinary(16), primary_key=True),
    Column("step", Slug, primary_key=True),
    Column("edition_id", ForeignKey("editions.id"), nullable=False),  # with step and language: the wording asked
    Column("language", String(35), nullable=False),
    Column("chosen", Text, nullable=False, default=""),  # option ids apart by a space
    Column("sealed", LargeBinary),  # free text
    Column("skipped", Boolean, nullable=False, default=False),
    **CLUSTERED,
)

responses = Table(  # one finished set of answers
    "responses",
    metadata,
    Column("engagement_id", ForeignKey("engagements.id"), primary_key=True),
    Column("respondent", LargeBinary(16), primary_key=True),
    Column("edition_id", ForeignKey("editions.id"), nullable=False),
    Column("door", String(16), nullable=False),
    Column("day", Date, nullable=False),
    Column("release_id", Id),  # the release that counted it
    Column("partner_id", Id),  # never of an anonymous one
    Column("unread", Boolean, nullable=False, default=False),  # holds words that nobody of staff has read
    **CLUSTERED,
)
Index(
    "ix_responses_uncounted",
    responses.c.engagement_id,
    responses.c.release_id,  # always empty here, but SQLite would rather use the primary key without it
    sqlite_where=responses.c.release_id.is_(None),
    postgresql_where=responses.c.release_id.is_(None),
)
Index(
    "ix_responses_unread",
    responses.c.engagement_id,
    responses.c.day,
    responses.c.respondent,
    sqlite_where=text("unread = 1"),  # as the condition is put in SQLite: it is not recognised otherwise
    postgresql_where=text("unread"),
)

releases = Table(
    "releases",
    metadata,
    Column("id", Id, primary_key=True),
    Column("engagement_id", ForeignKey("engagements.id"), nullable=False, index=True),
    Column("number", Integer, nullable=False),
    Column("day", Date, nullable=False),
    Column("respondents", Integer, nullable=False),
    UniqueConstraint("engagement_id", "number"),
)

release_counts = Table(  # exact and cumulative; the small-numbers rule is applied when they are shown
    "release_counts",
    metadata,
    Column("release_id", ForeignKey("releases.id"), primary_key=True),
    Column("step", Slug, primary_key=True),
    Column("option", String(48), primary_key=True),  # empty: how many answered; of a ranking the option and its place
    Column("count", Integer, nullable=False),
    **CLUSTERED,
)
