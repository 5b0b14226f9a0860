"""Pairs of records in the same place: the list, one pair looked at, and what the meeting decides on it."""

import hashlib
from typing import Any, Final

import pandas as pd
import streamlit as st

from geo import partnerwords, words
from geo.facts import Prepared
from geo.i18n import N_, _, ngettext, number
from geo.overlaps import DECISIONS, DISTANCES_KM, Overlaps
from geo.report import partnertables
from geo.store import meeting
from geo.store.files import known_by
from geo.ui import data, parts, sheets, state, who
from geo.ui import partners as asking
from geo.ui.data import Ground
from geo.ui.partners import Asked
from geo.ui.parts import escaped

# Pairs listed on the page; the file has all.
LISTED: Final = 100
_ALL: Final = "toutes"
_OPEN: Final = "a_decider"
# What may be asked of closeness: its code, the distance [km], and whether farther pairs are left out.
_CLOSENESS: Final = {"commune": (None, False)} | {
    f"{prefix}{int(each * 1000)}": (each, near)
    for prefix, near in (("ou_", False), ("max_", True))
    for each in DISTANCES_KM
}
_USUAL: Final = "ou_1000"
_FILTERS: Final = {
    _ALL: N_("Toutes les paires"),
    _OPEN: N_("À décider"),
    "complementary": N_("Complémentaires"),
    "duplicate": N_("En double"),
    "to_discuss": N_("À discuter"),
}


def _closeness_words(code: str) -> str:
    within, near = _CLOSENESS[code]
    if within is None:
        return _("Même commune")
    told = partnerwords.distance(within) if within < 1 else _("{n} km").format(n=number(within))
    if near:
        return _("À {distance} au plus, ou distance non mesurée").format(distance=told)
    return _("Même commune, ou à {distance} au plus").format(distance=told)


def ask() -> tuple[float | None, bool, str]:
    """Show closeness and decision; return the distance [km], whether farther is left out, the decision."""
    left, right = st.columns(2)
    with left:
        code = state.select(
            "distance",
            _("Même lieu"),
            list(_CLOSENESS),
            words=_closeness_words,
            default=_USUAL,
            help=_(
                "La distance, sur l'ellipsoïde, n'est mesurée qu'entre deux positions de types partagés au "
                "point exact."
            ),
        )
    with right:
        decision = state.select(
            "decision",
            _("Décision"),
            list(_FILTERS),
            words=lambda name: _(_FILTERS[name]),
            default=_ALL,
        )
    within, near = _CLOSENESS[code]
    return within, near, decision


def show(prepared: Prepared, asked: Asked, ground: Ground) -> Overlaps:
    """Show the pairs, one of them in full with its decision, and the files."""
    within, near, wanted = ask()
    found = asking.overlaps(prepared, asked, within_km=within, near_only=near)
    identities = _identities(data.records().version)
    pairs = meeting.with_decisions(found.pairs, identities, meeting.decisions())
    kept = _kept(pairs, wanted)
    st.html("".join(sheets.paragraph(text) for text in counted(found, pairs)))
    if kept.empty:
        st.html(parts.note(_empty(found, wanted)))
    else:
        listed = kept.head(LISTED)
        listed = listed.assign(id=[_short(identities, row) for row in listed.to_dict("records")])
        _one(found, listed, identities, ground, prepared)
        st.html(_table(found, listed, len(kept), ground, prepared))
    for text in beside(found, ground):
        st.html(sheets.paragraph(text, "key"))
    _offer(asked, found, kept, ground, prepared)
    return found


@st.cache_resource(max_entries=2, show_spinner=False)
def _identities(store_version: str) -> pd.DataFrame:
    return known_by(data.records())


def _short(identities: pd.DataFrame, row: dict[Any, Any]) -> str:
    """Short name of a pair for the address: it tells a reader nothing of the records."""
    both = sorted(tuple(identities.loc[row[side]]) for side in ("first", "second"))
    return hashlib.blake2b(repr(both).encode(), digest_size=6).hexdigest()


def _kept(pairs: pd.DataFrame, wanted: str) -> pd.DataFrame:
    if wanted == _ALL:
        return pairs
    return pairs[pairs["decision"] == ("" if wanted == _OPEN else wanted)]


def counted(found: Overlaps, pairs: pd.DataFrame) -> list[str]:
    """Say how many pairs there are, how sure they are, and what was decided."""
    total = ngettext("{n} paire d'enregistrements", "{n} paires d'enregistrements", len(pairs))
    said = [total.format(n=number(len(pairs)))]
    if found.undated:
        text = ngettext(
            "dont {n} dont les dates ne disent pas si c'était en même temps",
            "dont {n} dont les dates ne disent pas si c'était en même temps",
            found.undated,
        )
        said.append(text.format(n=number(found.undated)))
    counts = pairs["decision"].value_counts()
    kinds = {name: partnerwords.word(partnerwords.DECISIONS, name) for name in DECISIONS if name in counts}
    told = [f"{text} {number(int(counts[name]))}" for name, text in kinds.items()]
    to_decide = _("à décider")
    told.append(f"{to_decide} {number(int(counts.get('', 0)))}")
    return [" · ".join([", ".join(said), *told])]


def beside(found: Overlaps, ground: Ground) -> list[str]:
    """Say what was not compared, and by which rule people are added."""
    lines = []
    if found.without_partner:
        text = ngettext(
            "{n} enregistrement sans partenaire n'est pas comparé.",
            "{n} enregistrements sans partenaire ne sont pas comparés.",
            found.without_partner,
        )
        lines.append(text.format(n=number(found.without_partner)))
    if found.above:
        text = ngettext(
            "{n} enregistrement connu au-dessus de la commune n'a pas de commune où en rencontrer un autre.",
            "{n} enregistrements connus au-dessus de la commune n'ont pas de commune où en rencontrer "
            "d'autres.",
            found.above,
        )
        lines.append(text.format(n=number(found.above)))
    for (_kind, pcode), count in sorted(found.not_listed.items(), key=lambda item: -item[1])[:LISTED]:
        text = _("{name} : {n} paires possibles, trop pour être dressées ; choisissez une distance.")
        lines.append(text.format(name=ground.names.get(pcode, pcode), n=number(count)))
    return [*lines, partnerwords.rule_of_people()]


def _empty(found: Overlaps, wanted: str) -> str:
    if len(found.pairs):
        return _("Aucune paire avec cette décision.")
    if wanted != _ALL:
        return _("Aucune paire d'enregistrements de partenaires différents au même endroit.")
    return _(
        "Aucune paire : dans cette zone, aucun couple d'enregistrements du même type, de partenaires "
        "différents, ne nomme la même commune en même temps."
    )


# ---- one pair ---------------------------------------------------------------------------------------


def _one(
    found: Overlaps, listed: pd.DataFrame, identities: pd.DataFrame, ground: Ground, prepared: Prepared
) -> None:
    ids = listed["id"].tolist()
    rows = {row["id"]: row for row in listed.to_dict("records")}

    def label(code: str) -> str:
        row = rows[code]
        told = (
            partnerwords.word(partnerwords.DECISIONS, row["decision"]) if row["decision"] else _("à décider")
        )
        both = f"{ids.index(code) + 1}. {_both(row)}"
        return f"{both} · {_place(row, ground)} · {told}"

    chosen = state.select("paire", _("Paire regardée"), ids, words=label, default=ids[0], labels_change=True)
    row = rows[chosen]
    left, right = st.columns([6, 4], gap="medium")
    with left:
        st.html(card(found, row, ground, prepared))
    with right:
        if who.allowed("decide"):
            _decide(row, identities)


def _both(row: dict[Any, Any]) -> str:
    return " / ".join(partnerwords.organisations(row[side]) for side in ("first_org", "second_org"))


def _place(row: dict[Any, Any], ground: Ground) -> str:
    if row["pcode"]:
        return ground.names.get(row["pcode"], row["pcode"])
    return _("communes voisines")


def card(found: Overlaps, row: dict[Any, Any], ground: Ground, prepared: Prepared) -> str:
    """Return both records of a pair side by side, and what stands between them."""
    kind = prepared.of_type[row["activity_type"]].kind
    sides = "".join(
        _side(letter, found.records.loc[row[side]].to_dict(), kind.unit, ground)
        for letter, side in (("A", "first"), ("B", "second"))
    )
    between = [
        (_("Lieu"), f"{_place(row, ground)} ({partnerwords.word(partnerwords.BASIS, row['basis'])})"),
        (_("Distance"), partnerwords.distance(row["distance_km"])),
        (_("Périodes"), partnerwords.word(partnerwords.PERIODS, row["period"])),
        (_("Personnes atteintes, les deux"), _people(row, "reached_people")),
        (_("Personnes ciblées, les deux"), _people(row, "targeted_people")),
    ]
    return (
        f"<section class='pair-card'><h3>{escaped(kind.label)}</h3>"
        f"<div class='pair-sides'>{sides}</div>{_terms(between)}</section>"
    )


def _side(letter: str, record: dict[Any, Any], unit: str, ground: Ground) -> str:
    lines = [
        (_("Bailleur"), partnerwords.organisations(record["donor"]) or _("non rapporté")),
        (_("Appui"), partnerwords.organisations(record["partner_orgs"]) or _("non rapporté")),
        (_("Ouvrages"), partnerwords.works(record, unit)),
        (_("Dates"), partnerwords.dates(record)),
        (_("Lieux"), partnertables.places(record["place_set"], ground.names)),
    ]
    named = partnerwords.organisations(record["implementing_org"])
    return f"<div><h3>{letter} · {escaped(named)}</h3>{_terms(lines)}</div>"


def _terms(lines: list[tuple[str, str]]) -> str:
    return f"<dl>{''.join(f'<dt>{escaped(term)}</dt><dd>{escaped(text)}</dd>' for term, text in lines)}</dl>"


def _people(row: dict[Any, Any], column: str) -> str:
    ends = (row[f"{column}_{end}"] for end in ("min", "max", "open"))
    return partnerwords.people(*ends)


def _decide(row: dict[Any, Any], identities: pd.DataFrame) -> None:
    """Show the form of the decision; what is saved stands after every import to come."""
    one, other = (tuple(identities.loc[row[side]]) for side in ("first", "second"))
    with st.form(key=f"decide-{row['id']}", border=True):
        heading = _("Décision de la réunion")
        st.html(f"<h3>{escaped(heading)}</h3>")
        choice = st.radio(
            _("Décision de la réunion"),
            DECISIONS,
            format_func=lambda name: _(partnerwords.DECISIONS[name]).capitalize(),
            index=DECISIONS.index(row["decision"]) if row["decision"] else None,
        )
        note = st.text_area(_("Note"), value=row["note"], max_chars=500, height=80)
        if st.form_submit_button(_("Enregistrer la décision")):
            _save(one, other, choice, note)
    if row["decision"]:
        text = _("Décidé le {day} par {who}.").format(
            day=words.day(row["decided_at"][:10]), who=row["decided_by"]
        )
        st.html(sheets.paragraph(text, "key"))
        if st.button(_("Annuler cette décision"), key=f"undo-{row['id']}"):
            asking.guarded(lambda: meeting.undo(one, other, who=who.require("decide")))


def _save(one: tuple[str, str], other: tuple[str, str], choice: str | None, note: str) -> None:
    if choice is None:
        st.html(parts.note(_("Choisissez l'une des trois décisions."), "notice"))
        return
    asking.guarded(lambda: meeting.decide(one, other, choice, who=who.require("decide"), note=note))


# ---- the list and its files -------------------------------------------------------------------------


def _table(found: Overlaps, listed: pd.DataFrame, total: int, ground: Ground, prepared: Prepared) -> str:
    heads = [_("Paire"), _("Activité"), _("Commune"), _("Distance"), _("Périodes"), _("Personnes atteintes")]
    heads += [_("Décision"), _("Note")]
    rows = []
    for place, row in enumerate(listed.to_dict("records"), 1):
        decided = (
            partnerwords.word(partnerwords.DECISIONS, row["decision"]) if row["decision"] else _("à décider")
        )
        look = f"<span class='decided {escaped(row['decision'])}'>{escaped(decided)}</span>"
        rows.append(
            [
                f"{place}. {_both(row)}",
                prepared.of_type[row["activity_type"]].kind.label,
                _place(row, ground),
                partnerwords.distance(row["distance_km"]),
                partnerwords.word(partnerwords.PERIODS, row["period"]),
                _people(row, "reached_people"),
                sheets.Html(look),
                row["note"],
            ]
        )
    title = _("Paires au même endroit")
    body = sheets.sheet(heads, rows, caption=title)
    if total > len(listed):
        text = _("Les {n} plus proches sur {total} ; toutes sont dans le tableau à télécharger.")
        body += sheets.paragraph(text.format(n=number(len(listed)), total=number(total)), "key")
    return sheets.section(title, body)


def _offer(asked: Asked, found: Overlaps, pairs: pd.DataFrame, ground: Ground, prepared: Prepared) -> None:
    labels = {name: each.kind.label for name, each in prepared.of_type.items()}
    sources = asking.sources(prepared, asked.types)
    title = _("Paires au même endroit")

    def accounts() -> list[partnertables.Account]:
        more = beside(found, ground)
        return asking.accounts(title, found.accounting, asked, ground, sources=sources, more=more)

    def table() -> pd.DataFrame:
        return partnertables.pair_table(found, pairs, ground.names, labels)

    def csv() -> bytes:
        return partnertables.csv_file(table(), accounts())

    def xlsx() -> bytes:
        return partnertables.workbook_file({_("Paires"): table()}, accounts(), title=title)

    asking.download_both(csv, xlsx, stem="recouvrements", key="pair")
