"""What came in and what goes out: updates seen, the outbox, follow-ups, and what failed."""

from __future__ import annotations

from sqlalchemy import BigInteger, Boolean, Column, Date, ForeignKey, Index, Integer, LargeBinary, String, Table, UniqueConstraint

from storage.columns import CLUSTERED, Code, Id, Lookup, Slug, UTCDateTime
from storage.schema.naming import metadata

seen = Table(  # updates taken, pruned after a few days: Telegram renumbers after a quiet week
    "seen",
    metadata,
    Column("bot_id", BigInteger, primary_key=True, autoincrement=False),
    Column("update_id", BigInteger, primary_key=True, autoincrement=False),
    Column("day", Date, nullable=False),
    **CLUSTERED,
)

outbox = Table(
    "outbox",
    metadata,
    Column("id", BigInteger, primary_key=True, autoincrement=False),  # given by the writer, rising: the order of sending
    Column("organisation_id", Id, nullable=False),
    Column("bot_id", BigInteger, nullable=False),
    Column("person_id", Id),  # nothing when the person has just been erased: the receipt still goes out
    Column("lane", String(16), nullable=False),  # reply | reminder | broadcast
    Column("policy", String(16), nullable=False),  # repeat-once | never-twice
    Column("state", String(16), nullable=False),  # pending | sending | sent | failed | unknown
    Column("claimer", String(16), nullable=False, default=""),  # the process that is sending it
    Column("attempts", Integer, nullable=False, default=0),
    Column("sealed", LargeBinary),  # chat, method and arguments; emptied when sent
    Column("broadcast_id", Id),
    Column("due_at", UTCDateTime),
    Column("created_at", UTCDateTime, nullable=False),
    Column("ended_at", UTCDateTime),  # when it was through, or became unknown
    Column("reason", String(64), nullable=False, default=""),  # why it failed, in Telegram's class of words
    Column("tapped", Boolean, nullable=False, default=False),  # its button was tapped: so it did go out
    UniqueConstraint("broadcast_id", "person_id"),
)
Index(  # of replies
    "ix_outbox_waiting",
    outbox.c.bot_id,
    outbox.c.lane,
    outbox.c.id,
    sqlite_where=outbox.c.due_at.is_(None) & outbox.c.state.in_(("pending", "sending")),
    postgresql_where=outbox.c.due_at.is_(None) & outbox.c.state.in_(("pending", "sending")),
)

Index(  # of what the bot starts: every such letter has a time it is due
    "ix_outbox_due",
    outbox.c.bot_id,
    outbox.c.state,
    outbox.c.lane,
    outbox.c.due_at,
    outbox.c.id,
    sqlite_where=outbox.c.due_at.is_not(None) & outbox.c.state.in_(("pending", "sending")),
    postgresql_where=outbox.c.due_at.is_not(None) & outbox.c.state.in_(("pending", "sending")),
)
Index(  # of one broadcast
    "ix_outbox_broadcast",
    outbox.c.broadcast_id,
    outbox.c.state,
    outbox.c.due_at,
    outbox.c.id,
    sqlite_where=outbox.c.broadcast_id.is_not(None),
    postgresql_where=outbox.c.broadcast_id.is_not(None),
)
Index(  # what was started for one person: their attention is counted by it
    "ix_outbox_person",
    outbox.c.person_id,
    outbox.c.due_at,
    sqlite_where=outbox.c.due_at.is_not(None),
    postgresql_where=outbox.c.due_at.is_not(None),
)
Index(
    "ix_outbox_unknown",
    outbox.c.bot_id,
    outbox.c.id,
    sqlite_where=outbox.c.state == "unknown",
    postgresql_where=outbox.c.state == "unknown",
)
Index(
    "ix_outbox_failed",
    outbox.c.bot_id,
    outbox.c.lane,
    outbox.c.state,
    outbox.c.reason,
    sqlite_where=outbox.c.state == "failed",
    postgresql_where=outbox.c.state == "failed",
)
Index(  # of what the bot started by itself and no broadcast keeps
    "ix_outbox_ended",
    outbox.c.broadcast_id,  # always nothing; without it SQLite goes by the index that has it
    outbox.c.ended_at,
    sqlite_where=outbox.c.due_at.is_not(None) & outbox.c.broadcast_id.is_(None) & outbox.c.state.in_(("sent", "failed", "left")),
    postgresql_where=outbox.c.due_at.is_not(None)
    & outbox.c.broadcast_id.is_(None)
    & outbox.c.state.in_(("sent", "failed", "left")),
)

followups = Table(  # inputs with a date; a row names the step and edition it belongs to, so a late one is recognised
    "followups",
    metadata,
    Column("id", Id, primary_key=True),
    Column("organisation_id", ForeignKey("organisations.id"), nullable=False),
    Column("person_id", ForeignKey("people.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("session_id", Id),
    Column("kind", String(16), nullable=False),  # one of `storage.followups.rules.KINDS`
    Column("step", Slug, nullable=False, default=""),
    Column("edition_id", Id),
    Column("rule", String(40), nullable=False),
    Column("local_day", Date, nullable=False),
    Column("due_at", UTCDateTime, nullable=False),
    Column("state", String(16), nullable=False, default="waiting"),  # waiting | done | why not
    Column("occasion_id", Id),  # what it is about, and how that stood when this was planned
    Column("sequence", Integer, nullable=False, default=0),
    Column("about", String(16), nullable=False, default=""),  # the code of a place, paper, point ...
    UniqueConstraint("rule", "person_id", "local_day"),
)
Index(
    "ix_followups_occasion",
    followups.c.occasion_id,
    followups.c.state,
    sqlite_where=followups.c.occasion_id.is_not(None),
    postgresql_where=followups.c.occasion_id.is_not(None),
)
Index(
    "ix_followups_due",
    followups.c.organisation_id,
    followups.c.due_at,
    sqlite_where=followups.c.state == "waiting",
    postgresql_where=followups.c.state == "waiting",
)
Index(  # of what is through, to be forgotten
    "ix_followups_ended",
    followups.c.due_at,
    sqlite_where=followups.c.state != "waiting",
    postgresql_where=followups.c.state != "waiting",
)

failures = Table(  # what could not be read or failed, sealed, for 7 days
    "failures",
    metadata,
    Column("id", Id, primary_key=True),
    Column("code", Code, nullable=False, unique=True),
    Column("bot_id", BigInteger, nullable=False),
    Column("at", UTCDateTime, nullable=False),
    Column("where", String(16), nullable=False),  # reading | deciding | writing
    Column("lookup", Lookup),
    Column("sealed", LargeBinary, nullable=False),  # the update
    Column("trace", LargeBinary, nullable=False),  # the traceback, sealed: it can quote what was said
)
