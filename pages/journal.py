"""Journal: who did what and when, for administrators; filtered, and as a file."""

from geo.i18n import N_
from geo.ui import journal, overview, state, whole
from geo.ui.page import page_setup, show_accounting

under_heading = page_setup(N_("Journal"))
with under_heading:
    newest = overview.newest(whole.key_figures())
    show_accounting(whole.accounting(), sources_on=newest, limits=whole.limits())

journal.show(journal.ask())
state.write_address()
