"""The page of one record: how it is found, every field as read and as it counts, its history."""

from collections.abc import Mapping
from typing import Any, Final

import pandas as pd
import streamlit as st

from geo import words
from geo.activities import PROVIDER_COLUMNS
from geo.columnwords import label as column_label
from geo.i18n import N_, _, language, ngettext, number
from geo.problemwords import problem_words
from geo.report.accounting import FLAG_WORDS, PRECISION_WORDS, REASON_WORDS
from geo.spelling import fold
from geo.store.difference import shown_value
from geo.store.record import Record
from geo.store.record import read as read_record
from geo.ui import data, keeping, overview, sheets, state
from geo.ui.data import Ground
from geo.ui.parts import label_text
from geo.ui.placewords import places
from geo.ui.sheets import Html

NAME: Final = "id"
PAGE: Final = "enregistrement"
# Records listed under the search; more are counted.
FOUND_SHOWN: Final = 50
OUTCOMES: Final = {"placed": N_("placé"), "review": N_("à vérifier"), "rejected": N_("rejeté")}
_CHANGES: Final = {
    "added": N_("arrivé par l'import {n}"),
    "changed": N_("changé par l'import {n}"),
    "removed": N_("retiré par l'import {n}"),
    "correction": N_("corrigé (correction {n})"),
}
_SEARCHED: Final = (
    *("record_key", "project_code", "implementing_org", "activity_type", "source_id"),
    *("provider_adm1_name", "provider_adm2_name", "provider_adm3_name", "provider_locality"),
    *("adm1_pcode", "adm2_pcode", "adm3_pcode"),
)
Row = Mapping[Any, Any]


def asked() -> Any:
    """Return the row of the record that the address names; None for none."""
    chosen = state.chosen(NAME, {"": None, **keeping.labels()}, "")
    return keeping.labels()[chosen] if chosen else None


def heading() -> str:
    """Name of the record chosen, or what the page is."""
    found = asked()
    return _("Corriger un enregistrement") if found is None else title(shared(found))


def shared(label: Any) -> Row:
    """Return one record as whoever keeps the records here may see it."""
    return {str(name): value for name, value in keeping.kept(keeping.keeper()).records.loc[label].items()}


def title(row: Row) -> str:
    """``Points d'eau · AMSS · Bara``: what, who, where."""
    kind = data.records().types.get(str(row["activity_type"]))
    where = places(str(row["place_set"]), data.ground()) or stated_place(row)
    parts = [kind.label if kind else str(row["activity_type"]), str(row["implementing_org"]), where]
    return " · ".join(part for part in parts if part)


def stated_place(row: Row) -> str:
    """Return the place in the partner's own words, the finest first."""
    names = [str(row[f"provider_adm{number}_name"]) for number in (3, 2, 1)]
    return ", ".join(name for name in [str(row["provider_locality"]), *names] if name)


# ---- finding one -------------------------------------------------------------------------------------


@st.cache_resource(max_entries=4, show_spinner=False)
def _haystack(version: str, audience_key: str, lang: str) -> pd.Series:
    """Return what each record is found by, folded: keys, partner, type, source and places by name."""
    records, held, names = keeping.kept(keeping.keeper()).records, data.records(), data.ground().names
    kinds = {name: made.label for name, made in held.types.items()}
    titles = {name: source.words("title") for name, source in held.sources.items()}
    told = {**names, **kinds, **titles}
    parts = []
    for column in _SEARCHED:
        values = records[column].astype("str")
        folded = {text: fold(f"{text} {told.get(text, '')}") for text in values.unique()}
        parts.append(values.map(folded))
    return pd.Series([" ".join(row) for row in zip(*parts, strict=True)], index=records.index, dtype="str")


def find(text: str) -> pd.Index:
    """Return the rows of records that hold every word of ``text``."""
    hay = _haystack(data.records().version, keeping.keeper().key, language())
    for word in fold(text).split():
        hay = hay[hay.str.contains(word, regex=False)]
    return hay.index


def choose() -> None:
    """Show the field that finds records, and what it found."""
    text = st.text_input(
        _("Chercher un enregistrement"),
        key=f"record-search:{language()}",
        max_chars=80,
        placeholder=_("identifiant, partenaire, lieu, type…"),
        on_change=state.touch,
    )
    st.html(found_table(find(text)) if text.strip() else _how())


def _how() -> str:
    text = _(
        "Cherchez par identifiant, partenaire, lieu ou type ; plusieurs mots réduisent la liste. Les pages "
        "Fiche et Qualité des données mènent aussi à chaque enregistrement."
    )
    return sheets.paragraph(text, "empty")


def found_table(rows: pd.Index) -> str:
    """Return the records found, each with the way to its page."""
    title_words = _("Enregistrements trouvés")
    if not len(rows):
        return sheets.section(
            title_words, sheets.paragraph(_("Aucun enregistrement n'a tous ces mots."), "empty")
        )
    found = keeping.kept(keeping.keeper()).records.loc[rows[:FOUND_SHOWN]]
    ids, types = keeping.ids(), data.records().types
    lines = []
    for label, row in zip(found.index, found.to_dict("records"), strict=True):
        kind = types.get(str(row["activity_type"]))
        name = str(row["record_key"]) or _("ouvrir")
        lines.append(
            [
                sheets.link(PAGE, name, id=str(ids[label])),
                kind.label if kind else str(row["activity_type"]),
                str(row["implementing_org"]) or _("n. r."),
                places(str(row["place_set"]), data.ground()) or stated_place(row),
                overview.quantity_words(row),
                overview.date_words(row),
                _(OUTCOMES[str(row["outcome"])]),
            ]
        )
    heads = [
        *(_("Enregistrement"), _("Type d'activité"), _("Partenaire"), _("Lieu")),
        *(_("Nombre"), _("Date"), _("Issue")),
    ]
    count = ngettext("{n} enregistrement trouvé.", "{n} enregistrements trouvés.", len(rows))
    more = _("Les {n} premiers sont listés.").format(n=number(FOUND_SHOWN)) if len(rows) > FOUND_SHOWN else ""
    said = f"{count.format(n=number(len(rows)))} {more}".strip()
    table = sheets.sheet(heads, lines, caption=title_words, numeric=(4,))
    return sheets.section(title_words, sheets.paragraph(said), table)


# ---- one record --------------------------------------------------------------------------------------


def read(label: Any) -> Record | None:
    """Return what the store knows of a record, for who may correct it; None for anyone else."""
    may = keeping.may_correct(keeping.organisation_of(label))
    return read_record(*keeping.key_of(label)) if may else None


def identity(label: Any, row: Row, known: Record | None) -> str:
    """Return where the record comes from, what became of it and what was not read in it, as lines."""
    source = data.records().sources.get(str(row["source_id"]))
    lines = [_("Source : {titles}").format(titles=source.words("title") if source else str(row["source_id"]))]
    if known and known.statement:
        lines.append(_file_words(known.statement))
    elif known:
        lines.append(_("Livré avec l'application, sans import."))
    lines.append(outcome_words(row, data.ground()))
    flags = [_(FLAG_WORDS.get(flag, flag)) for flag in str(row["flags"]).split(";") if flag]
    lines += [_("Signalements : {flags}").format(flags=", ".join(flags))] if flags else []
    lines += _unread(label)
    said = "".join(f"<p class='identity'>{sheets.cell(line)}</p>" for line in lines)
    name = sheets.cell(_("Identité"))
    return f"<section aria-label='{name}'>{said}</section>"


def _unread(label: Any) -> list[str]:
    """Say each cell of the record that was not read."""
    cells = keeping.kept(keeping.keeper()).unread
    return [
        _("Non lu : {column} « {value} » ({problem}).").format(
            column=cell["heading"] or column_label(str(cell["column"])),
            value=cell["value"],
            problem=problem_words(str(cell["problem"]))[0],
        )
        for cell in cells[cells["label"] == label].to_dict("records")
    ]


def _file_words(statement: Mapping[str, object]) -> str:
    sheet = _(", feuille « {name} »").format(name=statement["sheet"]) if statement["sheet"] else ""
    return _("Fichier {name}{sheet}, ligne {row}, reçu le {day} (import {n}).").format(
        name=statement["file_name"],
        sheet=sheet,
        row=statement["file_row"],
        day=words.day(str(statement["imported_at"])[:10]),
        n=statement["import_id"],
    )


def outcome_words(row: Row, ground: Ground) -> str:
    """``Placé : Bara (précision : commune)``, or why not and what it may be."""
    outcome = _(OUTCOMES[str(row["outcome"])])
    if row["outcome"] == "placed":
        precision = _(PRECISION_WORDS.get(str(row["precision"]), str(row["precision"])))
        text = _("{outcome} : {places} (précision : {precision}).")
        where = places(str(row["place_set"]), ground)
        return text.format(outcome=outcome.capitalize(), places=where, precision=precision)
    reason = _(REASON_WORDS.get(str(row["reason"]), str(row["reason"])))
    said = _("{outcome} : {reason}.").format(outcome=outcome.capitalize(), reason=reason)
    names = [f"{ground.names.get(code, code)} ({code})" for code in str(row["candidates"]).split(";") if code]
    candidates = _("Candidats : {names}.").format(names=", ".join(names))
    return f"{said} {candidates}" if names else said


def field_words(field: str, value: object) -> str:
    """Return a value of the record as the reader reads it; ``""`` for none."""
    text = shown_value(value)
    if not text:
        return ""
    if field == "activity_type":
        kind = data.records().types.get(text)
        return kind.label if kind else text
    if field in ("activity_status", "functionality"):
        return _({**words.STATUSES, **words.FUNCTIONALITIES}.get(text, text))
    if field in ("observed_on", "start_date", "end_date"):
        return words.day(text)
    if field == "source_id":
        source = data.records().sources.get(text)
        return source.words("title") if source else text
    if isinstance(value, float) and field not in ("longitude", "latitude"):
        return number(value) if float(value).is_integer() else number(value, 2)
    return text


def fields(row: Row, known: Record | None) -> str:
    """Return every field: as the partner's file states it, as it counts, and what was corrected."""
    made = {str(one["field"]): one for one in known.corrections.to_dict("records")} if known else {}
    stated = known.stated if known else row
    filled = [name for name in PROVIDER_COLUMNS if shown_value(stated[name]) or shown_value(row[name])]
    lines = [
        [
            column_label(name),
            field_words(name, stated[name]) or _("n. r."),
            field_words(name, row[name]) or _("n. r."),
            _made(made[name], known) if name in made else "",
        ]
        for name in filled
    ]
    heads = [_("Champ"), _("Tel que lu"), _("Tel qu'il compte"), _("Correction")]
    table_title = _("Champs de l'enregistrement")
    empty = [column_label(name) for name in PROVIDER_COLUMNS if name not in filled]
    rest = sheets.paragraph(_("Vides : {fields}.").format(fields=", ".join(empty)), "key") if empty else ""
    return sheets.section(table_title, sheets.sheet(heads, lines, caption=table_title), rest)


def _made(one: Row, known: Record | None) -> str:
    said = _("le {day} par {who} : {reason}").format(
        day=words.day(str(one["corrected_at"])[:10]), who=one["corrected_by"], reason=one["reason"] or "–"
    )
    lapsed = known is not None and int(one["id"]) in known.lapsed
    if not lapsed:
        return said
    return _("{correction} ; sans effet, le partenaire indique maintenant une autre valeur").format(
        correction=said
    )


def history(known: Record) -> str:
    """Return what happened to the record: imports, corrections, decisions on its place."""
    rows = [_step(row) for row in known.history.to_dict("records")]
    rows += [_decision(row) for row in known.decisions.to_dict("records")]
    table_title = _("Historique")
    if not rows:
        text = _("Rien depuis que l'application est livrée : ni import, ni correction, ni décision.")
        return sheets.section(table_title, sheets.paragraph(text, "empty"))
    rows.sort(key=lambda row: row[0])
    lines = [[_moment(row[0]), *row[1:]] for row in rows]
    heads = [_("Quand"), _("Qui"), _("Quoi"), _("Champ"), _("Avant"), _("Après"), _("Pourquoi")]
    return sheets.section(table_title, sheets.sheet(heads, lines, caption=table_title))


def _moment(text: str) -> str:
    return f"{words.day(text[:10])} {text[11:16]}".strip()


def _step(row: Row) -> list[str]:
    what = _(_CHANGES.get(str(row["what"]), str(row["what"]))).format(n=row["number"])
    if row["revoked_at"]:
        what = _("{what}, annulé le {day} par {who}").format(
            what=what, day=words.day(str(row["revoked_at"])[:10]), who=row["revoked_by"]
        )
    column = str(row["column"])
    return [
        str(row["at"]),
        str(row["who"]),
        what,
        column_label(column) if column else "",
        str(row["before"]),
        str(row["after"]),
        str(row["reason"]),
    ]


def _decision(row: Row) -> list[str]:
    name = data.ground().names.get(str(row["pcode"]), str(row["pcode"])) or _("aucune de nos unités")
    what = _("lieu décidé (décision {n})").format(n=row["id"])
    if row["revoked_at"]:
        what = _("{what}, annulé le {day} par {who}").format(
            what=what, day=words.day(str(row["revoked_at"])[:10]), who=row["revoked_by"]
        )
    return [
        str(row["decided_at"]),
        str(row["decided_by"]),
        what,
        _("Lieu"),
        str(row["text"]),
        name,
        str(row["note"]),
    ]


def ways(row: Row) -> None:
    """Links to the map and to the card of the place."""
    place = next((str(row[name]) for name in ("adm3_pcode", "adm2_pcode", "adm1_pcode") if row[name]), "")
    ground = data.ground()
    if place not in ground.places:
        return
    with st.container(horizontal=True, key="ways"):
        query = sheets.with_language({"type": str(row["activity_type"]), "zone": place})
        st.page_link("pages/carte.py", label=_("Voir sur la carte"), query_params=query)
        name = ground.names.get(place, place)
        st.page_link(
            "pages/fiche.py",
            label=_("Fiche de {name}").format(name=label_text(name)),
            query_params=sheets.with_language({"unite": place}),
        )


def another() -> Html:
    """Return the way back to the search."""
    return sheets.link(PAGE, _("Chercher un autre enregistrement"))
