"""A reference group as its secretary meets it: where its pages are, and what they say."""

from __future__ import annotations

import re
from html import unescape

from tests.console.office import Browser
from tests.groups.table import Table

RULES = {"key": "yes", "quorum": "3", "quorum_lived": "2", "papers_days": "7", "minutes_days": "10", "few_why": ""}


def home(table: Table) -> str:
    return f"/console/groups/{table.code}"


def rule(table: Table, secretary: Browser, **more: str) -> None:
    answer = secretary.post(f"{home(table)}/rules", {**RULES, "version": "0", **more})
    assert answer.status_code == 303, answer.text


def read(browser: Browser, path: str) -> str:
    answer = browser.get(path)
    assert answer.status_code == 200, (path, answer.status_code)
    return unescape(re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", answer.text)))


def problem(answer_text: str) -> str:
    found = re.search(r'role="alert".*?<li>(.*?)</li>', answer_text, re.DOTALL)
    return unescape(re.sub(r"<[^>]+>", "", found[1])) if found else ""
