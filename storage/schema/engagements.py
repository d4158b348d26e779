"""Engagements, their editions, pictures and links."""

from __future__ import annotations

from sqlalchemy import BigInteger, Boolean, Column, ForeignKey, LargeBinary, String, Table, Text, UniqueConstraint

from storage.columns import CLUSTERED, Code, Id, Slug, UTCDateTime
from storage.schema.naming import metadata

engagements = Table(
    "engagements",
    metadata,
    Column("id", Id, primary_key=True),
    Column("organisation_id", ForeignKey("organisations.id"), nullable=False),
    Column("slug", Slug, nullable=False),
    Column("kind", String(16), nullable=False),
    Column("identity", String(16), nullable=False),
    Column("audience", String(16), nullable=False),
    Column("state", String(16), nullable=False, default="draft"),  # draft | open | closed
    Column("edition_id", Id),  # what the next person begins with
    Column("edited", String(16), nullable=False, default="file"),  # who wrote that: library | file | console | apart
    Column("file_edition_id", Id),  # what its file said last
    Column("opened_at", UTCDateTime),
    Column("closed_at", UTCDateTime),
    Column("too_few", Boolean, nullable=False, default=False),  # closed with fewer finished than may be released
    UniqueConstraint("organisation_id", "slug"),
)

editions = Table(
    "editions",
    metadata,
    Column("id", Id, primary_key=True),
    Column("engagement_id", ForeignKey("engagements.id"), nullable=False),
    Column("hash", String(32), nullable=False),
    Column("source", Text, nullable=False),  # the exact text
    Column("origin", String(16), nullable=False),  # library | file | console
    Column("made_at", UTCDateTime, nullable=False),
    Column("served_at", UTCDateTime),  # since when people could begin with it
    Column("withdrawn_at", UTCDateTime),
    UniqueConstraint("engagement_id", "hash"),
)

pictures = Table(
    "pictures",
    metadata,
    Column("organisation_id", ForeignKey("organisations.id"), primary_key=True),
    Column("hash", String(64), primary_key=True),
    Column("content", LargeBinary, nullable=False),
)

edition_pictures = Table(
    "edition_pictures",
    metadata,
    Column("edition_id", ForeignKey("editions.id"), primary_key=True),
    Column("file", String(255), primary_key=True),
    Column("hash", String(64), nullable=False),
    **CLUSTERED,
)

uploads = Table(  # what Telegram calls a picture, for the bot that sent it first
    "uploads",
    metadata,
    Column("bot_id", BigInteger, primary_key=True, autoincrement=False),
    Column("hash", String(64), primary_key=True),
    Column("file_id", Text, nullable=False),
    **CLUSTERED,
)

links = Table(
    "links",
    metadata,
    Column("id", Id, primary_key=True),
    Column("code", Code, nullable=False, unique=True),
    Column("organisation_id", ForeignKey("organisations.id"), nullable=False),
    Column("engagement_id", ForeignKey("engagements.id"), nullable=False, index=True),
    Column("label", Text, nullable=False, default=""),
    Column("partner_id", Id),  # whose people come by it
    Column("created_at", UTCDateTime, nullable=False),
)
