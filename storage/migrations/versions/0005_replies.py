"""Replies are found by an index of their own, which a broadcast does not fill, and nobody takes for the index of a broadcast."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the index anew."""
    op.drop_index("ix_outbox_waiting", table_name="outbox")
    op.create_index(
        "ix_outbox_waiting",
        "outbox",
        ["bot_id", "lane", "id"],
        unique=False,
        sqlite_where=sa.text("due_at IS NULL AND state IN ('pending', 'sending')"),
        postgresql_where=sa.text("due_at IS NULL AND state IN ('pending', 'sending')"),
    )
