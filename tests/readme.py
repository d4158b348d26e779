"""The promise table in the README: written by a whole run, and held to what each whole run shows."""

import os
import re

from tests.house import tree
from tests.promises import DATABASES, PROMISES, Tally

README = tree.ROOT / "README.md"
BLOCK = re.compile(r"(?<=<!-- promises -->\n).*?(?=<!-- /promises -->)", re.DOTALL)
LATER, NIGHTLY = "later", "nightly"


def block(tally: Tally) -> str:
    """The table as a run showed it; a promise without a test is for later."""
    tested = {claim.promise for claims in tally.claims.values() for claim in claims}
    lines = [f"| | what we promise | {' | '.join(DATABASES.values())} |", "| --- | --- |" + " :-: |" * len(DATABASES)]
    for name, promise in PROMISES.items():
        untested = NIGHTLY if promise.nightly else LATER
        cells = [untested if promise.nightly or name not in tested else tally.status(name, database) for database in DATABASES]
        lines.append(f"| {name} | {promise.title} | {' | '.join(cells)} |")
    return "\n".join(lines) + "\n"


def settle(tally: Tally) -> str:
    """Write the table when documents are asked for; otherwise say what is wrong with the README's, or nothing."""
    shown = block(tally)
    page = README.read_text("utf-8")
    if os.environ.get("WITHUS_DOCS"):
        README.write_text(BLOCK.sub(lambda _found: shown, page), "utf-8")
        return ""
    found = BLOCK.search(page)
    if found and found[0] == shown:
        return ""
    return "The promise table in README.md is not what this run showed. Write it anew: WITHUS_DOCS=1 python3 -m tests"
