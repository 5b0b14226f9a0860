"""The blank 4W template: which columns, which lists, which communes under which cercle.

Headings and values are part of a file format that is read back: both languages stand here, beside
each other, and a test holds them to what the reader recognises. Pure: :mod:`geo.io.template` writes.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import pandas as pd

from geo.activities import CURRENCIES, PEOPLE_COLUMNS, ActivityType
from geo.settings import LANGUAGES

# Rows that the lists cover: a partner's programme of a year has fewer.
ROWS: Final = 2000


@dataclass(frozen=True)
class Field:
    """One column: its heading and what to write, in French and English, and the list it is chosen from."""

    column: str
    fr: str
    en: str
    help_fr: str = ""
    help_en: str = ""
    choice: str = ""

    def heading(self, language: str) -> str:
        """Heading in a language."""
        return self.en if language == "en" else self.fr

    def help(self, language: str) -> str:
        """What to write there, in a language; empty where the heading says it."""
        return self.help_en if language == "en" else self.help_fr


_DAY: Final = ("AAAA-MM-JJ, AAAA-MM ou AAAA", "YYYY-MM-DD, YYYY-MM or YYYY")
_WHOM: Final = {
    "people": ("Personnes {}es", "People {}"),
    "households": ("Ménages {}s", "Households {}"),
    "groups": ("Groupes {}s", "Groups {}"),
    "people_female": ("Femmes {}es", "Women {}"),
    "people_male": ("Hommes {}s", "Men {}"),
    "people_under18": ("Moins de 18 ans {}s", "Under 18 {}"),
    "people_disability": ("Personnes handicapées {}es", "People with a disability {}"),
}
_STAGES: Final = {"targeted": ("ciblé", "targeted"), "reached": ("atteint", "reached")}


def _people_fields() -> tuple[Field, ...]:
    fields = []
    for column in PEOPLE_COLUMNS:
        stage, _, whom = column.partition("_")
        french, english = _WHOM[whom]
        fields.append(Field(column, french.format(_STAGES[stage][0]), english.format(_STAGES[stage][1])))
    return tuple(fields)


FIELDS: Final = (
    Field(
        "record_key",
        "Identifiant",
        "ID",
        "Le même d'un envoi à l'autre : une ligne corrigée remplace l'ancienne",
        "The same from one file to the next: a corrected row replaces the old one",
    ),
    Field("project_code", "Code du projet", "Project code"),
    Field("implementing_org", "Organisation de mise en œuvre", "Implementing organization"),
    Field("partner_orgs", "Autres partenaires", "Other partners"),
    Field("donor", "Bailleur", "Donor"),
    Field("sector", "Secteur", "Sector"),
    Field("activity_type", "Type d'activité", "Activity type", choice="types"),
    Field("subtype", "Type d'ouvrage", "Subtype"),
    Field("activity_status", "Statut", "Status", choice="statuses"),
    Field("functionality", "État de fonctionnement", "Functionality", choice="states"),
    Field("observed_on", "Date d'observation", "Observed on", *_DAY),
    Field("start_date", "Date de début", "Start date", *_DAY),
    Field("end_date", "Date de fin", "End date", *_DAY),
    Field("provider_adm1_name", "Région / wilaya", "Region / wilaya", choice="regions"),
    Field(
        "provider_adm2_name",
        "Cercle / moughataa",
        "Cercle / moughataa",
        "La liste suit la région choisie",
        "The list follows the region chosen",
        choice="cercles",
    ),
    Field(
        "provider_adm3_name",
        "Commune",
        "Commune",
        "La liste suit le cercle choisi",
        "The list follows the cercle chosen",
        choice="communes",
    ),
    Field("provider_locality", "Localité", "Locality"),
    Field(
        "provider_place_text",
        "Zone",
        "Zone",
        "Si un chiffre vaut pour plusieurs lieux : « cercle de Diré (communes de Kondi et Sareyamou) »",
        "Where one figure is for several places: “cercle de Diré (communes de Kondi et Sareyamou)”",
    ),
    Field(
        "latitude",
        "Latitude",
        "Latitude",
        "Degrés décimaux, par exemple 16.27",
        "Decimal degrees, like 16.27",
    ),
    Field(
        "longitude", "Longitude", "Longitude", "Négative à l'ouest de Greenwich", "Negative west of Greenwich"
    ),
    Field(
        "quantity",
        "Quantité",
        "Quantity",
        "Vide si le nombre n'est pas connu ; 0 si vous savez qu'il n'y en a pas",
        "Empty if the number is not known; 0 if you know there is none",
    ),
    Field("area_ha", "Superficie (ha)", "Area (ha)"),
    *_people_fields(),
    Field("household_size", "Taille du ménage", "Household size"),
    Field("amount", "Montant", "Amount"),
    Field("currency", "Devise", "Currency", choice="currencies"),
    Field(
        "remarks",
        "Remarques",
        "Remarks",
        "Aucun nom, téléphone ni courriel",
        "No names, telephones or e-mails",
    ),
)

STATUS_LABELS: Final[Mapping[str, tuple[str, str]]] = {
    "planned": ("prévu", "planned"),
    "ongoing": ("en cours", "ongoing"),
    "completed": ("achevé", "completed"),
    "suspended": ("suspendu", "suspended"),
}
STATE_LABELS: Final[Mapping[str, tuple[str, str]]] = {
    "functional": ("fonctionnel", "functional"),
    "functional_seasonal": ("fonctionnel saisonnier", "functional seasonal"),
    "partly": ("partiellement fonctionnel", "partially functional"),
    "broken": ("en panne", "broken"),
    "dry": ("à sec", "dry"),
    "not_used": ("non utilisé", "not used"),
    "unknown": ("inconnu", "unknown"),
}
_TITLES: Final = {
    "fr": ("Activités", "Mode d'emploi", "Listes"),
    "en": ("Activities", "Instructions", "Lists"),
}


@dataclass(frozen=True)
class Template:
    """What the workbook holds.

    Attributes
    ----------
    titles : tuple of str
        Names of the sheets: records, instructions, lists.
    choices : mapping of str to tuple of str
        Values of each plain list.
    regions, cercles : mapping of str to str
        P-code by name: a cercle's communes are the list of that code.
    below : mapping of str to tuple of str
        Names of the cercles of a region, and of the communes of a cercle, by P-code.
    """

    language: str
    titles: tuple[str, str, str]
    choices: Mapping[str, tuple[str, ...]]
    regions: Mapping[str, str]
    cercles: Mapping[str, str]
    below: Mapping[str, tuple[str, ...]]


def template(units: pd.DataFrame, *, types: Mapping[str, ActivityType], language: str = "fr") -> Template:
    """Lay out the template for the communes that are drawn.

    Parameters
    ----------
    units : DataFrame
        Communes with ``adm*_pcode, adm*_name, drawn``.
    types : mapping
        Activity types offered.
    language : str
        ``fr`` or ``en``.

    Raises
    ------
    ValueError
        If the language is another one, or two cercles bear one name, under which one list cannot stand.
    """
    if language not in LANGUAGES:
        raise ValueError(f"{language!r}: {', '.join(LANGUAGES)}")
    drawn = units[units["drawn"]].sort_values(["adm1_pcode", "adm2_name", "adm3_name"])
    cercles = drawn.drop_duplicates("adm2_pcode")
    if not cercles["adm2_name"].is_unique:
        raise ValueError("two cercles of one name")
    place = LANGUAGES.index(language)
    return Template(
        language,
        _TITLES[language],
        {
            "types": tuple(kind.label_en if place else kind.label_fr for kind in types.values()),
            "statuses": tuple(labels[place] for labels in STATUS_LABELS.values()),
            "states": tuple(labels[place] for labels in STATE_LABELS.values()),
            "currencies": CURRENCIES,
        },
        dict(zip(cercles["adm1_name"], cercles["adm1_pcode"], strict=True)),
        dict(zip(cercles["adm2_name"], cercles["adm2_pcode"], strict=True)),
        _lists(cercles, "adm1_pcode", "adm2_name") | _lists(drawn, "adm2_pcode", "adm3_name"),
    )


def _lists(rows: pd.DataFrame, key: str, name: str) -> dict[str, tuple[str, ...]]:
    return {str(code): tuple(names) for code, names in rows.groupby(key, sort=False)[name]}
