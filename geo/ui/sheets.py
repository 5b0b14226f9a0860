"""Tables and lists of HTML for every page but the map's own: text in, escaped text out."""

from collections.abc import Mapping, Sequence
from typing import Final
from urllib.parse import urlencode

from geo.i18n import _, language
from geo.settings import DEFAULT_LANGUAGE
from geo.ui.parts import escaped

# A column is sorted by the value under its header's button; one listener serves every table.
_SORTER: Final = """<script>
if (!window.couvertureSort) {
  window.couvertureSort = true;
  document.addEventListener("click", function (event) {
    var button = event.target.closest && event.target.closest("table.sortable thead button");
    if (!button) return;
    var head = button.closest("th"), body = head.closest("table").tBodies[0];
    var place = Array.prototype.indexOf.call(head.parentNode.children, head);
    var falling = head.getAttribute("aria-sort") === "descending";
    head.parentNode.querySelectorAll("th").forEach(function (each) { each.removeAttribute("aria-sort"); });
    head.setAttribute("aria-sort", falling ? "ascending" : "descending");
    function value(row) { return row.children[place].dataset.sort; }
    Array.prototype.slice.call(body.rows).sort(function (one, other) {
      var first = value(one), second = value(other), order;
      if (first === "" || second === "") return (first === "") - (second === "");
      order = isNaN(first) || isNaN(second) ? first.localeCompare(second) : first - second;
      return falling ? order : -order;
    }).forEach(function (row) { body.appendChild(row); });
  });
}
</script>"""

# What the map page calls its filter by organisation.
PARTNER_PARAMETER: Final = "partenaire"
# A table of more rows than this scrolls in a frame of its own.
LONG: Final = 16


class Html(str):
    """Text that is HTML already, its data escaped."""

    __slots__ = ()


def link(page: str, text: str, **asked: str) -> Html:
    """Return a link to a page of the app in the reader's language, as an address of its own."""
    return Html(f"<a href='{escaped(address(page, **asked))}' target='_self'>{escaped(text)}</a>")


def address(page: str, **asked: str) -> str:
    """``carte?type=avec``, relative so that it holds wherever the app is served."""
    query = urlencode(with_language(asked))
    return f"{page}?{query}" if query else page


def with_language(asked: Mapping[str, str]) -> dict[str, str]:
    """Return the query of a link, with the language where it is not the default."""
    return dict(asked) if language() == DEFAULT_LANGUAGE else {**asked, "lang": language()}


def map_of_partner(name: str, main_type: str) -> dict[str, str]:
    """Return the query of the map of one organisation; the map shows one type: its main one."""
    return {PARTNER_PARAMETER: name, "type": main_type}


def cell(value: str) -> str:
    """Text escaped; HTML of our own as it is."""
    return value if isinstance(value, Html) else escaped(value)


def sheet(
    heads: Sequence[str],
    rows: Sequence[Sequence[str]],
    *,
    caption: str,
    numeric: Sequence[int] = (),
    sorting: Sequence[Sequence[float | str]] | None = None,
) -> str:
    """Return a table whose first column names the row.

    Parameters
    ----------
    numeric
        Columns set to the right.
    sorting
        For each row and column the value to sort by (``""`` goes last); with it the headers are buttons.
    """
    wide = set(numeric)
    classes = [" class='n'" if place in wide else "" for place in range(len(heads))]
    head = "".join(
        f"<th scope='col'{klass}>{_button(text) if sorting else escaped(text)}</th>"
        for text, klass in zip(heads, classes, strict=True)
    )
    body = "".join(
        _row(row, heads, classes, sorting[place] if sorting else None) for place, row in enumerate(rows)
    )
    named = escaped(caption)
    return (
        f"<div class='sheet{' long' if len(rows) > LONG else ''}' tabindex='0' role='region' "
        f"aria-label='{named}'>"
        f"<table role='table' class='{'sortable' if sorting else 'stacks'}'><caption>{named}</caption>"
        f"<thead role='rowgroup'><tr role='row'>{head}</tr></thead>"
        f"<tbody role='rowgroup'>{body}</tbody></table></div>"
    )


def _button(text: str) -> str:
    hint = escaped(_("Trier par cette colonne"))
    return f"<button type='button' title='{hint}'>{escaped(text)}</button>"


def _row(
    row: Sequence[str], heads: Sequence[str], classes: Sequence[str], sorting: Sequence[float | str] | None
) -> str:
    """One row; on a phone it is read as a list, each cell under the word of its column."""
    cells = []
    for place, (value, head, klass) in enumerate(zip(row, heads, classes, strict=True)):
        by = f" data-sort='{escaped(sorting[place])}'" if sorting else f" data-head='{escaped(head)}'"
        name, role = ("th scope='row'", "rowheader") if place == 0 else ("td", "cell")
        cells.append(f"<{name} role='{role}'{klass}{by}>{cell(value)}</{name[:2]}>")
    return f"<tr role='row'>{''.join(cells)}</tr>"


def sorter() -> str:
    """Return the script behind the headers of sortable tables; it asks the server for nothing."""
    return _SORTER


def section(title: str, *body: str) -> str:
    """Return a heading of the second level with what belongs to it."""
    return f"<section class='part'><h2>{escaped(title)}</h2>{''.join(body)}</section>"


def paragraph(text: str, klass: str = "") -> str:
    """Return a paragraph of text."""
    return f"<p{f' class={klass!r}' if klass else ''}>{cell(text)}</p>"


def bullets(lines: Sequence[str], klass: str = "plain") -> str:
    """Return a list of lines."""
    return f"<ul class='{escaped(klass)}'>{''.join(f'<li>{cell(line)}</li>' for line in lines)}</ul>"
