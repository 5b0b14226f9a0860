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


def read_regions_2023() -> pd.DataFrame:
    """Region since 2023 of each cercle of Mali of 2021."""
    return read_table(settings.BOUNDARIES_DIR / "regions_2023.csv")


def read_parent_readings() -> pd.DataFrame:
    """Older, newer and short names of regions and cercles, and what they mean today."""
    return read_table(settings.BOUNDARIES_DIR / "parent_readings.csv")


def read_code_changes() -> pd.DataFrame:
    """P-codes that mean different units in different vintages."""
    return read_table(settings.BOUNDARIES_DIR / "code_changes.csv")
