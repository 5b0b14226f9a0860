"""Journal: who did what and when, for administrators; filtered, and as a file."""

from geo.i18n import N_
from geo.ui import journal, state
from geo.ui.page import page_setup

page_setup(N_("Journal"))
if journal.may_read():
    asked = journal.ask()
    journal.show(asked)
else:
    journal.refuse()
state.write_address()
