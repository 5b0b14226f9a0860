"""Residents of any set of communes: people, years, and where the figures come from."""

from collections.abc import Mapping

import numpy as np
import pandas as pd

from geo.counting import SEPARATOR, Communes

# Year, method and source of a figure.
Origin = tuple[str, str, str]


class Residents:
    """A population table, indexed once and asked at every view.

    Parameters
    ----------
    people : DataFrame
        ``adm3_pcode, people, year``, and ``method, source`` where known. One row a commune; a commune
        without a row or a figure is unknown.
    """

    def __init__(self, people: pd.DataFrame) -> None:
        stated = people[people["people"].notna()]
        codes = stated["adm3_pcode"].tolist()
        columns = [
            stated[name].astype("str").tolist() if name in stated else [""] * len(stated)
            for name in ("year", "method", "source")
        ]
        self._people: dict[str, float] = dict(zip(codes, stated["people"].astype(float), strict=True))
        self._areas: dict[Communes, pd.DataFrame] = {}
        self._origins: dict[str, Origin] = dict(zip(codes, zip(*columns, strict=True), strict=True))

    def of_area(self, communes: Communes) -> pd.DataFrame:
        """Return :meth:`of` the communes taken together, as one unit without a code; read-only, kept."""
        if communes not in self._areas:
            self._areas[communes] = self.of({"": communes})
        return self._areas[communes]

    def of(self, units: Mapping[str, Communes]) -> pd.DataFrame:
        """Return the people of each unit: a sum over its communes, and how many of these lack a figure.

        Returns
        -------
        DataFrame
            ``pcode, people, people_year, people_missing``, one row a unit, in their order.
        """
        rows = []
        for pcode, communes in units.items():
            having = communes & self._people.keys()
            total = sum(self._people[code] for code in having) if having else np.nan
            years = SEPARATOR.join(sorted({self._origins[code][0] for code in having}))
            rows.append((pcode, total, years, len(communes) - len(having)))
        return pd.DataFrame(rows, columns=["pcode", "people", "people_year", "people_missing"])

    def origins(self, communes: Communes) -> tuple[Origin, ...]:
        """Return year, method and source of the people of these communes, each combination once."""
        return tuple(sorted({self._origins[code] for code in communes & self._origins.keys()}))
