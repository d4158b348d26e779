"""What tests of crashes share: a nursery, and databases that are cheap to begin again with."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
from sqlalchemy import make_url

from tests import postgres
from tests.road.conftest import nursery

__all__ = ["nursery"]


@dataclass
class Ground:
    """Where databases of one kind are made: `first` is one with all tables, for a template."""

    first: str

    @contextmanager
    def lay(self, folder: Path, *, copy: bool = True) -> Iterator[str]:
        """Yield the URL of another database, in `folder` if it is a file: a copy of the first as it is now, or empty."""
        url = make_url(self.first)
        if url.drivername == "sqlite":
            target = folder / "withus.db"
            if copy:
                shutil.copy(str(url.database), target)  # whoever wrote last has closed it: no log lies beside it
            yield f"sqlite:///{target}"
            return
        with postgres.fresh_database(os.environ[postgres.GIVEN], str(url.database) if copy else "template0") as copied:
            yield copied


@pytest.fixture
def ground(database: str) -> Ground:
    return Ground(database)
