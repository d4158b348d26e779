"""Makes the documents for authors: the prose in `written/`, with tables from the code and what becomes of each example.

In the prose, `<!-- name … -->` is filled in by `tables.SECTIONS[name]` with what stands inside.
"""

from __future__ import annotations

import re

from tests.documents import examples
from tests.documents.examples import FENCE, WRITTEN
from tests.documents.tables import SECTIONS
from tests.house import tree

DOCS = tree.ROOT / "docs"
SECTION = re.compile(r"^<!-- (\w+)\b(.*?)-->$", re.MULTILINE | re.DOTALL)
HEADING = re.compile(r"^(##+) (.+)$", re.MULTILINE)
CONTENTS = "<!-- contents -->"


def make(name: str) -> str:
    """One document, whole."""
    prose = (WRITTEN / name).read_text("utf-8")
    title, _, rest = prose.partition("\n")
    filled = SECTION.sub(_fill, rest)
    body = _contents_in(examples.fill(filled))
    source = (WRITTEN / name).relative_to(tree.ROOT).as_posix()
    note = f"<!-- Made from {source} and the code, by WITHUS_DOCS=1 python3 -m tests -k documents. Change it there. -->"
    return f"{title}\n\n{note}\n{body.rstrip()}\n"


def _fill(found: re.Match[str]) -> str:
    return found[0] if found[0] == CONTENTS else SECTIONS[found[1]](found[2].strip())


def _contents_in(page: str) -> str:
    """The page with a list of its second headings where it asks for one."""
    outside = FENCE.sub("", page)
    listed = "\n".join(f"- [{found[2]}](#{anchor(found[2])})" for found in HEADING.finditer(outside) if found[1] == "##")
    return page.replace(CONTENTS, listed)


def anchor(heading: str) -> str:
    return re.sub(r"[^\w -]", "", heading.lower()).replace(" ", "-")
