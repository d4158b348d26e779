"""People who answer `tests-five` from beginning to end, and what its results must then be."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any, Self

from emulator.client import Heard, Someone, Telegram
from tests.road.house import PATIENCE, House

ENGAGEMENT = "tests-five"
WHO = {"have": "I have long covid", "care": "I care for someone", "work": "I work there"}
FIRST = {"nearer": "Closer to home", "later": "Later in the day", "phone": "By phone"}
END = "That was the last question"
MOST = 60  # people who talk at once


@dataclass(frozen=True)
class Plan:
    """What one person will answer, by option ids; `wrong` is unlike anybody else's."""

    who: str
    first: tuple[str, ...]
    wrong: str
    sure: str
    tell_me: str

    @property
    def chosen(self) -> list[tuple[str, str]]:
        """(step, option) of everything picked."""
        first = [("first", option) for option in self.first]
        return [("who", self.who), *first, ("sure", self.sure), ("tell-me", self.tell_me)]


def make_plans(count: int, seed: int) -> list[Plan]:
    chance = random.Random(seed)
    plans = []
    for number in range(count):
        who = chance.choice(list(WHO))
        first = () if who == "work" else tuple(sorted(chance.sample(list(FIRST), chance.randint(1, 2)), key=list(FIRST).index))
        sure, tell_me = chance.choices(["yes", "no"], k=2)
        plans.append(Plan(who, first, f"words number {number} of {seed}", sure, tell_me))
    return plans


def typed(plan: Plan) -> list[str]:
    """A plan in words: numbers here, labels there."""
    picked = " and ".join(str(list(FIRST).index(option) + 1) for option in plan.first)
    answers = ["18 or over", WHO[plan.who], picked, plan.wrong, plan.sure, "1" if plan.tell_me == "yes" else "2"]
    return [answer for answer in answers if answer]


def type_all(person: Someone, plan: Plan, code: str) -> None:
    """Type every answer at once, before the questions have been heard."""
    person.starts(code)
    for answer in typed(plan):
        person.says(answer)


def tap_through(person: Someone, plan: Plan, code: str) -> None:
    """Answer each question when it has been heard, by tapping wherever there is something to tap."""
    person.starts(code)
    _tap(person, "how old are you", "18 or over")
    _tap(person, "Which best describes you", WHO[plan.who])
    if plan.first:
        _tap(person, "What would help first", *(FIRST[option] for option in plan.first), "Done")
    hear(person, "What should we not get wrong")
    person.says(plan.wrong)
    _tap(person, "You wrote", plan.sure)
    _tap(person, "Shall we tell you", plan.tell_me)


def _tap(person: Someone, question: str, *labels: str) -> None:
    asked = hear(person, question)
    for label in labels:
        person.taps(label, message_id=asked.message_id, wait=PATIENCE)


def hear(person: Someone, words: str) -> Heard:
    """Wait for a message with these words; what comes before it, or twice, is passed over."""
    while words not in (heard := person.hears(wait=PATIENCE)).text:
        pass
    return heard


class Crowd:
    """People talking side by side; leaving it waits until each has reached the end."""

    def __init__(self, telegram: Telegram, code: str) -> None:
        self.plans: list[Plan] = []
        self.people: list[Someone] = []
        self._telegram, self._code = telegram, code
        self._threads = ThreadPoolExecutor(MOST)
        self._talks: list[Future[None]] = []

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        with self._threads:
            for talk in self._talks:
                talk.result()

    def add(self, plans: Iterable[Plan]) -> None:
        """Let one more person a plan begin; every other one taps, the rest type all at once."""
        for plan in plans:
            person = self._telegram.person()
            way = (type_all, tap_through)[len(self.people) % 2]
            self.people.append(person)
            self.plans.append(plan)
            self._talks.append(self._threads.submit(_talk, person, plan, self._code, way))


def _talk(person: Someone, plan: Plan, code: str, way: Callable[[Someone, Plan, str], None]) -> None:
    way(person, plan, code)
    hear(person, END)


def check(house: House, plans: Iterable[Plan]) -> None:
    """Everything in `plans` is in the results exactly once, and nothing else."""
    compare(house.results(ENGAGEMENT), plans)


def compare(told: Mapping[str, Any], plans: Iterable[Plan]) -> None:
    """Raises AssertionError when results are not what these people said."""
    plans = list(plans)
    counted = {(step["id"], option["id"]): option["count"] for step in told["steps"] for option in step["options"]}
    texts = next(step["texts"] for step in told["steps"] if step["id"] == "wrong")
    assert sorted(texts) == sorted(plan.wrong for plan in plans)
    expected = Counter(pair for plan in plans for pair in plan.chosen)
    assert {pair: count for pair, count in counted.items() if count} == dict(expected)
    assert told["people"] == {"started": len(plans), "finished": len(plans)}
