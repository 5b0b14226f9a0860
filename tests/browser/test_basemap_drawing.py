"""The base map drawn by ``static/basemap.js`` in Chromium, with nothing but Leaflet around it."""

import importlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page

from geo.basemap import published
from geo.io.basemap import load_basemap
from geo.settings import STATIC_DIR

PLACES = {"capital", "region", "cercle", "town", "commune"}

DRAW = """
async ([file, lat, lon, zoom, language]) => {
  window.fetch = async () => ({ ok: true, json: async () => JSON.parse(file) });
  const map = L.map("map", { zoomSnap: 0.25, zoomAnimation: false, fadeAnimation: false });
  map.setView([lat, lon], zoom);
  const base = await couvertureBasemap.load("basemap.json");
  const group = couvertureBasemap.draw(map, base, {});
  const canvas = document.createElement("canvas"), pen = canvas.getContext("2d");
  canvas.width = map.getSize().x;
  canvas.height = map.getSize().y;
  document.getElementById("map").appendChild(canvas);
  const labels = couvertureBasemap.labels(map, base, language);
  labels.forEach((label) => couvertureBasemap.paint(pen, label));
  const blank = !pen.getImageData(0, 0, canvas.width, canvas.height).data.some((value) => value > 0);
  return {
    labels: labels.map((label) => ({ text: label.text, kind: label.kind, x: label.x, y: label.y,
                                     box: couvertureBasemap.box(pen, label) })),
    layers: group.getLayers().length, blank: blank,
    drawn: [...document.querySelectorAll(".leaflet-overlay-pane path")]
      .filter((path) => path.getAttribute("d").length > 4).length
  };
}
"""


@pytest.fixture(scope="module")
def content() -> str:
    return published(load_basemap()).decode()


@pytest.fixture
def page(chromium: Browser) -> Iterator[Page]:
    leaflet = Path(importlib.import_module("xstatic.pkg.leaflet").BASE_DIR)
    context = chromium.new_context(viewport={"width": 700, "height": 520}, offline=True)
    faults: list[str] = []
    opened = context.new_page()
    opened.on("pageerror", lambda error: faults.append(str(error)))
    opened.set_content('<div id="map" style="position:absolute;inset:0"></div>')
    for path in (leaflet / "leaflet.js", STATIC_DIR / "basemap.js"):
        opened.add_script_tag(content=path.read_text("utf-8"))
    yield opened
    context.close()
    assert faults == []


def overlaps(labels: list[dict[str, Any]]) -> list[tuple[str, str]]:
    found = []
    for number, one in enumerate(labels):
        for other in labels[:number]:
            a, b = one["box"], other["box"]
            if a[0] < b[2] and b[0] < a[2] and a[1] < b[3] and b[1] < a[3]:
                found.append((one["text"], other["text"]))
    return found


@pytest.mark.parametrize("language", ["fr", "en"])
@pytest.mark.parametrize(
    ("view", "least"), [((16.2, -1.5, 7), 15), ((14.6, -4.2, 10), 15), ((16.2, -4.5, 7.75), 8)]
)
def test_labels_measured_in_the_browser_do_not_touch(page, content, view, least, language):
    drawn = page.evaluate(DRAW, [content, *view, language])
    inside = [each for each in drawn["labels"] if 0 < each["x"] < 700 and 0 < each["y"] < 520]
    assert len([each for each in inside if each["kind"] in PLACES]) >= least
    assert overlaps(drawn["labels"]) == []
    assert not drawn["blank"]


def test_waters_are_drawn_and_finer_ones_come_with_the_zoom(page, content):
    drawn = page.evaluate(DRAW, [content, 16.2, -1.5, 7, "en"])
    assert "Timbuktu" in {each["text"] for each in drawn["labels"]}
    # Areas and borders, rivers from 4, branches from 6, seasonal ones from 7; canals wait for 8.
    assert drawn["layers"] == 5
    assert drawn["drawn"] == 5
