"""A part of the earth in a box of the page: degrees on one side, millimetres on the other."""

from dataclasses import dataclass, field

from matplotlib.axes import Axes
from matplotlib.path import Path

from geo.report.drawing import Box, degree_ratio

# Left, bottom, right, top [mm] from the lower left corner of the window.
Place = tuple[float, float, float, float]


def fitted(box: Box, width: float, height: float) -> Box:
    """The box widened so that it fills ``width`` x ``height`` [mm] without being stretched."""
    west, south, east, north = box
    ratio = degree_ratio((west + east) / 2, (south + north) / 2)
    wanted = width / height * ratio  # degrees of longitude for one of latitude
    across, up = east - west, north - south
    grow_x, grow_y = max(0.0, up * wanted - across) / 2, max(0.0, across / wanted - up) / 2
    return west - grow_x, south - grow_y, east + grow_x, north + grow_y


@dataclass(frozen=True, eq=False)
class Window:
    """Axes over a box of degrees, how many millimetres a degree has there, and the halos yet to be drawn."""

    axes: Axes
    box: Box
    mm_per_lon: float
    mm_per_lat: float
    halos: list[Path] = field(default_factory=list, repr=False)

    def meets(self, bounds: tuple[float, float, float, float]) -> bool:
        """Whether something with these bounds (west, south, east, north) may be seen."""
        west, south, east, north = self.box
        return bounds[0] < east and bounds[2] > west and bounds[1] < north and bounds[3] > south

    def sees(self, lon: float, lat: float, *, inset: float = 0.0) -> bool:
        """Whether a position lies in the box, ``inset`` [mm] away from its edge."""
        west, south, east, north = self.box
        x, y = inset / self.mm_per_lon, inset / self.mm_per_lat
        return west + x <= lon <= east - x and south + y <= lat <= north - y

    def place(self, lon: float, lat: float) -> tuple[float, float]:
        """Position in millimetres from the box's lower left corner."""
        return (lon - self.box[0]) * self.mm_per_lon, (lat - self.box[1]) * self.mm_per_lat


def window(axes: Axes, box: Box, width: float, height: float) -> Window:
    """Set axes of ``width`` x ``height`` [mm] to a box that fits them."""
    west, south, east, north = box
    axes.set(xlim=(west, east), ylim=(south, north))
    return Window(axes, box, width / (east - west), height / (north - south))
