"""Import, step 4: confirm; imports under way, with their progress; what was imported, and undoing it."""

import hashlib
import json
from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final

import pandas as pd
import streamlit as st

from geo.errors import CouvertureError
from geo.i18n import N_, _, language, ngettext, number, set_language, short_date
from geo.report import recountwords
from geo.report.accounting import accounting_line
from geo.store import current, database, imports, jobs, sources, uploads
from geo.store.jobs import Job
from geo.store.orders import Order
from geo.ui import parts, sheets, who
from geo.ui.importing import Handed, fault, start_over
from geo.ui.importing_look import Look

# How often the page asks how far an import is [s].
EVERY_SECONDS: Final = 1.0
_STEPS: Final = {
    "": N_("démarrage"),
    "reading": N_("lecture du fichier"),
    "placing": N_("placement"),
    "comparing": N_("comparaison avec ce qui est en place"),
    "writing": N_("écriture"),
    "finishing": N_("enregistrement"),
}
_ENDS: Final = {
    jobs.FAILED: N_("L'import de « {file} » n'a pas eu lieu : {message}"),
    jobs.CANCELLED: N_("L'import de « {file} » a été arrêté ; rien n'a été enregistré."),
    jobs.INTERRUPTED: N_(
        "L'import de « {file} » s'est interrompu (machine éteinte, mémoire ?) ; rien n'a été enregistré. "
        "Recommencez."
    ),
}
# In the session: the import that this visit started, who does it, what was just done.
_JOB: Final = "import.job"
_BY: Final = "import.by"
_SAID: Final = "import.said"


def confirm(handed: Handed, order: Order, look: Look) -> None:
    """Ask for the last word: who imports, and that what changes was seen; then start the import."""
    plan = look.plan
    st.html(sheets.section(_("4. Confirmer")))
    named = _by() if who.who().signed_in else _ask_name()
    seen = not plan.asks or st.checkbox(
        _("J'ai vu ce qui change et ce qui est remplacé"), key=f"import.seen:{handed.sha256}:{plan.basis}"
    )
    left = _ask_to_leave(len(plan.recount.rows), f"import.keep:{handed.sha256}:{plan.basis}")
    rows = len(plan.records)
    label = ngettext("Importer {n} ligne", "Importer {n} lignes", rows).format(n=number(rows))
    # A click on the button of an older look starts nothing: what it would do was not seen.
    key = hashlib.sha256(look.key.encode()).hexdigest()[:12]
    if st.button(label, type="primary", disabled=not (seen and named), key=f"import.start:{key}"):
        st.session_state[_BY] = named
        asked = Order(plan.source, order.profile, order.partial, plan.basis, keep_as_counted=left)
        _start(handed, asked, named)


def _ask_to_leave(count: int, key: str) -> bool:
    """Ask whether rows stay where the replaced counts had them; what is ticked leaves the totals alone."""
    if not count:
        return False
    left = st.checkbox(recountwords.choice_words(count), value=True, key=key)
    st.html(sheets.paragraph(recountwords.choice_note(), "key"))
    return left


def _ask_name() -> str:
    return st.text_input(_("Importé par (nom ou service)"), _by(), key="import.who").strip()


def _by() -> str:
    """Return who imports: the name signed in with, else what was typed, else who runs the app."""
    return who.named(str(st.session_state.get(_BY, "")))


def _start(handed: Handed, order: Order, named: str) -> None:
    try:
        who.require("import")
        written = uploads.place_order(handed.path, order)
        arguments = [str(handed.path), "--order", str(written), "--yes"]
        number_of_job = jobs.start(arguments, file_name=handed.name, who=named)
        uploads.belongs_to(handed.path, number_of_job)
        st.session_state[_JOB] = number_of_job
    except CouvertureError as error:
        fault(error)
        return
    start_over()
    st.rerun()


# ---- under way --------------------------------------------------------------------------------------


def under_way() -> None:
    """Show imports under way, whoever started them, and how the one of this visit ended."""
    try:
        found = jobs.jobs() if database.jobs_exist() else []
    except CouvertureError as error:
        fault(error)
        return
    running = [job.id for job in found if job.state == jobs.RUNNING]
    uploads.sweep(running)
    if running:
        st.html(sheets.section(_("En cours")))
        st.fragment(_progress, run_every=EVERY_SECONDS)(language(), running)
    own = next((job for job in found if job.id == st.session_state.get(_JOB)), None)
    if own is not None and own.state != jobs.RUNNING:
        _ended(own)


def _progress(lang: str, running: Sequence[int]) -> None:
    # A fragment runs by itself, in a thread that knows no language yet.
    set_language(lang)
    if not who.allowed("import"):
        return
    found = [jobs.status(each) for each in running]
    if any(job.state != jobs.RUNNING for job in found):
        st.rerun()
    for job in found:
        st.progress(min(job.done / job.total, 1.0) if job.total else 0.0, text=_how_far(job))
        stop = _("Arrêter l'import de « {file} »").format(file=parts.label_text(job.file_name))
        if st.button(stop, key=f"import.stop:{job.id}"):
            who.require("import")
            with st.spinner(_("Arrêt…")):
                _stop(job)
            st.rerun()


def _stop(job: Job) -> None:
    try:
        jobs.cancel(job.id)
    except CouvertureError as error:
        # Said by the next run of the page: this part is drawn anew every second.
        st.session_state[_SAID] = str(error)


def _how_far(job: Job) -> str:
    """Say what an import is at; text of a progress bar, which reads Markdown."""
    step = _(_STEPS.get(job.step, job.step))
    rows = f" {number(job.done)} / {number(job.total)}" if job.total else ""
    return (
        _("« {file} », par {who} : {step}").format(
            file=parts.label_text(job.file_name), who=parts.label_text(job.who), step=step
        )
        + rows
    )


def _ended(job: Job) -> None:
    if job.state != jobs.DONE:
        text = _(_ENDS[job.state]).format(file=job.file_name, message=job.message)
        st.html(parts.note(text, "notice"))
        return
    counts = _accounting_of(job)
    done = _("Import {n} enregistré : {file}.").format(n=job.result.get("import", 0), file=job.file_name)
    told = [done]
    if counts:
        told.append(accounting_line(counts["read"], counts["placed"], counts["review"], counts["rejected"]))
    left = job.result.get("as_counted", {})
    if left.get("rows") and left["kept"]:
        told.append(recountwords.left_line(left["rows"]))
    ways = [sheets.link("carte", _("Voir la carte"))]
    if counts and counts["review"]:
        label = _("Lieux à vérifier ({n} lignes)").format(n=number(counts["review"]))
        ways.insert(0, sheets.link("lieux", label, origine=f"import-{job.result.get('import', 0)}"))
    st.html(
        f"<section class='empty' role='status'>{''.join(sheets.paragraph(line) for line in told)}"
        f"{sheets.bullets(ways)}</section>"
    )


def _accounting_of(job: Job) -> dict[str, Any]:
    """Return the accounting of a finished import; from the store where its process was ended."""
    if "accounting" in job.result:
        return dict(job.result["accounting"])
    table = imports.imports()
    row = table[table["id"] == job.result.get("import", 0)]
    return dict(json.loads(row["summary"].iloc[0])["accounting"]) if len(row) else {}


# ---- what was imported ------------------------------------------------------------------------------


def listed() -> None:
    """List every import with who, when, rows and state, and let one be undone after a confirmation."""
    st.html(sheets.section(_("Imports")))
    if current.file_named():
        text = _("La carte montre le fichier que COUVERTURE_RECORDS nomme, pas ce qui est importé ici.")
        st.html(parts.note(text, "notice"))
    try:
        table = imports.imports()
        known = sources.remembered()
    except CouvertureError as error:
        fault(error)
        return
    if said := st.session_state.pop(_SAID, ""):
        st.html(f"<p class='empty' role='status'>{parts.escaped(said)}</p>")
    if table.empty:
        st.html(parts.note(_("Aucun import pour le moment.")))
        return
    titles = {name: source.words("title") for name, source in known.items()}
    rows = [_import_row(row, titles) for row in table.to_dict("records")]
    heads = [_("N°"), _("Date"), _("Par"), _("Source"), _("Fichier"), _("Lignes")]
    heads += [_("Ajoutées"), _("Modifiées"), _("Retirées"), _("État")]
    st.html(sheets.sheet(heads, rows, caption=_("Imports"), numeric=(5, 6, 7, 8)))
    if who.allowed("undo"):
        _undo(table[table["undone_at"] == ""], titles)


def _import_row(row: dict[Any, Any], titles: dict[str, str]) -> list[str]:
    summary = json.loads(row["summary"])
    undone = _("annulé le {day} par {who}").format(day=_moment(row["undone_at"]), who=row["undone_by"])
    return [
        number(row["id"]),
        _moment(row["imported_at"]),
        row["imported_by"],
        titles.get(row["source_id"], row["source_id"]),
        row["file_name"],
        number(summary["accounting"]["read"]),
        *(number(summary["difference"][kind]) for kind in ("added", "changed", "removed")),
        undone if row["undone_at"] else _("en usage"),
    ]


def _moment(text: str) -> str:
    """Return a moment of the store as the clock of the server has it."""
    if not text:
        return ""
    moment = datetime.fromisoformat(text).astimezone()
    return f"{short_date(moment.date())} {moment:%H:%M}"


def _undo(standing: pd.DataFrame, titles: dict[str, str]) -> None:
    if standing.empty:
        return
    names = {
        int(row["id"]): f"{row['id']} · {titles.get(row['source_id'], row['source_id'])} · {row['file_name']}"
        for row in standing.to_dict("records")
    }
    with st.expander(_("Annuler un import")):
        chosen = st.selectbox(
            _("Import à annuler"),
            list(names),
            format_func=lambda each: names[each],
            key=f"import.undo:{language()}:{len(names)}",
            placeholder=_("Choisir"),
        )
        sure = st.checkbox(
            _("Oui, retirer ce que cet import a apporté ; ce que disent les autres imports reste"),
            key=f"import.undo-sure:{chosen}",
        )
        if st.button(_("Annuler l'import {n}").format(n=chosen), disabled=not sure, key="import.undo-do"):
            _undone(chosen)


def _undone(chosen: int) -> None:
    try:
        who.require("undo")
        counts = imports.undo(chosen, who=_by())
    except CouvertureError as error:
        fault(error)
        return
    st.session_state[_SAID] = _(
        "Import {n} annulé ; enregistrements de cette source avant : {before}, maintenant : {after}."
    ).format(n=chosen, before=number(counts["before"]), after=number(counts["after"]))
    st.rerun()
