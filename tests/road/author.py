"""An author's folder of engagement files beside a house without doors, looked at by hand."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from structlog.testing import capture_logs

from bot.editing import Editing
from storage import engagements
from tests.road.house import ENGAGEMENTS
from tests.road.indoors import Indoors, Visitor

FIVE = (ENGAGEMENTS / "tests-five.toml").read_text("utf-8")
OLD, NEW = "What should we not get wrong?", "What should we be careful not to get wrong?"
REWORDED = FIVE.replace(OLD, NEW)


class Author:
    """Writes engagement files into a folder; `look` is the bot's, twice: what rests is taken."""

    def __init__(self, home: Indoors, folder: Path, kind: type[Editing] = Editing) -> None:
        folder.mkdir()
        self.home, self.folder = home, folder
        self.editing = kind(home.base.engine, home.base.house, home.base.shelf, folder, home.base.clock.now)

    def write(self, name: str, text: str) -> Path:
        file = self.folder / f"{name}.toml"
        file.write_text(text, "utf-8")
        return file

    def look(self, times: int = 2) -> list[dict[str, Any]]:
        """What the log says of so many looks."""
        with capture_logs() as said:
            for _ in range(times):
                self.home.runner.run(self.editing.look())
        return said  # type: ignore[return-value]

    def open(self, slug: str) -> str:
        """Open an engagement; returns the code of its link."""

        def work(db: Any) -> str:
            now = self.home.base.clock.now()
            found = engagements.find(db, self.home.base.house.organisation_id, slug)
            assert found
            engagements.set_state(db, found.id, engagements.OPEN, now)
            return engagements.make_link(db, found, "", now).code

        code: str = self.home.do(work)
        return code

    def answers(self, *words: str) -> Visitor:
        """Somebody new says these words."""
        person = self.home.person()
        for each in words:
            self.home.take([person.types(each)])
        return person
