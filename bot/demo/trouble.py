"""What stops the demo from starting."""

from __future__ import annotations


class Trouble(Exception):
    """The demo cannot start or go on; the text says why and what to do."""
