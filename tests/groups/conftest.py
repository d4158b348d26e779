"""What tests of groups share."""

from tests.prepared import database
from tests.storage.conftest import world

__all__ = ["database", "world"]
