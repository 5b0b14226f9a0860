"""Real files, read once; the fixture ``shared_data`` gives their folder or skips with its reason."""

import functools
import sys
from pathlib import Path

import pandas as pd


@functools.cache
def survey(folder: Path) -> pd.DataFrame:
    """The survey of water points as texts, read with plain pandas."""
    return pd.read_csv(folder / "activities/water_points_mali_2020.csv", dtype=str, keep_default_na=False)


@functools.cache
def counts(folder: Path) -> pd.DataFrame:
    """Water points counted by commune and functionality, read with plain pandas."""
    table = pd.read_csv(
        folder / "reference/water_points_by_commune.csv", dtype=str, keep_default_na=False, encoding="utf-8"
    )
    return table.assign(quantity=table["quantity"].astype(int))


def say(*figures: object) -> None:
    """Put measured figures into the test's captured output (``pytest -rP`` shows it)."""
    sys.stdout.write(" ".join(map(str, figures)) + "\n")
