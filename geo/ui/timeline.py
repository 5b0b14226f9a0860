"""Time: activities by quarter, under way on a day, and what changed since a state that a meeting kept."""

from datetime import date
from typing import Any, Final

import pandas as pd
import streamlit as st

from geo import partnerwords, snapshots, timechart, timeline, words
from geo.facts import Prepared, as_text
from geo.i18n import N_, _, ngettext, number
from geo.report import partnertables
from geo.snapshots import Difference
from geo.store import snapshots as kept
from geo.ui import data, needing, parts, sheets, state, who
from geo.ui import partners as asking
from geo.ui.data import Ground
from geo.ui.needlists import image
from geo.ui.partners import Asked

_LINES: Final = {"activity_type": N_("Par activité"), "implementing_org": N_("Par partenaire")}
# Quarters and changes shown on the page; the files have all.
QUARTERS_SHOWN: Final = 24
CHANGES_SHOWN: Final = 100


def show(prepared: Prepared, asked: Asked, ground: Ground) -> None:
    """Show the quarters, the day asked, and what changed since a meeting."""
    records = behind(prepared, asked)
    line = state.select(
        "lignes",
        _("Lignes"),
        list(_LINES),
        words=lambda name: _(_LINES[name]),
        default="activity_type",
        widget=st.radio,
        horizontal=True,
        label_visibility="collapsed",
    )
    labels = {name: each.kind.label for name, each in prepared.of_type.items()}
    st.html(_by_quarter(records, line, labels))
    day = _ask_day()
    st.html(_on_day(records, day, line, labels))
    _changes(asked, ground, labels)


def behind(prepared: Prepared, asked: Asked) -> pd.DataFrame:
    """Shared records of the activities asked that meet the area."""
    members, shown = prepared.frame.members, prepared.frame.shown(asked.view)
    frames = []
    for name in asked.types or prepared.of_type:
        records = prepared.of_type[name].records
        sets = records["place_set"].astype("str")
        meets = {text: bool(members.of_set(text) & shown) for text in sets.unique()}
        frames.append(as_text(records[sets.map(meets).astype(bool)]))
    return pd.concat([frame for frame in frames if len(frame)] or frames[:1])


def _by_quarter(records: pd.DataFrame, line: str, labels: dict[str, str]) -> str:
    heading = _("Activités en cours, par trimestre")
    silent = int(timeline.undated(records).sum())
    undated = ngettext(
        "{n} enregistrement sans date de début ni de fin n'est sur aucun trimestre.",
        "{n} enregistrements sans date de début ni de fin ne sont sur aucun trimestre.",
        silent,
    ).format(n=number(silent))
    found = timeline.by_quarter(records, line=line, until=date.today())
    if found.empty:
        return sheets.section(
            heading, parts.note(_("Aucune activité datée ici.")), sheets.paragraph(undated, "key")
        )
    total = _busy(timeline.by_quarter(records.assign(activity_type=""), until=date.today()))
    picture = timechart.bars(total, label=heading)
    key = _(
        "Plein : en cours à coup sûr. Hachuré : les dates, données au mois ou à l'année, le laissent ouvert."
    )
    table = _quarter_table(found, total, labels)
    return sheets.section(
        heading,
        f"<div class='chart' tabindex='0' role='region' aria-label='{parts.escaped(heading)}'>"
        f"{image(picture, heading)}</div>",
        sheets.paragraph(key, "key"),
        table,
        sheets.paragraph(undated, "key") if silent else "",
    )


def _busy(total: pd.DataFrame) -> pd.DataFrame:
    """The last quarters in which something was under way, with the empty ones between them."""
    some = (total["active"] + total["possible"]).to_numpy() > 0
    if not some.any():
        return total.tail(QUARTERS_SHOWN)
    first, last = some.argmax(), len(some) - some[::-1].argmax()
    return total.iloc[first:last].tail(QUARTERS_SHOWN)


def _quarter_table(found: pd.DataFrame, total: pd.DataFrame, labels: dict[str, str]) -> str:
    shown = list(zip(total["year"], total["quarter"], strict=True))
    cells = {
        (row["line"], row["year"], row["quarter"]): _figure(row["active"], row["possible"])
        for row in found.to_dict("records")
        if (row["year"], row["quarter"]) in shown and row["active"] + row["possible"]
    }
    lines = {str(name): str(labels.get(str(name), name)) for name, _year, _part in cells}
    names = sorted(lines, key=lambda name: lines[name].casefold())
    heads = [_("Ligne"), *(partnerwords.quarter(year, part) for year, part in shown)]
    rows = [
        [lines[name] or _("partenaire non rapporté")]
        + [cells.get((name, year, part), "·") for year, part in shown]
        for name in names
    ]
    title = _("Activités en cours par trimestre et par ligne")
    return sheets.sheet(heads, rows, caption=title, numeric=range(1, len(heads)))


def _figure(active: int, possible: int) -> str:
    if not possible:
        return number(active) if active else "·"
    return _("{least} à {most}").format(least=number(active), most=number(active + possible))


def _ask_day() -> date:
    """Ask for the day; a day of an address that is none is left out and said."""
    asked = needing.free("jour", _is_day)
    day = date.fromisoformat(asked) if asked else date.today()
    with st.container(key="day"):
        picked = st.date_input(
            _("Actifs à la date du"),
            value=day,
            format="DD/MM/YYYY",
            min_value=date(1990, 1, 1),
            max_value=date(2060, 12, 31),
        )
    if isinstance(picked, date) and picked != day:
        state.choose("jour", picked.isoformat())
        st.rerun()
    return day


def _is_day(text: str) -> bool:
    try:
        return 1990 <= date.fromisoformat(text).year <= 2060  # as the calendar
    except ValueError:
        return False


def _on_day(records: pd.DataFrame, day: date, line: str, labels: dict[str, str]) -> str:
    found = timeline.active(records, day, line=line)
    title = _("Actifs le {day}").format(day=words.day(day.isoformat()))
    if found.empty:
        return sheets.section(title, sheets.paragraph(_("Aucun enregistrement ici.")))
    rows = [
        [labels.get(row["line"], row["line"]) or _("partenaire non rapporté"), *map(number, _answers(row))]
        for row in found.to_dict("records")
    ]
    heads = [_("Ligne"), _("En cours"), _("Dates insuffisantes"), _("Pas en cours")]
    return sheets.section(title, sheets.sheet(heads, rows, caption=title, numeric=(1, 2, 3)))


def _answers(row: dict[Any, Any]) -> tuple[int, int, int]:
    return int(row["yes"]), int(row["unknown"]), int(row["no"])


# ---- since the last meeting -------------------------------------------------------------------------


def _changes(asked: Asked, ground: Ground, labels: dict[str, str]) -> None:
    st.html(sheets.section(_("Depuis la dernière réunion")))
    if who.allowed("decide"):
        _keep_state()
    listed = kept.listed()
    if listed.empty:
        text = _(
            "Aucun état n'est encore gardé. Figez l'état à la fin d'une réunion : la suivante verra ce qui "
            "change."
        )
        st.html(parts.note(text))
        return
    codes = [str(number_) for number_ in listed["id"]]
    told = {
        str(row["id"]): partnerwords.taken(row["name"], date.fromisoformat(row["taken_at"][:10]))
        for row in listed.to_dict("records")
    }
    chosen = state.select("depuis", _("Comparer avec"), codes, words=told.__getitem__, default=codes[0])
    found = _difference(
        f"{asking.version()}|{data.ground().boundaries.version}", int(chosen), asked.view.unit, asked.types
    )
    for text in _summary(found, ground, labels, told[chosen]):
        st.html(text)
    _offer(found, ground, labels, told[chosen], asked)
    if who.allowed("decide") and st.button(
        _("Retirer cet état gardé"), key=f"forget-{chosen}", type="tertiary"
    ):
        asking.guarded(lambda: _forget(int(chosen)))


def _keep_state() -> None:
    with st.form(key="keep-state", border=True):
        name = st.text_input(_("Nom de la réunion"), max_chars=80, placeholder=_("Réunion de novembre"))
        if st.form_submit_button(_("Figer l'état de la réunion")):
            asking.guarded(lambda: _take(name))


def _take(name: str) -> None:
    state.choose("depuis", str(kept.take(data.records(), name, who=who.require("decide"))))


def _forget(number_: int) -> None:
    kept.forget(number_, who=who.require("decide"))
    state.choose("depuis", "")


@st.cache_resource(max_entries=8, show_spinner=False)
def _difference(version: str, number_: int, unit: str, types: tuple[str, ...]) -> Difference:
    """Compare a state with now, both as who is at the app may see them."""
    held, frame = data.records(), data.ground().frame
    taken, before = kept.read(number_)
    after = held.records.set_axis(kept.keys(held))

    def seen(records: pd.DataFrame) -> pd.DataFrame:
        placed = kept.seen(records, held, who.audience())
        return placed[placed["activity_type"].isin(types)] if types else placed

    return snapshots.compare(
        seen(before),
        seen(after),
        then_on=taken.date(),
        now_on=date.today(),
        shown=frame.members.of(unit) if unit else frame.focus,
        members=frame.members,
    )


def _summary(found: Difference, ground: Ground, labels: dict[str, str], since: str) -> list[str]:
    counts = snapshots.totals(found)
    line = _(
        "Depuis « {state} » : {added} nouveaux, {ended} terminés, {changed} modifiés, {same} inchangés."
    ).format(state=since, same=number(found.same), **{name: number(count) for name, count in counts.items()})
    texts = [sheets.paragraph(line)]
    if len(found.communes):
        texts.append(_commune_table(found.communes, ground))
    if len(found.above):
        text = ngettext(
            "{n} changement concerne un enregistrement connu au-dessus de la commune.",
            "{n} changements concernent des enregistrements connus au-dessus de la commune.",
            len(found.above),
        )
        texts.append(sheets.paragraph(text.format(n=number(len(found.above))), "key"))
    if len(found.changes):
        texts.append(_change_sheet(found, ground, labels))
    return texts


def _commune_table(communes: pd.DataFrame, ground: Ground) -> str:
    title = _("Changements par commune")
    heads = [_("Commune"), _("Nouveaux"), _("Terminés"), _("Modifiés")]
    rows = [
        [ground.names.get(row["pcode"], row["pcode"]), *(number(row[name]) for name in snapshots.CHANGES)]
        for row in communes.to_dict("records")
    ]
    return sheets.section(title, sheets.sheet(heads, rows, caption=title, numeric=(1, 2, 3)))


def _change_sheet(found: Difference, ground: Ground, labels: dict[str, str]) -> str:
    title = _("Changements, un à un")
    table = partnertables.change_table(found.changes.head(CHANGES_SHOWN), ground.names, labels)
    rows = [[str(value) for value in row] for row in table.itertuples(index=False, name=None)]
    body = sheets.sheet(list(table.columns), rows, caption=title)
    if len(found.changes) > CHANGES_SHOWN:
        rest = len(found.changes) - CHANGES_SHOWN
        body += sheets.paragraph(_("{n} autres dans le tableau à télécharger.").format(n=number(rest)), "key")
    return sheets.section(title, body)


def _offer(found: Difference, ground: Ground, labels: dict[str, str], since: str, asked: Asked) -> None:
    def csv() -> bytes:
        table = partnertables.change_table(found.changes, ground.names, labels)
        accounts: list[partnertables.Account] = [
            (_("Titre"), _("Changements depuis « {state} »").format(state=since)),
            (_("Zone"), words.area(asked.view, ground.frame)),
            (_("Inchangés"), found.same),
            (_("Fait le"), words.day(date.today().isoformat())),
        ]
        return partnertables.csv_file(table, accounts)

    asking.download(
        _("Tableau CSV des changements"),
        csv,
        name="changements.csv",
        mime=asking.MIMES["csv"],
        key="changes-csv",
    )
