"""The tables that ship beside the layers: facts of the communes, shapes, moughataas."""

from pathlib import Path

import pandas as pd

from geo import settings


def read_table(path: Path) -> pd.DataFrame:
    """Read a CSV as text: P-codes stay strings, an empty field stays empty, ``NA`` stays a name."""
    return pd.read_csv(path, dtype=str, keep_default_na=False, encoding="utf-8")


def read_communes() -> pd.DataFrame:
    """Facts of all 939 communes: names, parents, spellings, area, label point (``data/boundaries``)."""
    return read_table(settings.BOUNDARIES_DIR / "communes.csv")


def read_shape_pcodes() -> pd.DataFrame:
    """Which polygon of the source is which commune of Mali."""
    return read_table(settings.BOUNDARIES_DIR / "shape_pcodes.csv")


def read_moughataas() -> pd.DataFrame:
    """Which moughataas of 2024 each of the 57 polygons of 2020 is."""
    return read_table(settings.BOUNDARIES_DIR / "moughataas.csv")
