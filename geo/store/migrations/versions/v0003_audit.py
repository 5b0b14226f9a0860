"""The journal says in which role, about which file and rows, and whether the records changed."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

# Until now every other act changed the records.
QUIET = "('overlap', 'revoke_overlap', 'snapshot', 'forget_snapshot')"


def upgrade() -> None:
    """Add the columns, and the index that keeps the version of the records cheap to ask."""
    for name in ("role", "about"):
        op.add_column("audit", sa.Column(name, sa.Text, nullable=False, server_default=""))
    op.add_column("audit", sa.Column("changes", sa.Boolean, nullable=False, server_default=sa.true()))
    op.execute(f"UPDATE audit SET changes = false WHERE action IN {QUIET}")
    op.create_index("ix_audit_changes", "audit", ["changes", "id"])


def downgrade() -> None:
    """Remove what was added; lines that change no records would be taken for changes, and go too."""
    op.execute(f"DELETE FROM audit WHERE NOT changes AND action NOT IN {QUIET}")
    op.drop_index("ix_audit_changes", "audit")
    for name in ("changes", "about", "role"):
        op.drop_column("audit", name)
