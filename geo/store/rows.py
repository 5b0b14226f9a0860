"""Records as frames and as rows of the store: what is kept of them, and what tells one from another."""

import hashlib
import json
import math
from collections import defaultdict
from collections.abc import Hashable, Iterable, Mapping
from typing import Any, Final

import numpy as np
import pandas as pd

from geo.activities import PLACED_COLUMNS, complete
from geo.store.tables import STORED_NUMBERS, STORED_PLACED_NUMBERS, STORED_PLACED_TEXTS, STORED_TEXTS

PROVIDED: Final = (*STORED_TEXTS, *STORED_NUMBERS)
# Columns of the store itself; the rest of a held frame is the record as every other module knows it.
HELD_COLUMNS: Final = ("record_id", "import_id", "identity", "placed_with")
# What says where a record is: a row whose other figures changed keeps these.
PLACE_COLUMNS: Final = (
    *("provider_place_text", "provider_adm1_name", "provider_adm2_name", "provider_adm3_name"),
    *("provider_locality", "provider_adm1_pcode", "provider_adm2_pcode", "provider_adm3_pcode"),
    *("provider_vintage", "longitude", "latitude"),
)
# A row without a key of its partner's is known by what it says.
UNKEYED: Final = "~"
_REPEAT: Final = "↻"


def storable(records: pd.DataFrame) -> pd.DataFrame:
    """Return complete records whose texts every database can hold, the columns in the store's order.

    A NUL byte and half of a surrogate pair are no text: the first is dropped, the second marked.
    """
    whole = complete(records)
    texts = {
        str(name): _texts(whole[name])
        for name in whole
        if name not in PLACED_COLUMNS and not pd.api.types.is_numeric_dtype(whole[name])
    }
    figures = {name: whole[name].where(np.isfinite(whole[name])) for name in STORED_NUMBERS}
    return whole.assign(**texts, **figures)


def _texts(values: pd.Series) -> pd.Series:
    table = {value: _plain(value) for value in values.unique()}
    return values.map(table).astype("str")


def _plain(value: Any) -> str:
    text = "" if value is None or (isinstance(value, float) and math.isnan(value)) else str(value)
    return text.replace("\0", "").encode("utf-8", "replace").decode("utf-8")


def identities(records: pd.DataFrame, held: pd.DataFrame | None = None) -> pd.Series:
    """Return what tells each record from the others of its source, across the files that state it.

    It is the partner's own ``record_key``. Where a key stands on several rows (a project's
    region row and its commune rows), a row keeps the identity of the held row that says
    the same, else of the one in the same place, else the next free number. A row without
    a key is known by what it says.

    Parameters
    ----------
    records, held : DataFrame
        Storable records of one source: those that come in and those that stand.

    Returns
    -------
    Series of str
        On the index of ``records``, unique.

    Examples
    --------
    >>> rows = complete(pd.DataFrame({"record_key": ["a", "b", "b"]}))
    >>> list(identities(rows))
    ['a', 'b', 'b↻2']
    """
    keys = _keys(records)
    unkeyed = keys == ""
    keys = keys.where(~unkeyed, UNKEYED + fingerprints(records))
    found = keys.copy()
    several = keys.duplicated(keep=False) & ~unkeyed
    held_keys = pd.Series(dtype="str")
    if held is not None and len(held):
        held_keys = _keys(held)
        several |= keys.isin(held_keys[held_keys.duplicated(keep=False) & (held_keys != "")])
    numbers = keys.groupby(keys, sort=False).cumcount()
    found = found.where(unkeyed & (numbers == 0) | ~unkeyed, keys + _REPEAT + (numbers + 1).astype("str"))
    if several.any():
        of_held = held[held_keys.isin(keys[several])] if held is not None and len(held) else None
        found[several] = _shared_keys(records[several], keys[several], of_held)
    return found.astype("str")


def _keys(records: pd.DataFrame) -> pd.Series:
    return records["record_key"].str.replace(_REPEAT, "", regex=False).str.strip()


def fingerprints(records: pd.DataFrame, columns: Iterable[str] = PROVIDED) -> pd.Series:
    """Return a hash of what each row says in these columns; the source's name is no part of it."""
    named = [name for name in columns if name not in ("source_id", "record_key")]
    texts = [
        (records[name].map(repr) if name in STORED_NUMBERS else records[name]).to_numpy(dtype=object)
        for name in named
    ]
    hashes = [
        hashlib.blake2b("\x1f".join(row).encode(), digest_size=12).hexdigest()
        for row in zip(*texts, strict=True)
    ]
    return pd.Series(hashes, index=records.index, dtype="str")


def _shared_keys(records: pd.DataFrame, keys: pd.Series, held: pd.DataFrame | None) -> pd.Series:
    """Identities of rows whose key stands on several rows."""
    said = fingerprints(records).to_dict()
    places = fingerprints(records, PLACE_COLUMNS).to_dict()
    free: dict[str, list[tuple[str, str, str]]] = defaultdict(list)
    if held is not None and len(held):
        for key, *rest in zip(
            _keys(held),
            held["identity"],
            fingerprints(held),
            fingerprints(held, PLACE_COLUMNS),
            strict=True,
        ):
            free[key].append((rest[0], rest[1], rest[2]))
    taken: dict[Hashable, str] = {}
    for place, mine in ((1, said), (2, places)):
        for row, key in keys.items():
            same = next((one for one in free[key] if one[place] == mine[row]), None)
            if row not in taken and same:
                taken[row] = same[0]
                free[key].remove(same)
    used = set(taken.values())
    for row, key in keys.items():
        if row not in taken:
            number = 1
            while (made := key if number == 1 else f"{key}{_REPEAT}{number}") in used:
                number += 1
            taken[row] = made
            used.add(made)
    return pd.Series(taken, dtype="str").reindex(keys.index)


def as_rows(records: pd.DataFrame, *, import_id: int, placed_with: str) -> list[dict[str, Any]]:
    """Return rows for the table of records; columns that it does not have go into ``extra``."""
    numbers = (*STORED_NUMBERS, *STORED_PLACED_NUMBERS)
    columns: dict[str, list[Any]] = {
        name: records[name].astype("str").to_numpy(dtype=object).tolist()
        for name in (*STORED_TEXTS, *STORED_PLACED_TEXTS)
    }
    for name in numbers:
        values = records[name].astype("float64")
        columns[name] = [
            None if missing else value for value, missing in zip(values, values.isna(), strict=True)
        ]
    known = {*columns, *HELD_COLUMNS}
    others = [str(name) for name in records if name not in known]
    extra = [_extra(row) for row in records[others].to_dict("records")] if others else [""] * len(records)
    fixed = {"import_id": import_id, "live": True, "placed_with": placed_with}
    names = [*columns, "identity", "extra"]
    values_of = [*columns.values(), list(records["identity"]), extra]
    return [dict(zip(names, row, strict=True)) | fixed for row in zip(*values_of, strict=True)]


def _extra(row: Mapping[Hashable, Any]) -> str:
    kept = {str(name): _jsonable(value) for name, value in row.items() if not pd.isna(value) and value != ""}
    return json.dumps(kept, ensure_ascii=False) if kept else ""


def _jsonable(value: Any) -> Any:
    return value.item() if isinstance(value, np.generic) else value


def as_frame(rows: Iterable[Any], columns: Iterable[str]) -> pd.DataFrame:
    """Return a held frame from rows of the store: record columns, placing, and those of the store."""
    frame = pd.DataFrame([tuple(row) for row in rows], columns=list(columns))
    numbers = (*STORED_NUMBERS, *STORED_PLACED_NUMBERS)
    types = {
        name: "float64" if name in numbers else "str"
        for name in frame
        if name in (*STORED_TEXTS, *STORED_PLACED_TEXTS, *numbers, "identity", "placed_with", "extra")
    }
    frame = frame.astype(types).rename(columns={"id": "record_id"})
    return _with_extra(frame)


def _with_extra(frame: pd.DataFrame) -> pd.DataFrame:
    filled = frame["extra"] != ""
    rest = frame.drop(columns="extra")
    if not filled.any():
        return rest
    found = pd.DataFrame([json.loads(text or "{}") for text in frame["extra"]], index=frame.index)
    texts = {str(name): found[name].fillna("") for name in found if found[name].dtype.kind not in "fiub"}
    return rest.join(found.assign(**texts))


def plain(held: pd.DataFrame) -> pd.DataFrame:
    """Return a held frame without the store's own columns: what leaves the store for a page."""
    return held.drop(columns=[name for name in HELD_COLUMNS if name in held])
