"""Dies at the first moment, at the second, at the third, and so on until a run comes to its end alive."""

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
MOST = 5_000  # moments; a process with more does not come to an end


@dataclass
class Account:
    """Where processes died: number -> moment. `ended` is the number at which a run came to its end alive."""

    deaths: dict[int, str] = field(default_factory=dict)
    ended: int = 0
    repeats: Counter[str] = field(default_factory=Counter)
    """What was repeated and how often, for a run to add to."""

    def __str__(self) -> str:
        places = Counter(self.deaths.values())
        lines = [f"{len(self.deaths)} deaths; the run with {self.ended} moments came to its end"]
        lines += [f"  {count:3} times {place}" for place, count in sorted(places.items())]
        lines += [f"  repeated {count:3} times: {what}" for what, count in sorted(self.repeats.items())]
        return "\n".join(lines)


def for_every_point(
    run: Callable[[str, Account], int], kinds: Collection[str] = EVERYTHING, *, every: int = 1, first: int = 1
) -> Account:
    """Call `run` with a variant that dies at moment `first`, then `every` further on, until one comes to its end alive.

    `run(variant, account)` starts a process with that variant, waits for its end, does whatever people do after a crash,
    checks what must hold, and returns the exit code of that first process. A failed check tells the moment it failed at.
    """
    account = Account()
    with tempfile.TemporaryDirectory() as folder:
        for number in range(first, MOST, every):
            diary = Path(folder, str(number))
            try:
                code = run(armed(diary, number, kinds), account)
            except BaseException as error:
                place = diary.read_text() if diary.exists() else "without dying"
                error.add_note(f"at moment {number}, {place}; before that: {account}")
                raise
            if code != DIED:
                account.ended = number - 1
                return account
            account.deaths[number] = diary.read_text()
    raise AssertionError(f"it does not come to an end: {account}")


def run_command(nursery: Nursery, arguments: Collection[str], log: Path, variant: str = "") -> int:
    """The exit code of `python -m bot ARGUMENTS`, what it prints added to `log`: for commands that end by themselves."""
    return nursery.wait(nursery.raise_bot(list(arguments), log, variant))
