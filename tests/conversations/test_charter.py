"""By when what people write is to be read, and what keeps their leave to be quoted what it was."""

from __future__ import annotations

import datetime as dt

from hypothesis import given
from hypothesis import strategies as st

from conversations import bank_holidays, charter, flow
from conversations.checking import comparing
from tests.conversations.wrong_files import GOOD

DAYS = st.dates(dt.date(2024, 1, 1), dt.date(2030, 12, 31))
NATIONS = st.sampled_from(["ENG", "WLS", "SCT", "NIR"])

ASKED = f'{GOOD}\n[[steps]]\nid = "may-quote"\nkind = "yes-no"\nask.en = "May we?"\n'


def rests(nation: str, day: dt.date) -> bool:
    return day.weekday() >= 5 or day in bank_holidays.find(nation, day.year)


@given(DAYS, st.integers(1, 10), NATIONS)
def test_a_time_to_read_ends_on_a_working_day_with_so_many_behind_it(day: dt.date, within: int, nation: str) -> None:
    due = charter.due(day, within, lambda each: rests(nation, each))
    worked = [day + dt.timedelta(days=later) for later in range(1, (due - day).days + 1)]
    assert sum(not rests(nation, each) for each in worked) == within
    assert not rests(nation, due)


@given(DAYS, st.integers(1, 10), NATIONS)
def test_overdue_is_what_was_due_before_today_and_nothing_else(today: dt.date, within: int, nation: str) -> None:
    def due(day: dt.date) -> dt.date:
        return charter.due(day, within, lambda each: rests(nation, each))

    last = charter.overdue(today, within, lambda each: rests(nation, each))
    assert due(last) < today <= due(last + dt.timedelta(days=1))


def test_a_file_says_who_reads_and_how_soon() -> None:
    assert flow.read(GOOD).reading == charter.Reading()
    told = GOOD.replace("[charter]", '[reading]\nby = "The team"\nwithin_days = 2\n[charter]')
    assert flow.read(told).reading == charter.Reading("The team", 2)


def test_a_question_cannot_become_leave_to_quote_once_it_was_answered() -> None:
    leave = f"{ASKED}quotes = true\n"
    for was, now in ((ASKED, leave), (leave, ASKED)):
        problems = comparing.compare([flow.read(was)], now, "a.toml")
        assert [(problem.level, "leave to quote" in problem.what) for problem in problems] == [("error", True)]
