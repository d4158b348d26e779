"""What running it for real needs: pauses, the pace kept across restarts, and unknown letters found without a search."""

import sqlalchemy as sa
from alembic import op

from storage.columns import Id, UTCDateTime

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make both tables and the index."""
    op.create_table(
        "pauses",
        sa.Column("organisation_id", Id, nullable=False),
        sa.Column("what", sa.String(length=40), nullable=False),
        sa.Column("why", sa.Text(), nullable=False),
        sa.Column("who", sa.Text(), nullable=False),
        sa.Column("since", UTCDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["organisation_id"], ["organisations.id"], name="fk_pauses_organisation_id"),
        sa.PrimaryKeyConstraint("organisation_id", "what", name="pk_pauses"),
    )
    op.create_table(
        "paces",
        sa.Column("bot_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("pace", sa.Float(), nullable=False),
        sa.Column("held_until", UTCDateTime(), nullable=True),
        sa.Column("at", UTCDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("bot_id", name="pk_paces"),
    )
    op.create_index(
        "ix_outbox_unknown",
        "outbox",
        ["bot_id", "id"],
        unique=False,
        sqlite_where=sa.text("state = 'unknown'"),
        postgresql_where=sa.text("state = 'unknown'"),
    )
