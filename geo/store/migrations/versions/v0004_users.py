"""Who has access, as administrators add and withdraw it; sessions that were ended before their time."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def _text(name: str) -> sa.Column:
    return sa.Column(name, sa.Text, nullable=False, server_default="")


def upgrade() -> None:
    """Make both tables."""
    said = ("claim", "value", "organisation", "role")
    stamped = ("added_at", "added_by", "revoked_at", "revoked_by")
    op.create_table(
        "users", sa.Column("id", sa.Integer, primary_key=True), *map(_text, said), *map(_text, stamped)
    )
    op.create_table("ended_sessions", sa.Column("digest", sa.Text, primary_key=True), _text("until"))


def downgrade() -> None:
    """Remove them; who was given access in the app has none any more."""
    op.drop_table("ended_sessions")
    op.drop_table("users")
