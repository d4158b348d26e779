"""A data package: the figures of a release as tables that programs can read, with what their columns mean.

It is a Frictionless tabular data package. In a folder beside it lies a FLOIP flow-results descriptor with the schema of the
questions, and no responses: single answers never leave the team.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import io
import json
import uuid
import zipfile
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from bot import exports
from conversations.flow import Flow, Step
from conversations.questions import KINDS
from conversations.text import FALLBACK, choose
from storage.figures import small_numbers
from storage.figures.comparing import Side

Told = Mapping[str, Any]
Sides = Iterable[tuple[str, Side]]


def make(told: Told, sides: Sides, flow: Flow, now: dt.datetime) -> bytes:
    """The bytes of a zip file; the same figures at the same time make the same file."""
    tables = {
        "figures": (exports.COLUMNS, list(exports.rows(told))),
        "groups": (exports.GROUP_COLUMNS, list(exports.group_rows(sides))),
    }
    files = {
        "datapackage.json": _json(_describe(told, tables, now)),
        **{f"{name}.csv": exports.write_csv(head, rows, mark=False) for name, (head, rows) in tables.items()},
        "flow-results/datapackage.json": _json(_describe_flow(flow, now)),
        "flow-results/responses.json": b"[]",
    }
    page = io.BytesIO()
    with zipfile.ZipFile(page, "w", zipfile.ZIP_DEFLATED) as package:
        for name, content in files.items():
            package.writestr(zipfile.ZipInfo(name, now.timetuple()[:6]), content, zipfile.ZIP_DEFLATED)
    return page.getvalue()


def _json(told: Mapping[str, Any]) -> bytes:
    return json.dumps(told, ensure_ascii=False, indent=1).encode()


def _describe(told: Mapping[str, Any], tables: Mapping[str, tuple[Iterable[str], object]], now: dt.datetime) -> dict[str, Any]:
    return {
        "profile": "tabular-data-package",
        "name": told["engagement"],
        "title": told["title"],
        "description": f"Figures that may leave the team, up to {told['day']}. {small_numbers.NOTE}",
        "created": now.isoformat(timespec="seconds"),
        "resources": [
            {
                "profile": "tabular-data-resource",
                "name": name,
                "path": f"{name}.csv",
                "format": "csv",
                "mediatype": "text/csv",
                "encoding": "utf-8",
                "schema": {
                    "fields": [{"name": column, "type": "string", "description": exports.MEANINGS[column]} for column in head],
                    "missingValues": [""],
                },
            }
            for name, (head, _) in tables.items()
        ],
    }


def _describe_flow(flow: Flow, now: dt.datetime) -> dict[str, Any]:
    made = now.isoformat(sep=" ", timespec="seconds")
    asked = [step for step in flow.steps if step.asks and step.about != "me" and not step.other_of]
    return {
        "profile": "flow-results-package",
        "flow_results_specification_version": "1.0.0-rc1",
        "created": made,
        "modified": made,
        "id": str(uuid.UUID(bytes=hashlib.sha256(flow.id.encode() + flow.edition.encode()).digest()[:16], version=4)),
        "name": flow.id,
        "title": choose(flow.title, FALLBACK),
        "resources": [
            {
                "name": "responses",
                "path": "responses.json",
                "description": "Empty: single answers never leave the team.",
                "schema": {
                    "language": "eng",
                    "fields": [{"name": name, "title": title, "type": kind} for name, title, kind in ROW],
                    "questions": {step.id: _describe_question(step) for step in asked},
                },
            }
        ],
    }


def _describe_question(step: Step) -> dict[str, Any]:
    options: dict[str, Any] = {}
    kind = "select_many" if KINDS[step.kind].many else "select_one"
    if KINDS[step.kind].picks:
        options["choices"] = [option.id for option in step.options]
    else:
        kind = TYPES[step.kind]
    if kind == "numeric" and step.at_least is not None and step.at_most is not None:
        options["range"] = [step.at_least, step.at_most]
    return {"type": kind, "label": choose(step.ask, FALLBACK), "type_options": options}


TYPES = {"number": "numeric", "date": "date", "place": "text", "text": "open"}
"""Kind of question without options -> what FLOIP calls it."""

FILES: dict[str, Callable[[Told, Sides, Flow, dt.datetime], bytes]] = {
    "csv": lambda told, _sides, _flow, _now: exports.to_csv(told),
    "xlsx": lambda told, sides, _flow, _now: exports.to_xlsx(told, sides),
    "json": lambda told, _sides, _flow, _now: exports.to_json(told),
    "zip": make,
}
"""How the name of a file ends that may leave the team -> how it is written."""

ROW = (
    ("timestamp", "Timestamp", "datetime"),
    ("row_id", "Row ID", "string"),
    ("contact_id", "Contact ID", "string"),
    ("question_id", "Question ID", "string"),
    ("response", "Response", "any"),
    ("response_metadata", "Response Metadata", "object"),
)
"""The columns of a response, as FLOIP has them."""
