"""Events: when and where they are, who has a place, who waits for one, and what each needs to be able to come."""

from __future__ import annotations

from sqlalchemy import Boolean, Column, Date, ForeignKey, Index, Integer, LargeBinary, String, Table, Text, UniqueConstraint

from storage.columns import CLUSTERED, Code, Id, Slug, UTCDateTime
from storage.schema.naming import metadata

events = Table(  # what is the same for all dates of one engagement
    "events",
    metadata,
    Column("id", Id, primary_key=True),
    Column("engagement_id", ForeignKey("engagements.id"), nullable=False, unique=True),
    Column("organisation_id", ForeignKey("organisations.id"), nullable=False, index=True),
    Column("group_id", ForeignKey("groups.id")),  # whose meetings these are
    Column("several", Boolean, nullable=False, default=False),  # whether one person may come to more than one of them
    Column("answer_minutes", Integer, nullable=False, default=1440),  # to answer the offer of a place; quiet hours do not count
    Column("feedback_id", ForeignKey("engagements.id")),  # what is asked afterwards
    Column("next_day", Date),  # the day by which people hear what happens next
    Column("version", Integer, nullable=False, default=1),
)

series = Table(  # a row of dates made by one rule
    "series",
    metadata,
    Column("id", Id, primary_key=True),
    Column("code", Code, nullable=False, unique=True),
    Column("event_id", ForeignKey("events.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("rule", Text, nullable=False),  # an RRULE of RFC 5545
    Column("local_at", String(16), nullable=False),  # of its first: 2027-02-26T18:00
    Column("zone", String(64), nullable=False),
)

occasions = Table(  # one date of an event, or one meeting
    "occasions",
    metadata,
    Column("id", Id, primary_key=True),
    Column("code", Code, nullable=False, unique=True),
    Column("event_id", ForeignKey("events.id"), nullable=False, index=True),
    Column("organisation_id", ForeignKey("organisations.id"), nullable=False),
    Column("series_id", ForeignKey("series.id", ondelete="SET NULL")),
    Column("series_day", Date),  # the day the rule gave it, whatever it was moved to
    Column("local_at", String(16), nullable=False),  # 2027-02-26T18:00 by `zone`: what was meant, whatever becomes of its rules
    Column("zone", String(64), nullable=False),
    Column("minutes", Integer, nullable=False),
    Column("starts_at", UTCDateTime, nullable=False),
    Column("ends_at", UTCDateTime, nullable=False),
    Column("place", Text, nullable=False, default=""),  # where the room is; empty: only online
    Column("online", Boolean, nullable=False, default=False),
    Column("joining", LargeBinary),  # sealed JSON: link, phone
    Column("capacity", Integer),  # None: as many as like
    Column("reply_by", UTCDateTime),
    Column("state", String(16), nullable=False, default="planned"),  # planned | postponed | cancelled
    Column("closed", Boolean, nullable=False, default=False),  # staff take nobody else
    Column("why", Text, nullable=False, default=""),  # why it was cancelled or put off, as people were told
    Column("sequence", Integer, nullable=False, default=0),  # of its calendar entry: rises with every change of time or place
    Column("version", Integer, nullable=False, default=1),  # whoever saves names the one they began from
    Column("queued", Integer, nullable=False, default=0),  # the last number given out on its waiting list
    Column("walk_ins", Integer, nullable=False, default=0),  # who came and is known by nothing: no place, or forgotten since
    Column("quorate", Boolean),  # as the minutes say; None: not a meeting, or not known yet
    Column("recorded_at", UTCDateTime),  # when staff said that all who came are noted
    Column("warned", Integer, nullable=False, default=0),  # days before it of the last warning about its quorum: 7, then 2
)
Index("ix_occasions_starts", occasions.c.organisation_id, occasions.c.starts_at)

reserved = Table(  # places kept for a kind of person
    "reserved",
    metadata,
    Column("occasion_id", ForeignKey("occasions.id", ondelete="CASCADE"), primary_key=True),
    Column("kind", Slug, primary_key=True),
    Column("places", Integer, nullable=False),
    **CLUSTERED,
)

places = Table(  # what one person has of one occasion
    "places",
    metadata,
    Column("id", Id, primary_key=True),
    Column("code", Code, nullable=False, unique=True),
    Column("occasion_id", ForeignKey("occasions.id", ondelete="CASCADE"), nullable=False),
    Column("person_id", ForeignKey("people.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("state", String(16), nullable=False),  # one of `conversations.places.STATES`
    Column("kind", Slug, nullable=False, default=""),  # the kind of reserved place they may have
    Column("how", String(8), nullable=False, default=""),  # room | online
    Column("companions", Integer, nullable=False, default=0),  # partners and assistants: no place is counted for them
    Column("queued", Integer, nullable=False, default=0),  # their number on the waiting list; kept when they are offered a place
    Column("offered_until", UTCDateTime),
    Column("payment", String(16), nullable=False, default=""),  # accept | voucher | donate | decline
    Column("came", Boolean),
    Column("sequence", Integer, nullable=False, default=0),  # of their calendar entry
    Column("changed_at", UTCDateTime, nullable=False),
    Column("seat_id", ForeignKey("seats.id", ondelete="SET NULL")),  # the seat they hold or stand in for, at that meeting
    Column("deputy_of", Id),  # the place of the member they stand in for
    UniqueConstraint("occasion_id", "person_id"),
)
Index("ix_places_state", places.c.occasion_id, places.c.state, places.c.kind, places.c.queued)

needs = Table(  # what helps somebody to take part
    "needs",
    metadata,
    Column("person_id", ForeignKey("people.id", ondelete="CASCADE"), primary_key=True),
    Column("need", Slug, primary_key=True),
    Column("sealed", LargeBinary),  # in their own words, of the need called other
    Column("kept", Boolean, nullable=False, default=False),  # they agreed that it is used next time too
    Column("on_day", Date, nullable=False),  # when they last said so
    **CLUSTERED,
)

place_needs = Table(  # what staff do about a need for one occasion
    "place_needs",
    metadata,
    Column("place_id", ForeignKey("places.id", ondelete="CASCADE"), primary_key=True),
    Column("need", Slug, primary_key=True),
    Column("state", String(16), nullable=False, default="open"),  # open | met | not-met
    Column("why", Text, nullable=False, default=""),  # why it could not be met, by staff
    Column("changed_by", Code, nullable=False, default=""),
    Column("changed_at", UTCDateTime, nullable=False),
    **CLUSTERED,
)

claims = Table(  # money for one place; never an account
    "claims",
    metadata,
    Column("place_id", ForeignKey("places.id", ondelete="CASCADE"), primary_key=True),
    Column("state", String(16), nullable=False),  # asked | received | approved | paid | refused
    Column("pence", Integer),
    Column("currency", String(3), nullable=False, default="GBP"),
    Column("why", Text, nullable=False, default=""),  # as the person is told
    Column("changed_by", Code, nullable=False, default=""),
    Column("changed_at", UTCDateTime, nullable=False),
)

feeds = Table(  # calendars that somebody's program reads again and again
    "feeds",
    metadata,
    Column("code", String(32), primary_key=True),  # secret: whoever has it can read the calendar
    Column("organisation_id", ForeignKey("organisations.id"), nullable=False),
    Column("person_id", ForeignKey("people.id", ondelete="CASCADE"), index=True),
    Column("group_id", ForeignKey("groups.id", ondelete="CASCADE"), index=True),
    Column("made_at", UTCDateTime, nullable=False),
)
