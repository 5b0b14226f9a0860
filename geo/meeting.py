"""What a meeting is given: every type, the gaps and who is present in an area, asked once for all its files.

No exporter counts: the atlas, the slides, the workbook, the tables and the map of
one file all read the same :class:`Meeting`.
"""

import functools
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Final

import numpy as np
import pandas as pd

from geo.facts import Facts, Frame, Prepared, View, as_text, build
from geo.filters import split
from geo.gaps import Gaps, at_level, commune_gaps
from geo.norms import NormSet
from geo.overlaps import Overlaps, find
from geo.pcodes import country

PRESENCE_COLUMNS: Final = ("adm2_pcode", "implementing_org", "sector", "start_date", "end_date")


@dataclass(frozen=True, eq=False)
class Subject:
    """One type of activity in the area: the same records by commune and by cercle."""

    communes: Facts
    cercles: Facts

    @property
    def label(self) -> str:
        """Name of the type in the current language."""
        return self.communes.kind.label

    @functools.cached_property
    def rows(self) -> Mapping[str, Mapping[str, Any]]:
        """Values of each commune and cercle by P-code."""
        return by_code(self.communes.units) | by_code(self.cercles.units)


@dataclass(frozen=True, eq=False)
class Need:
    """Need and gap of one type: by commune and of the area, and by cercle (sums of communes).

    Attributes
    ----------
    cercles : DataFrame
        Of :func:`geo.gaps.at_level`.
    """

    gaps: Gaps
    cercles: pd.DataFrame

    @property
    def label(self) -> str:
        """Name of the type in the current language."""
        return self.gaps.facts.kind.label

    @functools.cached_property
    def rows(self) -> Mapping[str, Mapping[str, Any]]:
        """Need and gap of each commune and cercle by P-code."""
        return by_code(self.gaps.table) | by_code(self.cercles)


@dataclass(frozen=True, eq=False)
class Meeting:
    """The answer to one question of place, for every type that has records there.

    Attributes
    ----------
    subjects : tuple of Subject
        Types with a record that meets the area, in the order of the settings.
    needs : tuple of Need
        Types whose gap is known in some commune of the area.
    without_need : tuple of str
        Types in the area that have a norm and a gap known in no commune of it.
    cercles : tuple of str
        P-codes of the cercles that the area touches.
    communes : tuple of str
        P-codes of the communes of the area.
    presence : DataFrame
        Who is present: ``adm2_pcode, implementing_org, sector, start_date, end_date``, once each.
    estimated : frozenset of str
        Communes whose population is an estimate.
    overlaps : Overlaps or None
        Pairs of records by different partners in the same commune, see :func:`geo.overlaps.find`.
    unnamed : int
        Records of the area whose organisation is not reported, so that they give nobody presence.
    """

    view: View
    frame: Frame
    subjects: tuple[Subject, ...]
    needs: tuple[Need, ...]
    without_need: tuple[str, ...]
    cercles: tuple[str, ...]
    communes: tuple[str, ...]
    presence: pd.DataFrame = field(repr=False)
    estimated: frozenset[str] = frozenset()
    unnamed: int = 0
    overlaps: Overlaps | None = field(default=None, repr=False)

    @property
    def records(self) -> pd.DataFrame:
        """Shared records of all types behind the figures."""
        return pd.concat([subject.communes.records for subject in self.subjects])

    def need_of(self, activity_type: str) -> Need | None:
        """Return the need of a type, where one is known."""
        found = [need for need in self.needs if need.gaps.facts.view.activity_type == activity_type]
        return found[0] if found else None


def meeting(
    prepared: Prepared,
    view: View,
    *,
    norm_set: NormSet,
    not_comparable: pd.DataFrame | None = None,
    include_not_comparable: bool = False,
    villages: Mapping[str, int] | None = None,
) -> Meeting:
    """Ask everything that the files of a meeting say.

    Parameters
    ----------
    prepared : Prepared
        Records that have passed :func:`geo.sharing.share`, with the population.
    view : View
        ``unit, regions, filters, period, assumptions`` count for every type; the measure counts for
        the view's own type, the others are measured as their settings say.
    """
    frame = prepared.frame
    shown = frame.shown(view)
    subjects = tuple(
        subject
        for name, of_type in prepared.of_type.items()
        if len(of_type.records)
        for subject in [_subject(prepared, view, name)]
        if len(subject.communes.rows)
    )
    normed = {norm.activity_type for norm in norm_set.norms}
    # What is missing is missing for everyone: a filter on a partner takes no work away.
    asked = [
        replace(each.communes.view, filters={}, period=("", ""))
        for each in subjects
        if each.communes.kind.name in normed
    ]
    gaps = [
        commune_gaps(
            prepared,
            each,
            norm_set=norm_set,
            not_comparable=not_comparable,
            include_not_comparable=include_not_comparable,
            villages=villages,
        )
        for each in asked
    ]
    cercles = tuple(code for code, communes in frame.grids["cercle"].units.items() if communes & shown)
    presence, unnamed = _presence(prepared, subjects, frozenset(cercles))
    return Meeting(
        view=view,
        frame=frame,
        subjects=subjects,
        needs=tuple(_need(each, prepared) for each in gaps if len(each.ranked)),
        without_need=tuple(each.facts.kind.name for each in gaps if not len(each.ranked)),
        cercles=cercles,
        communes=tuple(code for code in frame.grids["commune"].units if code in shown),
        presence=presence,
        estimated=_estimated(prepared.population),
        unnamed=unnamed,
        overlaps=find(prepared, view, types=[each.communes.kind.name for each in subjects])
        if subjects
        else None,
    )


def _estimated(population: pd.DataFrame) -> frozenset[str]:
    if "method" not in population:
        return frozenset()
    return frozenset(population.loc[population["method"].astype("str").eq("estimate"), "adm3_pcode"])


def _subject(prepared: Prepared, view: View, name: str) -> Subject:
    own = name == view.activity_type
    measure = view.measure if own else prepared.of_type[name].kind.measure
    asked = replace(view, activity_type=name, measure=measure, level="commune")
    return Subject(build(prepared, asked), build(prepared, replace(asked, level="cercle")))


def _need(gaps: Gaps, prepared: Prepared) -> Need:
    return Need(gaps, at_level(gaps, prepared, "cercle"))


def _presence(
    prepared: Prepared, subjects: tuple[Subject, ...], cercles: frozenset[str]
) -> tuple[pd.DataFrame, int]:
    """Organisations with a named place in each cercle, by sector, with the dates their records span."""
    found, unnamed = [], 0
    for subject in subjects:
        of_type = prepared.of_type[subject.communes.kind.name]
        rows = subject.communes.rows
        records = as_text(of_type.records.iloc[rows])
        unnamed += int(records["implementing_org"].eq("").sum())
        pairs = of_type.pairs["cercle"]
        named = pd.DataFrame({"set": pairs.set_index, "unit": pairs.unit_index})[pairs.presence]
        sets = pd.DataFrame({"set": of_type.set_of_record[rows], "row": np.arange(len(rows))})
        both = sets.merge(named, on="set")
        there = records.iloc[both["row"].to_numpy()].assign(
            adm2_pcode=np.array(pairs.units, dtype=object)[both["unit"].to_numpy()]
        )
        each = there.assign(implementing_org=there["implementing_org"].map(split)).explode("implementing_org")
        found.append(each[each["implementing_org"].ne("") & each["adm2_pcode"].isin(list(cercles))])
    if not found:
        return pd.DataFrame(columns=list(PRESENCE_COLUMNS)), unnamed
    return _once(pd.concat(found)), unnamed


def _once(there: pd.DataFrame) -> pd.DataFrame:
    observed = there["observed_on"]
    dated = there.assign(
        start_date=there["start_date"].where(there["start_date"] != "", observed),
        end_date=there["end_date"].where(there["end_date"] != "", observed),
    )
    keys = ["adm2_pcode", "implementing_org", "sector"]
    spans = dated.groupby(keys, sort=True, as_index=False)
    return spans.agg(start_date=("start_date", _earliest), end_date=("end_date", "max"))


def _earliest(dates: pd.Series) -> str:
    reported = dates[dates != ""]
    return str(reported.min()) if len(reported) else ""


def by_code(table: pd.DataFrame) -> dict[str, Mapping[str, Any]]:
    """Rows of a table of units by their P-code."""
    return {
        str(row["pcode"]): {str(name): value for name, value in row.items()}
        for row in table.to_dict("records")
    }


def decided(meeting: Meeting, pairs: pd.DataFrame) -> Meeting:
    """Return the meeting with the decisions on its pairs of records.

    Parameters
    ----------
    pairs : DataFrame
        Of :func:`geo.store.meeting.with_decisions`; a note on records of a type that is shared by commune
        only is left out, as all free text of such records is.
    """
    if meeting.overlaps is None:
        return meeting
    kinds = {each.communes.kind.name for each in meeting.subjects if each.communes.kind.sharing == "exact"}
    notes = pairs["note"].where(pairs["activity_type"].isin(list(kinds)), "")
    return replace(meeting, overlaps=replace(meeting.overlaps, pairs=pairs.assign(note=notes)))


def countries(meeting: Meeting) -> tuple[str, ...]:
    """Countries of the area, ``ML`` or ``MR``, each once."""
    return tuple(sorted({country(code) for code in meeting.communes}))
