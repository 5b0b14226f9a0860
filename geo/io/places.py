"""The names of places that ship with the boundaries, ready to be matched."""

import pandas as pd

from geo import settings
from geo.gazetteer import Gazetteer, gazetteer
from geo.io.tables import read_communes, read_parent_readings, read_table


def read_spellings() -> pd.DataFrame:
    """Public ways to write a unit beside its official name: ``level, pcode, spelling, source``."""
    return read_table(settings.BOUNDARIES_DIR / "spellings.csv")


def read_gazetteer(communes: pd.DataFrame | None = None) -> Gazetteer:
    """Names of all units with their listed spellings and what parents meant in other years.

    ``communes`` are those in use; without them the 939 that ship with the product.
    """
    units = read_communes() if communes is None else communes
    return gazetteer(units, spellings=read_spellings(), readings=read_parent_readings())
