"""The first schema."""

import sqlalchemy as sa
from alembic import op

from storage.columns import Id, UTCDateTime

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make every table."""
    op.create_table(
        "audit",
        sa.Column("id", Id, nullable=False),
        sa.Column("organisation_id", Id, nullable=False),
        sa.Column("at", UTCDateTime(), nullable=False),
        sa.Column("who", sa.Text(), nullable=False),
        sa.Column("what", sa.String(length=40), nullable=False),
        sa.Column("about", sa.Text(), nullable=False),
        sa.Column("chain", sa.LargeBinary(length=32), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_audit"),
    )
    op.create_table(
        "failures",
        sa.Column("id", Id, nullable=False),
        sa.Column("code", sa.String(length=16), nullable=False),
        sa.Column("bot_id", sa.BigInteger(), nullable=False),
        sa.Column("at", UTCDateTime(), nullable=False),
        sa.Column("where", sa.String(length=16), nullable=False),
        sa.Column("lookup", sa.LargeBinary(length=16), nullable=True),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.Column("trace", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_failures"),
        sa.UniqueConstraint("code", name="uq_failures_code"),
    )
    op.create_table(
        "leases",
        sa.Column("name", sa.String(length=40), nullable=False),
        sa.Column("holder", sa.String(length=16), nullable=False),
        sa.Column("epoch", sa.Integer(), nullable=False),
        sa.Column("until", UTCDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("name", name="pk_leases"),
    )
    op.create_table(
        "organisations",
        sa.Column("id", Id, nullable=False),
        sa.Column("code", sa.String(length=16), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("time_zone", sa.String(length=64), nullable=False),
        sa.Column("created_at", UTCDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_organisations"),
        sa.UniqueConstraint("code", name="uq_organisations_code"),
    )
    op.create_table(
        "outbox",
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("organisation_id", Id, nullable=False),
        sa.Column("bot_id", sa.BigInteger(), nullable=False),
        sa.Column("person_id", Id, nullable=True),
        sa.Column("lane", sa.String(length=16), nullable=False),
        sa.Column("policy", sa.String(length=16), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("claimer", sa.String(length=16), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=True),
        sa.Column("broadcast_id", Id, nullable=True),
        sa.Column("due_at", UTCDateTime(), nullable=True),
        sa.Column("created_at", UTCDateTime(), nullable=False),
        sa.Column("reason", sa.String(length=64), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_outbox"),
        sa.UniqueConstraint("broadcast_id", "person_id", name="uq_outbox_broadcast_id_person_id"),
    )
    op.create_index(
        "ix_outbox_waiting",
        "outbox",
        ["bot_id", "lane", "id"],
        unique=False,
        sqlite_where=sa.text("state IN ('pending', 'sending')"),
        postgresql_where=sa.text("state IN ('pending', 'sending')"),
    )
    op.create_table(
        "seen",
        sa.Column("bot_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("update_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.PrimaryKeyConstraint("bot_id", "update_id", name="pk_seen"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "settings",
        sa.Column("name", sa.String(length=40), nullable=False),
        sa.Column("value", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("name", name="pk_settings"),
    )
    op.create_table(
        "turned_away",
        sa.Column("bot_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("lookup", sa.LargeBinary(length=16), nullable=False),
        sa.Column("until", UTCDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("bot_id", "lookup", name="pk_turned_away"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "bots",
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("organisation_id", Id, nullable=False),
        sa.Column("username", sa.String(length=64), nullable=False),
        sa.ForeignKeyConstraint(["organisation_id"], ["organisations.id"], name="fk_bots_organisation_id"),
        sa.PrimaryKeyConstraint("id", name="pk_bots"),
    )
    op.create_table(
        "engagements",
        sa.Column("id", Id, nullable=False),
        sa.Column("organisation_id", Id, nullable=False),
        sa.Column("slug", sa.String(length=40), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("identity", sa.String(length=16), nullable=False),
        sa.Column("audience", sa.String(length=16), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("edition_id", Id, nullable=True),
        sa.Column("opened_at", UTCDateTime(), nullable=True),
        sa.Column("closed_at", UTCDateTime(), nullable=True),
        sa.Column("too_few", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["organisation_id"], ["organisations.id"], name="fk_engagements_organisation_id"),
        sa.PrimaryKeyConstraint("id", name="pk_engagements"),
        sa.UniqueConstraint("organisation_id", "slug", name="uq_engagements_organisation_id_slug"),
    )
    op.create_table(
        "people",
        sa.Column("id", Id, nullable=False),
        sa.Column("code", sa.String(length=16), nullable=False),
        sa.Column("organisation_id", Id, nullable=False),
        sa.Column("age_band", sa.String(length=16), nullable=False),
        sa.Column("language", sa.String(length=35), nullable=False),
        sa.Column("asking", sa.String(length=16), nullable=False),
        sa.Column("session_id", Id, nullable=True),
        sa.Column("stopped", sa.Boolean(), nullable=False),
        sa.Column("met_on", sa.Date(), nullable=False),
        sa.ForeignKeyConstraint(["organisation_id"], ["organisations.id"], name="fk_people_organisation_id"),
        sa.PrimaryKeyConstraint("id", name="pk_people"),
        sa.UniqueConstraint("code", name="uq_people_code"),
    )
    op.create_table(
        "addresses",
        sa.Column("id", Id, nullable=False),
        sa.Column("person_id", Id, nullable=False),
        sa.Column("bot_id", sa.BigInteger(), nullable=False),
        sa.Column("door", sa.String(length=16), nullable=False),
        sa.Column("lookup", sa.LargeBinary(length=16), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=True),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("opening", sa.String(length=64), nullable=False),
        sa.ForeignKeyConstraint(["bot_id"], ["bots.id"], name="fk_addresses_bot_id"),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name="fk_addresses_person_id", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name="pk_addresses"),
        sa.UniqueConstraint("bot_id", "door", "lookup", name="uq_addresses_bot_id_door_lookup"),
    )
    op.create_index("ix_addresses_person_id", "addresses", ["person_id"], unique=False)
    op.create_table(
        "editions",
        sa.Column("id", Id, nullable=False),
        sa.Column("engagement_id", Id, nullable=False),
        sa.Column("hash", sa.String(length=32), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("origin", sa.String(length=16), nullable=False),
        sa.Column("made_at", UTCDateTime(), nullable=False),
        sa.Column("withdrawn_at", UTCDateTime(), nullable=True),
        sa.ForeignKeyConstraint(["engagement_id"], ["engagements.id"], name="fk_editions_engagement_id"),
        sa.PrimaryKeyConstraint("id", name="pk_editions"),
        sa.UniqueConstraint("engagement_id", "hash", name="uq_editions_engagement_id_hash"),
    )
    op.create_table(
        "followups",
        sa.Column("id", Id, nullable=False),
        sa.Column("organisation_id", Id, nullable=False),
        sa.Column("person_id", Id, nullable=False),
        sa.Column("session_id", Id, nullable=True),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("step", sa.String(length=40), nullable=False),
        sa.Column("edition_id", Id, nullable=True),
        sa.Column("rule", sa.String(length=40), nullable=False),
        sa.Column("local_day", sa.Date(), nullable=False),
        sa.Column("due_at", UTCDateTime(), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.ForeignKeyConstraint(["organisation_id"], ["organisations.id"], name="fk_followups_organisation_id"),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name="fk_followups_person_id", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name="pk_followups"),
        sa.UniqueConstraint("rule", "person_id", "local_day", name="uq_followups_rule_person_id_local_day"),
    )
    op.create_index(
        "ix_followups_due",
        "followups",
        ["due_at"],
        unique=False,
        sqlite_where=sa.text("state = 'waiting'"),
        postgresql_where=sa.text("state = 'waiting'"),
    )
    op.create_index("ix_followups_person_id", "followups", ["person_id"], unique=False)
    op.create_table(
        "links",
        sa.Column("id", Id, nullable=False),
        sa.Column("code", sa.String(length=16), nullable=False),
        sa.Column("organisation_id", Id, nullable=False),
        sa.Column("engagement_id", Id, nullable=False),
        sa.Column("label", sa.Text(), nullable=False),
        sa.Column("created_at", UTCDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["engagement_id"], ["engagements.id"], name="fk_links_engagement_id"),
        sa.ForeignKeyConstraint(["organisation_id"], ["organisations.id"], name="fk_links_organisation_id"),
        sa.PrimaryKeyConstraint("id", name="pk_links"),
        sa.UniqueConstraint("code", name="uq_links_code"),
    )
    op.create_index("ix_links_engagement_id", "links", ["engagement_id"], unique=False)
    op.create_table(
        "participations",
        sa.Column("person_id", Id, nullable=False),
        sa.Column("engagement_id", Id, nullable=False),
        sa.Column("finished", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["engagement_id"], ["engagements.id"], name="fk_participations_engagement_id"),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name="fk_participations_person_id", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("person_id", "engagement_id", name="pk_participations"),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_participations_engagement_id", "participations", ["engagement_id"], unique=False)
    op.create_table(
        "releases",
        sa.Column("id", Id, nullable=False),
        sa.Column("engagement_id", Id, nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("respondents", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["engagement_id"], ["engagements.id"], name="fk_releases_engagement_id"),
        sa.PrimaryKeyConstraint("id", name="pk_releases"),
        sa.UniqueConstraint("engagement_id", "number", name="uq_releases_engagement_id_number"),
    )
    op.create_index("ix_releases_engagement_id", "releases", ["engagement_id"], unique=False)
    op.create_table(
        "wishes",
        sa.Column("person_id", Id, nullable=False),
        sa.Column("engagement_id", Id, nullable=False),
        sa.Column("step", sa.String(length=40), nullable=False),
        sa.Column("chosen", sa.Text(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=True),
        sa.ForeignKeyConstraint(["engagement_id"], ["engagements.id"], name="fk_wishes_engagement_id"),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name="fk_wishes_person_id", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("person_id", "engagement_id", "step", name="pk_wishes"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "answers",
        sa.Column("engagement_id", Id, nullable=False),
        sa.Column("respondent", sa.LargeBinary(length=16), nullable=False),
        sa.Column("step", sa.String(length=40), nullable=False),
        sa.Column("edition_id", Id, nullable=False),
        sa.Column("language", sa.String(length=35), nullable=False),
        sa.Column("chosen", sa.Text(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=True),
        sa.Column("skipped", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["edition_id"], ["editions.id"], name="fk_answers_edition_id"),
        sa.ForeignKeyConstraint(["engagement_id"], ["engagements.id"], name="fk_answers_engagement_id"),
        sa.PrimaryKeyConstraint("engagement_id", "respondent", "step", name="pk_answers"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "release_counts",
        sa.Column("release_id", Id, nullable=False),
        sa.Column("step", sa.String(length=40), nullable=False),
        sa.Column("option", sa.String(length=40), nullable=False),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["release_id"], ["releases.id"], name="fk_release_counts_release_id"),
        sa.PrimaryKeyConstraint("release_id", "step", "option", name="pk_release_counts"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "responses",
        sa.Column("engagement_id", Id, nullable=False),
        sa.Column("respondent", sa.LargeBinary(length=16), nullable=False),
        sa.Column("edition_id", Id, nullable=False),
        sa.Column("door", sa.String(length=16), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("release_id", Id, nullable=True),
        sa.ForeignKeyConstraint(["edition_id"], ["editions.id"], name="fk_responses_edition_id"),
        sa.ForeignKeyConstraint(["engagement_id"], ["engagements.id"], name="fk_responses_engagement_id"),
        sa.PrimaryKeyConstraint("engagement_id", "respondent", name="pk_responses"),
        sqlite_with_rowid=False,
    )
    op.create_index(
        "ix_responses_uncounted",
        "responses",
        ["engagement_id", "release_id"],
        unique=False,
        sqlite_where=sa.text("release_id IS NULL"),
        postgresql_where=sa.text("release_id IS NULL"),
    )
    op.create_table(
        "sessions",
        sa.Column("id", Id, nullable=False),
        sa.Column("code", sa.String(length=16), nullable=False),
        sa.Column("person_id", Id, nullable=False),
        sa.Column("engagement_id", Id, nullable=False),
        sa.Column("edition_id", Id, nullable=False),
        sa.Column("door", sa.String(length=16), nullable=False),
        sa.Column("link_id", Id, nullable=True),
        sa.Column("entered_by", sa.Text(), nullable=True),
        sa.Column("finished", sa.Boolean(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=True),
        sa.Column("touched_at", UTCDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["edition_id"], ["editions.id"], name="fk_sessions_edition_id"),
        sa.ForeignKeyConstraint(["engagement_id"], ["engagements.id"], name="fk_sessions_engagement_id"),
        sa.ForeignKeyConstraint(["link_id"], ["links.id"], name="fk_sessions_link_id"),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name="fk_sessions_person_id", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name="pk_sessions"),
        sa.UniqueConstraint("code", name="uq_sessions_code"),
        sa.UniqueConstraint("person_id", "engagement_id", name="uq_sessions_person_id_engagement_id"),
    )
    op.create_index("ix_sessions_engagement_id", "sessions", ["engagement_id"], unique=False)
