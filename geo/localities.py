"""Localities: places where people live, checked and put into their commune."""

from typing import Final

import geopandas as gpd
import numpy as np
import pandas as pd

from geo.i18n import ngettext, number
from geo.locating import NOWHERE, locate
from geo.signs import tidied

COLUMNS: Final = ("name", "longitude", "latitude", "people")


def checked(raw: pd.DataFrame) -> tuple[pd.DataFrame, tuple[str, ...]]:
    """Return localities with a usable position, and what was left out in words.

    Parameters
    ----------
    raw : DataFrame
        :data:`COLUMNS` as text; an empty or unreadable number of people is unknown, never zero.
    """
    numbers = {
        name: pd.to_numeric(raw[name].astype("str").str.replace(",", ".", regex=False), errors="coerce")
        for name in ("longitude", "latitude")
    }
    people = pd.to_numeric(
        raw["people"].astype("str").str.replace(r"[\s\u00a0\u202f]", "", regex=True), errors="coerce"
    )
    names = raw["name"].astype("str").map(tidied).astype("str")
    table = pd.DataFrame({"name": names, **numbers, "people": people.where(people >= 0).astype(float)})
    placed = table["longitude"].between(-180, 180) & table["latitude"].between(-90, 90)
    # 0, 0 is an empty cell that became a number: no land lies there.
    placed &= ~((table["longitude"] == 0) & (table["latitude"] == 0))
    kept = table[placed]
    once = kept[~kept.duplicated(["name", "longitude", "latitude"])]
    notes = []
    if len(table) > len(kept):
        lost = len(table) - len(kept)
        text = ngettext("{n} ligne sans position utilisable", "{n} lignes sans position utilisable", lost)
        notes.append(text.format(n=number(lost)))
    if len(kept) > len(once):
        again = len(kept) - len(once)
        text = ngettext("{n} répétition laissée de côté", "{n} répétitions laissées de côté", again)
        notes.append(text.format(n=number(again)))
    return once.reset_index(drop=True), tuple(notes)


def in_communes(localities: pd.DataFrame, communes: gpd.GeoDataFrame) -> pd.DataFrame:
    """Return localities with ``adm3_pcode``, ``""`` outside every commune.

    Parameters
    ----------
    communes : GeoDataFrame
        ``adm3_pcode, geometry`` in EPSG:4326.
    """
    index = locate(
        localities["longitude"].to_numpy(dtype=float),
        localities["latitude"].to_numpy(dtype=float),
        communes.geometry.to_numpy(),
    )
    codes = np.append(communes["adm3_pcode"].to_numpy(dtype=object), "")
    return localities.assign(adm3_pcode=pd.array(codes[np.where(index == NOWHERE, -1, index)], dtype="str"))


def villages_by_commune(localities: pd.DataFrame) -> dict[str, int]:
    """Localities of each commune, for norms by village."""
    counts = localities.loc[localities["adm3_pcode"] != "", "adm3_pcode"].value_counts()
    return {str(code): int(count) for code, count in counts.items()}
