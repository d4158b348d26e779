"""Until when an offer stands: in hours that are not quiet, and never to the last moment."""

from __future__ import annotations

import datetime as dt
from zoneinfo import ZoneInfo

from hypothesis import given, settings
from hypothesis import strategies as st

from conversations.hours import Quiet, is_open, later
from storage.events import terms

LONDON = ZoneInfo("Europe/London")
MINUTE, HOUR = dt.timedelta(minutes=1), dt.timedelta(hours=1)
STARTS = dt.datetime(2027, 4, 9, 17, tzinfo=dt.UTC)

quiets = st.builds(Quiet, narrower=st.sampled_from(["", "18:15-10:00", "12:00-13:00"]), sundays=st.booleans())
changes = [dt.datetime(2027, 3, 26, tzinfo=dt.UTC), dt.datetime(2027, 10, 29, tzinfo=dt.UTC)]  # two days before, each
instants = st.builds(lambda day, minutes: day + minutes * MINUTE, st.sampled_from(changes), st.integers(0, 4 * 1440))


@given(instants, st.integers(1, 400), quiets)
@settings(max_examples=40, deadline=None)
def test_time_passes_only_while_somebody_may_be_written_to(at: dt.datetime, minutes: int, quiet: Quiet) -> None:
    end, left = at, minutes
    while left:
        left -= is_open(end, LONDON, quiet)
        end += MINUTE
    assert later(at, minutes * MINUTE, LONDON, quiet) == end


@given(st.integers(0, 20 * 1440), st.integers(1, 3000), quiets)
@settings(max_examples=60, deadline=None)
def test_an_offer_ends_in_time_to_come_and_leaves_time_to_answer(before: int, minutes: int, quiet: Quiet) -> None:
    now = STARTS - before * MINUTE
    end = terms.ends(now, STARTS, minutes, LONDON, quiet)
    if end is None:
        assert later(now, MINUTE, LONDON, quiet) > STARTS - 2 * HOUR
    else:
        assert end <= STARTS - HOUR
        assert end - now >= min(HOUR, minutes * MINUTE)
