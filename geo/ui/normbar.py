"""The norm bar: which norms count, who says so, and a form that changes them for this session."""

from collections.abc import Mapping
from typing import Final

import streamlit as st

from geo.errors import SettingsError
from geo.gaps import Gaps
from geo.i18n import N_, _, clauses, unbroken
from geo.io.norms import overrides_of, read_set, save_set, set_names
from geo.norms import DEFAULT_SET, KIND_WORDS, PARAMETER_WORDS, Norm, describe, plain, value_words
from geo.store import audit
from geo.ui import state, who
from geo.ui.needing import SET, Asked, parameter
from geo.ui.parts import escaped, label_text

_SAVED: Final = "norms_said"
_UNIT_WORDS: Final = {
    "people_per_work": N_("personnes par ouvrage"),
    "members_per_group": N_("membres par groupe"),
    "m2_per_woman": N_("m² par femme"),
    "works_per_commune": N_("ouvrages par commune"),
    "works_per_village": N_("ouvrages par village"),
}


def show(asked: Asked, gaps: Gaps) -> None:
    """Show the norms that count, and behind *Modifier* where they come from and the form."""
    with st.container(key="norms"):
        st.html(bar(gaps))
        note = _("modifié pour cette session") if asked.overrides else ""
        name = _("Jeu : {name}").format(name=label_text(gaps.norm_set.label))
        # Not a popover: the form of a type with five norms is taller than the window it would float in.
        with st.expander(" · ".join(filter(None, [_("Modifier"), name, note])), key="norms-form"):
            st.html(_sources(gaps))
            left, right = st.columns([3, 2], gap="medium")
            with left:
                _ask_values(asked)
            with right:
                _ask_set()
                _ask_name(asked)
    said = st.session_state.pop(_SAVED, "")
    if said:
        st.html(f"<p class='notice' role='status'>{escaped(said)}</p>")


def bar(gaps: Gaps) -> str:
    """Return each norm that counts in one line: value, kind, date; where there is none, that."""
    lines = [_line(norm) for norm in gaps.norms]
    none = escaped(_("Aucune norme pour ce type dans ce jeu : le besoin ne peut pas être calculé."))
    body = "".join(f"<li>{line}</li>" for line in lines)
    listed = f"<ul>{body}</ul>" if lines else f"<p>{none}</p>"
    title = escaped(_("Norme"))
    return f"<section class='norms' aria-label='{title}'><h2>{title}</h2>{listed}</section>"


def _line(norm: Norm) -> str:
    parts = [_(KIND_WORDS[norm.kind]), norm.date or _("date non rapportée")]
    parts += [
        _("{name} {value} (estimation)").format(name=_(PARAMETER_WORDS[key]), value=plain(each.value))
        for key, each in norm.parameters.items()
    ]
    return f"<b>{escaped(value_words(norm))}</b> <span>{escaped(' · '.join(parts))}</span>"


def _sources(gaps: Gaps) -> str:
    """Return who says so, for each norm and each estimate in it."""
    said = [unbroken(clauses(filter(None, [describe(norm), norm.note]))) for norm in gaps.norms]
    items = "".join(f"<li>{escaped(text)}</li>" for text in said)
    return f"<ul class='key'>{items}</ul>"


def _ask_set() -> None:
    state.select(
        SET,
        _("Jeu de normes"),
        set_names(),
        words=lambda name: read_set(name).label,
        default=DEFAULT_SET,
        on_change=_forget_values,
    )


def _forget_values() -> None:
    for name in state.names("norme."):
        state.choose(name, "")


def _ask_values(asked: Asked) -> None:
    """Show the form; what equals the set's own value is no change."""
    usual = {norm.name: norm for norm in read_set(asked.norm_set.name).norms}
    if not asked.own_norms:
        text = escaped(_("Aucune norme pour ce type dans ce jeu."))
        st.html(f"<p>{text}</p>")
        return
    with st.form("norm-values", border=False):
        fields: dict[str, tuple[float, float]] = {}
        for norm in asked.own_norms:
            fields |= _inputs(norm, usual[norm.name])
        if st.form_submit_button(_("Appliquer à cette session")):
            for name, (value, own) in fields.items():
                state.choose(name, "" if value == own else f"{value:.12g}")
            st.rerun()
    if asked.overrides:
        st.button(_("Revenir aux valeurs du jeu"), on_click=_forget_values)


def _inputs(norm: Norm, usual: Norm) -> dict[str, tuple[float, float]]:
    """Return the name in the address of each value shown, with what was entered and what the set says."""
    unit = _(_UNIT_WORDS[norm.unit])
    shown = {"value": (f"{label_text(usual.label)} ({unit})", norm.value, usual.value)}
    for key, each in norm.parameters.items():
        own = usual.parameters[key].value
        words = _(PARAMETER_WORDS[key])
        shown[key] = (f"{words} ({label_text(usual.label)})", each.value, own)
    found = {}
    for key, (label, value, own) in shown.items():
        share = key.endswith("_share")
        entered = st.number_input(
            label,
            min_value=0.001 if share else 0.1,
            max_value=1.0 if share else 1e6,
            value=float(value),
            step=0.05 if share else 1.0,
            format="%.3f" if share else "%g",
            # The field starts from the value in use, whoever changed it: another one for another value.
            key=f"{norm.name}.{key}={value:.12g}",
        )
        found[parameter(norm.name, key)] = (float(entered), float(own))
    return found


def _ask_name(asked: Asked) -> None:
    with st.form("norm-set", border=False):
        name = st.text_input(
            _("Nom du jeu à enregistrer"), max_chars=40, placeholder=_("lettres, chiffres, - et _")
        )
        if st.form_submit_button(_("Enregistrer ce jeu")):
            st.session_state[_SAVED] = _save(name.strip(), asked)
            st.rerun()


def _save(name: str, asked: Asked) -> str:
    """Save the set of the session and use it; return what to say."""
    try:
        base, before = overrides_of(asked.norm_set.name)
        save_set(name, _joined(before, asked.overrides), base=base)
        audit.note("norms", who=who.name(), what=name)
    except SettingsError as error:
        return str(error)
    _forget_values()
    state.choose(SET, name)
    return _("Jeu de normes « {name} » enregistré.").format(name=name)


def _joined(
    before: Mapping[str, Mapping[str, float]], after: Mapping[str, Mapping[str, float]]
) -> dict[str, dict[str, float]]:
    return {name: {**before.get(name, {}), **after.get(name, {})} for name in before.keys() | after.keys()}
