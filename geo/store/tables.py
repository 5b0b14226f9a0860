"""The tables of the store, in SQLAlchemy Core: the same on SQLite and PostgreSQL.

What partners sent is never overwritten: ``records`` holds versions of rows, ``history``
says which import stated which version of which row, and ``live`` marks the versions that
stand now. An import that is undone keeps its rows, so that undoing works in any order.
"""

from typing import Final

import sqlalchemy as sa

from geo.signs import tidied

# Longer than any note, name or reason that somebody types [characters].
LONGEST_TYPED: Final = 4_000

# Written out, not taken from geo.activities: a column added there needs a migration here (a test
# says so); until then its values are kept in ``extra``.
STORED_TEXTS: Final = (
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
)
STORED_NUMBERS: Final = (
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
)
STORED_PLACED_TEXTS: Final = (
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
STORED_PLACED_NUMBERS: Final = ("score", "distance_km")

METADATA: Final = sa.MetaData()


class Typed(sa.TypeDecorator[str]):
    """What somebody types: without signs that nobody sees, and not without end, whoever sends it."""

    impl = sa.Text
    cache_ok = True

    def process_bind_param(self, value: str | None, dialect: sa.Dialect) -> str | None:
        """Return the text as it is kept, and as it is looked for."""
        return None if value is None else tidied(value[:LONGEST_TYPED])


def _text(name: str) -> sa.Column:
    return sa.Column(name, sa.Text, nullable=False, server_default="")


def _typed(name: str) -> sa.Column:
    return sa.Column(name, Typed, nullable=False, server_default="")


def _records() -> sa.Table:
    columns = [
        *(_text(name) for name in (*STORED_TEXTS, *STORED_PLACED_TEXTS)),
        *(sa.Column(name, sa.Double) for name in (*STORED_NUMBERS, *STORED_PLACED_NUMBERS)),
    ]
    return sa.Table(
        "records",
        METADATA,
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("import_id", sa.Integer, sa.ForeignKey("imports.id"), nullable=False),
        sa.Column("identity", sa.Text, nullable=False),
        sa.Column("live", sa.Boolean, nullable=False),
        _text("placed_with"),
        _text("extra"),
        *columns,
        sa.Index("ix_records_source", "source_id", "identity"),
        sa.Index("ix_records_live", "live", "source_id"),
    )


IMPORTS: Final = sa.Table(
    "imports",
    METADATA,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("source_id", sa.Text, sa.ForeignKey("sources.source_id"), nullable=False),
    _typed("file_name"),
    _text("file_sha256"),
    _text("options"),
    _typed("profile"),
    sa.Column("partial", sa.Boolean, nullable=False, server_default=sa.false()),
    _text("imported_at"),
    _typed("imported_by"),
    _text("undone_at"),
    _typed("undone_by"),
    _text("summary"),
)
RECORDS: Final = _records()
HISTORY: Final = sa.Table(
    "history",
    METADATA,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("import_id", sa.Integer, sa.ForeignKey("imports.id"), nullable=False),
    sa.Column("source_id", sa.Text, nullable=False),
    sa.Column("identity", sa.Text, nullable=False),
    sa.Column("change", sa.Text, nullable=False),
    sa.Column("record_id", sa.Integer, sa.ForeignKey("records.id")),
    sa.Column("file_row", sa.Integer),
    sa.Index("ix_history_identity", "source_id", "identity"),
    sa.Index("ix_history_import", "import_id"),
)
PROBLEMS: Final = sa.Table(
    "problems",
    METADATA,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("import_id", sa.Integer, sa.ForeignKey("imports.id"), nullable=False, index=True),
    _text("details"),
)
SOURCES: Final = sa.Table(
    "sources",
    METADATA,
    sa.Column("source_id", sa.Text, primary_key=True),
    _text("details"),
    sa.Column("enabled", sa.Boolean, nullable=False, server_default=sa.true()),
    _text("changed_at"),
    _typed("changed_by"),
)
PROFILES: Final = sa.Table(
    "profiles",
    METADATA,
    sa.Column("name", Typed, primary_key=True),
    _text("details"),
    _text("changed_at"),
    _typed("changed_by"),
)
DECISIONS: Final = sa.Table(
    "decisions",
    METADATA,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("kind", sa.Text, nullable=False),
    *(_text(name) for name in ("text_key", "region_key", "cercle_key", "level", "place_key")),
    *(_text(name) for name in ("text", "region", "cercle", "pcode")),
    _typed("note"),
    *(_text(name) for name in ("decided_at", "revoked_at")),
    *(_typed(name) for name in ("decided_by", "revoked_by")),
)
CORRECTIONS: Final = sa.Table(
    "corrections",
    METADATA,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("source_id", sa.Text, nullable=False),
    sa.Column("identity", sa.Text, nullable=False),
    sa.Column("field", sa.Text, nullable=False),
    *(_text(name) for name in ("before", "corrected_at", "revoked_at")),
    *(_typed(name) for name in ("after", "reason", "corrected_by", "revoked_by")),
)
ORGANISATIONS: Final = sa.Table(
    "organisations",
    METADATA,
    sa.Column("id", sa.Integer, primary_key=True),
    _text("kind"),
    *(_typed(name) for name in ("text", "organisation", "note")),
    *(_text(name) for name in ("decided_at", "revoked_at")),
    *(_typed(name) for name in ("decided_by", "revoked_by")),
)
OVERLAPS: Final = sa.Table(
    "overlap_decisions",
    METADATA,
    sa.Column("id", sa.Integer, primary_key=True),
    *(_text(name) for name in ("first_source", "first_identity", "second_source", "second_identity")),
    _text("decision"),
    _typed("note"),
    *(_text(name) for name in ("decided_at", "revoked_at")),
    *(_typed(name) for name in ("decided_by", "revoked_by")),
)
SNAPSHOTS: Final = sa.Table(
    "snapshots",
    METADATA,
    sa.Column("id", sa.Integer, primary_key=True),
    _text("taken_at"),
    *(_typed(name) for name in ("name", "taken_by")),
    sa.Column("records", sa.Integer, nullable=False, server_default="0"),
)
SNAPSHOT_RECORDS: Final = sa.Table(
    "snapshot_records",
    METADATA,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("snapshot_id", sa.Integer, sa.ForeignKey("snapshots.id"), nullable=False, index=True),
    *(_text(name) for name in ("source_id", "identity", "details")),
)
# The table from claim to role as administrators add to it; a line withdrawn stays, with who and when.
USERS: Final = sa.Table(
    "users",
    METADATA,
    sa.Column("id", sa.Integer, primary_key=True),
    *(_typed(name) for name in ("claim", "value", "organisation")),
    *(_text(name) for name in ("role", "added_at", "revoked_at")),
    *(_typed(name) for name in ("added_by", "revoked_by")),
)
# Sessions that were ended before their time: a digest of each, until it would have ended anyway. No part
# of a backup (it is not in the order below): a restore opens none of them again.
ENDED_SESSIONS: Final = sa.Table(
    "ended_sessions",
    METADATA,
    sa.Column("digest", sa.Text, primary_key=True),
    _text("until"),
)
# Lines are added and never changed: geo.store.audit reads them.
AUDIT: Final = sa.Table(
    "audit",
    METADATA,
    sa.Column("id", sa.Integer, primary_key=True),
    *(_text(name) for name in ("at", "action", "role", "about")),
    *(_typed(name) for name in ("who", "details")),
    sa.Column("changes", sa.Boolean, nullable=False, server_default=sa.true()),
    sa.Index("ix_audit_changes", "changes", "id"),
)
META: Final = sa.Table(
    "meta", METADATA, sa.Column("name", sa.Text, primary_key=True), sa.Column("value", sa.Text)
)
# A table comes after those that it refers to.
ORDER: Final = (
    SOURCES,
    PROFILES,
    IMPORTS,
    RECORDS,
    HISTORY,
    PROBLEMS,
    DECISIONS,
    CORRECTIONS,
    ORGANISATIONS,
    OVERLAPS,
    SNAPSHOTS,
    SNAPSHOT_RECORDS,
    USERS,
    AUDIT,
    META,
)

# Progress is kept beside: on SQLite in a file of its own, because one long import holds
# the store's only writer and nobody could be told how far it is.
JOBS_METADATA: Final = sa.MetaData()
JOBS: Final = sa.Table(
    "jobs",
    JOBS_METADATA,
    sa.Column("id", sa.Integer, primary_key=True),
    *(_typed(name) for name in ("file_name", "who")),
    *(_text(name) for name in ("state", "step", "message", "result")),
    *(_text(name) for name in ("started_at", "changed_at")),
    sa.Column("pid", sa.Integer),
    _text("host"),
    sa.Column("done", sa.Integer, nullable=False, server_default="0"),
    sa.Column("total", sa.Integer, nullable=False, server_default="0"),
)
