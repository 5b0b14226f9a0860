"""``static/carte.js`` alone in Chromium: what many polygons and many points cost, what a hover finds."""

import importlib
import json
import math
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from playwright.sync_api import Browser, Page

from geo.arcs import STEP_DEG, merged, packed_arcs, separating, topology
from geo.classify import classify
from geo.maps import point_arrays, view
from geo.settings import STATIC_DIR
from tests.browser.test_measures import note

LOOKS = {"a": {"name": "<b>Point</b>", "fill": "#0B4F6C", "edge": "#FFFFFF"}}

DRAW = """
async ([file, sent]) => {
  window.fetch = async () => ({ ok: true, json: async () => JSON.parse(file) });
  const started = performance.now();
  await couverture.show(window.carte, sent);
  await new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)));
  return { ...document.getElementById("map_div").dataset, milliseconds: performance.now() - started };
}
"""


def hexagons(columns: int, rows: int):
    import geopandas as gpd  # noqa: PLC0415  # only these shapes need it
    import shapely  # noqa: PLC0415

    cells = []
    for column in range(columns):
        for row in range(rows):
            x, y = column * 0.15 - 6.0, row * 0.17 + 13.0 + (0.085 if column % 2 else 0.0)
            corners = [
                (x + 0.1 * math.cos(a * math.pi / 3), y + 0.098 * math.sin(a * math.pi / 3)) for a in range(6)
            ]
            cells.append(shapely.Polygon(corners).segmentize(0.004))
    return gpd.GeoSeries(cells)


def shapes_file(columns: int, rows: int) -> tuple[str, list[str]]:
    cells = hexagons(columns, rows)
    codes = pd.Series([f"C{number:05d}" for number in range(len(cells))])
    shared = topology(cells)
    centres = cells.centroid
    units = {
        code: {
            "name": f"<i>{code}</i>",
            "label": [round(centres[n].x / STEP_DEG), round(centres[n].y / STEP_DEG)],
            "rings": rings,
        }
        for n, (code, rings) in enumerate(merged(shared, codes).items())
    }
    lines = {"solid": separating(shared, codes), "dashed": []}
    file = {
        "step": STEP_DEG,
        "arcs": packed_arcs(shared),
        "levels": {"commune": units, "region": {}},
        "outlines": [],
        "lines": {"commune": lines},
    }
    return json.dumps(file), list(codes)


def units_view(codes: list[str], *, shift: int = 0, points=None):
    values = [float((n + shift) % 40) for n in range(len(codes))]
    frame = pd.DataFrame(
        {
            "pcode": codes,
            "name": codes,
            "value_min": values,
            "value_max": values,
            "value_open": 0,
            "state": ["number" if value else "unknown" for value in values],
            "presence": True,
        }
    )
    return view(
        classify(frame),
        level="commune",
        shapes_file="geo/x.json",
        frame=((12.9, -6.2), (17.5, 0.2)),
        title="t",
        points=points,
    )


@pytest.fixture
def page(chromium: Browser) -> Iterator[Page]:
    leaflet = Path(importlib.import_module("xstatic.pkg.leaflet").BASE_DIR)
    context = chromium.new_context(viewport={"width": 700, "height": 520}, offline=True)
    faults: list[str] = []
    opened = context.new_page()
    opened.on("pageerror", lambda error: faults.append(str(error)))
    opened.set_content('<div id="map_div" style="position:absolute;inset:0"></div>')
    opened.add_style_tag(content=(leaflet / "leaflet.css").read_text("utf-8"))
    opened.add_script_tag(content=(leaflet / "leaflet.js").read_text("utf-8"))
    for name in ("basemap.js", "points.js", "carte.js"):
        opened.add_script_tag(content=(STATIC_DIR / name).read_text("utf-8"))
    opened.evaluate(
        "() => { window.carte = L.map('map_div', {zoomSnap: 0.25}).setView([15, -3], 6); window.sent = [];"
        " window.Streamlit = { setComponentValue: (value) => window.sent.push(value) }; }"
    )
    yield opened
    context.close()
    assert faults == []


@pytest.mark.parametrize(("columns", "rows"), [(13, 20), (40, 25)])
def test_polygons_are_drawn_and_redrawn_in_time(page: Page, columns, rows):
    file, codes = shapes_file(columns, rows)
    first = page.evaluate(DRAW, [file, units_view(codes)])
    again = page.evaluate(DRAW, [file, units_view(codes, shift=7)])
    assert page.locator("path[data-pcode]").count() == len(codes)
    note(**{f"draw_{len(codes)}_polygons_ms": [round(first["milliseconds"]), round(again["milliseconds"])]})
    assert first["milliseconds"] < 2000
    assert again["milliseconds"] < 500


@pytest.mark.parametrize("count", [10_000, 100_000])
def test_points_are_drawn_in_under_a_second(page: Page, count):
    file, codes = shapes_file(13, 20)
    page.evaluate(DRAW, [file, units_view(codes)])
    random = np.random.default_rng(1)
    points = pd.DataFrame(
        {"longitude": random.uniform(-6, 0, count), "latitude": random.uniform(13, 17.4, count), "look": "a"}
    )
    packed = point_arrays(points, LOOKS)
    drawn = [page.evaluate(DRAW, [file, units_view(codes, shift=turn, points=packed)]) for turn in range(3)]
    # The best of three: another program on the machine may take the processor for one of them.
    best = min(each["milliseconds"] for each in drawn)
    note(**{f"draw_{count}_points_ms": round(best)})
    assert {int(each["points"]) for each in drawn} == {count}
    assert best < 2000  # twice the limit that the benchmark prints: machines are noisy


def test_hover_finds_the_point_and_a_click_the_unit_and_names_stay_text(page: Page):
    file, codes = shapes_file(13, 20)
    points = pd.DataFrame({"longitude": [-5.0], "latitude": [15.0], "look": ["a"]})
    page.evaluate(DRAW, [file, units_view(codes, points=point_arrays(points, LOOKS))])
    at = page.evaluate("() => { const p = carte.latLngToContainerPoint([15, -5]); return [p.x, p.y]; }")
    page.mouse.move(at[0] + 2, at[1])
    page.wait_for_selector(".carte-tip")
    assert page.locator(".carte-tip").inner_text() == "<b>Point</b>"
    page.mouse.move(at[0] + 250, at[1])  # beside the last unit: nothing to name
    page.wait_for_function("() => !document.querySelector('.carte-tip')")
    far = page.evaluate("() => { const p = carte.latLngToContainerPoint([15.3, -5.4]); return [p.x, p.y]; }")
    page.mouse.move(*far)
    page.wait_for_function("() => document.querySelector('.carte-tip').innerText.startsWith('<i>C')")
    page.mouse.click(*far)
    (answer,) = page.evaluate("() => window.sent")
    assert answer["pcode"] in codes
    assert page.locator(".carte-tip i, .carte-tip b").count() == 0


def test_shapes_that_cannot_be_read_are_said(page: Page):
    file, codes = shapes_file(2, 2)
    broken = units_view(codes)
    page.evaluate(
        """async (sent) => {
        window.fetch = async () => ({ ok: false, status: 404 });
        await couverture.show(window.carte, sent);
    }""",
        broken,
    )
    assert "404" in page.locator(".carte-fault").inner_text()
    assert file
