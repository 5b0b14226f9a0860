"""``share(records, audience)``: the one way out for data (where things are can hurt people).

Every figure and every file for a reader is made from what this function
returns. A type is shared *exact*, *rounded* or *commune* only; an organisation
is *named*, shown by its *sector* or by *cercle* only.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import pandas as pd

from geo.activities import (
    FREE_TEXT_COLUMNS,
    PEOPLE_COLUMNS,
    PLACED_COLUMNS,
    PROVIDER_COLUMNS,
    ActivityType,
)
from geo.counting import SEPARATOR, TIE_COLUMNS

# From who sees least to who sees most; the public is whoever is not signed in, where the public mode is on.
ROLES: Final = ("public", "reader", "partner", "coordinator", "administrator")
# Two decimals of a degree are about 1.1 km.
ROUNDED_DECIMALS: Final = 2
ORGANISATION_DISPLAYS: Final = ("named", "sector", "cercle")
# What could lead to one record, one house or one cash box.
IDENTIFIER_COLUMNS: Final = ("record_key", "project_code")
# The provider's own words for the place: a village or a quarter may stand in any of them.
PROVIDER_PLACES: Final = tuple(
    f"provider_adm{number}_{part}" for number in (1, 2, 3) for part in ("name", "pcode")
)


@dataclass(frozen=True)
class Audience:
    """Who reads: a role, and for a partner the organisation whose own records are seen in full."""

    role: str = "reader"
    organisation: str = ""

    def __post_init__(self) -> None:
        if self.role not in ROLES:
            raise ValueError(f"no role {self.role!r}: one of {', '.join(ROLES)}")

    @property
    def key(self) -> str:
        """What a cache is keyed by, so that no reader gets another's frame."""
        return f"{self.role}:{self.organisation}"


READER: Final = Audience()
PUBLIC: Final = Audience("public")


def share(
    records: pd.DataFrame,
    audience: Audience,
    *,
    types: Mapping[str, ActivityType],
    organisations: Mapping[str, str] | None = None,
) -> pd.DataFrame:
    """Return records as this audience may see them; the rows stay, what is too fine goes.

    Parameters
    ----------
    records : DataFrame
        Placed records.
    types : mapping
        Activity types with their sharing level; a type that is not known is
        shared at commune level.
    organisations : mapping of str to str, optional
        Organisation to ``sector`` or ``cercle``; one that is not in it is named.

    Returns
    -------
    DataFrame
        A new frame with the same rows (for the public, those of types that are
        not sensitive). Columns that are not of the record are left out: what
        they hold is not known. Identifiers that are withheld leave only the tie
        between a row and the finer rows it is made of.
    """
    if audience.role == "public":
        return _of_the_public(share(records, READER, types=types, organisations=organisations), types)
    if audience.role in ("coordinator", "administrator"):
        return records.copy()
    known = set(PROVIDER_COLUMNS) | set(PLACED_COLUMNS)
    records = records[[column for column in records.columns if column in known]]
    levels = {name: made.sharing for name, made in types.items()}
    level = records["activity_type"].map(lambda name: levels.get(name, "commune"))
    own = pd.Series(audience.role == "partner", index=records.index)
    own &= records["implementing_org"].eq(audience.organisation) & (audience.organisation != "")
    shared = _rounded(records, level.eq("rounded") & ~own)
    shared = _to_commune(shared, level.eq("commune") & ~own)
    displays = organisations or {}
    coarse = [name for name, shown in displays.items() if shown == "cercle"]
    shared = _to_cercle(shared, _names_one(records, coarse) & ~own)
    hidden = [name for name, shown in displays.items() if shown == "sector"]
    shared = _by_sector(shared, _names_one(records, hidden) & ~own, hidden)
    return _without_names(shared, hidden, ~own)


def _of_the_public(shared: pd.DataFrame, types: Mapping[str, ActivityType]) -> pd.DataFrame:
    """Leave out sensitive types, people, amounts, positions and identifiers.

    What the public is told of sensitive types and of people stands in tables of its own
    (:mod:`geo.withholding`); so nothing else that is made of these records can give a small number back.
    """
    public = [name for name, made in types.items() if made.sharing != "commune"]
    kept = shared[shared["activity_type"].isin(public)]
    every = pd.Series(True, index=kept.index)
    nothing = dict.fromkeys((*PEOPLE_COLUMNS, "amount", "household_size"), np.nan)
    return _to_commune(kept, every).assign(**nothing, currency="")


def _names_one(records: pd.DataFrame, organisations: Sequence[str]) -> pd.Series:
    """Rows that one of these organisations implements, alone or with others."""
    wanted = set(organisations)
    cells = records["implementing_org"]
    found = {text: bool(wanted & set(_parts(str(text)))) for text in cells.unique()} if wanted else {}
    return cells.map(lambda text: found.get(text, False)).astype(bool)


def _parts(cell: str) -> list[str]:
    return [part.strip() for part in cell.split(SEPARATOR)]


def cells_seen(
    records: pd.DataFrame,
    audience: Audience,
    *,
    types: Mapping[str, ActivityType],
    organisations: Mapping[str, str] | None = None,
) -> pd.Series:
    """Return the rows whose cells this audience may read as the partner wrote them.

    What :func:`share` withholds in part, it withholds whole of a cell that could not be read.

    Parameters
    ----------
    records : DataFrame
        ``activity_type, implementing_org`` as they are, not as they are shared.
    """
    if audience.role in ("coordinator", "administrator"):
        return pd.Series(True, index=records.index)
    exact = [name for name, made in types.items() if made.sharing == "exact"]
    displays = organisations or {}
    hidden = [name for name, shown in displays.items() if shown != "named"]
    seen = records["activity_type"].isin(exact) & ~_names_one(records, hidden)
    own = records["implementing_org"].eq(audience.organisation) & (audience.organisation != "")
    return seen | (own & (audience.role == "partner"))


def _rounded(records: pd.DataFrame, rows: pd.Series) -> pd.DataFrame:
    if not rows.any():
        return records
    rounded = {
        column: records[column].where(~rows, records[column].round(ROUNDED_DECIMALS))
        for column in ("longitude", "latitude")
    }
    finer = {column: records[column].where(~rows, "") for column in FREE_TEXT_COLUMNS}
    return records.assign(**rounded, **finer)


def _to_commune(records: pd.DataFrame, rows: pd.Series) -> pd.DataFrame:
    if not rows.any():
        return records
    nowhere = {
        column: records[column].where(~rows, np.nan) for column in ("longitude", "latitude", "distance_km")
    }
    silent = {column: records[column].where(~rows, "") for column in (*FREE_TEXT_COLUMNS, *PROVIDER_PLACES)}
    point = rows & records["precision"].eq("point")
    precision = records["precision"].where(~point, "commune")
    return _untied(records.assign(**nowhere, **silent, precision=precision), rows)


def _untied(records: pd.DataFrame, rows: pd.Series) -> pd.DataFrame:
    """Withhold identifiers; rows that belong together keep a number that says only that."""
    tied = rows & records["project_code"].ne("") & records["record_key"].ne("")
    tied &= records.duplicated(list(TIE_COLUMNS), keep=False)
    group = records[list(TIE_COLUMNS)].groupby(list(TIE_COLUMNS), sort=False, observed=True).ngroup()
    opaque = ("~" + group.astype("str")).where(tied, "")
    return records.assign(**{column: records[column].where(~rows, opaque) for column in IDENTIFIER_COLUMNS})


def _to_cercle(records: pd.DataFrame, rows: pd.Series) -> pd.DataFrame:
    if not rows.any():
        return records
    coarser = _to_commune(records, rows)
    cercle = rows & records["adm2_pcode"].ne("")
    # A record of several cercles keeps its wider set; only what is finer than a cercle is lifted.
    several = rows & ~cercle & records["precision"].eq("several")
    lifted = coarser["place_set"].where(~cercle, coarser["adm2_pcode"])
    lifted = lifted.where(~several, lifted.map(_cercles_of))
    precision = coarser["precision"].where(~cercle, "cercle")
    blank = {column: coarser[column].where(~rows, "") for column in ("adm3_pcode", "candidates")}
    return coarser.assign(**blank, place_set=lifted, precision=precision)


def _cercles_of(place_set: str) -> str:
    from geo import pcodes  # noqa: PLC0415  # only records of several places need it

    def lift(code: str) -> str:
        return pcodes.parent(code, "cercle") if pcodes.level(code) == "commune" else code

    return SEPARATOR.join(dict.fromkeys(lift(code) for code in place_set.split(SEPARATOR)))


def _by_sector(records: pd.DataFrame, rows: pd.Series, hidden: Sequence[str]) -> pd.DataFrame:
    if not rows.any():
        return records
    named = [
        SEPARATOR.join(
            dict.fromkeys(f"[{sector or '…'}]" if part in hidden else part for part in _parts(cell))
        )
        for cell, sector in zip(records["implementing_org"], records["sector"], strict=True)
    ]
    # The source of a record is often its organisation's own report.
    silent = {
        column: records[column].where(~rows, "")
        for column in ("partner_orgs", "source_id", *FREE_TEXT_COLUMNS)
    }
    untied = _untied(records, rows)
    shown = records["implementing_org"].where(~rows, pd.Series(named, index=records.index, dtype="str"))
    return untied.assign(implementing_org=shown, **silent)


def _without_names(records: pd.DataFrame, hidden: Sequence[str], rows: pd.Series) -> pd.DataFrame:
    """Leave hidden organisations out of the lists of other organisations' records too."""
    if not hidden:
        return records
    shown = {
        column: records[column].where(~rows, records[column].map(lambda cell: _left_of(cell, hidden)))
        for column in ("partner_orgs", "donor")
    }
    return records.assign(**shown)


def _left_of(cell: str, hidden: Sequence[str]) -> str:
    return SEPARATOR.join(part for part in _parts(cell) if part not in hidden)
