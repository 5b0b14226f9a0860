"""The section on distance: people within reach of a working point, or what is missing to say so."""

import pandas as pd
import streamlit as st

from geo.distances import RADII_M, by_unit, caveat, within
from geo.facts import Prepared, View
from geo.i18n import _, number, percent
from geo.io import localities as locality_files
from geo.ui import data, sheets
from geo.ui.needing import placed_localities
from geo.weighing import counted_points


def section(prepared: Prepared, view: View) -> str:
    """Return localities and people by region within each distance, or what has to be installed first."""
    of_type = prepared.of_type[view.activity_type]
    installed = locality_files.in_use()
    points = counted_points(of_type, view.assumptions)
    lacking = []
    if not installed:
        lacking.append(
            _(
                "Il manque une liste de localités : « python -m geo localities install FICHIER » "
                "la met en place."
            )
        )
    if not len(points):
        text = _("Il manque des positions : aucun enregistrement de ce type, en service, n'a de coordonnées.")
        lacking.append(text)
    if lacking:
        body = sheets.bullets(lacking)
    else:
        key = f"{data.version()}|{installed}|{view.activity_type}|{view.assumptions}"
        body = _table(_by_region(key, data.ground().boundaries.version, points))
    return body + sheets.paragraph(caveat(), "key")


@st.cache_resource(max_entries=16, show_spinner=False)
def _by_region(key: str, boundaries_version: str, _points: pd.DataFrame) -> pd.DataFrame:
    communes = data.ground().boundaries.communes
    placed = placed_localities()
    if placed is None:
        raise RuntimeError("the list of localities went away while the page was made")
    kept = placed[placed["adm3_pcode"].isin(data.ground().frame.focus)].reset_index(drop=True)
    region = dict(zip(communes["adm3_pcode"], communes["adm1_name"], strict=True))
    return by_unit(kept, within(kept, _points), unit_of=region)


def _table(found: pd.DataFrame) -> str:
    reach = [f"{radius:g}m" for radius in RADII_M]
    heads = [_("Région"), _("Localités")]
    heads += [_("Localités à moins de {d} m").format(d=number(radius)) for radius in RADII_M]
    heads += [_("Personnes à moins de {d} m").format(d=number(radius)) for radius in RADII_M]
    rows = []
    for row in found.to_dict("records"):
        places = [
            _share(row[f"localities_within_{each}"], row[f"localities_within_{each}_pct"]) for each in reach
        ]
        people = [_share(row[f"people_within_{each}"], row[f"people_within_{each}_pct"]) for each in reach]
        rows.append([str(row["pcode"]), number(row["localities"]), *places, *people])
    return sheets.sheet(heads, rows, caption=_("Distance"), numeric=range(1, len(heads)))


def _share(count: float, pct: float) -> str:
    if pd.isna(pct):
        return _("inconnu")
    return f"{number(count)} ({percent(pct / 100)})"
