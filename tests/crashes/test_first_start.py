"""The first command in an empty folder dies at any moment; the next one finds all in order."""

from __future__ import annotations

import itertools
from pathlib import Path

from tests.crashes.loop import DIED, Account, for_every_point, run_command
