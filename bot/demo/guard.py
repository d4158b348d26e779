"""Ends what the demo started and removes its folder once the demo is gone, however it went: standard library only.

It runs as a process of its own, in a session of its own so that Ctrl-C passes it by. Its standard input is a pipe that
only the demo holds: `+PID` and `-PID` lines say which processes live, and its end says that the demo does not.
"""

import contextlib
import os
import shutil
import signal
import sys
import time

TRIES = 100  # times 50 ms: what was killed may take a moment to let its files go


def watch(folder: str) -> None:
    """Follow the demo to its end, then kill what is left of it and remove `folder`."""
    alive: set[int] = set()
    for line in sys.stdin:
        note, pid = line[0], int(line[1:])
        (alive.add if note == "+" else alive.discard)(pid)
    for pid in alive:
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)
    for _ in range(TRIES):
        shutil.rmtree(folder, ignore_errors=True)
        if not os.path.exists(folder):  # noqa: PTH110 - pathlib takes longer to load than all the rest
            return
        time.sleep(0.05)


if __name__ == "__main__":
    watch(sys.argv[1])
