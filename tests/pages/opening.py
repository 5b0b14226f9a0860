"""Open a page cold, as a reader with its address does, and read what it says."""

import html
import re
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from geo.access import Who
from geo.i18n import set_language
from geo.sharing import Audience
from geo.ui import who

ROOT = Path(__file__).resolve().parents[2]
HEADINGS_ONLY = "activity_type,implementing_org,quantity,provider_adm1_name\n"


def open_page(page: str, **address: str) -> AppTest:
    """The page by its own address, on a session of its own; no exception may be shown."""
    app = AppTest.from_file(str(ROOT / "app.py"), default_timeout=60)
    app.switch_page(f"pages/{page}.py")
    for name, value in address.items():
        app.query_params[name] = value
    # AppTest words the options of a widget in the test's own thread.
    set_language(address.get("lang", "fr"))
    app.run()
    assert not app.exception, [each.message for each in app.exception]
    return app


def markup(app: AppTest) -> str:
    """All HTML of the page, tags included."""
    return "\n".join(each.proto.body for each in app.get("html"))


def said(app: AppTest) -> str:
    """The words of the page, tags taken away and blanks made one."""
    without = re.sub(r"<(style|script)\b.*?</\1>", " ", markup(app), flags=re.DOTALL)
    return re.sub(r"[ \n\t\xa0]+", " ", html.unescape(re.sub(r"<[^>]+>", " ", without)))


def rows(app: AppTest, caption: str) -> list[list[str]]:
    """Cells of the table with this caption, row by row."""
    table = re.search(
        rf"<table[^>]*><caption>{re.escape(html.escape(caption))}</caption>(.*?)</table>",
        markup(app),
        re.DOTALL,
    )
    assert table, caption
    body = table[1].split("<tbody", 1)[1]
    found = [re.findall(r"<t[hd][^>]*>(.*?)</t[hd]>", row, re.DOTALL) for row in body.split("<tr")[1:]]
    return [[html.unescape(re.sub(r"<[^>]+>", "", cell)) for cell in row] for row in found]


def links(app: AppTest) -> list[tuple[str, str, str]]:
    """Label, page and query of every page link."""
    return [(each.proto.label, each.proto.page, each.proto.query_string) for each in app.get("page_link")]


def as_somebody(patch: pytest.MonkeyPatch, role: str, organisation: str = "", *, name: str = "Awa") -> None:
    """Let whoever opens a page from here on be signed in with this role."""
    somebody = Who(name, Audience(role, organisation), "public" if role == "public" else "password")
    patch.setattr(who, "_find", lambda settings: somebody)
