"""Styles for QGIS (QML): the classes of the map, so that a layer opens as it is printed."""

from collections.abc import Mapping, Sequence
from xml.etree import ElementTree

from geo import needmap
from geo.classify import STYLES
from geo.facts import Facts, Frame
from geo.gapwords import STATE_WORDS
from geo.i18n import _
from geo.meeting import Meeting
from geo.report.shown import shown
from geo.report.style import PATTERNS

_EDGE = "138,143,146,255"
# A class: its code in the data, its words in the legend.
Entry = tuple[str, str]


def layer_styles(meeting: Meeting) -> list[tuple[str, str, str]]:
    """Layer, name and QML of every style; the first of a layer is the one that opens.

    Returns
    -------
    list of (str, str, str)
        Need first where one is known: it is what the meeting is about.
    """
    found = []
    for level, layer in (("commune", "communes"), ("cercle", "cercles")):
        for need in meeting.needs:
            kind = need.gaps.facts.view.activity_type
            entries = [(state, _(text)) for state, text in STATE_WORDS.items()]
            name = _("Besoin non couvert : {type}").format(type=need.label)
            found.append((layer, name, qml(f"{kind}_need_state", entries, needmap.STYLES)))
        for subject in meeting.subjects:
            facts = subject.communes if level == "commune" else subject.cercles
            found.append((layer, subject.label, _of_facts(facts, meeting.frame)))
    return found


def _of_facts(facts: Facts, frame: Frame) -> str:
    rows = shown(facts, frame).legend[["klass", "words"]]
    entries = [(str(klass), str(text)) for klass, text in rows.itertuples(index=False, name=None)]
    return qml(f"{facts.kind.name}_class", entries, STYLES)


def qml(attribute: str, entries: Sequence[Entry], styles: Mapping[str, str]) -> str:
    """Return a categorised style: one symbol for each value of ``attribute``, patterns as line fills."""
    root = ElementTree.Element("qgis", version="3.28.0", styleCategories="Symbology")
    renderer = ElementTree.SubElement(root, "renderer-v2", type="categorizedSymbol", attr=attribute)
    renderer.attrib |= {"symbollevels": "0", "enableorderby": "0", "forceraster": "0"}
    categories = ElementTree.SubElement(renderer, "categories")
    symbols = ElementTree.SubElement(renderer, "symbols")
    for place, (value, label) in enumerate(entries):
        ElementTree.SubElement(
            categories, "category", value=value, label=label, symbol=str(place), render="true", type="string"
        )
        symbol = ElementTree.SubElement(symbols, "symbol", type="fill", name=str(place), alpha="1")
        _fill(symbol, styles[value])
    return ElementTree.tostring(root, encoding="unicode")


def _fill(symbol: ElementTree.Element, look: str) -> None:
    pattern = PATTERNS.get(look)
    ground = pattern.ground if pattern else look
    simple = {"color": _rgba(ground), "style": "solid", "outline_color": _EDGE, "outline_width": "0.1"}
    _layer(symbol, "SimpleFill", simple | {"outline_style": "solid", "outline_width_unit": "MM"})
    if pattern is None:
        return
    for angle in ("45", "135") if look in ("cross", "split") else ("45",):
        line = {"angle": angle, "distance": "1.6", "distance_unit": "MM", "line_width": "0.2"}
        ink = needmap.STYLES["unmet"] if (look, angle) == ("split", "135") else pattern.ink
        _layer(symbol, "LinePatternFill", line | {"color": _rgba(ink)})


def _layer(symbol: ElementTree.Element, kind: str, options: Mapping[str, str]) -> None:
    layer = ElementTree.SubElement(
        symbol, "layer", {"class": kind, "enabled": "1", "pass": "0", "locked": "0"}
    )
    listed = ElementTree.SubElement(layer, "Option", type="Map")
    for name, value in options.items():
        ElementTree.SubElement(listed, "Option", type="QString", name=name, value=value)


def _rgba(colour: str) -> str:
    parts = (str(int(colour[place : place + 2], 16)) for place in (1, 3, 5))
    return ",".join([*parts, "255"])
