"""What running it for real needs: pauses, the pace kept across restarts, and letters found without a search."""

import sqlalchemy as sa
from alembic import op

from storage.columns import Id, UTCDateTime

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make both tables, and an index for each kind of letter that is looked for."""
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
    op.drop_table("leases")  # nothing ever used it: locks that end with their process do its work
    op.add_column("outbox", sa.Column("ended_at", UTCDateTime(), nullable=True))
    op.execute("UPDATE outbox SET ended_at = created_at WHERE state = 'unknown'")
    ended = "due_at IS NOT NULL AND broadcast_id IS NULL AND state IN ('sent', 'failed', 'left')"
    _find("ix_outbox_ended", ["broadcast_id", "ended_at"], ended)
    _find("ix_outbox_failed", ["bot_id", "lane", "state", "reason"], "state = 'failed'")
    _find("ix_outbox_unknown", ["bot_id", "id"], "state = 'unknown'")
    _find("ix_outbox_due", ["bot_id", "state", "lane", "due_at", "id"], "due_at IS NOT NULL AND state IN ('pending', 'sending')")
    op.drop_index("ix_outbox_waiting", table_name="outbox")  # of replies alone from here on: a broadcast must not fill it
    _find("ix_outbox_waiting", ["bot_id", "lane", "id"], "due_at IS NULL AND state IN ('pending', 'sending')")


def _find(name: str, columns: list[str], where: str) -> None:
    op.create_index(name, "outbox", columns, unique=False, sqlite_where=sa.text(where), postgresql_where=sa.text(where))
