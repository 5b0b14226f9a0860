"""What a running process costs: processor time to the microsecond, memory of its own."""

import re
import time
from pathlib import Path


def cpu_seconds(pid: int) -> float:
    """Return the processor time of a process, its threads that ended included [s].

    ``/proc/PID/stat`` counts in steps of 10 ms, too coarse for one rerun; this is the clock that
    ``clock_getcpuclockid(3)`` gives.
    """
    return time.clock_gettime((~pid << 3) | 2)


def own_memory_mb(pid: int) -> float:
    """Return the memory that ends with the process [MB]: private pages, and its part of shared ones."""
    text = Path(f"/proc/{pid}/smaps_rollup").read_text(encoding="ascii")
    found = re.search(r"^Pss:\s+(\d+) kB", text, re.MULTILINE)
    if found is None:
        raise ValueError(f"no Pss in /proc/{pid}/smaps_rollup")
    return int(found[1]) / 1024


def forget_peak() -> float:
    """Begin to watch this process's highest memory anew, and return what it holds now [MB]."""
    Path("/proc/self/clear_refs").write_text("5", encoding="ascii")
    return _status_mb("VmRSS")


def peak_mb() -> float:
    """Return the most memory that this process held since :func:`forget_peak` [MB]."""
    return _status_mb("VmHWM")


def _status_mb(name: str) -> float:
    text = Path("/proc/self/status").read_text(encoding="ascii")
    found = re.search(rf"^{name}:\s+(\d+) kB", text, re.MULTILINE)
    if found is None:
        raise ValueError(f"no {name} in /proc/self/status")
    return int(found[1]) / 1024
