"""What authors are told is true: each document is what the code makes of it, and each example does what is said of it.

`WITHUS_DOCS=1 python3 -m tests -k documents` writes the documents anew.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator

import pytest

from conversations.checking.care.rules import RULES
from conversations.questions import KINDS
from tests.documents import examples, pages, shown
from tests.documents.examples import FENCE, WRITTEN
from tests.documents.pages import DOCS, SECTION
from tests.house import tree
from tests.typed import unknown

NAMES = sorted(file.name for file in WRITTEN.glob("*.md"))
EXAMPLES = [(name, *example) for name in NAMES for example in examples.every(name)]
READ = [tree.ROOT / "README.md", *sorted(DOCS.glob("*.md"))]


@pytest.mark.parametrize("name", NAMES)
def test_documents_are_what_the_code_makes_of_them(name: str) -> None:
    made = pages.make(name)
    if os.environ.get("WITHUS_DOCS"):
        (DOCS / name).write_text(made, "utf-8")
    assert (DOCS / name).read_text("utf-8") == made, "run WITHUS_DOCS=1 python3 -m tests -k documents"


@pytest.mark.parametrize("name, text, good, line", EXAMPLES, ids=[f"{one[0]}:{one[3]}" for one in EXAMPLES])
def test_examples_in_documents_are_as_good_as_they_are_said_to_be(name: str, text: str, good: bool, line: int) -> None:  # noqa: FBT001, ARG001
    assert bool(examples.review(text)) != good, "\n".join(map(str, examples.review(text)))


def test_documents_have_an_example_of_every_kind_and_every_rule() -> None:
    pictured = {(screen.source, screen.name) for screen in examples.screens("gallery.md")}
    assert {name for _, name in pictured} >= KINDS.keys()
    shown = re.findall(r"^### ([\w-]+)$", (DOCS / "findings.md").read_text("utf-8"), re.MULTILINE)
    assert [name for name in shown if name in RULES] == list(RULES)


def test_documents_explain_each_kind_in_the_order_of_the_code() -> None:
    prose = (WRITTEN / "gallery.md").read_text("utf-8")
    assert [found[2].strip() for found in SECTION.finditer(prose) if found[1] == "kind"] == list(KINDS)


def test_every_promise_with_a_test_is_written_of() -> None:
    prose = (WRITTEN / "promises.md").read_text("utf-8")
    written = {found[2].strip() for found in SECTION.finditer(prose) if found[1] == "shown"}
    assert {name for name, *_ in shown.marked()} <= written


def test_commands_and_options_in_documents_exist() -> None:
    said = [line for file in READ for line in _commands(file.read_text("utf-8"))]
    assert len(said) > 10
    assert {line: lost for line in said if (lost := unknown(line))} == {}


def test_links_in_documents_lead_somewhere() -> None:
    lost = []
    for file in READ:
        for target in re.findall(r"\]\(([^)\s]+)\)", FENCE.sub("", file.read_text("utf-8"))):
            path, _, anchor = target.partition("#")
            aim = file.parent / path if path else file
            if ":" not in target and not (aim.exists() and (not anchor or anchor in _anchors(aim.read_text("utf-8")))):
                lost.append(f"{tree.name(file)}: {target}")
    assert lost == []


def _anchors(page: str) -> set[str]:
    return {pages.anchor(heading) for _, heading in pages.HEADING.findall(FENCE.sub("", page))}


def _commands(page: str) -> Iterator[str]:
    for line in page.splitlines():
        if line.startswith("python3 -m bot "):
            yield line.removeprefix("python3 -m bot ").partition("#")[0].strip()
