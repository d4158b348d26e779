"""The house itself: its organisations and bots, what is held, and what staff did."""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, Float, ForeignKey, LargeBinary, String, Table, Text

from storage.columns import Code, Id, UTCDateTime
from storage.schema.naming import metadata

settings = Table(
    "settings",
    metadata,
    Column("name", String(40), primary_key=True),
    Column("value", Text, nullable=False),
)

organisations = Table(
    "organisations",
    metadata,
    Column("id", Id, primary_key=True),
    Column("code", Code, nullable=False, unique=True),
    Column("name", Text, nullable=False),
    Column("time_zone", String(64), nullable=False),
    Column("created_at", UTCDateTime, nullable=False),
)

bots = Table(
    "bots",
    metadata,
    Column("id", BigInteger, primary_key=True, autoincrement=False),  # the number before the colon of its token
    Column("organisation_id", ForeignKey("organisations.id"), nullable=False),
    Column("username", String(64), nullable=False, default=""),
)

pauses = Table(  # what the bot may not start by itself just now
    "pauses",
    metadata,
    Column("organisation_id", ForeignKey("organisations.id"), primary_key=True),
    Column("what", String(40), primary_key=True),  # everything
    Column("why", Text, nullable=False),
    Column("who", Text, nullable=False),
    Column("since", UTCDateTime, nullable=False),
)

paces = Table(  # how fast Telegram let the bot send when it last did
    "paces",
    metadata,
    Column("bot_id", BigInteger, primary_key=True, autoincrement=False),
    Column("pace", Float, nullable=False),  # messages a second
    Column("held_until", UTCDateTime),  # nothing the bot starts goes out before
    Column("at", UTCDateTime, nullable=False),
)

audit = Table(  # what staff read and changed, chained by hash; no answer text
    "audit",
    metadata,
    Column("id", Id, primary_key=True),
    Column("organisation_id", Id, nullable=False),
    Column("at", UTCDateTime, nullable=False),
    Column("who", Text, nullable=False),
    Column("what", String(40), nullable=False),
    Column("about", Text, nullable=False, default=""),
    Column("chain", LargeBinary(32), nullable=False),
)
