"""A year of a group that meets every month, with every message it sent listed in `year.txt`.

Written anew on purpose only: `python3 -m tests.followups.test_year`. Whoever changes words or times reads what changed there.
"""

from __future__ import annotations

import datetime as dt
import tempfile
from collections import Counter
from pathlib import Path

from dateutil.rrule import MONTHLY, TU, rrule
from sqlalchemy import update

from conversations.hours import Quiet, is_open
from storage.events import occasions
from storage.events.occasions import Occasion
from storage.followups import planning
from storage.schema import places
from tests.followups.hall import LONDON, Hall, Heard, open_hall

LISTING = Path(__file__).with_name("year.txt")
BEGINS = dt.datetime(2027, 1, 4, 9, tzinfo=dt.UTC)
DAY = dt.timedelta(days=1)
MEMBERS = ("Amina", "Ben", "Cara", "Dai", "Esme", "Faisal")
MISSES, CANCELLED, MOVED = "Dai", 4, 8  # who misses the third; which of the year is cancelled, and moved a week
ONLINE = ("Cara", "Esme")


def play(hall: Hall) -> list[Occasion]:
    """Let the year pass; returns its meetings as they were planned."""
    hall.enrol(*MEMBERS)
    asks, _ = hall.inside.open("tests-five")
    event = hall.settle(hall.hold("tests-workshop"), several=True, feedback_id=asks.id, next_day=dt.date(2028, 1, 31))
    days = rrule(MONTHLY, byweekday=TU(2), count=12, dtstart=dt.datetime(2027, 2, 1, 10, 30))  # noqa: DTZ001 - by its clock
    joining = {"link": "https://meet.example/42", "phone": "01632 960 001"}
    meetings = [hall.date(event, f"{day:%Y-%m-%dT%H:%M}", online=True, joining=joining) for day in days]
    for number, one in enumerate(meetings):
        hall.wait_until(one.starts_at - 25 * DAY)
        for who in MEMBERS[: 4 + number % 3]:
            hall.deed(who, one, "join", how="online" if who in ONLINE else "room")
        _happen(hall, number, one)
    hall.wait_until(meetings[-1].ends_at + 10 * DAY)
    return meetings


def _happen(hall: Hall, number: int, one: Occasion) -> None:
    """What is different about some of them."""
    if number == 1:
        hall.wait_until(one.starts_at - 5 * DAY)
        hall.deed("Ben", one, "leave")
    if number == 2:
        came = update(places).where(places.c.occasion_id == one.id)
        hall.do(lambda db: db.execute(came.values(came=places.c.person_id != hall.people[MISSES])))
    if number == CANCELLED:
        hall.wait_until(one.starts_at - 5 * DAY)
        hall.do(lambda db: occasions.cancel(db, one, "The chair is ill.", hall.now))
    if number == MOVED:
        hall.wait_until(one.starts_at - 9 * DAY)
        later = one.local + 7 * DAY
        hall.replan(one, f"{later:%Y-%m-%dT%H:%M}", online=True)


def tell(heard: list[Heard]) -> str:
    """All that was sent, in order; what several people got in the same words at once stands once."""
    told: dict[tuple[dt.datetime, str], list[str]] = {}
    for one in heard:
        said = one.text.removesuffix("\n".join(one.labels)).rstrip()  # the choices, which the buttons are
        words = "\n".join(f"    {line}".rstrip() for line in said.splitlines() if line)
        buttons = "".join(f" [{label}]" for label in one.labels)
        told.setdefault((one.at, f"{words}\n    {buttons.strip()}".rstrip()), []).append(one.who)
    return "\n\n".join(
        f"{at.astimezone(LONDON):%a %-d %b %Y, %H:%M}  to {', '.join(sorted(who))}\n{words}"
        for (at, words), who in sorted(told.items())
    )


def check(hall: Hall, meetings: list[Occasion]) -> None:
    """Everybody heard what they should, once, at a decent hour. Raises AssertionError."""
    assert all(is_open(one.at, LONDON, Quiet()) for one in hall.heard), "something came in quiet hours"
    assert max(Counter((one.at, one.who, one.text) for one in hall.heard).values()) == 1, "something was told twice"
    kinds = Counter(one.text[:20] for one in hall.heard)
    came = sum(len(MEMBERS[: 4 + number % 3]) for number in range(12)) - 1  # Ben left one
    cancelled = len(MEMBERS[: 4 + CANCELLED % 3])
    assert kinds["A short note from us"] == came - cancelled, "a morning is missing, or too many"
    assert kinds["Thank you for coming"] == came - cancelled - 1
    assert kinds["We missed you this t"] == 1
    assert kinds["A change to your pla"] == cancelled + len(MEMBERS[: 4 + MOVED % 3])
    ways = {(one.who in ONLINE) for one in hall.heard if "meet.example" in one.text}
    assert ways == {True}, "the way in went to somebody who comes to the room"
    assert {state for _, state, _ in hall.rows()} <= {"done", "dropped"}
    assert not hall.do(planning.untold, meetings[0].id)


def test_a_year_of_a_monthly_group_sends_what_the_listing_says(hall: Hall) -> None:
    hall.now = BEGINS
    check(hall, play(hall))
    assert tell(hall.heard) + "\n" == LISTING.read_text("utf-8")


def main() -> None:
    """Write the listing."""
    with tempfile.TemporaryDirectory() as folder, open_hall(f"sqlite:///{folder}/withus.db", Path(folder), BEGINS) as hall:
        check(hall, play(hall))
        LISTING.write_text(tell(hall.heard) + "\n", "utf-8")


if __name__ == "__main__":
    main()
