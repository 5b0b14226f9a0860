"""Pictures of every page, and what they must not show: a page wider than the screen, classes too alike.

``make screens`` leaves the pictures in build/screens, to be looked at.
"""

import re
from itertools import pairwise

import pytest

from tests.browser.conftest import Visit
from tests.browser.pages import PAGES, file_name, go, in_language
from tests.browser.servers import Server

WIDTHS = (1280, 390)
LANGUAGES = ("fr", "en")
# Neighbouring classes are told apart by their lightness alone, on a bad projector and on grey paper.
LEAST_STEP = 12.0


@pytest.fixture
def reader(request, visit, phone) -> Visit:
    return phone if request.param == 390 else visit


def whole(visit: Visit, name: str) -> None:
    """Picture of the page from top to bottom: Streamlit scrolls inside, so the window is made that high."""
    width = visit.page.viewport_size["width"]
    for _turn in range(2):  # a higher window makes room for parts that grow with it
        height = visit.page.get_by_test_id("stMainBlockContainer").evaluate("part => part.scrollHeight")
        visit.page.set_viewport_size({"width": width, "height": min(max(height + 16, 844), 9_000)})
        visit.page.wait_for_timeout(300)
    assert visit.picture(name).stat().st_size > 8_000


def sideways(visit: Visit) -> list[int]:
    """How far the page, and the part of it that scrolls, reach beyond the screen [pixels]."""
    return visit.page.evaluate(
        """() => [document.documentElement, document.querySelector("[data-testid=stMain]")]
            .map(part => part.scrollWidth - part.clientWidth)"""
    )


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("reader", WIDTHS, indirect=True)
def test_pages_with_records(server: Server, reader, lang):
    for page in [*PAGES, "fiche"]:
        width = reader.page.viewport_size["width"]
        go(reader, f"{server.address}/{in_language(page, lang)}")
        assert sideways(reader) == [0, 0], page
        name = f"{file_name(page)}{'-unite' if 'unite' in page else ''}"
        whole(reader, f"{name}-{width}-{lang}")
        reader.page.set_viewport_size({"width": width, "height": 844})
    assert reader.complaints() == []


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("reader", WIDTHS, indirect=True)
def test_pages_without_records(empty_server: Server, reader, lang):
    for page in PAGES:
        width = reader.page.viewport_size["width"]
        go(reader, f"{empty_server.address}/{in_language(page, lang)}")
        assert sideways(reader) == [0, 0], page
        assert reader.page.get_by_test_id("stException").count() == 0, page
        whole(reader, f"{file_name(page)}-{width}-{lang}-vide")
        reader.page.set_viewport_size({"width": width, "height": 844})
    assert reader.complaints() == []


def lightness(colour: str) -> float:
    """CIE L* of a colour as the browser computes it, ``rgb(11, 79, 108)``."""
    shares = [int(part) / 255 for part in re.findall(r"\d+", colour)[:3]]
    linear = [share / 12.92 if share <= 0.04045 else ((share + 0.055) / 1.055) ** 2.4 for share in shares]
    luminance = sum(weight * share for weight, share in zip((0.2126, 0.7152, 0.0722), linear, strict=True))
    return 116 * luminance ** (1 / 3) - 16 if luminance > 0.008856 else 903.3 * luminance


def test_lightness_is_that_of_known_colours():
    assert lightness("rgb(255, 255, 255)") == pytest.approx(100)
    assert lightness("rgb(119, 119, 119)") == pytest.approx(50.0, abs=0.1)
    assert lightness("rgb(0, 0, 0)") == 0


def steps(colours: list[str]) -> list[float]:
    found = [lightness(colour) for colour in colours]
    return [round(lighter - darker, 1) for darker, lighter in pairwise(found)]


def test_neighbouring_classes_of_coverage_are_apart_in_legend_and_map(server: Server, visit):
    go(visit, f"{server.address}/carte")
    swatches = visit.page.locator(".legend").first.locator(".sw:is(.c1, .c2, .c3, .c4, .c5)")
    colours = swatches.evaluate_all("parts => parts.map(part => getComputedStyle(part).backgroundColor)")
    assert len(colours) == 5
    assert min(steps(colours)) >= LEAST_STEP, steps(colours)
    # The map is filled with the colours that the legend shows.
    filled = visit.map.locator("path[data-pcode][fill-opacity='1']").evaluate_all(
        "paths => Object.fromEntries(paths.map(path => [path.dataset.class, getComputedStyle(path).fill]))"
    )
    assert [filled[f"c{n}"] for n in range(5, 0, -1)] == colours


def test_what_is_no_number_has_a_sign_beside_its_colour(server: Server, visit):
    go(visit, f"{server.address}/carte?type=peace_committee&mesure=in_place")
    legend = visit.page.locator(".legend").first

    def look(name: str, part: str = "") -> dict[str, str]:
        return legend.locator(f".sw.{name}").first.evaluate(
            """(swatch, part) => { const look = getComputedStyle(swatch, part || null);
               return {image: look.backgroundImage, content: look.content, round: look.borderRadius,
                       border: look.borderTopWidth, text: swatch.innerText}; }""",
            part,
        )

    assert look("zero")["text"] == "0"
    for name in ("none_reported", "not_reported", "unknown"):
        assert look(name)["image"].startswith("repeating-linear-gradient"), name
    assert look("unknown")["image"].count("gradient") == 2
    for name in ("not_reported", "presence"):
        assert (look(name, "::after")["content"], look(name, "::after")["round"]) == ('""', "50%"), name
    assert look("not_applicable")["border"] == "0px"
    # On the map: patterns for two of them, a ring for each interval.
    fills = visit.map.locator("path[data-class='none_reported']").evaluate_all(
        "paths => [...new Set(paths.map(path => path.getAttribute('fill')))]"
    )
    assert fills == ["url(#couverture-hatch)"]
    assert int(visit.data()["rings"]) >= visit.map.locator("path[data-class='presence']").count() > 0
