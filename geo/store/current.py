"""The records in use: the shipped ones or a file of one's own."""

import os
from pathlib import Path

from geo.boundaries import Boundaries
from geo.store.files import RECORDS_VARIABLE, TYPE_VARIABLE, Store, load_file, load_shipped


def load(boundaries: Boundaries) -> Store:
    """Load the file that ``COUVERTURE_RECORDS`` names, else the shipped records.

    Raises
    ------
    RecordFileError
        If the named file cannot be read.
    """
    named = os.environ.get(RECORDS_VARIABLE, "").strip()
    if not named:
        return load_shipped(boundaries)
    return load_file(Path(named), boundaries, activity_type=os.environ.get(TYPE_VARIABLE, "").strip())
