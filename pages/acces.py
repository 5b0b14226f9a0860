"""Who has access, for administrators: the settings of the server, and the lines added and withdrawn here."""

from geo.i18n import N_
from geo.ui import overview, state, users, whole
from geo.ui.page import page_setup, show_accounting

under_heading = page_setup(N_("Qui a accès"))
with under_heading:
    newest = overview.newest(whole.key_figures())
    show_accounting(whole.accounting(), sources_on=newest, limits=whole.limits())

users.show()
state.write_address()
