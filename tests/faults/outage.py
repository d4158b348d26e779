"""What every outage of a database must leave whole: people answer all through it, and afterwards everything is there."""

from __future__ import annotations

import http.client
import re
from collections.abc import Callable
from contextlib import AbstractContextManager

from emulator.client import Someone
from tests.road.crowd import END, ENGAGEMENT, check, hear, make_plans, type_all
from tests.road.house import PATIENCE, House, until

Outage = Callable[[House], AbstractContextManager[None]]

FIRST = "Which best describes you"
LABEL = "I have long covid"


def answer_through(house: House, outage: Outage, words: str = "", told: Callable[[House, str], bool] | None = None) -> None:
    """People answer, by word and by tap, while `outage` lasts; health, and the log, must speak of it in `words`.

    `told` says whether staff have been told; by default health does. Raises AssertionError when anything is lost.
    """
    told = told or health_says
    code = house.open(ENGAGEMENT)
    plans = make_plans(10, seed=6)
    first = house.telegram.person()
    type_all(first, plans[0], code)
    hear(first, END)
    tapping = begin(house, code)
    people = [house.telegram.person() for _ in plans[1:]]
    with outage(house):
        for person, plan in zip(people, plans[1:], strict=True):
            type_all(person, plan, code)
        tapping.taps(LABEL)
        until(lambda: told(house, words), lambda: f"{health(house)}, {house.said()}")
        refused = house.telegram.state()["pending"]
        assert refused >= len(people)
    house.settle()
    texts = next(step["texts"] for step in house.results(ENGAGEMENT)["steps"] if step["id"] == "wrong")
    assert sorted(texts) == sorted(plan.wrong for plan in plans)
    hear(tapping, "What would help first")  # what they tapped was taken in the end, and no restart was needed
    for person in people:
        hear(person, END)
    tapping.says("/delete")
    hear(tapping, "delete")
    tapping.taps("Yes", wait=PATIENCE)
    hear(tapping, "receipt")
    check(house, plans)
    until(lambda: is_well(house), lambda: f"{health(house)}, {house.said()}")


def begin(house: House, code: str) -> Someone:
    """Somebody who has been asked the first question."""
    person = house.telegram.person()
    person.starts(code)
    person.says("18 or over")
    hear(person, FIRST)
    return person


def health(house: House) -> tuple[int, str]:
    """What `/readyz` answers: its status, and its words."""
    connection = http.client.HTTPConnection("127.0.0.1", house.port, timeout=PATIENCE)
    try:
        connection.request("GET", "/readyz", headers={"Accept": "text/plain"})
        answer = connection.getresponse()
        return answer.status, answer.read().decode()
    finally:
        connection.close()


def is_well(house: House) -> bool:
    return health(house)[0] == 200


def health_says(house: House, words: str) -> bool:
    status, said = health(house)
    return status == 503 and re.search(words, said) is not None


def health_and_log_say(house: House, words: str) -> bool:
    return health_says(house, words) and re.search(f'"why": "[^"]*{words}.*"nothing could be written"', house.said()) is not None
