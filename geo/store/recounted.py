"""Rows left where the counts that an import replaces had them: decided with it, taken back with it."""

import dataclasses
import json
from typing import Any, Final

import pandas as pd
import sqlalchemy as sa

from geo.activities import PLACED_COLUMNS
from geo.boundaries import Boundaries
from geo.choices import COUNTED
from geo.i18n import _, ngettext, number
from geo.stated import NAME_COLUMNS
from geo.store import database
from geo.store.alike import SPOT_SEPARATOR, place_keys, spot_keys
from geo.store.decisions import alike_by_spot
from geo.store.planning import Plan
from geo.store.positions import with_counted_positions
from geo.store.tables import DECISIONS, IMPORTS, RECORDS

# In the summary of an import: how many rows it left, and the decisions that say so.
SUMMARY: Final = "as_counted"


def kept(plan: Plan, boundaries: Boundaries) -> Plan:
    """Return the plan with rows left where the replaced counts had them: placed there, and decided."""
    made = _decisions(plan)
    if made.empty:
        return plan
    placed = with_counted_positions(plan.records, boundaries, made)
    records = plan.records.assign(**placed[list(PLACED_COLUMNS)])
    return dataclasses.replace(plan, records=records, decided=made)


def decide(connection: sa.Connection, plan: Plan, *, who: str, of_import: int) -> dict[str, Any]:
    """Write the decisions of a plan down, in the transaction of its import; return them for its summary."""
    if plan.decided.empty:
        return {}
    note = _("import {n} : laissé où le comptait « {source} », que cet import remplace").format(
        n=of_import, source=", ".join(one.called for one in plan.replaces)
    )
    stamp = {"kind": COUNTED, "note": note, "decided_at": database.now(), "decided_by": who}
    numbers = []
    for row in plan.decided.to_dict("records"):
        values = {str(name): value for name, value in row.items() if name != "rows"} | stamp
        inserted = connection.execute(sa.insert(DECISIONS).values(values)).inserted_primary_key
        numbers.append(int(inserted[0]) if inserted else 0)
        database.note(connection, "decide", who, f"{numbers[-1]} {row['pcode']} {row['rows']}")
    return {SUMMARY: {"rows": int(plan.decided["rows"].sum()), "decisions": numbers}}


def take_back(connection: sa.Connection, source_id: str, *, who: str) -> int:
    """Revoke what the imports of a source decided, once none of them stands; return how many.

    While one stands the counts stay replaced, and its rows where they were counted.
    """
    of_source = sa.select(IMPORTS.c.summary, IMPORTS.c.undone_at).where(IMPORTS.c.source_id == source_id)
    rows = connection.execute(of_source).all()
    if any(not row.undone_at for row in rows):
        return 0
    numbers = [each for row in rows for each in json.loads(row.summary).get(SUMMARY, {}).get("decisions", [])]
    stands = (DECISIONS.c.id.in_(numbers), DECISIONS.c.revoked_at == "", DECISIONS.c.kind == COUNTED)
    open_ones = connection.execute(sa.select(DECISIONS.c.id, DECISIONS.c.place_key).where(*stands)).all()
    for row in open_ones:
        database.stamp_revoked(connection, DECISIONS, row.id, who=who)
        database.note(connection, "revoke", who, str(row.id))
    # Rows of another source at the same positions are placed again when they are next read.
    again = [{"old": each} for row in open_ones for each in alike_by_spot(connection, row._asdict())]
    if again:
        unplaced = sa.update(RECORDS).where(RECORDS.c.id == sa.bindparam("old")).values(placed_with="")
        connection.execute(unplaced, again)
    return len(open_ones)


def _decisions(plan: Plan) -> pd.DataFrame:
    """One decision for each commune, stated place and reason: its keys, its words, its number of rows."""
    columns = ["pcode", "place_key", "text", "region", "cercle", "rows"]
    offered = plan.recount.rows
    if offered.empty:
        return pd.DataFrame(columns=columns)
    records = plan.records.loc[offered["row"]]
    region, cercle, _commune = NAME_COLUMNS.values()
    rows = pd.DataFrame(
        {
            "pcode": offered["unit_before"].to_numpy(),
            "reason": offered["reason"].to_numpy(),
            "stated": place_keys(records).to_numpy(),
            "spot": spot_keys(records).to_numpy(),
            "region": records[region].to_numpy(),
            "cercle": records[cercle].to_numpy(),
        }
    )
    made = []
    for (pcode, _reason, _stated), group in rows.groupby(["pcode", "reason", "stated"], sort=True):
        first = group.iloc[0]
        spots = sorted(set(group["spot"]))
        words = ngettext("{n} position", "{n} positions", len(group)).format(n=number(len(group)))
        text = words if len(group) > 1 else spots[0].partition("|")[0].replace(",", ", ")
        key = SPOT_SEPARATOR.join(spots)
        made.append((pcode, key, text, first["region"], first["cercle"], len(group)))
    return pd.DataFrame(made, columns=columns)
