"""The page for a board: is lived experience in the room, does it decide, and what came of what it raised. Nobody is named."""

from __future__ import annotations

import csv
import datetime as dt
import io
from collections.abc import Iterator

from starlette.responses import Response

from bot import tongues
from bot.formulas import disarm
from bot.web.console.inbox import today
from bot.web.console.visits import Page, Visit
from bot.web.rendering import attachment
from conversations.quorum import percent
from conversations.text import FALLBACK
from storage.figures import small_numbers
from storage.groups import board
from storage.groups.board import ACTED, DECLINED, OPEN, Board, Share

HIDDEN = f"Told from {board.FEWEST_GROUPS} key groups on: with fewer it would tell of single members."


async def show(visit: Visit) -> Response:
    """The last twelve months, to read or to print."""
    found = await _find(visit)
    day = today(visit)
    since = tongues.day(_since(visit), FALLBACK)
    told = {
        "found": found,
        "rows": list(rows(found)),
        "note": small_numbers.NOTE,
        "since": since,
        "until": tongues.day(day, FALLBACK),
    }
    return visit.page("groups/board.html", told)


async def keep(visit: Visit) -> Response:
    """The same as a table."""
    found = await _find(visit)
    written = io.StringIO("\ufeff", newline="")
    written.seek(0, io.SEEK_END)
    table = csv.writer(written)
    table.writerow(("measure", "part", "of", "percent", "note"))
    for words, part, of, share, note in rows(found):
        table.writerow([disarm(each) for each in (words, part, of, share, note)])
    await visit.write(lambda db: visit.note(db, "export-board", str(today(visit))))
    return attachment(written.getvalue().encode(), "board.csv", "text/csv; charset=utf-8")


def _since(visit: Visit) -> dt.date:
    day = today(visit)
    return day.replace(year=day.year - 1, day=min(day.day, 28))


async def _find(visit: Visit) -> Board:
    since, day = _since(visit), today(visit)
    return await visit.read(lambda db: board.look(db, visit.organisation_id, since, day, visit.now))


def rows(found: Board) -> Iterator[tuple[str, str, str, str, str]]:
    """Each measure: what it is, how many, of how many, per cent, and what to know of it."""
    yield _row("Key groups with every lived-experience seat filled", found.filled)
    yield _row("Key groups with every lived-experience seat filled and attended", found.attended, HIDDEN)
    yield _row("Lived-experience seats that are filled", found.seats)
    yield _row("Meetings that were quorate", found.quorate, HIDDEN)
    uncounted = found.presence.unknown if found.presence else 0
    unknown = f"{uncounted} more not counted: nobody recorded who came." if uncounted else ""
    yield _row("Decisions at which lived experience was present", found.present, HIDDEN, unknown)
    for fate, words in FATES.items():
        shown = found.points[fate] if found.points else small_numbers.STAR
        yield (words, shown if found.raised != "0" else "0", found.raised, "", "")
    yield ("Actions past their day", str(found.late_points), "", "", "")
    yield ("Minutes past their day", str(found.late_minutes), "", "", "")


FATES = {
    ACTED: "Points raised and acted on",
    DECLINED: "Points raised and not done, with the reason told",
    OPEN: "Points raised and still open",
}


def _row(words: str, share: Share, hidden: str = "", more: str = "") -> tuple[str, str, str, str, str]:
    if share.part is None:
        return (words, small_numbers.STAR, str(share.of), "", hidden)
    return (words, str(share.part), str(share.of), f"{percent(share.part, share.of)} %" if share.of else "", more)


ROUTES = (
    Page("GET", "/console/board", show, "see-board"),
    Page("GET", "/console/board.csv", keep, "see-board"),
)
