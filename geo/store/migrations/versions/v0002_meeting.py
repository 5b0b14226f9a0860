"""Tables of the coordination meeting: names of organisations, overlaps decided, states kept."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def _table(name: str, texts: tuple[str, ...], *columns: sa.Column) -> None:
    written = [sa.Column(text, sa.Text, nullable=False, server_default="") for text in texts]
    op.create_table(name, sa.Column("id", sa.Integer, primary_key=True), *columns, *written)


def upgrade() -> None:
    """Make the tables of the meeting."""
    decided = ("decided_at", "decided_by", "revoked_at", "revoked_by")
    _table("organisations", ("kind", "text", "organisation", "note", *decided))
    pair = ("first_source", "first_identity", "second_source", "second_identity")
    _table("overlap_decisions", (*pair, "decision", "note", *decided))
    count = sa.Column("records", sa.Integer, nullable=False, server_default="0")
    _table("snapshots", ("name", "taken_at", "taken_by"), count)
    of_snapshot = sa.Column("snapshot_id", sa.Integer, sa.ForeignKey("snapshots.id"), nullable=False)
    _table("snapshot_records", ("source_id", "identity", "details"), of_snapshot)
    op.create_index("ix_snapshot_records_snapshot_id", "snapshot_records", ["snapshot_id"])


def downgrade() -> None:
    """Remove the tables of the meeting; what they held is lost."""
    for name in ("snapshot_records", "snapshots", "overlap_decisions", "organisations"):
        op.drop_table(name)
