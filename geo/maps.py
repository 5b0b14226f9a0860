"""Maps for the browser: shapes by address, and for each unit only its class and its words.

These functions draw and compute nothing. The shapes of all levels go into one
file under ``static/`` that the browser fetches once; what a change of filter
sends is the :class:`View`, a few kilobytes, put into a feature group so that
streamlit-folium redraws without building the map again.
"""

import functools
import hashlib
import json
import re
from collections.abc import Mapping, Sequence
from typing import Any, Final

import folium
import numpy as np
import pandas as pd
from branca.element import Element, Figure, MacroElement
from folium.template import Template

from geo import assets
from geo.arcs import STEP_DEG
from geo.classify import RINGS, STYLES, withheld_key
from geo.i18n import _, language
from geo.shapes import LATER_REGION, Frame

MIN_ZOOM: Final = 4
MAX_ZOOM: Final = 13
# Fewer points than this are drawn together where they lie close; more lie on one canvas as they are.
CLUSTERS_BELOW: Final = 10_000
# South-west and north-east of the four regions, until the first view says where to look.
START_FRAME: Final = ((12.9, -12.0), (20.0, 1.2))

# Ours, in the order in which the browser reads them.
_SCRIPTS: Final = ("basemap", "points", "carte")

# Characters that mean something to HTML, to Jinja or to streamlit-folium's own
# substitutions; inside a JSON string their escapes mean the same to the browser.
_ESCAPED, _BRACES = (
    {ord(character): f"\\u{ord(character):04x}" for character in characters} for characters in ("<>&'", "{}")
)
_STRINGS: Final = re.compile(r'"(?:[^"\\]|\\.)*"')
_NO_BRACE_IN_A_STRING: Final = re.compile(r'(?:[^"]*+"[^"\\{}]*+(?:\\.[^"\\{}]*+)*+")*+[^"]*+')


def _json(value: Any) -> str:
    # JSON itself is written with braces and with none of the others.
    text = json.dumps(value, separators=(",", ":")).translate(_ESCAPED)
    # A brace in the words of a map is rare, and a view has a thousand strings to go through for it.
    if _NO_BRACE_IN_A_STRING.fullmatch(text):
        return text
    return _STRINGS.sub(lambda found: found.group().translate(_BRACES), text)


def unit_entries(classified: pd.DataFrame) -> dict[str, list[str]]:
    """``{pcode: [class, words]}``, with the ring's class third where there is one.

    A number withheld says where the mouse stands what that is: nothing else is near.
    """
    kept = {"withheld": withheld_key()}
    rows = zip(*(classified[name].tolist() for name in ("pcode", "klass", "words", "ring")), strict=True)
    return {
        pcode: [klass, kept.get(klass, words), *([ring] if ring else [])]
        for pcode, klass, words, ring in rows
    }


def point_arrays(points: pd.DataFrame, looks: Mapping[str, Mapping[str, str]]) -> dict[str, Any] | None:
    """Points as compact arrays: differences of whole steps of 11 m, which look and which commune each has.

    Parameters
    ----------
    points
        ``longitude, latitude`` [degrees] and ``look``, a key of ``looks``; ``adm3_pcode`` where the
        commune is known. n rows.
    looks
        For each look its ``name`` (shown at a hover), ``fill`` and ``edge`` colour, ``shape``.

    Returns
    -------
    dict or None
        None where there is no point.
    """
    if points.empty:
        return None
    # By commune first, so that it is sent once for all its points.
    placed = points if "adm3_pcode" in points else points.assign(adm3_pcode="")
    ordered = placed.assign(adm3_pcode=placed["adm3_pcode"].astype("str")).sort_values(
        ["adm3_pcode", "longitude", "latitude"]
    )
    communes = ordered["adm3_pcode"].value_counts(sort=False).sort_index()
    steps = np.round(ordered[["longitude", "latitude"]].to_numpy(dtype=float) / STEP_DEG).astype(int)
    names = list(looks)
    numbers = ordered["look"].map({name: place for place, name in enumerate(names)})
    return {
        "step": STEP_DEG,
        "xy": [int(step) for step in np.diff(steps, axis=0, prepend=[[0, 0]]).ravel()],
        "look": [int(number) for number in numbers],
        "areas": [[str(pcode), int(count)] for pcode, count in communes.items()],
        "clustered": len(points) < CLUSTERS_BELOW,
        "looks": [dict(looks[name]) for name in names],
    }


def _texts(title: str) -> dict[str, str]:
    return {
        "lang": language(),
        "map": title,
        "zoom_in": _("Zoomer"),
        "zoom_out": _("Dézoomer"),
        "points": _("{n} points"),
        "two_fingers": _("Deux doigts pour déplacer la carte"),
        "fault": _("Le fond de carte n'a pas pu être lu. Rechargez la page."),
    }


def view(  # noqa: PLR0913  # one keyword for each thing a map can show
    classified: pd.DataFrame,
    *,
    level: str,
    shapes_file: str,
    frame: Frame,
    title: str,
    chosen: str = "",
    later_regions: bool = False,
    points: Mapping[str, Any] | None = None,
    basemap_file: str = "",
    styles: Mapping[str, str] = STYLES,
    rings: Mapping[str, str] = RINGS,
    marks: Mapping[str, str] | None = None,
    pins: Sequence[tuple[float, float, str]] = (),
) -> dict[str, Any]:
    """Return what the browser needs to draw one state of the map.

    Parameters
    ----------
    classified
        Of :func:`geo.classify.classify`, one row a unit of ``level``.
    level
        ``region``, ``cercle`` or ``commune``.
    shapes_file, basemap_file
        Paths under ``static/`` of files published by :func:`geo.assets.publish`.
    frame
        South-west and north-east corner to show [degrees]; the map moves only when it changes.
    chosen
        P-code of the unit outlined, empty for none.
    later_regions
        Regions of 2023 in the place of those of 2021.
    points
        Of :func:`point_arrays`.
    styles, rings
        Fill (or pattern) of each class, colour of each ring; of coverage unless said otherwise.
    marks
        Letters written inside a unit, by P-code.
    pins
        Longitude, latitude [degree] and letter of what a list beside the map speaks of; each is drawn.
    """
    content: dict[str, Any] = {
        "shapes": assets.address(shapes_file),
        "level": level,
        "region": LATER_REGION if later_regions else "region",
        "units": unit_entries(classified),
        "styles": dict(styles),
        "rings": dict(rings),
        "frame": frame,
        "chosen": chosen,
        "texts": _texts(title),
    }
    if points is not None:
        content["points"] = points
    if marks:
        content["marks"] = dict(marks)
    if pins:
        content["pins"] = [list(pin) for pin in pins]
    if basemap_file:
        content["basemap"] = assets.address(basemap_file)
    digest = hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()
    return content | {"id": digest[:12]}


# ---- folium -----------------------------------------------------------------------------------------


# streamlit-folium renders the map before it writes the script on its own, and throws away what was rendered
# but for the header. Folium compiles all of it as templates, the view included: a tenth of a rerun. So parts
# of ours render nothing, and the map without a view, which never changes, is built and rendered once.


class _Unrendered(MacroElement):
    def render(self, **kwargs: Any) -> str:
        return ""


class _Written(Element):
    def __init__(self, text: str) -> None:
        super().__init__()
        self._text = text

    def render(self, **kwargs: Any) -> str:
        return self._text


class _Page(_Unrendered):
    """What is around the map, as streamlit-folium reads it."""

    def __init__(self, header: str) -> None:
        super().__init__()
        self.header, self.html = _Written(header), _Written("")


class _Base(folium.Map):
    """A map built and rendered before, with room of its own for a view."""

    def __init__(self, built: folium.Map, page: _Page) -> None:
        vars(self).update(vars(built), _children=built._children.copy(), _parent=page)

    def render(self, **kwargs: Any) -> str:
        return ""


class _Start(_Unrendered):
    """Leaflet's own pictures from our address, once, when the map is built."""

    _template = Template(
        """
        {% macro script(this, kwargs) %}
        L.Icon.Default.imagePath = "{{ this.images }}";
        {% endmacro %}
        """
    )

    def __init__(self, images: str) -> None:
        super().__init__()
        self._name = "Start"
        self.images = images


class _Show(_Unrendered):
    """One call to ``couverture.show`` with a view; inside a feature group it runs at every change."""

    _template = Template(
        """
        {% macro script(this, kwargs) %}
        window.couverture.show(map_div, {{ this.content }});
        {% endmacro %}
        """
    )

    def __init__(self, content: str) -> None:
        super().__init__()
        self._name = "Show"
        self.content = content


class _Group(_Unrendered, folium.FeatureGroup):
    """What is shown of a view, read by streamlit-folium as a script."""


def base_map() -> folium.Map:
    """Make the empty map: no tiles, our own Leaflet, and nothing that depends on data or language.

    streamlit-folium builds the map again when its script changes, so this one never does.
    """
    own = [assets.address(assets.own_file(f"{name}.js")) for name in _SCRIPTS]
    look = assets.address(assets.own_file("carte.css"))
    return _Base(*_built(tuple(own), look, assets.address("vendor/leaflet-1.9.3/images/")))


@functools.lru_cache(maxsize=2)
def _built(scripts: tuple[str, ...], look: str, images: str) -> tuple[folium.Map, _Page]:
    assets.use_local_addresses()
    (south, west), (north, east) = START_FRAME
    base = folium.Map(
        location=((south + north) / 2, (west + east) / 2),
        zoom_start=6,
        tiles=None,
        attribution_control=False,
        zoom_snap=0.25,
        zoom_delta=1,
        max_bounds=True,
        min_lat=4,
        max_lat=32,
        min_lon=-28,
        max_lon=16,
    )
    # The header names the map, and is kept.
    base._id = "couverture"
    # tiles=None drops both limits.
    base.options.update(min_zoom=MIN_ZOOM, max_zoom=MAX_ZOOM)
    base.default_js = [(name, link) for name, link in base.default_js if name == "leaflet"]
    base.default_js += zip(_SCRIPTS, scripts, strict=True)
    base.default_css = [(name, link) for name, link in base.default_css if name == "leaflet_css"]
    base.default_css.append(("couverture_css", look))
    base.add_child(_Start(images))
    figure = base.get_root()
    assert isinstance(figure, Figure), "folium puts every map into a figure"
    figure.render()
    return base, _Page(figure.header.render())


def written(content: Mapping[str, Any]) -> str:
    """Write a view (of :func:`view`) as the script says it; nothing in it means anything to HTML or Jinja."""
    # Part by part: a brace in one of them is not looked for in the strings of the others.
    return "{" + ",".join(f"{_json(name)}:{_json(part)}" for name, part in content.items()) + "}"


def layer(content: str) -> folium.FeatureGroup:
    """Make the feature group that draws ``content`` (of :func:`written`) on :func:`base_map`."""
    group = _Group(name="couverture")
    group.add_child(_Show(content))
    return group


def basemap_layer(content: bytes) -> str:
    """Publish a base map (JSON of :mod:`geo.basemap`); the path to hand to :func:`view`."""
    return assets.publish(content)
