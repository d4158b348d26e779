"""Asks whether any package we use has a known hole: `python3 -m tests.audit`. Fails for one; says loudly when nobody can tell."""

import json
import re
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from bot import environment

LOCK = "requirements-test.lock"  # it holds the runtime lock, version for version; a test keeps it so
LONGEST = 120  # seconds
FOUND, NOT_AUDITED = 1, 2

Report = dict[str, Any]


def main() -> int:
    """Ask for one package first: where that is not answered, the others would not be either."""
    text = (Path(environment.ROOT) / LOCK).read_text("utf-8")
    pins = re.findall(r"^([\w.-]+(?:\[[^]]*\])?==[^\s;]+)", text, re.MULTILINE)
    code, words = judge(_ask(pins[:1]))
    if code == 0:
        code, words = judge(_ask(pins))
    print(words, flush=True)
    return int(code == FOUND)


def judge(report: Report | str) -> tuple[int, str]:
    """What a report of pip-audit means, and how it is told; words in its place say why there is none."""
    if isinstance(report, str):
        return NOT_AUDITED, f"NOT AUDITED: {report}"
    rows = report["dependencies"]
    found = [f"{row['name']} {row['version']} has {hole['id']}" for row in rows for hole in row.get("vulns", ())
             if hole["id"] not in ACCEPTED]  # fmt: skip
    unknown = [row["skip_reason"] for row in rows if "skip_reason" in row]
    if found:
        return FOUND, f"KNOWN HOLES: {'; '.join(found)}. Renew the locks."
    if unknown:
        return NOT_AUDITED, f"NOT AUDITED: {len(unknown)} of {len(rows)} packages, the first because: {unknown[0]}"
    return 0, f"Audited: no known hole in {len(rows)} packages."


def _ask(pins: list[str]) -> Report | str:
    command = [sys.executable, "-m", "pip_audit", "--no-deps", "--disable-pip", "--progress-spinner=off", "--format=json"]
    with tempfile.TemporaryDirectory() as folder:
        wanted = Path(folder) / "wanted.txt"
        wanted.write_text("\n".join(pins), "utf-8")
        try:
            done = subprocess.run([*command, "-r", wanted], check=False, capture_output=True, text=True, timeout=LONGEST)
        except subprocess.TimeoutExpired:
            return f"no answer within {LONGEST} seconds"
    try:
        report: Report = json.loads(done.stdout)
    except ValueError:
        return (done.stderr.strip().splitlines() or ["no answer"])[-1]
    return report


ACCEPTED: dict[str, str] = {}
"""Number of a known hole -> why it does not touch us. None is known."""

if __name__ == "__main__":
    environment.enter(LOCK, "tests.audit")
    sys.exit(main())
