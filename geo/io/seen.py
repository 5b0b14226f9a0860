"""Which keys came before: sorted out on disk, so that memory does not grow with their number."""

from pathlib import Path
from typing import Final

import numpy as np
import pandas as pd

# Keys are spread over so many files by their first bits; one of them at a time is looked through.
_FILES: Final = 256
_PIECE: Final = 250_000
_ENTRY: Final = [("high", "u8"), ("low", "u8"), ("row", "u8")]


class Seen:
    """Keys of rows in the order they come; afterwards, which of them an earlier row had.

    Parameters
    ----------
    folder : Path
        An empty folder for 25 bytes a row.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self.rows = 0

    def add(self, keys: np.ndarray) -> None:
        """Keep the keys, of shape (rows, 2), of the next rows."""
        entries = np.empty(len(keys), dtype=_ENTRY)
        entries["high"], entries["low"] = keys[:, 0], keys[:, 1]
        entries["row"] = np.arange(self.rows, self.rows + len(keys))
        place = keys[:, 0] % _FILES
        order = np.argsort(place, kind="stable")
        ends = np.searchsorted(place[order], np.arange(_FILES), side="right")
        for number, part in enumerate(np.split(entries[order], ends[:-1])):
            if len(part):
                with self._file(number).open("ab") as file:
                    part.tofile(file)
        self.rows += len(keys)

    def repeated(self) -> np.ndarray:
        """Return, for each row, whether an earlier one had its key; an array that lies on disk."""
        if not self.rows:
            return np.zeros(0, dtype=bool)
        with (self._folder / "repeated").open("wb") as file:
            # Really written: a page of a file with holes that finds the disk full ends the process.
            for start in range(0, self.rows, _PIECE):
                file.write(bytes(min(_PIECE, self.rows - start)))
        marks = np.memmap(self._folder / "repeated", dtype=bool, mode="r+", shape=(self.rows,))
        for number in range(_FILES):
            if self._file(number).exists():
                self._mark(self._file(number), marks)
        return marks

    def _file(self, number: int) -> Path:
        return self._folder / f"{number:03}"

    @staticmethod
    def _mark(path: Path, marks: np.memmap) -> None:
        held = pd.DataFrame({"high": [], "low": []}, dtype="uint64")
        with path.open("rb") as file:
            while len(entries := np.fromfile(file, dtype=_ENTRY, count=_PIECE)):
                fresh = pd.DataFrame({"high": entries["high"], "low": entries["low"]})
                both = pd.concat([held, fresh], ignore_index=True)
                again = both.duplicated().to_numpy()
                marks[entries["row"][again[len(held) :]]] = True
                held = both[~again]
