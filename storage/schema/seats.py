"""Reference groups: who sits there and for whom, their papers and minutes, what was decided, and what came of each point."""

from __future__ import annotations

from sqlalchemy import Boolean, Column, Date, ForeignKey, Index, Integer, LargeBinary, String, Table, Text

from storage.columns import Code, Id, Slug, UTCDateTime
from storage.schema.naming import metadata

group_rules = Table(  # of a group that meets; one without this is only a list of people
    "group_rules",
    metadata,
    Column("group_id", ForeignKey("groups.id", ondelete="CASCADE"), primary_key=True),
    Column("key", Boolean, nullable=False, default=False),  # counts for the board
    Column("quorum", Integer, nullable=False, default=0),  # seats that must be filled in the room; 0: no rule
    Column("quorum_lived", Integer, nullable=False, default=0),  # of them, of lived experience
    Column("few_why", Text, nullable=False, default=""),  # why there are fewer than two seats of lived experience
    Column("papers_days", Integer, nullable=False, default=7),  # papers go out so many days before
    Column("minutes_days", Integer, nullable=False, default=10),  # working days until the minutes
    Column("secretary", Code, nullable=False, default=""),  # staff, by code: who is warned
    Column("version", Integer, nullable=False, default=1),
)

seats = Table(
    "seats",
    metadata,
    Column("id", Id, primary_key=True),
    Column("code", Code, nullable=False, unique=True),
    Column("group_id", ForeignKey("groups.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("kind", Slug, nullable=False),  # young-person, carer, patient, vcse, healthwatch, staff ...
    Column("name", Text, nullable=False),  # as it is called in the papers
    Column("lived", Boolean, nullable=False, default=False),  # of lived experience
    Column("holder_id", ForeignKey("people.id", ondelete="SET NULL"), index=True),
    Column("deputy_id", ForeignKey("people.id", ondelete="SET NULL"), index=True),
    Column("from_day", Date),  # of the holder's term
    Column("until_day", Date),
    Column("vacant_since", Date),
    Column("support", Text, nullable=False, default=""),  # what was offered to whoever sits there
    Column("ended", Boolean, nullable=False, default=False),  # there is no such seat any more
)

papers = Table(
    "papers",
    metadata,
    Column("id", Id, primary_key=True),
    Column("code", Code, nullable=False, unique=True),
    Column("occasion_id", ForeignKey("occasions.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("title", Text, nullable=False),
    Column("summary", Text, nullable=False),  # in plain words
    Column("file", Text, nullable=False, default=""),  # its name; empty: there is only the summary
    Column("content", LargeBinary),
    Column("late", Boolean, nullable=False, default=False),  # came after the day for papers
    Column("sent_at", UTCDateTime),
    Column("added_by", Code, nullable=False),
    Column("added_at", UTCDateTime, nullable=False),
)

points = Table(  # the influence log: what somebody raised, or the group agreed to do, and what became of it
    "points",
    metadata,
    Column("id", Id, primary_key=True),
    Column("code", Code, nullable=False, unique=True),
    Column("group_id", ForeignKey("groups.id", ondelete="CASCADE"), nullable=False),
    Column("occasion_id", ForeignKey("occasions.id", ondelete="SET NULL")),  # the meeting it is for, or came from
    Column("person_id", ForeignKey("people.id", ondelete="SET NULL"), index=True),  # who raised it
    Column("sealed", LargeBinary, nullable=False),  # the words
    Column("state", String(16), nullable=False),  # one of `storage.groups.points.STATES`
    Column("owner", Text, nullable=False, default=""),  # who does it, by role
    Column("due_on", Date),
    Column("outcome", Text, nullable=False, default=""),  # what became of it
    Column("raised_at", UTCDateTime, nullable=False),
    Column("version", Integer, nullable=False, default=1),
)
Index("ix_points_group", points.c.group_id, points.c.state)

point_changes = Table(
    "point_changes",
    metadata,
    Column("id", Id, primary_key=True),
    Column("point_id", ForeignKey("points.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("state", String(16), nullable=False),
    Column("words", Text, nullable=False),  # what whoever raised it is told
    Column("by", Code, nullable=False),
    Column("at", UTCDateTime, nullable=False),
)

minutes = Table(
    "minutes",
    metadata,
    Column("occasion_id", ForeignKey("occasions.id", ondelete="CASCADE"), primary_key=True),
    Column("words", Text, nullable=False),
    Column("state", String(16), nullable=False),  # draft | shared | agreed
    Column("due_on", Date, nullable=False),
    Column("shared_at", UTCDateTime),
    Column("changed_by", Code, nullable=False),
    Column("changed_at", UTCDateTime, nullable=False),
    Column("version", Integer, nullable=False, default=1),
)

corrections = Table(
    "corrections",
    metadata,
    Column("id", Id, primary_key=True),
    Column("code", Code, nullable=False, unique=True),
    Column("occasion_id", ForeignKey("occasions.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("person_id", ForeignKey("people.id", ondelete="SET NULL"), index=True),
    Column("sealed", LargeBinary, nullable=False),
    Column("state", String(16), nullable=False, default="open"),  # open | made | not-made
    Column("answer", Text, nullable=False, default=""),  # as the person is told
    Column("sent_at", UTCDateTime, nullable=False),
)

decisions = Table(
    "decisions",
    metadata,
    Column("id", Id, primary_key=True),
    Column("code", Code, nullable=False, unique=True),
    Column("occasion_id", ForeignKey("occasions.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("words", Text, nullable=False),
    Column("noted_by", Code, nullable=False),
    Column("noted_at", UTCDateTime, nullable=False),
)
