"""Names of organisations: unified by a table, likenesses only suggested."""

import numpy as np
import pandas as pd
import pytest

from geo.activities import PLACED_COLUMNS, complete
from geo.aliases import Names, counts, decided, from_table, suggestions, unified
from geo.errors import SettingsError
from geo.io.records import read_organisations
from geo.sharing import READER, share

SHIPPED = read_organisations()


def table(*rows):
    return pd.DataFrame(rows, columns=["organisation", "full_name", "aliases", "shown"])


def decisions(*rows):
    return pd.DataFrame(rows, columns=["kind", "text", "organisation"])


@pytest.mark.parametrize(
    ("written", "organisation"),
    [
        ("Association Malienne pour la Survie au Sahel", "AMSS"),
        ("ASSOCIATION MALIENNE POUR LA SURVIE AU SAHEL", "AMSS"),
        ("amss", "AMSS"),
        ("Welthungerhilfe (WHH)", "WHH"),
        ("OIM (IOM)", "OIM"),
        ("IOM", "OIM"),
        ("Conseil Norvégien pour les Réfugiés", "NRC"),
        ("Conseil norvegien pour les refugies (NRC)", "NRC"),
        ("Norwegian Refugee Council", "NRC"),
        ("Plan International Mali", "Plan International Mali"),
        ("AMSODE", "AMSODE"),
    ],
)
def test_the_shipped_table(written, organisation):
    assert SHIPPED.of(written) == organisation


def test_the_three_roles_stay_apart():
    rows = complete(
        pd.DataFrame(
            {
                "implementing_org": ["Welthungerhilfe (WHH);AMSS"],
                "donor": ["Welthungerhilfe;BMZ"],
                "partner_orgs": ["Norwegian Refugee Council; NRC"],
            }
        )
    )
    found = unified(rows, SHIPPED).iloc[0]
    assert found["implementing_org"] == "WHH;AMSS"
    assert found["donor"] == "WHH;BMZ"
    # Two spellings of one organisation are one.
    assert found["partner_orgs"] == "NRC"
    assert rows["donor"].iloc[0] == "Welthungerhilfe;BMZ"


@pytest.mark.parametrize(
    ("text", "target", "reason"),
    [
        ("Comité de Développement du Sahel", "CDS", "initials"),
        ("Comité de développement du Sahel (CODESA)", "CODESA", "brackets"),
        ("Plan Internatonal Mali", "Plan International Mali", "spelling"),
        ("Mali Plan International", "Plan International Mali", "spelling"),
        ("Welthungerhilffe", "WHH", "spelling"),
    ],
)
def test_a_likeness_is_suggested_with_its_reason(text, target, reason):
    found = suggestions([target, "Plan International Mali", text], SHIPPED)
    assert found[found["text"] == text][["organisation", "reason"]].values.tolist() == [[target, reason]]


def test_a_suggestion_is_never_applied():
    rows = complete(pd.DataFrame({"implementing_org": ["Plan Internatonal Mali", "Plan International Mali"]}))
    assert unified(rows, SHIPPED)["implementing_org"].tolist() == rows["implementing_org"].tolist()


@pytest.mark.parametrize(
    ("one", "other"), [("AMSS", "AMSODE"), ("ACF", "ACT"), ("IRC", "NRC"), ("BMZ", "GIZ")]
)
def test_short_names_that_differ_are_two_organisations(one, other):
    assert suggestions([one, other], Names()).empty


def test_what_was_rejected_is_not_suggested_again():
    written = ["Plan International Mali", "Plan International Male"]
    assert len(suggestions(written, SHIPPED)) == 1
    said = decided(SHIPPED, decisions(("rejected", written[1], written[0])))
    assert suggestions(written, said).empty


def test_what_was_accepted_is_applied_and_can_be_taken_back():
    accepted = ("alias", "Plan Mali", "Plan International Mali")
    assert decided(SHIPPED, decisions(accepted)).of("PLAN MALI") == "Plan International Mali"
    undone = decided(SHIPPED, decisions(accepted, ("rejected", *accepted[1:])))
    assert undone.of("Plan Mali") == "Plan Mali"
    # A shipped alias can be refused too; the organisation keeps its own name.
    refused = decided(SHIPPED, decisions(("rejected", "IOM", "OIM"), ("rejected", "OIM", "OIM")))
    assert (refused.of("IOM"), refused.of("OIM")) == ("IOM", "OIM")


def test_a_name_of_a_name_means_the_last_one():
    said = decided(Names(), decisions(("alias", "a1", "b1"), ("alias", "b1", "c1")))
    assert said.of("A1") == "c1"
    circle = decided(Names(), decisions(("alias", "a1", "b1"), ("alias", "b1", "a1")))
    assert circle.of("a1") in ("a1", "b1")


def test_how_an_organisation_is_shown():
    made = from_table(table(("AMSS", "", "", "sector"), ("NRC", "", "", "")))
    assert made.shown == {"AMSS": "sector"}
    later = decided(made, decisions(("shown", "AMSS", "named"), ("shown", "NRC", "cercle")))
    assert later.shown == {"NRC": "cercle"}


HIDDEN = ("shown", "Zorgho", "sector")


@pytest.mark.parametrize(
    "made",
    [
        [HIDDEN],
        [HIDDEN, ("alias", "Zorgho", "Association Zorgho")],
        [("alias", "Zorgho", "Association Zorgho"), ("shown", "Association Zorgho", "sector")],
        [HIDDEN, ("alias", "Association Zorgho", "Zorgho")],
        # A mistaken alias that was refused again leaves the spellings hidden.
        [HIDDEN, ("alias", "Zorgho", "Plan"), ("rejected", "Zorgho", "Plan")],
        [("shown", "ZORGHO", "named"), HIDDEN],
        # One name hidden, the other said to be shown, or by cercle: hiding wins in any order.
        [HIDDEN, ("shown", "Plan", "named"), ("alias", "Zorgho", "Plan")],
        [("shown", "Plan", "cercle"), HIDDEN, ("alias", "Zorgho", "Plan")],
        [HIDDEN, ("shown", "Plan", "cercle"), ("alias", "Zorgho", "Plan")],
    ],
)
def test_who_is_hidden_is_hidden_in_every_spelling_and_under_its_new_name(made):
    names = decided(SHIPPED, decisions(*made))
    rows = complete(
        pd.DataFrame(
            {
                "implementing_org": ["Zorgho", "ZORGHO", "zorgho.", "AMSS; Zorghô"],
                "donor": ["UE", "zorgho", "UE; ZORGHO", "UE"],
            }
        )
    )
    nowhere = dict.fromkeys(PLACED_COLUMNS, "") | {"distance_km": np.nan}
    placed = unified(rows, names).assign(**nowhere)
    shared = share(placed, READER, types={}, organisations=names.shown)
    assert shared["implementing_org"].tolist() == ["[…]", "[…]", "[…]", "AMSS;[…]"]
    assert shared["donor"].tolist() == ["UE", "", "UE", "UE"]
    assert {names.of(name.upper()) for name in names.shown} == set(names.shown)


def test_an_organisation_is_named_again_by_the_latest_word_on_it():
    assert decided(SHIPPED, decisions(HIDDEN, ("shown", "ZORGHO", "named"))).shown == {}
    named = decided(SHIPPED, decisions(("shown", "Zorgho", "named")))
    # What may be named is left as partners write it.
    assert named.of("ZORGHO") == "ZORGHO"


@pytest.mark.parametrize(
    ("rows", "said"),
    [
        ([("AMSS", "", "X", ""), ("NRC", "", "x", "")], "x = AMSS = NRC"),
        ([("AMSS", "", "", "secret")], "AMSS: shown = secret"),
    ],
)
def test_a_table_that_contradicts_itself_is_refused(rows, said):
    with pytest.raises(SettingsError, match=said):
        from_table(table(*rows))
    with pytest.raises(SettingsError, match="aliases"):
        from_table(pd.DataFrame({"organisation": []}))


def test_every_name_is_counted_in_each_role():
    rows = complete(pd.DataFrame({"implementing_org": ["A;B", "A"], "donor": ["B", ""]}))
    found = counts(rows).set_index("name")
    assert found.loc["A"].tolist() == [2, 0, 0]
    assert found.loc["B"].tolist() == [1, 1, 0]
