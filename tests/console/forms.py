"""The forms of a page: where each goes, and what its fields hold as it stands."""

from __future__ import annotations

from dataclasses import dataclass, field
from html.parser import HTMLParser

HERE = ("/console/events", "/console/dates", "/console/places", "/console/groups")
"""Where forms of events and groups go."""


@dataclass
class Form:
    """One form; `typed` are the fields that are filled in by hand."""

    page: str
    action: str
    values: dict[str, str] = field(default_factory=dict)
    typed: set[str] = field(default_factory=set)


def find(page: str, text: str) -> list[Form]:
    """Those of a page that change something; without the secret of whoever looks at it."""
    reader = _Reader(page)
    reader.feed(text)
    return [one for one in reader.forms if one.action.startswith(HERE)]


class _Reader(HTMLParser):
    def __init__(self, page: str) -> None:
        super().__init__()
        self.page = page
        self.forms: list[Form] = []
        self._inside = False
        self._within = ""  # which textarea or select

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        told = {name: value or "" for name, value in attrs}
        name = told.get("name", "")
        if tag == "form":
            self._inside = told.get("method") == "post"
            self.forms += [Form(self.page, told["action"])] if self._inside else []
        elif self._inside and tag in {"input", "button"} and name != "csrf":
            self._take(name, told)
        elif self._inside and tag in {"textarea", "select"}:
            self._within = name
            self.forms[-1].values[name] = ""
            self.forms[-1].typed.add(name)
        elif self._inside and tag == "option" and "selected" in told:
            self.forms[-1].values[self._within] = told.get("value", "")

    def _take(self, name: str, told: dict[str, str]) -> None:
        form, sort = self.forms[-1], told.get("type", "text")
        if not name or sort == "file" or (sort in {"radio", "checkbox"} and "checked" not in told and name in form.values):
            return
        form.values[name] = told.get("value", "")
        if sort not in {"hidden", "radio", "checkbox", "submit"}:
            form.typed.add(name)

    def handle_endtag(self, tag: str) -> None:
        self._inside = self._inside and tag != "form"
        self._within = "" if tag in {"textarea", "select"} else self._within

    def handle_data(self, data: str) -> None:
        if self._inside and self._within in self.forms[-1].typed and data.strip():
            self.forms[-1].values[self._within] = self.forms[-1].values[self._within] or data.strip()
