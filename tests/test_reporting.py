"""Who has reported for which quarter, when it was last received, whom to remind: worked out by hand."""

from datetime import date

import pandas as pd

from geo.reporting import last_reported, periods, quarters, to_remind

DAY = date(2026, 11, 22)
AMONG = quarters(DAY, 4)  # T1 to T4 2026


def records(*rows: tuple[str, str, str, str]) -> tuple[pd.DataFrame, pd.Series]:
    table = pd.DataFrame(rows, columns=["partner", "observed_on", "start_date", "end_date"])
    return table.drop(columns="partner"), table["partner"]


def cells(*rows: tuple[str, str, str, str]) -> dict[tuple[str, int], tuple[int, int]]:
    found = periods(*records(*rows), among=AMONG)
    return {(row.partner, row.period): (row.least, row.most) for row in found.itertuples()}


def test_quarters_end_with_that_of_the_day():
    assert [(2026, number) for number in (1, 2, 3, 4)] == AMONG
    assert quarters(date(2026, 1, 1), 3) == [(2025, 3), (2025, 4), (2026, 1)]


def test_a_figure_is_of_its_day_and_an_activity_of_all_its_time():
    assert cells(("P", "2026-05-09", "", "")) == {("P", 1): (1, 1)}
    assert cells(("P", "", "2026-02-01", "2026-08-31")) == {
        ("P", 0): (1, 1),
        ("P", 1): (1, 1),
        ("P", 2): (1, 1),
    }
    # Observed is when the figure is of, whenever the activity was.
    assert cells(("P", "2026-01", "2025", "2026-12")) == {("P", 0): (1, 1)}
    assert cells(("P", "", "2026-04", "")) == {("P", 1): (1, 1)}


def test_a_year_leaves_open_which_quarter():
    assert cells(("P", "2026", "", ""), ("P", "2026-03-31", "", "")) == {
        ("P", 0): (1, 2),
        ("P", 1): (0, 1),
        ("P", 2): (0, 1),
        ("P", 3): (0, 1),
    }
    # Begun some day of 2025, ended some day of 2026: surely before, perhaps in any quarter of 2026.
    assert cells(("P", "", "2025", "2026")) == {
        ("P", -1): (1, 1),
        ("P", 0): (1, 1),
        ("P", 1): (0, 1),
        ("P", 2): (0, 1),
        ("P", 3): (0, 1),
    }


def test_before_and_without_a_date_stand_apart():
    assert cells(("P", "2020", "", ""), ("P", "", "", ""), ("Q", "", "", "2019")) == {
        ("P", -1): (1, 1),
        ("P", -2): (1, 1),
        ("Q", -1): (1, 1),
    }
    assert periods(*records(), among=AMONG).empty


def test_last_reported_by_partner():
    table, partners = records(
        ("P", "2020", "", ""), ("P", "", "", "2023-05"), ("Q", "", "", ""), ("R", "", "2024", "")
    )
    received = pd.Series(["2026-01-05", "2024", "", "2025-12-31"])
    found = last_reported(table, partners, received)
    assert found.values.tolist() == [
        ["P", 2, "2026-01-05", "2023-05"],
        ["R", 1, "2025-12-31", "2024"],
        ["Q", 1, "", ""],
    ]


def test_who_is_to_be_reminded():
    reported = pd.DataFrame(
        [
            ("fresh", 1, "2026-08-22", ""),
            ("six months and a day", 1, "2026-05-21", ""),
            ("six months", 1, "2026-05-22", ""),
            ("year only", 1, "2025", ""),
            ("unknown", 1, "", ""),
        ],
        columns=["partner", "records", "received", "speaks_of"],
    )
    found = to_remind(reported, months=6, day=DAY)
    assert found["partner"].tolist() == ["unknown", "year only", "six months and a day"]
    assert found["months"].fillna(-1).tolist() == [-1, 10, 6]
    assert to_remind(reported, months=12, day=DAY)["partner"].tolist() == ["unknown"]
