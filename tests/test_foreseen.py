"""The records after an import, and its problems, before it is applied: the same as afterwards."""

# ruff: noqa: F811 - fixtures are imported by name
import io
from datetime import date

import pandas as pd
import pytest

from geo.facts import Frame
from geo.report.planlines import problem_lines, problems_csv, problems_xlsx, worded
from geo.store import corrections, imports, load, planning
from geo.store.foreseen import foreseen
from geo.words import unit_names
from tests.store_servers import boundaries, named, new_store, postgresql, write  # noqa: F401

HEADINGS = "record_key;Région;Cercle;Commune;Type d'activité;Nombre;Téléphone"
FIRST = (
    HEADINGS,
    "A1;Gao;Ansongo;Bara;AVEC;3;76 12 34 56",
    "A2;Gao;Ansongo;Introuvable;AVEC;deux;",
    "A3;;;;AVEC;=1+1;",
)


@pytest.fixture
def store(new_store):
    return new_store("sqlite")


def seen(found):
    own = found.records[found.records["source_id"] == "p"].set_index("record_key")
    return own[["quantity", "outcome", "adm3_pcode"]].sort_index().fillna(-1).to_dict("index")


@pytest.mark.parametrize("partial", [False, True])
def test_what_is_foreseen_is_what_comes(store, tmp_path, partial):
    path = write(tmp_path / "f.csv", *FIRST)
    imports.apply(planning.prepare(path, boundaries(), source=named("p")), who="x")
    corrections.correct("p", "A1", {"quantity": "7"}, boundaries(), who="x")
    write(path, HEADINGS, "A1;Gao;Ansongo;Bara;AVEC;3;", "A4;Gao;Ansongo;Ansongo;AVEC;1;")
    later = named("p", supersedes="geonames_wells_2014")
    plan = planning.prepare(path, boundaries(), source=later, partial=partial)
    before = load(boundaries())
    told = foreseen(plan, before, boundaries())
    assert "geonames_wells_2014" not in told.sources
    imports.apply(plan, who="x")
    after = load(boundaries())
    assert seen(told) == seen(after)
    assert set(seen(told)) == ({"A1", "A2", "A3", "A4"} if partial else {"A1", "A4"})
    assert seen(told)["A1"]["quantity"] == 7
    assert len(told.records) == len(after.records)
    assert told.version not in (before.version, after.version)


def test_a_source_that_another_stands_in_for_adds_nothing(store, tmp_path):
    path = write(tmp_path / "f.csv", *FIRST)
    imports.apply(planning.prepare(path, boundaries(), source=named("p")), who="x")
    plan = planning.prepare(path, boundaries(), source=named("q", derived_from="p"))
    now = load(boundaries())
    assert len(foreseen(plan, now, boundaries()).records) == len(now.records)


def test_every_problem_says_sheet_row_column_what_was_read_and_what_to_do(store, tmp_path):
    path = write(tmp_path / "f.csv", *FIRST)
    plan = planning.prepare(path, boundaries(), source=named("p"))
    now = load(boundaries())
    names = unit_names(Frame(boundaries()))
    found = problem_lines(plan, names=names, types=now.types, day=date(2026, 11, 22))
    shown = worded(found)
    assert list(shown.columns) == ["Ligne", "Colonne", "Lu", "Ce qui ne va pas", "Que faire", "Candidats"]
    rows = shown.iloc[:, :4].values.tolist()
    assert [3, "Nombre", "deux", "ce n'est pas un nombre"] in rows
    assert [4, "Nombre", "=1+1", "ce n'est pas un nombre"] in rows
    assert [3, "Région, Cercle, Commune", "Gao · Ansongo · Introuvable", "nom de lieu inconnu"] in rows
    assert [row[0] for row in rows] == sorted(row[0] for row in rows)
    assert (shown["Que faire"] != "").all()
    # Contacts were never read, and no cell is run as a formula.
    text = problems_csv(found).decode("utf-8-sig")
    assert "76 12" not in text
    assert "'=1+1" in text
    book = pd.read_excel(io.BytesIO(problems_xlsx(found, plan)), sheet_name=None, engine="openpyxl")
    assert list(book) == ["À corriger", "Comptes"]
    assert "'=1+1" in set(book["À corriger"]["Lu"])
    assert "Lus 3 = placés 1 + à vérifier 1 + rejetés 1" in set(book["Comptes"]["Valeur"])


def test_a_fault_of_the_whole_file_is_listed_without_a_row(store, tmp_path):
    path = write(tmp_path / "f.csv", *FIRST)
    plan = planning.prepare(path, boundaries(), source=named("p"))
    whole = pd.DataFrame([{"row": 0, "column": "Nombre", "value": "", "problem": "formula_without_value"}])
    object.__setattr__(plan.cleaned, "problems", pd.concat([plan.cleaned.problems, whole], ignore_index=True))
    found = problem_lines(plan, names={}, types=load(boundaries()).types, day=date(2026, 11, 22))
    first = found.iloc[0]
    assert pd.isna(first["file_row"])
    assert first["wrong"] == "formules jamais calculées, lues comme vides"
