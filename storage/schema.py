"""Every table. What is personal in them stands in `register`."""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Date,
    Float,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
    UniqueConstraint,
)

from storage.columns import CLUSTERED, Code, Id, Lookup, Slug, UTCDateTime

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)


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

people = Table(
    "people",
    metadata,
    Column("id", Id, primary_key=True),
    Column("code", Code, nullable=False, unique=True),
    Column("organisation_id", ForeignKey("organisations.id"), nullable=False),
    Column("age_band", String(16), nullable=False, default=""),
    Column("language", String(35), nullable=False, default="en"),
    Column("asking", String(16), nullable=False, default=""),  # asked outside any engagement, waiting for words
    Column("session_id", Id),  # the conversation typed words belong to
    Column("stopped", Boolean, nullable=False, default=False),
    Column("met_on", Date, nullable=False),
)

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
    Column("created_at", UTCDateTime, nullable=False),
)

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
    **CLUSTERED,
)
Index(
    "ix_responses_uncounted",
    responses.c.engagement_id,
    responses.c.release_id,  # always empty here, but SQLite would rather use the primary key without it
    sqlite_where=responses.c.release_id.is_(None),
    postgresql_where=responses.c.release_id.is_(None),
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

followups = Table(  # inputs with a date; a row names the step and edition it belongs to, so a late one is recognised
    "followups",
    metadata,
    Column("id", Id, primary_key=True),
    Column("organisation_id", ForeignKey("organisations.id"), nullable=False),
    Column("person_id", ForeignKey("people.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("session_id", Id),
    Column("kind", String(16), nullable=False),  # nudge | reminder | feedback | expiry
    Column("step", Slug, nullable=False, default=""),
    Column("edition_id", Id),
    Column("rule", String(40), nullable=False),
    Column("local_day", Date, nullable=False),
    Column("due_at", UTCDateTime, nullable=False),
    Column("state", String(16), nullable=False, default="waiting"),  # waiting | done | missed | dropped
    UniqueConstraint("rule", "person_id", "local_day"),
)
Index(
    "ix_followups_due",
    followups.c.due_at,
    sqlite_where=followups.c.state == "waiting",
    postgresql_where=followups.c.state == "waiting",
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
