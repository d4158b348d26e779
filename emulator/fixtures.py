"""A pytest plugin: the fixture `telegram`, a local Telegram for one test. Use with `pytest_plugins = ["emulator.fixtures"]`."""

from collections.abc import Iterator

import pytest

from emulator.client import Telegram
from emulator.server import running


@pytest.fixture
def telegram() -> Iterator[Telegram]:
    with running() as emulator:
        yield emulator
