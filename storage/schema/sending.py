"""What the organisation starts: groups, saved audiences, broadcasts, and what people want to hear about."""

from __future__ import annotations

from sqlalchemy import BigInteger, Boolean, Column, Date, ForeignKey, Index, Integer, String, Table, Text, UniqueConstraint

from storage.columns import CLUSTERED, Code, Id, UTCDateTime
from storage.schema.naming import metadata

switches = Table(  # what somebody wants to hear about, or not: the last word counts
    "switches",
    metadata,
    Column("person_id", ForeignKey("people.id", ondelete="CASCADE"), primary_key=True),
    Column("purpose", String(16), primary_key=True),  # polls | invites | reminders | results | news
    Column("given", Boolean, nullable=False),
    Column("source", String(96), nullable=False),  # chat, or the engagement and step it was said in: slug.step
    Column("language", String(35), nullable=False),
    Column("on_day", Date, nullable=False),
    **CLUSTERED,
)
Index("ix_switches_given", switches.c.purpose, switches.c.given, switches.c.person_id)

groups = Table(
    "groups",
    metadata,
    Column("id", Id, primary_key=True),
    Column("code", Code, nullable=False, unique=True),
    Column("organisation_id", ForeignKey("organisations.id"), nullable=False),
    Column("name", Text, nullable=False),
    UniqueConstraint("organisation_id", "name"),
)

group_members = Table(
    "group_members",
    metadata,
    Column("group_id", ForeignKey("groups.id", ondelete="CASCADE"), primary_key=True),
    Column("person_id", ForeignKey("people.id", ondelete="CASCADE"), primary_key=True, index=True),
    Column("since", Date, nullable=False),
    **CLUSTERED,
)

segments = Table(  # saved audiences
    "segments",
    metadata,
    Column("id", Id, primary_key=True),
    Column("code", Code, nullable=False, unique=True),
    Column("organisation_id", ForeignKey("organisations.id"), nullable=False),
    Column("name", Text, nullable=False),
    Column("criteria", Text, nullable=False),  # JSON
    Column("version", Integer, nullable=False, default=1),
    Column("changed_by", Code, nullable=False),
    Column("changed_at", UTCDateTime, nullable=False),
    UniqueConstraint("organisation_id", "name"),
)

broadcasts = Table(
    "broadcasts",
    metadata,
    Column("id", Id, primary_key=True),
    Column("code", Code, nullable=False, unique=True),
    Column("organisation_id", ForeignKey("organisations.id"), nullable=False, index=True),
    Column("bot_id", BigInteger, nullable=False),
    Column("title", Text, nullable=False),  # for staff; nobody else sees it
    Column("sort", String(16), nullable=False),  # service | engagement | promotion
    Column("purpose", String(16), nullable=False),  # the switch it obeys
    Column("engagement_id", ForeignKey("engagements.id")),  # what its button opens
    Column("reminds", Boolean, nullable=False, default=False),  # only those who have not answered that
    Column("segment_id", ForeignKey("segments.id")),
    Column("criteria", Text, nullable=False, default="{}"),  # JSON: the audience as it was when this was written
    Column("english_for_all", Boolean, nullable=False, default=False),  # English where there are no approved words
    Column("state", String(16), nullable=False, default="draft"),  # one of `storage.broadcasting.broadcasts.STATES`
    Column("why", Text, nullable=False, default=""),  # why it was returned, paused or held
    Column("local_at", String(16), nullable=False, default=""),  # 2027-02-26T18:00 by `zone`; empty: as soon as may be
    Column("zone", String(64), nullable=False),
    Column("due_at", UTCDateTime),  # when the first letter may go out; the end of the undo where that is later
    Column("late_at", UTCDateTime),  # what has not gone out by then is held for staff
    Column("repeats", String(40), nullable=False, default=""),  # "", weekly, monthly ... as `conversations.hours` reads it
    Column("repeat_of", ForeignKey("broadcasts.id")),  # the first of its row
    Column("version", Integer, nullable=False, default=1),  # whoever saves names the one they began from
    Column("written_by", Code, nullable=False),  # staff, by code: whoever wrote or last changed it
    Column("approved_by", Code, nullable=False, default=""),
    Column("approved_at", UTCDateTime),
    Column("counted", Integer, nullable=False, default=0),  # to how many it was to go when it was last handed in
    Column("counted_young", Integer, nullable=False, default=0),  # how many of them are under 18
    Column("made_at", UTCDateTime, nullable=False),
    Column("frozen_to", BigInteger, nullable=False, default=0),  # the last person the freezing has come to
    Column("started_at", UTCDateTime),
    Column("ended_at", UTCDateTime),
)
Index("ix_broadcasts_state", broadcasts.c.bot_id, broadcasts.c.state)

broadcast_texts = Table(
    "broadcast_texts",
    metadata,
    Column("broadcast_id", ForeignKey("broadcasts.id", ondelete="CASCADE"), primary_key=True),
    Column("language", String(35), primary_key=True),
    Column("words", Text, nullable=False),
    Column("approved_by", Code, nullable=False, default=""),  # who has read these words, by code
    **CLUSTERED,
)

left_out = Table(  # how many a broadcast did not go to, and why
    "left_out",
    metadata,
    Column("broadcast_id", ForeignKey("broadcasts.id", ondelete="CASCADE"), primary_key=True),
    Column("why", String(24), primary_key=True),
    Column("people", Integer, nullable=False),
    **CLUSTERED,
)
