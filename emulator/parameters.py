"""The parameters of one call, read from a query string, a form, JSON or multipart."""

from typing import Any
from urllib.parse import parse_qsl

import orjson
from aiohttp import web

from emulator.refusals import bad, too_large


class Parameters:
    """Values by name; everything may come as text, as forms send it, or as JSON. `files` are the bytes of those uploaded."""

    def __init__(self, values: dict[str, Any], files: dict[str, bytes] | None = None) -> None:
        self.values = values
        self.files = files or {}

    def __contains__(self, name: str) -> bool:
        return self.values.get(name) is not None

    def text(self, name: str) -> str:
        """Return "" when missing, as Telegram reads it."""
        value = self.values.get(name)
        if value is None:
            return ""
        return value if isinstance(value, str) else orjson.dumps(value).decode()

    def number(self, name: str, default: int = 0) -> int:
        """Return the default for what is not a whole number: Telegram does the same."""
        try:
            return int(self.values[name])
        except (KeyError, TypeError, ValueError):
            return default

    def flag(self, name: str) -> bool:
        return str(self.values.get(name, "")).lower() in {"true", "1", "yes"}

    def data(self, name: str) -> Any:
        """Return a JSON value, given as such or as text; None when missing or empty."""
        value = self.values.get(name)
        if not isinstance(value, str):
            return value
        if not value:
            return None
        try:
            return orjson.loads(value)
        except orjson.JSONDecodeError:
            raise bad(f"can't parse {name.replace('_', ' ')} JSON object") from None


async def read_parameters(request: web.Request) -> Parameters:
    """Read the query string and, over it, the body; files become `{"file_name", "size"}`."""
    values: dict[str, Any] = dict(request.query)
    if request.method != "POST":
        return Parameters(values)
    try:
        if request.content_type != "multipart/form-data":
            values.update(parse_body(request.content_type, await request.read()))
            return Parameters(values)
        form = await request.post()
    except web.HTTPRequestEntityTooLarge:
        raise too_large() from None
    files: dict[str, bytes] = {}
    for name, field in form.items():
        if isinstance(field, web.FileField):
            with field.file as upload:
                files[name] = upload.read()
            values[name] = {"file_name": field.filename, "size": len(files[name])}
        else:
            values[name] = field if isinstance(field, str) else bytes(field).decode(errors="replace")
    return Parameters(values, files)


def parse_body(content_type: str, body: bytes) -> dict[str, Any]:
    """Parse a JSON object or a form. Raises Refusal on what is neither."""
    if not body:
        return {}
    if content_type == "application/json":
        try:
            values = orjson.loads(body)
        except orjson.JSONDecodeError:
            values = None
        if not isinstance(values, dict):
            raise bad("can't parse JSON object")
        return values
    try:
        return dict(parse_qsl(body.decode(), keep_blank_values=True))
    except UnicodeDecodeError:
        raise bad("strings must be encoded in UTF-8") from None
