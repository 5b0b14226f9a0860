"""Two 3W files: presence by cercle in the shape of HDX HAPI, and the records as a 4W table with HXL tags."""

import re
from collections.abc import Mapping
from typing import Any, Final

import pandas as pd

from geo import pcodes, words
from geo.counting import SEPARATOR
from geo.i18n import N_, _
from geo.io.records import csv_text
from geo.meeting import Meeting

# Columns of HDX HAPI's operational presence (2025), with the tags that its files carry.
HAPI_TAGS: Final = {
    "location_code": "#country+code",
    "has_hrp": "#meta+has_hrp",
    "in_gho": "#meta+in_gho",
    "provider_admin1_name": "#adm1+name+provider",
    "provider_admin2_name": "#adm2+name+provider",
    "admin1_code": "#adm1+code",
    "admin1_name": "#adm1+name",
    "admin2_code": "#adm2+code",
    "admin2_name": "#adm2+name",
    "admin_level": "#meta+admin_level",
    "org_acronym": "#org+acronym",
    "org_name": "#org+name",
    "org_type_description": "#org+type+name",
    "sector_code": "#sector+code",
    "sector_name": "#sector+name",
    "reference_period_start": "#date+start",
    "reference_period_end": "#date+end",
    "dataset_hdx_id": "#meta+dataset_id",
    "resource_hdx_id": "#meta+resource_id",
    "warning": "#meta+warning",
    "error": "#meta+error",
}
# Sectors of the records that are one of HAPI's; the others keep their name and have no code.
SECTORS: Final = {
    "wash": ("WSH", "Water Sanitation Hygiene"),
    "food_security": ("FSC", "Food Security"),
    "health": ("HEA", "Health"),
    "education": ("EDU", "Education"),
    "nutrition": ("NUT", "Nutrition"),
    "protection": ("PRO", "Protection"),
    "shelter": ("SHL", "Emergency Shelter and NFI"),
}
ISO3: Final = {"ML": "MLI", "MR": "MRT"}

# Columns of the 4W table: heading, tag; in the order of who, what, where, when, whom.
FOURW_TAGS: Final = (
    (N_("Organisation"), "#org+name"),
    (N_("Partenaire de mise en œuvre"), "#org+impl"),
    (N_("Bailleur"), "#org+funder"),
    (N_("Autres partenaires"), "#org+partner"),
    (N_("Secteur"), "#sector"),
    (N_("Activité"), "#activity"),
    (N_("Sous-type"), "#activity+subtype"),
    (N_("Statut"), "#status"),
    (N_("État"), "#status+functionality"),
    (N_("Code du projet"), "#activity+project+code"),
    (N_("Clé"), "#activity+id"),
    (N_("Pays"), "#country+code"),
    (N_("Région / wilaya"), "#adm1+name"),
    (N_("P-code de la région"), "#adm1+code"),
    (N_("Cercle / moughataa"), "#adm2+name"),
    (N_("P-code du cercle"), "#adm2+code"),
    (N_("Commune"), "#adm3+name"),
    (N_("P-code de la commune"), "#adm3+code"),
    (N_("P-codes de tous les lieux"), "#loc+code+list"),
    (N_("Millésime des P-codes"), "#meta+vintage"),
    (N_("Précision"), "#loc+precision"),
    (N_("Longitude"), "#geo+lon"),
    (N_("Latitude"), "#geo+lat"),
    (N_("Début"), "#date+start"),
    (N_("Fin"), "#date+end"),
    (N_("Observé le"), "#date+reported"),
    (N_("Quantité"), "#output+num"),
    (N_("Personnes ciblées"), "#targeted"),
    (N_("Personnes atteintes"), "#reached"),
    (N_("Femmes et filles atteintes"), "#reached+f"),
    (N_("Hommes et garçons atteints"), "#reached+m"),
    (N_("Ménages atteints"), "#reached+hh"),
    (N_("Source"), "#meta+source"),
)


def presence_table(meeting: Meeting) -> pd.DataFrame:
    """Who is present in which cercle and sector, in the columns of HDX HAPI.

    What is not known here (whether the country has a response plan, HDX's own ids, the kind of
    organisation) stays empty. An organisation shown by sector or by cercle stays so.
    """
    names = words.unit_names(meeting.frame)
    rows = [_presence_row(row, names) for row in meeting.presence.to_dict("records")]
    return pd.DataFrame(rows, columns=list(HAPI_TAGS))


def _presence_row(row: Mapping[Any, Any], names: Mapping[str, str]) -> dict[str, str]:
    cercle = str(row["adm2_pcode"])
    region = pcodes.parent(cercle, "region")
    code, named = SECTORS.get(row["sector"], ("", str(row["sector"])))
    organisation = str(row["implementing_org"])
    # What is not known here stays empty.
    return dict.fromkeys(HAPI_TAGS, "") | {
        "location_code": ISO3[pcodes.country(cercle)],
        "provider_admin1_name": names[region],
        "provider_admin2_name": names[cercle],
        "admin1_code": region,
        "admin1_name": names[region],
        "admin2_code": cercle,
        "admin2_name": names[cercle],
        "admin_level": "2",
        "org_acronym": _acronym(organisation),
        "org_name": organisation,
        "sector_code": code,
        "sector_name": named,
        "reference_period_start": str(row["start_date"]),
        "reference_period_end": str(row["end_date"]),
        "warning": "" if code else _("secteur sans code HDX HAPI"),
    }


def _acronym(organisation: str) -> str:
    """``NRC`` of ``Conseil Norvégien pour les Réfugiés (NRC)``, ``OIM`` of ``OIM (IOM)``; else the name."""
    if re.fullmatch(r"[A-Z0-9-]{2,10}", organisation.split(" ", maxsplit=1)[0]):
        return organisation.split(" ", maxsplit=1)[0]
    found = re.search(r"\(([A-Z0-9-]{2,10})\)$", organisation)
    return found.group(1) if found else organisation


def presence_csv(meeting: Meeting) -> bytes:
    """Return :func:`presence_table` as CSV with HXL tags under its headings."""
    return _tagged(presence_table(meeting), list(HAPI_TAGS.values()))


def fourw_table(meeting: Meeting) -> pd.DataFrame:
    """The shared records of the area, one row each, in the current language; codes as they are kept."""
    if not meeting.subjects:
        return pd.DataFrame(columns=[_(heading) for heading, _tag in FOURW_TAGS])
    records = meeting.records
    names = words.unit_names(meeting.frame)
    titles = {
        name: source.words("title")
        for subject in meeting.subjects
        for name, source in subject.communes.sources.items()
    }
    places = {level: _place(records, level) for level in ("adm1", "adm2", "adm3")}
    columns = {
        "#org+name": records["implementing_org"],
        "#org+impl": records["implementing_org"],
        "#org+funder": records["donor"],
        "#org+partner": records["partner_orgs"],
        "#sector": records["sector"],
        "#activity": records["activity_type"],
        "#activity+subtype": records["subtype"],
        "#status": records["activity_status"],
        "#status+functionality": records["functionality"],
        "#activity+project+code": records["project_code"],
        "#activity+id": records["record_key"],
        "#country+code": places["adm1"].str.slice(0, 2).map(ISO3).fillna(""),
        "#loc+code+list": records["place_set"],
        "#meta+vintage": records["vintage"],
        "#loc+precision": records["precision"],
        "#geo+lon": records["longitude"],
        "#geo+lat": records["latitude"],
        "#date+start": records["start_date"],
        "#date+end": records["end_date"],
        "#date+reported": records["observed_on"],
        "#output+num": records["quantity"],
        "#targeted": records["targeted_people"],
        "#reached": records["reached_people"],
        "#reached+f": records["reached_people_female"],
        "#reached+m": records["reached_people_male"],
        "#reached+hh": records["reached_households"],
        "#meta+source": records["source_id"].astype("str").map(titles).fillna(""),
    }
    for level, codes in places.items():
        columns |= {f"#{level}+code": codes, f"#{level}+name": codes.map(names).fillna("")}
    table = {_(heading): _plain(columns[tag]) for heading, tag in FOURW_TAGS}
    return pd.DataFrame(table).reset_index(drop=True)


def _place(records: pd.DataFrame, level: str) -> pd.Series:
    """P-code of the unit that holds a whole record; empty for a set of several places."""
    codes = records[f"{level}_pcode"].astype("str")
    return codes.where(~records["place_set"].astype("str").str.contains(SEPARATOR, regex=False), "")


def _plain(values: pd.Series) -> pd.Series:
    """Figures without needless decimals; a figure that is not reported is empty."""
    if values.dtype.kind != "f":
        return values.astype("str")
    return values.map(lambda value: "" if pd.isna(value) else f"{value:.10g}")


def fourw_csv(meeting: Meeting) -> bytes:
    """Return :func:`fourw_table` as CSV with HXL tags under its headings."""
    return _tagged(fourw_table(meeting), [tag for _heading, tag in FOURW_TAGS])


def _tagged(table: pd.DataFrame, tags: list[str]) -> bytes:
    tagged = pd.concat([pd.DataFrame([tags], columns=table.columns), table.astype("str")], ignore_index=True)
    return csv_text(tagged).encode("utf-8-sig")
