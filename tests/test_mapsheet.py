"""The printed map: its text says what the facts say, its shapes lie where the boundaries lie."""

import dataclasses
import functools
import io
import threading
import time
from datetime import date

import numpy as np
import pypdf
import pytest
import shapely
from matplotlib import image

from geo import __main__ as command_line
from geo import classify, facts, words
from geo.facts import View
from geo.i18n import number, set_language
from geo.projection import area_sqkm, distance_km
from geo.report import canvas, style
from geo.report.canvas import MAP_WIDTH, PIXELS, Sheet, drawable, drawing_lock, shortened, width_mm, wrapped
from geo.report.drawing import degree_ratio
from geo.report.legend import draw_swatch
from geo.report.maplabels import Label, place_labels
from geo.report.mapsheet import footer_lines, map_page, map_pdf, map_png
from geo.report.pageparts import bar_length
from geo.report.shown import shown
from geo.report.window import Window, fitted, window
from tests.printed import DAY, LOOKS, answer, laid_out, prepared, shapes, text_of, words_on

WATER = ("water_point", "working", "commune")
PEACE = ("peace_committee", "in_place", "commune")


@pytest.fixture(autouse=True)
def _french():
    set_language("fr")
    yield
    set_language("fr")


@functools.cache
def printed(*view: str) -> str:
    return text_of(map_pdf(answer(*view), shapes(), day=DAY))


# ---- what the page says -----------------------------------------------------------------------------


def test_page_says_what_was_counted_where_and_when():
    text = printed(*WATER)
    assert "Points d'eau · en service · communes · 2020" in text
    assert "Les quatre régions (Mopti, Tombouctou, Gao, Hodh El Gharbi) · données de 2014 à 2020" in text
    assert "Imprimé le 22 novembre 2026" in text


def test_legend_names_every_class_with_its_communes():
    found = shown(answer(*WATER), prepared().frame)
    text = printed(*WATER)
    assert found.legend["units"].sum() == 208
    for label, units in found.legend[["words", "units"]].itertuples(index=False, name=None):
        assert f"{label} {units}" in text
    for label in ("zéro", "aucun signalé", "n. r.", "inconnu", "s. o.", "limite indicative"):
        assert label in text


def test_total_and_parts_are_those_of_the_facts():
    total = answer(*WATER).total.iloc[0]
    assert total["working_min"] == 7173
    text = printed(*WATER)
    assert "Ensemble de la zone : 7\u202f173" in text
    for part, name in words.PARTS.items():
        assert f"{name} : {number(total[f'{part}_min'])}" in text


def test_accounting_adds_up_on_the_page():
    counts = answer(*WATER).accounting
    line = "Lus 620 = placés 620 + à vérifier 0 + rejetés 0 · dont 76 hors de la zone"
    assert (counts.read, counts.placed, counts.outside_shown) == (620, 620, 76)
    assert line in printed(*WATER)


def test_sources_licences_and_limits_are_named():
    text = printed(*WATER)
    for said in (
        "Akvo data portal",
        "GeoNames, CC BY 4.0",
        "COD-AB 2021",
        "COD-AB 2024",
        "via geoBoundaries",
    ):
        assert said in text
    assert "Limites indicatives, sans valeur juridique. Mauritanie : Limites de communes indicatives" in text
    assert "Projection équirectangulaire" in text


def test_every_assumption_is_printed():
    view = dataclasses.replace(
        answer(*WATER).view,
        assumptions=dataclasses.replace(
            answer(*WATER).view.assumptions, seasonal=False, none_reported_is_zero=True
        ),
    )
    lines = " ".join(footer_lines(facts.build(prepared(), view), shapes(), DAY))
    assert "points saisonniers non comptés en service" in lines
    assert "« aucun signalé » pris pour une absence" in lines


def test_filters_are_printed_with_what_they_leave_out():
    view = View(*WATER, filters={"source_id": ("geonames_wells_2014",)})
    text = laid_out(facts.build(prepared(), view))
    assert "Filtres : Source : Puits nommés des deux Hodhs, comptés par commune" in text
    assert "Enregistrements écartés par les filtres : 563" in text


def test_intervals_have_rings_and_what_is_known_above_has_a_badge():
    text = printed(*PEACE)
    assert "maximum de l’intervalle" in text
    assert "pas de maximum connu" in text
    assert "R connu au niveau supérieur : 2 enregistrements" in text
    assert "nombre non rapporté · Mopti, Tombouctou, Gao… · OIM" in text


def test_no_rings_in_the_legend_without_intervals():
    assert "maximum de l’intervalle" not in printed(*WATER)


def test_figures_known_to_regions_are_written_in_them():
    text = laid_out(answer("avec", "in_place", "region"))
    assert "Gao 0 à 52" in text
    assert "Mopti 0 à 52" in text
    assert "Ensemble de la zone : 52" in text


def test_a_cercle_is_drawn_with_its_communes_and_their_figures():
    found = shown(answer(*WATER, "2021", "ML0702"), prepared().frame)
    text = laid_out(answer(*WATER, "2021", "ML0702"))
    assert "Bourem · Gao · Mali · données de 2020" in text
    assert "Ensemble de la zone : 165" in text
    assert len(found.rows) == 5
    for name, value in found.rows[["name", "words"]].itertuples(index=False, name=None):
        assert f"{name} {value}" in text


def test_regions_of_2023_say_that_they_are_approximate():
    text = laid_out(answer("water_point", "working", "region", "2023"))
    assert "régions de 2023, limites approximatives" in text
    assert "Bandiagara 2\u202f035" in text


def test_english_page_has_english_figures():
    set_language("en")
    text = laid_out(answer(*WATER))
    assert "Water points" in text
    assert "7,173" in text
    assert "22 November 2026" in text


def test_an_empty_answer_says_so():
    view = View("avec", "in_place", "commune", filters={"implementing_org": ("Personne",)})
    page = map_page(facts.build(prepared(), view), shapes(), day=DAY)
    assert "Aucun enregistrement pour ces choix." in words_on(page)
    # The words are seen: ink of their colour within the frame around them.
    picture = image.imread(io.BytesIO(page.png()))[590:630, 380:920, :3]
    ink = np.array([int(style.WARNING[place : place + 2], 16) / 255 for place in (1, 3, 5)])
    inked = (np.abs(picture - ink).max(axis=2) < 0.02).any(axis=0)
    assert inked.mean() > 0.3
    assert "Aucun enregistrement" not in printed(*WATER)


def test_made_up_data_says_so():
    found = answer(*WATER)
    made_up = {name: dataclasses.replace(source, fictitious=True) for name, source in found.sources.items()}
    text = laid_out(dataclasses.replace(found, sources=made_up))
    assert "DONNÉES FICTIVES" in text
    assert "DONNÉES FICTIVES" not in printed(*WATER)


def test_sources_that_do_not_fit_are_counted():
    found = answer(*WATER)
    one = next(iter(found.sources.values()))
    many = {f"s{place}": dataclasses.replace(one, source_id=f"s{place}") for place in range(40)}
    text = laid_out(dataclasses.replace(found, sources=many))
    named = text.count("Source :")
    assert f"Comptes du classeur) : {40 - named}" in text
    assert "Imprimé le" in text


def test_points_are_drawn_and_counted_in_their_looks():
    found = answer(*WATER)
    three = found.of_type.iloc[:3].assign(
        longitude=[-3.0, -2.9, -2.8],
        latitude=16.5,
        precision="point",
        functionality=["functional", "functional", ""],
    )
    everywhere = np.ones(3, dtype=bool)
    with_points = dataclasses.replace(found, of_type=three, rows=np.arange(3), located=everywhere)
    text = laid_out(with_points, looks=LOOKS)
    assert "fonctionnel 2" in text
    assert "état inconnu 1" in text
    assert "fonctionnel 2" not in laid_out(with_points)


# ---- the files --------------------------------------------------------------------------------------


def test_pdf_is_one_a4_page_with_its_fonts():
    page = map_page(answer(*WATER), shapes(), day=DAY)
    reader = pypdf.PdfReader(io.BytesIO(page.pdf()))
    assert len(reader.pages) == 1
    assert float(reader.pages[0].mediabox.width) == pytest.approx(297 / 25.4 * 72, abs=0.5)
    assert float(reader.pages[0].mediabox.height) == pytest.approx(210 / 25.4 * 72, abs=0.5)
    fonts = [font.get_object() for font in reader.pages[0]["/Resources"]["/Font"].values()]
    assert fonts
    for font in fonts:
        below = font["/DescendantFonts"][0].get_object()
        assert "DejaVuSans" in below["/BaseFont"]
        assert "/FontFile2" in below["/FontDescriptor"]
    assert reader.metadata.title == words.title(answer(*WATER))


def test_png_is_a4_at_150_dpi():
    picture = image.imread(io.BytesIO(map_png(answer(*WATER), shapes(), day=DAY)))
    assert picture.shape[:2] == (PIXELS[1], PIXELS[0]) == (1240, 1754)


def test_a_page_takes_seconds():
    map_page(answer(*WATER), shapes(), day=DAY).pdf()  # imports and fonts, once a process
    # The processor's clock: what else the machine does is not the page's doing.
    started = time.process_time()
    page = map_page(answer(*WATER), shapes(), day=DAY)
    page.pdf()
    page.png()
    taken = time.process_time() - started
    assert taken < 4


def test_two_readers_may_print_at_once():
    alone = map_png(answer(*PEACE), shapes(), day=DAY)
    found: dict[int, bytes] = {}

    def work(place: int) -> None:
        set_language("fr")
        found[place] = map_png(answer(*PEACE), shapes(), day=DAY)

    threads = [threading.Thread(target=work, args=(place,)) for place in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [found[place] == alone for place in range(3)] == [True] * 3


# ---- the map ----------------------------------------------------------------------------------------


def pixel(picture: np.ndarray, on: Window, bottom: float, lon: float, lat: float) -> str:
    x, y = on.place(lon, lat)
    column = int((canvas.LEFT + x) / canvas.WIDTH_MM * PIXELS[0])
    row = PIXELS[1] - 1 - int((bottom + y) / canvas.HEIGHT_MM * PIXELS[1])
    red, green, blue = (round(part * 255) for part in picture[row, column, :3])
    return f"#{red:02X}{green:02X}{blue:02X}"


def test_communes_have_the_colour_of_their_class():
    """Corners of large communes, away from names and rivers."""
    page = map_page(answer(*WATER), shapes(), day=DAY)
    picture = image.imread(io.BytesIO(page.png()))
    axes = page.sheet.figure.axes[0]
    share = axes.get_position()
    height, bottom = share.height * canvas.HEIGHT_MM, share.y0 * canvas.HEIGHT_MM
    (west, east), (south, north) = axes.get_xlim(), axes.get_ylim()
    on = Window(axes, (west, south, east, north), MAP_WIDTH / (east - west), height / (north - south))
    classed = shown(answer(*WATER), prepared().frame).units.set_index("pcode")["klass"]
    spots = {"Salam": (-3.2, 20.6), "Gossi": (-1.3, 15.4), "Tessalit": (0.5, 20.4)}
    for name, (lon, lat) in spots.items():
        unit = next(
            code
            for code, made in shapes().units["commune"].items()
            if made.shape.contains(shapely.Point(lon, lat))
        )
        context = not prepared().frame.focus & {unit}
        expected = classify.STYLES[classed[unit]]
        expected = style.pale(expected) if context else expected
        assert pixel(picture, on, bottom, lon, lat) == expected.upper(), name


def test_shapes_are_those_of_the_boundaries():
    boundaries = prepared().frame.boundaries
    for level, code in (("commune", "adm3_pcode"), ("cercle", "adm2_pcode"), ("region", "adm1_pcode")):
        drawn = shapes().units[level]
        known = boundaries.level(level).set_index(code)
        known = known[known["drawn"]]
        assert set(drawn) == set(known.index)
        ours = area_sqkm([drawn[pcode].shape for pcode in known.index])
        theirs = area_sqkm(known.geometry.to_numpy())
        # Simplified edges are shared: what one unit loses its neighbour gains.
        assert ours.sum() == pytest.approx(theirs.sum(), rel=1e-4)
        assert np.abs(ours / theirs - 1).max() < 0.01


def test_context_is_what_lies_outside_the_four_regions():
    drawn = shapes().units["commune"]
    assert len(drawn) == 259
    assert sum(not unit.context for unit in drawn.values()) == 208


def test_every_commune_but_a_vast_one_is_shown_whole():
    west, south, east, north = shapes().box("")
    outside = [
        pcode
        for pcode in prepared().frame.focus
        if (box := shapes().boxes[pcode])[0] < west or box[1] < south or box[2] > east or box[3] > north
    ]
    assert [shapes().names[pcode] for pcode in outside] == ["Salam"]
    lon, lat = shapes().units["commune"][outside[0]].label
    assert west < lon < east
    assert south < lat < north


def test_what_leaves_the_frame_is_named():
    assert "Dépasse le cadre : Salam" in printed(*WATER)
    assert "Dépasse le cadre" not in laid_out(answer(*WATER, "2021", "ML0702"))


@pytest.mark.parametrize("box", [(-12.0, 13.0, 2.0, 20.0), (-1.5, 16.0, 0.0, 17.0), (-4.0, 14.0, -3.9, 16.0)])
def test_a_kilometre_is_as_long_up_as_across(box):
    west, south, east, north = wide = fitted(box, 190, 140)
    assert west <= box[0]
    assert south <= box[1]
    assert east >= box[2]
    assert north >= box[3]
    lon, lat = (west + east) / 2, (south + north) / 2
    mm_lon, mm_lat = 190 / (wide[2] - wide[0]), 140 / (wide[3] - wide[1])
    across = mm_lon / float(distance_km(lon - 0.5, lat, lon + 0.5, lat))
    up = mm_lat / float(distance_km(lon, lat - 0.5, lon, lat + 0.5))
    assert across == pytest.approx(up, rel=1e-9)


def test_scale_bar_is_as_long_as_it_says():
    box = fitted(shapes().box(""), MAP_WIDTH, 140)
    on = window(Sheet().axes(10, 10, MAP_WIDTH, 140), box, MAP_WIDTH, 140)
    km, length = bar_length(on)
    lat = (box[1] + box[3]) / 2
    degrees = length / on.mm_per_lon
    assert km == 200
    assert float(distance_km(box[0], lat, box[0] + degrees, lat)) == pytest.approx(km, rel=2e-3)


def test_degrees_of_longitude_shrink_northwards():
    assert degree_ratio(0, 25) > degree_ratio(0, 13) > 1


def test_no_line_is_thinner_than_a_printer_can_draw():
    for line in style.LINES.values():
        assert line.width >= 0.3
        assert line.arguments(dashed=True)["linewidths"] >= 0.5
    assert min(style.RIVERS.values()) >= 0.3


def test_what_is_no_number_has_a_pattern_or_a_word():
    hatched = {klass: style.fill(klass).get("hatch", "") for klass in classify.OTHER_CLASSES}
    assert hatched["none_reported"] == hatched["not_reported"] != hatched["unknown"] != ""
    assert hatched["zero"] == hatched["not_applicable"] == ""


def test_no_two_swatches_that_are_no_number_look_the_same():
    def drawn(klass: str) -> bytes:
        sheet = Sheet()
        draw_swatch(sheet, klass, 100, 100, letter="0" if klass == "zero" else "")
        file = io.BytesIO()
        sheet.figure.savefig(file, format="png")
        return file.getvalue()

    with drawing_lock():
        assert len({drawn(klass) for klass in classify.OTHER_CLASSES}) == len(classify.OTHER_CLASSES)


# ---- names and text ---------------------------------------------------------------------------------


def test_a_name_never_covers_another():
    on = window(Sheet().axes(10, 10, 100, 100), (0.0, 0.0, 10.0, 10.0), 100, 100)
    taken: list = []
    with drawing_lock():
        placed = place_labels(
            on,
            [
                Label(("Gao",), 5, 5),
                Label(("Bourem",), 5, 5),
                Label(("Aguelhok",), 5, 5),
                Label(("Kidal",), 5, 5),
            ],
            taken,
        )
    # In the middle, below it and above it; there is no fourth place.
    assert placed == {"Gao", "Bourem", "Aguelhok"}
    for place, (left, low, right, high) in enumerate(taken):
        for other in taken[place + 1 :]:
            assert left >= other[2] or right <= other[0] or low >= other[3] or high <= other[1]


def test_a_name_that_would_leave_the_map_is_left_out():
    on = window(Sheet().axes(10, 10, 100, 100), (0.0, 0.0, 10.0, 10.0), 100, 100)
    assert place_labels(on, [Label(("Gourma-Rharous",), 0.05, 5)], []) == set()


def test_lines_are_no_wider_than_their_room():
    text = "Points d'eau du Mali comptés par commune, " * 6 + "x" * 200
    lines = wrapped(text, 7.5, 70)
    assert "".join(lines).replace(" ", "") == drawable(text).replace(" ", "")
    assert max(width_mm(line, 7.5) for line in lines) <= 70
    assert width_mm(shortened(text, 7.5, 70), 7.5) <= 70
    assert shortened(text, 7.5, 70).endswith("…")


def test_text_is_data():
    """Dollars, markup, line ends and signs that no face has: as text, without a warning."""
    text = drawable("$x_2$ <b>Gao</b>\n\tلكصابة 12\u202f345 \U00013000 \x00")
    assert text == "$x_2$ <b>Gao</b> لكصابة 12\u202f345 \ufffd \ufffd"
    sheet = Sheet()
    with drawing_lock():
        sheet.write(text, 20, 100)
        found = text_of(sheet.pdf(title="t", day=DAY))
    assert "$x_2$ <b>Gao</b>" in found


def test_words_of_an_area():
    frame = prepared().frame
    assert words.area(View(unit="ML070101"), frame) == "Ansongo · Ansongo · Gao · Mali"
    assert words.area(View(unit="MR02"), frame) == "Hodh El Gharbi · Mauritanie"
    assert words.area(View(unit="2023-bandiagara"), frame) == "Bandiagara · Mopti · Mali"


def test_file_names_follow_ocha():
    frame, day = prepared().frame, date(2026, 11, 22)
    named = words.file_name(answer(*WATER, "2021", "ML07"), frame, day=day, ending="csv")
    assert named == "mli_gao_points_eau_20261122.csv"
    named = words.file_name(answer("avec", "records", "region"), frame, day=day, ending="pdf")
    assert named == "mli-mrt_quatre_regions_avec_enregistrements_region_20261122.pdf"


# ---- the command ------------------------------------------------------------------------------------


def test_command_prints_a_page(tmp_path, capsys):
    out = tmp_path / "carte.pdf"
    assert command_line.main(["map", "--unit", "ML0702", "--lang", "en", "--out", str(out)]) == 0
    assert capsys.readouterr().out.strip() == str(out)
    text = text_of(out.read_bytes())
    assert "Water points" in text
    assert "Tarkint 41" in text


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--out", "carte.tif"], "terminaison inconnue"),
        (["--out", "carte.pdf", "--type", "fontaine"], "Types possibles : water_point"),
        (["--out", "carte.pdf", "--unit", "Gao"], "Peut-être ML07, ML0703, ML070303."),
        (["--out", "nulle-part/carte.csv"], "impossible d'écrire"),
    ],
)
def test_command_says_what_cannot_be(arguments, said, tmp_path, capsys, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert command_line.main(["map", *arguments]) == 2
    told = capsys.readouterr().err
    assert said in told
    assert len(told.strip().splitlines()) == 1
    assert list(tmp_path.iterdir()) == []
