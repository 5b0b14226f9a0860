"""Names of organisations: how each is written, what may be the same, and how each is shown."""

from collections.abc import Mapping
from typing import Any, Final

import pandas as pd
import streamlit as st

from geo import aliases, partnerwords, words
from geo.aliases import Names
from geo.i18n import N_, _, number, percent
from geo.store import Store
from geo.store import organisations as kept
from geo.ui import data, parts, sheets, who
from geo.ui import partners as asking

_KINDS: Final = {
    "alias": N_("« {text} » désigne {organisation}"),
    "rejected": N_("« {text} » ne désigne pas {organisation}"),
    "shown": N_("{text} est montrée {organisation}"),
}
# Suggestions settled at a time, the surest first.
SHOWN: Final = 12


def show() -> None:
    """Show names in use, suggestions to accept or reject, a form for one's own, and what was decided."""
    held = data.records()
    st.html(sheets.paragraph(_about()))
    _suggestions(held)
    if _may_decide():
        _own(held)
    else:
        st.html(
            parts.note(_("Les noms se décident sur la machine qui tient les données, pas par un lecteur."))
        )
    st.html(_in_use(held))
    _decided(held)


def _may_decide() -> bool:
    return who.allowed("decide")


def _about() -> str:
    return _(
        "Une organisation n'a qu'un nom sur tous les écrans et dans tous les fichiers. Ce que le partenaire "
        "a écrit est gardé. Un rapprochement est proposé, jamais appliqué sans accord ; chaque décision "
        "s'annule."
    )


@st.cache_resource(max_entries=2, show_spinner=False)
def _found(store_version: str) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Names as they are written, with how often in each role; and the suggestions."""
    held = data.records()
    written = aliases.counts(held.stated)
    often = written.assign(total=written[list(aliases.COLUMNS)].sum(axis=1)).sort_values(
        "total", ascending=False
    )
    hidden = _hidden(held.names)
    visible = [name for name in often["name"] if held.names.of(name) not in hidden]
    found = aliases.suggestions(visible, held.names)
    return written, found[~found["organisation"].isin(hidden)].reset_index(drop=True)


def _hidden(names: Names) -> set[str]:
    """Organisations that are shown by sector only: their names stand on no screen."""
    return {name for name, shown in names.shown.items() if shown == "sector"}


def _suggestions(held: Store) -> None:
    _written, found = _found(held.version)
    st.html(sheets.section(_("Peut-être la même organisation : {n}").format(n=number(len(found)))))
    if found.empty:
        st.html(parts.note(_("Aucun rapprochement à proposer.")))
    for row in found.head(SHOWN).to_dict("records"):
        text, organisation = str(row["text"]), str(row["organisation"])
        with st.container(horizontal=True, vertical_alignment="center", key=f"like-{aliases.key(text)}"):
            why = (
                f"{partnerwords.word(partnerwords.REASONS, row['reason'])}, {percent(row['score'] / 100, 0)}"
            )
            said = _("« {text} » = {organisation} ?").format(text=text, organisation=organisation)
            tip = parts.label_text(said)
            st.html(f"<p><b>{parts.escaped(said)}</b> <span class='key'>{parts.escaped(why)}</span></p>")
            for kind, label in (("alias", _("Accepter")), ("rejected", _("Refuser"))):
                if _may_decide() and st.button(label, key=f"{kind}-{aliases.key(text)}", help=tip):
                    _decide(kind, text, organisation)


def _decide(kind: str, text: str, organisation: str) -> None:
    asking.guarded(lambda: kept.decide(kind, text, organisation, who=who.require(_act(kind))))


def _act(kind: str) -> str:
    # How an organisation is shown says what readers see: a setting, not a reading of a name.
    return "settings" if kind == "shown" else "decide"


def _own(held: Store) -> None:
    with st.expander(_("Ajouter un nom, ou dire comment une organisation est montrée")):
        named = [name for name in _organisations(held) if name not in _hidden(held.names)]
        with st.form(key="own-alias", border=False):
            text = st.text_input(_("Nom écrit par un partenaire"), max_chars=200)
            organisation = st.text_input(_("Organisation qu'il désigne"), max_chars=200)
            if st.form_submit_button(_("Ajouter ce nom")):
                _decide("alias", text, organisation)
        if not who.allowed("settings"):
            return
        with st.form(key="own-shown", border=False):
            chosen = st.selectbox(_("Organisation"), named, index=None, placeholder=_("Choisir"))
            way = st.selectbox(
                _("Montrée"), list(partnerwords.SHOWN), format_func=lambda name: _(partnerwords.SHOWN[name])
            )
            st.html(sheets.paragraph(_hiding(), "key"))
            if st.form_submit_button(_("Enregistrer")):
                _decide("shown", chosen or "", way)


def _hiding() -> str:
    return _(
        "Un nom caché l'est dans toutes ses graphies (casse, accents, ponctuation) et sous le nom "
        "qu'il désigne. Dans une cellule, seul « ; » sépare deux noms : écrit avec un autre (« A, B »), il "
        "reste lu."
    )


def _organisations(held: Store) -> list[str]:
    written, _suggested = _found(held.version)
    return sorted({held.names.of(name) for name in written["name"]}, key=str.casefold)


def _in_use(held: Store) -> str:
    """Every organisation with the names it is written by, in each of its three roles."""
    written, _suggested = _found(held.version)
    named = written.assign(organisation=[held.names.of(name) for name in written["name"]])
    hidden = _hidden(held.names)
    rows = []
    for organisation, group in named[~named["organisation"].isin(hidden)].groupby("organisation"):
        others = [name for name in group["name"] if name != organisation]
        shown = _(partnerwords.SHOWN[held.names.shown.get(str(organisation), "named")])
        counts = [number(int(group[column].sum())) for column in aliases.COLUMNS]
        rows.append(
            [
                str(organisation),
                held.names.full_names.get(str(organisation), ""),
                "; ".join(others),
                *counts,
                shown,
            ]
        )
    heads = [_("Organisation"), _("Nom long"), _("Écrite aussi")]
    heads += [_(partnerwords.ROLES[column]) for column in aliases.COLUMNS] + [_("Montrée")]
    title = _("Organisations en usage")
    if not rows:
        return sheets.section(title, parts.note(_("Aucune organisation n'est encore nommée.")))
    table = sheets.sheet(heads, rows, caption=title, numeric=(3, 4, 5))
    return sheets.section(
        title, table, sheets.paragraph(_("Nombre d'enregistrements dans chaque rôle."), "key")
    )


def _decided(held: Store) -> None:
    made = kept.decisions()
    if made.empty:
        return
    st.html(sheets.section(_("Décisions sur les noms")))
    for row in made.to_dict("records"):
        said = _said(row, held.names)
        when = words.day(row["decided_at"][:10])
        if who.allowed("records"):
            when = _("{day}, {who}").format(day=when, who=row["decided_by"])
        with st.container(horizontal=True, vertical_alignment="center", key=f"decision-{row['id']}"):
            st.html(f"<p>{parts.escaped(said)} <span class='key'>{parts.escaped(when)}</span></p>")
            if row["revoked_at"]:
                st.html(sheets.paragraph(_("annulée"), "key"))
            elif who.allowed(_act(row["kind"])) and st.button(
                _("Annuler"), key=f"revoke-{row['id']}", help=parts.label_text(said)
            ):
                _revoke(int(row["id"]), row["kind"])


def _said(row: Mapping[Any, Any], names: Names) -> str:
    """Return a decision in words; of two names, one that may not be told hides both: each tells the other."""
    text, organisation, nobody = row["text"], row["organisation"], _("une organisation non nommée")
    hidden = _hidden(names)
    if row["kind"] == "shown":
        text = nobody if names.of(text) in hidden else text
        organisation = _(partnerwords.SHOWN[organisation])
    elif {names.of(text), names.of(organisation)} & hidden:
        text = organisation = nobody
    return partnerwords.word(_KINDS, row["kind"]).format(text=text, organisation=organisation)


def _revoke(decision: int, kind: str) -> None:
    asking.guarded(lambda: kept.revoke(decision, who=who.require(_act(kind))))
