"""A PostgreSQL server to measure on: the one that was given, or the tests' own, made durable."""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

import psycopg

from tests import postgres

DURABLE = {"fsync": "on", "full_page_writes": "on", "synchronous_commit": "on"}  # tests do without, a benchmark must not


@contextmanager
def find_server(given: str | None) -> Iterator[str | None]:
    """Yield a server's address as SQLAlchemy writes it; None where no server can be had."""
    if given:
        yield given
        return
    postgres.SETTINGS.update(DURABLE)
    with ExitStack() as stack:
        server = None
        try:
            server = stack.enter_context(postgres.serve(_say))
        except postgres.Unavailable as problem:
            _say(f"{problem}. Its mode is left out.")
        yield server


def describe_server(server: str) -> str:
    """Say which PostgreSQL it is, and whether it is durable, for without that its figures mean little."""
    with psycopg.connect(server.replace("postgresql+psycopg://", "postgresql://", 1)) as db:
        row = db.execute("SELECT version(), current_setting('fsync'), current_setting('synchronous_commit')").fetchone()
    assert row is not None
    version, fsync, commit = row
    return f"{' '.join(version.split()[:2])}, fsync={fsync}, synchronous_commit={commit}"


def _say(text: str) -> None:
    print(f"PostgreSQL: {text}", flush=True)
