"""``geo overlaps`` and ``geo snapshot``: what they print is what the page shows."""

import io
import json

import pandas as pd
import pytest

from geo.__main__ import main
from geo.store import database
from tests.toy_partners import meeting_file


@pytest.fixture(autouse=True)
def home(tmp_path, monkeypatch):
    monkeypatch.setenv("COUVERTURE_HOME", str(tmp_path))
    yield tmp_path
    database.close()


def test_pairs_of_a_file_as_csv_and_json(home, capsys):
    path = meeting_file(home / "donnees_fictives.csv")
    assert main(["overlaps", str(path), "--within-km", "0.5", "--csv"]) == 0
    out, err = capsys.readouterr()
    table = pd.read_csv(io.StringIO(out))
    assert table["Commune"].tolist() == ["Ansongo", "Ansongo", "Kendé"]
    assert table["Distance (km)"].iloc[0] == pytest.approx(0.322, abs=0.001)
    assert table[["Personnes atteintes, au moins", "Personnes atteintes, au plus"]].iloc[0].tolist() == [
        300,
        500,
    ]
    # The long name is AMSS: one organisation, one name.
    assert set(table["Partenaire A"]) == {"AMSS", "Plan Internatonal Mali"}
    assert "8 enregistrements lus" in err or "Lus 8" in err
    assert (
        main(
            ["overlaps", str(path), "--within-km", "0.5", "--near-only", "--type", "market_garden", "--json"]
        )
        == 0
    )
    found = json.loads(capsys.readouterr().out)
    assert found["accounting"]["read"] == 4
    assert [pair["Commune"] for pair in found["pairs"]] == ["Ansongo", "Kendé"]


@pytest.mark.parametrize(
    ("asked", "said"),
    [(["--type", "castle"], "castle"), (["--unit", "ML99"], "ML99")],
)
def test_what_does_not_exist_is_refused(home, capsys, asked, said):
    path = meeting_file(home / "donnees_fictives.csv")
    assert main(["overlaps", str(path), *asked]) == 2
    assert said in capsys.readouterr().err


def test_a_distance_of_nothing_is_refused(capsys):
    with pytest.raises(SystemExit):
        main(["overlaps", "--within-km", "0"])
    assert "0 km" in capsys.readouterr().err


def test_a_state_is_kept_listed_and_compared(home, monkeypatch, capsys):
    path = meeting_file(home / "donnees_fictives.csv")
    monkeypatch.setenv("COUVERTURE_RECORDS", str(path))
    assert main(["snapshot", "diff"]) == 2
    assert main(["snapshot", "take", "--name", "mai"]) == 0
    assert main(["snapshot", "list"]) == 0
    assert "mai" in capsys.readouterr().out
    meeting_file(path, more=["9,avec,WHH,,livelihoods,,,,2,,Ansongo,,,"])
    assert main(["snapshot", "diff", "--csv"]) == 0
    table = pd.read_csv(io.StringIO(capsys.readouterr().out))
    assert table[["Changement", "Partenaire", "Lieux"]].values.tolist() == [["nouveau", "WHH", "Ansongo"]]
    assert main(["snapshot", "diff", "1"]) == 0
    assert "1 nouveaux, 0 terminés, 0 modifiés, 8 inchangés" in capsys.readouterr().out
