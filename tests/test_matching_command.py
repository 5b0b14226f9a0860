"""``python -m geo match``: the file that is written, and what is said of one that cannot be read."""

from pathlib import Path

import pandas as pd
import pytest
from openpyxl import Workbook

from geo.__main__ import main

ADDED = ["outcome", "pcode", "method", "score", "candidates", "located_in_pcode"]


def written(path: Path) -> pd.DataFrame:
    return pd.read_csv(path, dtype=str, keep_default_na=False)


def run(folder: Path, text: str, *options: str, encoding: str = "utf-8") -> pd.DataFrame:
    (folder / "in.csv").write_bytes(text.encode(encoding))
    assert main(["match", str(folder / "in.csv"), "--out", str(folder / "out.csv"), *options]) == 0
    return written(folder / "out.csv")


def test_the_input_stays_as_it_was_and_the_result_is_added(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    text = "n,lieu,region,cercle,niveau\n1,  Ansongo ,Gao,,3\n2,Bamba,,,3\n3,NA,Mopti,,3\n4,Gao,,,1\n"
    found = run(
        tmp_path, text, "--text", "lieu", "--region", "region", "--cercle", "cercle", "--level", "niveau"
    )
    assert list(found.columns) == ["n", "lieu", "region", "cercle", "niveau", *ADDED]
    assert found["lieu"].tolist() == ["  Ansongo ", "Bamba", "NA", "Gao"]
    assert found["outcome"].tolist() == ["match", "ambiguous", "none", "match"]
    assert found["pcode"].tolist() == ["ML070101", "", "", "ML07"]
    assert found["candidates"].tolist() == ["ML070101", "ML050501;ML070201", "", "ML07"]
    assert "Lus 4 = 2 rapprochés + 1 ambigus + 1 sans unité" in capsys.readouterr().out


@pytest.mark.parametrize("encoding", ["utf-8-sig", "cp1252"])
@pytest.mark.parametrize("separator", [";", "\t"])
def test_common_encodings_and_separators_are_read(tmp_path: Path, encoding: str, separator: str) -> None:
    text = separator.join(("lieu", "note")) + "\n" + separator.join(("Ménaka", "été")) + "\n"
    found = run(tmp_path, text, "--text", "lieu", "--level", "commune", encoding=encoding)
    assert found[["lieu", "note", "pcode"]].iloc[0].tolist() == ["Ménaka", "été", "ML100101"]


def test_a_workbook_with_a_title_and_several_sheets_is_read(tmp_path: Path) -> None:
    book = Workbook()
    book.active.append(["Notes"])
    sheet = book.create_sheet("Lieux")
    for row in (
        ["Liste de 2026"],
        [],
        ["Commune", "Région"],
        ["#adm3+name", "#adm1+name"],
        ["Ansongo", "Gao"],
    ):
        sheet.append(row)
    book.save(tmp_path / "in.xlsx")
    command = ["match", str(tmp_path / "in.xlsx"), "--out", str(tmp_path / "out.csv"), "--level", "3"]
    assert main([*command, "--text", "Commune", "--region", "Région", "--sheet", "Lieux"]) == 0
    found = written(tmp_path / "out.csv")
    assert found[["Commune", "pcode"]].values.tolist() == [["Ansongo", "ML070101"]]


def test_a_column_that_bears_a_results_name_is_kept(tmp_path: Path) -> None:
    found = run(tmp_path, "lieu,pcode\nAnsongo,ancien\n", "--text", "lieu", "--level", "3")
    assert found[["input_pcode", "pcode"]].iloc[0].tolist() == ["ancien", "ML070101"]


def test_no_cell_can_be_run_as_a_formula(tmp_path: Path) -> None:
    found = run(tmp_path, "lieu,note\nAnsongo,=1+1\n", "--text", "lieu", "--level", "3")
    assert found["note"].tolist() == ["'=1+1"]


def test_an_unknown_column_is_one_line_that_lists_the_columns(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "in.csv").write_text("lieu,region\nAnsongo,Gao\n", encoding="utf-8")
    options = ["--text", "nom", "--out", str(tmp_path / "out.csv")]
    assert main(["match", str(tmp_path / "in.csv"), *options]) == 2
    said = capsys.readouterr().err
    assert said == "in.csv : pas de colonne « nom ». Colonnes du fichier : lieu, region.\n"
    assert not (tmp_path / "out.csv").exists()


def test_a_file_that_is_not_there_is_one_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["match", str(tmp_path / "no.csv"), "--text", "x", "--out", str(tmp_path / "out.csv")]) == 2
    assert capsys.readouterr().err.count("\n") == 1
