"""The page of quality: what is asked, the accounting of each group, and what it has filled in."""

from collections.abc import Mapping
from datetime import date
from typing import Any, Final, NamedTuple

import pandas as pd
import streamlit as st

from geo import quality, words
from geo.columnwords import label
from geo.i18n import N_, _, language, ngettext, number, percent, unbroken
from geo.report.faultwords import FAULT_WORDS
from geo.sharing import Audience
from geo.store.imports import imports
from geo.ui import data, keeping, sheets, state
from geo.ui.parts import escaped
from geo.ui.sheets import Html

PAGE: Final = "qualite"
# What the address calls the ways to group, the parts of the page and the rows asked for.
BY: Final = {"partenaire": "partner", "source": "source", "import": "import"}
_BY_WORDS: Final = {"partenaire": N_("Partenaire"), "source": N_("Source"), "import": N_("Import")}
VIEWS: Final = {
    "comptes": N_("Comptes et champs remplis"),
    "lignes": N_("Lignes à corriger"),
    "periodes": N_("Périodes et relances"),
}
# A group without a name has a code of its own: an empty address means all of them.
UNNAMED: Final = "-"
_UNNAMED_WORDS: Final = {
    "partner": N_("Partenaire non nommé"),
    "source": N_("Source non montrée"),
    "import": N_("Livrés avec l'application, ou fichier ouvert"),
}
# To whom some files are not named.
_UNNAMED_IMPORT: Final = N_("Livrés avec l'application, fichier ouvert, ou import non montré")
# Fields that every record should have, beside each other; the others stand in the list of all.
ESSENTIAL: Final = (
    *("implementing_org", "donor", "activity_status", "functionality", "observed_on"),
    *("start_date", "end_date", "quantity", "reached_people", "longitude"),
)
_FAULTS: Final = (*quality.FAULTS, "unread")
Row = Mapping[Any, Any]


class Asked(NamedTuple):
    """What the reader asks: the part of the page, the way to group, one group or all (``""``)."""

    view: str
    by: str
    group: str

    @property
    def grouping(self) -> str:
        """The way to group as the store calls it."""
        return BY[self.by]


def ask() -> Asked:
    """Show the choices of the page and return what is asked."""
    view = state.select(
        "vue",
        _("Partie de la page"),
        list(VIEWS),
        words=lambda code: _(VIEWS[code]),
        default="comptes",
        widget=st.radio,
        horizontal=True,
        label_visibility="collapsed",
    )
    if view == "periodes":
        return Asked(view, "partenaire", "")
    with st.container(key="quality-asked", horizontal=True):
        by = state.select(
            "par", _("Par"), list(BY), words=lambda code: _(_BY_WORDS[code]), default="partenaire"
        )
        codes = list(table(BY[by])["group"].map(code_of))
        group = state.select(
            "groupe",
            _("Groupe"),
            ["", *codes],
            words=lambda code: group_words(code, BY[by]) if code else _("Tous"),
            default="",
        )
    return Asked(view, by, group)


def code_of(group: str) -> str:
    """Return a group as the address names it."""
    return group or UNNAMED


def group_words(code: str, grouping: str) -> str:
    """Return a group as the reader knows it."""
    if code == UNNAMED:
        unsaid = grouping == "import" and not keeping.keeps()
        return _(_UNNAMED_IMPORT if unsaid else _UNNAMED_WORDS[grouping])
    if grouping == "source":
        source = data.records().sources.get(code)
        return source.words("title") if source else code
    if grouping == "import":
        return _import_words(data.records().version, keeping.keeper().key, language()).get(code, code)
    return code


@st.cache_data(max_entries=8, show_spinner=False)
def _import_words(version: str, audience: str, lang: str) -> dict[str, str]:
    stated = set(keeping.kept().groups("import"))
    return {
        str(row["id"]): f"{row['id']} · {row['file_name']} · {words.day(str(row['imported_at'])[:10])}"
        for row in imports().to_dict("records")
        if str(row["id"]) in stated
    }


def title_for(audience: Audience, asked: Asked) -> str:
    """Return what a file for ``audience`` calls what is asked: no name that its rows do not tell them."""
    if not asked.group:
        return _("Ensemble")
    told = set(keeping.kept(audience).groups(asked.grouping).map(code_of))
    return group_words(asked.group, asked.grouping) if asked.group in told else _(_BY_WORDS[asked.by])


def in_group(grouping: str, code: str) -> pd.Index:
    """Return the rows of a group, of all of them for ``""``."""
    groups = keeping.kept(keeping.keeper()).groups(grouping)
    return groups.index[groups.map(code_of) == code] if code else groups.index


# ---- figures, once for each version of the data ------------------------------------------------------


@st.cache_resource(max_entries=16, show_spinner=False)
def _table(version: str, audience: str, grouping: str, day: date) -> pd.DataFrame:
    found, frame = keeping.kept(keeping.keeper()), data.ground().frame
    groups = found.groups(grouping) if grouping else pd.Series("", index=found.records.index, dtype="str")
    made = quality.by_group(
        found.whole,
        groups,
        day=day,
        sources=data.records().sources,
        shown=frame.focus,
        members=frame.members,
    )
    unread = groups.reindex(found.unread_labels).value_counts()
    return made.assign(unread=made["group"].map(unread).fillna(0).astype("int64"))


def table(grouping: str = "") -> pd.DataFrame:
    """Return accounting, faults, unread cells and age of each group; of all rows together for ``""``."""
    return _table(data.records().version, keeping.keeper().key, grouping, date.today())


@st.cache_resource(max_entries=16, show_spinner=False)
def _fields(version: str, audience: str, grouping: str) -> pd.DataFrame:
    found = keeping.kept(keeping.keeper())
    groups = found.groups(grouping) if grouping else pd.Series("", index=found.records.index, dtype="str")
    return quality.completeness(found.whole, groups, types=data.records().types)


def fields(grouping: str = "") -> pd.DataFrame:
    """Return in how many of its rows each group fills in each field."""
    return _fields(data.records().version, keeping.keeper().key, grouping)


# ---- accounting --------------------------------------------------------------------------------------


def accounts(asked: Asked) -> str:
    """Return the accounting of each group, the whole first, every figure a way to its rows."""
    whole = table().to_dict("records")
    rows = [row for row in table(asked.grouping).to_dict("records") if _wanted(row, asked)]
    title = _("Comptes, par {what}").format(what=_(_BY_WORDS[asked.by]).lower())
    if not whole:
        return sheets.section(title, sheets.paragraph(_("Aucun enregistrement à compter."), "empty"))
    told = [(row, _("Ensemble des lignes"), "") for row in ([] if asked.group else whole)]
    told += [(row, group_words(code_of(row["group"]), asked.grouping), code_of(row["group"])) for row in rows]
    cells = [[(name, name), *_cells(row, asked.by, code)] for row, name, code in told]
    heads = [
        *(_("Groupe"), _("Lus"), _("Placés")),
        *(unbroken(_(FAULT_WORDS[name])) for name in _FAULTS),
        *(_("Âge médian"), _("Le plus ancien"), _("Sans date")),
    ]
    made = sheets.sheet(
        heads,
        [[word for word, _value in row] for row in cells],
        caption=title,
        numeric=range(1, len(heads)),
        sorting=[[value for _word, value in row] for row in cells],
    )
    return sheets.section(title, f"<div class='wide-table'>{made}</div>", sheets.paragraph(_key(), "key"))


def _wanted(row: Row, asked: Asked) -> bool:
    return not asked.group or code_of(row["group"]) == asked.group


def _cells(row: Row, by: str, code: str) -> list[tuple[str, float | str]]:
    found = [(number(row[name]), float(row[name])) for name in ("read", "placed")]
    found += [(_to_rows(int(row[name]), name, by, code), float(row[name])) for name in _FAULTS]
    if pd.isna(row["age_median"]):
        found += [(_("inconnu"), ""), ("–", "")]
    else:
        age = ngettext("{n} an", "{n} ans", int(row["age_median"])).format(n=number(row["age_median"], 1))
        found += [(age, float(row["age_median"])), (words.day(str(row["oldest"])), str(row["oldest"]))]
    return [*found, (number(row["undated"]), float(row["undated"]))]


def _to_rows(count: int, fault: str, by: str, code: str) -> str:
    if not count:
        return number(0)
    asked = {"vue": "lignes", "par": by, "lignes": fault} | ({"groupe": code} if code else {})
    return sheets.link(PAGE, number(count), **asked)


def _key() -> str:
    older = int(table()["older_vintage"].sum())
    text = _(
        "Lus = placés + à vérifier + rejetés. Un nombre souligné ouvre ses lignes. Âge : depuis le relevé du "
        "chiffre, sinon depuis la date de la source. Terminés : « en cours » après leur date de fin."
    )
    named = ngettext(
        "{n} position hors du lieu nommé selon le découpage d'aujourd'hui, dedans selon un plus ancien : "
        "pas comptée.",
        "{n} positions hors du lieu nommé selon le découpage d'aujourd'hui, dedans selon un plus ancien : "
        "pas comptées.",
        older,
    )
    return f"{text} {named.format(n=number(older))}" if older else text


# ---- fields filled in --------------------------------------------------------------------------------


def completeness(asked: Asked) -> str:
    """Return the share of rows with each essential field by group, and all fields of what is asked."""
    title = _("Champs remplis")
    by_group = fields(asked.grouping)
    if by_group.empty:
        return ""
    shares = {(str(row["group"]), str(row["field"])): row for row in by_group.to_dict("records")}
    order = [str(row["group"]) for row in table(asked.grouping).to_dict("records") if _wanted(row, asked)]
    rows = [
        [group_words(code_of(group), asked.grouping), *(_share(shares[group, name]) for name in ESSENTIAL)]
        for group in order
    ]
    heads = [_("Groupe"), *(_field(name) for name in ESSENTIAL)]
    made = sheets.sheet(heads, rows, caption=title, numeric=range(1, len(heads)))
    text = _(
        "Part des lignes où le champ est rempli, parmi celles qu'il concerne ; s. o. : il n'en concerne "
        "aucune."
    )
    return sheets.section(title, sheets.paragraph(text), f"<div class='wide-table'>{made}</div>", _all(asked))


def _all(asked: Asked) -> str:
    whole = fields(asked.grouping if asked.group else "")
    own = whole[whole["group"].map(code_of) == asked.group] if asked.group else whole
    rows = [
        [
            _field(str(row["field"])),
            _share(row),
            *(number(row[name]) for name in ("filled", "applicable", "not_applicable")),
        ]
        for row in own.to_dict("records")
    ]
    name = group_words(asked.group, asked.grouping) if asked.group else _("Ensemble des lignes")
    title = _("Tous les champs : {group}").format(group=name)
    heads = [_("Champ"), _("Rempli"), _("Lignes remplies"), _("Lignes concernées"), _("Sans objet")]
    made = sheets.sheet(heads, rows, caption=title, numeric=(1, 2, 3, 4))
    text = _(
        "Sans objet : état et date d'observation hors des ouvrages, superficie hors des périmètres, monnaie "
        "sans montant, parts des personnes sans leur total, personnes atteintes d'une activité prévue, "
        "position d'un lieu plus large qu'une commune ; de nom et P-code d'une unité, l'un des deux suffit."
    )
    opened = escaped(title)
    return Html(
        f"<details class='group'><summary>{opened}</summary>{sheets.paragraph(text, 'key')}{made}</details>"
    )


def _field(name: str) -> str:
    return label(name)


def _share(row: Row) -> str:
    return _("s. o.") if pd.isna(row["share"]) else percent(row["share"], 0)
