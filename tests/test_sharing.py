"""``share``: what each reader may see. Nothing of a commune-only type is finer than its commune."""

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from geo.activities import PLACED_COLUMNS, PROVIDER_COLUMNS, complete
from geo.counting import Members, bounds, without_details_twice
from geo.io.records import csv_text, read_types
from geo.placing import place
from geo.sharing import READER, ROLES, Audience, cells_seen, share
from tests import toy

TYPES = read_types()
BOUNDARIES = toy.boundaries()
MEMBERS = Members(BOUNDARIES.units)
SECRETS = ("KEY-77", "PROJ-9", "Haoussa-Foulane", "Boya", "chez le trésorier", "0.512345", "1.234567")


def records(*rows):
    frame = complete(pd.DataFrame([{"source_id": "s", "quantity": 1.0, **row} for row in rows]))
    return place(frame, BOUNDARIES, matcher=toy.matcher, readings=toy.readings, sources={})


def secret_row(kind, **more):
    return {
        "activity_type": kind,
        "implementing_org": "AMSS",
        "sector": "livelihoods",
        "record_key": "KEY-77",
        "project_code": "PROJ-9",
        "provider_place_text": "quartier Haoussa-Foulane",
        "provider_locality": "Boya",
        "remarks": "caisse chez le trésorier",
        "longitude": 1.234567,
        "latitude": 0.512345,
    } | more


def shared(row, audience=READER, organisations=None):
    return share(records(row), audience, types=TYPES, organisations=organisations)


@pytest.mark.parametrize("kind", ["avec", "peace_committee", "a type nobody set up"])
def test_nothing_of_a_commune_only_type_is_finer_than_its_commune(kind):
    frame = shared(secret_row(kind))
    text = csv_text(frame)
    assert not [secret for secret in SECRETS if secret in text]
    row = frame.iloc[0]
    assert (row["adm3_pcode"], row["place_set"], row["precision"]) == ("ML050102", "ML050102", "commune")
    assert (row["quantity"], row["implementing_org"]) == (1, "AMSS")


@pytest.mark.parametrize(
    "column",
    [
        "provider_adm1_name",
        "provider_adm2_name",
        "provider_adm3_name",
        "provider_adm3_pcode",
        "provider_adm1_pcode",
    ],
)
def test_a_village_written_in_the_column_of_a_unit_does_not_leave(column):
    frame = shared(secret_row("avec", **{column: "Boya"}))
    assert "Boya" not in csv_text(frame)


@pytest.mark.parametrize(("longitude", "latitude"), [(7.654321, 0.512345), (0.0, 0.0)])
def test_nor_of_a_row_that_was_not_placed(longitude, latitude):
    row = secret_row("avec", longitude=longitude, latitude=latitude, provider_adm3_name="Boya")
    frame = shared(row)
    assert frame["outcome"].iloc[0] != "placed"
    text = csv_text(frame)
    assert not [secret for secret in (*SECRETS, "7.654321") if secret in text]
    assert frame["distance_km"].isna().all()


def test_nor_of_a_set_of_names_of_which_one_is_a_village():
    def matcher(questions):
        found = toy.matcher(questions)
        village = questions["text"] == "Boya"
        return found.assign(located_in_pcode=found["located_in_pcode"].where(~village, "ML050201"))

    frame = complete(
        pd.DataFrame([{"activity_type": "avec", "provider_adm3_name": "A1;Boya", "source_id": "s"}])
    )
    placed = place(frame, BOUNDARIES, matcher=matcher, readings=toy.readings, sources={})
    assert placed["place_set"].iloc[0] == "ML050101;ML050201"
    assert "Boya" not in csv_text(share(placed, READER, types=TYPES))


def test_a_column_that_is_not_of_the_record_does_not_leave():
    frame = records(secret_row("avec")).assign(village="Boya")
    assert "Boya" not in csv_text(share(frame, READER, types=TYPES))


def test_an_exact_type_is_shared_in_full():
    row = shared(secret_row("water_point")).iloc[0]
    assert (row["longitude"], row["latitude"]) == (1.234567, 0.512345)
    assert (row["provider_locality"], row["record_key"]) == ("Boya", "KEY-77")


def test_a_rounded_type_keeps_two_decimals_and_no_words():
    kind = TYPES["market_garden"]
    rounded = {"market_garden": type(kind)(**{**vars(kind), "sharing": "rounded"})}
    row = share(records(secret_row("market_garden")), READER, types=rounded).iloc[0]
    assert (row["longitude"], row["latitude"]) == (1.23, 0.51)
    assert row["provider_locality"] == row["provider_place_text"] == row["remarks"] == ""
    assert row["adm3_pcode"] == "ML050102"


def test_a_partner_sees_its_own_in_full_and_others_as_a_reader_does():
    frame = records(secret_row("avec"), secret_row("avec", implementing_org="Other"))
    seen = share(frame, Audience("partner", "AMSS"), types=TYPES)
    pd.testing.assert_series_equal(seen.iloc[0], frame[seen.columns].iloc[0])
    assert not [secret for secret in SECRETS if secret in csv_text(seen.iloc[[1]])]


def test_a_partner_without_an_organisation_owns_nothing():
    frame = records(secret_row("avec", implementing_org=""))
    assert not [s for s in SECRETS if s in csv_text(share(frame, Audience("partner", ""), types=TYPES))]


@pytest.mark.parametrize("role", ["coordinator", "administrator"])
def test_a_coordinator_sees_all(role):
    frame = records(secret_row("avec"))
    pd.testing.assert_frame_equal(share(frame, Audience(role), types=TYPES), frame)


def test_a_role_that_does_not_exist_is_refused():
    with pytest.raises(ValueError, match="no role 'guest'"):
        Audience("guest")


def test_audiences_have_keys_of_their_own():
    keys = {Audience(role, organisation).key for role in ROLES for organisation in ("", "AMSS", "WHH")}
    assert len(keys) == len(ROLES) * 3


def test_an_organisation_by_sector_is_not_named_anywhere():
    rows = [
        secret_row("water_point", partner_orgs="NRC;WHH", source_id="report_amss"),
        secret_row("water_point", implementing_org="NRC", partner_orgs="AMSS;WHH", donor="AMSS"),
    ]
    frame = share(records(*rows), READER, types=TYPES, organisations={"AMSS": "sector"})
    assert list(frame["implementing_org"]) == ["[livelihoods]", "NRC"]
    assert "amss" not in csv_text(frame).casefold()
    # What the other one shares of itself stays.
    assert (frame["partner_orgs"].iloc[1], frame["record_key"].iloc[1]) == ("WHH", "KEY-77")


def test_an_organisation_by_sector_without_a_sector():
    frame = shared(secret_row("water_point", sector=""), organisations={"AMSS": "sector"})
    assert frame["implementing_org"].iloc[0] == "[…]"


def test_an_organisation_by_sector_is_not_named_where_it_works_with_another():
    seen = shared(secret_row("water_point", implementing_org="NRC; AMSS"), organisations={"AMSS": "sector"})
    assert seen["implementing_org"].iloc[0] == "NRC;[livelihoods]"
    coarse = shared(secret_row("water_point", implementing_org="NRC;AMSS"), organisations={"AMSS": "cercle"})
    assert coarse["place_set"].iloc[0] == "ML0501"
    joint = records(secret_row("water_point", implementing_org="NRC;AMSS"))
    assert not cells_seen(joint, READER, types=TYPES, organisations={"AMSS": "cercle"}).any()


def test_an_organisation_by_cercle_is_no_finer_than_the_cercle():
    row = secret_row("water_point", provider_adm3_name="A2", provider_adm3_pcode="ML050102")
    frame = shared(row, organisations={"AMSS": "cercle"})
    seen = frame.iloc[0]
    assert (seen["place_set"], seen["adm2_pcode"], seen["precision"]) == ("ML0501", "ML0501", "cercle")
    assert (seen["implementing_org"], seen["quantity"]) == ("AMSS", 1)
    text = csv_text(frame)
    assert "ML050102" not in text
    assert not [secret for secret in SECRETS if secret in text]


def test_communes_of_several_cercles_become_their_cercles():
    row = {"activity_type": "water_point", "implementing_org": "AMSS", "provider_adm3_name": "A1;A2;B1"}
    seen = shared(row, organisations={"AMSS": "cercle"}).iloc[0]
    assert (seen["place_set"], seen["precision"]) == ("ML0501;ML0502", "several")


def test_a_region_stays_a_region():
    row = {"activity_type": "water_point", "implementing_org": "AMSS", "provider_adm1_name": "Nord"}
    seen = shared(row, organisations={"AMSS": "cercle"}).iloc[0]
    assert (seen["place_set"], seen["precision"]) == ("ML05", "region")


def test_its_own_organisation_is_shown_to_a_partner_whatever_others_see():
    frame = shared(secret_row("water_point"), Audience("partner", "AMSS"), {"AMSS": "cercle"})
    assert frame["place_set"].iloc[0] == "ML050102"


def test_a_region_row_and_its_details_count_once_for_a_reader_too():
    # 10 in region Nord, of which 3 are in A1: identifiers are withheld, yet the two are never added.
    rows = [
        secret_row("avec", quantity=10.0, longitude=None, latitude=None, provider_adm1_name="Nord"),
        secret_row("avec", quantity=3.0, longitude=None, latitude=None, provider_adm3_name="A1"),
        secret_row(
            "avec", quantity=5.0, longitude=None, latitude=None, provider_adm3_name="A1", record_key="K2"
        ),
    ]
    seen = share(records(*rows), READER, types=TYPES)
    table = bounds(without_details_twice(seen, MEMBERS), {"ML05": MEMBERS.of("ML05")}, MEMBERS)
    assert (table["value_min"].iloc[0], table["value_max"].iloc[0]) == (15, 15)
    assert "KEY-77" not in csv_text(seen)
    assert list(seen["record_key"]) == ["~0", "~0", ""]


def test_sharing_changes_nothing_in_place():
    frame = records(secret_row("avec"), secret_row("water_point", implementing_org="NRC"))
    before = frame.copy()
    for role in ROLES:
        share(frame, Audience(role, "NRC"), types=TYPES, organisations={"AMSS": "cercle", "NRC": "sector"})
    pd.testing.assert_frame_equal(frame, before)


ROWS = st.lists(
    st.builds(
        secret_row,
        st.sampled_from(["avec", "peace_committee", "water_point", "market_garden", "unspecified"]),
        implementing_org=st.sampled_from(["AMSS", "NRC", "WHH", ""]),
        longitude=st.one_of(st.floats(-2, 6), st.just(0.0)),
        provider_adm3_name=st.sampled_from(["", "A1", "B1;C1", "Boya"]),
    ),
    min_size=1,
    max_size=6,
)
AUDIENCES = st.builds(Audience, st.sampled_from(ROLES[1:]), st.sampled_from(["", "AMSS", "NRC"]))
DISPLAYS = st.dictionaries(
    st.sampled_from(["AMSS", "NRC", "WHH"]), st.sampled_from(["named", "sector", "cercle"])
)


@settings(max_examples=50, deadline=None)
@given(ROWS, AUDIENCES, DISPLAYS)
def test_for_anyone_rows_stay_totals_stay_and_secrets_go(rows, audience, organisations):
    frame = records(*rows)
    seen = share(frame, audience, types=TYPES, organisations=organisations)
    assert list(seen.index) == list(frame.index)
    assert list(seen.columns) == [*PROVIDER_COLUMNS, *PLACED_COLUMNS]
    assert seen["quantity"].sum() == frame["quantity"].sum()
    assert list(seen["outcome"]) == list(frame["outcome"])
    own = frame["implementing_org"].eq(audience.organisation) & (audience.organisation != "")
    hidden = (
        ~own
        if audience.role == "partner"
        else pd.Series(audience.role in ("public", "reader"), index=frame.index)
    )
    fine = frame["activity_type"].isin(["avec", "peace_committee", "unspecified"]) & hidden
    text = csv_text(seen[fine])
    assert not [secret for secret in SECRETS if secret in text]
