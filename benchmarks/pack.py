"""How long the meeting pack takes: every file of Mopti's eight cercles, and one map page [s, processor].

``python -m benchmarks.pack``
"""

import time
from datetime import date

from geo.commands.pack import ready
from geo.facts import View
from geo.io.norms import read_not_comparable, read_set
from geo.meeting import meeting
from geo.report import pack
from geo.report.mapsheet import map_page


def main() -> None:
    prepared, tools = ready()
    day = date.today()
    map_page(meeting_of(prepared).subjects[0].communes, tools.drawing, day=day).pdf()  # loads the fonts
    started = time.process_time()
    found = meeting_of(prepared)
    print(f"asked        {time.process_time() - started:6.2f}")
    last = time.process_time()
    for kind, _name, content in pack.files(found, tools, day=day):
        print(f"{kind:12} {time.process_time() - last:6.2f}  {len(content) / 1024:8.0f} KB")
        last = time.process_time()
    print(f"whole pack   {last - started:6.2f}  (asked for: under 20)")
    page = time.process_time()
    map_page(found.subjects[0].communes, tools.drawing, day=day).pdf()
    print(f"one map page {time.process_time() - page:6.2f}  (asked for: under 3)")


def meeting_of(prepared):
    return meeting(prepared, View(unit="ML05"), norm_set=read_set(), not_comparable=read_not_comparable())


if __name__ == "__main__":
    main()
