"""The records as they would count after an import that is only planned."""

import dataclasses

import pandas as pd

from geo.activities import PLACED_COLUMNS
from geo.boundaries import Boundaries
from geo.store import database, held, sources
from geo.store.current import with_repeats
from geo.store.files import Store
from geo.store.planning import Plan
from geo.store.rows import plain


def foreseen(plan: Plan, now: Store, boundaries: Boundaries) -> Store:
    """Return the store as it would be after a plan is applied.

    Parameters
    ----------
    now : Store
        What counts now, see :func:`geo.store.load`.
    """
    source_id = plan.source.source_id
    gone = {one.source_id for one in plan.replaces}
    others = now.records[~now.records["source_id"].isin(gone | {source_id})]
    counting = {name: source for name, source in now.sources.items() if name not in gone}
    if not plan.replaced_by:
        own = _own(plan, boundaries)
        others = with_repeats(pd.concat([others, plain(own)], ignore_index=True)) if len(own) else others
        counting |= {source_id: plan.source}
    version = f"{now.version}|{plan.file_sha256}|{plan.basis}"
    return dataclasses.replace(now, records=others, sources=counting, version=version)


def _own(plan: Plan, boundaries: Boundaries) -> pd.DataFrame:
    """Records of the source after the import: those of the file, corrected, and those that stay beside."""
    source_id = plan.source.source_id
    with database.reading() as connection:
        made = held.corrections(connection, source_id)
        stands = held.standing(connection, source_id) if plan.partial else pd.DataFrame()
        decided = held.decisions(connection)
        known = {**sources.imported(connection), source_id: plan.source}
    # The places of the plan are those of the records as they are corrected.
    fresh, _lapsed = held.corrected(plan.records.drop(columns=list(PLACED_COLUMNS)), made)
    fresh = fresh.join(plan.records[list(PLACED_COLUMNS)])
    if stands.empty:
        return fresh
    beside, _lapsed = held.corrected(stands[~stands["identity"].isin(fresh["identity"])], made)
    beside = held.up_to_date(beside, boundaries, sources=known, decided=decided)
    return pd.concat([beside, fresh], ignore_index=True)
