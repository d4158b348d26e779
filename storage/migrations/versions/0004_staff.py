"""What staff need: themselves, the console, broadcasts and whom they go to, and what is made of answers."""

import sqlalchemy as sa
from alembic import op

from storage.columns import Id, UTCDateTime

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the new tables, and what the old ones gain; nothing that is there changes."""
    _add_staff()
    _add_sending()
    _add_reading()
    _add_columns()


def _add_staff() -> None:
    op.create_table(
        "partners",
        sa.Column("id", Id, nullable=False),
        sa.Column("code", sa.String(length=16), nullable=False),
        sa.Column("organisation_id", Id, nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["organisation_id"], ["organisations.id"], name="fk_partners_organisation_id"),
        sa.PrimaryKeyConstraint("id", name="pk_partners"),
        sa.UniqueConstraint("code", name="uq_partners_code"),
        sa.UniqueConstraint("organisation_id", "name", name="uq_partners_organisation_id_name"),
    )
    op.create_table(
        "staff",
        sa.Column("id", Id, nullable=False),
        sa.Column("code", sa.String(length=16), nullable=False),
        sa.Column("organisation_id", Id, nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("email", sa.String(length=254), nullable=False),
        sa.Column("role", sa.String(length=16), nullable=False),
        sa.Column("partner_id", Id, nullable=True),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("password", sa.Text(), nullable=False),
        sa.Column("totp", sa.LargeBinary(), nullable=True),
        sa.Column("totp_step", sa.BigInteger(), nullable=False),
        sa.Column("failed", sa.Integer(), nullable=False),
        sa.Column("locked_until", UTCDateTime(), nullable=True),
        sa.Column("reviewed_at", UTCDateTime(), nullable=False),
        sa.Column("created_at", UTCDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["organisation_id"], ["organisations.id"], name="fk_staff_organisation_id"),
        sa.ForeignKeyConstraint(["partner_id"], ["partners.id"], name="fk_staff_partner_id"),
        sa.PrimaryKeyConstraint("id", name="pk_staff"),
        sa.UniqueConstraint("code", name="uq_staff_code"),
        sa.UniqueConstraint("organisation_id", "email", name="uq_staff_organisation_id_email"),
    )
    op.create_table(
        "recovery_codes",
        sa.Column("staff_id", Id, nullable=False),
        sa.Column("hash", sa.LargeBinary(length=32), nullable=False),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"], name="fk_recovery_codes_staff_id", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("staff_id", "hash", name="pk_recovery_codes"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "enrolments",
        sa.Column("hash", sa.LargeBinary(length=32), nullable=False),
        sa.Column("staff_id", Id, nullable=False),
        sa.Column("expires_at", UTCDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"], name="fk_enrolments_staff_id", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("hash", name="pk_enrolments"),
    )
    op.create_index("ix_enrolments_staff_id", "enrolments", ["staff_id"], unique=False)
    op.create_table(
        "signins",
        sa.Column("hash", sa.LargeBinary(length=32), nullable=False),
        sa.Column("staff_id", Id, nullable=False),
        sa.Column("begun_at", UTCDateTime(), nullable=False),
        sa.Column("seen_at", UTCDateTime(), nullable=False),
        sa.Column("confirmed_at", UTCDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"], name="fk_signins_staff_id", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("hash", name="pk_signins"),
    )
    op.create_index("ix_signins_staff_id", "signins", ["staff_id"], unique=False)
    op.create_table(
        "staff_chats",
        sa.Column("bot_id", sa.BigInteger(), nullable=False),
        sa.Column("lookup", sa.LargeBinary(length=16), nullable=False),
        sa.Column("staff_id", Id, nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.Column("linked_at", UTCDateTime(), nullable=False),
        sa.Column("digest_at", sa.String(length=5), nullable=False),
        sa.Column("digest_on", sa.Date(), nullable=True),
        sa.ForeignKeyConstraint(["bot_id"], ["bots.id"], name="fk_staff_chats_bot_id"),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"], name="fk_staff_chats_staff_id", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("bot_id", "lookup", name="pk_staff_chats"),
    )
    op.create_index("ix_staff_chats_staff_id", "staff_chats", ["staff_id"], unique=False)
    op.create_table(
        "chat_codes",
        sa.Column("hash", sa.LargeBinary(length=32), nullable=False),
        sa.Column("staff_id", Id, nullable=False),
        sa.Column("expires_at", UTCDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"], name="fk_chat_codes_staff_id", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("hash", name="pk_chat_codes"),
    )
    op.create_index("ix_chat_codes_staff_id", "chat_codes", ["staff_id"], unique=False)
    op.create_table(
        "preferences",
        sa.Column("organisation_id", Id, nullable=False),
        sa.Column("name", sa.String(length=40), nullable=False),
        sa.Column("value", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["organisation_id"], ["organisations.id"], name="fk_preferences_organisation_id"),
        sa.PrimaryKeyConstraint("organisation_id", "name", name="pk_preferences"),
    )
    op.create_table(
        "drafts",
        sa.Column("organisation_id", Id, nullable=False),
        sa.Column("slug", sa.String(length=40), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("changed_by", sa.String(length=16), nullable=False),
        sa.Column("changed_at", UTCDateTime(), nullable=False),
        sa.Column("discarded", sa.Boolean(), nullable=False),
        sa.Column("base", sa.String(length=32), nullable=False),
        sa.ForeignKeyConstraint(["organisation_id"], ["organisations.id"], name="fk_drafts_organisation_id"),
        sa.PrimaryKeyConstraint("organisation_id", "slug", name="pk_drafts"),
    )
    op.create_table(
        "draft_pictures",
        sa.Column("organisation_id", Id, nullable=False),
        sa.Column("slug", sa.String(length=40), nullable=False),
        sa.Column("file", sa.String(length=255), nullable=False),
        sa.Column("hash", sa.String(length=64), nullable=False),
        sa.ForeignKeyConstraint(["organisation_id"], ["organisations.id"], name="fk_draft_pictures_organisation_id"),
        sa.PrimaryKeyConstraint("organisation_id", "slug", "file", name="pk_draft_pictures"),
        sqlite_with_rowid=False,
    )


def _add_sending() -> None:
    op.create_table(
        "switches",
        sa.Column("person_id", Id, nullable=False),
        sa.Column("purpose", sa.String(length=16), nullable=False),
        sa.Column("given", sa.Boolean(), nullable=False),
        sa.Column("source", sa.String(length=96), nullable=False),
        sa.Column("language", sa.String(length=35), nullable=False),
        sa.Column("on_day", sa.Date(), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name="fk_switches_person_id", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("person_id", "purpose", name="pk_switches"),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_switches_given", "switches", ["purpose", "given", "person_id"], unique=False)
    op.create_table(
        "groups",
        sa.Column("id", Id, nullable=False),
        sa.Column("code", sa.String(length=16), nullable=False),
        sa.Column("organisation_id", Id, nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["organisation_id"], ["organisations.id"], name="fk_groups_organisation_id"),
        sa.PrimaryKeyConstraint("id", name="pk_groups"),
        sa.UniqueConstraint("code", name="uq_groups_code"),
        sa.UniqueConstraint("organisation_id", "name", name="uq_groups_organisation_id_name"),
    )
    op.create_table(
        "group_members",
        sa.Column("group_id", Id, nullable=False),
        sa.Column("person_id", Id, nullable=False),
        sa.Column("since", sa.Date(), nullable=False),
        sa.ForeignKeyConstraint(["group_id"], ["groups.id"], name="fk_group_members_group_id", ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name="fk_group_members_person_id", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("group_id", "person_id", name="pk_group_members"),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_group_members_person_id", "group_members", ["person_id"], unique=False)
    op.create_table(
        "segments",
        sa.Column("id", Id, nullable=False),
        sa.Column("code", sa.String(length=16), nullable=False),
        sa.Column("organisation_id", Id, nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("criteria", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("changed_by", sa.String(length=16), nullable=False),
        sa.Column("changed_at", UTCDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["organisation_id"], ["organisations.id"], name="fk_segments_organisation_id"),
        sa.PrimaryKeyConstraint("id", name="pk_segments"),
        sa.UniqueConstraint("code", name="uq_segments_code"),
        sa.UniqueConstraint("organisation_id", "name", name="uq_segments_organisation_id_name"),
    )
    op.create_table(
        "broadcasts",
        sa.Column("id", Id, nullable=False),
        sa.Column("code", sa.String(length=16), nullable=False),
        sa.Column("organisation_id", Id, nullable=False),
        sa.Column("bot_id", sa.BigInteger(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("sort", sa.String(length=16), nullable=False),
        sa.Column("purpose", sa.String(length=16), nullable=False),
        sa.Column("engagement_id", Id, nullable=True),
        sa.Column("reminds", sa.Boolean(), nullable=False),
        sa.Column("segment_id", Id, nullable=True),
        sa.Column("criteria", sa.Text(), nullable=False),
        sa.Column("english_for_all", sa.Boolean(), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("why", sa.Text(), nullable=False),
        sa.Column("local_at", sa.String(length=16), nullable=False),
        sa.Column("zone", sa.String(length=64), nullable=False),
        sa.Column("due_at", UTCDateTime(), nullable=True),
        sa.Column("late_at", UTCDateTime(), nullable=True),
        sa.Column("repeats", sa.String(length=40), nullable=False),
        sa.Column("repeat_of", Id, nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("written_by", sa.String(length=16), nullable=False),
        sa.Column("approved_by", sa.String(length=16), nullable=False),
        sa.Column("approved_at", UTCDateTime(), nullable=True),
        sa.Column("counted", sa.Integer(), nullable=False),
        sa.Column("counted_young", sa.Integer(), nullable=False),
        sa.Column("made_at", UTCDateTime(), nullable=False),
        sa.Column("frozen_to", sa.BigInteger(), nullable=False),
        sa.Column("started_at", UTCDateTime(), nullable=True),
        sa.Column("ended_at", UTCDateTime(), nullable=True),
        sa.ForeignKeyConstraint(["engagement_id"], ["engagements.id"], name="fk_broadcasts_engagement_id"),
        sa.ForeignKeyConstraint(["organisation_id"], ["organisations.id"], name="fk_broadcasts_organisation_id"),
        sa.ForeignKeyConstraint(["repeat_of"], ["broadcasts.id"], name="fk_broadcasts_repeat_of"),
        sa.ForeignKeyConstraint(["segment_id"], ["segments.id"], name="fk_broadcasts_segment_id"),
        sa.PrimaryKeyConstraint("id", name="pk_broadcasts"),
        sa.UniqueConstraint("code", name="uq_broadcasts_code"),
    )
    op.create_index("ix_broadcasts_organisation_id", "broadcasts", ["organisation_id"], unique=False)
    op.create_index("ix_broadcasts_state", "broadcasts", ["bot_id", "state"], unique=False)
    op.create_table(
        "broadcast_texts",
        sa.Column("broadcast_id", Id, nullable=False),
        sa.Column("language", sa.String(length=35), nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("approved_by", sa.String(length=16), nullable=False),
        sa.ForeignKeyConstraint(["broadcast_id"], ["broadcasts.id"], name="fk_broadcast_texts_broadcast_id", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("broadcast_id", "language", name="pk_broadcast_texts"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "left_out",
        sa.Column("broadcast_id", Id, nullable=False),
        sa.Column("why", sa.String(length=24), nullable=False),
        sa.Column("people", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["broadcast_id"], ["broadcasts.id"], name="fk_left_out_broadcast_id", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("broadcast_id", "why", name="pk_left_out"),
        sqlite_with_rowid=False,
    )


def _add_reading() -> None:
    op.create_table(
        "themes",
        sa.Column("id", Id, nullable=False),
        sa.Column("code", sa.String(length=16), nullable=False),
        sa.Column("engagement_id", Id, nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["engagement_id"], ["engagements.id"], name="fk_themes_engagement_id"),
        sa.PrimaryKeyConstraint("id", name="pk_themes"),
        sa.UniqueConstraint("code", name="uq_themes_code"),
        sa.UniqueConstraint("engagement_id", "name", name="uq_themes_engagement_id_name"),
    )
    op.create_table(
        "readings",
        sa.Column("engagement_id", Id, nullable=False),
        sa.Column("respondent", sa.LargeBinary(length=16), nullable=False),
        sa.Column("step", sa.String(length=40), nullable=False),
        sa.Column("read_by", sa.String(length=16), nullable=False),
        sa.Column("read_at", UTCDateTime(), nullable=False),
        sa.Column("redacted", sa.LargeBinary(), nullable=True),
        sa.Column("quote", sa.String(length=16), nullable=False),
        sa.Column("redacted_by", sa.String(length=16), nullable=False),
        sa.Column("approved_by", sa.String(length=16), nullable=False),
        sa.ForeignKeyConstraint(["engagement_id"], ["engagements.id"], name="fk_readings_engagement_id"),
        sa.PrimaryKeyConstraint("engagement_id", "respondent", "step", name="pk_readings"),
        sqlite_with_rowid=False,
    )
    op.create_index(
        "ix_readings_quote",
        "readings",
        ["engagement_id", "quote"],
        unique=False,
        sqlite_where=sa.text("quote != ''"),
        postgresql_where=sa.text("quote != ''"),
    )
    op.create_table(
        "reading_themes",
        sa.Column("engagement_id", Id, nullable=False),
        sa.Column("respondent", sa.LargeBinary(length=16), nullable=False),
        sa.Column("step", sa.String(length=40), nullable=False),
        sa.Column("theme_id", Id, nullable=False),
        sa.ForeignKeyConstraint(["engagement_id"], ["engagements.id"], name="fk_reading_themes_engagement_id"),
        sa.ForeignKeyConstraint(["theme_id"], ["themes.id"], name="fk_reading_themes_theme_id", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("engagement_id", "respondent", "step", "theme_id", name="pk_reading_themes"),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_reading_themes_theme_id", "reading_themes", ["theme_id"], unique=False)
    op.create_table(
        "release_cells",
        sa.Column("engagement_id", Id, nullable=False),
        sa.Column("by", sa.String(length=48), nullable=False),
        sa.Column("value", sa.String(length=48), nullable=False),
        sa.Column("step", sa.String(length=48), nullable=False),
        sa.Column("option", sa.String(length=48), nullable=False),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.Column("shown", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["engagement_id"], ["engagements.id"], name="fk_release_cells_engagement_id"),
        sa.PrimaryKeyConstraint("engagement_id", "by", "value", "step", "option", name="pk_release_cells"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "stops",
        sa.Column("engagement_id", Id, nullable=False),
        sa.Column("step", sa.String(length=40), nullable=False),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.Column("shown", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["engagement_id"], ["engagements.id"], name="fk_stops_engagement_id"),
        sa.PrimaryKeyConstraint("engagement_id", "step", name="pk_stops"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "populations",
        sa.Column("id", Id, nullable=False),
        sa.Column("code", sa.String(length=16), nullable=False),
        sa.Column("organisation_id", Id, nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("engagement_id", Id, nullable=False),
        sa.Column("step", sa.String(length=40), nullable=False),
        sa.Column("totals", sa.Text(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("uploaded_by", sa.String(length=16), nullable=False),
        sa.Column("uploaded_at", UTCDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["engagement_id"], ["engagements.id"], name="fk_populations_engagement_id"),
        sa.ForeignKeyConstraint(["organisation_id"], ["organisations.id"], name="fk_populations_organisation_id"),
        sa.PrimaryKeyConstraint("id", name="pk_populations"),
        sa.UniqueConstraint("code", name="uq_populations_code"),
    )
    op.create_index("ix_populations_engagement_id", "populations", ["engagement_id"], unique=False)


def _add_columns() -> None:
    op.add_column("links", sa.Column("partner_id", Id, nullable=True))
    op.add_column("outbox", sa.Column("tapped", sa.Boolean(), nullable=False, server_default=sa.false()))
    op.create_index(
        "ix_outbox_broadcast",
        "outbox",
        ["broadcast_id", "state", "due_at", "id"],
        unique=False,
        sqlite_where=sa.text("broadcast_id IS NOT NULL"),
        postgresql_where=sa.text("broadcast_id IS NOT NULL"),
    )
    op.create_index(
        "ix_outbox_person",
        "outbox",
        ["person_id", "due_at"],
        unique=False,
        sqlite_where=sa.text("due_at IS NOT NULL"),
        postgresql_where=sa.text("due_at IS NOT NULL"),
    )
    op.add_column("people", sa.Column("partner_id", Id, nullable=True))
    op.add_column("people", sa.Column("name", sa.LargeBinary(), nullable=True))
    op.add_column("people", sa.Column("place", sa.String(length=8), nullable=False, server_default=""))
    op.add_column("people", sa.Column("nation", sa.String(length=3), nullable=False, server_default=""))
    op.add_column("people", sa.Column("zone", sa.String(length=64), nullable=False, server_default=""))
    op.add_column("people", sa.Column("quiet", sa.String(length=11), nullable=False, server_default=""))
    op.add_column("people", sa.Column("paused_until", UTCDateTime(), nullable=True))
    op.create_index("ix_people_language", "people", ["organisation_id", "language"], unique=False)
    op.create_index("ix_people_partner", "people", ["organisation_id", "partner_id"], unique=False)
    op.create_index("ix_people_place", "people", ["organisation_id", "place"], unique=False)
    op.add_column("responses", sa.Column("partner_id", Id, nullable=True))
    op.add_column("responses", sa.Column("unread", sa.Boolean(), nullable=False, server_default=sa.false()))
    op.create_index(
        "ix_responses_unread",
        "responses",
        ["engagement_id", "day", "respondent"],
        unique=False,
        sqlite_where=sa.text("unread = 1"),
        postgresql_where=sa.text("unread"),
    )
    op.execute(  # nobody of staff has read anything yet
        "UPDATE responses SET unread = true WHERE EXISTS (SELECT 1 FROM answers WHERE answers.engagement_id = "
        "responses.engagement_id AND answers.respondent = responses.respondent AND answers.sealed IS NOT NULL)"
    )
