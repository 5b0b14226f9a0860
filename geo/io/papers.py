"""The papers that readers see: the glossary of the docs."""

from pathlib import Path

import pandas as pd

from geo import settings
from geo.io.tables import read_table

GLOSSARY = settings.PROJECT_DIR / "docs" / "glossary.csv"
GLOSSARY_COLUMNS = ("term_column", "fr", "en", "definition_fr", "definition_en")


def read_glossary(path: Path = GLOSSARY) -> pd.DataFrame:
    """Terms in French and English; no row where the file is not there.

    Returns
    -------
    DataFrame
        ``term_column, fr, en, definition_fr, definition_en``, all text.
    """
    if not path.is_file():
        return pd.DataFrame(columns=list(GLOSSARY_COLUMNS), dtype="str")
    return read_table(path)[list(GLOSSARY_COLUMNS)]
