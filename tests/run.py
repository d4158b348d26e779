"""One run of the tests: its servers, pytest, and the report at the end."""

import os
import signal
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from types import FrameType

import pytest

from storage import sqlite_build

sqlite_build.choose()  # before anything imports the system's SQLite

from tests import chromium, postgres, promises, readme  # noqa: E402  as above

STANDARD = ("-n", "3", "-p", "randomly", "--quiet")
HARMLESS = {"--long", "--promises", "-v", "-vv", "-q", "-s", "--verbose", "--quiet"}
"""Arguments that leave no test of a promise out."""


def main() -> None:
    """Run pytest with the command's own arguments added; leave with 0 only if tests ran and none failed."""
    signal.signal(signal.SIGTERM, _stop)  # a run that is told to stop stops its servers too
    asked = sys.argv[1:]
    started = time.monotonic()
    tally = promises.Tally()
    degraded: list[str] = []
    code: int = pytest.ExitCode.INTERRUPTED
    try:
        with ExitStack() as servers:
            degraded += servers.enter_context(_postgresql())
            degraded += _browser()
            print(f"Ready to test after {time.monotonic() - started:.1f} seconds.", flush=True)
            code = pytest.main([*STANDARD, *asked], plugins=[tally])
    except KeyboardInterrupt:
        print("\nStopped.")
    whole = set(asked) <= HARMLESS and code in {pytest.ExitCode.OK, pytest.ExitCode.TESTS_FAILED}
    degraded += _sqlite()
    untrue = readme.settle(tally) if whole and not degraded and not (code or tally.count("failed")) else ""
    _report(tally, [*degraded, *filter(None, [untrue])], whole=whole)
    sys.exit(code or int(bool(untrue) or tally.count("failed") > 0 or tally.count("passed") == 0))


def _stop(_number: int, _frame: FrameType | None) -> None:
    raise KeyboardInterrupt


@contextmanager
def _postgresql() -> Iterator[list[str]]:
    """Keep a server running and yield what is worse for the lack of one."""
    with ExitStack() as server:
        try:
            os.environ[postgres.GIVEN] = server.enter_context(postgres.serve(lambda said: print(f"PostgreSQL: {said}")))
        except postgres.Unavailable as reason:
            yield [f"No PostgreSQL, so nothing was shown on it ({reason})"]
        else:
            yield []


def _browser() -> list[str]:
    if browser := chromium.find(lambda said: print(f"Browser: {said}", flush=True)):
        os.environ[chromium.GIVEN] = browser
        print(f"Browser: {browser}")
        return []
    os.environ.pop(chromium.GIVEN, None)
    return [f"No browser, so no page was looked at with one (set {chromium.GIVEN}, or install chromium)"]


def _sqlite() -> list[str]:
    if sqlite_build.is_safe():
        return []
    return [f"A recent SQLite: this machine's own is {sqlite_build.choose()}, and before 3.51.3 a rare fault can harm a database"]


def _report(tally: promises.Tally, degraded: list[str], *, whole: bool) -> None:
    """Print what was not shown, the promise table, and as the very last line the count."""
    if "--promises" in sys.argv:
        print("\n".join(tally.account()))
    print("\nPromises" + ("" if whole else " (only a part of the tests ran, so none is ticked)"))
    print("\n".join(tally.table(whole=whole)))
    for lack in degraded:
        print(f"\nMissing: {lack}.")
    for reason, times in sorted(tally.skipped.items()):
        print(f"Skipped {times}: {reason}")
    counts = ", ".join(f"{tally.count(outcome)} {outcome}" for outcome in ("passed", "failed", "skipped"))
    print(f"\n{counts}", flush=True)
