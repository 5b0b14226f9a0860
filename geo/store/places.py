"""Place records with what the store knows: the matcher over the units in use, and remembered decisions."""

from collections.abc import Mapping

import pandas as pd

from geo.activities import Source
from geo.boundaries import Boundaries
from geo.gazetteer import Gazetteer
from geo.io.places import read_gazetteer
from geo.matching import match
from geo.placing import place
from geo.readings import parent_readings
from geo.stated import Matcher


def place_records(
    records: pd.DataFrame, boundaries: Boundaries, *, sources: Mapping[str, Source]
) -> pd.DataFrame:
    """Place records with the project's own matcher and vintages."""
    units = boundaries.units
    names = read_gazetteer(units)

    def readings(region: str) -> tuple[frozenset[str], ...]:
        found = parent_readings(region, names)
        return (frozenset(found),) if found else ()

    placed = place(records, boundaries, matcher=matcher_of(units), readings=readings, sources=sources)
    return placed


def matcher_of(units: pd.DataFrame) -> Matcher:
    """Return the matcher of :mod:`geo.matching` over these units, in the form that placing asks for.

    Names are looked for among the regions drawn; a region, and what is stated
    to lie in a region outside them, among all units of both countries.
    """
    drawn, every = read_gazetteer(units), read_gazetteer(units.assign(drawn=True))
    focus = set(units.loc[units["drawn"], "adm1_pcode"])

    def ask(questions: pd.DataFrame, names: Gazetteer) -> pd.DataFrame:
        found = match(questions, names, text="text", region="region", cercle="cercle", level="level")
        return found.drop(columns="level")

    def matcher(questions: pd.DataFrame) -> pd.DataFrame:
        regions = (
            questions["region"]
            .drop_duplicates()
            .to_frame("text")
            .assign(region="", cercle="", level="region")
        )
        pcodes = ask(regions, every)["pcode"]
        outside = set(regions.loc[(pcodes != "") & ~pcodes.isin(focus), "text"])
        wide = questions["level"].eq("region") | questions["region"].isin(outside)
        parts = [ask(questions[wide], every), ask(questions[~wide], drawn)]
        return pd.concat([part for part in parts if len(part)]).reindex(questions.index)

    return matcher
