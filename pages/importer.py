"""Importer: a partner's own sheet in four steps: file, columns, dry run, confirmation; undo."""

from geo.i18n import N_
from geo.ui import importing, importing_columns, importing_jobs, importing_look, overview, state, whole
from geo.ui.page import page_setup, show_accounting

under_heading = page_setup(N_("Importer"))
with under_heading:
    newest = overview.newest(whole.key_figures())
    show_accounting(whole.accounting(), sources_on=newest, limits=whole.limits())

importing_jobs.under_way()
handed = importing.ask()
order = importing_columns.ask(handed) if handed else None
look = importing_look.take(handed, order) if handed and order else None
if handed and order and look:
    importing_jobs.confirm(handed, order, look)
importing_jobs.listed()
state.write_address()
