"""A store whose every text carries markup, on every page in Chromium: nothing of it runs, asks or hides."""

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlencode

import openpyxl
import pytest

from geo.signs import tidied
from tests.browser.conftest import Visit
from tests.browser.pages import PAGES, RUN_OVER, in_language
from tests.browser.servers import ROOT, Server, serve
from tests.strangers import FILE_NAME, HOST, MARKER, MARKUP, NORMS, rows

SECTIONS = ("matrice", "paires", "vides", "recouvrements", "temps", "noms")
# Views that a page shows on demand.
MORE = (
    *(f"qui_fait_quoi?volet={section}" for section in SECTIONS[1:]),
    "carte?type=water_point&niveau=commune&zone=ML070101",
    f"carte?{urlencode({'type': 'avec', 'bailleur': MARKUP['markdown link'], 'source': 's'})}",
    "fiche?unite=ML070101&lang=en",
    "qualite?vue=lignes&par=partenaire",
    "besoins?type=avec",
    f"besoins?type=water_point&normes={NORMS}&placer=locality",
    "vue_ensemble?lang=en",
)
# Signs that turn the reading of what follows them.
TURNING = re.compile("[\u202a-\u202e\u2066-\u2069]")
# A script for Streamlit that shows every case where a label is read as Markdown.
LABELS = """
import streamlit as st
from geo.ui.parts import label_text
from tests.strangers import MARKUP

for number, text in enumerate(MARKUP.values()):
    st.button(label_text(text), key=f"b{number}", help=label_text(text))
texts = [label_text(text) for text in MARKUP.values()]
st.radio("r", texts)
for text in texts:
    with st.expander(text):
        pass
    st.progress(0.5, text=text)
"""


@pytest.fixture(scope="module")
def strangers(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    folder = tmp_path_factory.mktemp("strangers")
    (folder / "home").mkdir()
    settings = os.environ | {"COUVERTURE_HOME": str(folder / "home"), "PYTHONPATH": str(ROOT)}
    subprocess.run([sys.executable, "-m", "tests.strangers"], cwd=ROOT, env=settings, check=True, timeout=120)
    with serve(folder) as running:
        yield running


class Watched:
    """A visit, and what a payload that got through would leave behind."""

    def __init__(self, visit: Visit, server: Server) -> None:
        self.visit, self.server = visit, server
        self.dialogs: list[str] = []
        self.seen = ""
        self.tips = ""
        visit.page.on("dialog", self._heard)

    def _heard(self, dialog) -> None:
        self.dialogs.append(dialog.message)
        dialog.dismiss()

    def go(self, page: str) -> None:
        self.visit.page.goto(f"{self.server.address}/{page}")
        self.visit.page.locator("h1").first.wait_for(timeout=60_000)
        self.rest()

    def rest(self) -> None:
        self.visit.page.wait_for_timeout(300)
        self.visit.page.locator(RUN_OVER).wait_for(timeout=60_000)
        if self.visit.page.locator(".legend").count():
            self.visit.map.locator("#map_div[data-drawn]").wait_for(timeout=60_000)

    def touch_everything(self) -> None:
        """Open what folds, hover and focus whatever answers, where a handler or a tooltip would wake."""
        for frame in self.visit.page.frames:
            said = frame.evaluate(
                """() => {
                  const tips = new Set();
                  document.querySelectorAll('details').forEach(each => { each.open = true; });
                  const all = 'main *, section *, path, canvas, .leaflet-marker-icon';
                  document.querySelectorAll(all).forEach(each => {
                    const box = each.getBoundingClientRect();
                    const at = {bubbles: true, clientX: box.x + box.width / 2,
                                clientY: box.y + box.height / 2};
                    for (const kind of ['mouseover', 'mouseenter', 'mousemove'])
                      each.dispatchEvent(new MouseEvent(kind, at));
                    document.querySelectorAll('.leaflet-tooltip').forEach(tip => tips.add(tip.innerText));
                    for (const kind of ['focus', 'focusin'])
                      each.dispatchEvent(new Event(kind, {bubbles: true}));
                  });
                  return [...tips].join("\\n");
                }"""
            )
            self.tips += f"{said}\n"
        self.seen += self.visit.page.locator("body").inner_text() + "\n"

    def caught(self) -> list[str]:
        """What got through: markers in any frame, dialogs, requests, elements that only markup makes."""
        found = [f"dialog {text}" for text in self.dialogs]
        found += [f"request {url}" for url in self.visit.outside(self.server.address)]
        for frame in self.visit.page.frames:
            if marker := frame.evaluate(f"() => window.{MARKER}"):
                found.append(f"script in {frame.url}: {marker}")
            found += frame.evaluate(
                f"""() => Array.from(document.querySelectorAll('*')).filter(each =>
                  Array.from(each.attributes).some(one =>
                    one.name.startsWith('on') && one.value.includes('{MARKER}')
                    || /^(https?:)?\\/\\/{HOST}/.test(one.value)
                    || /^\\s*javascript:/i.test(one.value)
                    || one.name === 'style' && one.value.includes('{HOST}')))
                  .map(each => each.outerHTML.slice(0, 200))"""
            )
        return found

    def shows(self, text: str) -> bool:
        """Whether the very signs of a text were read on some page."""
        return plain(text) in plain(self.seen)


def plain(text: str) -> str:
    return re.sub(r"\s+", " ", tidied(text)).strip()


@pytest.fixture
def watched(visit, strangers) -> Watched:
    return Watched(visit, strangers)


@pytest.mark.parametrize("lang", ["fr", "en"])
def test_no_page_runs_or_asks_what_a_record_says(watched, lang):
    caught = {}
    for page in (*PAGES, *(MORE if lang == "fr" else ())):
        watched.go(in_language(page, lang))
        watched.touch_everything()
        if found := watched.caught():
            caught[page] = found
    assert caught == {}
    assert watched.visit.complaints() == []
    if lang == "fr":
        # Each is a partner's name, and is read as it was written; a ; stands between two of them.
        lacking = [case for case, text in MARKUP.items() if not all(map(watched.shows, text.split(";")))]
        assert lacking == []
        # Each begins the name of communes, which the map says where the mouse stands.
        assert [case for case, text in MARKUP.items() if plain(text) not in plain(watched.tips)] == []
        assert TURNING.findall(watched.seen + watched.tips) == []


def test_no_label_is_an_image_a_link_or_an_icon(visit, tmp_path):
    script = tmp_path / "etiquettes.py"
    script.write_text(LABELS, encoding="utf-8")
    with serve(tmp_path, script=str(script)) as server:
        watched = Watched(visit, server)
        visit.page.goto(server.address)
        visit.page.locator("[data-testid=stProgress]").nth(len(MARKUP) - 1).wait_for(timeout=60_000)
        watched.rest()
        watched.touch_everything()
        assert watched.caught() == []
        main = visit.page.get_by_test_id("stMain")
        # But the arrow of an expander, nothing is drawn and nothing leads anywhere.
        assert main.locator("img, a, code, strong, em, del, .katex, h1, li").count() == 0
        for kind in ("stButton", "stExpander", "stProgress"):
            texts = [plain(text) for text in main.get_by_test_id(kind).all_inner_texts()]
            assert len(texts) == len(MARKUP), kind
            lacking = [case for (case, text), said in zip(MARKUP.items(), texts, strict=True)
                       if plain(text) not in said]  # fmt: skip
            assert lacking == [], kind


def test_no_address_runs_or_asks_what_it_says(watched):
    bad = (MARKUP["image that fails"], MARKUP["markdown image"], MARKUP["streamlit signs"])
    names = ("lang", "type", "zone", "niveau", "partenaire", "bailleur", "source", "debut", "unite", "id")
    for page, text in zip(("carte", "fiche", "enregistrement"), bad, strict=True):
        watched.go(f"{page}?{urlencode(dict.fromkeys(names, text))}")
        watched.touch_everything()
        assert watched.caught() == []
    assert watched.visit.complaints() == []


def test_a_file_handed_in_runs_nothing(watched, tmp_path):
    book = openpyxl.Workbook()
    book.active.title = "<img src=x onerror=1>"[:31]
    table = rows("avec")
    book.active.append([tidied(name) for name in table[0]])
    for row in table[:6]:
        book.active.append([tidied(str(cell)) for cell in row.values()])
    second = book.create_sheet("'\"><svg onload=1>")
    second.append(["Commune", "Type", MARKUP["markdown image"]])
    second.append(["Bara", "AVEC", "x"])
    path = tmp_path / Path(FILE_NAME).with_suffix(".xlsx").name
    book.save(path)
    page = watched.visit.page
    watched.go("importer")
    page.locator("input[type=file]").set_input_files(path)
    page.get_by_role("button", name="Confirmer et faire l'essai").wait_for(timeout=60_000)
    watched.rest()
    watched.touch_everything()
    page.get_by_role("button", name="Confirmer et faire l'essai").click()
    page.get_by_role("heading", name="4. Confirmer").wait_for(timeout=120_000)
    watched.rest()
    watched.touch_everything()
    assert watched.caught() == []
    # The end of a script was read among the values of a column.
    assert watched.shows(MARKUP["end of a script"])
    kept = [
        each.name for each in (Path(watched.server.log).parent / "home/uploads").rglob("*") if each.is_file()
    ]
    assert len(kept) == 1
    assert not set(kept[0]) & set("<>/\\:[]'\"=!")
