"""What every test gets: a database of its own, no way off this machine, and its place in the promise table."""

from collections.abc import Callable, Iterator

import pytest

from storage import sqlite_build

sqlite_build.choose()  # before anything imports the system's SQLite

from emulator import server  # noqa: E402  as above
from tests import network, promises  # noqa: E402  as above
from tests.contract import watch  # noqa: E402  as above
from tests.prepared import database, empty_database, laid_database, laid_file  # noqa: E402  as above

__all__ = ["database", "empty_database", "laid_database", "laid_file"]


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--long", action="store_true", help="run the nightly tier too")
    parser.addoption("--promises", action="store_true", help="run what shows our promises, and give an account of each")


def pytest_configure() -> None:
    network.guard()
    server.WITNESS = watch.seen.append


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    if not config.getoption("--long"):
        _leave_out(config, items, lambda item: item.get_closest_marker("long") is not None)
    if config.getoption("--promises"):
        _leave_out(config, items, lambda item: item.get_closest_marker("promise") is None)
    for item in items:
        item.user_properties.extend((promises.PROPERTY, claim) for claim in _claims(item))


def _leave_out(config: pytest.Config, items: list[pytest.Item], unwanted: Callable[[pytest.Item], bool]) -> None:
    config.hook.pytest_deselected(items=[item for item in items if unwanted(item)])
    items[:] = [item for item in items if not unwanted(item)]


def _claims(item: pytest.Item) -> Iterator[tuple[str, str, bool]]:
    callspec = getattr(item, "callspec", None)
    database = str(callspec.params.get("database", "")) if callspec else ""
    for marker in item.iter_markers("promise"):
        for promise in marker.args:
            if promise not in promises.PROMISES:
                raise pytest.UsageError(f"{item.nodeid}: there is no promise {promise!r}")
            yield promise, database, marker.kwargs.get("control", False)


@pytest.fixture(autouse=True)
def _on_this_machine() -> Iterator[None]:
    network.attempts.clear()
    yield
    assert not network.attempts, "this test tried to leave the machine"


@pytest.fixture(autouse=True)
def _as_telegram_speaks(request: pytest.FixtureRequest) -> Iterator[None]:
    watch.seen.clear()
    yield
    watch.check(excused=request.node.get_closest_marker(watch.MARK) is not None)


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"
