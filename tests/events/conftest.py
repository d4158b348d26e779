"""What tests of events share."""

from tests.prepared import database
from tests.storage.conftest import world

__all__ = ["database", "world"]
