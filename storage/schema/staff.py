"""Staff: who they are, how they sign in, and what the organisation has settled in the console."""

from __future__ import annotations

from sqlalchemy import BigInteger, Boolean, Column, Date, ForeignKey, Integer, LargeBinary, String, Table, Text, UniqueConstraint

from storage.columns import CLUSTERED, Code, Id, Lookup, UTCDateTime
from storage.schema.naming import metadata

partners = Table(  # organisations that work together here: each sees its own people's suppressed totals
    "partners",
    metadata,
    Column("id", Id, primary_key=True),
    Column("code", Code, nullable=False, unique=True),
    Column("organisation_id", ForeignKey("organisations.id"), nullable=False),
    Column("name", Text, nullable=False),
    UniqueConstraint("organisation_id", "name"),
)

staff = Table(
    "staff",
    metadata,
    Column("id", Id, primary_key=True),
    Column("code", Code, nullable=False, unique=True),
    Column("organisation_id", ForeignKey("organisations.id"), nullable=False),
    Column("name", Text, nullable=False),
    Column("email", String(254), nullable=False),  # how they sign in, in small letters
    Column("role", String(16), nullable=False),
    Column("partner_id", ForeignKey("partners.id")),  # whose people a partner sees
    Column("state", String(16), nullable=False, default="invited"),  # invited | active | removed
    Column("password", Text, nullable=False, default=""),  # as argon2 writes it
    Column("totp", LargeBinary),  # sealed secret of the authenticator
    Column("totp_step", BigInteger, nullable=False, default=0),  # the last time step used: no code counts twice
    Column("failed", Integer, nullable=False, default=0),  # wrong tries in a row
    Column("locked_until", UTCDateTime),
    Column("reviewed_at", UTCDateTime, nullable=False),  # when somebody last said that they still belong here
    Column("created_at", UTCDateTime, nullable=False),
    UniqueConstraint("organisation_id", "email"),
)

recovery_codes = Table(
    "recovery_codes",
    metadata,
    Column("staff_id", ForeignKey("staff.id", ondelete="CASCADE"), primary_key=True),
    Column("hash", LargeBinary(32), primary_key=True),
    **CLUSTERED,
)

enrolments = Table(  # one-time links by which somebody chooses a password
    "enrolments",
    metadata,
    Column("hash", LargeBinary(32), primary_key=True),
    Column("staff_id", ForeignKey("staff.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("expires_at", UTCDateTime, nullable=False),
)

signins = Table(  # who is signed in, by the hash of their cookie
    "signins",
    metadata,
    Column("hash", LargeBinary(32), primary_key=True),
    Column("staff_id", ForeignKey("staff.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("begun_at", UTCDateTime, nullable=False),
    Column("seen_at", UTCDateTime, nullable=False),
    Column("confirmed_at", UTCDateTime, nullable=False),  # when a code of the authenticator was last shown
)

staff_chats = Table(  # a staff member's own chat, for what carries little risk
    "staff_chats",
    metadata,
    Column("bot_id", ForeignKey("bots.id"), primary_key=True),
    Column("lookup", Lookup, primary_key=True),
    Column("staff_id", ForeignKey("staff.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("sealed", LargeBinary, nullable=False),  # the chat id
    Column("linked_at", UTCDateTime, nullable=False),
    Column("digest_at", String(5), nullable=False, default=""),  # local time of the daily digest; empty for none
    Column("digest_on", Date),  # the local day it last went out
)

chat_codes = Table(  # one-time codes by which a chat is linked to a staff member
    "chat_codes",
    metadata,
    Column("hash", LargeBinary(32), primary_key=True),
    Column("staff_id", ForeignKey("staff.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("expires_at", UTCDateTime, nullable=False),
)

preferences = Table(  # what the organisation settled in the console: quiet hours, budgets and the like
    "preferences",
    metadata,
    Column("organisation_id", ForeignKey("organisations.id"), primary_key=True),
    Column("name", String(40), primary_key=True),
    Column("value", Text, nullable=False),  # JSON
)

drafts = Table(  # an engagement's file while somebody works on it in the console; it may have faults
    "drafts",
    metadata,
    Column("organisation_id", ForeignKey("organisations.id"), primary_key=True),
    Column("slug", String(40), primary_key=True),
    Column("source", Text, nullable=False),
    Column("version", Integer, nullable=False, default=1),  # whoever saves names the one they began from
    Column("changed_by", Code, nullable=False),  # staff, by code
    Column("changed_at", UTCDateTime, nullable=False),
    Column("discarded", Boolean, nullable=False, default=False),
    Column("base", String(32), nullable=False, default=""),  # the hash of the edition it began from
)

draft_pictures = Table(
    "draft_pictures",
    metadata,
    Column("organisation_id", ForeignKey("organisations.id"), primary_key=True),
    Column("slug", String(40), primary_key=True),
    Column("file", String(255), primary_key=True),
    Column("hash", String(64), nullable=False),
    **CLUSTERED,
)
