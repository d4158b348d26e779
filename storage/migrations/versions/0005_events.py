"""What events need: dates, places, waiting lists and needs; and reference groups: seats, papers, points, minutes."""

import sqlalchemy as sa
from alembic import op

from storage.columns import Id, UTCDateTime

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the new tables, and what the old ones gain; nothing that is there changes."""
    _add_seats()
    _add_events()
    _add_meetings()
    _add_columns()


def _add_seats() -> None:
    op.create_table(
        "group_rules",
        sa.Column("group_id", Id, nullable=False),
        sa.Column("key", sa.Boolean(), nullable=False),
        sa.Column("quorum", sa.Integer(), nullable=False),
        sa.Column("quorum_lived", sa.Integer(), nullable=False),
        sa.Column("few_why", sa.Text(), nullable=False),
        sa.Column("papers_days", sa.Integer(), nullable=False),
        sa.Column("minutes_days", sa.Integer(), nullable=False),
        sa.Column("secretary", sa.String(length=16), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["group_id"], ["groups.id"], name="fk_group_rules_group_id", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("group_id", name="pk_group_rules"),
    )
    op.create_table(
        "seats",
        sa.Column("id", Id, nullable=False),
        sa.Column("code", sa.String(length=16), nullable=False),
        sa.Column("group_id", Id, nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("lived", sa.Boolean(), nullable=False),
        sa.Column("holder_id", Id, nullable=True),
        sa.Column("deputy_id", Id, nullable=True),
        sa.Column("from_day", sa.Date(), nullable=True),
        sa.Column("until_day", sa.Date(), nullable=True),
        sa.Column("vacant_since", sa.Date(), nullable=True),
        sa.Column("support", sa.Text(), nullable=False),
        sa.Column("ended", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["deputy_id"], ["people.id"], name="fk_seats_deputy_id", ondelete="SET NULL"),
        sa.ForeignKeyConstraint(["group_id"], ["groups.id"], name="fk_seats_group_id", ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["holder_id"], ["people.id"], name="fk_seats_holder_id", ondelete="SET NULL"),
        sa.PrimaryKeyConstraint("id", name="pk_seats"),
        sa.UniqueConstraint("code", name="uq_seats_code"),
    )
    op.create_index("ix_seats_deputy_id", "seats", ["deputy_id"], unique=False)
    op.create_index("ix_seats_group_id", "seats", ["group_id"], unique=False)
    op.create_index("ix_seats_holder_id", "seats", ["holder_id"], unique=False)


def _add_events() -> None:
    op.create_table(
        "events",
        sa.Column("id", Id, nullable=False),
        sa.Column("engagement_id", Id, nullable=False),
        sa.Column("organisation_id", Id, nullable=False),
        sa.Column("group_id", Id, nullable=True),
        sa.Column("several", sa.Boolean(), nullable=False),
        sa.Column("answer_minutes", sa.Integer(), nullable=False),
        sa.Column("feedback_id", Id, nullable=True),
        sa.Column("next_day", sa.Date(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["engagement_id"], ["engagements.id"], name="fk_events_engagement_id"),
        sa.ForeignKeyConstraint(["feedback_id"], ["engagements.id"], name="fk_events_feedback_id"),
        sa.ForeignKeyConstraint(["group_id"], ["groups.id"], name="fk_events_group_id"),
        sa.ForeignKeyConstraint(["organisation_id"], ["organisations.id"], name="fk_events_organisation_id"),
        sa.PrimaryKeyConstraint("id", name="pk_events"),
        sa.UniqueConstraint("engagement_id", name="uq_events_engagement_id"),
    )
    op.create_index("ix_events_organisation_id", "events", ["organisation_id"], unique=False)
    op.create_table(
        "series",
        sa.Column("id", Id, nullable=False),
        sa.Column("code", sa.String(length=16), nullable=False),
        sa.Column("event_id", Id, nullable=False),
        sa.Column("rule", sa.Text(), nullable=False),
        sa.Column("local_at", sa.String(length=16), nullable=False),
        sa.Column("zone", sa.String(length=64), nullable=False),
        sa.ForeignKeyConstraint(["event_id"], ["events.id"], name="fk_series_event_id", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name="pk_series"),
        sa.UniqueConstraint("code", name="uq_series_code"),
    )
    op.create_index("ix_series_event_id", "series", ["event_id"], unique=False)
    op.create_table(
        "occasions",
        sa.Column("id", Id, nullable=False),
        sa.Column("code", sa.String(length=16), nullable=False),
        sa.Column("event_id", Id, nullable=False),
        sa.Column("organisation_id", Id, nullable=False),
        sa.Column("series_id", Id, nullable=True),
        sa.Column("series_day", sa.Date(), nullable=True),
        sa.Column("local_at", sa.String(length=16), nullable=False),
        sa.Column("zone", sa.String(length=64), nullable=False),
        sa.Column("minutes", sa.Integer(), nullable=False),
        sa.Column("starts_at", UTCDateTime(), nullable=False),
        sa.Column("ends_at", UTCDateTime(), nullable=False),
        sa.Column("place", sa.Text(), nullable=False),
        sa.Column("online", sa.Boolean(), nullable=False),
        sa.Column("joining", sa.LargeBinary(), nullable=True),
        sa.Column("capacity", sa.Integer(), nullable=True),
        sa.Column("reply_by", UTCDateTime(), nullable=True),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("closed", sa.Boolean(), nullable=False),
        sa.Column("why", sa.Text(), nullable=False),
        sa.Column("sequence", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("queued", sa.Integer(), nullable=False),
        sa.Column("walk_ins", sa.Integer(), nullable=False),
        sa.Column("quorate", sa.Boolean(), nullable=True),
        sa.Column("recorded_at", UTCDateTime(), nullable=True),
        sa.Column("warned", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["event_id"], ["events.id"], name="fk_occasions_event_id"),
        sa.ForeignKeyConstraint(["organisation_id"], ["organisations.id"], name="fk_occasions_organisation_id"),
        sa.ForeignKeyConstraint(["series_id"], ["series.id"], name="fk_occasions_series_id", ondelete="SET NULL"),
        sa.PrimaryKeyConstraint("id", name="pk_occasions"),
        sa.UniqueConstraint("code", name="uq_occasions_code"),
    )
    op.create_index("ix_occasions_event_id", "occasions", ["event_id"], unique=False)
    op.create_index("ix_occasions_starts", "occasions", ["organisation_id", "starts_at"], unique=False)
    op.create_table(
        "reserved",
        sa.Column("occasion_id", Id, nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("places", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["occasion_id"], ["occasions.id"], name="fk_reserved_occasion_id", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("occasion_id", "kind", name="pk_reserved"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "places",
        sa.Column("id", Id, nullable=False),
        sa.Column("code", sa.String(length=16), nullable=False),
        sa.Column("occasion_id", Id, nullable=False),
        sa.Column("person_id", Id, nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("how", sa.String(length=8), nullable=False),
        sa.Column("companions", sa.Integer(), nullable=False),
        sa.Column("queued", sa.Integer(), nullable=False),
        sa.Column("offered_until", UTCDateTime(), nullable=True),
        sa.Column("payment", sa.String(length=16), nullable=False),
        sa.Column("came", sa.Boolean(), nullable=True),
        sa.Column("sequence", sa.Integer(), nullable=False),
        sa.Column("changed_at", UTCDateTime(), nullable=False),
        sa.Column("seat_id", Id, nullable=True),
        sa.Column("deputy_of", Id, nullable=True),
        sa.ForeignKeyConstraint(["occasion_id"], ["occasions.id"], name="fk_places_occasion_id", ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name="fk_places_person_id", ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["seat_id"], ["seats.id"], name="fk_places_seat_id", ondelete="SET NULL"),
        sa.PrimaryKeyConstraint("id", name="pk_places"),
        sa.UniqueConstraint("code", name="uq_places_code"),
        sa.UniqueConstraint("occasion_id", "person_id", name="uq_places_occasion_id_person_id"),
    )
    op.create_index("ix_places_person_id", "places", ["person_id"], unique=False)
    op.create_index("ix_places_state", "places", ["occasion_id", "state", "kind", "queued"], unique=False)
    op.create_table(
        "needs",
        sa.Column("person_id", Id, nullable=False),
        sa.Column("need", sa.String(length=40), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=True),
        sa.Column("kept", sa.Boolean(), nullable=False),
        sa.Column("on_day", sa.Date(), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name="fk_needs_person_id", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("person_id", "need", name="pk_needs"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "place_needs",
        sa.Column("place_id", Id, nullable=False),
        sa.Column("need", sa.String(length=40), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("why", sa.Text(), nullable=False),
        sa.Column("changed_by", sa.String(length=16), nullable=False),
        sa.Column("changed_at", UTCDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["place_id"], ["places.id"], name="fk_place_needs_place_id", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("place_id", "need", name="pk_place_needs"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "claims",
        sa.Column("place_id", Id, nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("pence", sa.Integer(), nullable=True),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("why", sa.Text(), nullable=False),
        sa.Column("changed_by", sa.String(length=16), nullable=False),
        sa.Column("changed_at", UTCDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["place_id"], ["places.id"], name="fk_claims_place_id", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("place_id", name="pk_claims"),
    )
    op.create_table(
        "feeds",
        sa.Column("code", sa.String(length=32), nullable=False),
        sa.Column("organisation_id", Id, nullable=False),
        sa.Column("person_id", Id, nullable=True),
        sa.Column("group_id", Id, nullable=True),
        sa.Column("made_at", UTCDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["group_id"], ["groups.id"], name="fk_feeds_group_id", ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["organisation_id"], ["organisations.id"], name="fk_feeds_organisation_id"),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name="fk_feeds_person_id", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("code", name="pk_feeds"),
    )
    op.create_index("ix_feeds_group_id", "feeds", ["group_id"], unique=False)
    op.create_index("ix_feeds_person_id", "feeds", ["person_id"], unique=False)


def _add_meetings() -> None:
    op.create_table(
        "papers",
        sa.Column("id", Id, nullable=False),
        sa.Column("code", sa.String(length=16), nullable=False),
        sa.Column("occasion_id", Id, nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("summary", sa.Text(), nullable=False),
        sa.Column("file", sa.Text(), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=True),
        sa.Column("late", sa.Boolean(), nullable=False),
        sa.Column("sent_at", UTCDateTime(), nullable=True),
        sa.Column("added_by", sa.String(length=16), nullable=False),
        sa.Column("added_at", UTCDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["occasion_id"], ["occasions.id"], name="fk_papers_occasion_id", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name="pk_papers"),
        sa.UniqueConstraint("code", name="uq_papers_code"),
    )
    op.create_index("ix_papers_occasion_id", "papers", ["occasion_id"], unique=False)
    op.create_table(
        "points",
        sa.Column("id", Id, nullable=False),
        sa.Column("code", sa.String(length=16), nullable=False),
        sa.Column("group_id", Id, nullable=False),
        sa.Column("occasion_id", Id, nullable=True),
        sa.Column("person_id", Id, nullable=True),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("owner", sa.Text(), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=True),
        sa.Column("outcome", sa.Text(), nullable=False),
        sa.Column("raised_at", UTCDateTime(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["group_id"], ["groups.id"], name="fk_points_group_id", ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["occasion_id"], ["occasions.id"], name="fk_points_occasion_id", ondelete="SET NULL"),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name="fk_points_person_id", ondelete="SET NULL"),
        sa.PrimaryKeyConstraint("id", name="pk_points"),
        sa.UniqueConstraint("code", name="uq_points_code"),
    )
    op.create_index("ix_points_group", "points", ["group_id", "state"], unique=False)
    op.create_index("ix_points_person_id", "points", ["person_id"], unique=False)
    op.create_table(
        "point_changes",
        sa.Column("id", Id, nullable=False),
        sa.Column("point_id", Id, nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("by", sa.String(length=16), nullable=False),
        sa.Column("at", UTCDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["point_id"], ["points.id"], name="fk_point_changes_point_id", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name="pk_point_changes"),
    )
    op.create_index("ix_point_changes_point_id", "point_changes", ["point_id"], unique=False)
    op.create_table(
        "minutes",
        sa.Column("occasion_id", Id, nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("shared_at", UTCDateTime(), nullable=True),
        sa.Column("changed_by", sa.String(length=16), nullable=False),
        sa.Column("changed_at", UTCDateTime(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["occasion_id"], ["occasions.id"], name="fk_minutes_occasion_id", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("occasion_id", name="pk_minutes"),
    )
    op.create_table(
        "corrections",
        sa.Column("id", Id, nullable=False),
        sa.Column("code", sa.String(length=16), nullable=False),
        sa.Column("occasion_id", Id, nullable=False),
        sa.Column("person_id", Id, nullable=True),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("answer", sa.Text(), nullable=False),
        sa.Column("sent_at", UTCDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["occasion_id"], ["occasions.id"], name="fk_corrections_occasion_id", ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name="fk_corrections_person_id", ondelete="SET NULL"),
        sa.PrimaryKeyConstraint("id", name="pk_corrections"),
        sa.UniqueConstraint("code", name="uq_corrections_code"),
    )
    op.create_index("ix_corrections_occasion_id", "corrections", ["occasion_id"], unique=False)
    op.create_index("ix_corrections_person_id", "corrections", ["person_id"], unique=False)
    op.create_table(
        "decisions",
        sa.Column("id", Id, nullable=False),
        sa.Column("code", sa.String(length=16), nullable=False),
        sa.Column("occasion_id", Id, nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("noted_by", sa.String(length=16), nullable=False),
        sa.Column("noted_at", UTCDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["occasion_id"], ["occasions.id"], name="fk_decisions_occasion_id", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name="pk_decisions"),
        sa.UniqueConstraint("code", name="uq_decisions_code"),
    )
    op.create_index("ix_decisions_occasion_id", "decisions", ["occasion_id"], unique=False)


def _add_columns() -> None:
    op.add_column("followups", sa.Column("occasion_id", Id, nullable=True))
    op.add_column("followups", sa.Column("sequence", sa.Integer(), nullable=False, server_default="0"))
    op.add_column("followups", sa.Column("about", sa.String(length=16), nullable=False, server_default=""))
    op.create_index(
        "ix_followups_occasion",
        "followups",
        ["occasion_id", "state"],
        unique=False,
        sqlite_where=sa.text("occasion_id IS NOT NULL"),
        postgresql_where=sa.text("occasion_id IS NOT NULL"),
    )
    op.drop_index("ix_followups_due", "followups")
    for name, columns, which in (
        ("ix_followups_due", ["organisation_id", "due_at"], "state = 'waiting'"),
        ("ix_followups_ended", ["due_at"], "state != 'waiting'"),
    ):
        where = sa.text(which)
        op.create_index(name, "followups", columns, unique=False, sqlite_where=where, postgresql_where=where)
    op.add_column("people", sa.Column("asking_about", sa.String(length=48), nullable=False, server_default=""))
