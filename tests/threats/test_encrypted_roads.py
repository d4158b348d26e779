"""TLS for real: a webhook behind a proxy that buffers, and a Bot API server whose certificate will not do."""

from __future__ import annotations

import datetime as dt
import os
import socket
import ssl
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest
import trustme

from emulator.client import Telegram
from tests.house import tree
from tests.road.crowd import hear
from tests.road.house import PATIENCE, House
from tests.road.nursery import Nursery
from tests.threats.proxies import Proxy

DAY = dt.timedelta(days=1)
NOW = dt.datetime.now(dt.UTC)
WORDS = "its certificate has expired"


@pytest.fixture
def authority(tmp_path: Path) -> trustme.CA:
    made = trustme.CA()
    made.cert_pem.write_to_path(tmp_path / "ca.pem")
    return made


@pytest.fixture
def elsewhere(authority: trustme.CA, tmp_path: Path) -> dict[str, str]:  # noqa: ARG001 - it has written the file
    """What a program is started with that trusts this authority and no other."""
    return {**os.environ, "SSL_CERT_FILE": str(tmp_path / "ca.pem"), "PYTHONPATH": str(tree.ROOT)}


def context(certificate: trustme.LeafCert) -> ssl.SSLContext:
    made = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    certificate.configure_cert(made)
    return made


@contextmanager
def telegram_elsewhere(environment: dict[str, str]) -> Iterator[Telegram]:
    """A Telegram in a process of its own, which trusts whom it is told to."""
    command = [sys.executable, "-m", "emulator"]
    with subprocess.Popen(command, env=environment, cwd=tree.ROOT, text=True, stdout=subprocess.PIPE) as program:
        assert program.stdout
        told = dict(line.split(": ", 1) for line in (program.stdout.readline().strip() for _ in range(3)))
        try:
            with Telegram(told["Bot API"].removesuffix("/bot"), told["Token"]) as telegram:
                yield telegram
        finally:
            program.terminate()
            program.communicate()


def test_a_webhook_works_behind_a_proxy_that_speaks_tls_and_buffers(
    authority: trustme.CA, elsewhere: dict[str, str], nursery: Nursery, tmp_path: Path
) -> None:
    with telegram_elsewhere(elsewhere) as telegram:
        house = House(tmp_path / "house", telegram, nursery, f"sqlite:///{tmp_path / 'withus.db'}", "webhook")
        with Proxy(context(authority.issue_cert("127.0.0.1")), house.port) as proxy:
            outside = f"https://127.0.0.1:{proxy.port}/telegram"
            house.settings.write_text(house.settings.read_text().replace(f"{house.url}/telegram", outside))
            house.start()
            try:
                people = [telegram.person() for _ in range(5)]
                for person in people:
                    person.starts()
                for person in people:
                    hear(person, "how old are you")
                    person.says("é" * 500)
                    person.hears(wait=PATIENCE)
                telegram.await_state(pending=0)
                assert proxy.passed == 10
                assert proxy.lines < 10  # lines are kept and used again
                assert {entry["status"] for entry in telegram.log(0, "delivery")} == {200}
            finally:
                house.kill()


@contextmanager
def shut_door(certificate: trustme.LeafCert) -> Iterator[int]:
    """The port of something that speaks TLS with a certificate, and never comes to more."""
    made, over = context(certificate), threading.Event()
    with socket.create_server(("127.0.0.1", 0)) as listening:
        listening.settimeout(0.05)

        def greet() -> None:
            while not over.is_set():
                try:
                    line, _ = listening.accept()
                except TimeoutError:
                    continue
                line.settimeout(5)
                try:
                    made.wrap_socket(line, server_side=True).close()
                except OSError:
                    line.close()

        thread = threading.Thread(target=greet)
        thread.start()
        try:
            yield int(listening.getsockname()[1])
        finally:
            over.set()
            thread.join()


BAD: dict[str, Callable[[trustme.CA], trustme.LeafCert]] = {
    WORDS: lambda ca: ca.issue_cert("127.0.0.1", not_before=NOW - 9 * DAY, not_after=NOW - DAY),
    "its certificate is not valid yet": lambda ca: ca.issue_cert("127.0.0.1", not_before=NOW + DAY, not_after=NOW + 9 * DAY),
    "its certificate is for another": lambda ca: ca.issue_cert("198.51.100.1"),
    "its certificate is not accepted": lambda _: trustme.CA().issue_cert("127.0.0.1"),
}

ASK = """
import asyncio, sys
from bot.telegram.wire import NotSentError, Wire

async def ask(port):
    async with Wire(f"https://127.0.0.1:{port}", "1:abc") as wire:
        try:
            await wire.call("getMe")
        except NotSentError as error:
            print(error)

for port in sys.argv[1:]:
    asyncio.run(ask(port))
"""


def test_a_certificate_that_will_not_do_is_told_in_words(authority: trustme.CA, elsewhere: dict[str, str]) -> None:
    with ExitStack() as doors:
        ports = [str(doors.enter_context(shut_door(make(authority)))) for make in BAD.values()]
        asked = [sys.executable, "-c", ASK, *ports]
        said = subprocess.run(asked, env=elsewhere, check=True, capture_output=True, text=True).stdout.splitlines()
    assert [words for words, line in zip(BAD, said, strict=True) if not line.startswith(words)] == [], said


def test_doctor_and_log_tell_that_a_certificate_has_expired(
    authority: trustme.CA, elsewhere: dict[str, str], tmp_path: Path
) -> None:
    with shut_door(BAD[WORDS](authority)) as port:
        given = {"TELEGRAM__TOKEN": "1:abcdef", "TELEGRAM__API_URL": f"https://127.0.0.1:{port}", "WEB__LISTEN": "127.0.0.1:0"}
        environment = elsewhere | {f"WITHUS_{name}": value for name, value in given.items()}
        program = [sys.executable, "-m", "bot"]
        examined = subprocess.run(
            [*program, "doctor"], env=environment, cwd=tmp_path, check=False, capture_output=True, text=True
        )
        assert WORDS in examined.stdout
        with subprocess.Popen([*program, "run"], env=environment, cwd=tmp_path, text=True, stderr=subprocess.PIPE) as running:
            assert running.stderr
            lines = iter(running.stderr.readline, "")
            assert any(WORDS in line for line in lines)
            running.terminate()
            running.communicate()
