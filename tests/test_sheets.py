"""Partners' files of every format, read into tables of texts."""

import datetime
import time
import zipfile

import geopandas as gpd
import openpyxl
import pandas as pd
import pytest
import shapely

from geo.cleaning import clean
from geo.errors import RecordFileError
from geo.grid import table_of
from geo.io import load_boundaries
from geo.io.records import read_types
from geo.io.sheets import kind_of, read_sheet
from geo.report.accounting import summary
from geo.store import load_file

TYPES = read_types()


def written(tmp_path, name, text, encoding="utf-8"):
    path = tmp_path / name
    path.write_bytes(text.encode(encoding))
    return path


def workbook(path, sheets, merged=()):
    book = openpyxl.Workbook()
    book.remove(book.active)
    for name, rows in sheets.items():
        sheet = book.create_sheet(name)
        for row in rows:
            sheet.append(row)
    for span in merged:
        book.worksheets[0].merge_cells(span)
    book.save(path)
    return path


def cells(opened):
    return {row: list(values) for row, *values in opened.table.itertuples()}


def records(opened):
    return clean(opened.table, types=TYPES, source_id="s")


@pytest.mark.parametrize("separator", [",", ";", "\t", "|"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252", "utf-16"])
def test_a_csv_of_any_separator_and_encoding(tmp_path, separator, encoding):
    rows = ["Région{s}Commune{s}Nombre", "Hodh El Gharbi{s}Aïoun{s}3", "Gao{s}Gounzourèye{s}4"]
    opened = read_sheet(written(tmp_path, "f.csv", "\n".join(rows).format(s=separator), encoding))
    assert list(opened.table.columns) == ["Région", "Commune", "Nombre"]
    assert cells(opened) == {2: ["Hodh El Gharbi", "Aïoun", "3"], 3: ["Gao", "Gounzourèye", "4"]}


def test_a_decimal_comma_is_no_separator(tmp_path):
    opened = read_sheet(written(tmp_path, "f.csv", "Latitude;Longitude\n16,27;-0,04\n15,5;-3,25\n"))
    assert cells(opened) == {2: ["16,27", "-0,04"], 3: ["15,5", "-3,25"]}


def test_lines_of_two_encodings_are_read_each_in_its_own(tmp_path):
    path = tmp_path / "f.csv"
    path.write_bytes("Commune,Nombre\nDiré,1\n".encode() + "Léré,2\n".encode("cp1252"))
    opened = read_sheet(path)
    assert cells(opened) == {2: ["Diré", "1"], 3: ["Léré", "2"]}
    assert opened.noted == {"encoding:mixed": 1}


def test_arabic_in_its_own_windows_encoding(tmp_path):
    names = "بلدية تمبدغة,مقاطعة عيون العتروس,ولاية الحوض الغربي"
    opened = read_sheet(written(tmp_path, "f.csv", f"Commune,Cercle,Région\n{names}\n", "cp1256"))
    assert cells(opened) == {2: names.split(",")}


def test_a_title_above_the_headings_is_passed_over(tmp_path):
    opened = read_sheet(written(tmp_path, "f.csv", "Rapport 2024;;\n;;\nCommune;Nombre;Type\nBara;3;AVEC\n"))
    assert cells(opened) == {4: ["Bara", "3", "AVEC"]}
    assert opened.noted == {"title_rows": 1}


def test_headings_in_two_rows_with_merged_cells(tmp_path):
    rows = [
        ["Suivi des activités"],
        ["Commune", "Personnes ciblées", None, "Personnes atteintes", None],
        [None, "Hommes", "Femmes", "Hommes", "Femmes"],
        ["Bara", 10, 12, 8, 9],
    ]
    merged = ["A1:E1", "A2:A3", "B2:C2", "D2:E2"]
    opened = read_sheet(workbook(tmp_path / "f.xlsx", {"Suivi": rows}, merged))
    found = records(opened).records
    assert found.index.tolist() == [4]
    people = (
        "targeted_people_male",
        "targeted_people_female",
        "reached_people_male",
        "reached_people_female",
    )
    assert [found.loc[4, column] for column in people] == [10, 12, 8, 9]


def test_headings_in_two_rows_of_a_csv(tmp_path):
    text = "Commune;Bénéficiaires;;Date de début\n;Hommes;Femmes;\nBara;3;4;2024\n"
    found = records(read_sheet(written(tmp_path, "f.csv", text))).records
    assert found.loc[3, ["reached_people_male", "reached_people_female", "start_date"]].tolist() == [
        3,
        4,
        "2024",
    ]


def test_a_first_row_of_data_is_not_taken_for_headings(tmp_path):
    opened = read_sheet(written(tmp_path, "f.csv", "Région;;Commune\nGao;x;Bara\nGao;;Ansongo\n"))
    assert cells(opened) == {2: ["Gao", "x", "Bara"], 3: ["Gao", "", "Ansongo"]}


def test_a_row_of_hxl_tags_stays_for_the_cleaning(tmp_path):
    opened = read_sheet(written(tmp_path, "f.csv", "Qui,Quelque part\n#org+impl,#adm3+name\nAMSS,Bara\n"))
    found = records(opened).records
    assert found.loc[3, ["implementing_org", "provider_adm3_name"]].tolist() == ["AMSS", "Bara"]
    assert len(found) == 1


def test_the_sheet_with_records_is_read_and_the_others_are_named(tmp_path):
    sheets = {
        "Notes": [["Ce classeur"], ["sert à", "tout"]],
        "Données": [["Commune", "Nombre", "Type"], ["Bara", 3, "AVEC"]],
        "Listes": [["Commune"], ["Bara"], ["Ansongo"]],
    }
    path = workbook(tmp_path / "f.xlsx", sheets)
    opened = read_sheet(path)
    assert (opened.sheet, opened.others) == ("Données", {"Notes": 0, "Listes": 2})
    assert read_sheet(path, sheet="Listes").table["Commune"].tolist() == ["Bara", "Ansongo"]
    with pytest.raises(RecordFileError, match=r"pas de feuille « Rien »\. Feuilles : Notes, Données, Listes"):
        read_sheet(path, sheet="Rien")


def test_a_hidden_sheet_is_not_preferred(tmp_path):
    rows = [["Commune", "Nombre", "Type"], ["Bara", 3, "AVEC"]]
    path = workbook(tmp_path / "f.xlsx", {"Tout": rows, "Vu": [["Commune", "Qui"], ["Bara", "AMSS"]]})
    book = openpyxl.load_workbook(path)
    book["Tout"].sheet_state = "hidden"
    book.save(path)
    assert read_sheet(path).sheet == "Vu"


def test_values_of_a_workbook_are_written_as_a_person_would(tmp_path):
    row = [1.0, 0.1, 96303057, datetime.date(2024, 3, 1), datetime.datetime(2024, 3, 1, 10, 30), True, "0501"]
    headings = ["Nombre", "Superficie", "Budget", "Date début", "Date fin", "Oui", "Code commune"]
    opened = read_sheet(workbook(tmp_path / "f.xlsx", {"a": [headings, row]}))
    assert cells(opened)[2] == ["1", "0.1", "96303057", "2024-03-01", "2024-03-01 10:30:00", "1", "0501"]


def test_a_table_that_does_not_begin_in_the_corner(tmp_path):
    book = openpyxl.Workbook()
    sheet = book.active
    for place, value in {"C4": "Commune", "D4": "Bénéficiaires", "D5": "Hommes", "E5": "Femmes"}.items():
        sheet[place] = value
    for place, value in {"C6": "Bara", "D6": 3, "E6": 4}.items():
        sheet[place] = value
    sheet.merge_cells("D4:E4")
    book.save(tmp_path / "f.xlsx")
    found = records(read_sheet(tmp_path / "f.xlsx")).records
    assert found.loc[6, ["provider_adm3_name", "reached_people_male", "reached_people_female"]].tolist() == [
        "Bara",
        3,
        4,
    ]


def test_errors_and_formulas_without_a_value_are_listed(tmp_path):
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.append(["Commune", "Nombre"])
    sheet.append(["Bara", "=1+1"])
    sheet.append(["Ansongo", "#REF!"])
    sheet["B3"].data_type = "e"
    book.save(tmp_path / "f.xlsx")
    problems = read_sheet(tmp_path / "f.xlsx").problems
    assert problems[["row", "column", "value", "problem"]].to_numpy().tolist() == [
        [3, "B", "B3", "cell_error"],
        [0, "", "1", "formula_without_value"],
    ]


def test_ods(tmp_path):
    path = tmp_path / "f.ods"
    write_ods(path, [["Commune", "Nombre"], ["Bara", "3"]])
    opened = read_sheet(path)
    assert (opened.kind, cells(opened)) == ("ods", {2: ["Bara", "3"]})


ODS = (
    '<?xml version="1.0" encoding="UTF-8"?><office:document-content '
    'xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0" '
    'xmlns:table="urn:oasis:names:tc:opendocument:xmlns:table:1.0" '
    'xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0" office:version="1.2"><office:body>'
    '<office:spreadsheet><table:table table:name="F1">{rows}</table:table></office:spreadsheet></office:body>'
    "</office:document-content>"
)


def write_ods(path, rows):
    """Write texts as the one sheet of an OpenDocument workbook."""
    cell = '<table:table-cell office:value-type="string"><text:p>{}</text:p></table:table-cell>'
    inner = "".join(f"<table:table-row>{''.join(map(cell.format, row))}</table:table-row>" for row in rows)
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
        archive.writestr("content.xml", ODS.format(rows=inner))
        archive.writestr(
            "META-INF/manifest.xml",
            '<manifest:manifest xmlns:manifest="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0"/>',
        )


@pytest.mark.parametrize(("ending", "driver"), [("geojson", "GeoJSON"), ("gpkg", "GPKG")])
def test_vector_files_give_a_position_to_each_feature(tmp_path, ending, driver):
    shapes = [shapely.Point(-0.04, 16.27), shapely.box(-3.1, 14.4, -3.0, 14.5)]
    frame = gpd.GeoDataFrame(
        {"Commune": ["Gao", "Konna"], "Nombre": [1, None]}, geometry=shapes, crs="EPSG:4326"
    )
    path = tmp_path / f"f.{ending}"
    frame.to_file(path, driver=driver)
    opened = read_sheet(path)
    found = records(opened).records
    assert found.loc[1, ["longitude", "latitude"]].tolist() == [-0.04, 16.27]
    assert shapes[1].contains(shapely.Point(found.loc[2, ["longitude", "latitude"]].astype(float)))
    assert opened.table["Nombre"].tolist() == ["1", ""]
    assert opened.noted == {"point_inside_shape": 1}


def test_a_geopackage_in_metres_is_converted(tmp_path):
    frame = gpd.GeoDataFrame(
        {"Commune": ["x"]}, geometry=[shapely.Point(500_000, 1_800_000)], crs="EPSG:32630"
    )
    frame.to_file(tmp_path / "f.gpkg", driver="GPKG")
    opened = read_sheet(tmp_path / "f.gpkg")
    assert [float(opened.table.loc[1, name]) for name in ("longitude", "latitude")] == [-3.0, 16.2808333]
    assert opened.noted == {"reprojected": 1}


def test_gpx_waypoints(tmp_path):
    text = (
        '<gpx xmlns="http://www.topografix.com/GPX/1/1" version="1.1"><wpt lat="16.27" lon="-0.04">'
        "<name>Forage 1</name><time>2024-03-01T10:00:00Z</time><ele>250</ele></wpt>"
        "<wpt lat='14.5' lon='-4.2'/></gpx>"
    )
    opened = read_sheet(written(tmp_path, "f.gpx", text))
    found = records(opened)
    assert found.records.loc[1, ["longitude", "latitude", "provider_locality", "observed_on"]].tolist() == [
        -0.04,
        16.27,
        "Forage 1",
        "2024-03-01",
    ]
    assert len(found.records) == 2
    assert found.unused == ("ele",)


KML = (
    '<kml xmlns="http://www.opengis.net/kml/2.2"><Document><Placemark><name>Puits</name><description>&lt;b&gt;bon'
    '&lt;/b&gt;</description><ExtendedData><Data name="Type"><value>AVEC</value></Data></ExtendedData><Point>'
    "<coordinates> -0.04,16.27,0 </coordinates></Point></Placemark><Placemark><name>Piste</name><LineString>"
    "<coordinates>0,0 1,1</coordinates></LineString></Placemark></Document></kml>"
)


def test_kml_placemarks_and_what_is_no_point(tmp_path):
    opened = read_sheet(written(tmp_path, "f.kml", KML))
    found = records(opened).records
    assert found.loc[1, ["longitude", "latitude", "activity_type", "remarks"]].tolist() == [
        -0.04,
        16.27,
        "avec",
        "bon",
    ]
    assert opened.problems.to_numpy().tolist() == [[2, "position", "Piste", "not_a_point"]]


def test_a_zipped_kml(tmp_path):
    with zipfile.ZipFile(tmp_path / "f.kmz", "w") as archive:
        archive.writestr("doc.kml", KML)
    assert len(read_sheet(tmp_path / "f.kmz").table) == 2


def test_an_export_of_kobotoolbox(tmp_path):
    headings = (
        "start;end;today;lieu/region;lieu/commune;activites;activites/forage;_GPS_latitude;_GPS_longitude"
    )
    headings += ";_id;_uuid;_submission_time;_status;_submitted_by;__version__"
    row = "2024-03-01T10:00:00;2024-03-01T11:00:00;2024-03-01;Gao;Bara;forage;1;15.5;0.4"
    row += ";77;abc-1;2024-03-02;submitted_via_web;amaiga;v1"
    quoted = "\n".join(";".join(f'"{cell}"' for cell in line.split(";")) for line in (headings, row))
    found = records(read_sheet(written(tmp_path, "f.csv", quoted)))
    kept = found.records.loc[2]
    asked = ["record_key", "observed_on", "start_date", "activity_status", "provider_adm1_name"]
    assert kept[asked].tolist() == ["abc-1", "2024-03-01", "", "", "Gao"]
    assert kept[["provider_adm3_name", "activity_type", "longitude", "latitude"]].tolist() == [
        "Bara",
        "water_point",
        0.4,
        15.5,
    ]
    assert "_submitted_by" in found.dropped
    assert "amaiga" not in found.records.to_csv()


def test_what_a_file_is_its_bytes_say(tmp_path):
    path = workbook(tmp_path / "f.xlsx", {"a": [["Commune", "Nombre"], ["Bara", 1]]})
    renamed = path.rename(tmp_path / "f.csv")
    opened = read_sheet(renamed)
    assert (opened.kind, opened.noted, len(opened.table)) == ("xlsx", {"other_ending": 1}, 1)


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"%PDF-1.7 x", "fichier PDF"),
        (b"<html><table></table></html>", "fichier HTML"),
        (b"  \n", "fichier vide"),
        (b"\xd0\xcf\x11\xe0" + "EncryptedPackage".encode("utf-16-le"), "mot de passe"),
    ],
)
def test_what_is_no_table_is_named(tmp_path, data, message):
    path = tmp_path / "f.csv"
    path.write_bytes(data)
    with pytest.raises(RecordFileError, match=message):
        kind_of(path)


def test_values_without_headings_are_refused():
    with pytest.raises(RecordFileError, match="f, ligne 1 : des valeurs à la place des titres"):
        table_of([(1, ["1", "2"]), (2, ["3", "4"])], name="f")


def test_two_headings_alike_that_matter_are_refused():
    with pytest.raises(RecordFileError, match="titre en double « Commune »"):
        table_of([(1, ["Commune", "Commune"]), (2, ["a", "b"])], name="f")


def test_two_headings_alike_that_mean_nothing_are_numbered():
    grid = table_of([(1, ["Commune", "Avis", "Avis"]), (2, ["a", "b", "c"])], name="f")
    assert list(grid.table.columns) == ["Commune", "Avis", "Avis (2)"]


def test_cells_beyond_the_headings_of_a_sheet_are_kept_under_a_name():
    grid = table_of([(1, ["Commune", "Nombre"]), (2, ["a", "1", "", "x"])], name="f")
    assert grid.table.loc[2].to_dict() == {"Commune": "a", "Nombre": "1", "colonne_3": "", "colonne_4": "x"}


def test_the_5w_of_march_2022(shared_data):
    path = shared_data / "activities/whowhatwhere_5w_mli_mar2022.xlsx"
    opened = read_sheet(path)
    assert (opened.sheet, len(opened.table)) == ("ML_5W", 22_806)
    assert opened.others == {"Acteurs": 167, "cercle": 864, "total org": 408}
    assert list(opened.table.iloc[0]) == ["#org+name", "#adm1+code", "#adm1+name", "#adm2+code", "#adm2+name"]
    cleaned = records(opened)
    assert (len(cleaned.records), cleaned.distinct_rows) == (22_805, 1_451)
    assert cleaned.records["quantity"].isna().all()
    assert set(cleaned.records["activity_type"]) == {"unspecified"}


def test_the_5w_is_presence_and_what_its_codes_contradict_is_listed(shared_data):
    path = shared_data / "activities/whowhatwhere_5w_mli_mar2022.xlsx"
    boundaries = load_boundaries()
    begun = time.process_time()
    found = summary(load_file(path, boundaries), boundaries)
    seconds = time.process_time() - begun
    counts = found["accounting"]
    assert (counts["read"], counts["placed"], counts["review"], counts["rejected"]) == (
        22_805,
        22_646,
        159,
        0,
    )
    assert found["distinct_rows"] == 1_451
    # Worked out from the sheet with plain comparisons below.
    table = read_sheet(path).table.iloc[1:]
    region, cercle = (
        table[name].str.strip().str.replace("MLI", "ML") for name in ("admin1Pcod", "admin2Pcod")
    )
    astray = region != cercle.str[:4]
    other_level = astray & (region.str.len() == 6)
    assert (int(astray.sum()), int(other_level.sum())) == (39, 38)
    assert found["flags"]["code_of_other_level"] == 38
    groups = pd.DataFrame(found["to_review"])
    assert groups["rows"].sum() == 159
    assert groups.loc[groups["provider_adm1_name"] == "Menaka", "rows"].sum() == 154
    assert groups.loc[groups["reason"] == "place_contradicted", "provider_adm1_pcode"].tolist() == ["MLI11"]
    assert seconds < 10


def test_the_5w_makes_no_works(shared_data):
    boundaries = load_boundaries()
    records = load_file(shared_data / "activities/whowhatwhere_5w_mli_mar2022.xlsx", boundaries).records
    assert records["quantity"].isna().all()
    assert set(records.loc[records["outcome"] == "placed", "precision"]) == {"cercle"}
