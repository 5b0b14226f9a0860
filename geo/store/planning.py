"""What an import would do: read, place and compare with what stands, write nothing."""

import dataclasses
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pandas as pd
import sqlalchemy as sa

from geo import effects, recounting
from geo.activities import PLACED_COLUMNS, Source, complete
from geo.boundaries import Boundaries
from geo.cleaning import Cleaned
from geo.counting import account
from geo.i18n import language
from geo.io.records import read_sources, read_types, sha256
from geo.io.sheets import Opened
from geo.recounting import Recount
from geo.store import current, database, held, sources
from geo.store.difference import Difference, compare
from geo.store.files import read_file
from geo.store.places import place_records
from geo.store.rows import identities, storable
from geo.store.tables import IMPORTS

Progress = Callable[[str, int, int], None]


def silent(_step: str, _done: int, _total: int) -> None:
    """Tell nobody how far an import is."""


@dataclass(frozen=True)
class Options:
    """What the file does not say itself: type of its rows, vintage of its P-codes, its columns, its sheet."""

    activity_type: str = ""
    vintage: str = ""
    given: Mapping[str, str] = field(default_factory=dict)
    sheet: str = ""

    def as_json(self) -> str:
        """Return the options as text, the same for equal options."""
        return json.dumps(dataclasses.asdict(self), ensure_ascii=False, sort_keys=True)

    def as_read(self, cleaned: Cleaned) -> "Options":
        """Return the options as they came out: the same whether a column was named or recognised."""
        columns = dict(cleaned.columns)
        return dataclasses.replace(self, given=columns, sheet=cleaned.sheet)


@dataclass(frozen=True)
class Replaced:
    """A source that stops counting when another comes in."""

    source_id: str
    title: str
    records: int
    quantity: float
    title_en: str = ""

    @property
    def called(self) -> str:
        """Title in the current language."""
        return self.title_en if language() == "en" and self.title_en else self.title


@dataclass(frozen=True, eq=False)
class Plan:
    """What an import would do; nothing is written before :func:`apply`.

    Attributes
    ----------
    records : DataFrame
        As the file states them, with ``identity`` and their places; the index is the row of the file.
    difference : Difference
        Against what stands of the source.
    replaces : tuple of Replaced
        Sources that stop counting.
    replaced_by : str
        The source that keeps this one from counting, ``""`` where none does.
    same_as : int
        Import that stands and brought the very same file with the same options, 0 where there is none.
    elsewhere : str
        Another source that the very same file stands under.
    lapsed : tuple of int
        Corrections that no longer fit, because the partner states another value now.
    basis : str
        Imports of the source that stood when the difference was made.
    displaced : DataFrame
        Rows that stand elsewhere than what is replaced had them, see :func:`geo.effects.displaced`.
    recount : Recount
        Those of them that may be left where it had them.
    decided : DataFrame
        The decisions that leave them there, where somebody chose that, see :mod:`geo.store.recounted`.
    """

    file_name: str
    file_sha256: str
    source: Source
    options: Options
    profile: str
    partial: bool
    records: pd.DataFrame
    cleaned: Cleaned
    difference: Difference
    replaces: tuple[Replaced, ...]
    replaced_by: str
    same_as: int
    elsewhere: str
    lapsed: tuple[int, ...]
    basis: str
    placed_with: str
    displaced: pd.DataFrame
    recount: Recount
    decided: pd.DataFrame = field(default_factory=pd.DataFrame)

    @property
    def asks(self) -> bool:
        """Whether it changes what stands, so that somebody must have seen it before it is applied."""
        return bool(self.difference.touches_what_stands or self.replaces or self.elsewhere)

    def summary(self) -> dict[str, Any]:
        """Return accounting and difference, for the list of imports and for JSON."""
        return {
            "accounting": account(self.records).as_dict(),
            "difference": self.difference.counts(),
            "replaces": [dataclasses.asdict(one) for one in self.replaces],
            "problems": len(self.cleaned.problems),
            "corrections_lapsed": len(self.lapsed),
            # What a partner is asked to correct is named as its own file names it.
            "sheet": self.cleaned.sheet,
            "columns": dict(self.cleaned.columns),
        }


def prepare(
    path: Path,
    boundaries: Boundaries,
    *,
    source: Source,
    options: Options | None = None,
    profile: str = "",
    partial: bool = False,
    opened: Opened | None = None,
    progress: Progress = silent,
) -> Plan:
    """Read and place a file and compare it with what stands; nothing is written.

    Parameters
    ----------
    source : Source
        Its id ties the file to earlier ones of the same partner.
    partial : bool
        The file completes what stands: rows that it does not have stay.
    opened : Opened, optional
        The file where it was opened before, without what is to be left out.

    Raises
    ------
    RecordFileError
        If the file cannot be read.
    StoreError
        If the store cannot be used, or sources would replace one another.
    """
    chosen = options or Options()
    progress("reading", 0, 0)
    cleaned = read_file(
        path,
        types=read_types(),
        source_id=source.source_id,
        activity_type=chosen.activity_type,
        vintage=chosen.vintage,
        given=chosen.given,
        sheet=chosen.sheet,
        opened=opened,
    )
    chosen = chosen.as_read(cleaned)
    records = storable(cleaned.records.assign(source_id=source.source_id))
    with database.reading() as connection:
        known = {**read_sources(), **sources.imported(connection)}
        whole = sources.completed(source, known)
        sources.check_no_circle(whole, known)
        stands = held.standing(connection, source.source_id)
        decided = held.decisions(connection)
        made = held.corrections(connection, source.source_id)
        off = sources.switched_off(connection)
        basis = basis_of(connection, source.source_id)
        same_as, elsewhere = _same_file(connection, sha256(path), chosen, source.source_id)
        names = _replaces(connection, whole, known)
    gone = _standing_of(names, boundaries)
    records = records.assign(identity=identities(records, stands))
    progress("placing", 0, len(records))
    corrected, lapsed = held.corrected(records, made)
    places = place_records(
        corrected.drop(columns="identity"),
        boundaries,
        sources={**known, whole.source_id: whole},
        decisions=decided,
    )[list(PLACED_COLUMNS)]
    progress("comparing", len(records), len(records))
    found = records.join(places)
    moved = effects.displaced(found, gone, boundaries)
    units = boundaries.units
    shown = frozenset(units.loc[units["focus"], "adm3_pcode"])
    return Plan(
        file_name=path.name,
        file_sha256=sha256(path),
        source=whole,
        options=chosen,
        profile=profile,
        partial=partial,
        records=found,
        cleaned=cleaned,
        difference=compare(records, stands, partial=partial),
        replaces=tuple(_replaced(known[name], gone) for name in names),
        replaced_by=_replaced_by(whole, known, off),
        same_as=same_as,
        elsewhere=elsewhere,
        lapsed=tuple(lapsed),
        basis=basis,
        placed_with=held.placed_with(boundaries),
        displaced=moved,
        recount=recounting.recount(moved, found, gone, shown),
    )


def basis_of(connection: sa.Connection, source_id: str) -> str:
    """Return the imports of a source that stand: what a difference was made against."""
    stand = sa.select(IMPORTS.c.id).where(IMPORTS.c.source_id == source_id, IMPORTS.c.undone_at == "")
    return ",".join(str(number) for number in connection.execute(stand.order_by(IMPORTS.c.id)).scalars())


def _same_file(
    connection: sa.Connection, file_sha256: str, options: Options, source_id: str
) -> tuple[int, str]:
    """Return the import that makes this one needless, and another source that the file stands under."""
    stand = (
        sa.select(IMPORTS.c.id, IMPORTS.c.source_id, IMPORTS.c.file_sha256, IMPORTS.c.options)
        .where(IMPORTS.c.undone_at == "")
        .order_by(IMPORTS.c.id)
    )
    rows = connection.execute(stand).all()
    own = [row for row in rows if row.source_id == source_id]
    others = [row.source_id for row in rows if row.source_id != source_id and row.file_sha256 == file_sha256]
    # Only the latest: bringing an older file back is a change, and is shown as one.
    last = own[-1] if own else None
    same = last is not None and (last.file_sha256, last.options) == (file_sha256, options.as_json())
    return (int(last.id) if same and last is not None else 0), (others[-1] if others else "")


def _replaces(connection: sa.Connection, source: Source, known: Mapping[str, Source]) -> list[str]:
    """Return the sources that count now and stop counting when ``source`` comes in."""
    off = sources.switched_off(connection)
    before = sources.not_counting(known, off)
    gone = sources.not_counting({**known, source.source_id: source}, off) - before
    # The shipped records of a source make room for those that somebody imports under its name.
    first = source.source_id not in before and not basis_of(connection, source.source_id)
    return [name for name in known if name in gone or (first and name == source.source_id)]


def _standing_of(names: list[str], boundaries: Boundaries) -> pd.DataFrame:
    """Return the placed records of these sources as they count now."""
    if not names:
        return complete(pd.DataFrame(columns=["source_id"])).assign(**dict.fromkeys(PLACED_COLUMNS, ""))
    counting = current.counting(boundaries).records
    return counting[counting["source_id"].isin(names)]


def _replaced(source: Source, gone: pd.DataFrame) -> Replaced:
    quantities = gone.loc[gone["source_id"] == source.source_id, "quantity"]
    return Replaced(source.source_id, source.title, len(quantities), float(quantities.sum()), source.title_en)


def _replaced_by(source: Source, known: Mapping[str, Source], off: set[str]) -> str:
    standing = (one for name, one in known.items() if name not in off)
    return next((one.source_id for one in standing if sources.stands_in_for(one, source)), "")
