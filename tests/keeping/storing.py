"""Makes a database with the program as it is, for later ones to upgrade: `python -m tests.keeping.storing NAME`.

Run once for each schema that lands, with the program of that day. `stored/NAME.json` holds what that program said.
"""

from __future__ import annotations

import gzip
import json
import sys
import tempfile
from pathlib import Path
from typing import Any

from bot import upkeep
from tests.road.indoors import Indoors, Visitor, indoors

STORED = Path(__file__).parent / "stored"

TALKS: dict[str, list[str]] = {
    "tests-five": ["18 or over", "1", "1 and 3", "wrong words of {0}", "yes", "yes"],
    "tests-adults": ["18 or over", "1"],
    "tests-hidden": ["18 or over", "1", "hidden words of {0}"],
}
"""Engagement -> what each of its people types: one is confidential, one named, one anonymous."""

MANY, FEW = 11, 3  # a release needs ten


def main(name: str) -> None:
    """Let people answer, and write down the database, its keys, and what the results are."""
    STORED.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder, "withus.db")
        with indoors(f"sqlite:///{file}", Path(folder)) as house:
            told = _fill(house)
        (STORED / f"{name}.db.gz").write_bytes(gzip.compress(file.read_bytes(), mtime=0))
        (STORED / f"{name}.keys").write_bytes(Path(folder, "keys.json").read_bytes())
    (STORED / f"{name}.json").write_text(json.dumps(told, indent=1) + "\n")


def _fill(house: Indoors) -> dict[str, Any]:
    told: dict[str, Any] = {"made_at": house.base.clock.now().isoformat(), "engagements": {}, "half": {}}
    opened = {}
    for name, talk in TALKS.items():
        engagement, code = house.open(name)
        opened[name] = engagement
        for number in range(FEW if name == "tests-adults" else MANY):
            _say(house, house.person(), [f"/start {code}", *talk], number)
        half = house.person()
        _say(house, half, [f"/start {code}", *talk[: len(talk) // 2]], "half way")
        told["half"][name] = half.chat_id
    _leave(house, code)
    now = house.base.clock.now()
    for name, engagement in opened.items():
        house.do(upkeep.release, house.base.house, engagement, now)
        told["engagements"][engagement.slug] = {"name": name, "results": house.results(engagement)}
    return told


def _leave(house: Indoors, code: str) -> None:
    """One is too young, one stops messages, one deletes everything, one has only begun, one blocks, one sends nonsense."""
    for words in (["1"], ["18 or over", "/stop"], ["18 or over", "/delete", "yes"], []):
        _say(house, house.person(), [f"/start {code}", *words], "leaver")
    gone = house.person()
    _say(house, gone, [f"/start {code}", "18 or over"], "blocker")
    member = {"chat": {"id": gone.chat_id, "type": "private"}, "new_chat_member": {"status": "kicked"}}
    house.take([{"update_id": next(house.numbers), "my_chat_member": member}])
    house.take([{"update_id": next(house.numbers), "message": {"chat": {"id": gone.chat_id, "type": "private"}, "text": 5}}])


def _say(house: Indoors, person: Visitor, words: list[str], who: object) -> None:
    for word in words:
        house.take([person.types(word.format(who))])


if __name__ == "__main__":
    main(sys.argv[1])
