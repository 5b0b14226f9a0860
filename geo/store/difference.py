"""What a file changes in what stands: rows added, changed, removed and unchanged."""

from dataclasses import dataclass
from typing import Final

import pandas as pd

from geo.activities import PLACED_COLUMNS
from geo.store.rows import HELD_COLUMNS

CHANGE_COLUMNS: Final = ("identity", "column", "before", "after")


@dataclass(frozen=True, eq=False)
class Difference:
    """Identities by what happens to them, and each changed value.

    Attributes
    ----------
    added, changed, removed, same : Index of str
        Identities within the source.
    values : DataFrame
        ``identity, column, before, after``, one row a changed value.
    """

    added: pd.Index
    changed: pd.Index
    removed: pd.Index
    same: pd.Index
    values: pd.DataFrame

    @property
    def touches_what_stands(self) -> bool:
        """Whether something that stands is changed or removed."""
        return bool(len(self.changed) or len(self.removed))

    def counts(self) -> dict[str, int]:
        """Return the number of rows of each kind."""
        return {name: len(getattr(self, name)) for name in ("added", "changed", "removed", "same")}


def compare(incoming: pd.DataFrame, held: pd.DataFrame, *, partial: bool = False) -> Difference:
    """Compare the records of a file with those of its source that stand.

    Parameters
    ----------
    incoming, held : DataFrame
        Storable records with ``identity``, unique in each.
    partial : bool
        The file completes what stands: a row that it does not have is not removed.

    Examples
    --------
    >>> from geo.activities import complete
    >>> before = complete(pd.DataFrame({"quantity": [1.0, 2.0]})).assign(identity=["a", "b"])
    >>> after = complete(pd.DataFrame({"quantity": [1.0, 3.0]})).assign(identity=["b", "c"])
    >>> found = compare(after, before)
    >>> list(found.added), list(found.changed), list(found.removed)
    (['c'], ['b'], ['a'])
    """
    new = incoming.set_index("identity")
    old = held.set_index("identity")
    both = new.index.intersection(old.index, sort=False)
    values = [
        frame
        for column in _compared(new, old)
        if len(frame := _changed_values(column, _values(new, column, both), _values(old, column, both)))
    ]
    table = pd.concat(values, ignore_index=True) if values else pd.DataFrame(columns=list(CHANGE_COLUMNS))
    changed = both[both.isin(table["identity"])]
    gone = old.index.difference(new.index, sort=False)
    return Difference(
        added=new.index.difference(old.index, sort=False),
        changed=changed,
        removed=gone[:0] if partial else gone,
        same=both.difference(changed, sort=False),
        values=table,
    )


def _compared(new: pd.DataFrame, old: pd.DataFrame) -> list[str]:
    others = {*PLACED_COLUMNS, *HELD_COLUMNS}
    return [str(name) for name in dict.fromkeys([*new.columns, *old.columns]) if name not in others]


def _values(frame: pd.DataFrame, column: str, identities: pd.Index) -> pd.Series:
    if column in frame:
        return frame.loc[identities, column]
    return pd.Series("", index=identities)  # a column that one of the two files does not have


def _changed_values(column: str, new: pd.Series, old: pd.Series) -> pd.DataFrame:
    if new.dtype.kind == old.dtype.kind == "f":
        differs = (new != old) & ~(new.isna() & old.isna())
    else:
        differs = new.map(shown_value) != old.map(shown_value)
    return pd.DataFrame(
        {
            "identity": new.index[differs],
            "column": column,
            "before": old[differs].map(shown_value).to_numpy(dtype=object),
            "after": new[differs].map(shown_value).to_numpy(dtype=object),
        }
    )


def shown_value(value: object) -> str:
    """Return a value as text, the same for equal values: ``3.0`` is ``"3"``, a missing figure ``""``.

    >>> shown_value(3.0), shown_value(float("nan")), shown_value(2.5), shown_value("x")
    ('3', '', '2.5', 'x')
    """
    if isinstance(value, float):
        if value != value:  # noqa: PLR0124 - only a missing figure differs from itself
            return ""
        return str(int(value)) if value.is_integer() else repr(float(value))
    return str(value)
