"""What strangers send, by class: markup, names of files and zip members, signs, addresses; a store of it.

``python -m tests.strangers`` fills the store of ``COUVERTURE_HOME`` with records and decisions every text
of which carries markup.
"""

import csv
import io
import os
import zipfile
from pathlib import Path
from unittest import mock

import pandas as pd

from geo import official_checks
from geo.activities import Source
from geo.boundaries import Boundaries
from geo.columns import Profile
from geo.io import install, load_boundaries, localities, norms, population, severity
from geo.store import (
    corrections,
    decisions,
    imports,
    load,
    meeting,
    orders,
    organisations,
    review,
    snapshots,
)

# A payload that runs sets this; one that asks for something asks it of this host.
MARKER = "stranger"
HOST = "stranger.invalid"

# Name of the case: text. Whatever reads it, the reader sees these very signs.
MARKUP = {
    "image that fails": f"<img src=x onerror=\"window.{MARKER}='image'\">",
    "script": f"<script>window.{MARKER}='script'</script>",
    "end of a script": f"</script><script>window.{MARKER}='ended'</script>",
    "end of a title": f"</title><svg onload=window.{MARKER}='title'>",
    "end of an attribute": f"x' onmouseover='window.{MARKER}=1' y=\" onfocus=\"window.{MARKER}=2\" autofocus",
    "drawing": f"'\"><svg onload=\"window.{MARKER}='drawing'\">",
    "frame": f"<iframe src=\"javascript:parent.{MARKER}='frame'\"></iframe>",
    "frame with a page": f"<iframe srcdoc=\"<script>parent.{MARKER}='page'</script>\"></iframe>",
    "form": f"<form action=http://{HOST}/><button autofocus>ok</button></form>",
    "style": f"<style>body{{background:url(http://{HOST}/style)}}</style>",
    "sheet of style": f"<link rel=stylesheet href=//{HOST}/sheet>",
    "address of a page": f"<base href=http://{HOST}/><meta http-equiv=refresh content=0;url=http://{HOST}/>",
    "entities": f"&lt;img src=x onerror=window.{MARKER}=1&gt; &#60;b&#62; &amp;amp;",
    "comment": f"<!-- --!><img src=x onerror=window.{MARKER}='comment'> -->",
    "mathematics in markup": f"<math><mtext></table><img src=x onerror=window.{MARKER}='math'>",
    "markdown image": f"![x](http://{HOST}/image.png)",
    "markdown image by reference": f"![x][r]\n\n[r]: http://{HOST}/reference.png",
    "markdown link": f"[lien](javascript:window.{MARKER}='link') <http://{HOST}/a>",
    "markdown signs": "**gras** _pente_ `code` ~~non~~ # titre | - liste > 1. un",
    "streamlit signs": ":material/home: :red[rouge] :streamlit: :blue-background[x]",
    "formula of letters": f"$\\href{{javascript:window.{MARKER}=1}}{{x}}$ $$\\frac{{1}}{{0$$ \\unknown",
    "template of JavaScript": f"${{window.{MARKER}='template'}} `${{window.{MARKER}=1}}`",
    "template of Jinja": f"{{{{ 7*7 }}}} {{% for x in ().__class__ %}} {{# #}} {{kirby:'{MARKER}'}}",
    "formats": "%s %n %(who)s {0} {who} {who.__class__} \\n \\u0041",
    "end of a string": f"\\\";window.{MARKER}='string';// ');window.{MARKER}='string2';//",
    "separators of lines": f"a\u2028window.{MARKER}='line'\u2029b",
    "formula of a sheet": f'=HYPERLINK("http://{HOST}/f","x")',
    "command of a sheet": "=cmd|' /C calc'!A0",
    "formula by a sign": "@SUM(1+1)*cmd|' /C calc'!A0",
    "formula after a tab": "\t=1+1",
    "markup of XML": "]]><x xmlns='y'/><![CDATA[ <?xml version='1.0'?> <!DOCTYPE a [<!ENTITY b 'c'>]>",
    "query": "'; DROP TABLE records; -- \" OR 1=1",
}

# Names that somebody may give to a file, a profile or a part of an archive.
PATHS = {
    "parent": "../../etc/passwd",
    "parents of Windows": "..\\..\\windows\\win.ini",
    "root": "/etc/passwd",
    "drive": "C:\\temp\\liste.csv",
    "share": "\\\\serveur\\partage\\liste.csv",
    "nul": "liste.csv\0.png",
    "line": "liste\n.csv",
    "dot": ".",
    "dots": "..",
    "nothing": "",
    "blank": "   ",
    "hidden": ".htaccess",
    "device": "CON",
    "device with an ending": "nul.csv",
    "printer": "LPT1.xlsx",
    "long": "a" * 300 + ".csv",
    "long in bytes": "é" * 200 + ".csv",
    "long in four bytes": "\U0001f600" * 90 + ".csv",
    "long ending": "a." + "b" * 400,
    "turned round": "liste\u202evsc.exe",
    "half a letter": "liste\ud800.csv",
    "ours": "order.json",
    "ours in capitals": "JOB",
    "stream": "liste.csv::$DATA",
    "variable": "$HOME/%APPDATA%/~/liste.csv",
    "option": "--help.csv",
    "shell": "a; rm -rf `pwd` | $(id) & b.csv",
    "star": '*?<>|".csv',
    "markup": MARKUP["image that fails"] + ".csv",
    "address": "http://stranger.invalid/a.csv",
    "drives of GDAL": "/vsicurl/http://stranger.invalid/a.zip",
}

# A text, and what is left of it once it was read.
SIGNS = {
    "right to left": ("Gao \u202eabc\u202c fin", "Gao abc fin"),
    "isolates": ("\u2067Gao\u2069 \u061c\u200f\u200e", "Gao"),
    "no width": ("G\u200ba\u2060o\ufeff", "Gao"),
    "soft hyphen": ("Ga\u00ado", "Gao"),
    "joiner in Latin": ("Ga\u200do", "Gao"),
    "joiner in Arabic": ("می\u200cخواهم", "می\u200cخواهم"),
    "fillers": ("\u3164Gao\u115f", "Gao"),
    "tags": ("Gao\U000e0041\U000e0042", "Gao"),
    "selectors": ("Gao\ufe0f\U000e0101", "Gao"),
    "controls": ("G\x01a\x7fo\x9b", "Gao"),
    "separators of lines": ("Gao\u2028Bara\x85Mopti\x0b", "Gao Bara Mopti"),
    "half a letter": ("Ga\ud800o", "Ga\ufffdo"),
    "no letter": ("Gao\uffff\ufdd0", "Gao"),
    "taken apart": ("De\u0301bo", "Débo"),
    "10,000 marks": ("Ga\u0301o" + "\u0316\u0301" * 5_000, "Gáó\u0316\u0316\u0301"),
    "marks alone": ("\u0301" * 10_000, "\u0301" * 4),
    "bold of mathematics": ("𝐆𝐚𝐨", "𝐆𝐚𝐨"),
}
# What looks like a name of ours and is another.
LOOK_ALIKES = {
    "Cyrillic in Latin": "Bаra",
    "all Cyrillic": "ОСНА",
    "Greek capitals": "ΟΧΑΜ",
    "full width": "ＧＡＯ",
    "bold of mathematics": "𝐆𝐚𝐨",
    "without a dot": "Kıdal",
    "phonetic": "ɡao",
    "Arabic in Latin": "Gaاo",
    "Armenian": "օxfam",
    "Cherokee": "ᎪᎡ",
}
# Addresses that nobody writes by hand; each is tried under every name that a page knows.
VALUES = {
    "nothing": "",
    "blank": " ",
    "markup": MARKUP["end of an attribute"],
    "long": "a" * 20_000,
    "marks": "\u0301" * 10_000,
    "right to left": "\u202egao",
    "nul": "a\0b",
    "number out of range": "99999999999999999999999",
    "not a number": "nan",
    "without end": "inf",
    "below nothing": "-1",
    "figures of another script": "٣",
    "scientific": "1e400",
    "list": "[1,2]",
    "place that is none": "ML999999",
    "path": "../../etc/passwd",
    "format": "{0.__class__}%s",
    "day that is none": "2024-02-31",
    "last day": "9999-12-31",
    "separators": ".._..;;,,||",
    "half a letter": "\udc80",
}


def table_file(rows: list[dict[str, object]]) -> bytes:
    """Rows as a CSV whose headings are those of the first."""
    text = io.StringIO()
    writer = csv.DictWriter(text, list(rows[0]))
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue().encode()


def archive(members: dict[str, bytes]) -> bytes:
    """A zip whose members bear the names given, whatever they are."""
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w", zipfile.ZIP_DEFLATED) as target:
        for name, content in members.items():
            part = zipfile.ZipInfo("x")
            part.filename = name
            target.writestr(part, content)
    return data.getvalue()


# ---- a store of it ----------------------------------------------------------------------------------

FILE_NAME = f"<img src=x onerror=window.{MARKER}='file'> ![x](http:{HOST}).csv"
TEXTS = list(MARKUP.values())
SOURCE = "s"
NORMS = "etranger"


def rows(kind: str = "") -> list[dict[str, object]]:
    """One record for each case of markup, its texts in every column that takes one; two that overlap."""
    made = []
    for number, text in enumerate(TEXTS):
        other = TEXTS[(number + 1) % len(TEXTS)]
        placed = number % 3
        made.append(
            {
                "record_key": f"k{number} {text}",
                "project_code": text,
                "implementing_org": text,
                "donor": other,
                "partner_orgs": f"{other};{text}",
                "sector": text,
                "activity_type": kind or ("water_point", "avec", "peace_committee")[number % 2],
                "subtype": text,
                "activity_status": text if number % 5 == 0 else "ongoing",
                "functionality": text if number % 7 == 0 else "functional",
                "start_date": text if number % 11 == 0 else "2024-01-01",
                "end_date": "2027",
                "quantity": number + 1,
                "reached_people": text if number % 13 == 0 else 100,
                "provider_adm1_name": "Gao" if placed else text,
                "provider_adm3_name": "Ansongo" if placed else text,
                "provider_locality": text,
                "provider_place_text": "" if placed else text,
                "longitude": 0.5 + number / 10_000 if placed == 1 else "",
                "latitude": 15.66 if placed == 1 else "",
                "remarks": text,
                text if number == 0 else f"colonne {MARKUP['image that fails']}": "x",
            }
        )
    headings = list(dict.fromkeys(name for row in made for name in row))
    return [{name: row.get(name, "") for name in headings} for row in made]


# Signs that turn a text round, in whatever is named below: none of them is shown.
TURNED = "\u202etxt.exe\u202c"
# The rows of records above state these by name.
_OWN_NAMES = ("Gao", "Ansongo")


def unit_names(names: pd.Series) -> pd.Series:
    """A text of markup or of signs before each name, one after the other; what records state is left."""
    texts = [*reversed(TEXTS), *(text for case, (text, _left) in SIGNS.items() if case != "half a letter")]
    turn = [f"{texts[place % len(texts)]} {name}" for place, name in enumerate(names)]
    return names.where(names.isin(_OWN_NAMES), pd.Series(turn, index=names.index))


def install_boundaries(folder: Path) -> Boundaries:
    """Install the shipped outlines of Mali as somebody's official file in which every unit is named so."""
    communes = load_boundaries().level("commune").query("country == 'ML'")
    # The region of the records first: its communes and the next ones bear every text.
    communes = communes.sort_values("adm1_pcode", key=lambda code: code != "ML07", kind="stable")
    codes = [f"adm{level}_pcode" for level in (1, 2, 3)]
    frame = communes[[*codes, "geometry"]].assign(adm3alt1fr=communes["adm3_name"], adm3alt2fr=TEXTS[0])
    for level, code in enumerate(codes, 1):
        known = communes.drop_duplicates(code).set_index(code)[f"adm{level}_name"]
        frame[f"adm{level}_name"] = frame[code].map(unit_names(known))
    path = folder / f"{TURNED} ![x](http:{HOST}) <b>.gpkg"
    # The library that writes it takes what stands before a "!" for an archive.
    frame.to_file(folder / "adm3.gpkg", layer="adm3")
    (folder / "adm3.gpkg").rename(path)
    # The outlines that ship are indicative: more of their areas are off than an official file may have.
    with mock.patch.object(official_checks, "MAX_AREA_MISFITS", 0.1):
        return install.install([path], valid_on="2021-12-20").boundaries


def install_settings(folder: Path, boundaries: Boundaries) -> None:
    """Install people, localities, classes of severity and norms whose names and sources are such texts."""
    units = boundaries.level("commune").query("country == 'ML'")
    codes, whose = units["adm3_pcode"], f"{TURNED}{MARKUP['markdown image']}{MARKUP['drawing']}"
    people = folder / f"{TURNED} <img src=x onerror=window.{MARKER}='people'>.csv"
    people.write_bytes(table_file([{"ADM3_PCODE": code, "T_TL": 20_000} for code in codes]))
    population.install(people, boundaries, year="2024", method=MARKUP["markdown link"], source=whose)
    points = zip(units["label_lon"], units["label_lat"], strict=True)
    placed = [
        {"name": f"{TEXTS[at % len(TEXTS)]} {TURNED}", "lon": lon, "lat": lat, "population": 900}
        for at, (lon, lat) in enumerate(points)
    ]
    places = folder / "villages.csv"
    places.write_bytes(table_file(placed))
    localities.install(places, source=whose)
    classes = folder / "classes.csv"
    classes.write_bytes(table_file([{"pcode": code, "phase": 3} for code in codes]))
    severity.install(classes, source=whose, date=MARKUP["drawing"])
    said = {"source": whose, "date": MARKUP["style"], "label_fr": TEXTS[0], "label_en": TEXTS[0]}
    said |= {"note_fr": MARKUP["formula of letters"], "note_en": MARKUP["markdown image"]}
    norms.save_set(NORMS, {norm.name: said for norm in norms.read_set().norms})
    reason = {"activity_type": "water_point", "source_id": SOURCE, "reason_fr": whose, "reason_en": whose}
    town = {"pcode": codes.iloc[0], "vintage": boundaries.layers[0].vintage}
    norms.not_comparable_file().parent.mkdir(exist_ok=True)
    (norms.saved_dir() / "not_comparable.csv").write_bytes(table_file([town | reason]))


def fill(folder: Path) -> None:
    """Fill the folder and the store of ``COUVERTURE_HOME``: what is installed, an import, every decision."""
    boundaries, who = install_boundaries(folder), MARKUP["drawing"]
    install_settings(folder, boundaries)
    path = folder / FILE_NAME
    path.write_bytes(table_file(rows()))
    source = Source(
        SOURCE,
        MARKUP["end of a script"],
        MARKUP["drawing"],
        "2024-01-01",
        MARKUP["frame"],
        MARKUP["markdown image"],
        caveats=MARKUP["style"],
        title_en=MARKUP["markdown image"],
    )
    order = orders.Order(source, Profile(MARKUP["markdown link"]))
    plan = orders.prepare(path, order, boundaries)
    imports.apply(plan, who=who)
    orders.remember(order, plan, who=who)
    group = review.groups(boundaries).iloc[0].to_dict()
    decisions.decide(group, "ML070101", boundaries, who=who, note=MARKUP["image that fails"])
    organisations.decide("alias", "AMSS (x)", MARKUP["markdown image"], who=who, note=MARKUP["drawing"])
    organisations.decide("shown", MARKUP["frame"], "cercle", who=who, note=TURNED)
    held = load(boundaries)
    snapshots.take(held, MARKUP["drawing"] + MARKUP["markdown image"] + TURNED, who=who)
    identities = held.identities[held.records["source_id"] == SOURCE]
    one, other = ((SOURCE, identity) for identity in identities.iloc[[1, 3]])
    meeting.decide(one, other, "duplicate", who=who, note=MARKUP["end of a script"] + TURNED)
    changed = {"remarks": MARKUP["drawing"], "donor": MARKUP["markdown image"]}
    corrections.correct(*one, changed, boundaries, who=who, reason=MARKUP["image that fails"])


if __name__ == "__main__":
    fill(Path(os.environ["COUVERTURE_HOME"]))
