"""Points on the map page: drawn together below ten thousand, on one canvas up to a hundred thousand.

The records are synthetic: places drawn at random, with a seed, in a box of the Inner Delta and the Gourma.
"""

import time
from pathlib import Path

import numpy as np
import pandas as pd

from benchmarks.slowline import WATCH
from tests.browser.conftest import Visit
from tests.browser.servers import serve
from tests.browser.test_carte_files import READY_SECONDS
from tests.browser.test_measures import note

STATES = ["functional", "functional_seasonal", "broken", "dry", "unknown"]
WEST, EAST, SOUTH, NORTH = -4.4, -0.5, 14.6, 16.6


def synthetic(path: Path, count: int) -> str:
    random = np.random.default_rng(20260223)
    pd.DataFrame(
        {
            "activity_type": "water_point",
            "implementing_org": random.choice(["Synthétique A", "Synthétique B"], count),
            "quantity": 1,
            "functionality": random.choice(STATES, count),
            "longitude": random.uniform(WEST, EAST, count).round(5),
            "latitude": random.uniform(SOUTH, NORTH, count).round(5),
        }
    ).to_csv(path, index=False)
    return str(path)


def choose(visit: Visit, label: str, option: str) -> None:
    visit.page.get_by_role("combobox", name=label).click()
    visit.page.get_by_role("option", name=option, exact=True).click()


# What lies under each of the points painted and of the clusters, as the map itself finds them.
CLUSTERS = """() => map_div.carte.points.near.clusters.map(each => [each.x, each.y, each.cluster.n])"""
SINGLES = """() => {
  const points = map_div.carte.points, near = points.near, found = [];
  near.last.forEach(i => {
    for (; i >= 0; i = near.before[i])
      found.push([points.x[i] * near.scale - near.corner.x, points.y[i] * near.scale - near.corner.y,
                  points.areas[points.area[i]]]);
  });
  return found.filter(p => p[0] > 120 && p[1] > 60 && p[0] < 600 && p[1] < 440);
}"""


def test_clusters_open_and_a_point_chooses_its_commune(visit: Visit, tmp_path: Path):
    with serve(tmp_path, COUVERTURE_RECORDS=synthetic(tmp_path / "synthetique.csv", 900)) as running:
        drawn = visit.open(f"{running.address}/carte")
        div, mouse = drawn.locator("#map_div"), visit.page.mouse
        frame = visit.page.locator('iframe[title^="streamlit_folium"]')
        frame.scroll_into_view_if_needed()
        data = visit.data()
        placed = int(data["points"])
        assert placed > 800
        assert int(data["clusters"]) > 1
        clusters = div.evaluate(CLUSTERS)
        assert sum(each[2] for each in clusters) <= placed
        dots = visit.page.locator(".legend .dot")
        assert dots.count() == len(STATES) + 1
        legend = visit.page.locator(".legend").nth(1).locator("dd").all_inner_texts()
        assert sum(int(text.replace("\u202f", "")) for text in legend if text) == placed

        box = frame.bounding_box()
        x, y, n = max(clusters, key=lambda each: each[2])
        mouse.move(box["x"] + x + 1, box["y"] + y + 1)
        tip = drawn.locator(".carte-tip strong")
        tip.wait_for()
        assert tip.inner_text() == f"{n} points"
        zoom = div.evaluate("() => map_div.getZoom()")
        mouse.click(box["x"] + x + 1, box["y"] + y + 1)
        visit.page.wait_for_timeout(900)
        # The cluster opened; nothing was chosen.
        assert div.evaluate("() => map_div.getZoom()") > zoom
        assert "zone=" not in visit.page.url

        drawn.locator("#map_div").evaluate("() => map_div.setZoom(11, {animate: false})")
        visit.page.wait_for_timeout(500)
        assert visit.data()["clusters"] == "0"
        x, y, area = div.evaluate(SINGLES)[0]
        mouse.move(box["x"] + x, box["y"] + y)
        visit.page.wait_for_timeout(200)
        assert drawn.locator(".carte-tip strong").inner_text() in (
            "fonctionnel",
            "fonctionnel, saisonnier",
            "en panne",
            "à sec",
            "état inconnu",
        )
        commune = drawn.locator(".carte-tip").inner_text().split("\n")[1]
        mouse.click(box["x"] + x, box["y"] + y)
        visit.page.wait_for_url(f"**zone={area}*")
        assert visit.page.locator(".card h2").inner_text().startswith(f"{commune} · ")

        now = visit.data()
        visit.page.locator("[data-testid=stCheckbox]", has_text="Points").click()
        visit.redrawn(now)
        assert "points" not in visit.data()
        visit.page.wait_for_url("**points=non*")
        assert visit.complaints() == []


def test_a_hundred_thousand_records_are_filtered_and_drawn_in_time(visit: Visit, tmp_path: Path):
    with serve(tmp_path, COUVERTURE_RECORDS=synthetic(tmp_path / "synthetique.csv", 100_000)) as running:
        visit.page.goto(f"{running.address}/carte?points=non")
        visit.map.locator("#map_div[data-drawn]").wait_for(timeout=240_000)
        # The first print is got ready in the background meanwhile.
        visit.page.wait_for_timeout(READY_SECONDS * 1000)
        figures, maps = [], []
        options = ("Hors service", "En place, tous états", "Enregistrements", "En service") * 2
        cpu = running.cpu_seconds()
        visit.page.evaluate(WATCH)
        for option in options:
            before = visit.data()
            visit.page.get_by_role("combobox", name="Ce qui est compté").click()
            visit.page.evaluate("window.watched = { old: document.querySelector('.legend h2').textContent }")
            started = time.perf_counter()
            visit.page.get_by_role("option", name=option, exact=True).click()
            visit.page.wait_for_function("window.watched.seen", polling=10)
            figures.append(visit.page.evaluate("(watched.seen - watched.clicked) / 1000"))
            visit.redrawn(before)
            maps.append(time.perf_counter() - started)
        seconds = (running.cpu_seconds() - cpu) / len(options)
        points = []
        for _turn in range(3):
            started = time.perf_counter()
            visit.page.locator("[data-testid=stCheckbox]", has_text="Points").click()
            visit.map.locator("#map_div[data-points]").wait_for()
            points.append(time.perf_counter() - started)
            after = visit.data()
            visit.page.locator("[data-testid=stCheckbox]", has_text="Points").click()
            visit.map.locator("#map_div:not([data-points])").wait_for()
        note(
            carte_100k_figures_s=[round(each, 2) for each in figures],
            carte_100k_map_s=[round(each, 2) for each in maps],
            carte_100k_server_cpu_s=round(seconds, 3),
            carte_100k_points_s=[round(each, 2) for each in points],
            carte_100k_points=int(after["points"]),
        )
        assert after["clusters"] == "0"
        assert int(after["points"]) > 90_000
        # The best, at twice the limits: other programs share the processor. The figures are noted above.
        assert seconds < 0.6
        assert min(figures) < 1.2
        assert min(maps) < 2.0
        assert min(points) < 2.0
        assert visit.complaints() == []


def test_more_points_than_can_be_shown_wait_for_a_place(visit: Visit, tmp_path: Path):
    with serve(tmp_path, COUVERTURE_RECORDS=synthetic(tmp_path / "synthetique.csv", 125_000)) as running:
        visit.page.goto(f"{running.address}/carte")
        visit.map.locator("#map_div[data-drawn]").wait_for(timeout=240_000)
        said = visit.page.get_by_text("trop pour être montrés ensemble")
        said.wait_for()
        assert "points" not in visit.data()
        before = visit.data()
        choose(visit, "Niveau", "Région / wilaya")
        visit.redrawn(before)
        now = visit.data()
        visit.map.locator("path[data-pcode='ML05']").click(force=True)
        found = visit.redrawn(now)
        assert int(found["points"]) > 10_000
        assert said.count() == 0
