"""Signs in texts of strangers: the corpus, any text at all, and names that only look like ours."""

import time
import unicodedata

import pandas as pd
import pytest
import sqlalchemy as sa
from hypothesis import given
from hypothesis import strategies as st

from geo import aliases, coordinates, dates, headings, money, signs, spelling, words, zones
from geo.io import load_boundaries
from geo.io.records import read_types
from geo.io.sheets import read_sheet
from geo.store.files import read_file
from geo.store.places import place_records
from geo.store.tables import LONGEST_TYPED, PROFILES
from tests.strangers import LOOK_ALIKES, SIGNS

ANY_TEXT = st.text(st.characters(codec=None, categories=None), max_size=200)
TRAPS = st.text(
    st.sampled_from("aé\u0301\u0316\u202e\u200b\u200d\u0627\u2028\x00\ud800\ufeff\U000e0041 \nа"), max_size=60
)
# What no text may hold once it was read.
UNSEEN = ("Cc", "Cf", "Cs")
ALLOWED = frozenset("\t\n\r\u200c\u200d\u0600\u0601\u0602\u0603\u0604\u0605\u06dd\u070f\u08e2\u0890\u0891")
# Letters of other alphabets for those that they look like.
CYRILLIC = str.maketrans("aeopcxyiAEOPCXTBHKM", "аеорсхуіАЕОРСХТВНКМ")


@pytest.mark.parametrize("case", SIGNS)
def test_of_each_case_is_left_what_a_reader_sees(case):
    text, left = SIGNS[case]
    assert " ".join(signs.tidied(text).split()) == " ".join(left.split())


@given(st.one_of(ANY_TEXT, TRAPS))
def test_any_text_is_left_readable_once_and_for_all(text):
    made = signs.tidied(text)
    hidden = [sign for sign in made if unicodedata.category(sign) in UNSEEN and sign not in ALLOWED]
    # Formats of scripts that need them stay (a sign of Egyptian or of shorthand turns nothing round).
    assert [sign for sign in hidden if ord(sign) < 0x10000 or 0xE0000 <= ord(sign) < 0xE1000] == []
    assert signs.tidied(made) == made
    made.encode()
    # A letter may come apart when it is composed again, never grow without bound.
    assert len(made) <= 3 * max(len(text), 1)


@given(ANY_TEXT)
def test_plain_words_are_left_as_they_are(text):
    plain = "".join(sign for sign in text if sign.isascii() and sign.isprintable())
    assert signs.tidied(plain) is plain
    assert signs.look_alikes(plain) == []


@given(st.one_of(ANY_TEXT, TRAPS), st.integers(1, 80))
def test_a_typed_line_is_one_line_of_the_length_asked(text, longest):
    made = signs.one_line(text, longest)
    assert len(made) <= longest
    assert made.splitlines() in ([], [made])


@pytest.mark.parametrize("case", LOOK_ALIKES)
def test_what_only_looks_like_a_name_is_told(case):
    assert signs.look_alikes(LOOK_ALIKES[case])


@pytest.mark.parametrize(
    "text", ["N'Tillit", "Gounzourèye", "Ɓoɗɗe ɛɔŋɲ ƴ", "تمبكتو", "ⵜⴰⵎⴰⵛⴻⵇ", "ߒߞߏ", "Œuvre n° 2ª", "12 m² µg"]
)
def test_what_is_written_here_is_not(text):
    assert signs.look_alikes(text) == []


def test_a_cell_of_marks_takes_time_by_its_length():
    # Ordering a million marks by their class would take hours; here the pieces are compared with each other.
    def seconds(marks: int) -> float:
        text = "Gao" + "\u0301\u0316" * (marks // 2)
        begun = time.process_time()
        signs.tidied(text)
        for reads in (spelling.fold, headings.fold_heading, dates.read_span, zones.read_zone, words.slug):
            reads(text)
        money.read_amounts(pd.Series([text]), currencies=pd.Series([""]), heading="")
        return time.process_time() - begun

    seconds(100)
    assert seconds(200_000) < 5.0


# ---- in a file --------------------------------------------------------------------------------------


@pytest.fixture
def opened(tmp_path):
    def read(**columns):
        path = tmp_path / "liste.csv"
        pd.DataFrame(columns).to_csv(path, index=False, sep=";")
        return read_sheet(path)

    return read


def test_the_cells_of_a_file_are_put_right_and_it_is_said(opened):
    found = opened(Commune=["Ga\u202eo", "Bara", "Ko\u0301" + "\u0301" * 9_000], Nombre=["1", "2", "3\u200b"])
    assert found.table["Commune"].tolist() == ["Gao", "Bara", "Kó\u0301\u0301\u0301"]
    assert found.table["Nombre"].tolist() == ["1", "2", "3"]
    assert found.noted["hidden_signs"] == 2
    assert found.noted["stacked_marks"] == 1
    assert found.problems.empty


def test_headings_are_put_right_before_anything_is_recognised(opened):
    found = opened(**{"Com\u200bmune": ["Gao"], "\u202eNombre\u0301": ["1"]})
    assert found.table.columns.tolist() == ["Commune", "Nombré"]


def test_what_looks_alike_is_listed_with_row_and_column_and_kept(opened):
    found = opened(Commune=["Bara", "Bаra"], ONG=["AMSS", "ОСНА"], Téléphone=["1", "Имя"])
    assert found.table["Commune"].tolist() == ["Bara", "Bаra"]
    # Of a contact nothing is listed.
    assert found.problems.to_numpy().tolist() == [
        [3, "Commune", "Bаra", "look_alikes"],
        [3, "ONG", "ОСНА", "look_alikes"],
    ]


def test_a_cell_too_long_is_cut_and_listed(opened):
    found = opened(Commune=["Gao"], Remarques=["x" * 40_000])
    assert found.table["Remarques"].str.len().tolist() == [signs.LONGEST_CELL]
    assert found.problems["problem"].tolist() == ["cut_text"]


# A column of texts holds no halves of letters: no reader of files lets them in.
CELLS = TRAPS.map(lambda text: text.replace("\ud800", ""))


@given(st.lists(st.tuples(CELLS, CELLS), min_size=1, max_size=5))
def test_any_cells_keep_their_rows_and_columns(rows):
    table = pd.DataFrame(rows, columns=["a", "b"]).astype("str")
    made = signs.tidied_table(table)
    assert made.table.shape == table.shape
    assert made.table.index.equals(table.index)
    assert made.table.map(signs.tidied).equals(made.table)
    assert set(made.noted) <= {"hidden_signs", "stacked_marks"}


# ---- never taken for another ------------------------------------------------------------------------


def test_no_commune_is_found_under_a_name_that_only_looks_like_it(tmp_path):
    boundaries = load_boundaries()
    named = boundaries.units[["adm1_name", "adm2_name", "adm3_name"]].astype(str)
    fake = named["adm3_name"].str.translate(CYRILLIC)
    table = pd.DataFrame(
        {"Région": named["adm1_name"], "Cercle": named["adm2_name"], "Commune": fake, "Type": "AVEC"}
    )[(fake != named["adm3_name"]).to_numpy()]
    path = tmp_path / "faux.csv"
    table.to_csv(path, index=False)
    read = read_file(path, types=read_types(), source_id="s")
    assert len(read.records) > 200
    listed = read.problems[read.problems["problem"] == "look_alikes"]
    assert set(listed["row"]) == set(read.records.index)
    placed = place_records(read.records, boundaries, sources={})
    found = placed[(placed["outcome"] == "placed") & (placed["precision"] == "commune")]
    assert found["provider_adm3_name"].tolist() == []


def test_no_organisation_is_taken_for_one_that_only_looks_like_it():
    names = aliases.Names({"amss": "AMSS", "ocha": "OCHA"})
    assert names.of("amss") == "AMSS"
    for text in ("АMSS", "ОСНА", "AMSЅ", "OCНA"):
        assert names.of(text) == text


def test_an_organisation_is_the_same_however_its_accents_are_coded():
    assert spelling.fold("De\u0301bo") == spelling.fold("Débo")
    assert signs.tidied("De\u0301bo") == signs.tidied("Débo")


def test_figures_and_positions_of_other_scripts_are_no_crash():
    for text in ("٣", "१२", "𝟗𝟗", "①", "½", "1\u202e2"):
        assert dates.read_span(text) is None or text
        coordinates.read_positions(
            pd.DataFrame({"longitude": [text], "latitude": [text]}).astype("str"), zone=""
        )


# ---- typed, and kept --------------------------------------------------------------------------------


@pytest.mark.parametrize("text", [*(text for text, _left in SIGNS.values()), "a\0b", "x" * 100_000])
def test_what_somebody_types_is_kept_readable_and_found_again(text):
    engine = sa.create_engine("sqlite://")
    PROFILES.create(engine)
    with engine.begin() as connection:
        connection.execute(sa.insert(PROFILES).values(name=text, details="", changed_by=text))
        kept = connection.execute(sa.select(PROFILES.c.name, PROFILES.c.changed_by)).one()
        found = connection.execute(sa.select(PROFILES.c.name).where(PROFILES.c.name == text)).all()
    engine.dispose()
    assert kept[0] == kept[1] == signs.tidied(text[:LONGEST_TYPED])
    assert found == [(kept[0],)]
