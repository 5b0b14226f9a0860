"""First tables of the store."""

from typing import Final

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

TEXTS: Final = (
    "record_key",
    "source_id",
    "project_code",
    "implementing_org",
    "donor",
    "partner_orgs",
    "sector",
    "activity_type",
    "subtype",
    "activity_status",
    "functionality",
    "observed_on",
    "start_date",
    "end_date",
    "currency",
    "provider_place_text",
    "provider_adm1_name",
    "provider_adm2_name",
    "provider_adm3_name",
    "provider_locality",
    "provider_adm1_pcode",
    "provider_adm2_pcode",
    "provider_adm3_pcode",
    "provider_vintage",
    "remarks",
    "outcome",
    "reason",
    "precision",
    "place_set",
    "adm1_pcode",
    "adm2_pcode",
    "adm3_pcode",
    "vintage",
    "method",
    "candidates",
    "flags",
)
NUMBERS: Final = (
    "quantity",
    "possible_repeats",
    "area_ha",
    "amount",
    "household_size",
    "targeted_people",
    "targeted_households",
    "targeted_groups",
    "reached_people",
    "reached_households",
    "reached_groups",
    "targeted_people_female",
    "targeted_people_male",
    "targeted_people_under18",
    "targeted_people_disability",
    "reached_people_female",
    "reached_people_male",
    "reached_people_under18",
    "reached_people_disability",
    "longitude",
    "latitude",
    "score",
    "distance_km",
)


def _text(name: str) -> sa.Column:
    return sa.Column(name, sa.Text, nullable=False, server_default="")


def _whole(name: str, refers: str = "", *, nullable: bool = True) -> sa.Column:
    key = [sa.ForeignKey(refers)] if refers else []
    return sa.Column(name, sa.Integer, *key, nullable=nullable)


def _table(name: str, *columns: sa.Column) -> None:
    op.create_table(name, sa.Column("id", sa.Integer, primary_key=True), *columns)


def _named(name: str, key: str, *columns: sa.Column) -> None:
    op.create_table(name, sa.Column(key, sa.Text, primary_key=True), *columns)


def upgrade() -> None:
    """Make every table of the first version."""
    enabled = sa.Column("enabled", sa.Boolean, nullable=False, server_default=sa.true())
    changed = ("changed_at", "changed_by")
    _named("sources", "source_id", _text("details"), enabled, *map(_text, changed))
    _named("profiles", "name", _text("details"), *map(_text, changed))
    _named("meta", "name", sa.Column("value", sa.Text))
    _imports()
    _records()
    _history()
    _table("problems", _whole("import_id", "imports.id", nullable=False), _text("details"))
    op.create_index("ix_problems_import_id", "problems", ["import_id"])
    _decisions()
    _table("audit", *map(_text, ("at", "who", "action", "details")))


def _imports() -> None:
    source = sa.Column("source_id", sa.Text, sa.ForeignKey("sources.source_id"), nullable=False)
    partial = sa.Column("partial", sa.Boolean, nullable=False, server_default=sa.false())
    papers = ("file_name", "file_sha256", "options", "profile")
    dates = ("imported_at", "imported_by", "undone_at", "undone_by", "summary")
    _table("imports", source, *map(_text, papers), partial, *map(_text, dates))


def _records() -> None:
    _table(
        "records",
        _whole("import_id", "imports.id", nullable=False),
        sa.Column("identity", sa.Text, nullable=False),
        sa.Column("live", sa.Boolean, nullable=False),
        *map(_text, ("placed_with", "extra", *TEXTS)),
        *(sa.Column(name, sa.Double) for name in NUMBERS),
    )
    op.create_index("ix_records_source", "records", ["source_id", "identity"])
    op.create_index("ix_records_live", "records", ["live", "source_id"])


def _history() -> None:
    _table(
        "history",
        _whole("import_id", "imports.id", nullable=False),
        *(sa.Column(name, sa.Text, nullable=False) for name in ("source_id", "identity", "change")),
        _whole("record_id", "records.id"),
        _whole("file_row"),
    )
    op.create_index("ix_history_identity", "history", ["source_id", "identity"])
    op.create_index("ix_history_import", "history", ["import_id"])


def _decisions() -> None:
    keys = ("text_key", "region_key", "cercle_key", "level", "place_key")
    written = ("text", "region", "cercle", "pcode", "note")
    kind = sa.Column("kind", sa.Text, nullable=False)
    dates = ("decided_at", "decided_by", "revoked_at", "revoked_by")
    _table("decisions", kind, *map(_text, (*keys, *written, *dates)))
    of_record = [sa.Column(name, sa.Text, nullable=False) for name in ("source_id", "identity", "field")]
    dates = ("corrected_at", "corrected_by", "revoked_at", "revoked_by")
    _table("corrections", *of_record, *map(_text, ("before", "after", "reason", *dates)))


def downgrade() -> None:
    """Remove every table; what the store held is lost: take a backup first."""
    tables = "audit corrections decisions problems history records imports meta profiles sources"
    for name in tables.split():
        op.drop_table(name)
