"""What the terminal shows: a bar while the demo sets itself up, then its addresses, one a line."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress

from rich.console import Console
from rich.progress import BarColumn, SpinnerColumn, TextColumn
from rich.progress import Progress as Bar


class Progress:
    """Tells how far the set-up is: a bar on a terminal, plain lines elsewhere."""

    def __init__(self) -> None:
        self._aside = Console(stderr=True, highlight=False)
        self._out = Console(highlight=False, markup=False, soft_wrap=True)
        self._bar = Bar(SpinnerColumn(), BarColumn(), TextColumn("{task.description}"), console=self._aside, transient=True)

    @contextmanager
    def steps(self, count: int) -> Iterator[None]:
        """Show the bar for as long as the set-up takes: `count` steps."""
        self._left = self._bar.add_task("", total=count)
        self._done = -1
        if not self._aside.is_terminal:
            yield
            return
        with self._bar:
            yield

    def begin(self, step: str) -> None:
        """Name the step that begins now; the one before it is done."""
        self._done += 1
        if self._aside.is_terminal:
            self._bar.update(self._left, completed=self._done, description=step)
        else:
            self._aside.print(f"{step} …", soft_wrap=True)

    def ready(self, addresses: Mapping[str, str], *, browser: bool) -> None:
        """Print the addresses; `browser`: whether one was opened."""
        for name, address in addresses.items():
            self._out.print(f"{name}: {address}")
        self._out.print("It is in your browser now." if browser else "Open the first address in a browser.")
        self._out.print("Press Ctrl-C to stop. Nothing leaves this computer, and nothing is kept.")

    def over(self) -> None:
        """Say goodbye, if anybody still listens."""
        with suppress(OSError):
            self._out.print("\nStopped. Nothing was kept.")
