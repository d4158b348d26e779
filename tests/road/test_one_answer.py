"""P8: one current answer a person; figures equal answers; closing time is exact; who is anonymous stays so."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule, run_state_machine_as_test
from sqlalchemy import Connection, select

from bot import exports, upkeep
from bot.foundation import Foundation
from storage import answers, engagements, schema
from storage.engagements import Engagement
from storage.figures import releases, results
from storage.figures.results import released
from tests.road.conftest import MakeHouse
from tests.road.crowd import END, ENGAGEMENT, make_plans, type_all
from tests.road.house import House, until
from tests.road.indoors import Indoors, Update, Visitor, indoors

COLOURS = {"blue": "Blue", "green": "Green", "white": "White"}
PEOPLE = st.integers(0, 3)


class Ballot(RuleBasedStateMachine):
    """Four people and one vote, beside a model of it: who has picked what."""

    home: Indoors

    def __init__(self) -> None:
        super().__init__()
        self.engagement, self.code = self.home.open("tests-vote")
        self.people: list[Visitor] = [self.home.person() for _ in range(4)]
        self.model: dict[int, dict[str, str]] = {}
        self.old: list[Update] = []
        self.open = True

    def _take(self, updates: Sequence[Update]) -> None:
        self.old += updates
        self.home.take(updates)

    @rule(who=PEOPLE)
    def begin(self, who: int) -> None:
        """Come, or come again, by the link."""
        person = self.people[who]
        self._take([person.types(f"/start {self.code}"), person.types("18 or over")] if who not in self.model else [])
        if self.open:
            self.model.setdefault(who, {})

    @precondition(lambda self: self.model)
    @rule(picks=st.lists(st.tuples(PEOPLE, st.sampled_from(list(COLOURS))), min_size=1, max_size=5))
    def pick(self, picks: list[tuple[int, str]]) -> None:
        """Some tap, in one batch, and some of them more than once."""
        picks = [(who, colour) for who, colour in picks if who in self.model]
        self._take([self.people[who].taps_data(self._data(who, COLOURS[colour])) for who, colour in picks])
        for who, colour in picks if self.open else ():
            self.model[who]["colour"] = colour

    @precondition(lambda self: any("colour" in said for said in self.model.values()))
    @rule(who=PEOPLE, soon=st.sampled_from(["yes", "no"]))
    def go_on(self, who: int, soon: str) -> None:
        """Answer the second question, or change that answer."""
        if "colour" in self.model.get(who, ()):
            self._take([self.people[who].taps_data(self._data(who, soon.capitalize()))])
            if self.open:
                self.model[who]["soon"] = soon

    @precondition(lambda self: self.old)
    @rule(data=st.data())
    def come_again(self, data: st.DataObject) -> None:
        """Everything that ever came may come again, in any order."""
        self.home.take(data.draw(st.lists(st.sampled_from(self.old), max_size=6)))

    @rule(who=PEOPLE)
    def forget(self, who: int) -> None:
        """Somebody wants to be forgotten, and comes as a stranger afterwards."""
        if who in self.model:
            self._take([self.people[who].types("/delete")])
            self._take([self.people[who].taps_data(self._data(who, "Yes, delete"))])
            del self.model[who]
            self.people[who] = self.home.person()

    @precondition(lambda self: self.open and any(self.model.values()))
    @rule()
    def close(self) -> None:
        """From here on nothing counts, and nothing that counted is lost."""
        self.home.close(self.engagement)
        self.open = False

    def _data(self, who: int, label: str) -> str:
        return self.people[who].data(label)

    @invariant()
    def figures_equal_answers(self) -> None:
        """What is told is what each person said last."""
        told = self.home.results(self.engagement)
        counted = {
            (step["id"], option["id"]): option["count"] for step in told["steps"] for option in step["options"] if option["count"]
        }
        assert counted == Counter((step, option) for said in self.model.values() for step, option in said.items())
        assert told["people"] == {"started": len(self.model), "finished": 0}


def play(home: Indoors, examples: int) -> None:
    """Raises AssertionError when some sequence of acts is not counted as the model says."""
    machine = type("Played", (Ballot,), {"home": home})
    how = settings(
        max_examples=examples,
        stateful_step_count=14,
        deadline=None,
        database=None,
        derandomize=True,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    run_state_machine_as_test(machine, settings=how)


@pytest.mark.promise("P8")
def test_whatever_people_do_one_current_answer_of_each_is_counted(database: str, tmp_path: Path) -> None:
    with indoors(database, tmp_path) as home:
        play(home, 10)
        assert home.failures() == []


@contextmanager
def a_counter_column() -> Iterator[None]:
    """Count answers as they come, as a bot does that keeps a number beside each option."""
    counts: dict[int, dict[str, Counter[str]]] = {}
    write = answers.write

    def write_and_count(db: Connection, keys: Any, answered: Sequence[answers.Answered]) -> None:
        for one in answered:
            for step, said in one.after.items():
                if one.before.get(step) != said:
                    counted = counts.setdefault(one.place[0], {}).setdefault(step, Counter())
                    counted.update((releases.ANSWERED, *said.chosen))
        write(db, keys, answered)

    def tally(_db: Connection, table: Any, engagement_id: int, *_: object) -> dict[str, Counter[str]]:
        return dict(counts.get(engagement_id, {})) if table is schema.answers else {}

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(answers, "write", write_and_count)
        patch.setattr(results, "_tally", tally)
        yield


@pytest.mark.promise("P8", control=True)
def test_a_counter_beside_each_option_is_caught(database: str, tmp_path: Path) -> None:
    with indoors(database, tmp_path) as home, a_counter_column(), pytest.raises((AssertionError, ExceptionGroup)):
        play(home, 10)


# --- Closing time


def close_during_a_stream(house: House) -> None:
    """Another process closes while everybody answers. Raises when what somebody was told is not what was counted."""
    code, plans = house.open(ENGAGEMENT), make_plans(24, seed=21)
    slow, *people = [house.telegram.person() for _ in [None, *plans]]
    slow.starts(code)
    slow.says("18 or over")
    until(lambda: "Question 1" in slow.transcript(), slow.transcript)
    for person, plan in zip(people, plans, strict=True):
        type_all(person, plan, code)
    until(lambda: house.results(ENGAGEMENT)["people"]["started"], house.said)
    house.close(ENGAGEMENT)
    at_close = house.results(ENGAGEMENT)
    slow.says("1")  # however fast the others were
    house.settle()
    told = house.results(ENGAGEMENT)
    assert _in_order(told) == _in_order(at_close), "an answer was counted after the close"
    late = house.telegram.person()
    late.starts(code)
    late.says("18 or over")
    until(lambda: "closed" in late.transcript(), late.transcript)
    talks = zip([person.transcript() for person in people], plans, strict=True)
    asked_on = [plan.wrong for talk, plan in talks if f"You wrote: {plan.wrong}." in talk]
    texts = next(step["texts"] for step in told["steps"] if step["id"] == "wrong")
    assert sorted(texts) == sorted(asked_on), "somebody was led on whose answer was not counted, or the other way about"
    thanked = sum(END in person.transcript() for person in people)
    assert told["people"]["finished"] == thanked


def _in_order(told: Mapping[str, Any]) -> Any:
    """Texts come in another order each time."""
    return [sorted(step["texts"]) for step in told["steps"]], [step | {"texts": []} for step in told["steps"]], told["people"]


@pytest.mark.promise("P8")
def test_an_answer_counts_until_the_close_and_none_after_it(make_house: MakeHouse) -> None:
    close_during_a_stream(make_house())


@pytest.mark.promise("P8", control=True)
def test_a_bot_that_remembers_for_a_while_what_was_open_is_caught(make_house: MakeHouse) -> None:
    house = make_house("polling", "tests.faults.variants:remember_what_was_open")
    with pytest.raises(AssertionError, match="counted after the close"):
        close_during_a_stream(house)


# --- Anonymous


def tell_all(home: Indoors, engagement: Engagement) -> str:
    """Everything that may be looked at of an engagement: each export, and the rows that are kept of its answers."""

    def work(db: Connection) -> str:
        flow = home.base.house.know(db, {engagement.edition_id})[engagement.edition_id]
        told = (results.exact(db, home.base.house.keys, engagement, flow), released(db, engagement, flow))
        written = [write(one) for write in FORMS for one in told]
        kept = [db.execute(select(table)).all() for table in (schema.answers, schema.responses, schema.release_counts)]
        return repr(written) + repr([[_plain(value) for value in row] for rows in kept for row in rows])

    told: str = home.do(work)
    return told


def _plain(value: object) -> object:
    return value.hex() if isinstance(value, bytes) else value


FORMS: tuple[Callable[[Mapping[str, Any]], object], ...] = (exports.to_csv, exports.to_table, json.dumps)


def tells_who(home: Indoors, name: str) -> bool:
    """Whether anything that is told of an engagement, once it is closed, holds a number or code of somebody who answered."""
    engagement, code = home.open(name)
    people = [home.person() for _ in range(12)]
    for person in people:
        home.take([person.types(words) for words in (f"/start {code}", "18 or over", "Yes, well", f"words {person.chat_id % 7}")])
    marks = home.do(_marks) | {str(person.chat_id) for person in people}
    home.do(_shut, home.base, engagement)
    told = tell_all(home, engagement)
    assert "words" in told
    return any(mark in told for mark in marks)


def _shut(db: Connection, base: Foundation, engagement: Engagement) -> None:
    now = base.clock.now()
    engagements.set_state(db, engagement.id, engagements.CLOSED, now)
    upkeep.release(db, base.house, engagement, now, closing=True)


def _marks(db: Connection) -> set[str]:
    """Codes of people and of their conversations, and the same as bytes are shown."""
    found = set(db.scalars(select(schema.people.c.code))) | set(db.scalars(select(schema.sessions.c.code)))
    return found | {code.encode().hex() for code in found}


@pytest.mark.promise("P8")
def test_nothing_that_is_told_of_an_anonymous_engagement_leads_to_a_person(database: str, tmp_path: Path) -> None:
    with indoors(database, tmp_path) as home:
        assert not tells_who(home, "tests-hidden")


@pytest.mark.promise("P8", control=True)
def test_answers_kept_under_the_code_of_the_person_are_caught(database: str, tmp_path: Path) -> None:
    with indoors(database, tmp_path) as home:
        assert tells_who(home, "tests-night-named")
