"""How long the meeting pack takes: every file of Mopti's eight cercles, and one map page; processor time.

The plain way is the records of the pack written by pandas, as CSV.
"""

import time
from datetime import date

from geo.commands.pack import ready
from geo.facts import Prepared, View
from geo.io.norms import read_not_comparable, read_set
from geo.meeting import Meeting, meeting
from geo.report import pack
from geo.report.mapsheet import map_page

PACK_SECONDS, PAGE_SECONDS = 20.0, 3.0


def run(quick: bool) -> list[dict[str, object]]:
    prepared, tools = ready()
    day = date.today()
    found = _meeting(prepared)
    map_page(found.subjects[0].communes, tools.drawing, day=day).pdf()  # loads the fonts
    begun = time.process_time()
    found.records.to_csv()
    plain = time.process_time() - begun
    rows = [] if quick else _files(prepared, tools, day=day, plain=plain)
    begun = time.process_time()
    content = map_page(found.subjects[0].communes, tools.drawing, day=day).pdf()
    return [*rows, _row("one map page", time.process_time() - begun, len(content), PAGE_SECONDS, plain)]


def _files(prepared: Prepared, tools: pack.Tools, *, day: date, plain: float) -> list[dict[str, object]]:
    started = last = time.process_time()
    rows, whole = [], 0
    found = _meeting(prepared)
    rows.append(_row("asked", time.process_time() - started, 0, "", plain))
    for kind, _name, content in pack.files(found, tools, day=day):
        now = time.process_time()
        rows.append(_row(str(kind), now - last, len(content), "", plain))
        last, whole = now, whole + len(content)
    return [*rows, _row("whole pack", last - started, whole, PACK_SECONDS, plain)]


def _meeting(prepared: Prepared) -> Meeting:
    return meeting(prepared, View(unit="ML05"), norm_set=read_set(), not_comparable=read_not_comparable())


def _row(what: str, seconds: float, size: int, limit: float | str, plain: float) -> dict[str, object]:
    return {
        "what": what,
        "seconds": f"{seconds:.2f}",
        "kB": round(size / 1024),
        "limit_s": limit,
        "kept": "" if limit == "" else seconds < float(limit),
        "plain_s": f"{plain:.2f}",
    }
