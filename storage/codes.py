"""Random names for rows, as they are called outside the database."""

from __future__ import annotations

import base64
import secrets

LENGTH = 16


def make() -> str:
    """80 random bits as 16 letters and digits that survive being read aloud in lower case."""
    return base64.b32encode(secrets.token_bytes(10)).decode().lower()
