"""Raises bots quickly: a process that has read all the program once, and forks a new bot whenever it is asked.

A bot from here is what `python -m bot …` starts, less the seconds of importing and of checking the library. `Nursery` is
the test's side of it.
"""

from __future__ import annotations

import gc
import json
import os
import signal
import subprocess
import sys
from collections.abc import Sequence
from importlib import import_module
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from typer.main import get_command

ROOT = Path(__file__).parents[2]


class Nursery:
    """A running nursery; leaving it ends every bot that is still there."""

    def __enter__(self) -> Self:
        command = [sys.executable, "-m", "tests.road.nursery"]
        self._process = subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._process.communicate(timeout=20)  # it stops at the end of its input

    def raise_bot(self, arguments: Sequence[str], log: Path, variant: str = "") -> int:
        """Start `bot ARGUMENTS` and return its process id; it writes to `log`.

        `variant` names functions that break the bot on purpose before it starts: "module:function:arguments", joined by +.
        """
        return int(self._ask(arguments=list(arguments), log=str(log), variant=variant))

    def wait(self, pid: int) -> int:
        """The exit code of a bot, once it has ended; a signal's number below 0."""
        return int(self._ask(wait=pid, options=0))

    def ended(self, pid: int) -> bool:
        """Whether a bot has ended; once it has, it is not known any more."""
        return self.poll(pid) is not None

    def poll(self, pid: int) -> int | None:
        """The exit code of a bot that has ended, told once; None while it lives."""
        code: int | None = self._ask(wait=pid, options=os.WNOHANG)
        return code

    def _ask(self, **asked: Any) -> Any:
        assert self._process.stdin
        assert self._process.stdout
        self._process.stdin.write(json.dumps(asked) + "\n")
        self._process.stdin.flush()
        return json.loads(self._process.stdout.readline())


def main() -> None:
    """Answer one line of JSON with another until the input ends."""
    import bot.app  # noqa: F401, PLC0415 - read once, here, and inherited by every bot
    from bot import commands, content  # noqa: PLC0415

    setattr(commands, "cli", get_command(commands.cli))  # noqa: B010 - built once, not by every bot; of another type
    content.read(None)  # the library, checked once for all
    gc.collect()
    gc.freeze()  # or every bot would walk all of it when it first collects, and copy its pages
    living: set[int] = set()
    for line in sys.stdin:
        asked = json.loads(line)
        if "wait" in asked:
            pid, status = os.waitpid(asked["wait"], asked["options"])
            living.discard(pid)
            answer = os.waitstatus_to_exitcode(status) if pid else None
        else:
            answer = os.fork()
            if answer == 0:
                _become_bot(asked)
            living.add(answer)
        print(json.dumps(answer), flush=True)
    for pid in living:
        os.kill(pid, signal.SIGKILL)
        os.waitpid(pid, 0)


def _become_bot(asked: dict[str, Any]) -> None:
    """In the forked child: run the command line and end."""
    from bot import commands  # noqa: PLC0415 - read by `main`

    log = os.open(asked["log"], os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    empty = os.open(os.devnull, os.O_RDONLY)
    for ours, theirs in ((0, empty), (1, log), (2, log)):
        os.dup2(theirs, ours)
    sys.argv = ["bot", *asked["arguments"]]
    code: Any = 1
    try:
        for variant in filter(None, asked["variant"].split("+")):
            module, function, *more = variant.split(":")
            getattr(import_module(module), function)(*more)
        commands.main()
        code = 0
    except SystemExit as leaving:
        code = leaving.code if isinstance(leaving.code, int) else int(leaving.code is not None)
    except BaseException:  # noqa: BLE001 - a process ends here, and says why
        sys.excepthook(*sys.exc_info())
    sys.stderr.flush()
    os._exit(code)


if __name__ == "__main__":
    main()
