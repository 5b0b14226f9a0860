"""Import, step 3: the dry run. What would come in, what changes, what it replaces, every problem."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Final

import pandas as pd
import streamlit as st

from geo import effects, words
from geo.counting import account
from geo.errors import CouvertureError
from geo.i18n import _, language, number, unbroken
from geo.problemwords import note_line
from geo.report.accounting import REASON_WORDS
from geo.report.planlines import problem_lines, problems_csv, problems_xlsx, worded
from geo.report.planwords import difference_line, warning_lines
from geo.store import orders, recounted
from geo.store.current import state_key
from geo.store.foreseen import foreseen
from geo.store.orders import Order
from geo.store.planning import Plan
from geo.ui import data, downloads, importing_effects, parts, sheets
from geo.ui.importing import XLSX, Handed, fault
from geo.ui.page import accounting_words

# Rows of a table on the page; the files hold all of them.
SHOWN: Final = 200
# In the session: what was asked when the dry run was taken, and its key.
_TAKEN: Final = "import.taken"


@dataclass(frozen=True, eq=False)
class Look:
    """A plan with what it does to the totals.

    Attributes
    ----------
    key : str
        The same while the file, what is asked and what stands are the same.
    totals : DataFrame
        See :func:`geo.effects.totals`.
    kept : DataFrame
        The same totals where the rows of :attr:`Plan.recount` are left where they were counted; no row
        where there are none.
    """

    key: str
    plan: Plan
    totals: pd.DataFrame
    kept: pd.DataFrame


@st.cache_resource(max_entries=4, ttl=3600, show_spinner=False)
def _look(key: str, _handed: Handed, _order: Order) -> Look:
    boundaries, now = data.ground().boundaries, data.records()
    plan = orders.prepare(_handed.path, _order, boundaries, opened=_handed.opened)
    gone = now.records[now.records["source_id"].isin([one.source_id for one in plan.replaces])]
    kinds = {*plan.records["activity_type"], *gone["activity_type"]}

    def totals(planned: Plan) -> pd.DataFrame:
        return effects.totals(data.prepared(), data.prepare(foreseen(planned, now, boundaries)), kinds)

    left = recounted.kept(plan, boundaries)
    return Look(key, plan, totals(plan), totals(left) if len(left.decided) else pd.DataFrame())


@st.cache_resource(max_entries=8, ttl=3600, show_spinner=False)
def _lines(key: str, lang: str, with_repeats: bool, _plan: Plan) -> pd.DataFrame:
    names, types = words.unit_names(data.ground().frame), data.records().types
    return problem_lines(_plan, names=names, types=types, day=date.today(), with_repeats=with_repeats)


def take(handed: Handed, order: Order) -> Look | None:
    """Take the look at what an order would do and show it; None where it cannot be done."""
    st.html(sheets.section(_("3. Essai : rien n'est encore enregistré")))
    key = "|".join((handed.sha256, order.as_json(), state_key(), data.ground().boundaries.version))
    try:
        with st.spinner(_("Essai en cours : lecture, placement, comparaison avec ce qui est en place…")):
            look = _look(key, handed, order)
            found = _lines(key, language(), False, look.plan)
    except CouvertureError as error:
        fault(error)
        return None
    _say_if_taken_again(order, key)
    _accounting(look.plan)
    if look.plan.same_as:
        st.html(
            parts.note(
                _("Ce fichier est déjà importé (import {n}) ; rien à faire.").format(n=look.plan.same_as)
            )
        )
        return None
    _changes(look.plan)
    importing_effects.show(look.plan, look.totals, look.kept)
    _problems(look, found)
    return look


def _say_if_taken_again(order: Order, key: str) -> None:
    """Say that this is another dry run than the one shown before, because somebody changed what stands."""
    before = st.session_state.get(_TAKEN)
    if before is not None and before[0] == order.as_json() and before[1] != key:
        text = _("Ce qui est en place a changé entre-temps (un autre import ?) : l'essai a été refait.")
        st.html(parts.note(text, "notice"))
    else:
        st.session_state[_TAKEN] = (order.as_json(), key)


def _accounting(plan: Plan) -> None:
    frame = data.ground().frame
    accounts = account(plan.records, shown=frame.focus, members=frame.members)
    st.html(sheets.paragraph(accounting_words(accounts), "lead"))
    told = [
        _("{what} : {n}").format(what=_(REASON_WORDS.get(name, name)), n=number(count))
        for name, count in accounts.reasons.items()
    ]
    told += [note_line(kind, plan.cleaned.noted.get(kind, 0)) for kind in plan.cleaned.notes]
    told.append(_("lignes distinctes : {n}").format(n=number(plan.cleaned.distinct_rows)))
    if plan.cleaned.unused:
        told.append(_("colonnes laissées de côté : {names}").format(names=", ".join(plan.cleaned.unused)))
    st.html(sheets.bullets([unbroken(line) for line in told]))


def _changes(plan: Plan) -> None:
    st.html(sheets.section(_("Ce qui change dans cette source"), sheets.paragraph(difference_line(plan))))
    for line in warning_lines(plan):
        st.html(parts.note(line, "notice"))
    changes = plan.difference
    rows = [
        [str(cell or "–") for cell in row]
        for row in changes.values.head(SHOWN).itertuples(index=False, name=None)
    ]
    rows += [
        [str(name), _("toute la ligne"), _("en place"), _("retirée")]
        for name in changes.removed[: SHOWN - len(rows)]
    ]
    if not rows:
        return
    whole = len(changes.values) + len(changes.removed)
    title = _("Valeurs modifiées et lignes retirées")
    with st.expander(f"{title} ({number(whole)})", expanded=whole <= 20):
        heads = [_("Clé"), _("Champ"), _("Avant"), _("Après")]
        st.html(sheets.sheet(heads, rows, caption=title))
        _download_csv(_("Toutes les valeurs modifiées (CSV)"), "differences.csv", lambda: _differences(plan))


def _differences(plan: Plan) -> bytes:
    from geo.io.records import csv_text  # noqa: PLC0415

    gone = pd.DataFrame(
        {"identity": plan.difference.removed, "column": "", "before": _("en place"), "after": _("retirée")}
    )
    table = pd.concat([plan.difference.values, gone], ignore_index=True)
    return csv_text(table.set_axis([_("Clé"), _("Champ"), _("Avant"), _("Après")], axis=1)).encode(
        "utf-8-sig"
    )


def _problems(look: Look, found: pd.DataFrame) -> None:
    """List what is to be looked at; possible repeats, which may be most rows, only in the files."""
    plan, title = look.plan, _("Problèmes")
    repeats = account(plan.records).repeats
    told = [_("À regarder : {n}").format(n=number(len(found)))]
    if repeats:
        told.append(_("répétitions possibles, listées dans les fichiers : {n}").format(n=number(repeats)))
    if len(found) > SHOWN:
        told.append(_("les {n} premiers sont montrés, les fichiers les ont tous").format(n=number(SHOWN)))
    st.html(sheets.section(title, sheets.paragraph(" · ".join(told))))
    # What is not in the figures, or not as it was written, comes before what is only odd.
    odd = ~found["fault"].isin(["review", "rejected", "unread"])
    listed = worded(found.iloc[odd.argsort(kind="stable")])
    rows = [[_cell(value) for value in row] for row in listed.head(SHOWN).itertuples(index=False, name=None)]
    if rows:
        st.html(sheets.sheet(list(listed.columns), rows, caption=title))
    if not (rows or repeats):
        return
    lang = language()

    def every() -> pd.DataFrame:
        return _lines(look.key, lang, True, plan)

    with st.container(horizontal=True, key="problem-files"):
        _download_csv(_("Tous les problèmes (CSV)"), "problemes.csv", lambda: problems_csv(every()))
        downloads.button(
            _("Tous les problèmes (XLSX)"),
            lambda: problems_xlsx(every(), plan),
            file_name="problemes.xlsx",
            mime=XLSX,
            key="problems-xlsx",
        )


def _cell(value: object) -> str:
    if value is None or value != value:  # noqa: PLR0124 - only a missing row number differs from itself
        return "–"
    # A row is looked for in a spreadsheet, which writes it without spaces.
    return str(int(value)) if isinstance(value, (int, float)) else str(value)


def _download_csv(label: str, name: str, make: Callable[[], bytes]) -> None:
    downloads.button(label, make, file_name=name, mime="text/csv", key=f"file:{name}")
