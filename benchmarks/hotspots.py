"""Where the bot's time goes line by line, by py-spy, if it is installed: https://github.com/benfred/py-spy."""

import re
import shutil
import signal
import subprocess
import tempfile
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

PY_SPY = "py-spy"
SAMPLES_A_SECOND = 250
LONGEST_WRITING = 60
SHOWN = 25
FRAME = re.compile(r"(?P<function>.+) \((?P<file>.+?)(?::\d+)?\)")
PACKAGE = re.compile(r".*/site-packages/(?P<package>[^/.]+)")
LIBRARY = re.compile(r".*/lib/python[\d.]+/(?P<module>[^/.]+)")
OURS = re.compile(r".*?/?(?P<path>(?:bot|conversations|storage)/.+)")


class Hotspots:
    """Samples of the one stack of a process that runs Python at that moment, taken while a block runs."""

    def __init__(self) -> None:
        self._stacks: Counter[tuple[tuple[str, str], ...]] = Counter()

    @contextmanager
    def sample(self, process: int) -> Iterator[None]:
        """Sample a process while the block runs."""
        with tempfile.TemporaryDirectory() as folder:
            output = Path(folder) / "stacks"
            spy = subprocess.Popen(
                [
                    *(PY_SPY, "record", "--pid", str(process), "--output", str(output)),
                    *("--format", "raw", "--full-filenames", "--rate", str(SAMPLES_A_SECOND)),
                    *("--duration", "unlimited", "--gil"),
                ],
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
            )
            try:
                yield
            finally:
                spy.send_signal(signal.SIGINT)
                spy.wait(LONGEST_WRITING)
            if output.exists():
                self._read(output.read_text(encoding="utf-8"))

    def _read(self, text: str) -> None:
        for line in text.splitlines():
            stack, _, count = line.rpartition(" ")
            frames = (FRAME.fullmatch(frame) for frame in stack.split(";"))
            self._stacks[tuple((frame["function"], frame["file"]) for frame in frames if frame)] += int(count)

    def describe(self) -> str:
        """Write the shares of the samples: by package, by function, and by function of ours with all it calls."""
        inside: Counter[str] = Counter()
        packages: Counter[str] = Counter()
        ours: Counter[str] = Counter()
        for stack, count in self._stacks.items():
            if stack:
                function, file = stack[-1]
                inside[f"{function} ({_short(file)})"] += count
                packages[_package(file)] += count
                ours.update(dict.fromkeys({f"{name} ({_short(path)})" for name, path in stack if _is_ours(path)}, count))
        total = max(self._stacks.total(), 1)
        return "\n".join(
            [
                *_shares("by package", packages, total),
                *_shares("in the function itself", inside, total),
                *_shares("in our functions, with all they call", ours, total),
            ]
        )


def can_sample() -> bool:
    """Tell whether py-spy is there."""
    return shutil.which(PY_SPY) is not None


def _shares(title: str, counts: Counter[str], total: int) -> list[str]:
    lines = [f"    {100 * count / total:5.1f} %  {name}" for name, count in counts.most_common(SHOWN)]
    return [f"  {title}", *lines]


def _package(file: str) -> str:
    for pattern, group in ((PACKAGE, "package"), (LIBRARY, "module")):
        if found := pattern.fullmatch(file) or pattern.match(file):
            return found[group]
    return _short(file).partition("/")[0]


def _is_ours(file: str) -> bool:
    return "site-packages" not in file and OURS.fullmatch(file) is not None


def _short(file: str) -> str:
    found = OURS.fullmatch(file) if _is_ours(file) else None
    return found["path"] if found else "/".join(file.split("/")[-2:])
