"""Dies at the first point, at the second, at the third, and so on until a run comes to its end alive.

For a command that ends by itself:

    def run(variant, account):
        …a fresh folder…
        code = run_command(nursery, ["backup", "--config", settings], log, variant)
        …run it once more without a variant, and check what must hold…
        return code

    account = for_every_point(run, [FILE, COMMIT])
"""

from __future__ import annotations

import signal
import tempfile
from collections import Counter
from collections.abc import Callable, Collection
from dataclasses import dataclass, field
from pathlib import Path

from tests.crashes.points import EVERYTHING, armed
from tests.road.nursery import Nursery

DIED = -signal.SIGKILL
MOST = 5_000  # points; a process with more does not come to an end


@dataclass
class Account:
    """Where processes died: number -> point. A run may count in `repeats` what came twice, and how often."""

    deaths: dict[int, str] = field(default_factory=dict)
    repeats: Counter[str] = field(default_factory=Counter)

    def __str__(self) -> str:
        places = Counter(self.deaths.values())
        lines = [f"{len(self.deaths)} deaths", *(f"  {count:3} times {place}" for place, count in sorted(places.items()))]
        lines += [f"  {count:3} times repeated: {what}" for what, count in sorted(self.repeats.items())]
        return "\n".join(lines)


def for_every_point(
    run: Callable[[str, Account], int], kinds: Collection[str] = EVERYTHING, *, first: int = 1, every: int = 1
) -> Account:
    """Call `run` with a variant that dies at point `first`, then `every` further on, until one comes to its end alive.

    `run` starts a process with that variant, waits for its end, does whatever people do after a crash, checks what must
    hold, and returns the exit code of that first process. A check that fails tells at which point, and the account so far.
    """
    account = Account()
    with tempfile.TemporaryDirectory() as folder:
        for number in range(first, MOST, every):
            diary = Path(folder, str(number))
            try:
                code = run(armed(diary, number, kinds), account)
            except BaseException as error:
                place = diary.read_text() if diary.exists() else "nowhere: it came to its end"
                error.add_note(f"The process died at point {number}, {place}. Before that: {account}")
                raise
            if code != DIED:
                return account
            account.deaths[number] = diary.read_text()
    raise AssertionError(f"it does not come to an end: {account}")


def run_command(nursery: Nursery, arguments: Collection[str], log: Path, variant: str = "") -> int:
    """The exit code of `python -m bot ARGUMENTS`, or DIED; what it prints is added to `log`."""
    return nursery.wait(nursery.raise_bot(list(arguments), log, variant))
