"""Headings and values as partners write them, French, English and HXL, and the columns they mean.

A heading that could lead to a person (name, telephone, e-mail) is recognised so
that it can be dropped: no contact column is kept.
"""

import re
import unicodedata
from collections.abc import Iterable, Mapping
from typing import Final

from geo.activities import NUMBER_COLUMNS

# Each record column with the headings that mean it, folded (see fold_heading).
HEADINGS: Final[Mapping[str, tuple[str, ...]]] = {
    "record_key": ("record_key", "id", "identifiant", "code_activite", "activity_id", "cle", "uuid"),
    "project_code": ("project_code", "code_projet", "projet", "project", "code_du_projet"),
    "implementing_org": (
        "implementing_org",
        "organisation",
        "organization",
        "partenaire_de_mise_en_oeuvre",
        "organisation_de_mise_en_oeuvre",
        "implementing_partner",
        "partenaire",
        "ong",
        "org",
        "acronyme",
        "org_acronym",
        "organisation_acronyme",
        "mise_en_oeuvre",
        "operateur",
    ),
    "donor": ("donor", "bailleur", "bailleurs", "bailleur_de_fonds", "donateur", "funder", "financement"),
    "partner_orgs": ("partner_orgs", "partenaires", "appui", "organisation_d_appui", "supporting_org"),
    "sector": ("sector", "secteur", "cluster", "domaine"),
    "activity_type": ("activity_type", "type_activite", "type_d_activite", "type", "activite", "activity"),
    "subtype": ("subtype", "sous_type", "type_d_ouvrage", "type_ouvrage", "modele"),
    "activity_status": (
        "activity_status",
        "statut",
        "status",
        "statut_activite",
        "statut_de_l_activite",
        "etat_d_avancement",
    ),
    "functionality": (
        "functionality",
        "functionality_main",
        "fonctionnalite",
        "etat",
        "etat_fonctionnel",
        "etat_de_fonctionnement",
        "fonctionnement",
    ),
    "water_months": ("water_months", "mois_d_eau", "nombre_de_mois_d_eau", "mois_avec_eau"),
    "observed_on": ("observed_on", "date_observation", "date_d_observation", "date_du_releve", "date_releve"),
    "start_date": ("start_date", "debut", "date_debut", "date_de_debut", "start"),
    "end_date": ("end_date", "fin", "date_fin", "date_de_fin", "end"),
    "quantity": ("quantity", "quantite", "nombre", "nb", "nombre_d_ouvrages", "effectif", "nombre_realise"),
    "area_ha": ("area_ha", "superficie_ha", "superficie", "surface_ha", "ha"),
    "amount": ("amount", "montant", "budget", "cout"),
    "currency": ("currency", "devise", "monnaie"),
    "household_size": ("household_size", "taille_menage", "taille_du_menage"),
    "targeted_people": ("targeted_people", "personnes_ciblees", "cible", "cibles", "people_targeted"),
    "reached_people": (
        "reached_people",
        "personnes_atteintes",
        "atteints",
        "people_reached",
        "beneficiaires",
    ),
    "targeted_households": ("targeted_households", "menages_cibles", "households_targeted"),
    "reached_households": ("reached_households", "menages_atteints", "households_reached"),
    "reached_people_female": ("reached_people_female", "femmes", "femmes_atteintes", "female"),
    "reached_people_male": ("reached_people_male", "hommes", "hommes_atteints", "male"),
    "provider_adm1_name": (
        "provider_adm1_name",
        "region",
        "wilaya",
        "admin1",
        "admin_1",
        "adm1_name",
        "adm1_fr",
    ),
    "provider_adm2_name": (
        "provider_adm2_name",
        "cercle",
        "moughataa",
        "admin2",
        "admin_2",
        "adm2_name",
        "adm2_fr",
        "departement",
    ),
    "provider_adm3_name": ("provider_adm3_name", "commune", "admin3", "admin_3", "adm3_name", "adm3_fr"),
    "provider_locality": ("provider_locality", "localite", "village", "site", "quartier", "locality", "lieu"),
    "provider_adm1_pcode": (
        "provider_adm1_pcode",
        "adm1_pcode",
        "admin1_pcode",
        "code_region",
        "pcode_region",
    ),
    "provider_adm2_pcode": (
        "provider_adm2_pcode",
        "adm2_pcode",
        "admin2_pcode",
        "code_cercle",
        "pcode_cercle",
    ),
    "provider_adm3_pcode": (
        "provider_adm3_pcode",
        "adm3_pcode",
        "admin3_pcode",
        "code_commune",
        "pcode_commune",
        "pcode",
        "p_code",
    ),
    "provider_vintage": ("provider_vintage", "vintage", "millesime", "version_limites"),
    "longitude": ("longitude", "lon", "long", "lng", "x", "coord_x", "gps_longitude", "geo_lon"),
    "latitude": ("latitude", "lat", "y", "coord_y", "gps_latitude", "geo_lat"),
    "remarks": ("remarks", "remarques", "observations", "commentaires", "comments", "description"),
}

HXL_TAGS: Final[Mapping[str, str]] = {
    "#org+impl": "implementing_org",
    "#org+name": "implementing_org",
    "#org+funder": "donor",
    "#sector": "sector",
    "#activity": "activity_type",
    "#activity+type": "activity_type",
    "#status": "activity_status",
    "#adm1+name": "provider_adm1_name",
    "#adm2+name": "provider_adm2_name",
    "#adm3+name": "provider_adm3_name",
    "#adm1+code": "provider_adm1_pcode",
    "#adm2+code": "provider_adm2_pcode",
    "#adm3+code": "provider_adm3_pcode",
    "#loc+name": "provider_locality",
    "#geo+lon": "longitude",
    "#geo+lat": "latitude",
    "#date+start": "start_date",
    "#date+end": "end_date",
    "#reached": "reached_people",
    "#targeted": "targeted_people",
    "#reached+f": "reached_people_female",
    "#reached+m": "reached_people_male",
    "#reached+hh": "reached_households",
    "#targeted+f": "targeted_people_female",
    "#targeted+m": "targeted_people_male",
    "#targeted+hh": "targeted_households",
}
# Attributes that do not narrow a figure.
HXL_PLAIN: Final = frozenset({"ind", "num", "total"})

# Folded headings that hold a name, a number or an address of a person.
CONTACT_WORDS: Final = (
    "telephone", "phone", "tel", "contact", "email", "e_mail", "courriel", "mail", "whatsapp", "gsm",
    "president", "presidente", "responsable", "point_focal", "focal_point", "enqueteur", "enumerator",
    "nom_et_prenom", "prenom", "interviewer", "nom_du_chef", "chef_de_village",
)  # fmt: skip

FUNCTIONALITY_VALUES: Final[Mapping[str, tuple[str, ...]]] = {
    "functional": (
        "functional",
        "fonctionnel",
        "fonctionnelle",
        "fonctionne",
        "en_service",
        "bon",
        "working",
    ),
    "functional_seasonal": ("functional_seasonal", "fonctionnel_saisonnier", "saisonnier", "seasonal"),
    "partly": ("partly", "partiellement_fonctionnel", "partiel", "partially_functional"),
    "broken": ("broken", "en_panne", "panne", "hors_service", "non_fonctionnel", "not_functional"),
    "dry": ("dry", "sec", "tari", "a_sec", "seche"),
    "not_used": ("not_used", "non_utilise", "abandonne", "unused", "abandoned"),
    "unknown": ("unknown", "inconnu", "non_renseigne", "ne_sait_pas"),
}
STATUS_VALUES: Final[Mapping[str, tuple[str, ...]]] = {
    "planned": ("planned", "prevu", "prevue", "planifie", "planifiee", "a_venir"),
    "ongoing": ("ongoing", "en_cours", "in_progress", "actif", "active"),
    "completed": ("completed", "termine", "terminee", "acheve", "achevee", "realise", "realisee", "done"),
    "suspended": ("suspended", "suspendu", "suspendue", "arrete", "stopped"),
}
# What people write for "no answer"; the cell is then not reported.
EMPTY_VALUES: Final = frozenset({"", "na", "n_a", "nan", "nr", "n_r", "nd", "n_d", "neant", "null", "none"})


def fold_heading(text: str) -> str:
    """``text`` in lower case without accents, words joined by ``_``.

    >>> fold_heading("Date de début")
    'date_de_debut'
    """
    # œ and æ are letters of their own, which no normal form takes apart.
    plain = unicodedata.normalize("NFKD", text.casefold().replace("œ", "oe").replace("æ", "ae"))
    letters = "".join(character for character in plain if not unicodedata.combining(character))
    return re.sub(r"[^a-z0-9]+", "_", letters).strip("_")


def _inverted(table: Mapping[str, tuple[str, ...]]) -> dict[str, str]:
    return {word: name for name, words in table.items() for word in words}


def recognise(headings: Iterable[str], *, given: Mapping[str, str] | None = None) -> dict[str, str]:
    """Heading of the file for each record column that was recognised.

    Parameters
    ----------
    headings : iterable of str
        As they stand in the file, HXL tags included.
    given : mapping of str to str, optional
        Record column to heading, stated by the user; it wins.

    Returns
    -------
    dict
        Record column to heading. The first heading that means a column is used.
    """
    known = _inverted(HEADINGS)
    found: dict[str, str] = dict(given or {})
    for heading in headings:
        column = hxl_column(heading) or known.get(fold_heading(heading))
        if column and column not in found and heading not in found.values():
            found[column] = heading
    return found


def hxl_column(tag: str) -> str:
    """Return the record column of an HXL tag, ``""`` where it has none; attributes in any order.

    An attribute that is not known narrows a figure (``#reached+hh``), so that it means another column.

    >>> hxl_column("#adm1 +name +fr"), hxl_column("#contact+phone")
    ('provider_adm1_name', '')
    """
    hashtag, *attributes = [part.strip() for part in tag.casefold().split("+")]
    named = {known: column for known, column in HXL_TAGS.items() if known.split("+")[0] == hashtag}
    fitting = [known for known in named if set(known.split("+")[1:]) <= set(attributes)]
    if not fitting:
        return ""
    best = max(fitting, key=lambda known: known.count("+"))
    narrowed = set(attributes) - set(best.split("+")[1:]) - HXL_PLAIN
    return "" if named[best] in NUMBER_COLUMNS and narrowed else named[best]


def contact_headings(headings: Iterable[str]) -> list[str]:
    """Headings that look like a person's name, number or address; these columns are not read.

    >>> contact_headings(["Commune", "Téléphone du président"])
    ['Téléphone du président']
    """
    return [heading for heading in headings if _is_contact(fold_heading(heading))]


def _is_contact(folded: str) -> bool:
    return any(f"_{word}_" in f"_{folded}_" for word in CONTACT_WORDS)


def standard_value(text: str, table: Mapping[str, tuple[str, ...]]) -> str | None:
    """Return the standard value of ``text``: ``""`` where nothing is reported, None where it is not known."""
    folded = fold_heading(text)
    if folded in EMPTY_VALUES and folded not in table.get("unknown", ()):
        return ""
    return _inverted(table).get(folded)
