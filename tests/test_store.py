"""The records in use: the shipped ones or a file of one's own, placed on the shipped boundaries."""

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from geo.counting import Members, account
from geo.errors import RecordFileError
from geo.io import load_boundaries
from geo.store import counted, load, load_file, load_shipped, matcher_of


@pytest.fixture(scope="module")
def boundaries():
    return load_boundaries()


@pytest.fixture(scope="module")
def shipped(boundaries):
    return load_shipped(boundaries)


@pytest.fixture
def own(tmp_path):
    path = tmp_path / "partenaire.csv"
    path.write_text(
        "Région;Cercle;Commune;Type d'activité;Nombre;Téléphone\n"
        "Gao;Ansongo;Bara;AVEC;3;76 12 34 56\n"
        "Gao;Ansongo;Introuvable;AVEC;2;\n"
        ";;;AVEC;5;\n",
        encoding="utf-8",
    )
    return path


def test_a_file_of_ones_own(own, boundaries):
    store = load_file(own, boundaries)
    assert list(store.records["outcome"]) == ["placed", "review", "rejected"]
    row = store.records.loc[2]
    assert (row["adm3_pcode"], row["activity_type"], row["quantity"]) == ("ML070102", "avec", 3)
    assert store.cleaned.dropped == ("Téléphone",)
    assert set(store.records["source_id"]) == {"partenaire"}


def test_the_version_changes_with_the_file_and_its_options(own, boundaries):
    first = load_file(own, boundaries).version
    assert load_file(own, boundaries).version == first
    assert load_file(own, boundaries, activity_type="water_point").version != first
    own.write_text(own.read_text(encoding="utf-8").replace(";3;", ";4;"), encoding="utf-8")
    assert load_file(own, boundaries).version != first


def test_the_type_of_the_rows_can_be_stated(own, boundaries):
    records = load_file(own, boundaries, activity_type="market_garden").records
    assert set(records["activity_type"]) == {"market_garden"}


def test_a_type_that_is_not_set_up_is_refused(own, boundaries):
    with pytest.raises(RecordFileError, match="Type d'activité inconnu : « temple »"):
        load_file(own, boundaries, activity_type="temple")


def test_a_column_stated_by_the_user(tmp_path, boundaries):
    path = tmp_path / "f.csv"
    path.write_text("Où;Combien\nBara;3\n", encoding="utf-8")
    store = load_file(path, boundaries, given={"provider_adm3_name": "Où", "quantity": "Combien"})
    assert store.records["quantity"].iloc[0] == 3
    with pytest.raises(RecordFileError, match=r"f\.csv : pas de colonne « Quand »"):
        load_file(path, boundaries, given={"start_date": "Quand"})


@pytest.mark.parametrize(("vintage", "outcome"), [("", "review"), ("COD-AB 2021", "placed")])
def test_a_vintage_stated_by_the_user(tmp_path, boundaries, vintage, outcome):
    path = tmp_path / "f.csv"
    path.write_text("adm3_pcode\nML070102\n", encoding="utf-8")
    assert load_file(path, boundaries, vintage=vintage).records["outcome"].iloc[0] == outcome


def test_the_environment_names_the_file(own, boundaries, monkeypatch):
    monkeypatch.setenv("COUVERTURE_RECORDS", str(own))
    assert len(load(boundaries).records) == 3
    monkeypatch.setenv("COUVERTURE_RECORDS", str(own.parent / "none.csv"))
    with pytest.raises(RecordFileError, match=r"none\.csv"):
        load(boundaries)


def test_every_shipped_record_is_placed(shipped, boundaries):
    units = boundaries.units
    shown = frozenset(units.loc[units["focus"], "adm3_pcode"])
    found = account(shipped.records, shown=shown, members=Members(units))
    # 620 counts (563 of the survey, 57 of named wells) and 26 rows of five reports.
    assert (found.read, found.placed, found.review, found.rejected) == (646, 646, 0, 0)
    assert set(shipped.records["source_id"]) == set(shipped.sources)


def test_no_shipped_record_is_dropped_when_counted_once(shipped, boundaries):
    assert len(counted(shipped.records, Members(boundaries.units))) == 646


def ask(boundaries, *questions):
    columns = ["text", "region", "cercle", "level"]
    return matcher_of(boundaries.units)(pd.DataFrame(questions, columns=columns))


def test_a_name_is_looked_for_where_its_region_lies(boundaries):
    found = ask(
        boundaries,
        ("Sikasso", "", "", "region"),
        ("Gao", "Gao", "Gao", "commune"),
        ("Vessale", "", "", "commune"),
    )
    assert list(found["pcode"]) == ["ML03", "ML070303", "MR01203"]
    assert list(found.index) == [0, 1, 2]


CELLS = st.one_of(
    st.sampled_from(["Gao", "Bara", "ML07", "14,2", "-3.1", "AVEC", "2020", ""]), st.text(max_size=6)
)
HEADINGS = ("Région", "Commune", "pcode", "lat", "lon", "Type", "Nombre", "Date début", "Remarques")


@settings(max_examples=8, deadline=None)
@given(st.lists(st.tuples(*[CELLS] * len(HEADINGS)), min_size=1, max_size=4))
def test_any_file_is_accounted_for_or_refused_with_a_word(tmp_path_factory, boundaries, rows):
    path = tmp_path_factory.getbasetemp() / "any.csv"
    lines = [HEADINGS, *rows]
    text = "\n".join(";".join('"' + cell.replace('"', '""') + '"' for cell in line) for line in lines)
    path.write_bytes(text.encode("utf-8", "surrogatepass"))
    try:
        records = load_file(path, boundaries).records
    except RecordFileError as error:
        message = str(error)
        assert message.startswith("any.csv"), message  # either way out is a good one
        return
    found = account(records)
    given_rows = sum(any(cell.strip() for cell in row) for row in rows)
    assert found.read in (given_rows, given_rows - 1)
    assert found.read == found.placed + found.review + found.rejected
