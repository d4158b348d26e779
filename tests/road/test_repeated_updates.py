"""P2: updates that come twice, in another order between people, or under new numbers, change nothing."""

from __future__ import annotations

import random
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from sqlalchemy import Connection

from storage import seen
from storage.seen import take as take_unseen
from tests.road.conftest import MakeHouse
from tests.road.crowd import Plan, compare, hear, typed
from tests.road.house import House, until
from tests.road.indoors import Indoors, Update, Visitor, indoors

_REST = {
    "wrong": st.integers().map(lambda number: f"words {number}"),
    "sure": st.sampled_from(["yes", "no"]),
    "tell_me": st.sampled_from(["yes", "no"]),
}
PLANS = st.builds(Plan, st.just("work"), st.just(()), **_REST) | st.builds(
    Plan, st.sampled_from(["have", "care"]), st.sampled_from([("nearer",), ("later", "phone"), ("nearer", "phone")]), **_REST
)


@dataclass(frozen=True)
class Shuffle:
    """How a stream reaches us: who acts next, what comes again, where numbering starts anew, how it is cut into batches."""

    seed: int
    again: float
    renumbered: float
    most: int


SHUFFLES = st.builds(
    Shuffle,
    seed=st.integers(0, 2**32),
    again=st.sampled_from([0, 0.2, 0.6]),
    renumbered=st.sampled_from([0, 0.1]),
    most=st.sampled_from([1, 3, 20]),
)


def act(person: Visitor, plan: Plan, code: str) -> Iterator[Update]:
    """What one person does, in order, each update made when it is their turn. They change their mind once, by tapping."""
    *before, _, last = typed(plan)
    for words in (f"/start {code}", *before):
        yield person.types(words)
    for answer in ("no", "yes", plan.sure):
        yield person.taps_data(_under_sure(person, answer))
    yield person.types(last)


def _under_sure(person: Visitor, answer: str) -> str:
    asked = next(letter for letter in reversed(person.heard) if "You wrote" in letter.content.get("text", ""))
    return str(asked.content["rows"][0 if answer == "yes" else 1][0][1])


def play(house: Indoors, plans: list[Plan], shuffle: Shuffle) -> None:
    """Play a stream shuffled in every way Telegram may, and compare what is kept with the plans."""
    engagement, code = house.open("tests-five")
    chance = random.Random(shuffle.seed)
    talks = [act(house.person(), plan, code) for plan in plans]
    delivered: list[Update] = []
    while talks:
        batch = _batch(talks, chance, shuffle)
        delivered += [dict(update) for update in batch]
        repeats = [chance.choice(delivered) for _ in delivered if chance.random() < shuffle.again / 4]
        house.take([*batch, *repeats])
        if chance.random() < shuffle.renumbered:
            house.renumber()
    house.take(chance.sample(delivered, len(delivered)))  # and once more all of it, in any order
    compare(house.results(engagement), plans)


def _batch(talks: list[Iterator[Update]], chance: random.Random, shuffle: Shuffle) -> list[Update]:
    """The next update of some people, one each: what somebody taps depends on what they were answered before."""
    chosen = chance.sample(talks, min(len(talks), chance.randint(1, shuffle.most)))
    batch = []
    for talk in chosen:
        update = next(talk, None)
        if update is None:
            talks.remove(talk)
        else:
            batch.append(update)
    return batch


def check_shuffled_streams(house: Indoors, examples: int) -> None:
    """Raises AssertionError, or a group of them, when some stream is not kept as it was said."""

    @settings(
        max_examples=examples,
        deadline=None,
        database=None,
        derandomize=True,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(st.lists(PLANS, min_size=1, max_size=4), SHUFFLES)
    def property_(plans: list[Plan], shuffle: Shuffle) -> None:
        play(house, plans, shuffle)

    property_()


@pytest.mark.promise("P2")
def test_a_stream_that_comes_twice_shuffled_and_renumbered_is_kept_once(database: str, tmp_path: Path) -> None:
    with indoors(database, tmp_path) as house:
        check_shuffled_streams(house, 25)
        assert house.failures() == []


@pytest.mark.promise("P2")
@pytest.mark.parametrize("typed_at", range(4))
@pytest.mark.parametrize("together", [True, False])
def test_what_is_typed_may_come_before_after_or_between_taps(
    database: str, tmp_path: Path, typed_at: int, *, together: bool
) -> None:
    with indoors(database, tmp_path) as house:
        engagement, code = house.open("tests-five")
        person = house.person()
        for words in (f"/start {code}", "18 or over", "I have long covid", "1"):
            house.take([person.types(words)])
        came = [person.taps("I care for someone"), person.taps("By phone"), person.taps("I have long covid")]
        came.insert(typed_at, person.types("Listen"))
        for batch in [came] if together else [[one] for one in came]:
            house.take([*batch, *batch[::-1]])
        for words in ("yes", "no"):
            house.take([person.types(words)])
        house.take(came[::-1])
        compare(house.results(engagement), [Plan("have", ("nearer", "phone"), "Listen", "yes", "no")])


@contextmanager
def a_high_water_mark() -> Iterator[None]:
    """Remember the highest number only, as a bot does that trusts numbers to rise."""
    highest = [0]

    def take(db: Connection, bot_id: int, updates: Iterable[int], today: Any) -> set[int]:
        new = {number for number in take_unseen(db, bot_id, updates, today) if number > highest[0]}
        highest[0] = max(highest[0], *new, 0)
        return new

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(seen, "take", take)
        yield


@pytest.mark.promise("P2", control=True)
def test_a_bot_that_trusts_numbers_to_rise_is_caught(database: str, tmp_path: Path) -> None:
    with indoors(database, tmp_path) as house, a_high_water_mark(), pytest.raises((AssertionError, ExceptionGroup)):
        check_shuffled_streams(house, 25)


@pytest.mark.promise("P2")
@pytest.mark.parametrize("receive", ["polling", "webhook"])
def test_everything_that_was_ever_delivered_may_come_again(make_house: MakeHouse, receive: str) -> None:
    house: House = make_house(receive)
    telegram, person = house.telegram, house.telegram.person()
    person.starts(house.open("tests-five"))
    for words, answer in [("how old", "18 or over"), ("Which best", "I work there")]:
        hear(person, words)
        person.taps(answer)
    hear(person, "not get wrong")
    telegram.renumber(5)
    person.says("Once is enough")
    hear(person, "You wrote")
    person.taps("No")
    asked = hear(person, "Shall we tell you")
    person.taps("Yes", message_id=asked.message_id - 1)
    hear(person, "Shall we tell you")
    before = house.results("tests-five")
    assert {option["id"]: option["count"] for option in before["steps"][3]["options"]} == {"yes": 1, "no": 0}
    await_repeated(house)
    stranger = telegram.person()
    stranger.starts()
    hear(stranger, "how old")  # so what came again before this has had its turn
    assert house.results("tests-five") == before
    person.hears_nothing()


def await_repeated(house: House) -> None:
    """Have everything delivered once more, and wait until the bot has it."""
    telegram = house.telegram
    at = telegram.state()["log"]
    telegram.repeat(100)
    repeated = set(telegram.await_log("repeat", after=at)[0]["updates"])

    def came() -> set[int]:
        polled = {number for call in telegram.log(at, "call", method="getUpdates") for number in call.get("updates", ())}
        return polled | {delivery["update_id"] for delivery in telegram.log(at, "delivery")}

    until(lambda: repeated <= came(), lambda: f"delivered again: {came()} of {repeated}")


@pytest.mark.promise("P2")
def test_a_tick_that_comes_again_under_another_number_stays(database: str, tmp_path: Path) -> None:
    with indoors(database, tmp_path) as house:
        engagement, code = house.open("tests-five")
        person = house.person()
        for words in (f"/start {code}", "18 or over", "I have long covid"):
            house.take([person.types(words)])
        tick = person.taps("By phone")
        house.take([tick])
        house.take([{**tick, "update_id": tick["update_id"] + 1_000_000}])
        for label in ("Done", "Skip"):
            house.take([person.taps(label)])
        house.take([person.types("yes")])
        house.take([person.types("1")])
        first = next(step for step in house.results(engagement)["steps"] if step["id"] == "first")
        assert {option["id"]: option["count"] for option in first["options"]}["phone"] == 1
