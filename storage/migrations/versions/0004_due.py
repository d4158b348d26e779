"""What the bot starts by itself is found in the order it is due, and what is on its way without a search."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the index."""
    op.create_index(
        "ix_outbox_due",
        "outbox",
        ["bot_id", "state", "lane", "due_at", "id"],
        unique=False,
        sqlite_where=sa.text("due_at IS NOT NULL AND state IN ('pending', 'sending')"),
        postgresql_where=sa.text("due_at IS NOT NULL AND state IN ('pending', 'sending')"),
    )
