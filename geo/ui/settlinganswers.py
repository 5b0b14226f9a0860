"""The answers to a group of doubtful rows: one click settles it, one click takes it back."""

from collections.abc import Mapping
from typing import Any, Final

import pandas as pd
import streamlit as st

from geo import pcodes, search
from geo.choices import COUNTED
from geo.errors import AccessError, AlreadyDecidedError, StoreError
from geo.i18n import _, language, number, set_language
from geo.settings import LEVELS
from geo.store import decisions, review
from geo.ui import data, settlingparts, sheets, state, who, whole
from geo.ui.parts import label_text, note
from geo.ui.placewords import described
from geo.ui.settling import GROUP, LATER, PICKED, Desk

# Units found by name that are offered.
_FOUND: Final = 6
_SAID, _WHO, _NOTE, _SEARCH = "settle.said", "settle.who", "settle.note", "settle.search"


def offer(desk: Desk, table: pd.DataFrame) -> None:
    """Show the candidates, each with the one button that settles the group."""
    ground = data.ground()
    if table.empty:
        st.html(settlingparts.empty(_("Rien ne ressemble à ce nom. Cherchez une unité ci-dessous.")))
    for row in table.to_dict("records"):
        with st.container(key=f"choice-{row['letter']}", horizontal=True, vertical_alignment="center"):
            st.html(settlingparts.choice(row, ground))
            label = _("Choisir {letter}").format(letter=row["letter"])
            _settling_button(label, desk, str(row["pcode"]), main=row["letter"] == "A")


def _settling_button(label: str, desk: Desk, pcode: str, *, main: bool = False) -> None:
    st.button(
        label_text(label),
        key=f"settle:{desk.group['group']}:{pcode}:{label[:12]}",
        type="primary" if main else "secondary",
        on_click=settle,
        args=(desk.group, pcode, desk.following, language()),
    )


def other_answers(desk: Desk) -> None:
    """Offer what is always possible: none of ours, later, any other unit; who decides and why."""
    with st.container(key="others", horizontal=True):
        _settling_button(_("Aucune de nos unités"), desk, "")
        st.button(
            _("Laisser pour plus tard"),
            key="later",
            on_click=leave,
            args=(desk.group["group"], desk.following),
            disabled=not desk.following,
        )
    _other_unit(desk)
    with st.expander(_("Qui décide, et pourquoi"), key="who-and-why"):
        if not who.who().signed_in:
            st.session_state.setdefault(_WHO, who.name())
            st.text_input(_("Décidé par"), key=_WHO, max_chars=60, on_change=state.touch)
        st.text_input(_("Note pour la prochaine décision"), key=_NOTE, max_chars=200, on_change=state.touch)


def _other_unit(desk: Desk) -> None:
    text = st.text_input(
        _("Une autre unité"),
        key=_SEARCH,
        max_chars=60,
        placeholder=_("Nom ou P-code, ou un clic sur la carte"),
        on_change=state.touch,
    )
    ground = data.ground()
    found = [hit.entry for hit in search.find(text or "", whole.unit_index(), limit=_FOUND)]
    codes = [entry.code for entry in found if entry.kind in LEVELS]
    picked = st.session_state.get(PICKED, ("", ""))
    if picked[0] == desk.group["group"]:
        codes = list(dict.fromkeys([picked[1], *codes]))
    if text and text.strip() and not found:
        words = _("Aucune unité ne ressemble à « {text} ».").format(text=text.strip())
        st.html(note(words))
    for code in codes:
        level = pcodes.level(code)
        unit = f"{ground.names.get(code, code)} ({described(code, level, ground)})"
        _settling_button(_("Choisir {unit}").format(unit=unit), desk, code)


# ---- what a click does -------------------------------------------------------------------------------


def settle(group: Mapping[str, Any], pcode: str, following: str, lang: str) -> None:
    """Settle a group, remember what was done, and open the next."""
    state.touch()
    set_language(lang)
    why = st.session_state.get(_NOTE, "").strip()
    try:
        who.require("decide")
        made, changed = decisions.decide(group, pcode, data.ground().boundaries, who=_who(), note=why)
    except AlreadyDecidedError as error:
        st.session_state[_SAID] = ("empty", str(error))
        _move_on(following)
        return
    except (AccessError, StoreError) as error:
        st.session_state[_SAID] = ("notice", str(error))
        return
    words = _("Décision {n} : {what} → {unit} ; lignes placées : {rows}.")
    said = words.format(
        n=number(made),
        what=settlingparts.written(group),
        unit=settlingparts.unit_words(pcode, data.ground()),
        rows=number(changed if pcode else 0),
    )
    st.session_state[_SAID] = ("empty", said)
    _move_on(following)


def _who() -> str:
    return who.named(str(st.session_state.get(_WHO, "")))


def leave(group: str, following: str) -> None:
    """Put a group at the end of the queue for this visit, and open the next."""
    st.session_state[LATER] = [*(each for each in st.session_state.get(LATER, []) if each != group), group]
    _move_on(following)


def _move_on(following: str) -> None:
    data.begin()
    st.session_state[_NOTE] = st.session_state[_SEARCH] = ""
    st.session_state.pop(PICKED, None)
    state.choose(GROUP, following)


def revoke(made: int, lang: str) -> None:
    """Take a decision back and open its group again."""
    state.touch()
    set_language(lang)
    table = decisions.decisions().set_index("id")
    try:
        who.require("decide")
        changed = decisions.revoke(made, data.ground().boundaries, who=_who())
    except (AccessError, StoreError) as error:
        st.session_state[_SAID] = ("notice", str(error))
        return
    words = _("Décision {n} annulée ; lignes de nouveau à vérifier : {rows}.")
    st.session_state[_SAID] = ("empty", words.format(n=number(made), rows=number(changed)))
    row = table.loc[made].to_dict()
    if row["kind"] == COUNTED:
        # Its rows may be placed by their positions now: there is no one group to open.
        _move_on("")
        return
    _move_on(review.group_id(str(row["kind"]), row))


def said() -> None:
    """Say what the last click did, and offer to undo the last decision that stands."""
    last = decisions.decisions()
    last = last[last["revoked_at"] == ""]
    message = st.session_state.pop(_SAID, None)
    if message is None and last.empty:
        return
    with st.container(key="said", horizontal=True, vertical_alignment="center"):
        if message is not None:
            look, text = message
            st.html(f"<p class='{look}' role='status'>{sheets.cell(text)}</p>")
        if len(last):
            row = last.iloc[0].to_dict()
            st.button(
                _("Annuler la dernière décision"),
                key="undo",
                help=label_text(settlingparts.decision_words(row, data.ground())),
                on_click=revoke,
                args=(int(row["id"]), language()),
            )


def all_decisions() -> None:
    """List every decision, and offer to revoke any that stands."""
    table = decisions.decisions()
    ground = data.ground()
    with st.expander(_("Toutes les décisions ({n})").format(n=number(len(table))), key="all-decisions"):
        if table.empty:
            st.html(settlingparts.empty(_("Aucune décision pour l'instant.")))
            return
        standing = table[table["revoked_at"] == ""].set_index("id")
        words = {
            int(made): f"{number(made)} · {settlingparts.decision_words(row, ground)}"
            for made, row in zip(standing.index, standing.to_dict("records"), strict=True)
        }
        if words:
            with st.container(key="revoke", horizontal=True, vertical_alignment="bottom"):
                made = st.selectbox(
                    _("Décision à révoquer"),
                    list(words),
                    format_func=words.__getitem__,
                    key=f"revoke:{language()}:{len(words)}:{max(words)}",
                    on_change=state.touch,
                )
                st.button(_("Révoquer"), key="revoke-button", on_click=revoke, args=(made, language()))
        st.html(settlingparts.decisions(table, ground))
