"""The public alternate names of places that ship with the boundaries."""

import pandas as pd

from geo import settings
from geo.io.tables import read_table


def read_spellings() -> pd.DataFrame:
    """Public ways to write a unit beside its official name: ``level, pcode, spelling, source``."""
    return read_table(settings.BOUNDARIES_DIR / "spellings.csv")
