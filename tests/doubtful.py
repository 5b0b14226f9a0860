"""A made file of doubtful places: communes stated under a cercle that does not hold them."""

from pathlib import Path

import pandas as pd

from geo.io import load_boundaries

HEADINGS = "record_key;Région;Cercle;Commune;Type d'activité;Nombre;Partenaire"


def doubtful(path: Path, groups: int, *, rows: int = 1) -> list[tuple[str, str]]:
    """Write a file with so many groups, the first with one row more; name and P-code that each means."""
    units = load_boundaries().units
    communes = units[units["adm1_pcode"].isin(["ML05", "ML06", "ML07"])]
    names = communes["adm3_name"].tolist()
    # A name that begins another one could mean that one.
    alone = [sum(other.startswith(name) for other in names) == 1 for name in names]
    asked = [
        (row, cercle)
        for turn in range(4)
        for row in communes[alone].to_dict("records")
        for cercle in _others(units, row)[turn : turn + 1]
    ]
    right, lines = [], [HEADINGS]
    for place, (row, cercle) in enumerate(asked[:groups]):
        right.append((row["adm3_name"], row["adm3_pcode"]))
        lines += [
            f"K{place}-{each};{row['adm1_name']};{cercle};{row['adm3_name']};AVEC;1;Association des essais"
            for each in range(rows + (place == 0))
        ]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return right


def _others(units: pd.DataFrame, row: dict) -> list[str]:
    """The other cercles of a commune's region."""
    beside = (units["adm1_pcode"] == row["adm1_pcode"]) & (units["adm2_pcode"] != row["adm2_pcode"])
    return units.loc[beside, "adm2_name"].drop_duplicates().tolist()
