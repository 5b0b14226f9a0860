"""What is asked of an import: how its columns are read, its source; remembered, and handed to its process."""

import dataclasses
import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from geo import columns
from geo.activities import Source
from geo.boundaries import Boundaries
from geo.columns import Profile
from geo.errors import StoreError
from geo.io.sheets import Opened, read_sheet
from geo.store import imports, planning, sources
from geo.store.planning import Options, Plan, Progress, silent

# No look was taken: whatever stands when the import runs is what it is compared with.
UNSEEN: Final = "-"


@dataclass(frozen=True)
class Order:
    """An import as somebody asked for it.

    Attributes
    ----------
    source : Source
        What the file belongs to.
    profile : Profile
        How its columns are read; remembered under its name where it has one.
    partial : bool
        The file completes what stands: rows that it does not have stay.
    basis : str
        :attr:`Plan.basis` of the look that was confirmed, :data:`UNSEEN` where none was.
    keep_as_counted : bool
        Rows that the replaced counts had counted elsewhere are left there, see :mod:`geo.recounting`.
    """

    source: Source
    profile: Profile
    partial: bool = False
    basis: str = UNSEEN
    keep_as_counted: bool = True

    def as_json(self) -> str:
        """Return the order as text, the same for equal orders."""
        values = {
            "source": sources.as_json(self.source),
            "profile": self.profile.as_dict(),
            "partial": self.partial,
            "basis": self.basis,
            "keep_as_counted": self.keep_as_counted,
        }
        return json.dumps(values, ensure_ascii=False, sort_keys=True)

    @classmethod
    def from_json(cls, text: str) -> "Order":
        """Return the order that :meth:`as_json` wrote."""
        values = json.loads(text)
        source, profile = sources.from_json(values["source"]), Profile.from_dict(values["profile"])
        kept = bool(values.get("keep_as_counted", True))
        return cls(source, profile, values["partial"], values["basis"], kept)


def open_file(path: Path, profile: Profile | None = None, *, sheet: str = "") -> Opened:
    """Open the sheet that is named, else the profile's where the file has it, else the likeliest one.

    Raises
    ------
    RecordFileError
        If the file cannot be read, or has no sheet of the name given.
    """
    if sheet:
        return read_sheet(path, sheet=sheet)
    opened = read_sheet(path)
    wanted = profile.sheet if profile else ""
    return read_sheet(path, sheet=wanted) if wanted in opened.others else opened


def prepare(
    path: Path,
    order: Order,
    boundaries: Boundaries,
    *,
    opened: Opened | None = None,
    progress: Progress = silent,
) -> Plan:
    """Say what an order would do, see :func:`geo.store.planning.prepare`.

    Raises
    ------
    RecordFileError, StoreError
        As there; StoreError also where the source changed since the look that was confirmed.
    """
    found = opened or open_file(path, order.profile)
    kept, given = columns.apply(found.table, order.profile)
    profile = order.profile
    options = Options(profile.activity_type, profile.vintage, given, found.sheet)
    plan = planning.prepare(
        path,
        boundaries,
        source=order.source,
        options=options,
        profile=profile.name,
        partial=order.partial,
        opened=dataclasses.replace(found, table=kept),
        progress=progress,
    )
    if order.basis not in (UNSEEN, plan.basis):
        raise StoreError(imports.changed_meanwhile(order.source.source_id))
    return plan


def remember(order: Order, plan: Plan, *, who: str) -> None:
    """Keep how the partner's files are read under the profile's name; nothing where it has none.

    Headings that this file lacks stay known, so that a later one may have them again.
    """
    if not order.profile.name:
        return
    read = dict(plan.cleaned.columns)
    before = {
        column: heading
        for column, heading in order.profile.columns.items()
        if column not in read and heading not in read.values()
    }
    # A sheet that a later file lacks is no fault there: it is remembered wherever there are several.
    sheet = plan.cleaned.sheet if plan.cleaned.other_sheets else order.profile.sheet
    kept = dataclasses.replace(order.profile, columns=before | read, sheet=sheet)
    details = kept.as_dict() | {"source_id": order.source.source_id, "partial": order.partial}
    sources.save_profile(order.profile.name, details, who=who)


def remembered(name: str) -> tuple[Profile | None, Mapping[str, Any]]:
    """Return the profile of this name and what is kept beside it: ``source_id``, ``partial``."""
    details = sources.profiles().get(name) if name else None
    if details is None:
        return None, {}
    return Profile.from_dict({"name": name} | details), details
