"""What Linux tells about a running process: its processor time, its memory, and what it wrote to disk."""

import os
from dataclasses import dataclass
from pathlib import Path

PROC = Path("/proc")
TICK = os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True, slots=True)
class Usage:
    """Since the process began: seconds of processor time, thread switches, bytes written to disk."""

    user: float
    system: float
    main_thread: float
    switches: int
    written: int


def read_usage(process: int) -> Usage:
    """Read what a process and all its threads have used."""
    user, system = _seconds(PROC / f"{process}/stat")
    switches = 0
    for thread in (PROC / f"{process}/task").iterdir():
        switches += _field(thread / "status", "voluntary_ctxt_switches")
    written = _field(PROC / f"{process}/io", "write_bytes")
    return Usage(user, system, sum(_seconds(PROC / f"{process}/task/{process}/stat")), switches, written)


def read_peak_memory(process: int) -> float:
    """Read the most memory a process has held, in MB."""
    return _field(PROC / f"{process}/status", "VmHWM") / 1024


def read_memory(process: int) -> float:
    """Read the memory a process holds now, in MB."""
    return _field(PROC / f"{process}/status", "VmRSS") / 1024


def read_seconds_of(name: str) -> float:
    """Read the processor seconds of all processes of that name that run now."""
    total = 0.0
    for folder in PROC.glob("[0-9]*"):
        try:
            if (folder / "comm").read_text().strip() == name:
                total += sum(_seconds(folder / "stat"))
        except OSError:  # it ended while we looked
            continue
    return total


def _seconds(stat: Path) -> tuple[float, float]:
    """Read user and system time; the fields are counted from the name's bracket, as a name may hold spaces."""
    fields = stat.read_text().rpartition(") ")[2].split()
    return int(fields[11]) / TICK, int(fields[12]) / TICK


def _field(path: Path, name: str) -> int:
    try:
        lines = path.read_text().splitlines()
    except OSError:  # the thread has ended, or this kernel does not count it
        return 0
    return next((int(line.split()[1]) for line in lines if line.startswith(f"{name}:")), 0)
