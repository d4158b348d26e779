"""What words and questions brought: pictures, who wrote an edition, the wording of a wish.

Databases made before anything was released may hold all this under the number 0001; then there is nothing to do.
"""

import sqlalchemy as sa
from alembic import op

from storage.columns import Id, UTCDateTime

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add what is missing, and fill it from what is known."""
    if sa.inspect(op.get_bind()).has_table("pictures"):
        return
    _add_pictures()
    op.add_column("engagements", sa.Column("edited", sa.String(length=16), nullable=False, server_default="file"))
    op.add_column("engagements", sa.Column("file_edition_id", Id, nullable=True))
    op.execute("UPDATE engagements SET file_edition_id = edition_id")
    op.add_column("editions", sa.Column("served_at", UTCDateTime(), nullable=True))
    op.execute("UPDATE editions SET served_at = made_at")
    _rebuild_wishes()
    _rebuild_release_counts()


def _add_pictures() -> None:
    op.create_table(
        "uploads",
        sa.Column("bot_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("hash", sa.String(length=64), nullable=False),
        sa.Column("file_id", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("bot_id", "hash", name="pk_uploads"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "pictures",
        sa.Column("organisation_id", Id, nullable=False),
        sa.Column("hash", sa.String(length=64), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["organisation_id"], ["organisations.id"], name="fk_pictures_organisation_id"),
        sa.PrimaryKeyConstraint("organisation_id", "hash", name="pk_pictures"),
    )
    op.create_table(
        "edition_pictures",
        sa.Column("edition_id", Id, nullable=False),
        sa.Column("file", sa.String(length=255), nullable=False),
        sa.Column("hash", sa.String(length=64), nullable=False),
        sa.ForeignKeyConstraint(["edition_id"], ["editions.id"], name="fk_edition_pictures_edition_id"),
        sa.PrimaryKeyConstraint("edition_id", "file", name="pk_edition_pictures"),
        sqlite_with_rowid=False,
    )


def _rebuild_wishes() -> None:
    """A wish gains its edition and language: of the conversation it was made in, else of the engagement and the person.

    The table is made anew: SQLite adds no column that refers to another table and may not be empty.
    """
    op.execute(
        "CREATE TEMPORARY TABLE kept AS SELECT w.person_id, w.engagement_id, w.step,"
        " COALESCE(s.edition_id, e.edition_id) AS edition_id, p.language, w.chosen, w.sealed FROM wishes w"
        " JOIN people p ON p.id = w.person_id JOIN engagements e ON e.id = w.engagement_id"
        " LEFT JOIN sessions s ON s.person_id = w.person_id AND s.engagement_id = w.engagement_id"
    )
    op.drop_table("wishes")
    op.create_table(
        "wishes",
        sa.Column("person_id", Id, nullable=False),
        sa.Column("engagement_id", Id, nullable=False),
        sa.Column("step", sa.String(length=40), nullable=False),
        sa.Column("edition_id", Id, nullable=False),
        sa.Column("language", sa.String(length=35), nullable=False),
        sa.Column("chosen", sa.Text(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=True),
        sa.ForeignKeyConstraint(["edition_id"], ["editions.id"], name="fk_wishes_edition_id"),
        sa.ForeignKeyConstraint(["engagement_id"], ["engagements.id"], name="fk_wishes_engagement_id"),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name="fk_wishes_person_id", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("person_id", "engagement_id", "step", name="pk_wishes"),
        sqlite_with_rowid=False,
    )
    _put_back("wishes", "person_id, engagement_id, step, edition_id, language, chosen, sealed")


def _rebuild_release_counts() -> None:
    """Of a ranking the option and its place are counted, so the name grows longer."""
    op.execute("CREATE TEMPORARY TABLE kept AS SELECT * FROM release_counts")
    op.drop_table("release_counts")
    op.create_table(
        "release_counts",
        sa.Column("release_id", Id, nullable=False),
        sa.Column("step", sa.String(length=40), nullable=False),
        sa.Column("option", sa.String(length=48), nullable=False),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["release_id"], ["releases.id"], name="fk_release_counts_release_id"),
        sa.PrimaryKeyConstraint("release_id", "step", "option", name="pk_release_counts"),
        sqlite_with_rowid=False,
    )
    _put_back("release_counts", "release_id, step, option, count")


def _put_back(table: str, columns: str) -> None:
    op.execute(f"INSERT INTO {table} ({columns}) SELECT {columns} FROM kept")  # noqa: S608 - names from this file alone
    op.execute("DROP TABLE kept")
