"""The place a record states, by names and codes, as a set of units.

The finest level that is stated counts; several names in one cell are separated
by ``;`` and make a set. Parents narrow the search; they are never guessed from.
Where no column names a place finer than a region, a zone in free text does
(:mod:`geo.zones`).
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Final

import pandas as pd

from geo import pcodes
from geo.counting import SEPARATOR
from geo.settings import LEVELS
from geo.zones import Place, read_zone

NAME_COLUMNS: Final = {
    "region": "provider_adm1_name",
    "cercle": "provider_adm2_name",
    "commune": "provider_adm3_name",
}
CODE_COLUMNS: Final = {
    "region": "provider_adm1_pcode",
    "cercle": "provider_adm2_pcode",
    "commune": "provider_adm3_pcode",
}
KEY_COLUMNS: Final = (*NAME_COLUMNS.values(), *CODE_COLUMNS.values(), "provider_vintage")
# text, region, cercle, level -> outcome, pcode, method, score, candidates, located_in_pcode
Matcher = Callable[[pd.DataFrame], pd.DataFrame]


# Every set of units that a region's name can mean, current vintage first.
Readings = Callable[[str], tuple[frozenset[str], ...]]


def stating(pcode: str, communes: pd.DataFrame) -> dict[str, str]:
    """Return what a record has to state to lie in this unit and in no other: names and codes of all levels.

    Parameters
    ----------
    communes : DataFrame
        ``adm*_pcode, adm*_name, version``.

    Raises
    ------
    KeyError
        If no unit has this P-code.
    """
    numbers = {level: number for number, level in enumerate(LEVELS, 1)}
    told = dict.fromkeys(KEY_COLUMNS, "")
    for depth in numbers.values():
        found = communes[communes[f"adm{depth}_pcode"] == pcode]
        if len(found):
            row = found.iloc[0]
            for level in LEVELS[:depth]:
                told[NAME_COLUMNS[level]] = str(row[f"adm{numbers[level]}_name"])
                told[CODE_COLUMNS[level]] = str(row[f"adm{numbers[level]}_pcode"])
            return told | {"provider_vintage": str(row["version"])}
    raise KeyError(pcode)


def _no_readings(_region: str) -> tuple[frozenset[str], ...]:
    return ()


def resolve(
    records: pd.DataFrame, units: pd.DataFrame, *, matcher: Matcher, readings: Readings = _no_readings
) -> pd.DataFrame:
    """Return the stated place of every record.

    Parameters
    ----------
    records : DataFrame
        With the provider's place columns (:data:`KEY_COLUMNS`).
    units : DataFrame
        The communes with ``country, adm*_pcode, adm*_name, version``.
    matcher : callable
        Takes a frame of ``text, region, cercle, level`` and returns, row by row,
        ``outcome, pcode, method, score, candidates, located_in_pcode``.
    readings : callable, optional
        Every set of units that a stated region can mean: a code inside one of an
        older vintage does not contradict it.

    Returns
    -------
    DataFrame
        Same index: ``stated_level`` (``""`` where nothing is stated), ``stated_set``,
        ``stated_method``, ``stated_score``, ``stated_reason`` (``""`` where it is
        settled), ``stated_candidates``, ``stated_flags``.
    """
    keys = [*KEY_COLUMNS, "zone"]
    asked = records[list(KEY_COLUMNS)].assign(zone=_zones(records))
    distinct = asked.drop_duplicates().reset_index(drop=True)
    by_code = _by_code(distinct, units)
    by_name = _by_name(distinct, matcher)
    older = [frozenset().union(*readings(region)) for region in distinct[NAME_COLUMNS["region"]]]
    settled = pd.DataFrame(
        [_settle(*said) for said in zip(by_code, by_name, older, strict=True)], columns=RESULT_COLUMNS
    )
    looked_up = asked.merge(distinct.join(settled), on=keys, how="left", validate="many_to_one")
    return looked_up[list(RESULT_COLUMNS)].set_axis(records.index)


RESULT_COLUMNS: Final = (
    "stated_level",
    "stated_set",
    "stated_method",
    "stated_score",
    "stated_reason",
    "stated_candidates",
    "stated_flags",
)
Stated = tuple[str, str, str, float, str, str, str]
NOTHING: Final[Stated] = ("", "", "", float("nan"), "", "", "")


def _settle(code: Stated, name: Stated, older: frozenset[str]) -> Stated:
    """One answer from what the code and what the name say; ``older`` are other readings of the region."""
    code_level, code_set, _, _, code_reason, _, code_flags = code
    name_level, name_set, _, _, name_reason, _, _ = name
    if not code_level or not name_level:
        return code if code_level else name
    if code_reason:
        return _settle_by_name(code, name)
    if name_reason:
        return _settle_by_code(code, name)
    if code_level == name_level and code_set == name_set:
        return (code_level, code_set, "pcode+name", 100.0, "", "", code_flags)
    finer, wider = (code, name) if LEVELS.index(code_level) > LEVELS.index(name_level) else (name, code)
    if code_level == name_level:
        return _disagree(code, name)
    if _nested(finer[1], wider[1].split(SEPARATOR)):
        return finer
    if name_level == "region" and _nested(code_set, older):
        return (*code[:6], _joined(code_flags, "older_vintage"))
    return _disagree(code, name)


def _settle_by_name(code: Stated, name: Stated) -> Stated:
    """Return what a name says beside a code that cannot be used as it stands."""
    code_level, code_set, _, _, code_reason, _, code_flags = code
    name_settled = not name[4]
    # A name that is settled beside a code without a known vintage settles the code, if they agree.
    if code_reason == "code_without_vintage" and name_settled and code_set == name[1]:
        return (code_level, code_set, "pcode+name", 100.0, "", "", code_flags)
    # A code of another unit in whatever vintage: the two are shown side by side.
    if code_reason == "code_without_vintage" and name_settled and code_level == name[0]:
        return _disagree(code, name)
    if code_reason == "unknown_code" and name_settled:
        return (*name[:6], _joined(name[6], "unknown_code"))
    return code


def _settle_by_code(code: Stated, name: Stated) -> Stated:
    """Return what a usable code says beside a name that is not settled."""
    code_level, code_set, _, _, _, _, code_flags = code
    name_reason, candidates = name[4], name[5]
    if name_reason == "unknown_place":
        return (*code[:6], _joined(code_flags, "name_not_matched"))
    # A name that several units share is settled by a code among them.
    if name_reason == "ambiguous_place" and code_set in candidates.split(SEPARATOR):
        return (code_level, code_set, "pcode+name", 100.0, "", "", code_flags)
    return _disagree(code, name)


def _disagree(code: Stated, name: Stated) -> Stated:
    both = _joined(code[1], name[1], name[5])
    return (code[0], "", "", float("nan"), "code_and_name_disagree", both, code[6])


def _nested(place_set: str, above: Iterable[str]) -> bool:
    units = list(above)
    return all(any(pcodes.nests(code, unit) for unit in units) for code in place_set.split(SEPARATOR))


def _joined(*parts: str) -> str:
    return SEPARATOR.join(dict.fromkeys(part for text in parts for part in text.split(SEPARATOR) if part))


def _by_code(distinct: pd.DataFrame, units: pd.DataFrame) -> list[Stated]:
    versions = {
        code: version
        for level in ("adm1_pcode", "adm2_pcode", "adm3_pcode")
        for code, version in zip(units[level], units["version"], strict=True)
    }
    return [_read_codes(row, versions) for row in distinct.to_dict("records")]


def _read_codes(row: dict, versions: dict[str, str]) -> Stated:
    for level in reversed(LEVELS):
        written = _cells(row[CODE_COLUMNS[level]])
        if not written:
            continue
        repaired = [pcodes.repair(text) for text in written]
        flags = _code_flags(row)
        codes = [one.pcode for one in repaired]
        text = SEPARATOR.join(codes)
        if not all(code in versions for code in codes):
            return (level, "", "", float("nan"), "unknown_code", SEPARATOR.join(written), flags)
        above = [pcodes.repair(part).pcode for part in _codes_above(row, level)]
        if any(above) and not _nested(text, filter(None, above)):
            return (level, "", "", float("nan"), "place_contradicted", _joined(text, *above), flags)
        # A code means nothing without its vintage: ML09 is Bamako in one and Taoudénit in another.
        if {row["provider_vintage"]} != {versions[code] for code in codes}:
            return (level, text, "pcode", float("nan"), "code_without_vintage", text, flags)
        return (level, text, "pcode", 100.0, "", "", flags)
    return NOTHING


def _code_flags(row: Mapping[str, str]) -> str:
    """Say what was done to the codes of a row, at any level, to make them out."""
    stated = [(level, text) for level, column in CODE_COLUMNS.items() for text in _cells(row[column])]
    repaired = [(level, pcodes.repair(text)) for level, text in stated]
    flags = ["code_repaired"] if any(one.repaired for _level, one in repaired) else []
    # A cercle's code in the column of regions (ML0901 for Bamako) says the same place twice.
    other = any(one.pcode and pcodes.level(one.pcode) != level for level, one in repaired)
    return _joined(*flags, *(["code_of_other_level"] if other else []))


def _cells(cell: str) -> list[str]:
    return [text for text in cell.split(SEPARATOR) if text.strip()]


def _codes_above(row: Mapping[str, str], level: str) -> Sequence[str]:
    """Return the codes stated at the next level above that has any."""
    for above in reversed(LEVELS[: LEVELS.index(level)]):
        if stated := _split(row[CODE_COLUMNS[above]]):
            return stated
    return ()


def _zones(records: pd.DataFrame) -> pd.Series:
    """Free text of the place, where no column says more than a region."""
    if "provider_place_text" not in records:
        return pd.Series("", index=records.index, dtype="str")
    columns = (*NAME_COLUMNS.values(), *CODE_COLUMNS.values())
    finer = [column for column in columns if column != NAME_COLUMNS["region"]]
    return records["provider_place_text"].where((records[finer] == "").all(axis=1), "")


def _by_name(distinct: pd.DataFrame, matcher: Matcher) -> list[Stated]:
    rows: list[dict[str, str]] = distinct.to_dict("records")  # type: ignore[assignment]
    zones = [_zone_places(row) for row in rows]
    parts = _parts(rows, zones)
    answers = pd.concat([parts, matcher(parts[list(_ASKED)])], axis=1) if len(parts) else parts
    found = {number: _read_names(group) for number, group in answers.groupby("number", sort=False)}
    # A text that names no unit is not silence: somebody has to read it.
    lost = {
        number: ("commune", "", "", float("nan"), "unknown_place", "", "")
        for number, row in enumerate(rows)
        if row["zone"].strip() and not row[NAME_COLUMNS["region"]].strip()
    }
    return [found.get(number, lost.get(number, NOTHING)) for number in range(len(rows))]


_ASKED: Final = ("text", "region", "cercle", "level")


def _zone_places(row: Mapping[str, str]) -> tuple[Place, ...]:
    """Places of a zone; beside a named region only those that say they are finer."""
    places = read_zone(row["zone"]) if row["zone"] else ()
    if not _split(row[NAME_COLUMNS["region"]]):
        return places
    return places if all(place.level in LEVELS[1:] for place in places) else ()


def _parts(rows: Sequence[Mapping[str, str]], zones: Sequence[tuple[Place, ...]]) -> pd.DataFrame:
    """One question to the matcher for each place and each combination of its stated parents."""
    asked = []
    for number, (row, zone) in enumerate(zip(rows, zones, strict=True)):
        for place, named in enumerate(zone or _named_places(row)):
            regions = named.regions or (_split(row[NAME_COLUMNS["region"]]) if zone else ()) or ("",)
            asked += [
                (number, place, named.detail, named.name, region, cercle, named.level)
                for region in regions
                for cercle in named.cercles or ("",)
            ]
    return pd.DataFrame(asked, columns=["number", "place", "detail", *_ASKED])


def _named_places(row: Mapping[str, str]) -> list[Place]:
    """Places that the columns name at their finest level, with what the columns above say."""
    named = {level: tuple(_split(row[column])) for level, column in NAME_COLUMNS.items()}
    level = next((each for each in reversed(LEVELS) if named[each]), "")
    regions = named["region"] if level != "region" else ()
    cercles = named["cercle"] if level == "commune" else ()
    return [Place(level, text, regions, cercles) for text in named[level]] if level else []


def _split(cell: str) -> Sequence[str]:
    return [part.strip() for part in cell.split(SEPARATOR) if part.strip()]


def _read_names(answers: pd.DataFrame) -> Stated:
    # Places of a zone may be of several levels, and of one that only their match tells.
    level = max(answers["level"], key=lambda each: LEVELS.index(each) if each else 0) or "commune"
    codes: list[str] = []
    methods: list[str] = []
    scores: list[float] = []
    flags: list[str] = []
    for _, tries in answers.groupby("place", sort=False):
        flags += ["locality_of_commune"] if tries["detail"].any() else []
        matched = tries[tries["outcome"] == "match"]
        if matched["pcode"].nunique() == 1:
            codes.append(str(matched["pcode"].iloc[0]))
            methods.append(str(matched["method"].iloc[0]))
            scores.append(float(matched["score"].max()))
            continue
        inside = tries["located_in_pcode"][tries["located_in_pcode"] != ""]
        if inside.nunique() == 1 and matched.empty:
            codes.append(str(inside.iloc[0]))
            methods.append("locality")
            scores.append(float(tries["score"].max()))
            flags.append("locality_of_commune")
            continue
        return (
            level,
            "",
            "",
            float("nan"),
            _reason(tries),
            _joined(*tries["candidates"], *matched["pcode"]),
            "",
        )
    level = max((pcodes.level(code) for code in codes), key=LEVELS.index)
    # One order for one set, so that equal sets are equal texts.
    return (level, _joined(*sorted(codes)), _joined(*methods), min(scores), "", "", _joined(*flags))


def _reason(tries: pd.DataFrame) -> str:
    outcomes = set(tries["outcome"])
    if outcomes & {"ambiguous", "match"}:
        return "ambiguous_place"
    narrowed = bool((tries["region"] + tries["cercle"]).ne("").any())
    contradicted = narrowed and bool(tries["candidates"].ne("").any())
    return "place_contradicted" if contradicted else "unknown_place"
