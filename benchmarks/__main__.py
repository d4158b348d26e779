"""`python3 -m benchmarks NAME`: what can be measured, after setting up what that needs on a fresh machine."""

import sys

from bot import environment

if __name__ == "__main__":
    environment.enter("requirements-test.lock", "benchmarks")

    # Only now can anything outside the standard library be imported.
    from storage import sqlite_build

    sqlite_build.choose()

    from benchmarks import broadcast, console, engine, followups, idle, month, restart, signups, turns

    BENCHMARKS = {
        "turns": turns.main,
        "engine": engine.main,
        "idle": idle.main,
        "month": month.main,
        "restart": restart.main,
        "broadcast": broadcast.main,
        "console": console.main,
        "followups": followups.main,
        "signups": signups.main,
    }
    name, words = sys.argv[1] if len(sys.argv) > 1 else "", sys.argv[2:]
    if name not in BENCHMARKS:
        sys.exit(f"python3 -m benchmarks {' | '.join(BENCHMARKS)} [--help]")
    sys.exit(BENCHMARKS[name](words))
