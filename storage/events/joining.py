"""The joining link of a date, sealed."""

from __future__ import annotations

from urllib.parse import urlsplit

import orjson
from sqlalchemy import Connection, select

from storage.keys import Keys
from storage.schema import occasions


def link(db: Connection, keys: Keys, occasion: str) -> str:
    """Where an online meeting is; empty when nobody has said, or it is no web address. Raises UnopenedError."""
    sealed = db.scalars(select(occasions.c.joining).where(occasions.c.code == occasion)).first()
    if not sealed:
        return ""
    told = str(orjson.loads(keys.open("occasions.joining", occasion, sealed)).get("link") or "")
    safe = told.isascii() and told.isprintable() and " " not in told
    return told if safe and urlsplit(told).scheme in {"https", "http"} else ""
