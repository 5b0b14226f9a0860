"""What a map, its legend and its table show of an answer: the same rows, classes and order for all."""

from dataclasses import dataclass

import pandas as pd

from geo.classify import Classes, classes_of, classify, legend, map_order
from geo.facts import Facts, Frame


@dataclass(frozen=True, eq=False)
class Shown:
    """An answer with its classes.

    Attributes
    ----------
    units : DataFrame
        All units drawn with ``klass, ring, words``, see :func:`geo.classify.classify`.
    rows : DataFrame
        Those inside the area asked, in the map's order; the others are context.
    legend : DataFrame
        Classes with the number of units of ``rows`` in each.
    """

    units: pd.DataFrame
    rows: pd.DataFrame
    legend: pd.DataFrame
    classes: Classes

    @property
    def rings(self) -> bool:
        """Whether some unit of the area is an interval."""
        return bool((self.rows["ring"] != "").any())


def shown(facts: Facts, frame: Frame) -> Shown:
    """Classes of an answer; the breaks are those of the four regions, however far one drills."""
    classes = classes_of(facts.units[facts.units["focus"]])
    units = classify(facts.units, breaks=classes)
    area = frame.shown(facts.view)
    inside = [frame.members.of(str(pcode)) <= area for pcode in units["pcode"]]
    rows = units.iloc[[place for place in map_order(units) if inside[place]]].reset_index(drop=True)
    return Shown(units, rows, legend(rows["klass"], classes), classes)
