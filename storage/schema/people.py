"""People, how they are reached, and what they said about themselves."""

from __future__ import annotations

from sqlalchemy import BigInteger, Boolean, Column, Date, ForeignKey, Index, LargeBinary, String, Table, Text, UniqueConstraint

from storage.columns import CLUSTERED, Code, Id, Lookup, Slug, UTCDateTime
from storage.schema.naming import metadata

people = Table(
    "people",
    metadata,
    Column("id", Id, primary_key=True),
    Column("code", Code, nullable=False, unique=True),
    Column("organisation_id", ForeignKey("organisations.id"), nullable=False),
    Column("age_band", String(16), nullable=False, default=""),
    Column("language", String(35), nullable=False, default="en"),
    Column("asking", String(16), nullable=False, default=""),  # asked outside any engagement, waiting for words
    Column("asking_about", String(48), nullable=False, default=""),  # what that is about: the code of an occasion, a slug
    Column("session_id", Id),  # the conversation typed words belong to
    Column("stopped", Boolean, nullable=False, default=False),
    Column("met_on", Date, nullable=False),
    Column("partner_id", Id),  # whose link they first came by
    Column("name", LargeBinary),  # sealed: what they want to be called, if they said
    Column("place", String(8), nullable=False, default=""),  # first part of a postcode, if they said
    Column("nation", String(3), nullable=False, default=""),  # whose bank holidays: ENG, WLS, SCT, NIR; else the organisation's
    Column("zone", String(64), nullable=False, default=""),  # their clock; else the organisation's
    Column("quiet", String(11), nullable=False, default=""),  # 18:00-10:00: quiet for longer than everybody's
    Column("paused_until", UTCDateTime),  # nothing is started before
)
Index("ix_people_place", people.c.organisation_id, people.c.place)
Index("ix_people_language", people.c.organisation_id, people.c.language)
Index("ix_people_partner", people.c.organisation_id, people.c.partner_id)

addresses = Table(
    "addresses",
    metadata,
    Column("id", Id, primary_key=True),
    Column("person_id", ForeignKey("people.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("bot_id", ForeignKey("bots.id"), nullable=False),
    Column("door", String(16), nullable=False),  # telegram | web | paper | staff
    Column("lookup", Lookup, nullable=False),
    Column("sealed", LargeBinary),  # the chat id; empty until the age question is answered
    Column("state", String(16), nullable=False, default="open"),  # open | blocked | gone
    Column("opening", String(64), nullable=False, default=""),  # the link waiting for the age question
    UniqueConstraint("bot_id", "door", "lookup"),
)

turned_away = Table(
    "turned_away",
    metadata,
    Column("bot_id", BigInteger, primary_key=True, autoincrement=False),
    Column("lookup", Lookup, primary_key=True),
    Column("until", UTCDateTime, nullable=False),
    **CLUSTERED,
)

wishes = Table(  # answers about the person themselves: "Shall we tell you what happens?"
    "wishes",
    metadata,
    Column("person_id", ForeignKey("people.id", ondelete="CASCADE"), primary_key=True),
    Column("engagement_id", ForeignKey("engagements.id"), primary_key=True),
    Column("step", Slug, primary_key=True),
    Column("edition_id", ForeignKey("editions.id"), nullable=False),  # with step and language: the wording asked
    Column("language", String(35), nullable=False),
    Column("chosen", Text, nullable=False, default=""),
    Column("sealed", LargeBinary),
    **CLUSTERED,
)
