"""What is in use is looked up once a page, and anew wherever no page runs."""

from geo.ui import data

HEADINGS = "activity_type,implementing_org,quantity,provider_adm3_name,provider_adm1_name\n"


def test_outside_a_page_every_look_is_new(tmp_path, monkeypatch):
    counts = []
    for rows in (1, 2):
        file = tmp_path / f"{rows}.csv"
        file.write_text(HEADINGS + "water_point,AMSS,1,Ansongo,Gao\n" * rows, encoding="utf-8")
        monkeypatch.setenv("COUVERTURE_RECORDS", str(file))
        counts.append(len(data.records().records))
    assert counts == [1, 2]
