"""What a running process costs: processor time to the microsecond, memory."""

import os
import re
import time
from pathlib import Path


def cpu_seconds(pid: int) -> float:
    """Return the processor time of a process, its threads that ended included [s].

    ``/proc/PID/stat`` counts in steps of 10 ms, too coarse for one rerun; this is the clock that
    ``clock_getcpuclockid(3)`` gives.
    """
    return time.clock_gettime((~pid << 3) | 2)


def memory_mb(pid: int) -> float:
    """Return what a process holds in memory [MB].

    All of it: the share of pages that it has in common with others (``Pss``) grows when one of these
    ends, 74 MB in a soak that other programs of the same libraries ran beside.
    """
    return _status_mb(pid, "VmRSS")


def forget_peak() -> float:
    """Begin to watch this process's highest memory anew, and return what it holds now [MB]."""
    Path("/proc/self/clear_refs").write_text("5", encoding="ascii")
    return _status_mb(os.getpid(), "VmRSS")


def peak_mb() -> float:
    """Return the most memory that this process held since :func:`forget_peak` [MB]."""
    return _status_mb(os.getpid(), "VmHWM")


def _status_mb(pid: int, name: str) -> float:
    text = Path(f"/proc/{pid}/status").read_text(encoding="ascii")
    found = re.search(rf"^{name}:\s+(\d+) kB", text, re.MULTILINE)
    if found is None:
        raise ValueError(f"no {name} in /proc/{pid}/status")
    return int(found[1]) / 1024
