"""Correct one field of a record: what is asked, how it is read, and how it is taken back."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

import streamlit as st

from geo import search
from geo.activities import CURRENCIES, FUNCTIONALITIES, NUMBER_COLUMNS, STATUSES, TEXT_COLUMNS
from geo.columnwords import label as column_label
from geo.dates import common, read_span
from geo.errors import AccessError, StoreError
from geo.i18n import N_, _, language
from geo.stated import stating
from geo.store import corrections
from geo.store.difference import shown_value
from geo.store.record import Record
from geo.ui import data, keeping, record, sheets, state, who, whole
from geo.ui.parts import escaped, label_text
from geo.ui.placewords import described

FIELD: Final = "champ"
# What is corrected together: where a record lies.
PLACE, POSITION = "lieu", "position"
_PLACES: Final = {
    PLACE: N_("Lieu (région, cercle ou commune)"),
    POSITION: N_("Position (latitude et longitude)"),
}
_DATES: Final = ("observed_on", "start_date", "end_date")
_CHOICES: Final = {
    "activity_status": STATUSES,
    "functionality": FUNCTIONALITIES,
    "currency": CURRENCIES,
}
# The codes of a place are corrected with the place; the rest is what ties a record to its source.
_NOT_ALONE: Final = (
    *("record_key", "source_id", "longitude", "latitude", "provider_vintage"),
    *(f"provider_adm{number}_pcode" for number in (1, 2, 3)),
)
_SAID: Final = "correction-said"
_WHO: Final = "correction-who"
_LONGEST: Final = 500


def fields() -> list[str]:
    """Return what can be corrected, where a record lies first."""
    found = [PLACE, POSITION, *(name for name in (*TEXT_COLUMNS, *NUMBER_COLUMNS) if name not in _NOT_ALONE)]
    # A partner does not hand its record on to another.
    return [name for name in found if name != "implementing_org" or keeping.keeps()]


def field_words(name: str) -> str:
    """Return what is corrected in words."""
    return _(_PLACES[name]) if name in _PLACES else column_label(name)


def show(label: Any, row: Mapping[Any, Any], known: Record | None) -> None:
    """Show the form, or say why nothing can be corrected here; then what was corrected, to take it back."""
    said = st.session_state.pop(_SAID, "")
    if said:
        st.html(f"<p class='notice' role='status'>{escaped(said)}</p>")
    if known is None:
        st.html(sheets.section(_("Corriger"), sheets.paragraph(why_not(), "empty")))
        return
    st.html(sheets.section(_("Corriger")))
    name = state.select(FIELD, _("Champ à corriger"), fields(), words=field_words, default=PLACE)
    unit = _find_unit() if name == PLACE else ""
    with st.form(f"correct-{name}", border=True):
        changes = _entered(name, row, unit)
        named = _who() if who.who().signed_in else _ask_name()
        reason = st.text_input(_("Pourquoi"), max_chars=200, placeholder=_("appel au partenaire, visite…"))
        if st.form_submit_button(_("Corriger"), type="primary"):
            _submit(label, changes, named.strip(), reason.strip())
    _standing(label, known)


def why_not() -> str:
    """Say why nothing can be corrected."""
    if data.records().cleaned is not None:
        return _(
            "L'application montre un fichier ouvert sans la base : importez-le pour corriger ses "
            "enregistrements un à un."
        )
    if who.who().signed_in:
        return _("Votre rôle ne corrige pas cet enregistrement.")
    return _(
        "L'application est ouverte à plusieurs lecteurs : un enregistrement se corrige sur le poste de qui "
        "tient les données."
    )


def _ask_name() -> str:
    return st.text_input(_("Qui corrige"), value=_who(), max_chars=60, key=_WHO)


def _who() -> str:
    return who.named(str(st.session_state.get(_WHO) or ""))


def _allow(label: Any) -> None:
    """Refuse who may not correct this record."""
    who.require("correct", organisation=keeping.organisation_of(label))


def _find_unit() -> str:
    """Return the unit chosen among those that resemble what is typed; ``""`` for none yet."""
    text = st.text_input(
        _("Chercher l'unité"),
        key=f"correct-unit:{language()}",
        max_chars=60,
        placeholder=_("nom ou P-code, même mal écrit"),
        on_change=state.touch,
    )
    found = [hit.entry for hit in search.find(text, whole.search_index()) if hit.entry.kind != search.PARTNER]
    if not found:
        words = _("Rien ne ressemble à ce nom.") if text.strip() else _("Tapez un nom pour choisir l'unité.")
        st.html(sheets.paragraph(words, "key"))
        return ""
    ground, names = data.ground(), {entry.code: entry for entry in found}

    def said(code: str) -> str:
        return label_text(f"{names[code].name} · {described(code, names[code].kind, ground)} · {code}")

    return str(st.radio(_("Unité"), list(names), format_func=said, key=f"correct-hits:{text}"))


def _entered(name: str, row: Mapping[Any, Any], unit: str) -> dict[str, str]:
    """Show the field to fill in and return what it would change; an empty text is *not reported*."""
    key = f"correct:{name}:{language()}"
    if name == PLACE:
        return stating(unit, data.ground().boundaries.units) if unit else {}
    if name == POSITION:
        st.html(sheets.paragraph(_("En degrés décimaux ; les deux vides : aucune position."), "key"))
        return {each: _text(each, row, f"{key}:{each}") for each in ("latitude", "longitude")}
    if name in _CHOICES or name == "activity_type":
        kinds = data.records().types
        codes = list(kinds) if name == "activity_type" else ["", *_CHOICES[name]]
        now = shown_value(row[name])
        return {
            name: st.selectbox(
                _("Valeur juste"),
                codes,
                index=codes.index(now) if now in codes else 0,
                format_func=lambda code: record.field_words(name, code) or _("n. r."),
                key=key,
            )
        }
    return {name: _text(name, row, key)}


def _text(name: str, row: Mapping[Any, Any], key: str) -> str:
    hint = _("AAAA-MM-JJ, AAAA-MM ou AAAA") if name in _DATES else _("vide : non rapporté")
    words = field_words(name) if name in ("latitude", "longitude") else _("Valeur juste")
    typed = st.text_input(words, value=shown_value(row[name]), max_chars=_LONGEST, key=key, placeholder=hint)
    return as_value(name, typed.strip())


def as_value(name: str, typed: str) -> str:
    """Return what was typed as the record keeps it: a date in ISO, a number with a point.

    >>> as_value("end_date", "mars 2024"), as_value("amount", "1 250,5"), as_value("remarks", "à sec")
    ('2024-03', '1250.5', 'à sec')
    """
    if name in _DATES and typed:
        span = read_span(typed)
        return common(span) or typed if span else typed
    if name in NUMBER_COLUMNS:
        return "".join(typed.split()).replace(",", ".")
    return typed


def _submit(label: Any, changes: Mapping[str, str], named: str, reason: str) -> None:
    """Correct the record, or say what is missing; the page then shows what counts."""
    if not changes or not named or not reason:
        missing = [
            words
            for words, given in (
                (_("la valeur"), bool(changes)),
                (_("qui corrige"), bool(named)),
                (_("pourquoi"), bool(reason)),
            )
            if not given
        ]
        st.session_state[_SAID] = _("Il manque : {missing}.").format(missing=", ".join(missing))
    else:
        st.session_state[_SAID] = _correct(label, changes, named, reason)
    st.rerun()


def _correct(label: Any, changes: Mapping[str, str], named: str, reason: str) -> str:
    row = record.shared(label)
    changed = {name: text for name, text in changes.items() if text != shown_value(row[name])}
    if not changed:
        return _("Rien à corriger : c'est déjà la valeur qui compte.")
    boundaries = data.ground().boundaries
    try:
        _allow(label)
        if "implementing_org" in changed and not keeping.keeps():
            raise AccessError(_("Votre rôle ne permet pas cela."))
        corrections.correct(*keeping.key_of(label), changed, boundaries, who=named, reason=reason)
    except (AccessError, StoreError) as error:
        return str(error)
    return _("Corrigé : {fields}.").format(fields=", ".join(map(column_label, changed)))


def _standing(label: Any, known: Record) -> None:
    """Show what stands corrected, what was corrected at once together, with the button that takes it back."""
    if known.corrections.empty:
        return
    st.html(sheets.section(_("Corrections en cours")))
    for _key, made in known.corrections.groupby(["corrected_at", "corrected_by", "reason"], sort=False):
        numbers = [int(number) for number in made["id"]]
        with st.container(horizontal=True, vertical_alignment="center", key=f"standing-{numbers[0]}"):
            changes = " ; ".join(_change_words(one) for one in made.to_dict("records"))
            st.html(sheets.paragraph(changes), width="stretch")
            if st.button(_("Annuler la correction {n}").format(n=numbers[0]), key=f"revoke-{numbers[0]}"):
                st.session_state[_SAID] = _revoke(label, numbers)
                st.rerun()


def _change_words(one: Mapping[Any, Any]) -> str:
    name, missing = str(one["field"]), _("n. r.")
    return _("{field} : {before} → {after}").format(
        field=column_label(name),
        before=record.field_words(name, one["before"]) or missing,
        after=record.field_words(name, one["after"]) or missing,
    )


def _revoke(label: Any, numbers: Sequence[int]) -> str:
    try:
        _allow(label)
        corrections.revoke_corrections(numbers, data.ground().boundaries, who=_who())
    except (AccessError, StoreError) as error:
        return str(error)
    return _("Correction {n} annulée : la valeur du partenaire compte de nouveau.").format(n=numbers[0])
