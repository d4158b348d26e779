"""Which words of a file are missing, or approved by nobody, or only as they once were, and approvals of what is not there."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from conversations.approval import Table, Words, approved, given, texts
from conversations.checking.problems import ADVICE, Findings, nearest, quote

RULE = "approval"
SHOWN = 4


def check(table: Table, findings: Findings) -> None:
    """Note which words are missing, or not approved as they are, and approvals of what is not there."""
    found = {words.name: words for words in texts(table)}
    for tag in table["title"]:
        missing = [words.name for words in found.values() if tag not in words.text]
        if missing and "-x-" not in tag:
            what = f"{_count(missing)} {'has' if len(missing) == 1 else 'have'} no words in {quote(tag)}: {_some(missing)}"
            findings.add(("title", tag), what, "until they have, people see the words they are made from", ADVICE, RULE)
    for tag in dict.fromkeys(tag for words in found.values() for tag in words.text):
        waiting = [words for words in found.values() if tag in words.text and not approved(table, words, tag)]
        known = given(table, tag)
        for words in waiting:
            if words.name in known:
                at, what = (*words.path, tag), f"{quote(words.name)} has changed since its words in {quote(tag)} were approved"
                findings.add(at, what, "have it read again, then run `words approve`", ADVICE, RULE)
        never = [words.name for words in waiting if words.name not in known]
        if never:
            what = f"nobody has approved {_count(never)} in {quote(tag)}: {_some(never)}"
            findings.add(("title", tag), what, "until someone does, people see the words they are made from", ADVICE, RULE)
    _check_given(table, found, findings)


def _check_given(table: Table, found: Mapping[str, Words], findings: Findings) -> None:
    for tag in table.get("approved", {}):
        for name in given(table, tag):
            if name not in found or tag not in found[name].text:
                near = nearest(name, found)
                todo = f"did you mean {quote(near)}?" if near and near != name else "take it out"
                what = f"there is no text {quote(name)} in {quote(tag)} to approve"
                findings.add(("approved", tag, "texts", name), what, todo, ADVICE, RULE)


def _count(names: Sequence[str]) -> str:
    return f"{len(names)} text{'s' if len(names) != 1 else ''}"


def _some(names: Sequence[str]) -> str:
    more = f" and {len(names) - SHOWN} more" if len(names) > SHOWN else ""
    return ", ".join(names[:SHOWN]) + more
