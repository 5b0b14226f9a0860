"""Somebody who keeps everything that the public mode shows and subtracts: what can they work out?

Independent of how the figures are withheld: only what is shown goes in, with
the rules that the product publishes. To be on the safe side the attacker knows
more than a reader could: which sets of places the records name.
"""

from dataclasses import dataclass, field
from itertools import product

import numpy as np
from scipy import optimize

from geo import facts
from geo.coverage import Assumptions
from geo.facts import View

# What may be typed in an address, each of which would help to subtract if it were obeyed.
TYPED = (
    {},
    {"filters": {"implementing_org": ("AMSS",)}},
    {"filters": {"functionality": ("",)}},
    {"filters": {"activity_status": ("ongoing",)}, "period": ("2020-01-01", "2021-12-31")},
    {"assumptions": Assumptions(none_reported_is_zero=True)},
    {"assumptions": Assumptions(unknown_as="working", seasonal=False)},
)
# More than any figure of a test: where nothing bounds a number, this does.
_MOST = 10_000.0


@dataclass
class Seen:
    """What is shown of one type and measure: units as sets of communes, their least and most."""

    known: dict = field(default_factory=dict)
    withheld: set = field(default_factory=set)


def look(prepared, activity_type, measure, *, typed=TYPED, units=None):
    """Ask for every level, place, region and filter; the same place must always get the same answer."""
    frame = prepared.frame
    places = {code for grid in frame.grids.values() for code in grid.units} if units is None else set(units)
    seen = Seen()
    wanted = product(("commune", "cercle", "region"), ("2021", "2023"), ("", *sorted(places)), typed)
    for level, regions, unit, more in wanted:
        view = View(activity_type, measure, level, regions, unit, **more)
        found = facts.build(prepared, view)
        grid = frame.grid(found.view)
        for communes, row in [
            *zip(grid.units.values(), found.units.to_dict("records"), strict=True),
            (frame.shown(found.view), found.total.iloc[0].to_dict()),
        ]:
            _keep(seen, communes, row)
    assert not seen.withheld & set(seen.known), "withheld in one view, shown in another"
    return seen


def _keep(seen, communes, row):
    if row["state"] == "withheld":
        figures = [
            row[name] for name in ("value_min", "value_max", "in_place_min", "in_place_max", "above_max")
        ]
        value = [figures[0], figures[1], figures[4]]
        assert all(np.isnan(figure) for figure in value), row
        assert row["value_open"] == 0, row
        seen.withheld.add(communes)
        return
    value = (row["value_min"], row["value_max"])
    assert seen.known.setdefault(communes, value) == value, f"two answers for {sorted(communes)}"


@dataclass
class Work:
    """Unknowns of works: one sum for each set of places, as its places (each a set of communes)."""

    place_sets: tuple
    truth: np.ndarray
    held_up: frozenset = frozenset()

    def rows(self, communes):
        """Coefficients of least and most of a unit."""
        whole = [frozenset().union(*places) for places in self.place_sets]
        least = np.array([float(each <= communes) for each in whole])
        most = np.array([float(bool(each & communes)) for each in whole])
        return least, most


def work_out(seen, unknowns, *, whole=False, differences=()):
    """Return least and most possible of each withheld unit's two figures, with their true values.

    ``differences``: pairs of a unit and units inside it; the one less the others is worked out too.
    ``whole``: in whole numbers (slower), else by linear programming, whose bounds are never narrower.
    """
    equal, values = [], []
    for communes, shown in seen.known.items():
        for place, (row, value) in enumerate(zip(unknowns.rows(communes), shown, strict=True)):
            if place or communes not in unknowns.held_up:
                equal.append(row)
                values.append(value)
    # A withheld number is never zero.
    above = [unknowns.rows(communes)[1] for communes in seen.withheld]
    constraints = [optimize.LinearConstraint(np.array(above), lb=1.0)] if above else []
    if equal:
        constraints.append(optimize.LinearConstraint(np.array(equal), lb=values, ub=values))
    found = []
    for unit, inside in differences:
        row = unknowns.rows(unit)[0] - sum(unknowns.rows(other)[0] for other in inside)
        ends = [_end(sign * row, constraints, whole=whole) for sign in (1.0, -1.0)]
        found.append((unit, float(row @ unknowns.truth), ends[0], -ends[1]))
    for communes in sorted(seen.withheld, key=sorted):
        rows = unknowns.rows(communes)
        for row in rows[communes in unknowns.held_up :]:
            ends = [_end(sign * row, constraints, whole=whole) for sign in (1.0, -1.0)]
            found.append((communes, float(row @ unknowns.truth), ends[0], -ends[1]))
    return found


def small_differences(frame, unknowns, threshold):
    """Units less the units in them, where what is left is a small number."""
    grids = {**{name: list(grid.units.values()) for name, grid in frame.grids.items()}, "": [frame.focus]}
    for coarse, fine in [
        ("cercle", "commune"),
        ("region", "cercle"),
        ("region", "commune"),
        ("region_2023", "cercle"),
        ("", "region"),
        ("", "region_2023"),
        ("", "commune"),
    ]:
        for unit in grids[coarse]:
            inside = [other for other in grids[fine] if other < unit]
            row = unknowns.rows(unit)[0] - sum(unknowns.rows(other)[0] for other in inside)
            if inside and 0 < row @ unknowns.truth < threshold:
                yield unit, inside


def _end(cost, constraints, *, whole):
    made = optimize.milp(
        cost,
        constraints=constraints,
        bounds=optimize.Bounds(0.0, _MOST),
        integrality=np.full(len(cost), 1 if whole else 0),
    )
    assert made.status == 0, made.message
    return float(made.fun)


def given_back(found, threshold):
    """Withheld figures that the attacker knows too well.

    A small number must be one of at least ``threshold`` values, any other
    withheld number one of at least two; zero (nothing surely here) is no secret.
    """
    lost = []
    for communes, value, least, most in found:
        wanted = threshold - 1 if 0 < value < threshold else 1
        if value > 0 and most - least < wanted - 1e-6:
            lost.append((sorted(communes), value, least, most))
    return lost


@dataclass
class People:
    """Unknowns of people: of each set of places the raw sum, of a commune also that without counting twice.

    The attacker is told wherever nobody was counted twice, and where only a wide record makes *at least*.
    """

    place_sets: tuple
    raw: np.ndarray
    once: np.ndarray
    # Whether a set of places is one commune by name: a cercle of one commune is a wide place all the same.
    single: tuple
    held_up: frozenset = frozenset()

    @property
    def truth(self):
        return np.concatenate([self.raw, self.once])

    def rows(self, communes):
        size = len(self.place_sets)
        least, most = np.zeros(2 * size), np.zeros(2 * size)
        for place, places in enumerate(self.place_sets):
            whole = frozenset().union(*places)
            twice = self.raw[place] != self.once[place]
            most[place] = float(bool(whole & communes))
            if self.single[place] and whole <= communes:
                least[size + place if twice else place] = 1.0
        return least, most
