"""What staff make of answers: free text read, themed and redacted; figures by group; populations to compare with."""

from __future__ import annotations

from sqlalchemy import Column, ForeignKey, Index, Integer, LargeBinary, String, Table, Text, UniqueConstraint

from storage.columns import CLUSTERED, Code, Id, Slug, UTCDateTime
from storage.schema.naming import metadata

themes = Table(
    "themes",
    metadata,
    Column("id", Id, primary_key=True),
    Column("code", Code, nullable=False, unique=True),
    Column("engagement_id", ForeignKey("engagements.id"), nullable=False),
    Column("name", Text, nullable=False),
    UniqueConstraint("engagement_id", "name"),
)

readings = Table(  # one free text that a person has read
    "readings",
    metadata,
    Column("engagement_id", ForeignKey("engagements.id"), primary_key=True),
    Column("respondent", LargeBinary(16), primary_key=True),
    Column("step", Slug, primary_key=True),
    Column("read_by", Code, nullable=False),  # staff, by code
    Column("read_at", UTCDateTime, nullable=False),
    Column("redacted", LargeBinary),  # sealed: the words with what could tell who it is taken out
    Column("quote", String(16), nullable=False, default=""),  # "" | asked | approved | refused
    Column("redacted_by", Code, nullable=False, default=""),
    Column("approved_by", Code, nullable=False, default=""),  # the second reader
    **CLUSTERED,
)
Index(
    "ix_readings_quote",
    readings.c.engagement_id,
    readings.c.quote,
    sqlite_where=readings.c.quote != "",
    postgresql_where=readings.c.quote != "",
)

reading_themes = Table(
    "reading_themes",
    metadata,
    Column("engagement_id", ForeignKey("engagements.id"), primary_key=True),
    Column("respondent", LargeBinary(16), primary_key=True),
    Column("step", Slug, primary_key=True),
    Column("theme_id", ForeignKey("themes.id", ondelete="CASCADE"), primary_key=True, index=True),
    **CLUSTERED,
)

release_cells = Table(  # answers of groups: by language, door, partner, edition, month, or what they said elsewhere
    "release_cells",
    metadata,
    Column("engagement_id", ForeignKey("engagements.id"), primary_key=True),
    Column("by", String(48), primary_key=True),  # language | door | partner | edition | month | the id of a step
    Column("value", String(48), primary_key=True),
    Column("step", String(48), primary_key=True),  # empty: how many people are in the group at all
    Column("option", String(48), primary_key=True),  # empty: how many of them answered
    Column("count", Integer, nullable=False),  # of all that releases have counted
    Column("shown", Integer, nullable=False, default=0),  # as it stood when 8 or more had last come to the group
    **CLUSTERED,
)

stops = Table(  # at which question people stopped who did not finish
    "stops",
    metadata,
    Column("engagement_id", ForeignKey("engagements.id"), primary_key=True),
    Column("step", Slug, primary_key=True),
    Column("count", Integer, nullable=False),
    Column("shown", Integer, nullable=False, default=0),
    **CLUSTERED,
)

populations = Table(  # whom staff want to have heard from: totals they uploaded, of nobody in particular
    "populations",
    metadata,
    Column("id", Id, primary_key=True),
    Column("code", Code, nullable=False, unique=True),
    Column("organisation_id", ForeignKey("organisations.id"), nullable=False),
    Column("name", Text, nullable=False),
    Column("engagement_id", ForeignKey("engagements.id"), nullable=False, index=True),
    Column("step", Slug, nullable=False),  # the question whose options it counts
    Column("totals", Text, nullable=False),  # JSON: option -> people
    Column("source", Text, nullable=False, default=""),
    Column("uploaded_by", Code, nullable=False),
    Column("uploaded_at", UTCDateTime, nullable=False),
)
